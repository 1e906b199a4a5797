#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "app/gui/lost_lanes.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/loss_text.h"
#include "core/experiment/probe.h"
#include "core/linalg/spectrum.h"
#include "core/measure/spectrum_measures.h"

namespace muonscope::gui {

namespace {

using namespace plots;

struct MeasuresChoices {
    int source = 0;  // 0: product; l: layer l
};

std::vector<Remembered> remembered(Preferences& preferences) {
    MeasuresChoices& own = preferences.panels.of<MeasuresChoices>();
    return {{"measures_source", &own.source, 0, 16}};
}

struct Row {
    const char* name;
    std::string definition;
    std::function<double(const LaneSnapshot&)> value;
    std::function<std::string(double)> text = value_text;
    std::function<std::string(const LaneSnapshot&)> words{};  // in place of `text`, where given
};

// Modes whose strength u_k·P v_k is at least 90 % of the target's s_k.
double modes_learned(std::span<const double> strengths, const Vector& target) {
    int learned = 0;
    for (std::size_t k = 0; k < strengths.size(); ++k)
        if (strengths[k] >= 0.9 * target(static_cast<Eigen::Index>(k))) ++learned;
    return learned;
}

std::string count_text(double value) {
    return std::isnan(value) ? "–" : fmt::format("{:.0f}", value);
}

std::vector<double> spectrum(const Layout& layout, const LaneSnapshot& lane, int source) {
    const std::size_t first = source == 0 ? layout.product_sv(0) : layout.weight_sv(source, 0);
    const int count = source == 0 ? layout.product_rank() : layout.rank(source);
    if (first + static_cast<std::size_t>(count) > lane.now.size()) return {};
    const auto begin = lane.now.begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + count};
}

std::vector<Row> rows_of(const Snapshot& snapshot, int source) {
    const Layout& layout = snapshot.layout;
    const auto channel = [](std::size_t at) {
        return [at](const LaneSnapshot& lane) {
            return at < lane.now.size() ? lane.now[at] : std::nan("");
        };
    };
    const auto figure = [&layout, source](double (*f)(std::span<const double>)) {
        return [&layout, source, f](const LaneSnapshot& lane) {
            return f(spectrum(layout, lane, source));
        };
    };
    const Problem* problem = snapshot.problem.get();
    const int modes = problem ? problem->modes : layout.modes();
    const Experiment* experiment = snapshot.spec ? &snapshot.spec->experiment : nullptr;
    const std::string matrix = source == 0 ? "the product P" : fmt::format("W{}", source);
    std::vector<Row> rows;
    rows.push_back({"loss", experiment ? loss_formula(*experiment) : "", channel(layout.loss())});
    rows.push_back({"relative error",
                    "‖P − A‖/‖A‖, Frobenius; with data ‖F(X) − Y‖/‖Y‖, with tanh ‖F − A‖/‖A‖.",
                    channel(layout.relative_error())});
    rows.push_back(
        {"modes learned",
         "Modes of the target A = U S Vᵀ whose strength u_k·P v_k is at least 90 % of s_k.",
         [&layout, problem, modes](const LaneSnapshot& lane) {
             if (!problem || layout.modes() < modes ||
                 layout.mode(0) + static_cast<std::size_t>(layout.modes()) > lane.now.size())
                 return std::nan("");
             const std::span<const double> now(lane.now);
             return modes_learned(now.subspan(layout.mode(0), static_cast<std::size_t>(modes)),
                                  problem->target_svd.s);
         },
         [modes](double value) {
             return std::isnan(value) ? "–" : fmt::format("{:.0f} / {}", value, modes);
         }});
    rows.push_back({"flatness H",
                    fmt::format("exp(−Σ p ln p)/min(m, n) with p = s²/Σs², of {}: 1 when all "
                                "singular values are equal.",
                                matrix),
                    figure(flatness)});
    rows.push_back({"stable rank", fmt::format("Σs²/s₁² of {}.", matrix), figure(stable_rank)});
    const std::string probe = experiment ? probe_formula(*experiment) : "";
    rows.push_back(
        {"probe after K", "The head's " + probe + ", from zero.", channel(layout.probe_after_k())});
    rows.push_back(
        {"probe steps",
         experiment
             ? fmt::format("Gradient steps until the head's {} is at most {:g}; > n where "
                           "no more than n steps were looked at.",
                           experiment->probe.task == ProbeTask::softmax ? "share misclassified"
                                                                        : "relative error",
                           experiment->probe.threshold)
             : "",
         channel(layout.probe_steps()), count_text,
         [channel, steps = layout.probe_steps(),
          searched = layout.probe_searched()](const LaneSnapshot& lane) {
             return threshold_text(channel(steps)(lane), channel(searched)(lane));
         }});
    if (experiment && experiment->probe.task != ProbeTask::softmax)
        rows.push_back({"probe's limit",
                        fmt::format("2/s₁(H)²: at this rate and beyond the head diverges; its rate "
                                    "is {:g}.",
                                    experiment->probe.lr),
                        channel(layout.probe_critical_rate())});
    rows.push_back({"probe floor",
                    experiment && experiment->probe.task == ProbeTask::softmax
                        ? "Cross-entropy of the least-squares head on the probed layer: a mark to "
                          "compare with and no floor, a trained head may go below it."
                        : "Loss of the least-squares head on the probed layer: no head "
                          "can do better.",
                    channel(layout.probe_floor())});
    rows.push_back(
        {"condition", fmt::format("κ = s₁/s_n of {}.", matrix), figure(condition_number)});
    rows.push_back({"numerical rank",
                    fmt::format("Singular values of {} above max(m, n)·ε·s₁, ε = 2⁻⁵²: what "
                                "rounding leaves of zero does not count.",
                                matrix),
                    [&layout, problem, source](const LaneSnapshot& lane) {
                        const std::vector<double> values = spectrum(layout, lane, source);
                        if (values.empty() || problem == nullptr) return std::nan("");
                        const std::vector<int>& widths = problem->widths;
                        const auto layer = static_cast<std::size_t>(source);
                        const int out = source == 0 ? widths.back() : widths[layer];
                        const int in = source == 0 ? widths.front() : widths[layer - 1];
                        return static_cast<double>(
                            numerical_rank(std::span<const double>(values), out, in));
                    },
                    count_text});
    return rows;
}

std::int64_t newest_step(const Snapshot& snapshot) {
    std::int64_t step = 0;
    for (const LaneSnapshot& lane : snapshot.lanes) step = std::max(step, lane.now_step);
    return step;
}

void draw_measures(PanelContext& context) {
    begin_header_controls(context, source_picker_width());
    source_picker(context, "##source", context.chosen<MeasuresChoices>().source,
                  "Of which matrix flatness, ranks and condition are taken.");
    end_header_controls(context);
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const Snapshot& snapshot = *context.snapshot;
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const std::vector<Row> rows = rows_of(snapshot, context.chosen<MeasuresChoices>().source);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const Theme& theme = context.theme;

    // Whole rows share the height there is; what does not fit is scrolled to, row by row.
    const float least = ImGui::GetTextLineHeight() + 2;
    const float shown =
        std::clamp(std::floor(room.y / least), 1.0F, static_cast<float>(rows.size() + 1));
    const float line = std::clamp(room.y / shown, least, em(1.75F));
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding,
                        {em(0.25F), (line - ImGui::GetTextLineHeight()) / 2});
    // So are lanes whose numbers would not stand beside one another.
    const float names = ImGui::CalcTextSize("numerical rank").x;
    const float number = em(4.6F);
    const bool sideways = room.x < names + em(1) + static_cast<float>(lanes) * number;
    const float whole = names + em(1) + static_cast<float>(lanes) * (number + em(0.5F));
    if (ImGui::BeginTable("##measures", lanes + 1,
                          ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_ScrollY |
                              ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              (sideways ? ImGuiTableFlags_ScrollX : ImGuiTableFlags_None),
                          {room.x, room.y}, sideways ? whole : 0)) {
        ImGui::TableSetupColumn("measure", ImGuiTableColumnFlags_WidthFixed, names);
        for (int l = 0; l < lanes; ++l)
            ImGui::TableSetupColumn(fmt::format("##{}", l).c_str(),
                                    ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableSetupScrollFreeze(sideways ? 1 : 0, 1);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushStyleColor(ImGuiCol_Text, theme.dim);
        ImGui::TextUnformatted(fmt::format("step {}", newest_step(snapshot)).c_str());
        ImGui::PopStyleColor();
        ImGui::PushFont(context.fonts.heading, 0);
        for (int l = 0; l < lanes; ++l) {
            ImGui::TableNextColumn();
            const std::string name = name_and_step(snapshot.lanes[static_cast<std::size_t>(l)]);
            const float free = ImGui::GetContentRegionAvail().x;
            const float width = std::min(free, ImGui::CalcTextSize(name.c_str()).x);
            const ImVec2 at = ImGui::GetCursorScreenPos();
            fitted_text(ImGui::GetWindowDrawList(), {at.x + free - width, at.y}, width + 1,
                        theme.lane_text(l), name.c_str());
            ImGui::Dummy({free, ImGui::GetTextLineHeight()});
        }
        ImGui::PopFont();
        for (const Row& row : rows) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::PushStyleColor(ImGuiCol_Text, theme.dim);
            ImGui::TextUnformatted(row.name);
            ImGui::PopStyleColor();
            hover_help(context, row.name, row.definition);
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (int l = 0; l < lanes; ++l) {
                const LaneSnapshot& lane = snapshot.lanes[static_cast<std::size_t>(l)];
                const std::string text =
                    row.words && !lane.now.empty()
                        ? row.words(lane)
                        : row.text(lane.now.empty() ? std::nan("") : row.value(lane));
                right_cell(text.empty() ? "–" : text, theme.lane_text(l));
            }
            ImGui::PopFont();
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
    export_menu(context, "##export", "measures",
                ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows), [&] {
                    Table table;
                    for (const Row& row : rows)
                        for (const LaneSnapshot& lane : snapshot.lanes)
                            table.columns.push_back(lane.name + " " + row.name);
                    std::vector<double> values;
                    for (const Row& row : rows)
                        for (const LaneSnapshot& lane : snapshot.lanes)
                            values.push_back(lane.now.empty() ? std::nan("") : row.value(lane));
                    table.rows.push_back(std::move(values));
                    return table;
                });
}

}  // namespace

constinit const Panel measures_panel{
    .title = "Measures",
    .explanation = "at this step",
    .help = "Numbers of the newest measured step, each with its definition on hover.",
    .draw = draw_measures,
    .least = {15, 7},
    .remembered = remembered,
};

}  // namespace muonscope::gui
