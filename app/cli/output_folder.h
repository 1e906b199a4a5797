#pragma once

#include <filesystem>
#include <string>

namespace muonscope::cli {

// Where results go: all of them or none. They are written into a hidden folder inside the one that
// was asked for, and moved into place by publish(). Without it, what this made goes away again.
class OutputFolder {
  public:
    // Creates the folder and what leads to it; throws Error when that cannot be or when it cannot
    // be written to, so that nobody trains for an hour first.
    explicit OutputFolder(const std::string& path);
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    // Where to write `name` ("lane-1-sgd/W1.npy"); its folder is there.
    std::string staged(const std::string& name) const;
    void publish();  // throws Error

  private:
    std::filesystem::path folder_, staging_;
    std::filesystem::path made_;  // the outermost folder this created; empty: none
};

}  // namespace muonscope::cli
