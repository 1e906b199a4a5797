#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/session/crew.h"

namespace muonscope {

// Where everything is done that a frame does not wait for: training, the lab, samples, the paper's
// runs. A piece of work is a function that does a little, a slice of a few milliseconds, and says
// when it wants to go on. Threads take the slices in turn; a workplace without threads does them
// where and when its owner says, in work(). Both come to the same results.
//
// A slice that cannot be left in the middle, such as a large decomposition, lasts as long as that
// takes and holds up the others where there is but one thread, or none.
class Workplace {
  public:
    using Clock = std::chrono::steady_clock;

    // What a slice sees of the clock and of the end.
    class Turn {
      public:
        Turn(Clock::time_point end, const std::atomic<bool>& ending) : end_(end), ending_(ending) {}
        bool over() const { return ending_ || Clock::now() >= end_; }

      private:
        Clock::time_point end_;
        const std::atomic<bool>& ending_;
    };
    // When work wants its next slice; none: it has ended.
    using Next = std::optional<Clock::time_point>;
    static constexpr Clock::time_point at_once = Clock::time_point::min();
    static constexpr Clock::time_point when_called = Clock::time_point::max();
    using Slice = std::function<Next(const Turn&)>;  // throws nothing

  private:
    struct Piece;
    struct State;

  public:
    // Of a piece of work, for who began it. It outlives the workplace if need be, and then does
    // nothing.
    class Handle {
      public:
        Handle() = default;
        // It goes on at once, or once more after the slice under way. Any thread.
        void call() const;
        // A slice of it here and now, where there are no threads and none of it is under way;
        // whether it was done.
        bool work() const;

      private:
        friend class Workplace;
        Handle(std::weak_ptr<State> state, std::weak_ptr<Piece> piece)
            : state_(std::move(state)), piece_(std::move(piece)) {}
        std::weak_ptr<State> state_;
        std::weak_ptr<Piece> piece_;
    };

    explicit Workplace(int threads);  // 0: none
    ~Workplace();  // waits for the slices under way; what has not ended never goes on
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    // Threads that there are: fewer than wished where no more are to be had.
    int threads() const;
    // Its first slice is due at `first`. Any thread.
    Handle begin(Slice slice, Clock::time_point first = at_once);
    // Lets what waits go on for that long: without threads by doing it here, slice by slice in
    // turn, else by waiting for them. Earlier when nothing is left that can go on now; whether
    // something is.
    bool work(double seconds);
    // How long until something can go on by itself: 0: it can; infinite: not before it is called.
    double seconds_to_next() const;
    // Asks for the end; whether no slice is under way within that many seconds. Only destruction
    // may follow.
    bool stop(double seconds);

  private:
    std::shared_ptr<State> state_;
    std::unique_ptr<Crew> crew_;
};

}  // namespace muonscope
