#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/kinds.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// Small multiples: the spectrum of every matrix where it stands.
namespace muonscope::gui {

namespace {

using namespace plots;

// σ of one lane's matrix at the newest sample that has them, largest first.
std::vector<double> spectrum_of(const Snapshot& snapshot, std::size_t lane, int matrix) {
    const std::vector<double>& now = snapshot.lanes[lane].now;
    const std::size_t first = snapshot.layout.weight_sv(matrix, 0);
    const auto count = static_cast<std::size_t>(snapshot.layout.rank(matrix));
    if (first + count > now.size()) return {};
    return {now.begin() + static_cast<std::ptrdiff_t>(first),
            now.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

// What all plots have in common.
struct SpectraAxes {
    int widest = 1;  // the largest rank
    ValueRange values;
};

SpectraAxes axes_for(const PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    SpectraAxes axes;
    double smallest = INFINITY, largest = 0;
    bool zero = false;
    for (int matrix = 1; matrix <= snapshot.layout.layers(); ++matrix) {
        axes.widest = std::max(axes.widest, snapshot.layout.rank(matrix));
        for (std::size_t lane = 0; lane < snapshot.lanes.size(); ++lane)
            for (const double value : spectrum_of(snapshot, lane, matrix)) {
                if (!std::isfinite(value)) continue;
                largest = std::max(largest, value);
                zero = zero || !(value > 0);
                if (value > 0) smallest = std::min(smallest, value);
            }
    }
    const bool any = largest > 0;
    axes.values = context.chosen<KindsChoices>().logarithmic
                      ? log_range(any ? smallest : 1e-3, any ? largest : 1, any && zero, 6)
                      : linear_range(0, any ? largest : 1);
    return axes;
}

Chart spectra_chart(const PanelContext& context, const SpectraAxes& axes, int matrix) {
    const Snapshot& snapshot = *context.snapshot;
    Chart chart;
    chart.title = snapshot.layout.name(matrix);
    chart.place = {{"matrix", matrix}};
    chart.legend = false;
    chart.x = {0.5, axes.widest + 0.5, false, ""};
    chart.y = {axes.values.min, axes.values.max, axes.values.scale.logarithmic, ""};
    if (axes.values.at_floor) chart.y.floor = axes.values.scale.floor;
    for (std::size_t lane = 0; lane < snapshot.lanes.size(); ++lane) {
        const auto index = static_cast<int>(lane);
        Curve curve;
        curve.name = snapshot.lanes[lane].name;
        curve.index.name = "k";
        curve.ink = {context.theme.lane(index), lane_dash(index), 1};
        curve.y = spectrum_of(snapshot, lane, matrix);
        for (std::size_t k = 1; k <= curve.y.size(); ++k) {
            curve.x.push_back(static_cast<double>(k));
            curve.index.values.push_back(static_cast<double>(k));
        }
        chart.marks.emplace_back(std::move(curve));
    }
    return chart;
}

std::vector<Chart> all_charts(const PanelContext& context, const SpectraAxes& axes) {
    std::vector<Chart> charts;
    for (int matrix = 1; matrix <= context.snapshot->layout.layers(); ++matrix)
        charts.push_back(spectra_chart(context, axes, matrix));
    return charts;
}

// Where the plots stand: names of kinds to the left, of blocks above.
struct SpectraPlaces {
    ImVec2 origin, each;
    float names = 0, line = 0, gap = 0;

    ImVec2 corner(KindSheet::Place at) const {
        return {origin.x + names + static_cast<float>(at.column) * (each.x + gap),
                origin.y + line + static_cast<float>(at.row) * (each.y + gap)};
    }
};

SpectraPlaces places_in(const KindSheet& sheet, ImVec2 origin, ImVec2 room) {
    SpectraPlaces places;
    places.origin = origin;
    places.line = ImGui::GetTextLineHeight() + em(0.1F);
    places.gap = em(0.25F);
    for (const std::string& row : sheet.rows)
        places.names = std::max(places.names, ImGui::CalcTextSize(row.c_str()).x + em(0.5F));
    places.names = std::min(places.names, 0.22F * room.x);
    const auto columns = static_cast<float>(sheet.columns.size());
    const auto rows = static_cast<float>(sheet.rows.size());
    places.each = {(room.x - places.names) / columns - places.gap,
                   (room.y - places.line) / rows - places.gap};
    return places;
}

void draw_names(const PanelContext& context, const KindSheet& sheet, const SpectraPlaces& places) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float line = ImGui::GetTextLineHeight();
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
        const ImVec2 at = places.corner({static_cast<int>(r), 0});
        fitted_text(draw, {places.origin.x, at.y + (places.each.y - line) / 2},
                    places.names - em(0.3F), context.theme.dim, sheet.rows[r].c_str());
    }
    for (std::size_t c = 0; c < sheet.columns.size(); ++c) {
        const ImVec2 at = places.corner({0, static_cast<int>(c)});
        const std::string& name = sheet.columns[c];
        const float width = std::min(ImGui::CalcTextSize(name.c_str()).x, places.each.x);
        fitted_text(draw, {at.x + (places.each.x - width) / 2, places.origin.y}, places.each.x,
                    context.theme.dim, name.c_str());
    }
}

// The values of all lanes at the index under the mouse.
void read_values(PanelContext& context, const Axes& axes, int matrix) {
    const Snapshot& snapshot = *context.snapshot;
    const int rank = snapshot.layout.rank(matrix);
    const int k = std::min(
        std::max(static_cast<int>(std::lround(axes.value_x(ImGui::GetMousePos().x))), 1), rank);
    std::vector<ReadoutRow> rows;
    for (std::size_t lane = 0; lane < snapshot.lanes.size(); ++lane) {
        const std::vector<double> values = spectrum_of(snapshot, lane, matrix);
        if (values.empty()) continue;
        const double value = values[static_cast<std::size_t>(k) - 1];
        const ImVec4 colour = context.theme.lane(static_cast<int>(lane));
        rows.push_back({snapshot.lanes[lane].name, value_text(value), colour});
        draw_point(context, axes, k, value, colour);
    }
    draw_readout(context, fmt::format("{}: σ{} of {}", snapshot.layout.name(matrix), k, rank),
                 rows);
}

void draw_spectrum(PanelContext& context, const SpectraPlaces& places, const SpectraAxes& shared,
                   KindSheet::Place at, int matrix, int columns) {
    const std::string id = fmt::format("##spectrum {}", matrix);
    const ChartOptions options{.id = id.c_str(),
                               .across = "##spectra x",
                               .up = "##spectra y",
                               .name = "spectra",
                               .size = places.each,
                               .inside = true,
                               .labels = places.each.x > em(7) && places.each.y > em(4)};
    const Chart chart = spectra_chart(context, shared, matrix);
    ImGui::SetCursorScreenPos(places.corner(at));
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (axes.hovered) read_values(context, axes, matrix);
    if (axes.clicked) open_matrix(context, matrix);
    export_menu(context, (id + " export").c_str(), options.name, axes.hovered,
                {.table = [&] { return table_of(all_charts(context, shared)); },
                 .charts = [&](const PanelContext& on) { return all_charts(on, shared); },
                 .fit = [&] { fit_chart(context, options); },
                 .columns = columns});
}

// Which line is whose, and from where to where all axes go.
void draw_first_line(PanelContext& context, const SpectraAxes& shared) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), whole = ImGui::GetContentRegionAvail();
    const std::vector<KeyRow> key = lane_key(context);
    const LegendPlaces legend = place_legend(key, whole);
    if (!(legend.height > 0)) return;
    draw_legend(context, at, legend, key);
    ImGui::Dummy({1, legend.height});
    const std::string range = fmt::format("σ {:.2g} to {:.3g}, ranks up to {}", shared.values.min,
                                          shared.values.max, shared.widest);
    const float wide = ImGui::CalcTextSize(range.c_str()).x;
    const float last = legend.at.back().x + ImGui::CalcTextSize(key.back().name.c_str()).x + em(5);
    if (legend.at.back().y > legend.at.front().y || last + wide > whole.x) return;
    ImGui::GetWindowDrawList()->AddText({at.x + whole.x - wide, at.y}, u32(context.theme.dim),
                                        range.c_str());
}

}  // namespace

void draw_kinds_spectra(PanelContext& context, const KindSheet& sheet) {
    const SpectraAxes shared = axes_for(context);
    draw_first_line(context, shared);
    const ImVec2 origin = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const SpectraPlaces places = places_in(sheet, origin, room);
    if (places.each.x > em(1.5F) && places.each.y > em(0.8F)) {
        draw_names(context, sheet, places);
        for (std::size_t i = 0; i < sheet.places.size(); ++i)
            draw_spectrum(context, places, shared, sheet.places[i], static_cast<int>(i) + 1,
                          static_cast<int>(sheet.columns.size()));
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

}  // namespace muonscope::gui
