#include "app/gui/random_sample.h"

#include <algorithm>
#include <cmath>

#include "core/measure/empirical_law.h"
#include "core/measure/random_matrices.h"
#include "core/theory/edelman.h"
#include "imgui.h"

namespace muonscope::gui {

struct RandomSample::Numbers {
    int n = 0, seed = 0;
    std::int64_t singular = 0;
    std::vector<double> condition, smallest;  // ascending

    std::int64_t drawn() const { return static_cast<std::int64_t>(smallest.size()); }
};

namespace {

void merge(std::vector<double>& sorted, std::vector<double>& more) {
    std::sort(more.begin(), more.end());
    const auto middle = static_cast<std::ptrdiff_t>(sorted.size());
    sorted.insert(sorted.end(), more.begin(), more.end());
    std::inplace_merge(sorted.begin(), sorted.begin() + middle, sorted.end());
    more.clear();
}

DrawnLaw summary_of(const std::vector<double>& sorted, Histogram bins, std::size_t count,
                    double (*law)(double)) {
    DrawnLaw result;
    result.histogram = std::move(bins);
    Histogram& histogram = result.histogram;
    histogram.shares.resize(count);
    const auto below = [&](std::size_t bin) {
        return static_cast<double>(
            std::lower_bound(sorted.begin(), sorted.end(), histogram.edge(bin)) - sorted.begin());
    };
    const auto all = static_cast<double>(std::max<std::size_t>(sorted.size(), 1));
    for (std::size_t bin = 0; bin < count; ++bin)
        histogram.shares[bin] = (below(bin + 1) - below(bin)) / all;
    result.median = median(sorted);
    result.ninth_decile = sorted.empty() ? std::nan("") : sorted[sorted.size() * 9 / 10];
    result.distance = kolmogorov_distance(sorted, law);
    return result;
}

SampleSummary summary_of(const RandomSample::Numbers& numbers) {
    SampleSummary summary;
    summary.drawn = numbers.drawn();
    summary.singular = numbers.singular;
    summary.condition =
        summary_of(numbers.condition, {-1, 5, true, {}}, 120, edelman_condition_law);
    summary.smallest = summary_of(numbers.smallest, {0, 4, false, {}}, 80, edelman_smallest_law);
    std::vector<double> squares = numbers.smallest;
    for (double& value : squares) value *= value;
    summary.smallest_square =
        summary_of(squares, {0, 6, false, {}}, 120, edelman_smallest_square_law);
    return summary;
}

// Draws until `wanted` are there; hands over a summary at first often, then whenever a twentieth
// more has come, so that summing up stays a small part of the work.
void draw(Background<SampleSummary>::Outlet& outlet, RandomSample::Numbers& numbers,
          std::int64_t wanted) {
    RandomMatrices matrices(numbers.n, static_cast<std::uint64_t>(numbers.seed));
    std::vector<double> condition, smallest;
    const double cube = std::pow(numbers.n, 3);
    const auto at_least = static_cast<std::int64_t>(std::clamp(1e7 / cube, 1.0, 200.0));
    while (numbers.drawn() < wanted && !outlet.stopped()) {
        const std::int64_t goal =
            std::min(wanted, numbers.drawn() + std::max(at_least, numbers.drawn() / 20));
        for (std::int64_t i = numbers.drawn(); i < goal && !outlet.stopped(); ++i) {
            const RandomMatrices::Draw one = matrices.draw(static_cast<std::uint64_t>(i));
            condition.push_back(one.condition() / numbers.n);
            smallest.push_back(std::sqrt(numbers.n) * one.smallest);
            numbers.singular += one.singular ? 1 : 0;
        }
        merge(numbers.condition, condition);
        merge(numbers.smallest, smallest);
        outlet.publish(summary_of(numbers));
    }
}

}  // namespace

double Histogram::edge(std::size_t bin) const {
    const double at =
        from + (to - from) * static_cast<double>(bin) / static_cast<double>(shares.size());
    return logarithmic ? std::pow(10.0, at) : at;
}

double Histogram::density(std::size_t bin) const {
    return shares[bin] * static_cast<double>(shares.size()) / (to - from);
}

RandomSample& random_sample(PanelContext& context) {
    RandomSample& sample = context.kept<RandomSample>();
    if (sample.poll_frame == ImGui::GetFrameCount()) return sample;
    sample.poll_frame = ImGui::GetFrameCount();

    const bool other =
        !sample.numbers || sample.numbers->n != sample.n || sample.numbers->seed != sample.seed;
    if (other || sample.stopped) sample.work.stop();
    for (SampleSummary& newest : sample.work.take()) {
        sample.summary = std::move(newest);
        sample.summary_n = sample.numbers->n;
    }
    if (!sample.work.busy() && !sample.stopped) {
        if (other) {
            sample.numbers = std::make_shared<RandomSample::Numbers>();
            sample.numbers->n = sample.n;
            sample.numbers->seed = sample.seed;
            sample.summary = {};
        }
        if (sample.numbers->drawn() < sample.wanted)
            sample.work.begin([numbers = sample.numbers, wanted = std::int64_t{sample.wanted}](
                                  auto& outlet) { draw(outlet, *numbers, wanted); });
    }
    context.view.working = context.view.working || sample.work.busy();
    return sample;
}

}  // namespace muonscope::gui
