#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/current_phase.h"
#include "app/gui/panels/kind_sheet.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/colour_scale.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

// One measure of every matrix, by what it does and in which block: a map a lane.
namespace muonscope::gui {

namespace {

using namespace plots;

struct KindsChoices {
    int measure = 0;  // of measures_shown
};

// What can be compared between matrices of unlike shapes, and what each is.
constexpr std::array measures_shown{
    Channel::flatness,    Channel::stable_rank,   Channel::condition,
    Channel::fidelity,    Channel::preservation,  Channel::preservation_from_start,
    Channel::weight_norm, Channel::update_across,
};

std::vector<Remembered> remembered(Preferences& preferences) {
    KindsChoices& own = preferences.panels.of<KindsChoices>();
    return {{"kinds_measure", &own.measure, 0, double(measures_shown.size() - 1)}};
}

Channel chosen_measure(const PanelContext& context) {
    const int chosen = context.chosen<KindsChoices>().measure;
    return measures_shown[static_cast<std::size_t>(
        std::clamp(chosen, 0, static_cast<int>(measures_shown.size()) - 1))];
}

double value_of(const Snapshot& snapshot, std::size_t lane, Channel channel, int matrix) {
    const std::vector<double>& now = snapshot.lanes[lane].now;
    const std::size_t at = snapshot.layout.at(channel, matrix);
    return at < now.size() ? now[at] : std::nan("");
}

Matrix values_of(const Snapshot& snapshot, const KindSheet& sheet, std::size_t lane,
                 Channel channel) {
    Matrix values = sheet.empty();
    for (std::size_t i = 0; i < sheet.places.size(); ++i)
        values(sheet.places[i].row, sheet.places[i].column) =
            value_of(snapshot, lane, channel, static_cast<int>(i) + 1);
    return values;
}

bool is_logarithmic(Channel channel) {
    return channel == Channel::condition || channel == Channel::weight_norm ||
           channel == Channel::update_across;
}

Chart map_of(const PanelContext& context, const KindSheet& sheet, std::size_t lane,
             const ColourScale& scale) {
    const Snapshot& snapshot = *context.snapshot;
    Chart chart = chart_of(sheet);
    chart.title = snapshot.lanes[lane].name;
    Cells cells;
    cells.name = std::string(info(chosen_measure(context)).title);
    cells.values =
        values_of(snapshot, sheet, lane, chosen_measure(context)).unaryExpr([scale](double v) {
            return scale.share(v);
        });
    cells.none = context.theme.well;
    cells.row = "kind";
    cells.column = "block";
    cells.colour = [theme = &context.theme](double share) {
        return theme->mapped(std::clamp(share, 0.0, 1.0));
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

// Lane by lane, a row a matrix.
Table table_of_kinds(const PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    const Channel channel = chosen_measure(context);
    Table table;
    table.columns = {"lane", "matrix", std::string(info(channel).column)};
    for (std::size_t lane = 0; lane < snapshot.lanes.size(); ++lane)
        for (int matrix = 1; matrix <= snapshot.layout.layers(); ++matrix)
            table.rows.push_back({static_cast<double>(lane + 1), static_cast<double>(matrix),
                                  value_of(snapshot, lane, channel, matrix)});
    return table;
}

void write_numbers(const PanelContext& context, const Axes& axes, const Matrix& values,
                   const ColourScale& scale) {
    write_in_cells(
        axes, values, [](double value) { return fmt::format("{:.3g}", value); },
        [&](double value) {
            return context.theme.mapped(std::clamp(scale.share(value), 0.0, 1.0));
        });
}

void look_at(PanelContext& context, const KindSheet& sheet, std::size_t lane, const Axes& axes) {
    const int matrix = sheet.matrix_at(cell_under_mouse(axes));
    if (matrix == 0) return;
    const Snapshot& snapshot = *context.snapshot;
    const Channel channel = chosen_measure(context);
    std::vector<ReadoutRow> rows{{std::string(info(channel).title),
                                  value_text(value_of(snapshot, lane, channel, matrix)),
                                  context.theme.accent}};
    if (const Phase* phase = current_phase(snapshot, lane)) {
        const OptimizerSpec& own = optimizer_of(*phase, matrix);
        rows.push_back({"moved by",
                        trains(*phase, matrix)
                            ? fmt::format("{}, rate {:.3g}", rule_of(own.kind).label, own.lr)
                            : "nothing",
                        context.theme.lane(static_cast<int>(lane))});
    }
    draw_readout(context,
                 fmt::format("{}, {}", snapshot.lanes[lane].name, snapshot.layout.name(matrix)),
                 rows);
    if (axes.clicked) {
        context.chosen<SingularValuesChoices>().source = matrix;
        context.view.bring_forward = singular_values_panel.title;
    }
}

void header(PanelContext& context) {
    std::vector<const char*> names;
    for (const Channel channel : measures_shown) names.push_back(info(channel).title.data());
    begin_header_controls(context, picker_width(names));
    picker(context, "##measure", names, context.chosen<KindsChoices>().measure,
           definition(chosen_measure(context), context.snapshot->spec->experiment, "the matrix")
               .c_str());
    end_header_controls(context);
}

// The colours of all lanes mean the same.
ColourScale shared_scale(const Snapshot& snapshot, const KindSheet& sheet, Channel channel) {
    const auto rows = static_cast<Eigen::Index>(sheet.rows.size()),
               columns = static_cast<Eigen::Index>(sheet.columns.size());
    Matrix all(rows, columns * static_cast<Eigen::Index>(snapshot.lanes.size()));
    for (std::size_t lane = 0; lane < snapshot.lanes.size(); ++lane)
        all.middleCols(static_cast<Eigen::Index>(lane) * columns, columns) =
            values_of(snapshot, sheet, lane, channel);
    return colour_scale(all, is_logarithmic(channel));
}

void draw_kinds(PanelContext& context) {
    if (!has_measured_room(context, 10, 6)) return;
    header(context);
    const Snapshot& snapshot = *context.snapshot;
    const KindSheet sheet = kind_sheet(snapshot.spec->experiment);
    const Channel channel = chosen_measure(context);
    const ColourScale scale = shared_scale(snapshot, sheet, channel);
    draw_colour_scale(context, scale);

    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const float gap = em(0.8F);
    const int across = std::clamp(static_cast<int>((room.x + gap) / em(12)), 1, lanes);
    const int down = (lanes + across - 1) / across;
    const float name_height = ImGui::GetTextLineHeight();
    const ImVec2 each{(room.x - gap * static_cast<float>(across - 1)) / static_cast<float>(across),
                      room.y / static_cast<float>(down) - name_height};
    for (int lane = 0; lane < lanes; ++lane) {
        const auto index = static_cast<std::size_t>(lane);
        const int column = lane % across, row = lane / across;
        const ImVec2 at{origin.x + static_cast<float>(column) * (each.x + gap),
                        origin.y + static_cast<float>(row) * (each.y + name_height)};
        fitted_text(ImGui::GetWindowDrawList(), at, each.x, context.theme.lane_text(lane),
                    snapshot.lanes[index].name.c_str());
        ImGui::SetCursorScreenPos({at.x, at.y + name_height});
        const std::string id = fmt::format("##kinds {}", lane);
        const ChartOptions options{.id = id.c_str(),
                                   .across = "##kinds x",
                                   .up = "##kinds y",
                                   .name = "kinds",
                                   .size = each};
        const Chart chart = map_of(context, sheet, index, scale);
        Axes axes;
        if (!begin_chart(context, options, chart, axes)) continue;
        draw_marks(context, axes, chart);
        end_chart(context, axes);
        write_numbers(context, axes, values_of(snapshot, sheet, index, channel), scale);
        if (axes.hovered) look_at(context, sheet, index, axes);
        export_menu(context, (id + " export").c_str(), options.name, axes.hovered,
                    {.table = [&] { return table_of_kinds(context); },
                     .charts =
                         [&](const PanelContext& on) {
                             return std::vector<Chart>{map_of(on, sheet, index, scale)};
                         },
                     .fit = [&] { fit_chart(context, options); }});
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy(room);
}

}  // namespace

constinit const Panel kinds_panel{
    .title = "Kinds and blocks",
    .explanation = "one measure of every matrix, by kind and block",
    .help =
        "Each square is a matrix: what it does is its row, its block the column; of a chain the "
        "layers stand side by side. All lanes share one scale of colours. A click shows the "
        "matrix's singular values.",
    .draw = draw_kinds,
    .least = {22, 12},
    .remembered = remembered,
};

}  // namespace muonscope::gui
