#include "app/gui/plots/axes_menu.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/plots/memory.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::plots {

using gui::em;

namespace {

// Why these ends cannot be shown; empty: they can.
std::string fault_of(const MenuAxis& axis, double low, double high) {
    if (!std::isfinite(low) || !std::isfinite(high)) return "give two numbers";
    if (axis.above_zero && !(low > 0))
        return "a log axis begins above zero; choose linear or symmetric log";
    if (low < axis.lowest) return fmt::format("it begins at {:.6g} or later", axis.lowest);
    if (!(high > low)) return "its end must lie above its beginning";
    if (high - low <= 1e-9 * std::max(std::abs(low), std::abs(high)))
        return "its ends are too close to one another";
    return {};
}

// What was typed and cannot be shown, as long as the menu is open.
struct RefusedLimits {
    ImGuiID axis = 0;
    std::string why;
};

void limits(gui::PanelContext& context, const MenuAxis& axis) {
    RefusedLimits& refused = context.kept<RefusedLimits>();
    const ImGuiID id = ImGui::GetID("limits");
    std::array<double, 2> ends{axis.low, axis.high};
    bool typed = false;
    for (std::size_t end = 0; end < ends.size(); ++end) {
        if (end > 0) {
            ImGui::SameLine();
            ImGui::TextUnformatted("to");
            ImGui::SameLine();
        }
        ImGui::SetNextItemWidth(em(6));
        ImGui::InputDouble(end == 0 ? "##from" : "##to", &ends[end], 0, 0, "%.6g");
        typed = typed || ImGui::IsItemDeactivatedAfterEdit();
    }
    if (typed) {
        refused = {id, fault_of(axis, ends[0], ends[1])};
        if (refused.why.empty()) axis.show(ends[0], ends[1]);
        context.view.animating = true;
    }
    if (refused.axis == id && !refused.why.empty())
        ImGui::TextColored(context.theme.warning, "%s", refused.why.c_str());
}

void scales(gui::PanelContext& context, const MenuAxis& axis) {
    if (axis.scalings.empty()) return;
    const std::vector<Scaling>& all = axis.scalings;
    int chosen = static_cast<int>(std::find(all.begin(), all.end(), axis.scaling) - all.begin());
    const auto name = [&](std::size_t i) {
        return scaling_names[static_cast<std::size_t>(all[i])];
    };
    const bool changed =
        all.size() == 2 ? gui::segmented(context, "scale", {name(0), name(1)}, chosen)
                        : gui::segmented(context, "scale", {name(0), name(1), name(2)}, chosen);
    if (!changed) return;
    axis.scale(all[static_cast<std::size_t>(chosen)]);
    context.view.animating = true;
}

}  // namespace

void axes_menu(gui::PanelContext& context, const std::vector<MenuAxis>& axes,
               const std::function<void()>& more) {
    if (!ImGui::BeginMenu("Axes")) return;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const MenuAxis& axis = axes[i];
        ImGui::PushID(static_cast<int>(i));
        ImGui::TextColored(context.theme.dim, "%s", axis.title.c_str());
        limits(context, axis);
        scales(context, axis);
        ImGui::PopID();
    }
    if (more) more();
    ImGui::EndMenu();
}

void step_plot_axes_menu(gui::PanelContext& context, std::string_view name, bool rows) {
    const ShownSteps shown = shown_steps(context, name);
    ValueAxis& values = memory(context).axis(name);
    StepAxisChoices& steps = context.chosen<StepAxisChoices>();
    MenuAxis across{.title = "Steps", .low = shown.range.min, .high = shown.range.max, .show = {}};
    across.lowest = 0;
    across.show = [&](double low, double high) { show_steps(context, name, {{low, high}, false}); };
    across.scaling = steps.logarithmic ? Scaling::logarithmic : Scaling::linear;
    across.scalings = {Scaling::linear, Scaling::logarithmic};
    across.scale = [&](Scaling chosen) { steps.logarithmic = chosen == Scaling::logarithmic; };
    std::vector<MenuAxis> axes{across};
    if (!rows) {
        MenuAxis up{.title = "Values",
                    .low = values.scale.inverse(values.range.low),
                    .high = values.scale.inverse(values.range.high),
                    .show = {}};
        up.show = [&](double low, double high) {
            AxisScale open = values.scale;
            open.floor = 0;
            values.range = {open.forward(low), open.forward(high), true};
        };
        up.scaling = values.asked.value_or(values.own);
        up.above_zero = values.scale.logarithmic;
        up.scalings = {Scaling::linear, Scaling::logarithmic, Scaling::symmetric};
        up.scale = [&](Scaling chosen) { values.asked = chosen; };
        axes.push_back(std::move(up));
    }
    axes_menu(context, axes, [&] {
        bool linked = !has_own_steps(context, name);
        ImGui::Separator();
        if (ImGui::Checkbox("The same steps as all plots", &linked))
            set_own_steps(context, name, !linked);
    });
}

}  // namespace muonscope::plots
