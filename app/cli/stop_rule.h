#pragma once

#include <string>
#include <vector>

#include "core/session/session.h"

namespace muonscope::cli {

// --until: column<=value, for every lane at once. Looked at wherever the history has a sample,
// which is a rule of steps alone: the same run stops at the same step on any machine.
class StopRule {
  public:
    // Throws Error for a column that history.csv does not have, or a value that is no number.
    StopRule(const std::vector<std::string>& conditions, const Layout& layout);

    bool empty() const { return bounds_.empty(); }
    // Every lane's newest sample meets every condition. A lane that has ended counts with its last.
    bool met(const Session& session) const;
    // Where to look next: the first step at which the history may have a new sample.
    static std::int64_t next_look(const Session& session);

  private:
    struct Bound {
        std::size_t channel;
        double value;
    };
    std::vector<Bound> bounds_;
};

}  // namespace muonscope::cli
