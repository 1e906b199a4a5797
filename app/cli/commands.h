#pragma once

#include <string>
#include <vector>

// One function a subcommand. Each takes what was typed, as text: the parameter table checks it, so
// that a flag and a slider allow the same values. All return an exit code and throw Error.
namespace muonscope::cli {

struct SpecOptions {
    std::string name;                  // a preset's slug or a file; empty: the first preset
    std::vector<std::string> changes;  // "key=value", in order
    std::string seed;
};

struct WindowArguments {
    SpecOptions spec;
    std::string state_file;
    std::string size, scale, theme;  // empty: as it was last
};
int open_window(const WindowArguments& arguments);

struct RunArguments {
    SpecOptions spec;
    std::string steps;               // empty: run.steps
    std::vector<std::string> until;  // "column<=value"; all of them, in every lane
    std::string out;                 // empty: print only
    std::string workers;             // empty: one a lane, at most one a core
};
int run(const RunArguments& arguments);

struct ReplayArguments {
    std::string file, out, workers;
};
int replay(const ReplayArguments& arguments);

struct RenderArguments {
    SpecOptions spec;
    std::string steps, size = "1600x900", scale = "1", theme = "dark", panel, output;
};
int render(const RenderArguments& arguments);

struct ReproduceArguments {
    std::vector<std::string> experiments;  // none, or "all" among them: all
    std::string seed, json, workers;
};
int reproduce(const ReproduceArguments& arguments);

struct SweepArguments {
    std::string seeds = "40", budget = "fixed", json, workers;
};
int sweep(const SweepArguments& arguments);

int list_presets();
int list_parameters(bool json);

}  // namespace muonscope::cli
