#include "app/gui/plots/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/gui/plots/legend.h"
#include "app/gui/plots/mouse.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/svg_marks.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

namespace {

constexpr float left = 64, right = 16, top = 34, bottom = 44;
constexpr std::size_t legend_most = 12;  // beyond, lines are told apart by their order alone

Axes axes_of(const Chart& chart, float width, float height) {
    Axes axes;
    axes.position = {left, top};
    axes.extent = {width - left - right, height - top - bottom};
    const auto axis = [](const ChartAxis& of) {
        return Axis::between(of.min, of.max, of.logarithmic, of.floor);
    };
    axes.x = axis(chart.x);
    axes.y = axis(chart.y);
    if (chart.equal) {
        AxisRange x{axes.x.low, axes.x.high}, y{axes.y.low, axes.y.high};
        make_equal(x, y, axes.extent);
        axes.x = {x.low, x.high, axes.x.scale};
        axes.y = {y.low, y.high, axes.y.scale};
    }
    return axes;
}

Ticks ticks_of(const ChartAxis& of, const Axis& axis, float length) {
    if (of.ticks) return of.ticks(axis.min(), axis.max(), length);
    return axis.scale.logarithmic ? log_ticks(axis.min(), axis.max(), 7)
                                  : linear_ticks(axis.min(), axis.max(), 7);
}

std::string ruled(const Chart& chart, const Axes& axes) {
    std::string svg;
    const Ticks across = ticks_of(chart.x, axes.x, axes.extent.x);
    const Ticks up = ticks_of(chart.y, axes.y, axes.extent.y);
    const auto label = [](const Ticks& ticks, std::size_t i) {
        return svg_text(ticks.labels[i].data());
    };
    const auto line = [](bool wanted) { return wanted ? " stroke=\"#e5e7eb\"" : ""; };
    for (std::size_t i = 0; i < static_cast<std::size_t>(across.count); ++i)
        svg += fmt::format(
            "<path d=\"M{0:.2f} {1}V{2}\"{3}/><text x=\"{0:.2f}\" y=\"{4}\" "
            "text-anchor=\"middle\">{5}</text>\n",
            axes.pixel_x(across.values[i]), axes.position.y, axes.bottom(), line(chart.x.lines),
            axes.bottom() + 16, label(across, i));
    for (std::size_t i = 0; i < static_cast<std::size_t>(up.count); ++i) {
        const float y = axes.pixel_y(up.values[i]);
        svg += fmt::format(
            "<path d=\"M{0} {1:.2f}H{2}\"{3}/><text x=\"{4}\" y=\"{5:.2f}\" "
            "text-anchor=\"end\">{6}</text>\n",
            axes.position.x, y, axes.right(), line(chart.y.lines), axes.position.x - 6, y + 4,
            label(up, i));
    }
    return svg + fmt::format(
                     "<path d=\"M{0} {1}V{2}H{3}\" fill=\"none\" stroke=\"#374151\"/>\n"
                     "<text x=\"{3}\" y=\"{4}\" text-anchor=\"end\" fill=\"#374151\">{5}</text>\n"
                     "<text x=\"{0}\" y=\"{6}\" fill=\"#374151\">{7}</text>\n",
                     axes.position.x, axes.position.y, axes.bottom(), axes.right(),
                     axes.bottom() + bottom - 10, svg_text(chart.x.title), axes.position.y - 4,
                     svg_text(chart.y.title));
}

std::string legend(const Chart& chart, const Axes& axes) {
    const std::vector<KeyRow> key = key_of(chart);
    if (key.size() > legend_most) return "";
    std::string svg;
    const float end = axes.right();
    for (std::size_t i = 0; i < key.size(); ++i) {
        const float y = axes.position.y + 12 + 16 * static_cast<float>(i);
        svg += key[i].filled ? svg_rectangle({end - 20, y - 5}, {end - 10, y + 5}, key[i].colour)
                             : fmt::format("<path d=\"M{} {}h22\" {}/>", end - 26, y,
                                           svg_pen({key[i].colour, key[i].dash}));
        svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", end - 32,
                           y + 4, svg_text(key[i].name));
    }
    return svg;
}

// One chart in a place of its own; `index` tells its frame from those of others.
std::string drawn(const Chart& chart, std::string_view title, int index, float width,
                  float height) {
    const Axes axes = axes_of(chart, width, height);
    return fmt::format(
               "<text x=\"{}\" y=\"20\" font-size=\"13\" font-weight=\"600\">{}</text>\n"
               "<clipPath id=\"plot{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>"
               "</clipPath>\n",
               left, svg_text(title), index, axes.position.x, axes.position.y, axes.extent.x,
               axes.extent.y) +
           ruled(chart, axes) +
           fmt::format("<g clip-path=\"url(#plot{})\">\n{}</g>\n", index, svg_marks(chart, axes)) +
           legend(chart, axes);
}

std::string sheet(float width, float height, const std::string& inside) {
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 "
               "0 {0} {1}\" font-family=\"Inter, Helvetica, Arial, sans-serif\" font-size=\"11\">\n"
               "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
               width, height) +
           inside + "</svg>\n";
}

}  // namespace

std::string to_svg(const Chart& chart, std::string_view title, int width, int height) {
    const auto w = static_cast<float>(width), h = static_cast<float>(height);
    return sheet(w, h, drawn(chart, title, 0, w, h));
}

std::string to_svg(std::span<const Chart> charts, std::string_view title, int columns) {
    if (charts.size() == 1) return to_svg(charts.front(), title);
    columns = std::clamp(columns, 1, std::max(1, static_cast<int>(charts.size())));
    const float width = 420, height = 320, above = 28;
    std::string inside =
        fmt::format("<text x=\"{}\" y=\"20\" font-size=\"13\" font-weight=\"600\">{}</text>\n",
                    left, svg_text(title));
    for (std::size_t i = 0; i < charts.size(); ++i) {
        const int at = static_cast<int>(i), row = at / columns;
        inside += fmt::format("<g transform=\"translate({} {})\">\n{}</g>\n",
                              width * static_cast<float>(at % columns),
                              above + height * static_cast<float>(row),
                              drawn(charts[i], charts[i].title, at, width, height));
    }
    const auto rows = (static_cast<int>(charts.size()) + columns - 1) / columns;
    return sheet(width * static_cast<float>(columns), above + height * static_cast<float>(rows),
                 inside);
}

std::string to_svg(const Table& table, std::string_view title) {
    return to_svg(chart_of(table, gui::light_theme()), title);
}

}  // namespace muonscope::plots
