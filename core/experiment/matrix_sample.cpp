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

void MatrixSample::draw(std::int64_t wanted, const std::function<bool()>& stopped,
                        const std::function<void(SampleSummary)>& found) {
    RandomMatrices matrices(n_, static_cast<std::uint64_t>(seed_));
    std::vector<double> condition, smallest;
    const double cube = static_cast<double>(n_) * n_ * n_;
    const auto at_least = static_cast<std::int64_t>(std::clamp(1e7 / cube, 1.0, 200.0));
    while (drawn() < wanted && !stopped()) {
        const std::int64_t goal = std::min(wanted, drawn() + std::max(at_least, drawn() / 20));
        for (std::int64_t i = drawn(); i < goal && !stopped(); ++i) {
            const RandomMatrices::Draw one = matrices.draw(static_cast<std::uint64_t>(i));
            condition.push_back(one.condition() / n_);
            smallest.push_back(std::sqrt(n_) * one.smallest);
            singular_ += one.singular ? 1 : 0;
        }
        merge_into(condition_, condition);
        merge_into(smallest_, smallest);
        found(summary());
    }
}

}  // namespace muonscope
