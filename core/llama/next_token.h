#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random/generator.h"

namespace muonscope {

// log of the sum of e^logit, in double: what is taken off a logit to make it a log-probability.
double log_of_sum(std::span<const float> logits);

struct RankedToken {
    int token = -1;
    double log_probability = 0;
    bool operator==(const RankedToken&) const = default;
};

// The `count` likeliest tokens, likeliest first, of equal ones the one with the smaller number. The
// gap between the first two says how near to a tie the choice was.
std::vector<RankedToken> likeliest(std::span<const float> logits, int count);
double log_probability(std::span<const float> logits, int token);

// How the next token is chosen: probabilities to the power 1/temperature, of the fewest tokens that
// have top_p of them together (Holtzman et al., arXiv 1904.09751). Temperature 0 takes the
// likeliest one.
struct SamplingSpec {
    double temperature = 0;  // 0 to 10
    double top_p = 1;        // above 0, at most 1
};

// Draws tokens; the same seed and logits give the same ones. Takes no memory after the first.
class Sampler {
  public:
    // Throws Error for numbers out of their range.
    Sampler(const SamplingSpec& spec, std::uint64_t seed);
    int choose(std::span<const float> logits);

  private:
    int drawn_of_all(double total);
    int drawn_of_likeliest(double total);

    SamplingSpec spec_;
    Generator generator_;
    std::vector<double> weights_;
    std::vector<int> order_;
};

}  // namespace muonscope
