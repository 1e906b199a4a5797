#pragma once

#include <cstdint>
#include <vector>

namespace muonscope {

// How often a run was led back, and to which steps: what was seen of it after such a step is of a
// run that is no more. Whoever keeps what was seen keeps count() with it, and asks later how much
// of it still stands.
class Returns {
  public:
    static constexpr std::size_t most_turns = 256;

    void add(std::int64_t step);
    std::int64_t count() const { return count_; }
    // Of what was seen after `seen` returns the last step that the run still has; the largest
    // number there is where it has been led back no further since.
    std::int64_t standing(std::int64_t seen) const;
    // Where the run goes on from `step` another way: the same as a return to it, unless nothing
    // that was seen can lie beyond.
    void part(std::int64_t step);

  private:
    struct Turn {
        std::int64_t number = 0, step = 0;
    };
    std::int64_t count_ = 0;
    std::vector<Turn> turns_;  // ascending in both: a later one covers those that led less far back
};

}  // namespace muonscope
