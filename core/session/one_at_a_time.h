#pragma once

#include <mutex>

namespace muonscope {

// A door that one thread at a time goes through: what is written by several jobs that else share
// nothing. The calls of a WorkerPool's function go through it to a file, or to a count.
class OneAtATime {
  public:
    template <class Function>
    auto operator()(const Function& function) {
        const std::lock_guard lock(mutex_);
        return function();
    }

  private:
    std::mutex mutex_;
};

}  // namespace muonscope
