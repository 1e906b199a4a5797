#include "app/gui/plots/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "app/gui/plots/legend.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"

namespace muonscope::plots {

namespace {

constexpr double left = 64, right = 16, top = 34, bottom = 44;
constexpr int legend_most = 12;  // beyond, lines are told apart by their order alone

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string colour_text(const ImVec4& colour) {
    const auto byte = [](float share) { return static_cast<int>(std::lround(255 * share)); };
    return fmt::format("#{:02x}{:02x}{:02x}", byte(colour.x), byte(colour.y), byte(colour.z));
}

const char* dash_text(Dash dash) {
    switch (dash) {
        case Dash::solid:
            break;
        case Dash::dashed:
            return " stroke-dasharray=\"6 3\"";
        case Dash::dotted:
            return " stroke-dasharray=\"1.5 2.5\"";
        case Dash::dash_dotted:
            return " stroke-dasharray=\"6 2.5 1.5 2.5\"";
    }
    return "";
}

struct Axes {
    double x_min, x_max, y_min, y_max;  // y in positions
    AxisScale scale;
    double width, height;

    double x(double step) const {
        return left + (step - x_min) / (x_max - x_min) * (width - left - right);
    }
    double y(double value) const {
        const double up = (scale.forward(value) - y_min) / (y_max - y_min);
        return height - bottom - std::clamp(up, 0.0, 1.0) * (height - top - bottom);
    }
};

std::vector<std::size_t> drawn_columns(const Table& table) {
    const auto width = static_cast<std::size_t>(std::max(table.per_lane, 1));
    std::vector<std::size_t> columns;
    for (std::size_t column = 1; column < table.columns.size(); ++column)
        if (table.drawn.empty() || std::count(table.drawn.begin(), table.drawn.end(),
                                              static_cast<int>((column - 1) % width)) > 0)
            columns.push_back(column);
    return columns;
}

// The columns of the smallest and the largest value beside a drawn one.
const Table::Band* band_of(const Table& table, std::size_t column) {
    const auto width = static_cast<std::size_t>(std::max(table.per_lane, 1));
    for (const Table::Band& band : table.bands)
        if (static_cast<int>((column - 1) % width) == band.column) return &band;
    return nullptr;
}

std::size_t beside(const Table& table, std::size_t column, int other) {
    const auto width = static_cast<std::size_t>(std::max(table.per_lane, 1));
    return 1 + (column - 1) / width * width + static_cast<std::size_t>(other);
}

std::size_t lane_of(const Table& table, std::size_t column) {
    return (column - 1) / static_cast<std::size_t>(std::max(table.per_lane, 1));
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

Axes axes_of(const Table& table, double width, double height) {
    double low = std::numeric_limits<double>::infinity(), high = -low, smallest = low;
    bool zero = false;
    std::vector<std::size_t> columns = drawn_columns(table);
    for (const std::size_t column : std::vector<std::size_t>(columns))
        if (const Table::Band* band = band_of(table, column)) {
            columns.push_back(beside(table, column, band->low));
            columns.push_back(beside(table, column, band->high));
        }
    for (const auto& row : table.rows)
        for (const std::size_t i : columns) {
            if (i >= row.size() || !std::isfinite(row[i]) || row.front() > sound_until(table, i))
                continue;
            low = std::min(low, row[i]);
            high = std::max(high, row[i]);
            zero = zero || row[i] <= 0;
            if (row[i] > 0) smallest = std::min(smallest, row[i]);
        }
    if (!(low <= high)) low = smallest = high = 1;
    const bool logarithmic = table.logarithmic && std::isfinite(smallest);
    const ValueRange range = logarithmic ? log_range(smallest, high, zero, 12)
                             : low < 0   ? near_range(low, high)
                                         : linear_range(low, high);
    Axes axes{};
    axes.x_min = table.rows.empty() ? 0 : table.rows.front().front();
    axes.x_max = table.rows.empty() ? 1 : table.rows.back().front();
    if (!(axes.x_max > axes.x_min)) axes.x_max = axes.x_min + 1;
    axes.scale = range.scale;
    axes.y_min = axes.scale.forward(range.min);
    axes.y_max = axes.scale.forward(range.max);
    axes.width = width;
    axes.height = height;
    return axes;
}

// Whether any column of the same lane has a value in this row.
bool lane_recorded(const Table& table, const std::vector<double>& row, std::size_t column) {
    const auto width = static_cast<std::size_t>(table.per_lane);
    const std::size_t first = 1 + (column - 1) / width * width;
    for (std::size_t i = first; i < std::min(first + width, row.size()); ++i)
        if (std::isfinite(row[i])) return true;
    return false;
}

// A column as "x,y x,y ..." parts; a gap begins a new one. Rows on one point across leave its
// smallest and largest value only.
std::vector<std::string> lines_of(const Table& table, std::size_t column, const Axes& axes) {
    std::vector<std::string> lines(1);
    bool gone = false;
    const auto add = [&](double x, double y) {
        lines.back() += fmt::format("{}{:.2f},{:.2f}", lines.back().empty() ? "" : " ", x, y);
    };
    struct Bin {
        double at = -1, first = 0, last = 0, low = 0, high = 0;
    } bin;
    const auto flush = [&] {
        if (bin.at < 0) return;
        add(bin.at, bin.first);
        if (bin.low < std::min(bin.first, bin.last)) add(bin.at, bin.low);
        if (bin.high > std::max(bin.first, bin.last)) add(bin.at, bin.high);
        if (bin.last != bin.first) add(bin.at, bin.last);
        bin.at = -1;
    };
    for (const auto& row : table.rows) {
        if (column >= row.size() || !std::isfinite(row[column])) {
            // A step that this lane did not record is no gap in its line.
            if (column < row.size() && table.per_lane > 0 && !lane_recorded(table, row, column))
                continue;
            flush();
            if (!lines.back().empty()) lines.emplace_back();
            continue;
        }
        const double x = axes.x(row.front()), y = axes.y(row[column]);
        // A curve that is not sound any more leaves the drawing and does not run along its edge.
        if (gone) continue;
        gone = row.front() > sound_until(table, column);
        const bool crowded =
            static_cast<double>(table.rows.size()) > axes.width && bin.at >= 0 && x - bin.at < 0.5;
        if (!crowded) {
            flush();
            bin = {x, y, y, y, y};
            continue;
        }
        bin.last = y;
        bin.low = std::min(bin.low, y);
        bin.high = std::max(bin.high, y);
    }
    flush();
    if (lines.back().empty()) lines.pop_back();
    return lines;
}

// The area from the smallest to the largest value of each row, over the steps it stands for; rows
// on one point across share one piece.
std::string area_of(const Table& table, std::size_t column, const Axes& axes) {
    const Table::Band* band = band_of(table, column);
    if (band == nullptr) return "";
    const std::size_t lows = beside(table, column, band->low);
    const std::size_t highs = beside(table, column, band->high);
    struct Piece {
        double from, to, low, high;
    };
    std::vector<Piece> pieces;
    double before = std::nan("");
    for (const auto& row : table.rows) {
        if (highs >= row.size() || !std::isfinite(row[lows]) || !std::isfinite(row[highs]))
            continue;
        if (row.front() > sound_until(table, column)) break;
        const double x = axes.x(row.front());
        const Piece piece{std::isnan(before) ? x : before, x, axes.y(row[lows]),
                          axes.y(row[highs])};
        before = x;
        if (pieces.empty() || x - pieces.back().from >= 1) {
            pieces.push_back(piece);
            continue;
        }
        pieces.back().to = x;
        pieces.back().low = std::max(pieces.back().low, piece.low);
        pieces.back().high = std::min(pieces.back().high, piece.high);
    }
    std::string path;
    const auto add = [&](double x, double y) {
        path += fmt::format("{}{:.2f},{:.2f}", path.empty() ? "M" : "L", x, y);
    };
    for (const Piece& piece : pieces) {
        add(piece.from, piece.high);
        add(piece.to, piece.high);
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        add(piece->to, piece->low);
        add(piece->from, piece->low);
    }
    return path.empty() ? "" : path + "Z";
}

}  // namespace

std::string to_svg(const Table& table, std::string_view title, int width, int height) {
    const gui::Theme theme = gui::light_theme();
    const Axes axes = axes_of(table, width, height);
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
        "{1}\" font-family=\"Inter, Helvetica, Arial, sans-serif\" font-size=\"11\">\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
        "<text x=\"{2}\" y=\"20\" font-size=\"13\" font-weight=\"600\">{3}</text>\n",
        width, height, left, escaped(title));

