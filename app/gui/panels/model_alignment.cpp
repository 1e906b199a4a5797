#include "app/gui/model_alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/weights/selection.h"
#include "imgui.h"

namespace muonscope::gui {

using namespace plots;

namespace {

using Index = Eigen::Index;

std::string name_of(const LayerPair& pair) {
    return fmt::format("{} → {}", short_name(pair.writer), short_name(pair.reader));
}

Ticks direction_ticks(Index count, int sign, float length) {
    Ticks ticks;
    Index stride = 1;
    while (length / static_cast<float>(count) * static_cast<float>(stride) < em(1.5F)) stride *= 2;
    for (Index k = stride == 1 ? 1 : stride; k <= count; k += stride)
        ticks.add(sign * (static_cast<double>(k) - 0.5), fmt::format("{}", k));
    return ticks;
}

Chart overlap_chart(const PanelContext& context, const ModelAlignment::Shown& shown) {
    const Index count = shown.alignment.overlap.rows();
    Chart chart;
    chart.title = name_of(shown.pair);
    chart.legend = false;
    chart.x = {0, static_cast<double>(count), false,
               fmt::format("direction that {} writes", short_name(shown.pair.writer))};
    chart.y = {-static_cast<double>(count), 0, false,
               fmt::format("that {} reads", short_name(shown.pair.reader))};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [count](double, double, float length) {
        return direction_ticks(count, 1, length);
    };
    chart.y.ticks = [count](double, double, float length) {
        return direction_ticks(count, -1, length);
    };
    Cells cells;
    cells.name = "overlap";
    cells.values = shown.alignment.overlap;
    cells.none = context.theme.well;
    cells.row = "reads";
    cells.column = "writes";
    cells.colour = [theme = &context.theme](double overlap) {
        return theme->mapped(std::clamp(overlap, 0.0, 1.0));
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

void pair_list(PanelContext& context, ModelAlignment& alignment, float width) {
    const std::string now = name_of(alignment.pairs[alignment.chosen]);
    ImGui::SetNextItemWidth(width);
    if (begin_combo(context, "##pair", now.c_str())) {
        for (std::size_t i = 0; i < alignment.pairs.size(); ++i)
            if (list_row(name_of(alignment.pairs[i]).c_str(), i == alignment.chosen))
                alignment.chosen = i;
        ImGui::EndCombo();
    }
    hover_help(context, now,
               "The second reads what the first writes: layers of a chain; in a llama ffn_gate and "
               "ffn_up before ffn_down, and through the residual stream attn_output and ffn_down "
               "before what reads it next. Heads, and the norms between, are left out.");
}

void controls(PanelContext& context, ModelAlignment& alignment) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    const float counts = segmented_width({"8", "16", "32"});
    const float room = ImGui::GetContentRegionAvail().x - counts - em(0.6F);
    pair_list(context, alignment, std::clamp(room, em(6), em(26)));
    ImGui::SameLine(0, em(0.6F));
    segmented(context, "leading", {"8", "16", "32"}, chosen.leading,
              "How many directions of each, those of the largest singular values.");
}

void words_line(PanelContext& context, const ModelAlignment::Shown& shown) {
    const LayerAlignment& of = shown.alignment;
    const std::string words = fmt::format("shared: {:.3f} of {} directions; at random {:.3f}",
                                          of.share, of.overlap.rows(), of.by_chance);
    fitted_line(ImGui::GetContentRegionAvail().x, context.theme.text, words);
    hover_help(
        context, "Shared",
        fmt::format("Σ (vᵢᵀuⱼ)²/k over the leading k = {}: all of it where both span the same "
                    "directions, k/{} for random ones in {} dimensions.",
                    of.overlap.rows(), of.dimension, of.dimension));
    const std::string definition = fmt::format(
        "Colour: (vᵢᵀuⱼ)², none to all. uⱼ: left singular vectors of {}; vᵢ: right ones of {}; "
        "largest values first.",
        short_name(shown.pair.writer), short_name(shown.pair.reader));
    dim_paragraph(context, definition);
}

void readout(PanelContext& context, const ModelAlignment& alignment, const Axes& axes) {
    const ModelAlignment::Shown& shown = *alignment.shown;
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto i = static_cast<Index>(std::floor(-axes.value_y(mouse.y)));
    const auto j = static_cast<Index>(std::floor(axes.value_x(mouse.x)));
    const Matrix& overlap = shown.alignment.overlap;
    if (i < 0 || j < 0 || i >= overlap.rows() || j >= overlap.cols()) return;
    const auto value_of = [&](const std::string& name, Index k) {
        return value_text(alignment.known.at(name).vectors.s(k));
    };
    const Theme& theme = context.theme;
    const std::vector<ReadoutRow> rows{
        {"overlap", fmt::format("{:.4f}", overlap(i, j)), theme.mapped(overlap(i, j))},
        {fmt::format("s{} that writes", j + 1), value_of(shown.pair.writer, j), theme.dim},
        {fmt::format("s{} that reads", i + 1), value_of(shown.pair.reader, i), theme.dim}};
    draw_readout(context, fmt::format("(v{}ᵀu{})²", i + 1, j + 1), rows);
}

}  // namespace

void draw_model_alignment(PanelContext& context, ModelWeights& model, ImVec2 size) {
    ModelAlignment& alignment = model_alignment(context, model);
    ImGui::BeginChild("alignment", size);
    if (alignment.pairs.empty()) {
        dim_paragraph(
            context,
            "Nothing in this file is known to read what this matrix writes, or to write "
            "what it reads: layers of a chain, layers.0 and layers.1, and the attn_output "
            "and ffn matrices of a llama are.");
    } else {
        controls(context, alignment);
        if (!alignment.fault.empty()) {
            dim_paragraph(context, alignment.fault);
        } else if (!alignment.shown) {
            dim_paragraph(context, "their singular vectors are on their way");
        } else {
            words_line(context, *alignment.shown);
            // Squares, as far as there is room: a diagonal is seen as one.
            const ImVec2 room = ImGui::GetContentRegionAvail();
            const ChartOptions options{.id = "##model-alignment",
                                       .name = "model-alignment",
                                       .size = {std::min(room.x, room.y), room.y}};
            Axes axes;
            const Chart chart = overlap_chart(context, *alignment.shown);
            if (begin_chart(context, options, chart, axes)) {
                draw_marks(context, axes, chart);
                end_chart(context, axes);
                if (axes.hovered) readout(context, alignment, axes);
                chart_menu(context, options, axes, [&](const PanelContext& on) {
                    return overlap_chart(on, *alignment.shown);
                });
            }
        }
    }
    ImGui::EndChild();
}

}  // namespace muonscope::gui
