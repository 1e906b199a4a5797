#include "app/gui/where_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/keys.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"

namespace muonscope::gui {

Spec spec_of_gain(const Study& study, const MatrixGain& gain) {
    Spec spec = spec_of_job(study, gain.baseline);
    const Spec other = spec_of_job(study, gain.job);
    if (!(other.experiment == spec.experiment))
        throw Error("arm " + study.arms[gain.arm].name,
                    "has another experiment than the baseline, and lanes share one",
                    "look at it in the study's tables");
    spec.lanes.push_back(other.lanes.front());
    spec.name = "where";
    spec.title = fmt::format("{}: {}", study.name, study.arms[gain.arm].name);
    validate(spec);
    return spec;
}

std::optional<std::int64_t> parting_step(const Snapshot& snapshot) {
    if (snapshot.lanes.size() < 2) return {};
    const HistoryView &first = snapshot.lanes[0].history, &second = snapshot.lanes[1].history;
    const std::size_t loss = snapshot.layout.loss();
    for (std::size_t sample = 0; sample < first.size(); ++sample) {
        const std::int64_t step = first.step(sample);
        const std::size_t same = second.find(step);
        if (same >= second.size() || second.step(same) != step) continue;
        const double a = first.value(sample, loss), b = second.value(same, loss);
        if (std::abs(a - b) > parted * std::max(std::abs(a), std::abs(b))) return step;
    }
    return {};
}

void open_run(PanelContext& context, const Study& study, const MatrixGain& gain) {
    WhereRun& run = context.kept<WhereRun>();
    run.spec = std::make_shared<const Spec>(spec_of_gain(study, gain));
    run.there = false;
    watch(context, *run.spec);
}

void follow_run(PanelContext& context) {
    WhereRun& run = context.kept<WhereRun>();
    const Snapshot* now = context.snapshot;
    if (!run.spec || now == nullptr || now->spec == nullptr) return;
    const bool shown = *now->spec == *run.spec;
    if (run.there && !shown) run.spec.reset();  // edited, or another run: no longer ours
    run.there = shown;
    if (!shown) return;
    if (const std::optional<std::int64_t> step = parting_step(*now)) {
        context.send(RunTo{*step});
        say(context.view, fmt::format("The losses of {} and {} part at step {}", now->lanes[0].name,
                                      now->lanes[1].name, *step));
        run.spec.reset();
    } else if (now->state == TrainerState::finished) {
        say(context.view,
            fmt::format("The losses differ by no more than a tenth in all {} steps", now->step));
        run.spec.reset();
    }
}

}  // namespace muonscope::gui
