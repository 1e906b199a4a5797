#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/output_folder.h"
#include "core/session/session.h"

namespace muonscope::cli {

// Every lane's weights on the way of a run, a model file a step: "step-500.safetensors", and of
// several lanes each in a folder of its own, "lane-2-muon/step-500.safetensors", a series each.
class SavedWeights {
  public:
    // At step 0, whenever `every` steps have passed, and at the end; `every` 0: at the end alone.
    SavedWeights(OutputFolder& folder, std::int64_t every) : folder_(folder), every_(every) {}

    // The next step beyond `step` at which the run has to stop for take(), at most `end`.
    std::int64_t stop_after(std::int64_t step, std::int64_t end) const;
    // Writes what is due at the session's step; `ended`: whatever was not written there yet.
    void take(Session& session, bool ended = false);

  private:
    OutputFolder& folder_;
    std::int64_t every_;
    std::vector<std::int64_t> written_;  // by lane: the step of its newest file
};

}  // namespace muonscope::cli
