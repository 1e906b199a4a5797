#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/probe.h"

namespace muonscope::gui {

namespace {

struct ProbeChoices {
    bool logarithmic = true;
};

std::vector<Remembered> remembered(Preferences& preferences) {
    ProbeChoices& own = preferences.panels.of<ProbeChoices>();
    return {{"probe_log", &own.logarithmic}};
}

// A head whose rate is too high diverges, and its loss says nothing of the representation.
void say_what_diverges(PanelContext& context) {
    if (!context.snapshot || !context.snapshot->spec) return;
    const double rate = context.snapshot->spec->experiment.probe.lr;
    const std::size_t channel = context.snapshot->layout.probe_critical_rate();
    std::string lanes;
    double least = rate;
    for (const LaneSnapshot& lane : context.snapshot->lanes) {
        if (channel >= lane.now.size() || !(rate >= lane.now[channel])) continue;
        lanes += (lanes.empty() ? "" : ", ") + lane.name;
        least = std::min(least, lane.now[channel]);
    }
    if (lanes.empty()) return;
    ImGui::TextColored(
        context.theme.bad, "%s",
        fmt::format("{}: the head diverges, lower its rate {:.3g} below {:.3g}", lanes, rate, least)
            .c_str());
    hover_help(context, "Beyond the critical rate",
               "From 2/s₁(H)² on gradient descent on the head diverges, whatever H is good for.");
}

void draw_probe(PanelContext& context) {
    const bool softmax = context.snapshot && context.snapshot->spec &&
                         context.snapshot->spec->experiment.probe.task == ProbeTask::softmax;
    begin_header_controls(context, segmented_width({"linear", "log"}));
    segmented(context, "scale", {"linear", "log"}, context.chosen<ProbeChoices>().logarithmic,
              softmax
                  ? "Log shows small losses as clearly as large ones. Dotted: the cross-entropy "
                    "of the least-squares head, a mark to compare with and no floor: a head "
                    "trained by gradient steps may go below it."
                  : "Log shows small losses as clearly as large ones. Dotted: the "
                    "least-squares floor, which no head on this layer can pass.");
    end_header_controls(context);

    plots::LanePlot plot;
    plot.axis = "probe";
    plot.id = "##probe";
    plot.name = "probe";
    plot.channels = 5;
    plot.curve = 1;
    plot.floor = 0;
    plot.floor_name = softmax ? "least squares" : "floor";
    plot.logarithmic = context.chosen<ProbeChoices>().logarithmic;
    plot.decades = 8;
    plot.awaited = "Waiting for the first measure";
    if (context.snapshot) {
        const Layout& layout = context.snapshot->layout;
        plot.first_channel = layout.probe_floor();
        const double rate =
            context.snapshot->spec ? context.snapshot->spec->experiment.probe.lr : 0.0;
        plot.detail = [layout, softmax, rate](const LaneSnapshot& lane, std::size_t sample) {
            const auto at = [&](std::size_t channel) {
                return lane.history.value(sample, channel);
            };
            const std::string steps =
                threshold_text(at(layout.probe_steps()), at(layout.probe_searched()));
            std::string text = fmt::format("   {} {}   ", softmax ? "least squares" : "floor",
                                           plots::value_text(at(layout.probe_floor())));
            if (!std::isnan(at(layout.probe_steps())))
                text += fmt::format("threshold after {} steps", steps);
            else if (!steps.empty())
                text += steps == "never" ? "never at the threshold"
                                         : fmt::format("threshold after {} steps", steps);
            const double critical = at(layout.probe_critical_rate());
            if (rate >= critical)
                text += fmt::format("   diverges: its rate {:.4g} is beyond 2/s₁(H)² = {:.4g}",
                                    rate, critical);
            return text;
        };
    }
    say_what_diverges(context);
    plots::draw_lane_plot(context, plot);
}

}  // namespace

constinit const Panel probe_panel{
    .title = "Downstream probe",
    .explanation = "a fresh linear head",
    .help =
        "A linear head is trained from zero on one layer's frozen output. Its loss after a few "
        "steps says how easily what comes later could use this representation.",
    .draw = draw_probe,
    .least = {17, 10},
    .explain = plots::probe_formula,
    .remembered = remembered,
};

}  // namespace muonscope::gui
