#include "app/cli/run_beginning.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

#include "app/cli/spec_choice.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/checkpoint_file.h"
#include "core/experiment/parameters.h"

namespace muonscope::cli {
namespace {

std::int64_t steps_in(const std::string& text) {
    return std::get<std::int64_t>(parse_value(parameter_at("run.steps"), "--steps", text));
}

// --steps, where it is given; `run` says in its results how far it was to go.
std::int64_t take_steps(const RunArguments& arguments, Spec& spec) {
    if (!arguments.steps.empty()) spec.experiment.run.steps = steps_in(arguments.steps);
    return spec.experiment.run.steps;
}

Beginning of_session(SessionFile file, const RunArguments& arguments) {
    const std::string name = in_quotes(arguments.spec.name, 200);
    if (!arguments.spec.changes.empty() || !arguments.spec.seed.empty())
        throw Error(arguments.spec.changes.empty() ? "--seed" : "--set",
                    name + " is a saved session, which has its own edits",
                    "leave it out, or run the spec in it");
    std::int64_t steps = take_steps(arguments, file.spec);
    if (!arguments.steps.empty() && steps < file.step)
        throw Error("--steps " + arguments.steps,
                    fmt::format("{} was saved at step {}", name, file.step),
                    "give at least that, or type `muonscope replay " +
                        shell_word(arguments.spec.name) + fmt::format(" --to {}`", steps));
    steps = std::max(steps, file.step);
    return {Session(file), steps, arguments.until, 0, file, file.weights};
}

}  // namespace

Beginning beginning_of(const RunArguments& arguments) {
    if (arguments.replay)
        throw Error("--replay", "there is no checkpoint to replay", "name its folder by --resume");
    if (arguments.spec.name.empty())
        throw Error("run", "it does not say what to train",
                    "name a preset, a spec or a session file, or go on with a run by --resume DIR; "
                    "`muonscope run --help` shows what is allowed");
    auto chosen = chosen_spec_or_session(arguments.spec);
    if (auto* file = std::get_if<SessionFile>(&chosen))
        return of_session(std::move(*file), arguments);
    Spec spec = std::get<Spec>(std::move(chosen));
    const std::int64_t steps = take_steps(arguments, spec);
    return {Session(std::move(spec)), steps, arguments.until, 0, std::nullopt, std::nullopt};
}

void check_resume(const RunArguments& arguments) {
    const auto refuse = [](const std::string& what) {
        throw Error(what, "a run that goes on has its own", "leave it out");
    };
    if (!arguments.spec.name.empty()) refuse(in_quotes(arguments.spec.name));
    if (!arguments.spec.changes.empty()) refuse("--set");
    if (!arguments.spec.seed.empty()) refuse("--seed");
    if (!arguments.out.empty()) refuse("--out");
    const std::filesystem::path folder = arguments.resume;
    std::error_code fault;
    if (std::filesystem::exists(folder / checkpoint_name, fault)) return;
    const bool saved = std::filesystem::exists(folder / "session.json", fault);
    throw Error(
        "--resume " + in_quotes(arguments.resume, 200), fmt::format("holds no {}", checkpoint_name),
        saved
            ? "replay its session and go on by `muonscope run " +
                  shell_word((folder / "session.json").string()) + " --steps N`"
            : "name the folder of a run with --out that was longer than a minute, or interrupted");
}

Beginning beginning_in(const OutputFolder& folder, const RunArguments& arguments) {
    RunCheckpoint checkpoint = read_checkpoint((folder.path() / checkpoint_name).string());
    SessionState& state = checkpoint.state;
    const std::int64_t steps = take_steps(arguments, state.spec);
    if (steps < state.step)
        throw Error("--steps " + arguments.steps,
                    fmt::format("the run is at step {} already", state.step), "give at least that");
    std::vector<std::string> until = arguments.until;
    if (until.empty()) until = std::move(checkpoint.until);
    if (arguments.replay) {
        SessionFile file;
        file.spec = state.spec;
        file.log = state.log;
        return {Session(file), steps, std::move(until), 0, std::nullopt, checkpoint.weights};
    }
    const SessionFile::Program& program = checkpoint.program;
    if (!of_this_program(program))
        throw Error("--resume " + in_quotes(arguments.resume, 200),
                    fmt::format("another program wrote its checkpoint, version {}, commit {}",
                                program.version, program.commit),
                    "use that one, or add --replay to train its run again from step 0");
    return {Session::resumed(state), steps,        std::move(until),
            checkpoint.seconds,      std::nullopt, checkpoint.weights};
}

}  // namespace muonscope::cli
