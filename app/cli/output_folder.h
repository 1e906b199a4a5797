#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace muonscope::cli {

// Where results go: all of them or none, and never beside those of another run. They are written
// into a hidden folder inside the one that was asked for, and moved into place by publish().
// Without it, what this made goes away again.
class OutputFolder {
  public:
    // Creates the folder and what leads to it, and clears what a killed run left there. Throws
    // Error when that cannot be, when the folder cannot be written to, when another run is at work
    // in it, or when it holds an older run's results and `replaces` is false: before anything is
    // trained, not after. `option` is what it was asked for with.
    OutputFolder(const std::string& path, bool replaces, std::string option = "--out");
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    // Where to write `name` ("lane-1-sgd/W1.npy"); its folder is there.
    std::string staged(const std::string& name) const;
    const std::filesystem::path& path() const { return folder_; }
    // Where a file of this run stands that is written on the way, whole each time: it stays however
    // the run ends. `name` is one that results_in() knows.
    std::string on_the_way(const std::string& name);
    void remove_older();  // an older run's files; throws Error
    void publish();       // removes them first; throws Error

  private:
    std::string named(const std::filesystem::path& path) const;
    void make_folder();
    void take_hold();
    void clear_leftovers() const;
    void make_staging();
    void undo() noexcept;

    std::string option_;
    std::filesystem::path folder_, staging_;  // absolute
    std::vector<std::filesystem::path> on_the_way_;
    std::filesystem::path made_;  // the outermost folder this created; empty: none
    int hold_ = -1;               // the folder, locked while a run is at work in it
};

// What a run under way is kept in.
inline constexpr const char* checkpoint_name = "checkpoint.safetensors";

// The files in `folder` that a run wrote, relative to it.
std::vector<std::filesystem::path> results_in(const std::filesystem::path& folder);

}  // namespace muonscope::cli
