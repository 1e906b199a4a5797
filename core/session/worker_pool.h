#pragma once

#include <functional>
#include <memory>

namespace muonscope {

// Runs f(0) ... f(count - 1) on a fixed set of threads, the caller's among them, and waits for all:
// one slice of work made shorter, where a workplace is for work that nobody waits for. With one
// worker it is a loop and there is no thread. Results do not depend on the number of threads,
// because no two calls share anything that is written. When calls throw, the exception of the
// lowest index is passed on once all have ended.
class WorkerPool {
  public:
    explicit WorkerPool(int workers);  // at least 1, the caller
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void for_each(int count, const std::function<void(int)>& f);  // one caller at a time
    int workers() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// As many threads as lanes, but one core stays with the window; at least one.
int default_workers(int lanes);

}  // namespace muonscope
