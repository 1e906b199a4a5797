#include "app/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/cli/command_words.h"
#include "app/cli/commands.h"
#include "app/cli/export_kinds.h"
#include "app/cli/matrix_source.h"
#include "app/cli/study_commands.h"
#include "app/cli/weights_commands.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/base/near_names.h"
#include "core/base/program.h"
#include "core/experiment/channels.h"
#include "core/experiment/parameters.h"
#include "core/experiment/published/experiment.h"
#include "core/experiment/published/verdict.h"
#include "core/linalg/kernels/level.h"

namespace muonscope::cli {
namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 reproduce missed a published figure; 2 bad input or usage, said in one "
    "line on stderr; 3 a lane diverged "
    "(results are written all the same); 130, 129, 143 interrupted by Ctrl+C, SIGHUP, SIGTERM "
    "(likewise).";

// `fault` is an errno.
std::string unwritable_output(int fault) {
    return fault == EPIPE ? "standard output: its reader has gone; let it read to the end"
                          : "standard output: cannot be written; free some space or choose another "
                            "place";
}

struct Arguments {
    WindowArguments window;
    RunArguments run;
    ReplayArguments replay;
    RenderArguments render;
    ExportArguments figure;
    ReproduceArguments reproduce;
    SweepArguments sweep;
    OrthogonaliseArguments orthogonalise;
    WeightsArguments weights;
    StudyArguments study;
    bool presets_as_json = false, parameters_as_json = false;
    std::string shell;
};

void add_spec_options(CLI::App& app, SpecOptions& options) {
    app.add_option("--set", options.changes,
                   "Change a parameter, for example optimizer.lr=0.1; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    app.add_option("--seed", options.seed,
                   "The same as --set seed=N: " + allowed(parameter_at("seed")))
        ->type_name("N");
}

void add_window(CLI::App& app, WindowArguments& arguments) {
    auto* file =
        app.add_option("spec", arguments.spec.name, "A preset, a spec or a session file to open on")
            ->type_name("NAME|FILE");
    app.add_option("--preset", arguments.spec.name, "A preset to open on")
        ->type_name("NAME")
        ->excludes(file);
    add_spec_options(app, arguments.spec);
    app.add_option("--state-file", arguments.state_file,
                   "Write there, on exit, what the session had come to")
        ->type_name("PATH");
    app.add_option("--size", arguments.size, "Of the window, in pixels; otherwise 1600x900")
        ->type_name("WxH");
    app.add_option("--scale", arguments.scale,
                   "Of text and everything else, 0.5 to 4; otherwise as chosen last")
        ->type_name("S");
    app.add_option("--theme", arguments.theme, "light or dark; otherwise as chosen last")
        ->type_name("THEME");
}

constexpr const char* quiet_help = "Print nothing but what goes wrong";

// Of a command that prints a table.
void add_output_options(CLI::App& app, OutputOptions& output) {
    app.add_flag("--json", output.json, "Print JSON in place of the table, as summary.json has it");
    app.add_flag("-q,--quiet", output.quiet, quiet_help);
}

std::string column_lines() {
    std::string text;
    for (const ColumnWords& column : column_words())
        text += fmt::format("  {:<32}{}\n", column.name, column.words);
    return text;
}

CLI::App& add_run(CLI::App& app, RunArguments& arguments) {
    CLI::App& run = *app.add_subcommand("run", "Train without a window");
    run.add_option("spec", arguments.spec.name,
                   "A preset, a spec file, or a session file: that is replayed to where it was "
                   "saved, its bits are compared, and then it goes on")
        ->type_name("NAME|FILE");
    run.add_option("--steps", arguments.steps, "Where to stop; otherwise at run.steps")
        ->type_name("N");
    run.add_option("--until", arguments.until,
                   "Stop at the first step at which every lane has column<=value, a column of "
                   "history.csv (see below); may be repeated, then all must hold. Columns with "
                   "_min and _max cost nothing to look at; others, and losses of minibatches, "
                   "are measured at every step, which takes longer than the training")
        ->type_name("KEY<=VALUE")
        ->allow_extra_args(false);
    add_spec_options(run, arguments.spec);
    run.add_option("--out", arguments.out,
                   "Write summary.json, history.csv, session.json and every lane's final weights "
                   "(lane-1-sgd/W1.npy …) into this folder")
        ->type_name("DIR");
    run.add_option("--save-weights", arguments.weights,
                   "Write every lane's weights into this folder, as model files that Model "
                   "weights, muonscope weights and others read: step-500.safetensors with "
                   "layers.0.weight … in float64, of several lanes each in a folder of its own "
                   "(lane-1-sgd/step-500.safetensors)")
        ->type_name("DIR");
    run.add_option("--weights-every", arguments.weights_every,
                   "Also at the start and whenever N steps have passed: a series of checkpoints; "
                   "otherwise at the end alone")
        ->type_name("N");
    run.add_flag("--force", arguments.force, "Replace an older run's results in those folders");
    run.add_option("--checkpoint-every", arguments.checkpoint_every,
                   "Seconds after which the run's state is written into the folder of --out, as "
                   "checkpoint.safetensors, and again after as many; also where it is interrupted; "
                   "60, 0: never")
        ->type_name("SECONDS");
    run.add_option("--resume", arguments.resume,
                   "Go on with the run that left its checkpoint in this folder, interrupted or "
                   "killed, to the bits and results that it would have come to; --steps says "
                   "otherwise how far")
        ->type_name("DIR");
    run.add_flag("--replay", arguments.replay,
                 "With --resume, where another version wrote the checkpoint: train its run again "
                 "from step 0");
    run.add_option("--workers", arguments.workers,
                   "Threads; the result is the same with any number")
        ->type_name("N");
    add_output_options(run, arguments.output);
    run.footer(fmt::format(
        "Examples:\n"
        "  muonscope run two-ways-up --out results\n"
        "  muonscope run staged --until 'relative_error<=0.05' --seed 7\n"
        "  muonscope run two-ways-up --save-weights checkpoints --weights-every 50\n"
        "  muonscope run two-ways-up --set lanes.muon.optimizer.lr=0.01 --steps 500\n"
        "  muonscope run stories --out stories     interrupted or killed …\n"
        "  muonscope run --resume stories          … it goes on\n"
        "  muonscope run results/session.json --steps 3000\n\n"
        "history.csv: one line a recorded step and lane, every step at first, then pairs of\n"
        "neighbouring steps further and further apart.\n{}\n{}",
        column_lines(), exit_codes));
    return run;
}

CLI::App& add_replay(CLI::App& app, ReplayArguments& arguments) {
    CLI::App& replay =
        *app.add_subcommand("replay", "Run a session file again and prove the bits the same");
    replay.add_option("file", arguments.file, "A session.json")->type_name("FILE")->required();
    replay
        .add_option("--to", arguments.to,
                    "Stop at this step, before where it was saved; the bits are not compared then")
        ->type_name("STEP");
    CLI::Option* out =
        replay.add_option("--out", arguments.out, "Write results into this folder, as `run` does")
            ->type_name("DIR");
    replay.add_flag("--force", arguments.force, "Replace an older run's results in that folder")
        ->needs(out);
    replay.add_option("--workers", arguments.workers, "Threads")->type_name("N");
    add_output_options(replay, arguments.output);
    replay.footer(
        fmt::format("Examples:\n  muonscope replay results/session.json\n"
                    "  muonscope replay results/session.json --to 100\n\n{}",
                    exit_codes));
    return replay;
}

CLI::App& add_render(CLI::App& app, RenderArguments& arguments) {
    CLI::App& render =
        *app.add_subcommand("render", "Draw the window into a PNG; needs no display");
    render.add_option("spec", arguments.spec.name, "A preset or a spec file")
        ->type_name("NAME|FILE")
        ->required();
    render.add_option("--steps", arguments.steps, "Train this many steps first")
        ->type_name("N")
        ->required();
    render.add_option("--size", arguments.size, "Pixels; otherwise 1600x900")->type_name("WxH");
    render.add_option("--scale", arguments.scale, "Of text and everything else, 0.5 to 4")
        ->type_name("S");
    render.add_option("--theme", arguments.theme, "light or dark; otherwise dark")
        ->type_name("THEME");
    render
        .add_option("--panel", arguments.panel,
                    "Draw this panel alone; results and staged-planner first run what they show")
        ->type_name("NAME");
    render
        .add_option("--choose", arguments.choices,
                    "A choice of a panel as the file of preferences has it, such as "
                    "representations_view=1")
        ->type_name("NAME=VALUE");
    render
        .add_option("--looks", arguments.looks,
                    "Look this often on the way, for what panels gather over steps; otherwise at "
                    "the end alone")
        ->type_name("N");
    render
        .add_option(
            "--at", arguments.at,
            "Draw every panel as it was at this step of those trained; otherwise the newest")
        ->type_name("STEP");
    render
        .add_option("--present", arguments.present,
                    "Draw the presentation of these panels, the largest first")
        ->type_name("NAME,…")
        ->delimiter(',')
        ->excludes("--panel");
    add_spec_options(render, arguments.spec);
    render.add_option("-o,--output", arguments.output, "The picture to write")
        ->type_name("FILE.png")
        ->required();
    render.footer(
        fmt::format("Example:\n  muonscope render two-ways-up --steps 140 --theme light -o "
                    "two-ways-up.png\n\n{}",
                    exit_codes));
    return render;
}

CLI::App& add_export(CLI::App& app, ExportArguments& arguments) {
    CLI::App& command = *app.add_subcommand(
        "export", "Write a panel, a plot or the whole window as a figure; needs no display");
    command
        .add_option("spec", arguments.spec.name,
                    "A preset, a spec file, or a session file: that is run again to where it was "
                    "saved")
        ->type_name("NAME|FILE")
        ->required();
    command
        .add_option("--steps", arguments.steps,
                    "Train this many steps first; of a session otherwise as many as were saved")
        ->type_name("N");
    command
        .add_option("--at", arguments.at,
                    "Show everything as it was at this step of those trained; otherwise the newest")
        ->type_name("STEP");
    command
        .add_option("--panel", arguments.panel,
                    "This panel alone, its plots as they stand in it; otherwise the whole window")
        ->type_name("NAME");
    command
        .add_option("--what", arguments.what,
                    "What to write, see below; otherwise what the file's name ends with")
        ->type_name("WHAT");
    command
        .add_option("--plot", arguments.plot,
                    "Of values: which plot, where a panel has several; without it an error names "
                    "them")
        ->type_name("PLOT");
    command
        .add_option("--width-mm", arguments.width,
                    "As wide as this, in millimetres: 85 is a column of a paper; otherwise 175, of "
                    "the whole window 320")
        ->type_name("MM");
    command
        .add_option("--height-mm", arguments.height,
                    "As high as this; otherwise as the panel stands on the screen")
        ->type_name("MM");
    command.add_option("--type-size", arguments.type, "Of words, in points; otherwise 8")
        ->type_name("PT");
    command
        .add_option("--line-width", arguments.line,
                    "Of curves in drawings and scripts, in points; otherwise 1")
        ->type_name("PT");
    command.add_option("--dpi", arguments.dpi, "Of pictures, dots an inch; otherwise 300")
        ->type_name("N");
    command
        .add_option("--theme", arguments.theme,
                    "Of pictures, light or dark; otherwise light. Drawings are black on white")
        ->type_name("THEME");
    command
        .add_option("--choose", arguments.choices,
                    "A choice of a panel as the file of preferences has it, such as sv_log=true")
        ->type_name("NAME=VALUE");
    command
        .add_option("--looks", arguments.looks,
                    "Look this often on the way, for what panels gather over steps; otherwise at "
                    "the end alone")
        ->type_name("N");
    command
        .add_option("--frames", arguments.frames,
                    "Pictures of an animation, evenly over the steps; otherwise 100")
        ->type_name("N");
    command.add_option("--rate", arguments.rate, "Frames a second of a film; otherwise 25")
        ->type_name("N");
    command.add_flag("-q,--quiet", arguments.quiet, quiet_help);
    add_spec_options(command, arguments.spec);
    command
        .add_option("-o,--output", arguments.output, "The file to write, or the folder of frames")
        ->type_name("FILE")
        ->required();
    command.footer(fmt::format(
        "What --what knows:\n{}\nExamples:\n"
        "  muonscope export two-ways-up --steps 140 --panel loss --width-mm 85 -o loss.pdf\n"
        "  muonscope export two-ways-up --steps 140 -o window.svg\n"
        "  muonscope export two-ways-up --steps 140 --panel loss -o loss.py\n"
        "  muonscope export two-ways-up --steps 140 --panel maps --what frames --frames 3 -o "
        "maps\n\n{}",
        export_legend(), exit_codes));
    return command;
}

CLI::App& add_reproduce(CLI::App& app, ReproduceArguments& arguments) {
    CLI::App& reproduce = *app.add_subcommand(
        "reproduce", "Run the published experiments and hold every printed figure against ours");
    std::string names;
    for (const PublishedExperiment& experiment : published_experiments())
        names += fmt::format("\n  {:<10} {}", experiment.name, experiment.question);
    reproduce.add_option("experiments", arguments.experiments, "Which; otherwise all of them")
        ->type_name("NAME");
    reproduce
        .add_option("--seed", arguments.seed,
                    fmt::format("Shifts every seed of the recipes, 0 to {}; 0, where not given, is "
                                "the published run, others have no figures to be held against",
                                largest_shift))
        ->type_name("N");
    reproduce
        .add_option(
            "--json", arguments.json,
            "Write the figures there, as published.json has them, those of other seeds with all "
            "digits; -: print them in place of the table")
        ->type_name("FILE");
    reproduce.add_flag("-q,--quiet", arguments.quiet, quiet_help);
    reproduce
        .add_option("--workers", arguments.workers,
                    "Threads; the figures are the same with any number")
        ->type_name("N");
    reproduce.footer(
        fmt::format("Experiments of arXiv 2607.01124:{}\n  {:<10} every one of them\n\n"
                    "Verdicts: {}\n\n"
                    "Examples:\n"
                    "  muonscope reproduce all --json figures.json\n"
                    "  muonscope reproduce staged tau\n"
                    "  muonscope reproduce staged --seed 7\n\n{}",
                    names, "all", verdict_rule, exit_codes));
    return reproduce;
}

CLI::App& add_sweep(CLI::App& app, SweepArguments& arguments) {
    CLI::App& sweep = *app.add_subcommand(
        "sweep", "Staged training over many seeds: how many steps of phase 2 Muon saves");
    sweep
        .add_option("--seeds", arguments.seeds,
                    "How many, 1 to 1000, from the published one on; 40")
        ->type_name("N");
    sweep
        .add_option("--budget", arguments.budget,
                    "When phase 1 ends: fixed (600 steps), distance (both arms as far from the "
                    "target as the farther one is then), loss (both at the loss of the nearer "
                    "one); the table is of this one, the sums are of all three")
        ->type_name("BUDGET");
    sweep
        .add_option("--set", arguments.changes,
                    "Change a parameter of every seed's run, for example target.signs=random; may "
                    "be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    sweep
        .add_option(
            "--json", arguments.json,
            "Write every seed under every budget there; -: print them in place of the table")
        ->type_name("FILE");
    sweep.add_flag("-q,--quiet", arguments.quiet, quiet_help);
    sweep
        .add_option("--workers", arguments.workers,
                    "Threads; the figures are the same with any number")
        ->type_name("N");
    sweep.footer(fmt::format(
        "The loss of phase 1 is the square of the distance from its target, over |A|^2: matched\n"
        "distance and matched loss differ only in the level at which they match. Phase 2 is\n"
        "linear, so its steps are counted from the weights that phase 1 leaves.\n\n"
        "Examples:\n"
        "  muonscope sweep --seeds 40 --budget distance --json sweep.json\n"
        "  muonscope sweep --set target.signs=random   the signs of the target's vectors "
        "drawn\n\n{}",
        exit_codes));
    return sweep;
}

CLI::App& add_completions(CLI::App& app, std::string& shell) {
    CLI::App& command = *app.add_subcommand(
        "completions", "Print what makes a shell complete commands, options, presets and keys");
    command.add_option("shell", shell, "bash, zsh or fish")->type_name("SHELL")->required();
    command.footer(
        "bash: keep it as ~/.local/share/bash-completion/completions/muonscope, or\n"
        "  source <(muonscope completions bash)\n"
        "zsh: keep it as _muonscope in a folder of $fpath\n"
        "fish: keep it as ~/.config/fish/completions/muonscope.fish\n\n"
        "Example:\n"
        "  muonscope completions bash > muonscope.bash");
    return command;
}

CLI::App& add_orthogonalise(CLI::App& app, OrthogonaliseArguments& arguments) {
    CLI::App& command = *app.add_subcommand(
        "orthogonalise", "Compare orthogonalisers on one matrix: slope, error, fidelity, cost");
    command.add_option("matrix", arguments.source, "A .npy file, or a matrix to make: see below")
        ->type_name("MATRIX")
        ->required();
    command
        .add_option("--engine", arguments.engines,
                    "Which, with its iterations, 1 to 20 (otherwise as many as it is made for: 5, "
                    "turbo 4, eight_plus_two 10); may be repeated; otherwise all of them")
        ->type_name("NAME[:N]")
        ->allow_extra_args(false);
    command.add_option("--compare", arguments.compare, "all: every other engine beside it")
        ->type_name("all");
    command
        .add_option("--precision", arguments.precision,
                    "float64, float32 (the default), bfloat16, tensor_core or bfloat16_fused; with "
                    "the last three factorisations compute in float and round what comes in and "
                    "goes out")
        ->type_name("P");
    command
        .add_option("--seed", arguments.seed,
                    "Of the matrix and of random_spectrum, 0 to 999999999999999; 0")
        ->type_name("N");
    command.add_option("--low", arguments.low, "optimal_cubic: the least s/|G|_F it is for; .001")
        ->type_name("X");
    command
        .add_option("--floor", arguments.floor,
                    "floored: below this s/|G|_F values pass in proportion; .01")
        ->type_name("X");
    command.add_option("--power", arguments.power, "spectral_power: p, -.5 to 1; .5")
        ->type_name("P");
    command
        .add_option("--custom", arguments.custom, "custom: a,b,c of a x + b x^3 + c x^5; Jordan's")
        ->type_name("A,B,C");
    command.add_flag("--json", arguments.json, "Print JSON; a number that is not finite is null");
    command.add_flag("--no-time", arguments.no_time, "Leave out what differs from run to run");
    command
        .add_option("-o,--output", arguments.output, "Write the result of the one --engine there")
        ->type_name("FILE.npy");
    command.footer(fmt::format(
        "Matrices:\n  {}\n\nEngines:\n{}\nColumns:\n{}{}\n"
        "Examples:\n"
        "  muonscope orthogonalise gaussian:64x64\n"
        "  muonscope orthogonalise spectrum:exponential:.8:64x64 --engine jordan:5 --compare all\n"
        "  muonscope orthogonalise G.npy --engine polar_express:8 -o O.npy\n\n{}",
        source_help, engine_list(), orthogonalise_legend, orthogonalise_time_legend, exit_codes));
    return command;
}

std::string one_line(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

int refuse(const std::string& message) {
    // Not fmt::print, which throws where stderr itself is full.
    std::fputs(fmt::format("muonscope: {}\n", one_line(message)).c_str(), stderr);
    return refused;
}

// The innermost: `weights info`. None: nullptr.
const CLI::App* parsed_command(const CLI::App& app) {
    const auto parsed = app.get_subcommands([](const CLI::App* sub) { return sub->parsed(); });
    if (parsed.empty()) return nullptr;
    const CLI::App* inner = parsed_command(*parsed.front());
    return inner == nullptr ? parsed.front() : inner;
}

std::vector<std::string> options_of(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

// "--steps", or the name of a positional.
std::string name_of(const CLI::Option& option) {
    return option.get_positional() ? option.get_name(true) : option.get_name();
}

std::string usage_of(const CLI::App& app, const CLI::App* command) {
    if (command == nullptr || command == &app) return app.get_name();
    return usage_of(app, command->get_parent()) + " " + command->get_name();
}

// All that have no commands of their own.
std::vector<CLI::App*> commands_of(CLI::App& app) {
    std::vector<CLI::App*> commands;
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
        const std::vector<CLI::App*> inner = commands_of(*command);
        if (inner.empty()) commands.push_back(command);
        commands.insert(commands.end(), inner.begin(), inner.end());
    }
    return commands;
}

// An option with a value, once.
bool takes_one(const CLI::Option& option) {
    return option.get_type_size() == 1 && option.get_expected_max() == 1;
}

// What to say of an option that its command does not have; empty when there is none among `words`.
std::string unknown_option(const std::vector<std::string>& words, CLI::App& app) {
    const CLI::App* command = parsed_command(app);
    for (const std::string& word : words) {
        const std::string name = word.substr(0, word.find('='));
        if (!name.starts_with("--") || name.size() == 2) continue;
        const std::string found =
            in_quotes(name) + " is not an option of `" + usage_of(app, command) + "`; ";
        const auto own = options_of(command == nullptr ? app : *command);
        if (std::find(own.begin(), own.end(), name) != own.end())
            return found + "write it behind the command's name";
        if (const std::string near = did_you_mean(name, own); !near.empty()) return found + near;
        std::string others;
        for (const CLI::App* other : commands_of(app))
            if (const auto names = options_of(*other);
                std::find(names.begin(), names.end(), name) != names.end())
                others += (others.empty() ? "`" : ", `") + usage_of(app, other) + "`";
        if (!others.empty()) return found + "it is one of " + others;
        return found + "`" + usage_of(app, command) + " --help` shows what is allowed";
    }
    return "";
}

std::string usage_error(const CLI::ParseError& fault, CLI::App& app, const Arguments& typed) {
    const CLI::App* command = parsed_command(app);
    // `muonscope rnu staged` reads as a spec file and something too many.
    const std::string& word = typed.window.spec.name;
    if (command == nullptr && !word.empty()) {
        std::vector<std::string> names;
        for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
            names.push_back(sub->get_name());
        if (const std::string near = did_you_mean(word, names); !near.empty())
            return in_quotes(word) + " is not a command; " + near;
    }
    if (std::string unknown = unknown_option(app.remaining(true), app); !unknown.empty())
        return unknown;
    // `weights spectra` is two words, of which the second may be missing or mistyped.
    if (command != nullptr &&
        !command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
        std::vector<std::string> names;
        for (const CLI::App* sub : command->get_subcommands([](const CLI::App*) { return true; }))
            names.push_back(sub->get_name());
        const std::vector<std::string> rest = app.remaining(true);
        const std::string near = rest.empty() ? "" : did_you_mean(rest.front(), names);
        return fmt::format(
            "`{}`: {}; {}", usage_of(app, command),
            rest.empty() ? "it does not say what to do"
                         : in_quotes(rest.front()) + " is not one of its commands",
            near.empty() ? fmt::format("choose one of {}", fmt::join(names, ", ")) : near);
    }
    std::string what = one_line(fault.what());
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&fault) != nullptr)
        what = what.substr(0, what.find(": ")) + ": its value is missing";
    return fmt::format("{}; `{} --help` shows what is allowed", what, usage_of(app, command));
}

// The parser's own words for an option that is given twice say nothing of that: check_words does.
void allow_repeats(CLI::App& command) {
    for (CLI::Option* option : command.get_options([](CLI::Option*) { return true; }))
        if (takes_one(*option)) option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

// Each option that takes one value at most once, and no empty words: the parser lets them through.
void check_words(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options()) {
        const auto& words = option->results();
        if (takes_one(*option) && words.size() > 1)
            throw Error(name_of(*option), fmt::format("is given {} times", words.size()),
                        "leave one of them");
        if (std::find(words.begin(), words.end(), "") != words.end())
            throw Error(name_of(*option), "is empty",
                        "give " + option->get_type_name() +
                            (option->get_required() ? "" : " or leave it out"));
    }
}

// Options of the window, where a command opens none.
void check_window_options(const CLI::App& app, const CLI::App& command) {
    for (const CLI::Option* option : app.get_options())
        if (option->count() > 0)
            throw Error(
                option->get_positional() ? in_quotes(option->results().front()) : name_of(*option),
                "stands before the command " + command.get_name() +
                    ", which opens no "
                    "window",
                "write it behind the command, or leave it out");
}

std::string version_text() {
    return fmt::format("muonscope {}, commit {}, kernels for {}", program_version(),
                       program_commit(), level_name(level()));
}

int dispatch(int argc, const char* const* argv) {
    Arguments arguments;
    CLI::App app("Muonscope trains deep linear networks live and shows what each optimiser does.",
                 "muonscope");
    app.set_version_flag("--version", version_text, "Print version, commit and level, and exit");
    app.require_subcommand(0, 1);
    app.footer(
        fmt::format("Examples:\n"
                    "  muonscope                         open the window on two-ways-up\n"
                    "  muonscope --preset staged         … on another preset\n"
                    "  muonscope my.json --set seed=7    … on a spec file\n"
                    "  muonscope run two-ways-up         train without a window\n"
                    "  muonscope reproduce all           the paper's runs, figure by figure\n"
                    "  muonscope run --help              every command has its own help\n\n{}",
                    exit_codes));
    add_window(app, arguments.window);
    const CLI::App& run_command = add_run(app, arguments.run);
    const CLI::App& replay_command = add_replay(app, arguments.replay);
    CLI::App& presets_command =
        *app.add_subcommand("presets", "List the presets: name, title, what to look for");
    presets_command.add_flag("--json", arguments.presets_as_json, "As JSON");
    presets_command.footer("Example:\n  muonscope presets");
    CLI::App& params_command =
        *app.add_subcommand("params", "List every parameter: key, range, default, what it is");
    params_command.add_flag("--json", arguments.parameters_as_json, "As JSON");
    params_command.footer("Example:\n  muonscope params --json > parameters.json");
    const CLI::App& render_command = add_render(app, arguments.render);
    const CLI::App& export_command = add_export(app, arguments.figure);
    const CLI::App& reproduce_command = add_reproduce(app, arguments.reproduce);
    const CLI::App& sweep_command = add_sweep(app, arguments.sweep);
    const CLI::App& orthogonalise_command = add_orthogonalise(app, arguments.orthogonalise);
    const CLI::App& weights_command = add_weights(app, arguments.weights, exit_codes);
    const CLI::App& study_command = add_study(app, arguments.study, exit_codes);

    const CLI::App& completions_command = add_completions(app, arguments.shell);
    CLI::App& man_command = *app.add_subcommand("man", "Print the manual page, for man(1)");
    man_command.footer("Example:\n  muonscope man > muonscope.1");

    for (CLI::App* command : commands_of(app)) allow_repeats(*command);
    allow_repeats(app);

    // `--out= results` would take the next word.
    for (int i = 1; i < argc; ++i)
        if (const std::string_view word = argv[i]; word.starts_with("--") && word.ends_with('='))
            throw Error(std::string(word), "is empty", "give its value behind the =");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {  // --help, --version
        return app.exit(wish);
    } catch (const CLI::ParseError& fault) {
        return refuse(usage_error(fault, app, arguments));
    }
    check_words(app);
    if (const CLI::App* command = parsed_command(app)) {
        check_words(*command);
        check_window_options(app, *command);
    }
    level();  // says now what is wrong with MUONSCOPE_LEVEL
    if (run_command.parsed()) return run(arguments.run);
    if (replay_command.parsed()) return replay(arguments.replay);
    if (presets_command.parsed()) return list_presets(arguments.presets_as_json);
    if (params_command.parsed()) return list_parameters(arguments.parameters_as_json);
    if (render_command.parsed()) return render(arguments.render);
    if (export_command.parsed()) return export_figure(arguments.figure);
    if (reproduce_command.parsed()) return reproduce(arguments.reproduce);
    if (sweep_command.parsed()) return sweep(arguments.sweep);
    if (orthogonalise_command.parsed()) return orthogonalise(arguments.orthogonalise);
    if (weights_command.parsed()) return run_weights(weights_command, arguments.weights);
    if (completions_command.parsed()) {
        fmt::print("{}", completions(command_words(app), arguments.shell));
        return done;
    }
    if (man_command.parsed()) {
        fmt::print("{}", man_page(command_words(app)));
        return done;
    }
    if (study_command.parsed()) return run_study_command(study_command, arguments.study);
    return open_window(arguments.window);
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    // A file that grows too large is an error to report, not a reason to die.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        const int code = dispatch(argc, argv);
        std::cout.flush();
        errno = 0;
        if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout))
            return refuse(unwritable_output(errno));
        return code;
    } catch (const std::exception& fault) {
        // fmt::print throws when standard output takes no more.
        const auto* system = dynamic_cast<const std::system_error*>(&fault);
        return refuse(std::ferror(stdout) ? unwritable_output(system ? system->code().value() : 0)
                                          : fault_text(fault));
    }
}

}  // namespace muonscope::cli
