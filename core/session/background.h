#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/fault_text.h"
#include "core/base/progress.h"
#include "core/base/work.h"
#include "core/session/workplace.h"

namespace muonscope {

// One piece of work beside whoever began it, which hands over what it comes to as it goes and is
// never waited for. While nobody takes it the work rests; it ends when it is stopped or when this
// goes, at its next pause or at the next point of progress.h, and nobody waits for that either.
template <class Piece>
class Background {
    struct State;

  public:
    static constexpr std::size_t most_waiting = 16;

    // Where the work puts what it hands over. To be followed by a pause, or more waits than may.
    using Outlet = std::function<void(Piece)>;
    using Make = std::function<Work<>(Outlet)>;

    Background() = default;
    ~Background() { stop(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // Not while busy(). The work that is made owns all that it reads.
    void begin(Workplace& workplace, const Make& make) {
        auto state = std::make_shared<State>();
        // The work is part of the state: it must not keep it.
        state->work = make([target = state.get()](Piece piece) { target->add(std::move(piece)); });
        state_ = state;
        handle_ =
            workplace.begin([state](const Workplace::Turn& turn) { return state->go_on(turn); });
    }
    // Asks for the end and does not wait for it; what was not taken yet is dropped.
    void stop() {
        if (!state_) return;
        {
            const std::lock_guard lock(state_->mutex);
            state_->stop = true;
            state_->pieces.clear();
        }
        handle_.call();
    }
    // Until the work has ended and everything it handed over has been taken.
    bool busy() const {
        if (!state_) return false;
        const std::lock_guard lock(state_->mutex);
        return !state_->ended || !state_->pieces.empty();
    }
    std::vector<Piece> take() {
        if (!state_) return {};
        std::vector<Piece> pieces;
        {
            const std::lock_guard lock(state_->mutex);
            pieces = std::exchange(state_->pieces, {});
        }
        if (!pieces.empty()) handle_.call();
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
        std::vector<Piece> pieces;
        std::atomic<bool> stop{false};
        bool ended = false;
        std::string error;
        Work<> work;  // touched by the slice under way alone

        void add(Piece piece) {
            const std::lock_guard lock(mutex);
            if (!stop) pieces.push_back(std::move(piece));
        }
        bool full() {
            const std::lock_guard lock(mutex);
            return pieces.size() >= most_waiting;
        }
        Workplace::Next go_on(const Workplace::Turn& turn) {
            std::string fault;
            bool more = false;
            try {
                const WorkScope scope(&stop);
                if (!stop) more = work.go_on([&] { return stop || turn.over() || full(); });
            } catch (const Abandoned&) {
            } catch (const std::exception& thrown) {
                fault = fault_text(thrown);
            }
            if (!more || stop) work = {};
            const std::lock_guard lock(mutex);
            error = std::move(fault);
            ended = !more || stop;
            if (ended) return {};
            return pieces.size() < most_waiting ? Workplace::at_once : Workplace::when_called;
        }
    };

    std::shared_ptr<State> state_;
    Workplace::Handle handle_;
};

}  // namespace muonscope
