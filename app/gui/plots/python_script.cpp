#include "app/gui/plots/python_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/plots/page_marks.h"
#include "core/base/program.h"

namespace muonscope::plots {

namespace {

constexpr double inch = 25.4;  // mm

std::string py_number(double value) {
    return std::isnan(value)   ? "nan"
           : std::isinf(value) ? (value < 0 ? "-inf" : "inf")
                               : fmt::format("{}", value);
}

// For a comment.
std::string in_one_line(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 32) c = ' ';
    return out;
}

// A text as Python has it; matplotlib takes dollars for mathematics.
std::string py_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += std::string("\\") + c;
        else if (c == '$')
            out += "\\\\$";
        else if (static_cast<unsigned char>(c) < 32)
            out += ' ';
        else
            out += c;
    }
    return out + "\"";
}

std::string py_list(std::span<const double> values) {
    std::string out = "[";
    std::size_t line = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string number = py_number(values[i]) + (i + 1 < values.size() ? ", " : "");
        line += number.size();
        if (line > 90) {
            out += "\n    ";
            line = number.size();
        }
        out += number;
    }
    return out + "]";
}

std::string py_colour(const ImVec4& colour) {
    return fmt::format("\"#{:06x}\"", ink_on_page(colour).colour);
}

// color, alpha, width and dashes of a line.
std::string py_pen(const Ink& ink) {
    std::string out = fmt::format("color={}", py_colour(ink.colour));
    if (ink.colour.w < 0.999F) out += fmt::format(", alpha={:.3g}", ink.colour.w);
    out += fmt::format(", linewidth={:.3g} * line", ink.weight);
    switch (ink.dash) {
        case Dash::solid:
            break;
        case Dash::dashed:
            return out + ", linestyle=(0, (4, 2.4))";
        case Dash::dotted:
            return out + ", linestyle=(0, (1, 2))";
        case Dash::dash_dotted:
            return out + ", linestyle=(0, (4.8, 2, 1, 2))";
    }
    return out;
}

const char* py_marker(Shape shape) {
    constexpr std::array<const char*, shapes> markers{"o", "s", "D", "^", "v", "P", "X", "o"};
    return markers[static_cast<std::size_t>(shape)];
}

// Writes each kind of mark.
class PythonWriter {
  public:
    PythonWriter(const Chart& chart, std::string& out) : chart_(chart), out_(out) {}

