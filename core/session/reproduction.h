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

namespace muonscope {

// Runs the jobs of some published experiments on threads of its own, the longest first, while any
// other thread looks on. The figures do not depend on the number of threads: jobs share nothing.
class Reproduction {
  public:
    // Begins at once. `published`: what to hold the figures against; none for a seed that was not
    // published. workers: at least 1.
    Reproduction(std::vector<PublishedExperiment> experiments, std::uint64_t seed,
                 std::optional<Published> published, int workers);
    ~Reproduction();  // cancels and joins
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

    void cancel();  // jobs stop soon; those not begun never begin
    bool cancelled() const;
    bool wait_for(std::chrono::milliseconds time) const;  // true: nothing runs or waits any more

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace muonscope
