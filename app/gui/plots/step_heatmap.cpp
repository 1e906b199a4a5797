#include "app/gui/plots/step_heatmap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// The colour of a share of the range.
std::array<ImU32, 256> colour_table(const gui::Theme& theme) {
    std::array<ImU32, 256> table;
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = u32(theme.mapped(static_cast<double>(i) / 255));
    return table;
}

}  // namespace

void draw_step_heatmap(gui::PanelContext& context, const Axes& plot, int series,
                       const Reduction& reduction, bool changed, const ValueRange& range,
                       StepHeatmap& map) {
    const int bins = std::min(reduction.bins(), map.texture.width());
    const int rows = std::min(series, map.texture.height() / 2);
    if (changed || !map.drawn || map.low != range.min || map.high != range.max ||
        map.rows != rows || map.logarithmic != range.scale.logarithmic ||
        map.colours != context.theme.map) {
        ImU32* pixels = map.texture.write(bins, 2 * rows);
        if (pixels == nullptr) return;
        const auto table = colour_table(context.theme);
        const double low = range.scale.forward(range.min), high = range.scale.forward(range.max);
        const double stretch = 255 / std::max(high - low, 1e-300);
        map.lows.resize(bins);
        map.highs.resize(bins);
        for (int k = 0; k < rows; ++k) {
            reduction.ranges(k, map.lows, map.highs);
            for (const bool below : {false, true}) {
                const std::vector<float>& column = below ? map.lows : map.highs;
                ImU32* row = pixels + static_cast<std::ptrdiff_t>(2 * k + (below ? 1 : 0)) *
                                          map.texture.width();
                for (int bin = 0; bin < bins; ++bin) {
                    const float value = column[bin];
                    if (std::isnan(value)) {
                        row[bin] = 0;
                        continue;
                    }
                    const double share =
                        (range.scale.forward(static_cast<double>(value)) - low) * stretch;
                    row[bin] = table[static_cast<std::size_t>(std::clamp(share, 0.0, 255.0))];
                }
            }
        }
        map.low = range.min;
        map.high = range.max;
        map.logarithmic = range.scale.logarithmic;
        map.rows = rows;
        map.colours = context.theme.map;
        map.drawn = true;
    }
    const float left = plot.pixel_x(reduction.x_min()), right = plot.pixel_x(reduction.x_max());
    const float u = static_cast<float>(bins) / static_cast<float>(map.texture.width());
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (int half = 0; half < 2 * rows; ++half) {
        // Through the middle of its texels, so that rows do not bleed into one another.
        const float v =
            (static_cast<float>(half) + 0.5F) / static_cast<float>(map.texture.height());
        draw->AddImage(map.texture.reference(), {left, plot.pixel_y(-0.5 * half - 0.5)},
                       {right, plot.pixel_y(-0.5 * half - 1)}, {0, v}, {u, v});
    }
}

ValueRange rows_range(int series) {
    ValueRange range;
    range.min = -series - 0.5;
    range.max = -0.5;
    return range;
}

float colour_bar_width() {
    return em(3.2F);
}

void draw_colour_bar(const gui::PanelContext& context, const Axes& beside,
                     const ValueRange& range) {
    const ImVec2 from{beside.right() + em(0.9F), beside.position.y};
    const ImVec2 to{beside.right() + em(1.5F), beside.bottom()};
    ImDrawList* draw = ImGui::GetWindowDrawList();
    constexpr int steps = 16;
    const float height = (to.y - from.y) / steps;
    for (int i = 0; i < steps; ++i) {
        const ImU32 above = u32(context.theme.mapped(1 - static_cast<double>(i) / steps));
        const ImU32 below = u32(context.theme.mapped(1 - static_cast<double>(i + 1) / steps));
        const float y = from.y + static_cast<float>(i) * height;
        draw->AddRectFilledMultiColor({from.x, y}, {to.x, y + height}, above, above, below, below);
    }
    const ImU32 ink = u32(context.theme.dim);
    const float x = to.x + em(0.3F);
    draw->AddText({x, from.y - em(0.15F)}, ink, fmt::format("{:.3g}", range.max).c_str());
    draw->AddText({x, to.y - em(1)}, ink,
                  ((range.at_floor ? "≤ " : "") + fmt::format("{:.3g}", range.min)).c_str());
}

Ticks row_ticks(int series, float height) {
    Ticks ticks;
    const int wanted = std::max(1, static_cast<int>(height / em(1.6F)));
    int stride = 1;
    for (const int s : {1, 2, 4, 8, 16, 32})
        if (series / s <= wanted) {
            stride = s;
            break;
        }
    for (int k = 1; k <= series; k += stride) ticks.add(-k, fmt::format("{}", k));
    return ticks;
}

}  // namespace muonscope::plots
