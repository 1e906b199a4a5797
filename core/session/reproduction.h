#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/published/experiment.h"
#include "core/experiment/published/figures.h"
#include "core/experiment/published/verdict.h"
#include "core/session/workplace.h"

namespace muonscope {

// Runs the jobs of some published experiments at a workplace, the longest first, while any thread
// looks on. The figures do not depend on how many run at once: jobs share nothing.
class Reproduction {
  public:
    // Begins at once. `published`: what to hold the figures against; none for a seed that was not
    // published. at_once: how many jobs run side by side, at least 1.
    Reproduction(std::vector<PublishedExperiment> experiments, std::uint64_t seed,
                 std::optional<Published> published, Workplace& workplace, int at_once);
    ~Reproduction();  // cancels, and does not wait for what is under way
    Reproduction(const Reproduction&) = delete;
    Reproduction& operator=(const Reproduction&) = delete;

    struct Progress {
        std::string name, title;
        double share = 0;                      // done, 0..1
        bool done = false;                     // no job of it is left, whatever became of them
        std::vector<Comparison> figures;       // so far, in the order of the jobs
        std::string error;                     // of the first job that failed; else empty
        double seconds = 0, work_seconds = 0;  // from its first job on; the sum of its jobs
    };
    std::vector<Progress> progress() const;  // in the order given

    void cancel();  // jobs end at their next pause; those not begun never begin
    bool cancelled() const;
    // Lets them go on for so long (Workplace::work); true: nothing runs or waits any more. The
    // workplace must be there.
    bool wait_for(std::chrono::milliseconds time) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace muonscope
