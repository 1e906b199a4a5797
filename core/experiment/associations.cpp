#include "core/experiment/associations.h"

#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/reductions.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

Matrix make_vectors(VectorKind kind, Eigen::Index dimensions, Eigen::Index count,
                    Generator generator) {
    if (kind == VectorKind::orthonormal) return generator.orthogonal_matrix(dimensions, count);
    return generator.normal_matrix(dimensions, count) / std::sqrt(static_cast<double>(dimensions));
}

}  // namespace

Vector zipf_frequencies(int facts, double exponent) {
    Vector frequencies(facts);
    for (int k = 0; k < facts; ++k) frequencies(k) = elementary::pow(k + 1.0, -exponent);
    return frequencies / sum(frequencies);
}

Associations make_associations(const DataSpec& data, std::uint64_t seed, Eigen::Index out,
                               Eigen::Index in) {
    return {make_vectors(data.keys, in, data.facts, Generator(seed, Purpose::associations, 0)),
            make_vectors(data.values, out, data.facts, Generator(seed, Purpose::associations, 1)),
            zipf_frequencies(data.facts, data.exponent)};
}

FactParts parts_of_facts(int facts) {
    const int third = facts / 3;
    return {{0, third}, {third, facts - third}, {facts - third, facts}};
}

}  // namespace muonscope
