#include <fmt/format.h>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/widgets.h"
#include "core/experiment/loss_text.h"

namespace muonscope::gui {

namespace {

struct LossChoices {
    bool logarithmic = true;
};

std::vector<Remembered> remembered(Preferences& preferences) {
    LossChoices& own = preferences.panels.of<LossChoices>();
    return {{"loss_log", &own.logarithmic}};
}

void draw_loss(PanelContext& context) {
    begin_header_controls(context, segmented_width({"linear", "log"}));
    segmented(context, "scale", {"linear", "log"}, context.chosen<LossChoices>().logarithmic,
              "Log shows the end of training as clearly as its start; a zero lies on the floor.");
    end_header_controls(context);

    plots::LanePlot plot;
    plot.axis = "loss";
    plot.id = "##loss";
    plot.name = "loss";
    plot.channels = 2;
    plot.logarithmic = context.chosen<LossChoices>().logarithmic;
    plot.awaited = "Waiting for the first step";
    if (context.snapshot) {
        plot.first_channel = context.snapshot->layout.loss();
        const std::size_t error = context.snapshot->layout.relative_error();
        plot.detail = [error](const LaneSnapshot& lane, std::size_t sample) {
            return fmt::format("   relative error {}",
                               plots::value_text(lane.history.value(sample, error)));
        };
    }
    plots::draw_lane_plot(context, plot);
}

}  // namespace

constinit const Panel loss_panel{
    .title = "Loss",
    .explanation = "½‖P − A‖²",
    .help =
        "What the training minimises. A plateau means that the modes learned so far are done and "
        "the next one is still too small to be seen.",
    .draw = draw_loss,
    .least = {17, 10},
    .explain = loss_formula,
    .remembered = remembered,
};

}  // namespace muonscope::gui
