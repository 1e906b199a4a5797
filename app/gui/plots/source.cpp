#include "app/gui/plots/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/base/elementary.h"
#include "core/experiment/predicted_modes.h"
#include "core/experiment/probe.h"
#include "imgui.h"

namespace muonscope::plots {

namespace {

// A list of names, of which `chosen` is shown and may become another.
void word_list(gui::PanelContext& context, const char* id, std::span<const char* const> names,
               float width, int& chosen, const char* help) {
    chosen = std::clamp(chosen, 0, static_cast<int>(names.size()) - 1);
    if (!gui::begin_word_combo(context, id, names[chosen], width)) {
        gui::hover_help(context, "", help);
        return;
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (gui::list_row(names[i], static_cast<int>(i) == chosen)) chosen = static_cast<int>(i);
    ImGui::EndCombo();
}

void source_list(gui::PanelContext& context, const char* id, int first, int last, int& chosen,
                 const char* help) {
    const Layout layout = context.snapshot ? context.snapshot->layout : Layout();
    std::vector<std::string> names;
    for (int source = first; source <= last; ++source) names.push_back(source_name(layout, source));
    std::vector<const char*> labels;
    for (const std::string& name : names) labels.push_back(name.c_str());
    word_list(context, id, labels, source_picker_width(context), chosen, help);
}

}  // namespace

std::string source_name(const Layout& layout, int source) {
    if (source == 0) return "product";
    return source <= layout.layers() ? layout.name(source) : "–";
}

float source_picker_width(const gui::PanelContext& context) {
    float widest = ImGui::CalcTextSize("layer 16").x;
    if (context.snapshot)
        for (int layer = 1; layer <= context.snapshot->layout.layers(); ++layer)
            widest = std::max(widest,
                              ImGui::CalcTextSize(context.snapshot->layout.name(layer).c_str()).x);
    return gui::word_combo_width(widest);
}

void source_picker(gui::PanelContext& context, const char* id, int& source, const char* help) {
    const int layers = context.snapshot ? context.snapshot->layout.layers() : 0;
    if (layers > 0 && context.snapshot->layout.product_rank() == 0) {
        int layer = std::max(source, 1) - 1;
        source_list(context, id, 1, layers, layer, help);
        source = layer + 1;
        return;
    }
    source_list(context, id, 0, std::max(layers, 0), source, help);
}

void layer_picker(gui::PanelContext& context, const char* id, int& layer, const char* help) {
    const int layers = context.snapshot ? context.snapshot->layout.layers() : 1;
    source_list(context, id, 1, std::max(layers, 1), layer, help);
}

float picker_width(std::span<const char* const> labels) {
    float widest = 0;
    for (const char* label : labels) widest = std::max(widest, ImGui::CalcTextSize(label).x);
    return gui::word_combo_width(widest);
}

void picker(gui::PanelContext& context, const char* id, std::span<const char* const> labels,
            int& chosen, const char* help) {
    word_list(context, id, labels, picker_width(labels), chosen, help);
}

double target_level(const Problem& problem, int source, int k) {
    if (k < 0 || k >= problem.modes || k >= problem.target_svd.s.size()) return std::nan("");
    const double s = problem.target_svd.s(k);
    const auto depth = static_cast<double>(std::max<std::size_t>(problem.start.size(), 1));
    return source == 0 ? s : elementary::pow(s, 1 / depth);
}

std::string modes_formula(const Experiment& experiment) {
    if (is_transformer(experiment)) return "σ over steps";
    const std::string text = "σ over steps; dotted: target";
    return theory_covers(experiment, Recipe{}) ? text + ", dashed: theory" : text;
}

std::string probe_formula(const Experiment& experiment) {
    return fmt::format("loss after {} steps, {}", experiment.probe.steps,
                       probed_matrix(experiment));
}

}  // namespace muonscope::plots
