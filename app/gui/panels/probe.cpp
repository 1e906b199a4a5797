#include <fmt/format.h>

#include <cmath>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/source.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {

void draw_probe(PanelContext& context) {
    const bool softmax = context.snapshot && context.snapshot->spec &&
                         context.snapshot->spec->experiment.probe.task == ProbeTask::softmax;
    begin_header_controls(context, segmented_width({"linear", "log"}));
    segmented(context, "scale", {"linear", "log"}, context.preferences.probe_log,
              softmax
                  ? "Log shows small losses as clearly as large ones. Dotted: the cross-entropy "
                    "of the least-squares head, a mark to compare with and no floor: a head "
                    "trained by gradient steps may go below it."
                  : "Log shows small losses as clearly as large ones. Dotted: the "
                    "least-squares floor, which no head on this layer can pass.");
    end_header_controls(context);

    plots::LanePlot plot;
    plot.panel = plots::probe_key;
    plot.id = "##probe";
    plot.name = "probe";
    plot.channels = 3;
    plot.column_names = {"probe floor", "probe after K steps", "probe steps to threshold"};
    plot.curve = 1;
    plot.floor = 0;
    plot.logarithmic = context.preferences.probe_log;
    plot.decades = 8;
    plot.awaited = "Waiting for the first measure";
    if (context.snapshot) {
        const Layout& layout = context.snapshot->layout;
        plot.first_channel = layout.probe_floor();
        plot.detail = [layout, softmax](const LaneSnapshot& lane, std::size_t sample) {
            const double steps = lane.history.value(sample, layout.probe_steps());
            return fmt::format("   {} {}   {}", softmax ? "least squares" : "floor",
                               plots::value_text(lane.history.value(sample, layout.probe_floor())),
                               std::isnan(steps)
                                   ? std::string("never at the threshold")
                                   : fmt::format("threshold after {:.0f} steps", steps));
        };
    }
    plots::draw_lane_plot(context, plot);
}

}  // namespace muonscope::gui