    void operator()(const Curve& curve) {
        const std::string x = data("x", curve.x), y = data("y", curve.y);
        if (!curve.low.empty()) {
            const std::string low = data("low", curve.low), high = data("high", curve.high);
            if (curve.band)
                say("ax.fill_between({}, {}, {}, color={}, alpha=0.25, linewidth=0, step=\"pre\")",
                    x, low, high, py_colour(curve.ink.colour));
            else
                say("ax.vlines({}, {}, {}, color={}, linewidth=0.6 * line)", x, low, high,
                    py_colour(curve.ink.colour));
        }
        say("ax.plot({}, {}, {}{}{})", x, y, py_pen(curve.ink),
            curve.dots ? ", marker=\"o\", markersize=0.4 * size" : "",
            label(curve.key.value_or(curve.name)));
    }
    void operator()(const Function& function) {
        const Axis axis = Axis::between(chart_.x.min, chart_.x.max, chart_.x.scale());
        constexpr int samples = 400;
        Curve curve;
        curve.name = function.name;
        curve.ink = function.ink;
        for (int i = 0; i <= samples; ++i) {
            curve.x.push_back(axis.at_share(static_cast<double>(i) / samples));
            curve.y.push_back(function.f(curve.x.back()));
        }
        (*this)(curve);
    }
    void operator()(const Bars& bars) {
        const std::string from = data("start", bars.from), to = data("stop", bars.to),
                          end = data("end", bars.height);
        std::string colours = py_colour(bars.colour);
        if (!bars.colours.empty()) {
            colours = "[";
            for (const ImVec4& colour : bars.colours) colours += py_colour(colour) + ", ";
            colours += "]";
        }
        if (bars.ends_alone) {
            say("ax.{}({}, {}, {}, color={}, linewidth=1.2 * line{})",
                bars.sideways ? "vlines" : "hlines", end, from, to, colours,
                label(bars.key.value_or(bars.name)));
            return;
        }
        say("ax.{}({}, {} - {}, {} - {}, {}, align=\"edge\", color={}, alpha={:.3g}{})",
            bars.sideways ? "barh" : "bar", from, end, py_number(bars.base), to, from,
            py_number(bars.base), colours, bars.outlined ? 0.45F : bars.colour.w,
            label(bars.key.value_or(bars.name)));
    }
    void operator()(const Points& points) {
        const std::string x = data("x", points.x), y = data("y", points.y);
        const auto kind = [&](std::size_t i) {
            return points.kinds.empty() ? points.kind : points.kinds[i];
        };
        std::string colours = py_colour(points.colour);
        if (!points.colours.empty()) {
            colours = "np.array([";
            for (std::size_t i = 0; i < points.x.size(); ++i)
                colours += py_colour(points.colours[i]) + ", ";
            colours += "])";
        }
        const float opacity = points.fade * (points.colours.empty() ? points.colour.w : 1);
        std::string name = label(points.colours.empty() ? points.key.value_or(points.name) : "");
        for (int shape = 0; shape < shapes; ++shape) {
            const auto wanted = static_cast<Shape>(shape);
            std::string which;
            for (std::size_t i = 0; i < points.x.size(); ++i)
                if (kind(i) == wanted) which += fmt::format("{}, ", i);
            if (which.empty()) continue;
            which = "[[" + which + "]]";
            say("ax.scatter({}{}, {}{}, s=({:.3g} * size) ** 2, marker=\"{}\", {}={}{}, "
                "alpha={:.3g}{})",
                x, which, y, which, 2 * points.radius, py_marker(wanted),
                wanted == Shape::ring ? "facecolors=\"none\", edgecolors" : "linewidths=0, color",
                colours, points.colours.empty() ? "" : which, opacity, name);
            name.clear();
        }
    }
    void operator()(const Rug& rug) {
        for (std::size_t i = 0; i < rug.x.size(); ++i)
            if (std::isfinite(rug.x[i]))
                say("ax.axvline({}, 0, 0.05, color={}, linewidth=0.8 * line)", py_number(rug.x[i]),
                    py_colour(rug.colours[i]));
    }
    void operator()(const Rule& rule) {
        if (!std::isfinite(rule.at)) return;
        say("ax.{}({}, {}{})", rule.upright ? "axvline" : "axhline", py_number(rule.at),
            py_pen(rule.ink), label(rule.name));
        if (rule.word.empty()) return;
        if (rule.upright)
            say("ax.annotate({}, ({}, {}), xycoords=ax.get_xaxis_transform(), xytext=(2, {}), "
                "textcoords=\"offset points\", va=\"{}\", fontsize=0.85 * size, clip_on=True)",
                py_text(rule.word), py_number(rule.at), rule.at_foot ? 0 : 1, rule.at_foot ? 2 : -2,
                rule.at_foot ? "bottom" : "top");
        else
            say("ax.annotate({}, (0, {}), xycoords=ax.get_yaxis_transform(), xytext=(2, 2), "
                "textcoords=\"offset points\", fontsize=0.85 * size)",
                py_text(rule.word), py_number(rule.at));
    }
    void operator()(const Span& span) {
        say("ax.axvspan({}, {}, color={}, alpha={:.3g}, linewidth=0)", py_number(span.from),
            py_number(span.to), py_colour(span.colour), span.colour.w);
    }
    void operator()(const Cells& cells) {
        std::string rows = "[";
        for (Eigen::Index i = 0; i < cells.values.rows(); ++i) {
            const Vector row = cells.values.row(i);
            rows += py_list({row.data(), static_cast<std::size_t>(row.size())}) + ",\n";
        }
        say("values = np.array({}])", rows);
        constexpr int colours = 64;
        std::string map = "[";
        for (int i = 0; i < colours; ++i)
            map +=
                py_colour(cells.colour(cells.low + (cells.high - cells.low) * i / (colours - 1))) +
                ", ";
        say("colours = ListedColormap({}]).with_extremes(bad={})", map, py_colour(cells.none));
        say("ax.imshow(values, cmap=colours, vmin={}, vmax={}, extent=(0, {}, {}, 0), "
            "aspect=\"auto\", interpolation=\"nearest\")",
            py_number(cells.low), py_number(cells.high), cells.values.cols(), -cells.values.rows());
    }

