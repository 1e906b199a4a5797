#include "core/measure/value_trace.h"

#include <utility>

namespace muonscope {

void ValueTrace::forget_after(std::int64_t step) {
    while (!samples_.empty() && samples_.back().step > step) samples_.pop_back();
}

void ValueTrace::add(std::int64_t step, std::vector<double> values) {
    forget_after(step - 1);
    samples_.push_back({step, std::move(values)});
    if (samples_.size() < longest) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < samples_.size(); i += 2) {
        if (kept != i) samples_[kept] = std::move(samples_[i]);
        ++kept;
    }
    samples_.resize(kept);
}

}  // namespace muonscope
