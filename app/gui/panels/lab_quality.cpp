#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/lab_views.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

// What the engines made of the matrix itself, a row an engine.
namespace muonscope::gui {
namespace {

using namespace plots;

struct QualityColumn {
    const char *name, *help;
    std::string (*text)(const LabRow& row);
};

std::string count_text(double value) {
    if (!std::isfinite(value)) return "–";
    if (value >= 1e9) return fmt::format("{:.3g} G", value / 1e9);
    if (value >= 1e6) return fmt::format("{:.3g} M", value / 1e6);
    return fmt::format("{:.3g} k", value / 1e3);
}

// Four digits say more than enough, and a row shall fit into a docked panel.
std::string figure(double value) {
    if (!std::isfinite(value)) return value_text(value);
    return value != 0 && std::abs(value) < 1e-3 ? fmt::format("{:.0e}", value)
                                                : fmt::format("{:.4g}", value);
}

constexpr std::array columns{
    QualityColumn{"error",
                  "Orthogonality error ‖O Oᵀ − I‖/√n, n the smaller side: 0 for an orthogonal O. "
                  "Directions that the gradient does not have count as missing.",
                  [](const LabRow& r) { return figure(r.report.orthogonality_error); }},
    QualityColumn{"least", "The smallest singular value of O.",
                  [](const LabRow& r) { return figure(r.report.least); }},
    QualityColumn{"largest", "The largest singular value of O.",
                  [](const LabRow& r) { return figure(r.report.largest); }},
    QualityColumn{"cos polar",
                  "Cosine of the angle to the exact polar factor U Vᵀ, the nearest orthogonal "
                  "matrix: ⟨O, U Vᵀ⟩/(‖O‖ ‖U Vᵀ‖).",
                  [](const LabRow& r) { return figure(r.report.cosine_to_polar); }},
    QualityColumn{"cos G",
                  "Gradient fidelity: cosine of the angle to the gradient, ⟨O, G⟩/(‖O‖ ‖G‖). The "
                  "exact polar factor has ‖G‖_*/(√r ‖G‖).",
                  [](const LabRow& r) { return figure(r.report.cosine_to_gradient); }},
    QualityColumn{"order",
                  "How far the result moves when the columns of G are shuffled and O's shuffled "
                  "back: ‖O(G) P − O(G P)‖/√n. Gram–Schmidt takes column after column and depends "
                  "on their order; what acts on singular values alone does not. (Rows, where G is "
                  "wide.)",
                  [](const LabRow& r) { return figure(r.column_order); }},
    QualityColumn{
        "work",
        "Multiply-adds of one call for this shape: products that are symmetric counted once, "
        "factorisations by their textbook counts.",
        [](const LabRow& r) { return count_text(r.report.multiply_adds); }}};

std::string markdown(const Lab& bench) {
    std::string text = "| engine |";
    for (const QualityColumn& column : columns) text += fmt::format(" {} |", column.name);
    text += "\n|---|";
    for (std::size_t c = 0; c < columns.size(); ++c) text += "---:|";
    text += "\n";
    for (const LabRow& row : bench.outcome.engines) {
        text += fmt::format("| {} |", label(row.report.spec.engine));
        for (const QualityColumn& column : columns) text += fmt::format(" {} |", column.text(row));
        text += "\n";
    }
    return text;
}

void draw_table(PanelContext& context, const Lab& bench) {
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.4F), em(0.16F)});
    if (ImGui::BeginTable("engines", static_cast<int>(columns.size()) + 1,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings,
                          {std::min(ImGui::GetContentRegionAvail().x, em(62)), 0})) {
        ImGui::TableSetupColumn("engine", ImGuiTableColumnFlags_WidthStretch, 2.1F);
        for (const QualityColumn& column : columns)
            ImGui::TableSetupColumn(column.name, ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        for (const QualityColumn& column : columns) {
            right_cell(column.name, context.theme.dim);
            hover_help(context, column.name, column.help);
        }
        for (const LabRow& row : bench.outcome.engines) {
            const Engine engine = row.report.spec.engine;
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float middle = at.y + ImGui::GetTextLineHeight() / 2;
            const std::array<ImVec2, 2> ends{ImVec2{at.x, middle}, ImVec2{at.x + em(1.2F), middle}};
            add_line(ImGui::GetWindowDrawList(), ends, u32(engine_colour(context.theme, engine)),
                     context.theme.line() * 1.2F, engine_dash(engine), context.theme.scale);
            ImGui::SetCursorPosX(ImGui::GetCursorPosX() + em(1.7F));
            ImGui::TextUnformatted(std::string(label(engine)).c_str());
            hover_help(context, label(engine), help(engine));
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (const QualityColumn& column : columns)
                right_cell(column.text(row), context.theme.text);
            ImGui::PopFont();
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

}  // namespace

void draw_lab_quality(PanelContext& context, Lab& bench) {
    const LabOutcome& outcome = bench.outcome;
    if (!outcome.error.empty() || outcome.engines.empty()) {
        ImGui::NewLine();
        centred_note(context, !outcome.error.empty() ? "No matrix to orthogonalise"
                              : bench.work.busy()    ? "Working it out"
                                                     : "No engine is on");
        return;
    }
    if (quiet_button(context, "Shuffle columns", button_width("Shuffle columns"),
                     "Draws another order of the columns; the column “order” says how far each "
                     "result moves."))
        ++bench.wish.shuffle;
    ImGui::SameLine(0, em(0.5F));
    if (quiet_button(context, "Copy as Markdown", button_width("Copy as Markdown"),
                     "The table as it stands."))
        ImGui::SetClipboardText(markdown(bench).c_str());
    ImGui::Dummy({0, em(0.2F)});
    draw_table(context, bench);
}

}  // namespace muonscope::gui
