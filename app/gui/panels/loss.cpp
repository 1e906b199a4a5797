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
    bool levels = false;    // where the loss stands between two modes
    bool accuracy = false;  // of tokens
};

std::vector<Remembered> remembered(Preferences& preferences) {
    LossChoices& own = preferences.panels.of<LossChoices>();
    return {{"loss_log", &own.logarithmic},
            {"loss_levels", &own.levels},
            {"loss_accuracy", &own.accuracy}};
}

// Of tokens: what is plotted, and how.
void token_header(PanelContext& context) {
    LossChoices& own = context.chosen<LossChoices>();
    const float what = segmented_width({"loss", "accuracy"});
    const float scale = own.accuracy ? 0 : em(0.6F) + segmented_width({"linear", "log"});
    begin_header_controls(context, what + scale);
    segmented(context, "what", {"loss", "accuracy"}, own.accuracy,
              "Loss: of held-out sequences. Accuracy: how often the right token is the likeliest "
              "there. Dotted: the same of as many sequences to train on.");
    if (!own.accuracy) {
        next_header_control(context, em(0.6F), segmented_width({"linear", "log"}));
        segmented(context, "scale", {"linear", "log"}, own.logarithmic,
                  "Log shows the end of training as clearly as its start; a zero lies on the "
                  "floor.");
    }
    end_header_controls(context);
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

// What was learned by heart beneath what holds of other sequences too.
void draw_token_loss(PanelContext& context) {
    token_header(context);
    const LossChoices& own = context.chosen<LossChoices>();
    const Layout& layout = context.snapshot->layout;
    plots::LanePlot plot;
    plot.axis = own.accuracy ? "accuracy" : "loss";
    plot.id = "##loss";
    plot.name = own.accuracy ? "accuracy" : "loss";
    plot.first_channel = own.accuracy ? layout.held_out_accuracy() : layout.loss();
    plot.beneath = own.accuracy ? layout.training_accuracy() : layout.training_loss();
    plot.floor_name = "training";
    plot.logarithmic = own.logarithmic && !own.accuracy;
    if (own.accuracy) plot.ends_at = 1.02;
    plot.awaited = "Waiting for the first step";
    plot.detail = [training = *plot.beneath](const LaneSnapshot& lane, std::size_t sample) {
        return fmt::format("   training {}",
                           plots::value_text(lane.history.value(sample, training)));
    };
    plots::draw_lane_plot(context, plot);
}

void draw_loss(PanelContext& context) {
    if (context.snapshot != nullptr && context.snapshot->layout.has_task())
        return draw_token_loss(context);
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
        "the next one is still too small to be seen. Of a transformer's tokens: the loss of "
        "held-out sequences, or how often the right token is the likeliest, and dotted the same of "
        "sequences to train on.",
    .draw = draw_loss,
    .least = {17, 10},
    .explain = loss_formula,
    .remembered = remembered,
};

}  // namespace muonscope::gui
