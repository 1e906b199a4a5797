#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/work.h"
#include "core/experiment/problem.h"
#include "core/measure/orthogonality.h"

// A bench for orthogonalisers: one matrix, the engines chosen for it, and what they make of it.
namespace muonscope {

inline constexpr std::size_t engine_count = 18;  // of core/linalg/engine.h, in its order

enum class LabSource { live, random, file };
enum class RandomSpectrum { gaussian, exponential, power_law };

// Everything that the numbers depend on: when it changes they are worked out anew.
struct LabWish {
    LabSource source = LabSource::live;
    int lane = 0, layer = 1;
    std::shared_ptr<const Problem> problem;              // live only, as is
    std::shared_ptr<const std::vector<Matrix>> weights;  // the lane's
    int rows = 64, cols = 64;
    RandomSpectrum spectrum = RandomSpectrum::exponential;
    double decay = 0.9, exponent = 1;
    int seed = 1;
    std::string path;
    std::array<bool, engine_count> on{};
    OrthogonaliserSpec options;  // of all engines; its own engine does not count
    int shuffle = 1;             // of columns

    bool operator==(const LabWish&) const = default;
    OrthogonaliserSpec spec(Engine engine) const;
};

struct LabRow {
    EngineReport report;
    double column_order = 0;  // measure/column_order.h
};

// What came of one wish, as far as it has been worked out.
struct LabOutcome {
    LabWish wish;
    std::string error;      // the matrix cannot be had
    std::string reference;  // of a file: its path with the hash of its numbers, where it has one
    Eigen::Index rows = 0, cols = 0;
    double norm = 0;             // |G|_F
    std::vector<double> shares;  // s_i/|G|_F, largest first
    std::vector<LabRow> engines;
};

// The matrix that is wished for. Throws Error when it cannot be had.
Matrix bench_matrix(const LabWish& wish);
// Hands over the outcome as it grows: its spectrum first, then engine by engine. Pauses after each.
Work<> work_out(LabWish wish, std::function<void(LabOutcome)> found);

}  // namespace muonscope
