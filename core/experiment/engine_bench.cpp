#include "core/experiment/engine_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/measure/column_order.h"
#include "core/model/chain.h"
#include "core/random/generator.h"
#include "core/random/given_spectrum.h"
#include "core/weights/tensor_reference.h"

namespace muonscope {
namespace {

// Whoever calls it off waits for the engine at work: a second at most.
constexpr int largest_side = 512;

Matrix live_gradient(const LabWish& wish) {
    if (!wish.problem || !wish.weights || wish.layer < 1 ||
        wish.layer > static_cast<int>(wish.weights->size()))
        throw Error("live gradient", "there is no training to take it from",
                    "choose a preset or another source");
    auto backpropagation = backpropagation_of(wish.problem);
    backpropagation->gradients(*wish.weights, {wish.layer});
    return backpropagation->gradient(wish.layer);
}

Matrix random_matrix(const LabWish& wish) {
    Generator generator(static_cast<std::uint64_t>(wish.seed), Purpose::lab);
    if (wish.spectrum == RandomSpectrum::gaussian)
        return generator.normal_matrix(wish.rows, wish.cols);
    Vector s(std::min(wish.rows, wish.cols));
    for (int k = 0; k < s.size(); ++k)
        s(k) = wish.spectrum == RandomSpectrum::exponential
                   ? elementary::pow(wish.decay, k)
                   : elementary::pow(k + 1, -wish.exponent);
    return with_spectrum(s, wish.rows, wish.cols, generator, generator);
}

SealedMatrix file_matrix(const LabWish& wish) {
    if (wish.path.empty())
        throw Error("file", "no file is named",
                    "type the path of a two-dimensional .npy file, or FILE#TENSOR of a model file");
    SealedMatrix read = read_sealed(wish.path);
    const Matrix& matrix = read.matrix;
    if (matrix.rows() > largest_side || matrix.cols() > largest_side || matrix.size() == 0)
        throw Error(wish.path, fmt::format("is {} x {}", matrix.rows(), matrix.cols()),
                    fmt::format("give a matrix with 1 to {} rows and columns", largest_side));
    return read;
}

SealedMatrix matrix_of(const LabWish& wish) {
    switch (wish.source) {
        case LabSource::live:
            return {live_gradient(wish), ""};
        case LabSource::random:
            return {random_matrix(wish), ""};
        case LabSource::file:
            return file_matrix(wish);
    }
    return {};
}

}  // namespace

Matrix bench_matrix(const LabWish& wish) {
    return matrix_of(wish).matrix;
}

Work<> work_out(LabWish wish, std::function<void(LabOutcome)> found) {
    LabOutcome outcome;
    outcome.wish = wish;
    Matrix gradient;
    try {
        SealedMatrix read = matrix_of(wish);
        gradient = std::move(read.matrix);
        outcome.reference = std::move(read.reference);
        if (!gradient.allFinite())
            throw Error("matrix", "it holds a number that is not finite",
                        "choose another step, layer or file");
    } catch (const std::exception& fault) {
        outcome.error = fault_text(fault);
    }
    if (!outcome.error.empty()) {
        found(outcome);
        co_return;
    }
    const ScaledNorm scaled = scaled_norm(gradient);
    const Vector values = singular_values(scaled.unit * gradient);
    outcome.rows = gradient.rows();
    outcome.cols = gradient.cols();
    outcome.norm = scaled.norm / scaled.unit;
    for (const double s : values) outcome.shares.push_back(scaled.norm > 0 ? s / scaled.norm : 0);
    found(outcome);
    co_await pause();
    const Matrix polar = polar_factor(gradient);
    for (std::size_t e = 0; e < engine_count; ++e) {
        if (!wish.on[e]) continue;
        co_await pause();
        const OrthogonaliserSpec spec = wish.spec(static_cast<Engine>(e));
        LabRow row{
            report(spec, gradient, polar),
            column_order_dependence(spec, gradient, static_cast<std::uint64_t>(wish.shuffle))};
        row.report.result = {};  // only its numbers are shown
        outcome.engines.push_back(std::move(row));
        found(outcome);
    }
}

OrthogonaliserSpec LabWish::spec(Engine engine) const {
    OrthogonaliserSpec spec = options;
    spec.engine = engine;
    return spec;
}

}  // namespace muonscope
