#include "core/random/generator.h"

#include <Eigen/QR>
#include <bit>
#include <cmath>

#include "core/base/elementary.h"

namespace muonscope {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): spreads a seed over the state of xoshiro256**.
std::uint64_t split_mix(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

}  // namespace

// Each of the three numbers passes through a round of its own, so that neighbouring seeds,
// purposes and indices start in unrelated states.
Generator::Generator(std::uint64_t seed, Purpose purpose, std::uint64_t index) {
    std::uint64_t mixed = seed;
    mixed = split_mix(mixed) ^ static_cast<std::uint64_t>(purpose);
    mixed = split_mix(mixed) ^ index;
    for (std::uint64_t& word : state_) word = split_mix(mixed);
}

// xoshiro256** (Blackman, Vigna 2018).
std::uint64_t Generator::bits() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Generator::uniform() {
    return static_cast<double>(bits() >> 11) * 0x1p-53;
}

double Generator::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    const double radius = std::sqrt(-2.0 * elementary::log(1.0 - uniform()));
    const double half_turns = 2.0 * uniform();
    spare_ = radius * elementary::sin_pi(half_turns);
    has_spare_ = true;
    return radius * elementary::cos_pi(half_turns);
}

std::uint64_t Generator::below(std::uint64_t bound) {
    if (bound < 2) return 0;
    // The lowest (2^64 mod bound) values would make small results likelier: draw again.
    const std::uint64_t rejected = (0 - bound) % bound;
    std::uint64_t value = bits();
    while (value < rejected) value = bits();
    return value % bound;
}

Matrix Generator::normal_matrix(Eigen::Index rows, Eigen::Index cols) {
    Matrix result(rows, cols);
    for (Eigen::Index i = 0; i < rows; ++i)
        for (Eigen::Index j = 0; j < cols; ++j) result(i, j) = normal();
    return result;
}

// Q of a Gaussian matrix's QR with R's diagonal made positive is Haar-distributed (Mezzadri 2007).
Matrix Generator::orthogonal_matrix(Eigen::Index rows, Eigen::Index cols) {
    if (rows < cols) return orthogonal_matrix(cols, rows).transpose();
    const Eigen::HouseholderQR<Matrix> qr(normal_matrix(rows, cols));
    Matrix q = qr.householderQ() * Matrix::Identity(rows, cols);
    for (Eigen::Index j = 0; j < cols; ++j)
        if (qr.matrixQR()(j, j) < 0) q.col(j) *= -1.0;
    return q;
}

}  // namespace muonscope