    const double base = height - bottom, end = width - right;
    const Ticks across = step_ticks(axes.x_min, axes.x_max, 7);
    for (int i = 0; i < across.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double x = axes.x(across.values[at]);
        svg += fmt::format(
            "<path d=\"M{0:.2f} {1}V{2}\" stroke=\"#e5e7eb\"/><text x=\"{0:.2f}\" y=\"{3}\" "
            "text-anchor=\"middle\">{4}</text>\n",
            x, top, base, base + 16, escaped(across.labels[at].data()));
    }
    const double low = axes.scale.inverse(axes.y_min), high = axes.scale.inverse(axes.y_max);
    const Ticks up = axes.scale.logarithmic ? log_ticks(low, high, 7) : linear_ticks(low, high, 7);
    for (int i = 0; i < up.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double y = axes.y(up.values[at]);
        svg += fmt::format(
            "<path d=\"M{0} {1:.2f}H{2}\" stroke=\"#e5e7eb\"/><text x=\"{3}\" y=\"{4:.2f}\" "
            "text-anchor=\"end\">{5}</text>\n",
            left, y, end, left - 6, y + 4, escaped(up.labels[at].data()));
    }
    svg += fmt::format(
        "<path d=\"M{0} {1}V{2}H{3}\" fill=\"none\" stroke=\"#374151\"/>\n"
        "<text x=\"{3}\" y=\"{4}\" text-anchor=\"end\" fill=\"#374151\">{5}</text>\n",
        left, top, base, end, height - 10,
        escaped(table.columns.empty() ? "" : table.columns.front()));

