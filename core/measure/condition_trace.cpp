#include "core/measure/condition_trace.h"

#include <utility>

namespace muonscope {

void ConditionTrace::add(std::int64_t step, const Conditioning& numbers) {
    while (!samples_.empty() && samples_.back().step >= step) samples_.pop_back();
    Sample sample{step, {}};
    for (const LayerJacobian& jacobian : numbers.jacobians)
        sample.jacobians.push_back(jacobian.condition());
    samples_.push_back(std::move(sample));
    if (samples_.size() < longest) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < samples_.size(); i += 2) {
        if (kept != i) samples_[kept] = std::move(samples_[i]);
        ++kept;
    }
    samples_.resize(kept);
}

}  // namespace muonscope
