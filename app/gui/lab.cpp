#include "app/gui/lab.h"

#include <algorithm>
#include <utility>

#include "imgui.h"

namespace muonscope::gui {
namespace {

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
    wish.weights = snapshot->lanes[wish.lane].weights;
}

// What was typed gets the hash of what was read, so that the same text later is the same matrix.
void seal(Lab& bench, LabOutcome& outcome) {
    if (outcome.reference.empty() || outcome.reference == outcome.wish.path) return;
    const std::string asked = std::exchange(outcome.wish.path, outcome.reference);
    if (bench.begun.path == asked) bench.begun.path = outcome.reference;
    if (bench.wish.source == LabSource::file && bench.wish.path == asked)
        load_file(bench, outcome.reference);
}

// Only the weights are others: the training went on.
bool same_but_weights(LabWish wish, const LabWish& before) {
    wish.weights = before.weights;
    return wish == before;
}

}  // namespace

LabChoices::LabChoices() {
    for (const Engine engine : {Engine::jordan, Engine::polar_express, Engine::cubic, Engine::svd})
        on[place_of(engine)] = true;
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
    for (LabOutcome& outcome : bench.work.take()) {
        seal(bench, outcome);
        bench.outcome = std::move(outcome);
    }
    for (EngineTiming& timing : bench.timing.take()) bench.timings.push_back(timing);

    bench.rest.look(bench.work.busy());

    // Busy with an older wish: what the user changed goes before, what the training changed waits.
    const bool done = bench.rest.begun() && bench.wish == bench.begun;
    const bool by_training = bench.rest.begun() && same_but_weights(bench.wish, bench.begun);
    if (!done && bench.work.busy() && !by_training) bench.work.stop();
    if (!done && !bench.work.busy() && (!by_training || bench.rest.over(context))) {
        bench.begun = bench.wish;
        bench.rest.begin();
        bench.work.begin(context.workplace,
                         [&](auto outlet) { return work_out(bench.wish, std::move(outlet)); });
    }
    context.view.working = context.view.working || bench.work.busy() || bench.timing.busy();
    return bench;
}

void load_file(Lab& bench, const std::string& reference) {
    bench.wish.source = LabSource::file;
    bench.wish.path = reference;
    const std::size_t room = std::max(bench.typed.size(), reference.size() + 1);
    bench.typed.assign(room, '\0');
    std::ranges::copy(reference, bench.typed.begin());
}

void begin_timing(PanelContext& context, Lab& bench) {
    if (bench.timing.busy()) return;
    bench.timings.clear();
    std::vector<OrthogonaliserSpec> specs;
    for (std::size_t e = 0; e < engine_count; ++e)
        if (bench.wish.on[e]) specs.push_back(bench.wish.spec(static_cast<Engine>(e)));
    bench.timing.begin(context.workplace,
                       [&](auto outlet) { return time_engines(specs, std::move(outlet)); });
}

}  // namespace muonscope::gui
