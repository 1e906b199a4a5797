#include "app/gui/plots/step_axis.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace muonscope::plots {

double followed_end(std::int64_t step) {
    return std::max(200.0,
                    nice_ceiling(1.02 * static_cast<double>(std::max<std::int64_t>(step, 1))));
}

bool ease(StepRange& shown, double target_end) {
    const double span = shown.max - shown.min;
    const bool far = !(span > 0) || target_end > 4 * shown.max || target_end < shown.max / 4;
    const double left = std::max(std::abs(target_end - shown.max), std::abs(shown.min));
    if (far || left < 0.005 * target_end) {
        shown = {0, target_end};
        return false;
    }
    shown.max += 0.5 * (target_end - shown.max);
    shown.min *= 0.5;
    return true;
}

namespace {

// Of plots that were set free, by the name of their value axis.
struct OwnSteps {
    std::map<std::string, ShownSteps, std::less<>> of;
};

ShownSteps* own_steps(const gui::PanelContext& context, std::string_view axis) {
    auto& all = context.kept<OwnSteps>().of;
    const auto found = all.find(axis);
    return found == all.end() ? nullptr : &found->second;
}

ShownSteps of_all(const gui::ViewState& view) {
    return {{view.step_min, view.step_max}, view.follow};
}

}  // namespace

ShownSteps shown_steps(const gui::PanelContext& context, std::string_view axis) {
    const ShownSteps* own = own_steps(context, axis);
    return own != nullptr ? *own : of_all(context.view);
}

void show_steps(gui::PanelContext& context, std::string_view axis, const ShownSteps& shown) {
    if (ShownSteps* own = own_steps(context, axis)) {
        *own = shown;
        return;
    }
    context.view.step_min = shown.range.min;
    context.view.step_max = shown.range.max;
    context.view.follow = shown.follows;
}

bool has_own_steps(const gui::PanelContext& context, std::string_view axis) {
    return own_steps(context, axis) != nullptr;
}

void set_own_steps(gui::PanelContext& context, std::string_view axis, bool own) {
    auto& all = context.kept<OwnSteps>().of;
    if (own)
        all.try_emplace(std::string(axis), of_all(context.view));
    else if (const auto found = all.find(axis); found != all.end())
        all.erase(found);
    context.view.animating = true;
}

bool follow_steps(gui::PanelContext& context) {
    if (!context.snapshot) return false;
    const double end = followed_end(context.snapshot->step);
    bool moving = false;
    if (context.view.follow) {
        StepRange shown{context.view.step_min, context.view.step_max};
        moving = ease(shown, end);
        context.view.step_min = shown.min;
        context.view.step_max = shown.max;
    }
    for (auto& [name, own] : context.kept<OwnSteps>().of)
        if (own.follows) moving = ease(own.range, end) || moving;
    return moving;
}

std::vector<gui::Remembered> remembered_of_steps(gui::Preferences& preferences) {
    return {{"steps_log", &preferences.panels.of<StepAxisChoices>().logarithmic}};
}

AxisScale step_scale(const gui::PanelContext& context) {
    AxisScale scale;
    if (context.chosen<StepAxisChoices>().logarithmic) scale.linear_within = 1;
    return scale;
}

const char* step_title(const AxisScale& scale) {
    return scale.symmetric() ? "step, log(1 + step)" : "step";
}

Ticks step_axis_ticks(const AxisScale& scale, double min, double max, float length, float apart) {
    const int wanted = std::clamp(static_cast<int>(length / apart), 1, 12);
    // Within less than a decade round numbers say more.
    if (scale.symmetric() && max > 10 * std::max(min, 1.0))
        return symmetric_ticks(min, max, scale.linear_within, wanted, step_text);
    return step_ticks(min, max, wanted);
}

}  // namespace muonscope::plots
