#include "app/gui/plots/colour_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "imgui.h"

namespace muonscope::plots {

double ColourScale::share(double value) const {
    if (high <= low) return 0.5;
    if (logarithmic && !(value > 0)) return std::numeric_limits<double>::quiet_NaN();
    return logarithmic ? std::log(value / low) / std::log(high / low)
                       : (value - low) / (high - low);
}

ColourScale colour_scale(const Matrix& values, bool logarithmic) {
    ColourScale scale{std::numeric_limits<double>::infinity(),
                      -std::numeric_limits<double>::infinity(), logarithmic};
    for (double value : values.reshaped()) {
        if (!std::isfinite(value) || (logarithmic && value <= 0)) continue;
        scale.low = std::min(scale.low, value);
        scale.high = std::max(scale.high, value);
    }
    return scale.low > scale.high ? ColourScale{} : scale;
}

void draw_colour_scale(gui::PanelContext& context, const std::string& low, const std::string& high,
                       const std::function<ImVec4(double)>& colour) {
    using gui::em, gui::u32;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = em(7), height = em(0.7F), top = at.y + em(0.45F);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float left = at.x + ImGui::CalcTextSize(low.c_str()).x + em(0.4F);
    draw->AddText({at.x, at.y + em(0.15F)}, u32(context.theme.dim), low.c_str());
    constexpr int parts = 48;
    for (int i = 0; i < parts; ++i)
        draw->AddRectFilled({left + width * static_cast<float>(i) / parts, top},
                            {left + width * static_cast<float>(i + 1) / parts, top + height},
                            u32(colour((i + 0.5) / parts)));
    draw->AddText({left + width + em(0.4F), at.y + em(0.15F)}, u32(context.theme.dim),
                  high.c_str());
    ImGui::Dummy({left + width + em(0.4F) + ImGui::CalcTextSize(high.c_str()).x - at.x, em(1.3F)});
}

void draw_colour_scale(gui::PanelContext& context, const ColourScale& scale) {
    draw_colour_scale(context, value_text(scale.low),
                      fmt::format("{}{}", value_text(scale.high), scale.logarithmic ? ", log" : ""),
                      [&](double share) { return context.theme.mapped(share); });
}

}  // namespace muonscope::plots
