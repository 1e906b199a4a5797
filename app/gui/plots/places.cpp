#include "app/gui/plots/places.h"

#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

void draw_places(const gui::PanelContext& context, const Axes& plot,
                 const std::vector<PlacedStep>& places) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const gui::Theme& theme = context.theme;
    const float size = em(gui::size::smallest_text);
    float dot_from = -1e9F, word_from = plot.position.x;
    for (const PlacedStep& place : places) {
        if (!plot.x.shows(place.step)) continue;
        const ImVec2 at{plot.pixel_x(place.step), plot.pixel_y(place.value)};
        if (at.x < dot_from) continue;
        dot_from = at.x + em(0.3F);
        draw_dot(context, plot, place.step, place.value, place.colour);
        const float width = ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, place.word.c_str()).x;
        // Beside it, where the curve has gone on from.
        const bool fits = at.x + em(0.5F) + width < plot.right();
        const float left = fits ? at.x + em(0.5F) : at.x - em(0.5F) - width;
        if (left < word_from || width > plot.extent.x) continue;
        word_from = left + width + em(0.5F);
        const bool above = at.y - size - em(0.5F) > plot.position.y;
        const ImVec2 word{left, above ? at.y - size - em(0.5F) : at.y + em(0.4F)};
        draw->AddRectFilled({word.x - em(0.15F), word.y},
                            {word.x + width + em(0.15F), word.y + size},
                            u32(gui::with_alpha(theme.card, 0.85F)));
        draw->AddText(nullptr, size, word, u32(theme.text), place.word.c_str());
    }
}

}  // namespace muonscope::plots
