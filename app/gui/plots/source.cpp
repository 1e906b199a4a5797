#include "app/gui/plots/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/base/elementary.h"
#include "core/experiment/predicted_modes.h"
#include "imgui.h"

namespace muonscope::plots {

using gui::em;

namespace {

constexpr float side = 0.45F;  // em, as the words beside it

float combo_width(float text) {
    return text + em(2 * side + 1.2F);
}

// A word with a small arrow, as quiet as the words beside it, that opens a list.
bool begin_combo(gui::PanelContext& context, const char* id, float width,
                 const std::string& shown) {
    const gui::Theme& t = context.theme;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = em(1.45F);
    ImGui::PushID(id);
    if (ImGui::InvisibleButton("##open", {width, height}, ImGuiButtonFlags_EnableNav))
        ImGui::OpenPopup("##list");
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, {at.x + width, at.y + height},
                        gui::u32(hovered ? t.well_hovered : t.well),
                        ImGui::GetStyle().FrameRounding);
    const float y = at.y + (height - ImGui::GetFontSize()) / 2;
    draw->AddText({at.x + em(side), y}, gui::u32(t.text), shown.c_str());
    const ImVec2 tip{at.x + width - em(side + 0.3F), at.y + height / 2 + em(0.14F)};
    const ImVec2 arms[]{
        {tip.x - em(0.28F), tip.y - em(0.28F)}, tip, {tip.x + em(0.28F), tip.y - em(0.28F)}};
    draw->AddPolyline(arms, 3, gui::u32(t.dim), 0, t.hairline() * 1.2F);
    ImGui::SetNextWindowPos({at.x, at.y + height + em(0.15F)});
    const bool open = ImGui::BeginPopup("##list");
    if (!open) ImGui::PopID();
    return open;
}

void end_combo() {
    ImGui::EndPopup();
    ImGui::PopID();
}

}  // namespace

std::string source_name(int source) {
    return source == 0 ? "product" : fmt::format("layer {}", source);
}

float source_picker_width() {
    return combo_width(ImGui::CalcTextSize("layer 16").x);
}

void source_picker(gui::PanelContext& context, const char* id, int& source, const char* help) {
    const int layers = context.snapshot ? context.snapshot->layout.layers() : 0;
    source = std::clamp(source, 0, std::max(layers, 0));
    const bool open = begin_combo(context, id, source_picker_width(), source_name(source));
    if (!open) gui::hover_help(context, "", help);
    if (!open) return;
    for (int i = 0; i <= layers; ++i)
        if (gui::list_row(source_name(i).c_str(), i == source)) source = i;
    end_combo();
}

void layer_picker(gui::PanelContext& context, const char* id, int& layer, const char* help) {
    const int layers = context.snapshot ? std::max(context.snapshot->layout.layers(), 1) : 1;
    layer = std::clamp(layer, 0, layers - 1);
    const bool open = begin_combo(context, id, source_picker_width(), source_name(layer + 1));
    if (!open) gui::hover_help(context, "", help);
    if (!open) return;
    for (int i = 0; i < layers; ++i)
        if (gui::list_row(source_name(i + 1).c_str(), i == layer)) layer = i;
    end_combo();
}

float picker_width(std::span<const char* const> labels) {
    float widest = 0;
    for (const char* label : labels) widest = std::max(widest, ImGui::CalcTextSize(label).x);
    return combo_width(widest);
}

void picker(gui::PanelContext& context, const char* id, std::span<const char* const> labels,
            int& chosen, const char* help) {
    chosen = std::clamp(chosen, 0, static_cast<int>(labels.size()) - 1);
    const bool open =
        begin_combo(context, id, picker_width(labels), labels[static_cast<std::size_t>(chosen)]);
    if (!open) gui::hover_help(context, "", help);
    if (!open) return;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (gui::list_row(labels[i], static_cast<int>(i) == chosen)) chosen = static_cast<int>(i);
    end_combo();
}

double target_level(const Problem& problem, int source, int k) {
    if (k < 0 || k >= problem.modes || k >= problem.target_svd.s.size()) return std::nan("");
    const double s = problem.target_svd.s(k);
    const auto depth = static_cast<double>(std::max<std::size_t>(problem.widths.size(), 2) - 1);
    return source == 0 ? s : elementary::pow(s, 1 / depth);
}

std::string modes_formula(const Experiment& experiment) {
    const std::string text = "σ over steps; dotted: target";
    return theory_covers(experiment, Recipe{}) ? text + ", dashed: theory" : text;
}

std::string probe_formula(const Experiment& experiment) {
    const int depth = experiment.network.depth;
    const int layer = std::clamp(experiment.probe.layer, 1, std::max(depth, 1));
    return fmt::format("loss after {} steps, layer {}", experiment.probe.steps, layer);
}

}  // namespace muonscope::plots
