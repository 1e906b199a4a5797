#include "core/experiment/matrix_sample.h"

#include <algorithm>
#include <cmath>

#include "core/measure/random_matrices.h"
#include "core/theory/edelman.h"

namespace muonscope {

SampleSummary MatrixSample::summary() const {
    SampleSummary summary;
    summary.drawn = drawn();
    summary.singular = singular_;
    summary.condition = drawn_law(condition_, {-1, 5, true, {}}, 120, edelman_condition_law);
    summary.smallest = drawn_law(smallest_, {0, 4, false, {}}, 80, edelman_smallest_law);
    std::vector<double> squares = smallest_;
    for (double& value : squares) value *= value;
    summary.smallest_square =
        drawn_law(squares, {0, 6, false, {}}, 120, edelman_smallest_square_law);
    return summary;
}

Work<> MatrixSample::draw(std::shared_ptr<MatrixSample> into, std::int64_t wanted,
                          std::function<void(SampleSummary)> found) {
    MatrixSample& sample = *into;
    const int n = sample.n_;
    RandomMatrices matrices(n, static_cast<std::uint64_t>(sample.seed_));
    const double cube = static_cast<double>(n) * n * n;
    const auto at_least = static_cast<std::int64_t>(std::clamp(1e7 / cube, 1.0, 200.0));
    while (sample.drawn() < wanted) {
        const std::int64_t from = sample.drawn();
        const std::int64_t goal = std::min(wanted, from + std::max(at_least, from / 20));
        std::vector<double> condition, smallest;
        std::int64_t singular = 0;
        for (std::int64_t i = from; i < goal; ++i) {
            const RandomMatrices::Draw one = matrices.draw(static_cast<std::uint64_t>(i));
            condition.push_back(one.condition() / n);
            smallest.push_back(std::sqrt(n) * one.smallest);
            singular += one.singular ? 1 : 0;
            co_await pause();
        }
        sample.singular_ += singular;
        merge_into(sample.condition_, condition);
        merge_into(sample.smallest_, smallest);
        found(sample.summary());
        co_await pause();
    }
}

}  // namespace muonscope
