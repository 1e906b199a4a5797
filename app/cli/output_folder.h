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
    void publish();  // removes the older run's files first; throws Error

  private:
    std::string named(const std::filesystem::path& path) const;
    void make_folder();
    void take_hold();
    void clear_leftovers() const;
    void make_staging();
    void undo() noexcept;

    std::string option_;
    std::filesystem::path folder_, staging_;  // absolute
    std::filesystem::path made_;              // the outermost folder this created; empty: none
    int hold_ = -1;                           // the folder, locked while a run is at work in it
};

// The files in `folder` that a run wrote, relative to it.
std::vector<std::filesystem::path> results_in(const std::filesystem::path& folder);

}  // namespace muonscope::cli
