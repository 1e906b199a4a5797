#include "app/gui/plots/svg_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "app/gui/plots/cell_blocks.h"

namespace muonscope::plots {

namespace {

// An ink attribute: its opacity stands beside it where it is not 1.
std::string paint(const char* what, const ImVec4& colour) {
    const auto byte = [](float share) { return static_cast<int>(std::lround(255 * share)); };
    std::string text = fmt::format("{}=\"#{:02x}{:02x}{:02x}\"", what, byte(colour.x),
                                   byte(colour.y), byte(colour.z));
    if (colour.w < 0.999F) text += fmt::format(" {}-opacity=\"{:.3g}\"", what, colour.w);
    return text;
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

}  // namespace

std::string svg_text(std::string_view text) {
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

std::string svg_pen(const Ink& ink) {
    return fmt::format("fill=\"none\" {} stroke-width=\"{:.3g}\" stroke-linejoin=\"round\"{}",
                       paint("stroke", ink.colour), 1.4F * ink.weight, dash_text(ink.dash));
}

std::string svg_rectangle(ImVec2 from, ImVec2 to, const ImVec4& colour) {
    return fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" {}/>\n",
                       from.x, std::min(from.y, to.y), std::max(to.x - from.x, 0.1F),
                       std::max(std::abs(to.y - from.y), 0.1F), paint("fill", colour));
}

namespace {

// A line as "x,y x,y ..." parts; what is not finite begins a new one. Points on one place across
// leave its smallest and largest value only.
class Polylines {
  public:
    Polylines(const Axes& axes, bool crowded) : axes_(axes), crowded_(crowded) {}

    void add(double x_value, double y_value) {
        if (!std::isfinite(x_value) || !std::isfinite(y_value)) {
            end();
            return;
        }
        const auto x = static_cast<double>(axes_.pixel_x(x_value));
        const auto y = static_cast<double>(axes_.pixel_y(y_value));
        if (!crowded_ || !bin_.open || x - bin_.at >= 0.5 || x < bin_.at) {
            flush();
            bin_ = {true, x, y, y, y, y};
            return;
        }
        bin_.last = y;
        bin_.low = std::min(bin_.low, y);
        bin_.high = std::max(bin_.high, y);
    }
    void end() {
        flush();
        if (!line_.empty()) text_ += "<polyline points=\"" + line_ + "\"/>\n";
        line_.clear();
    }
    const std::string& text() const { return text_; }

  private:
    struct Bin {
        bool open = false;
        double at = 0, first = 0, last = 0, low = 0, high = 0;
    };
    void put(double y) {
        line_ += fmt::format("{}{:.2f},{:.2f}", line_.empty() ? "" : " ", bin_.at, y);
    }
    void flush() {
        if (!bin_.open) return;
        put(bin_.first);
        if (bin_.low < std::min(bin_.first, bin_.last)) put(bin_.low);
        if (bin_.high > std::max(bin_.first, bin_.last)) put(bin_.high);
        if (bin_.last != bin_.first) put(bin_.last);
        bin_.open = false;
    }

