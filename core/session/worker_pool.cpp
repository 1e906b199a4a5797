#include "core/session/worker_pool.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "core/session/crew.h"

namespace muonscope {

struct WorkerPool::State {
    std::mutex mutex;
    std::condition_variable work, done;
    const std::function<void(int)>* f = nullptr;
    int next = 0, count = 0, running = 0;
    int failed = 0;  // index of `failure`
    std::exception_ptr failure;
    bool stop = false;
    std::optional<Crew> crew;  // besides the caller

    // Takes indices until none is left. The lock is held except around f.
    void work_through(std::unique_lock<std::mutex>& lock) {
        while (next < count) {
            const int index = next++;
            const auto& call = *f;
            ++running;
            lock.unlock();
            std::exception_ptr thrown;
            try {
                call(index);
            } catch (...) {
                thrown = std::current_exception();
            }
            lock.lock();
            if (thrown && (!failure || index < failed)) {
                failure = thrown;
                failed = index;
            }
            if (--running == 0 && next >= count) done.notify_all();
        }
    }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            work.wait(lock, [this] { return stop || next < count; });
            if (stop) return;
            work_through(lock);
        }
    }
};

WorkerPool::WorkerPool(int workers) : state_(std::make_unique<State>()) {
    state_->crew.emplace(workers - 1, [state = state_.get()] { state->run(); });
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stop = true;
    }
    state_->work.notify_all();
    state_->crew.reset();
}

int WorkerPool::workers() const {
    return state_->crew->threads() + 1;
}

void WorkerPool::for_each(int count, const std::function<void(int)>& f) {
    std::unique_lock lock(state_->mutex);
    state_->f = &f;
    state_->next = 0;
    state_->count = count;
    state_->failure = nullptr;
    if (workers() > 1 && count > 1) state_->work.notify_all();
    state_->work_through(lock);
    state_->done.wait(lock, [this] { return state_->running == 0; });
    if (state_->failure) std::rethrow_exception(std::exchange(state_->failure, nullptr));
}

int default_workers(int lanes) {
    const int cores = hardware_threads();
    return std::clamp(cores - 1, 1, std::max(lanes, 1));
}

}  // namespace muonscope
