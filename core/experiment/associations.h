#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/experiment/spec.h"

// Linear associative memory with a heavy tail (arXiv 2509.26030): N keys, each with the value that
// is to be said to it, and how often each is asked for.
namespace muonscope {

struct Associations {
    Matrix keys, values;  // in x N, out x N
    Vector frequencies;   // their sum is 1, the most frequent first
};

// p_k = k^-exponent / (sum of them), k = 1 ... facts.
Vector zipf_frequencies(int facts, double exponent);

// From the seed alone. Orthonormal vectors ask for no more facts than dimensions, which validate()
// checks.
Associations make_associations(const DataSpec& data, std::uint64_t seed, Eigen::Index out,
                               Eigen::Index in);

// The facts by how often they are asked for, in three parts: the first third, what is between, and
// the last third, a third being N/3 rounded down.
struct FactRange {
    int begin = 0, end = 0;
};
struct FactParts {
    FactRange head, middle, tail;
};
FactParts parts_of_facts(int facts);

}  // namespace muonscope
