#include "app/gui/plots/step_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/plots/extent.h"
#include "app/gui/plots/legend.h"

namespace muonscope::plots {

namespace {

std::size_t width_of(const Table& table) {
    return std::max(table.per_lane, 1);
}

std::size_t lane_of(const Table& table, std::size_t column) {
    return (column - 1) / width_of(table);
}

bool is_drawn(const Table& table, std::size_t column) {
    const std::size_t lane = lane_of(table, column);
    if (lane < table.hidden.size() && table.hidden[lane]) return false;
    return table.drawn.empty() || std::count(table.drawn.begin(), table.drawn.end(),
                                             static_cast<int>((column - 1) % width_of(table))) > 0;
}

std::vector<std::size_t> drawn_columns(const Table& table) {
    std::vector<std::size_t> columns;
    for (std::size_t column = 1; column < table.columns.size(); ++column)
        if (is_drawn(table, column)) columns.push_back(column);
    return columns;
}

// The columns of the smallest and the largest value beside a drawn one.
const Table::Band* band_of(const Table& table, std::size_t column) {
    for (const Table::Band& band : table.bands)
        if (static_cast<int>((column - 1) % width_of(table)) == band.column) return &band;
    return nullptr;
}

std::size_t beside(const Table& table, std::size_t column, int other) {
    return 1 + lane_of(table, column) * width_of(table) + other;
}

double sound_until(const Table& table, std::size_t column) {
    const std::size_t lane = lane_of(table, column);
    return lane < table.sound_until.size() ? table.sound_until[lane]
                                           : std::numeric_limits<double>::infinity();
}

// "SGD loss, diverged at step 31"
std::string name_of(const Table& table, std::size_t column) {
    const std::size_t lane = lane_of(table, column);
    const bool noted = lane < table.notes.size() && !table.notes[lane].empty();
    return table.columns[column] + (noted ? ", " + table.notes[lane] : "");
}

double at(const std::vector<double>& row, std::size_t column) {
    return column < row.size() ? row[column] : std::nan("");
}

// Whether any column of the same lane has a value in this row.
bool lane_recorded(const Table& table, const std::vector<double>& row, std::size_t column) {
    const std::size_t first = 1 + lane_of(table, column) * width_of(table);
    for (std::size_t i = first; i < std::min(first + width_of(table), row.size()); ++i)
        if (std::isfinite(row[i])) return true;
    return false;
}

Curve curve_of(const Table& table, std::size_t column, const gui::Theme& theme) {
    Curve curve;
    const auto lane = static_cast<int>(lane_of(table, column));
    curve.name = name_of(table, column);
    curve.ink = {theme.lane(lane), lane_dash(lane)};
    const Table::Band* band = band_of(table, column);
    curve.band = band != nullptr;
    for (const auto& row : table.rows) {
        const double value = at(row, column);
        // A step that this lane did not record is no gap in its line.
        if (!std::isfinite(value) && table.per_lane > 0 && column < row.size() &&
            !lane_recorded(table, row, column))
            continue;
        const bool sound = row.front() <= sound_until(table, column);
        curve.x.push_back(row.front());
        curve.y.push_back(value);
        if (band != nullptr) {
            curve.low.push_back(sound ? at(row, beside(table, column, band->low)) : NAN);
            curve.high.push_back(sound ? at(row, beside(table, column, band->high)) : NAN);
        }
        if (!sound) break;
    }
    return curve;
}

// What is sound of all curves and bands.
Extent extent_of(const Table& table) {
    Extent extent;
    for (const std::size_t column : drawn_columns(table)) {
        std::vector<std::size_t> columns{column};
        if (const Table::Band* band = band_of(table, column))
            columns.insert(columns.end(),
                           {beside(table, column, band->low), beside(table, column, band->high)});
        for (const auto& row : table.rows)
            for (const std::size_t i : columns)
                if (row.front() <= sound_until(table, i)) extent.add(at(row, i));
    }
    return extent;
}

}  // namespace

ChartAxis step_chart_axis(const StepRange& steps, const AxisScale& scale) {
    ChartAxis axis;
    axis.min = steps.min;
    axis.max = steps.max;
    axis.title = step_title(scale);
    axis.linear_within = scale.linear_within;
    axis.ticks = [scale](double min, double max, float length) {
        return step_axis_ticks(scale, min, max, std::max(length, 240.0F),
                               scale.symmetric() ? 45 : 80);
    };
    return axis;
}

ChartAxis chart_axis(const ValueRange& values) {
    ChartAxis axis;
    axis.min = values.min;
    axis.max = values.max;
    axis.logarithmic = values.scale.logarithmic;
    axis.floor = axis.logarithmic ? values.scale.floor : 0;
    axis.linear_within = values.scale.linear_within;
    return axis;
}

Chart chart_of(const Table& table, const gui::Theme& theme) {
    Chart chart;
    Extent extent = extent_of(table);
    if (!extent.any()) extent.low = extent.smallest = extent.high = 1;
    const bool logarithmic = table.logarithmic && std::isfinite(extent.smallest);
    const ValueRange range = logarithmic
                                 ? log_range(extent.smallest, extent.high, extent.has_zero(), 12)
                             : extent.low < 0 ? near_range(extent.low, extent.high)
                                              : linear_range(extent.low, extent.high);
    chart.y = chart_axis(range);
    StepRange steps{table.rows.empty() ? 0 : table.rows.front().front(),
                    table.rows.empty() ? 1 : table.rows.back().front()};
    if (!(steps.max > steps.min)) steps.max = steps.min + 1;
    chart.x = step_chart_axis(steps, {});
    chart.x.title = table.columns.empty() ? "" : table.columns.front();
    for (const std::size_t column : drawn_columns(table))
        chart.marks.emplace_back(curve_of(table, column, theme));
    return chart;
}

}  // namespace muonscope::plots
