#include "core/experiment/published/jobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"

namespace muonscope {
namespace {

constexpr int between_looks = 64;  // steps

[[noreturn]] void ended(const Lane& lane) {
    const auto& fault = lane.fault();
    throw Error("lane " + lane.recipe().name,
                fault ? fmt::format("diverged at step {}: {}", fault->step, fault->what)
                      : fmt::format("ended at step {}, before its time", lane.step()),
                "try another seed");
}

}  // namespace

Work<> run_to_end(Lane& lane, std::int64_t expected, Watch& watch) {
    while (lane.advance() == Lane::Status::training) {
        if (lane.step() % between_looks != 0) continue;
        co_await watch.at(
            std::min(1.0, static_cast<double>(lane.step()) / static_cast<double>(expected)));
        if (lane.step() > 100 * expected)
            throw Error("lane " + lane.recipe().name,
                        fmt::format("has not ended after {} steps", lane.step()),
                        "try another seed");
    }
    if (lane.status() == Lane::Status::diverged) ended(lane);
}

void run_to(Lane& lane, std::int64_t step) {
    while (lane.step() < step)
        if (lane.advance() != Lane::Status::training) ended(lane);
}

Work<> run_to(Lane& lane, std::int64_t step, Watch& watch) {
    while (lane.step() < step) {
        run_to(lane, std::min(step, lane.step() + between_looks));
        co_await watch.at(watch.share());
    }
}

}  // namespace muonscope