  private:
    template <class... Values>
    void say(fmt::format_string<Values...> words, Values&&... values) {
        out_ += fmt::format(words, std::forward<Values>(values)...) + "\n";
    }
    std::string data(const char* name, std::span<const double> values) {
        say("{} = np.array({}, dtype=float)", name, py_list(values));
        return name;
    }
    // Each name stands once in a legend.
    static std::string label(const std::string& name) {
        return name.empty() ? "" : ", label=" + py_text(name);
    }

    const Chart& chart_;
    std::string& out_;
};

// Where an axis has labels of its own.
std::string py_ticks(const ChartAxis& axis, const char* which) {
    if (!axis.ticks) return "";
    constexpr float length = 400;  // the screen's pixels
    const Ticks ticks = axis.ticks(axis.min, axis.max, length);
    std::string values, labels;
    for (std::size_t i = 0; i < static_cast<std::size_t>(ticks.count); ++i) {
        if (ticks.labels[i][0] == 0) continue;
        values += py_number(ticks.values[i]) + ", ";
        labels += py_text(ticks.labels[i].data()) + ", ";
    }
    return fmt::format("ax.set_{0}ticks([{1}], [{2}])\nax.{0}axis.minorticks_off()\n", which,
                       values, labels);
}

std::string py_axis(const ChartAxis& axis) {
    const std::string scale = axis.logarithmic         ? "\"log\""
                              : axis.linear_within > 0 ? py_number(axis.linear_within)
                                                       : "\"linear\"";
    return fmt::format("({}, {}, {}, {})", py_number(axis.min), py_number(axis.max), scale,
                       py_text(axis.title));
}

}  // namespace

std::string python_part(const PlacedCharts& part, const PageLook& look) {
    std::string out;
    const std::string box =
        fmt::format("({:.4f}, {:.4f}, {:.4f}, {:.4f})", part.x, part.y, part.width, part.height);
    out += fmt::format("\n\n# {}\ndrawn = []\n", in_one_line(part.title));
    if (!part.title.empty())
        out += fmt::format(
            "figure.text({0:.4f} + size / 144 / width, 1 - {1:.4f} - 0.3 * size / "
            "72 / height, {2}, va=\"top\", fontweight=\"bold\", fontsize=1.1 * "
            "size)\n",
            part.x, part.y, py_text(part.title));
    const int columns =
        std::clamp(part.columns, 1, std::max(1, static_cast<int>(part.charts.size())));
    const auto rows = (static_cast<int>(part.charts.size()) + columns - 1) / columns;
    for (std::size_t i = 0; i < part.charts.size(); ++i) {
        const Chart& chart = part.charts[i];
        const int at = static_cast<int>(i), row = at / columns;
        // Title and legend above all of them.
        const double head = 3.4 * look.type / 72 / (look.height / inch);
        const double high = std::max(part.height - head, 0.05) / rows;
        out += fmt::format(
            "\nx_axis, y_axis = {}, {}\n"
            "ax = axes(({:.4f}, {:.4f}, {:.4f}, {:.4f}), {}, x_axis, y_axis)\n",
            py_axis(chart.x), py_axis(chart.y), part.x + part.width / columns * (at % columns),
            part.y + head + high * row, part.width / columns, high,
            part.charts.size() == 1 ? "\"\"" : py_text(chart.title));
        PythonWriter writer(chart, out);
        for (const ChartMark& mark : chart.marks) std::visit(writer, mark);
        out += fmt::format("finish(ax, x_axis, y_axis, {})\n", chart.equal ? "True" : "False");
        out += py_ticks(chart.x, "x") + py_ticks(chart.y, "y") + "drawn.append(ax)\n";
    }
    out += fmt::format("legend({}, drawn)\n", box);
    return out;
}