    const Axes& axes_;
    bool crowded_;
    Bin bin_;
    std::string line_, text_;
};

// The area from the smallest to the largest value of each point, over the steps it stands for;
// points on one place across share one piece.
std::string area_of(const Curve& curve, const Axes& axes) {
    struct Piece {
        float from, to, low, high;
    };
    std::vector<Piece> pieces;
    float before = NAN;
    for (std::size_t i = 0; i < curve.low.size(); ++i) {
        if (!std::isfinite(curve.low[i]) || !std::isfinite(curve.high[i])) continue;
        const float x = axes.pixel_x(curve.x[i]);
        const Piece piece{std::isnan(before) ? x : before, x, axes.pixel_y(curve.low[i]),
                          axes.pixel_y(curve.high[i])};
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
    const auto add = [&](float x, float y) {
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

// The outline of a point of radius 1, by its class; those that are round have none.
const char* outline(Shape shape) {
    switch (shape) {
        case Shape::disc:
        case Shape::ring:
            break;
        case Shape::square:
            return "M-.85,-.85H.85V.85H-.85Z";
        case Shape::diamond:
            return "M0,-1.2L1.2,0L0,1.2L-1.2,0Z";
        case Shape::up:
            return "M0,-1.15L1.06,.75H-1.06Z";
        case Shape::down:
            return "M0,1.15L1.06,-.75H-1.06Z";
        case Shape::plus:
            return "M-.36,-1.1H.36V-.36H1.1V.36H.36V1.1H-.36V.36H-1.1V-.36H-.36Z";
        case Shape::cross:
            return "M-.81,-1.07L0,-.51L.81,-1.07L1.07,-.81L.51,0L1.07,.81L.81,1.07L0,.51L-.81,1.07"
                   "L-1.07,.81L-.51,0L-1.07,-.81Z";
    }
    return nullptr;
}

// Writes each kind of mark.
class Writer {
  public:
    explicit Writer(const Axes& axes) : axes_(axes) {}

    void operator()(const Curve& curve) {
        if (curve.band) {
            if (const std::string area = area_of(curve, axes_); !area.empty())
                text_ += fmt::format(
                    "<path d=\"{}\" {} fill-opacity=\"0.25\"><title>{}: smallest to largest of the "
                    "steps each row stands for</title></path>\n",
                    area, paint("fill", curve.ink.colour), svg_text(curve.name));
        } else {
            for (std::size_t i = 0; i < curve.low.size(); ++i)
                text_ += fmt::format("<path d=\"M{0:.2f} {1:.2f}V{2:.2f}\" {3}/>\n",
                                     axes_.pixel_x(curve.x[i]), axes_.pixel_y(curve.low[i]),
                                     axes_.pixel_y(curve.high[i]), svg_pen({curve.ink.colour}));
        }
        Polylines lines(axes_, static_cast<float>(curve.x.size()) > axes_.extent.x);
        for (std::size_t i = 0; i < curve.x.size(); ++i) lines.add(curve.x[i], curve.y[i]);
        lines.end();
        group(curve.name, curve.ink, lines.text());
        for (std::size_t i = 0; curve.dots && i < curve.x.size(); ++i)
            point(Shape::disc, curve.x[i], curve.y[i], 2.6F, curve.ink.colour);
    }

    void operator()(const Function& function) {
        Polylines lines(axes_, false);
        for (float at = axes_.position.x; at <= axes_.right(); ++at) {
            const double x = axes_.value_x(at);
            lines.add(x, function.f(x));
        }
        lines.end();
        group(function.name, function.ink, lines.text());
    }

    void operator()(const Bars& bars) {
        begin_group(bars.name);
        for (std::size_t i = 0; i < bars.height.size(); ++i) {
            if (!std::isfinite(bars.height[i])) continue;
            const ImVec4& colour = bars.colours.empty() ? bars.colour : bars.colours[i];
            const auto& end = bars.height[i];
            ImVec2 from{axes_.pixel_x(bars.from[i]), axes_.pixel_y(end)};
            ImVec2 to{axes_.pixel_x(bars.to[i]), axes_.pixel_y(bars.base)};
            if (bars.sideways) {
                from = {std::min(axes_.pixel_x(bars.base), axes_.pixel_x(end)),
                        axes_.pixel_y(bars.from[i])};
                to = {std::max(axes_.pixel_x(bars.base), axes_.pixel_x(end)),
                      axes_.pixel_y(bars.to[i])};
                if (bars.ends_alone) from.x = to.x - 1;
            } else if (bars.ends_alone) {
                to.y = from.y + 1;
            }
            text_ += svg_rectangle(from, to, colour);
        }
        text_ += "</g>\n";
    }

    void operator()(const Points& points) {
        begin_group(points.name);
        for (std::size_t i = 0; i < points.x.size(); ++i) {
            ImVec4 colour = points.colours.empty() ? points.colour : points.colours[i];
            colour.w *= points.fade;
            point(points.kinds.empty() ? points.kind : points.kinds[i], points.x[i], points.y[i],
                  points.radius * 13, colour);
        }
        text_ += "</g>\n";
    }

    void operator()(const Rug& rug) {
        begin_group(rug.name);
        for (std::size_t i = 0; i < rug.x.size(); ++i)
            if (std::isfinite(rug.x[i]))
                text_ +=
                    fmt::format("<path d=\"M{:.2f} {:.2f}v-9\" {}/>\n", axes_.pixel_x(rug.x[i]),
                                axes_.bottom(), svg_pen({rug.colours[i]}));
        text_ += "</g>\n";
    }

    void operator()(const Rule& rule) {
        if (!std::isfinite(rule.at)) return;
        const float at = rule.upright ? axes_.pixel_x(rule.at) : axes_.pixel_y(rule.at);
        const std::string way =
            rule.upright ? fmt::format("M{:.2f} {}V{}", at, axes_.position.y, axes_.bottom())
                         : fmt::format("M{} {:.2f}H{}", axes_.position.x, at, axes_.right());
        text_ += fmt::format("<path d=\"{}\" {}><title>{}</title></path>\n", way, svg_pen(rule.ink),
                             svg_text(rule.name.empty() ? rule.word : rule.name));
        if (rule.word.empty()) return;
        text_ += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\"{}>{}</text>\n",
                             rule.upright ? at + 4 : axes_.right() - 4,
                             rule.upright ? axes_.position.y + 12 : at - 4,
                             rule.upright ? "" : " text-anchor=\"end\"", svg_text(rule.word));
    }

    void operator()(const Span& span) {
        text_ += svg_rectangle({axes_.pixel_x(span.from), axes_.position.y},
                               {axes_.pixel_x(span.to), axes_.bottom()}, span.colour);
    }

    void operator()(const Cells& cells) {
        begin_group(cells.name);
        // More squares than paper shows would be a file that nothing opens.
        constexpr Eigen::Index most = 128;
        const Eigen::Index side = std::max(cells.values.rows(), cells.values.cols());
        const CellBlocks blocks = cell_blocks(cells.values, 0, cells.values.rows(), 0,
                                              cells.values.cols(), (side + most - 1) / most);
        for (Eigen::Index i = 0; i < blocks.values.rows(); ++i)
            for (Eigen::Index j = 0; j < blocks.values.cols(); ++j) {
                const auto row = static_cast<double>(i * blocks.stride);
                const auto column = static_cast<double>(j * blocks.stride);
                const auto each = static_cast<double>(blocks.stride);
                const double value = blocks.values(i, j);
                text_ += svg_rectangle(
                    axes_.pixel(column, -row),
                    axes_.pixel(std::min(column + each, static_cast<double>(cells.values.cols())),
                                -std::min(row + each, static_cast<double>(cells.values.rows()))),
                    std::isfinite(value) ? cells.colour(value) : cells.none);
            }
        text_ += "</g>\n";
    }

    const std::string& text() const { return text_; }

  private:
    void begin_group(const std::string& name) {
        text_ += fmt::format("<g><title>{}</title>\n", svg_text(name));
    }
    void group(const std::string& name, const Ink& ink, const std::string& lines) {
        text_ +=
            fmt::format("<g {}><title>{}</title>\n{}</g>\n", svg_pen(ink), svg_text(name), lines);
    }
    void point(Shape shape, double x, double y, float radius, const ImVec4& colour) {
        if (!std::isfinite(x) || !std::isfinite(y)) return;
        const float across = axes_.pixel_x(x), up = axes_.pixel_y(y);
        if (const char* path = outline(shape)) {
            text_ += fmt::format(
                "<path d=\"{}\" transform=\"translate({:.2f} {:.2f}) scale({:.3g})\" {}/>\n", path,
                across, up, radius, paint("fill", colour));
            return;
        }
        const bool ring = shape == Shape::ring;
        text_ += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.3g}\" {}{}/>\n", across,
                             up, ring ? 0.8F * radius : radius, ring ? "fill=\"none\" " : "",
                             paint(ring ? "stroke" : "fill", colour));
    }

    const Axes& axes_;
    std::string text_;
};

}  // namespace

std::string svg_marks(const Chart& chart, const Axes& axes) {
    Writer writer(axes);
    for (const ChartMark& mark : chart.marks) std::visit(writer, mark);
    return writer.text();
}

}  // namespace muonscope::plots
