#include <array>

#include "app/gui/panels/panels.h"
#include "app/gui/panels/spectrum_now.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {

namespace {

using namespace plots;

std::vector<Remembered> remembered(Preferences& preferences) {
    SpectrumChoices& own = preferences.panels.of<SpectrumChoices>();
    return {{"spectrum_bars", &own.bars},
            {"spectrum_source", &own.source, 0, 16},
            {"spectrum_log", &own.logarithmic},
            {"spectrum_kind", &own.kind, 0, 2}};
}

constexpr std::array kinds{"weights", "gradient", "update"};

void header(PanelContext& context) {
    SpectrumChoices& chosen = context.chosen<SpectrumChoices>();
    const float between = em(0.4F);
    float width = segmented_width({"basis", "bars"});
    if (chosen.bars) {
        width += 2 * between + source_picker_width() + segmented_width({"linear", "log"});
        if (chosen.source > 0) width += between + picker_width(kinds);
    }
    begin_header_controls(context, width);
    if (chosen.bars) {
        source_picker(context, "##source", chosen.source,
                      "Which matrix: the product of all layers, or one layer.");
        ImGui::SameLine(0, between);
        if (chosen.source > 0) {
            picker(context, "##kind", kinds, chosen.kind,
                   "Of this layer: its weights, the gradient of the newest step, or the update "
                   "that the optimiser made of it.");
            ImGui::SameLine(0, between);
        }
        segmented(context, "scale", {"linear", "log"}, chosen.logarithmic,
                  "On the log axis zeros lie on the floor.");
        ImGui::SameLine(0, between);
    }
    segmented(context, "view", {"basis", "bars"}, chosen.bars,
              "Basis: Uᵀ P V for the target A = U S Vᵀ, red positive, blue negative; learning "
              "fills the diagonal. Bars: singular values side by side, the target's as marks.");
    end_header_controls(context);
}

void draw_spectrum_now(PanelContext& context) {
    header(context);
    if (!has_measured_room(context, 4, 3)) return;
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (context.chosen<SpectrumChoices>().bars)
        draw_spectrum_bars(context, room);
    else
        draw_target_basis(context, room);
}

}  // namespace

constinit const Panel spectrum_now_panel{
    .title = "Spectrum now",
    .explanation = "at this step",
    .help = "Singular values of one matrix at the newest measured step, lanes side by side.",
    .draw = draw_spectrum_now,
    .least = {15, 10},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
