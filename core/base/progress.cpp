#include "core/base/progress.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muonscope {
namespace {

thread_local WorkScope* innermost = nullptr;

}  // namespace

WorkScope::WorkScope(const std::atomic<bool>* flag, Tell tell)
    : flag_(flag), tell_(std::move(tell)), outer_(std::exchange(innermost, this)) {}

WorkScope::~WorkScope() {
    innermost = outer_;
}

void work_span(double from, double to) {
    if (innermost == nullptr) return;
    innermost->from_ = from;
    innermost->to_ = to;
}

void work_point() {
    const WorkScope* scope = innermost;
    if (scope != nullptr && scope->flag_ != nullptr &&
        scope->flag_->load(std::memory_order_relaxed))
        throw Abandoned();
}

void work_point(std::string_view what, int part, int parts) {
    work_point();
    const WorkScope* scope = innermost;
    if (scope == nullptr || !scope->tell_) return;
    const double share = static_cast<double>(part) / std::max(parts, 1);
    scope->tell_(parts > 1 ? fmt::format("{} {} of {}", what, part + 1, parts) : std::string(what),
                 scope->from_ + share * (scope->to_ - scope->from_));
}

}  // namespace muonscope
