#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/fault_text.h"

namespace muonscope {

// One piece of work on a thread of its own beside whoever began it, which hands over pieces as it
// goes and is never waited for. When nobody takes the pieces the work waits; it ends when it is
// stopped or when this goes.
template <class Piece>
class Background {
    struct State;

  public:
    static constexpr std::size_t most_waiting = 16;

    // What the work sees of it.
    class Outlet {
      public:
        explicit Outlet(State& state) : state_(state) {}
        bool stopped() const { return state_.stop; }
        void publish(Piece piece) {
            std::unique_lock lock(state_.mutex);
            state_.taken.wait(lock,
                              [&] { return state_.stop || state_.pieces.size() < most_waiting; });
            if (!state_.stop) state_.pieces.push_back(std::move(piece));
        }

      private:
        State& state_;
    };
    // Looks at stopped() often, or closing the window would wait for it.
    using Work = std::function<void(Outlet&)>;

    Background() = default;
    ~Background() { stop(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // Not while busy().
    void begin(Work work) {
        thread_ = {};  // has ended
        state_ = std::make_unique<State>();
        try {
            thread_ = std::jthread(run, state_.get(), std::move(work));
        } catch (const std::exception& fault) {  // no further thread is to be had
            state_->error = fault_text(fault);
            state_->ended = true;
        }
    }
    // Asks for the end and does not wait for it; what was not taken yet is dropped.
    void stop() {
        if (!state_) return;
        const std::lock_guard lock(state_->mutex);
        state_->stop = true;
        state_->pieces.clear();
        state_->taken.notify_all();
    }
    // Until the work has ended and everything it handed over has been taken.
    bool busy() const {
        if (!state_) return false;
        const std::lock_guard lock(state_->mutex);
        return !state_->ended || !state_->pieces.empty();
    }
    std::vector<Piece> take() {
        if (!state_) return {};
        const std::lock_guard lock(state_->mutex);
        std::vector<Piece> pieces = std::exchange(state_->pieces, {});
        state_->taken.notify_all();
        return pieces;
    }
    // What the newest work threw; empty: nothing.
    std::string error() const {
        if (!state_) return {};
        const std::lock_guard lock(state_->mutex);
        return state_->error;
    }

  private:
    struct State {
        std::mutex mutex;
        std::condition_variable taken;
        std::vector<Piece> pieces;
        std::atomic<bool> stop{false};
        bool ended = false;
        std::string error;
    };
    static void run(State* state, const Work& work) {
        Outlet outlet(*state);
        std::string error;
        try {
            work(outlet);
        } catch (const std::exception& fault) {
            error = fault_text(fault);
        }
        const std::lock_guard lock(state->mutex);
        state->error = std::move(error);
        state->ended = true;
    }
    std::unique_ptr<State> state_;
    std::jthread thread_;  // the last member: joined before the state goes
};

}  // namespace muonscope