    const std::size_t width_of_lane = static_cast<std::size_t>(std::max(table.per_lane, 1));
    const std::vector<std::size_t> columns = drawn_columns(table);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::size_t column = columns[i];
        const auto lane = static_cast<int>((column - 1) / width_of_lane);
        const std::string pen = fmt::format(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"1.4\" "
            "stroke-linejoin=\"round\"{}",
            colour_text(theme.lane(lane)), dash_text(lane_dash(lane)));
        const std::string area = area_of(table, column, axes);
        if (!area.empty())
            svg += fmt::format(
                "<path d=\"{}\" fill=\"{}\" fill-opacity=\"0.25\"><title>{}: smallest to "
                "largest of the steps each row stands for</title></path>\n",
                area, colour_text(theme.lane(lane)), escaped(table.columns[column]));
        svg += fmt::format("<g {}><title>{}</title>\n", pen, escaped(name_of(table, column)));
        for (const std::string& line : lines_of(table, column, axes))
            svg += "<polyline points=\"" + line + "\"/>\n";
        svg += "</g>\n";
        if (columns.size() > legend_most) continue;
        const double y = top + 12 + 16 * static_cast<double>(i);
        svg += fmt::format(
            "<path d=\"M{0} {1}h22\" {2}/><text x=\"{3}\" y=\"{4}\" "
            "text-anchor=\"end\">{5}</text>\n",
            end - 26, y, pen, end - 32, y + 4, escaped(name_of(table, column)));
    }
    return svg + "</svg>\n";
}

}  // namespace muonscope::plots
