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

// What goes to standard output: a table, the result as JSON, or nothing.
struct OutputOptions {
    bool json = false, quiet = false;
};
void check(const OutputOptions& output);  // throws Error where it is both

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
    std::string weights;             // a folder for every lane's weights; empty: none
    std::string weights_every;       // a file each time that many steps have passed; empty: the end
    bool force = false;              // replace an older run's results in both
    std::string resume;              // the folder of a run to go on with; empty: a new one
    bool replay = false;             // from step 0, whatever its checkpoint holds
    std::string checkpoint_every;    // seconds; 0: never; empty: 60
    std::string workers;             // empty: one a lane, at most one a core
    OutputOptions output;
};
int run(const RunArguments& arguments);

struct ReplayArguments {
    std::string file, to, out, workers;  // to: a step; empty: where it was saved
    bool force = false;
    OutputOptions output;
};
int replay(const ReplayArguments& arguments);

struct RenderArguments {
    SpecOptions spec;
    std::string steps, size = "1600x900", scale = "1", theme = "dark", panel, output;
    std::string looks = "1", at;
    std::vector<std::string> choices;  // name=value, of the preferences
    std::vector<std::string> present;
};
int render(const RenderArguments& arguments);

struct ExportArguments {
    SpecOptions spec;
    std::string steps, at, looks;  // steps: empty of a session alone, which has its own
    std::string what, panel, plot, output, theme = "light";
    std::string width, height, type, line, dpi, frames, rate;  // empty: as --help says
    std::vector<std::string> choices;                          // name=value, of the preferences
    bool quiet = false;
};
int export_figure(const ExportArguments& arguments);

struct ReproduceArguments {
    std::vector<std::string> experiments;  // none, or "all" among them: all
    std::string seed, json, workers;       // json: a file, or - for standard output
    bool quiet = false;
};
int reproduce(const ReproduceArguments& arguments);

struct SweepArguments {
    std::string seeds = "40", budget = "fixed", json, workers;
    std::vector<std::string> changes;  // key=value, of every seed's spec
    bool quiet = false;
};
int sweep(const SweepArguments& arguments);

struct OrthogonaliseArguments {
    std::string source;                // a file or a matrix to make: matrix_source.h
    std::vector<std::string> engines;  // "name" or "name:iterations"; none: all
    std::string compare;               // "all": every other engine too
    std::string precision = "float32", seed = "0", low = ".001", floor = ".01", power = ".5",
                custom = "3.4445,-4.775,2.0315";
    std::string output;  // empty: print only
    bool json = false, no_time = false;
};
int orthogonalise(const OrthogonaliseArguments& arguments);
std::string engine_list();  // for --help: a line an engine
// What the columns of its table are.
inline constexpr const char* orthogonalise_legend =
    "slope at 0     of the transfer function x -> p(x), x = s/|G|_F: below 1/slope a direction is\n"
    "               not flattened; - where there is none\n"
    "error          |O O^T - I|_F/sqrt(n), n the smaller side (O^T O where rows > columns)\n"
    "least, largest singular values of the result O\n"
    "cos polar      <O, UV^T>/(|O| |UV^T|): 1 for the exact polar factor of G\n"
    "cos G          <O, G>/(|O| |G|): gradient fidelity\n"
    "multiply-adds  of one call as computed here; factorisations by textbook counts\n";
inline constexpr const char* orthogonalise_time_legend =
    "time           processor time of a call: median and quartiles of at least five\n";

int list_presets(bool json);
int list_parameters(bool json);

}  // namespace muonscope::cli