std::string to_python(std::span<const std::string> parts, std::string_view title,
                      const PageLook& look) {
    std::string out = fmt::format(
        "#!/usr/bin/env python3\n"
        "# {0}, by muonscope {1}\n"
        "# python3 FILE shows the figure, python3 FILE OUT.pdf writes it (.svg, .png …).\n"
        "import sys\n\n"
        "import matplotlib\n\n"
        "if len(sys.argv) > 1:\n"
        "    matplotlib.use(\"Agg\")\n"
        "import matplotlib.pyplot as plt\n"
        "import numpy as np\n"
        "from matplotlib.colors import ListedColormap\n\n"
        "nan, inf = float(\"nan\"), float(\"inf\")\n"
        "size, line = {2:g}, {3:g}  # points: of type, of lines\n"
        "width, height = {4:.4g}, {5:.4g}  # inches\n"
        "plt.rcParams.update({{\"font.size\": size, \"axes.linewidth\": 0.5 * line,\n"
        "                     \"svg.fonttype\": \"none\", \"pdf.fonttype\": 42}})\n"
        "figure = plt.figure(figsize=(width, height))\n\n\n"
        "def axes(box, title, x, y):\n"
        "    \"\"\"Axes in a box of the figure: shares of it, from its upper left corner.\"\"\"\n"
        "    em = size / 72\n"
        "    left, right, top, bottom = 4.5 * em, em, 3 * em, 3.2 * em\n"
        "    ax = figure.add_axes((box[0] + left / width, 1 - box[1] - box[3] + bottom / height,\n"
        "                          max(0.02, box[2] - (left + right) / width),\n"
        "                          max(0.02, box[3] - (top + bottom) / height)))\n"
        "    ax.set_title(title, loc=\"left\", fontweight=\"bold\", fontsize=size, pad=1.4 * "
        "size)\n"
        "    ax.annotate(y[3], (0, 1), xycoords=\"axes fraction\", xytext=(0, 3),\n"
        "                textcoords=\"offset points\")\n"
        "    ax.set_xlabel(x[3])\n"
        "    ax.grid(color=\"#e5e7eb\", linewidth=0.5 * line)\n"
        "    ax.set_axisbelow(True)\n"
        "    return ax\n\n\n"
        "def finish(ax, x, y, equal):\n"
        "    \"\"\"Scales and limits, after everything is drawn.\"\"\"\n"
        "    for set_scale, scale in ((ax.set_xscale, x[2]), (ax.set_yscale, y[2])):\n"
        "        if scale == \"log\":\n"
        "            set_scale(scale, nonpositive=\"clip\")\n"
        "        elif scale == \"linear\":\n"
        "            set_scale(scale)\n"
        "        else:  # linear about zero, logarithmic far from it\n"
        "            set_scale(\"function\", functions=(\n"
        "                lambda v, c=scale: np.sign(v) * np.log10(1 + np.abs(v) / c),\n"
        "                lambda p, c=scale: np.sign(p) * c * (10 ** np.abs(p) - 1)))\n"
        "    if equal:\n"
        "        ax.set_aspect(\"equal\", adjustable=\"box\", anchor=\"NW\")\n"
        "    ax.set_xlim(x[0], x[1])\n"
        "    ax.set_ylim(y[0], y[1])\n\n\n"
        "def legend(box, drawn):\n"
        "    \"\"\"One for several axes: each name once.\"\"\"\n"
        "    named = {{}}\n"
        "    for ax in drawn:\n"
        "        for handle, name in zip(*ax.get_legend_handles_labels()):\n"
        "            named.setdefault(name, handle)\n"
        "    if named and len(named) <= 24:\n"
        "        figure.legend(named.values(), named.keys(), loc=\"upper left\", frameon=False,\n"
        "                      bbox_to_anchor=(box[0], 1 - box[1] - 1.6 * size / 72 / height),\n"
        "                      ncols=max(1, min(len(named), int(box[2] * width * 72 / size / "
        "9))),\n"
        "                      borderaxespad=0, columnspacing=1, handlelength=2)\n",
        in_one_line(title), program_version(), look.type, look.line, look.width / inch,
        look.height / inch);
    for (const std::string& part : parts) out += part;
    return out +
           "\nif len(sys.argv) > 1:\n    figure.savefig(sys.argv[1], dpi=300)\nelse:\n    "
           "plt.show()\n";
}

}  // namespace muonscope::plots
