// usage: fuzz_seeds FOLDER: what only the program itself writes, a folder a target: specs of the
// presets, sessions with every kind of edit and checkpoints of a small run.

#include <cstdio>
#include <exception>
#include <filesystem>

#include "core/documents/checkpoint_file.h"
#include "core/documents/session_json.h"
#include "core/documents/setting_text.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"

namespace {

using namespace muonscope;
namespace fs = std::filesystem;

Session small_run(const std::vector<Edit>& edits) {
    Spec spec = presets().front();
    set(spec, "network.width", "4");
    set(spec, "network.depth", "2");
    set(spec, "target.modes", "3");
    Session session(std::move(spec));
    WorkerPool pool(1);
    for (const Edit& edit : edits) {
        session.advance_to(session.step() + 1, pool);
        session.apply(edit);
    }
    session.advance_to(session.step() + 2, pool);
    return session;
}

void write_seeds(const fs::path& folder) {
    for (const char* name : {"spec", "setting", "session", "checkpoint"})
        fs::create_directories(folder / name);
    for (const Spec& spec : presets()) {
        write_file((folder / "spec" / spec.name).string(), to_json(spec));
        write_file((folder / "setting" / spec.name).string(), setting_text(spec));
    }
    const Recipe recipe = presets().front().lanes.front();
    const std::vector<std::vector<Edit>> runs{
        {},
        {SetParameter{"optimizer.lr", 0.1, true},
         SetParameter{"lanes.0.name", std::string("a"), true}},
        {SwapOptimizers{false}, SetLane{1, recipe, true}, LowerRate{0, 0.5}}};
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::string name = std::to_string(i);
        const Session session = small_run(runs[i]);
        SessionFile file = session.saved();
        file.weights =
            SessionFile::Weights{{"m.gguf"}, "m.gguf", "", "blk.0.ffn_up.weight", {"*:drop-top=1"}};
        write_file((folder / "session" / name).string(), to_json(file));
        RunCheckpoint checkpoint;
        checkpoint.state = session.state();
        checkpoint.until = {"relative_error<=0.05"};
        checkpoint.seconds = 1.5;
        checkpoint.weights = file.weights;
        write_checkpoint((folder / "checkpoint" / name).string(), checkpoint);
    }
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (count == 2) write_seeds(arguments[1]);
        return count == 2 ? 0 : 2;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "%s\n", fault.what());
        return 1;
    }
}
