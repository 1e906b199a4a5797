#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/current_phase.h"
#include "app/gui/panels/kind_sheet.h"
#include "app/gui/panels/kinds.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/colour_scale.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/named_grid.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

// One measure of every matrix, by what it does and in which block: a map a lane.
namespace muonscope::gui {

namespace {

using namespace plots;

// What can be compared between matrices of unlike shapes, and what each is.
constexpr std::array measures_shown{
    Channel::flatness,    Channel::stable_rank,   Channel::condition,
    Channel::fidelity,    Channel::preservation,  Channel::preservation_from_start,
    Channel::weight_norm, Channel::update_across,
};

std::vector<Remembered> remembered(Preferences& preferences) {
    KindsChoices& own = preferences.panels.of<KindsChoices>();
    return {{"kinds_measure", &own.measure, 0, double(measures_shown.size() - 1)},
            {"kinds_spectra", &own.spectra},
            {"kinds_log", &own.logarithmic}};
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
    if (axes.clicked) open_matrix(context, matrix);
}

void header(PanelContext& context) {
    KindsChoices& chosen = context.chosen<KindsChoices>();
    std::vector<const char*> names;
    for (const Channel channel : measures_shown) names.push_back(info(channel).title.data());
    const float beside = chosen.spectra ? segmented_width({"linear", "log"}) : picker_width(names);
    const float between = em(0.6F), views = segmented_width({"measure", "spectra"});
    begin_header_controls(context, beside + between + views);
    if (chosen.spectra)
        segmented(context, "scale", {"linear", "log"}, chosen.logarithmic,
                  "How σ is drawn; on a log axis zeros lie on the floor.");
    else
        picker(context, "##measure", names, chosen.measure,
               definition(chosen_measure(context), context.snapshot->spec->experiment, "the matrix")
                   .c_str());
    next_header_control(context, between, views);
    segmented(context, "what", {"measure", "spectra"}, chosen.spectra,
              "Measure: one number of every matrix, as colour. Spectra: all its singular values, "
              "largest first, a line a lane.");
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
    if (context.chosen<KindsChoices>().spectra) {
        draw_kinds_spectra(context, sheet);
        return;
    }
    const Channel channel = chosen_measure(context);
    const ColourScale scale = shared_scale(snapshot, sheet, channel);
    draw_colour_scale(context, scale);

    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const float gap = em(0.8F);
    const NamedGrid grid(
        origin, room, lanes,
        std::clamp(static_cast<int>((room.x + gap) / em(12)), 1, std::max(lanes, 1)), gap);
    for (int lane = 0; lane < lanes; ++lane) {
        const auto index = static_cast<std::size_t>(lane);
        grid.begin(lane, context.theme.lane_text(lane), snapshot.lanes[index].name);
        const std::string id = fmt::format("##kinds {}", lane);
        const ChartOptions options{.id = id.c_str(),
                                   .across = "##kinds x",
                                   .up = "##kinds y",
                                   .name = "kinds",
                                   .size = grid.each};
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
    .explanation = "every matrix, by kind and block",
    .help =
        "Each square is a matrix: what it does is its row, its block the column; of a chain the "
        "layers stand side by side. All lanes share one scale of colours. Spectra: the singular "
        "values of each, all on the same axes. A click shows the matrix in the panels of single "
        "ones, Singular values in front.",
    .draw = draw_kinds,
    .least = {22, 12},
    .remembered = remembered,
};

}  // namespace muonscope::gui
