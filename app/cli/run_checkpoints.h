#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/output_folder.h"
#include "core/session/session.h"

namespace muonscope::cli {

// A run's state, written into its folder on the way: every so many seconds, and where it is
// interrupted. One that cannot be written is said once and the run goes on; the one before stays.
class RunCheckpoints {
  public:
    // `every` 0: none. `resumes`: one of this run stands there.
    RunCheckpoints(OutputFolder& folder, double every, bool resumes);

    // What a checkpoint holds beside the session.
    struct Told {
        std::vector<std::string> until;
        std::optional<SessionFile::Weights> weights;
        double seconds = 0;  // trained so far
    };
    bool due() const;
    bool stands() const { return stands_; }  // one of this run lies there
    void take(const Session& session, Told told);
    // After the last step: where one stands there, or the run was interrupted.
    void take_last(const Session& session, Told told, bool interrupted);

  private:
    using Clock = std::chrono::steady_clock;
    void write(const Session& session, Told told);

    OutputFolder& folder_;
    std::chrono::duration<double> every_;
    bool stands_;  // one of this run
    Clock::time_point newest_ = Clock::now();
    std::string complaint_;  // the last that was made
};

}  // namespace muonscope::cli
