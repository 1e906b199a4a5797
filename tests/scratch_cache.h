#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/scratch_folder.h"

namespace muonscope {

// A folder of this test's own for what the program keeps to find again.
class ScratchCache {
  public:
    ScratchCache() {
        if (const char* before = std::getenv("XDG_CACHE_HOME")) before_ = before;
        ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
    }
    ~ScratchCache() {
        if (before_)
            ::setenv("XDG_CACHE_HOME", before_->c_str(), 1);
        else
            ::unsetenv("XDG_CACHE_HOME");
    }
    ScratchCache(const ScratchCache&) = delete;
    ScratchCache& operator=(const ScratchCache&) = delete;

    std::string sweeps() const { return (folder_ / "muonscope/sweeps"); }

  private:
    ScratchFolder folder_;
    std::optional<std::string> before_;
};

}  // namespace muonscope
