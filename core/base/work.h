#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

// Long work that can be left at any of its pauses: for a while, to go on in the next slice of time,
// or for good. It is written as one function from begin to end,
//
//     Work<Matrix> smoothed(Matrix image, int passes) {
//         for (int i = 0; i < passes; ++i) {
//             smooth(image);
//             co_await pause();
//         }
//         co_return image;
//     }
//
// and whoever holds it decides when it runs: all at once, a slice at a time in a frame of the
// window, or on threads, each slice on another. What it comes to is the same. It may await other
// work. Given up, it is destroyed where it paused and its variables with it, so no stop flag
// reaches it.
//
// Parameters are taken by value, or outlive the work. A lambda with captures may return such work
// and must not be it: its captures would be gone.
namespace muonscope {

// Whether a pause is a rest: asked at each one. Empty: never.
using Enough = std::function<bool()>;

struct PausePoint {};
[[nodiscard]] inline PausePoint pause() {
    return {};
}

namespace pausing {

// What the functions of one piece of work share, from the outermost to the one that runs.
struct Stack {
    const Enough* enough = nullptr;
    std::coroutine_handle<> innermost;  // goes on next
    bool resting = false;
};

struct PromiseBase {
    Stack* stack = nullptr;
    std::coroutine_handle<> caller;  // none: the outermost
    std::exception_ptr fault;

    std::suspend_always initial_suspend() const noexcept { return {}; }
    struct Return {
        Stack* stack;
        std::coroutine_handle<> caller;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept { stack->innermost = caller; }
        void await_resume() const noexcept {}
    };
    Return final_suspend() const noexcept { return {stack, caller}; }
    void unhandled_exception() { fault = std::current_exception(); }

    struct Rest {
        Stack* stack;
        bool await_ready() const { return !*stack->enough || !(*stack->enough)(); }
        void await_suspend(std::coroutine_handle<> here) const noexcept {
            stack->innermost = here;
            stack->resting = true;
        }
        void await_resume() const noexcept {}
    };
    Rest await_transform(PausePoint) const { return {stack}; }
    template <class Awaitable>
    Awaitable&& await_transform(Awaitable&& other) const {
        return std::forward<Awaitable>(other);
    }
};

template <class Result>
struct Promise : PromiseBase {
    std::optional<Result> result;
    void return_value(Result value) { result = std::move(value); }
    Result take() {
        if (fault) std::rethrow_exception(fault);
        return std::move(*result);
    }
};
template <>
struct Promise<void> : PromiseBase {
    void return_void() const {}
    void take() const {
        if (fault) std::rethrow_exception(fault);
    }
};

}  // namespace pausing

template <class Result = void>
class [[nodiscard]] Work {
  public:
    struct promise_type : pausing::Promise<Result> {
        Work get_return_object() {
            return Work(std::coroutine_handle<promise_type>::from_promise(*this));
        }
    };

    Work() = default;
    Work(Work&& other) noexcept
        : here_(std::exchange(other.here_, {})), stack_(std::move(other.stack_)) {}
    Work& operator=(Work&& other) noexcept {
        std::swap(here_, other.here_);
        std::swap(stack_, other.stack_);
        return *this;
    }
    ~Work() {
        if (here_) here_.destroy();
    }

    // Runs up to the first pause at which there has been enough, or to its end; whether there is
    // more to do. Throws what the work throws, which ends it.
    bool go_on(const Enough& enough) {
        if (!here_ || here_.done()) return false;
        if (!stack_) {
            stack_ = std::make_unique<pausing::Stack>();
            stack_->innermost = here_;
            here_.promise().stack = stack_.get();
        }
        stack_->enough = &enough;
        stack_->resting = false;
        while (!stack_->resting && !here_.done()) stack_->innermost.resume();
        if (!here_.done()) return true;
        if (here_.promise().fault) std::rethrow_exception(here_.promise().fault);
        return false;
    }
    // What it came to; once go_on() has said that there is no more to do, and once only.
    Result take() { return here_.promise().take(); }
    // All of it, or the rest, at once.
    Result finish() {
        const Enough never;
        go_on(never);
        return take();
    }

    // Awaited by other work: runs as a part of it.
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) {
        here_.promise().stack = caller.promise().stack;
        here_.promise().caller = caller;
        caller.promise().stack->innermost = here_;
    }
    Result await_resume() { return take(); }

  private:
    explicit Work(std::coroutine_handle<promise_type> here) : here_(here) {}

    std::coroutine_handle<promise_type> here_;
    std::unique_ptr<pausing::Stack> stack_;  // of the outermost, once it has begun
};

}  // namespace muonscope
