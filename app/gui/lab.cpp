#include "app/gui/lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/formats/files.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/measure/column_order.h"
#include "core/model/chain.h"
#include "core/random/generator.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

// Closing the window waits for the engine at work: a second at most.
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
    const int n = std::min(wish.rows, wish.cols);
    Vector s(n);
    for (int k = 0; k < n; ++k)
        s(k) = wish.spectrum == RandomSpectrum::exponential
                   ? elementary::pow(wish.decay, k)
                   : elementary::pow(k + 1, -wish.exponent);
    const Matrix u = generator.orthogonal_matrix(wish.rows, n);
    const Matrix v = generator.orthogonal_matrix(wish.cols, n);
    return u * s.asDiagonal() * v.transpose();
}

Matrix file_matrix(const LabWish& wish) {
    if (wish.path.empty())
        throw Error("file", "no file is named", "type the path of a two-dimensional .npy file");
    Matrix matrix = read_npy(wish.path);
    if (matrix.rows() > largest_side || matrix.cols() > largest_side || matrix.size() == 0)
        throw Error(wish.path, fmt::format("is {} x {}", matrix.rows(), matrix.cols()),
                    fmt::format("give a matrix with 1 to {} rows and columns", largest_side));
    return matrix;
}

Matrix matrix_of(const LabWish& wish) {
    switch (wish.source) {
        case LabSource::live:
            return live_gradient(wish);
        case LabSource::random:
            return random_matrix(wish);
        case LabSource::file:
            return file_matrix(wish);
    }
    return {};
}

void work_out(Background<LabOutcome>::Outlet& outlet, const LabWish& wish) {
    LabOutcome outcome;
    outcome.wish = wish;
    Matrix gradient;
    try {
        gradient = matrix_of(wish);
        if (!gradient.allFinite())
            throw Error("matrix", "it holds a number that is not finite",
                        "choose another step, layer or file");
    } catch (const std::exception& fault) {
        outcome.error = fault_text(fault);
        outlet.publish(outcome);
        return;
    }
    const ScaledNorm scaled = scaled_norm(gradient);
    const Vector values = singular_values(scaled.unit * gradient);
    outcome.rows = gradient.rows();
    outcome.cols = gradient.cols();
    outcome.norm = scaled.norm / scaled.unit;
    for (const double s : values) outcome.shares.push_back(scaled.norm > 0 ? s / scaled.norm : 0);
    outlet.publish(outcome);
    const Matrix polar = polar_factor(gradient);
    for (std::size_t e = 0; e < engine_count && !outlet.stopped(); ++e) {
        if (!wish.on[e]) continue;
        const OrthogonaliserSpec spec = wish.spec(static_cast<Engine>(e));
        LabRow row{
            report(spec, gradient, polar),
            column_order_dependence(spec, gradient, static_cast<std::uint64_t>(wish.shuffle))};
        row.report.result = {};  // only its numbers are shown
        outcome.engines.push_back(std::move(row));
        outlet.publish(outcome);
    }
}

// The lane's weights as they are now, while the source is the training.
void follow_training(const PanelContext& context, LabWish& wish) {
    const Snapshot* snapshot = context.snapshot;
    wish.problem = nullptr;
    wish.weights = nullptr;
    if (wish.source != LabSource::live || snapshot == nullptr || !snapshot->problem ||
        snapshot->lanes.empty())
        return;
    wish.lane = std::clamp(wish.lane, 0, static_cast<int>(snapshot->lanes.size()) - 1);
    wish.layer = std::clamp(wish.layer, 1, std::max(1, snapshot->layout.layers()));
    wish.problem = snapshot->problem;
    wish.weights = snapshot->lanes[static_cast<std::size_t>(wish.lane)].weights;
}

// Only the weights are others: the training went on.
bool same_but_weights(LabWish wish, const LabWish& before) {
    wish.weights = before.weights;
    return wish == before;
}

}  // namespace

OrthogonaliserSpec LabWish::spec(Engine engine) const {
    OrthogonaliserSpec spec = options;
    spec.engine = engine;
    return spec;
}

LabChoices::LabChoices() {
    for (const Engine engine : {Engine::jordan, Engine::polar_express, Engine::cubic, Engine::svd})
        on[static_cast<std::size_t>(engine)] = true;
}

Lab::Lab() {
    wish.options.precision = Precision::float64;
}

Lab& lab(PanelContext& context) {
    Lab& bench = context.kept<Lab>();
    const LabChoices& chosen = context.chosen<LabChoices>();
    bench.wish.on = chosen.on;
    bench.focus = static_cast<Engine>(chosen.focus);
    follow_training(context, bench.wish);
    for (LabOutcome& outcome : bench.work.take()) bench.outcome = std::move(outcome);
    for (EngineTiming& timing : bench.timing.take()) bench.timings.push_back(timing);

    const double now = ImGui::GetTime();
    if (bench.work.busy()) bench.took = now - bench.begun_at;

    // Busy with an older wish: what the user changed goes before, what the training changed waits.
    const bool done = bench.begun_at >= 0 && bench.wish == bench.begun;
    const bool by_training = bench.begun_at >= 0 && same_but_weights(bench.wish, bench.begun);
    if (!done && bench.work.busy() && !by_training) bench.work.stop();
    const bool running = context.snapshot && context.snapshot->state == TrainerState::running;
    if (!done && !bench.work.busy() &&
        (!by_training || !running || now - bench.begun_at > std::max(0.25, 4 * bench.took))) {
        bench.begun = bench.wish;
        bench.begun_at = now;
        bench.took = 0;
        bench.work.begin([wish = bench.wish](auto& outlet) { work_out(outlet, wish); });
    }
    context.view.working = context.view.working || bench.work.busy() || bench.timing.busy();
    return bench;
}

void begin_timing(Lab& bench) {
    if (bench.timing.busy()) return;
    bench.timings.clear();
    std::vector<OrthogonaliserSpec> specs;
    for (std::size_t e = 0; e < engine_count; ++e)
        if (bench.wish.on[e]) specs.push_back(bench.wish.spec(static_cast<Engine>(e)));
    bench.timing.begin([specs](auto& outlet) {
        time_engines(
            specs, [&] { return outlet.stopped(); },
            [&](const EngineTiming& timing) { outlet.publish(timing); });
    });
}

}  // namespace muonscope::gui
