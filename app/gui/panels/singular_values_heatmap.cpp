#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/singular_values.h"
#include "app/gui/theme.h"

// Singular values over steps as a picture, and the bar that says what its colours are.
namespace muonscope::gui {

using namespace plots;

namespace {

// The colour of a share of the range.
std::array<ImU32, 256> colour_table(const Theme& theme) {
    std::array<ImU32, 256> table;
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = u32(theme.mapped(static_cast<double>(i) / 255));
    return table;
}

}  // namespace

void draw_heatmap(PanelContext& context, const Axes& plot, int modes, const Reduction& reduction,
                  bool changed, const ValueRange& range, int lane) {
    SingularValuesView& kept = context.kept<SingularValuesView>();
    Heatmap& map = kept.heatmaps[lane];
    const int bins = std::min(reduction.bins(), map.texture.width());
    const int rows = std::min(modes, map.texture.height() / 2);
    if (changed || !map.drawn || map.low != range.min || map.high != range.max ||
        map.rows != rows || map.logarithmic != range.scale.logarithmic ||
        map.colours != context.theme.map) {
        ImU32* pixels = map.texture.write(bins, 2 * rows);
        if (pixels == nullptr) return;
        const auto table = colour_table(context.theme);
        const double low = range.scale.forward(range.min), high = range.scale.forward(range.max);
        const double stretch = 255 / std::max(high - low, 1e-300);
        kept.lows.resize(bins);
        kept.highs.resize(bins);
        for (int k = 0; k < rows; ++k) {
            reduction.ranges(k, kept.lows, kept.highs);
            for (const bool below : {false, true}) {
                const std::vector<float>& column = below ? kept.lows : kept.highs;
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

void draw_colour_bar(const PanelContext& context, ImVec2 from, ImVec2 to, const ValueRange& range) {
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

Ticks heatmap_ticks(int count, float height) {
    Ticks ticks;
    const int wanted = std::max(1, static_cast<int>(height / em(1.6F)));
    int stride = 1;
    for (const int s : {1, 2, 4, 8, 16, 32})
        if (count / s <= wanted) {
            stride = s;
            break;
        }
    for (int k = 1; k <= count; k += stride) ticks.add(-k, fmt::format("{}", k));
    return ticks;
}

}  // namespace muonscope::gui
