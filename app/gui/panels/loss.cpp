#include <fmt/format.h>

#include <utility>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/loss_text.h"
#include "core/experiment/predicted_modes.h"

namespace muonscope::gui {

namespace {

struct LossChoices {
    bool logarithmic = true;
    bool levels = false;  // where the loss stands between two modes
};

std::vector<Remembered> remembered(Preferences& preferences) {
    LossChoices& own = preferences.panels.of<LossChoices>();
    return {{"loss_log", &own.logarithmic}, {"loss_levels", &own.levels}};
}

void header(PanelContext& context, bool levels) {
    LossChoices& own = context.chosen<LossChoices>();
    begin_header_controls(context, segmented_width({"linear", "log"}) +
                                       (levels ? toggle_width("levels") + em(0.6F) : 0));
    if (levels) {
        toggle(context, "levels", own.levels,
               "Dotted: the loss while the first modes are learned and the others not begun, half "
               "the sum of the squares of those that are missing.");
        next_header_control(context, em(0.6F), segmented_width({"linear", "log"}));
    }
    segmented(context, "scale", {"linear", "log"}, own.logarithmic,
              "Log shows the end of training as clearly as its start; a zero lies on the floor.");
    end_header_controls(context);
}

void draw_loss(PanelContext& context) {
    std::vector<double> levels;
    if (context.snapshot != nullptr && context.snapshot->problem != nullptr)
        levels = loss_levels(*context.snapshot->problem);
    header(context, !levels.empty());

    plots::LanePlot plot;
    plot.axis = "loss";
    plot.id = "##loss";
    plot.name = "loss";
    plot.channels = 2;
    plot.logarithmic = context.chosen<LossChoices>().logarithmic;
    plot.awaited = "Waiting for the first step";
    if (context.chosen<LossChoices>().levels) plot.levels = std::move(levels);
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
