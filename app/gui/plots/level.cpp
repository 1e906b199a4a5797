#include "app/gui/plots/level.h"

#include <algorithm>
#include <cmath>

#include "app/gui/plots/memory.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

void draw_level(const Axes& plot, double value, ImU32 colour, float thickness, float on,
                float off) {
    const float y = std::round(plot.pixel_y(value) - thickness / 2);
    if (!(y >= plot.position.y - 1 && y <= plot.position.y + plot.extent.y + 1)) return;
    const float right = plot.position.x + plot.extent.x;
    const int dashes =
        std::clamp(static_cast<int>((plot.extent.x + off) / (on + off)) + 1, 1, 1000);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PrimReserve(6 * dashes, 4 * dashes);
    for (int i = 0; i < dashes; ++i) {
        const float x = plot.position.x + static_cast<float>(i) * (on + off);
        draw->PrimRect({std::min(x, right), y}, {std::min(x + on, right), y + thickness}, colour);
    }
}

namespace {

// The share of each pixel that dots cover.
bool prepare_dots(Dots& dots, float on, float off) {
    if (dots.on == on && dots.off == off && dots.texture.ready()) return true;
    ImU32* pixels = dots.texture.write(dots.texture.width(), 1);
    if (pixels == nullptr) return false;
    const float period = on + off;
    const auto covered_until = [&](float x) {  // pixels of dots in [0, x)
        const float periods = std::floor(x / period);
        return periods * on + std::min(x - periods * period, on);
    };
    for (int x = 0; x < dots.texture.width(); ++x) {
        const auto at = static_cast<float>(x);
        const float cover = std::clamp(covered_until(at + 1) - covered_until(at), 0.0F, 1.0F);
        pixels[x] = IM_COL32(255, 255, 255, std::lround(cover * 255));
    }
    dots.on = on;
    dots.off = off;
    return true;
}

}  // namespace

void draw_levels(gui::PanelContext& context, const Axes& plot, std::span<const double> values,
                 ImU32 colour) {
    const float on = context.theme.scale * 2, off = context.theme.scale * 5;
    const float thickness = context.theme.hairline();
    Dots& dots = memory(context).dots;
    if (!prepare_dots(dots, on, off)) {
        for (const double value : values) draw_level(plot, value, colour, thickness, on, off);
        return;
    }
    // Whole periods, so that a line wider than the texture goes on where it left off.
    const auto width = static_cast<float>(dots.texture.width());
    const float longest = std::floor(width / (on + off)) * (on + off);
    const float left = std::round(plot.position.x), right = plot.position.x + plot.extent.x;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushTexture(dots.texture.reference());
    for (const double value : values) {
        const float y = std::round(plot.pixel_y(value) - thickness / 2);
        if (!(y >= plot.position.y - 1 && y <= plot.position.y + plot.extent.y + 1)) continue;
        for (float x = left; x < right; x += longest) {
            const float end = std::min(x + longest, right);
            draw->PrimReserve(6, 4);
            draw->PrimRectUV({x, y}, {end, y + thickness}, {0, 0.5F}, {(end - x) / width, 0.5F},
                             colour);
        }
    }
    draw->PopTexture();
}

}  // namespace muonscope::plots
