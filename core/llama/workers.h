#pragma once

#include <functional>

namespace muonscope {

// Who shares the work of one product: `run` calls f(0) … f(parts - 1) on whatever threads its
// owner has (WorkerPool::for_each does) and waits for all. Without it the caller does them all.
// Parts share rows of results and never a sum, so the number of parts changes no bit.
struct Workers {
    int parts = 1;
    std::function<void(int parts, const std::function<void(int)>& f)> run;

    template <typename F>
    void in_parts(const F& f) const {
        if (run && parts > 1) {
            run(parts, std::cref(f));  // by reference, which takes no memory from the heap
        } else {
            for (int part = 0; part < parts; ++part) f(part);
        }
    }
};

// What part `part` of `parts` has of `count` things: from begin to end.
struct Share {
    int begin, end;
};
constexpr Share share_of(int count, int part, int parts) {
    const auto at = [&](int p) {
        return static_cast<int>(static_cast<long long>(count) * p / parts);
    };
    return {at(part), at(part + 1)};
}

}  // namespace muonscope
