#include "app/gui/plots/page_marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "app/gui/plots/cell_blocks.h"
#include "app/gui/print_fonts.h"

namespace muonscope::plots {

namespace {

using PagePoints = std::vector<Drawing::Point>;

// As add_line (stroke.h) has them on the screen, of a line of so many points.
std::vector<double> dashes_of(Dash dash, double line) {
    const double unit = 0.81 * line;
    switch (dash) {
        case Dash::solid:
            break;
        case Dash::dashed:
            return {5 * unit, 3 * unit};
        case Dash::dotted:
            return {1.2 * unit, 2.5 * unit};
        case Dash::dash_dotted:
            return {6 * unit, 2.5 * unit, 1.2 * unit, 2.5 * unit};
    }
    return {};
}

// A line in parts; what is not finite begins a new one. Points on one place across leave its
// smallest and largest value only.
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
    std::vector<PagePoints> parts() {
        end();
        return std::move(parts_);
    }

  private:
    struct Bin {
        bool open = false;
        double at = 0, first = 0, last = 0, low = 0, high = 0;
    };
    void end() {
        flush();
        if (!line_.empty()) parts_.push_back(std::move(line_));
        line_.clear();
    }
    void put(double y) { line_.push_back({bin_.at, y}); }
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
    PagePoints line_;
    std::vector<PagePoints> parts_;
};

// The area from the smallest to the largest value of each point, over the steps it stands for;
// points on one place across share one piece.
PagePoints page_area(const Curve& curve, const Axes& axes) {
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
    PagePoints around;
    const auto add = [&](float x, float y) {
        around.push_back({static_cast<double>(x), static_cast<double>(y)});
    };
    for (const Piece& piece : pieces) {
        add(piece.from, piece.high);
        add(piece.to, piece.high);
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        add(piece->to, piece->low);
        add(piece->from, piece->low);
    }
    return around;
}

// The outline of a point of radius 1; those that are round have none.
PagePoints page_outline(Shape shape) {
    switch (shape) {
        case Shape::disc:
        case Shape::ring:
            break;
        case Shape::square:
            return {{-.85, -.85}, {.85, -.85}, {.85, .85}, {-.85, .85}};
        case Shape::diamond:
            return {{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}};
        case Shape::up:
            return {{0, -1.15}, {1.06, .75}, {-1.06, .75}};
        case Shape::down:
            return {{0, 1.15}, {1.06, -.75}, {-1.06, -.75}};
        case Shape::plus:
            return {{-.36, -1.1}, {.36, -1.1}, {.36, -.36},  {1.1, -.36},
                    {1.1, .36},   {.36, .36},  {.36, 1.1},   {-.36, 1.1},
                    {-.36, .36},  {-1.1, .36}, {-1.1, -.36}, {-.36, -.36}};
        case Shape::cross:
            return {{-.81, -1.07}, {0, -.51}, {.81, -1.07}, {1.07, -.81}, {.51, 0},  {1.07, .81},
                    {.81, 1.07},   {0, .51},  {-.81, 1.07}, {-1.07, .81}, {-.51, 0}, {-1.07, -.81}};
    }
    return {};
}

// Writes each kind of mark.
class MarkWriter {
  public:
    MarkWriter(Drawing& page, const Axes& axes, const PageLook& look)
        : page_(page), axes_(axes), line_(look.line), em_(look.type) {}

    void operator()(const Curve& curve) {
        begin(curve.name);
        if (curve.band) {
            if (PagePoints area = page_area(curve, axes_); !area.empty()) {
                begin(curve.name + ": smallest to largest of the steps each row stands for");
                Drawing::Ink pale = ink_on_page(curve.ink.colour);
                pale.opacity *= 0.25;
                put(Drawing::Path{{std::move(area)}, true, pale});
                end();
            }
        } else {
            for (std::size_t i = 0; i < curve.low.size(); ++i) whisker(curve, i);
        }
        Polylines lines(axes_, static_cast<float>(curve.x.size()) > axes_.extent.x);
        for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i)
            lines.add(curve.x[i], curve.y[i]);
        put_lines(lines, curve.ink);
        for (std::size_t i = 0; curve.dots && i < curve.x.size(); ++i)
            point(Shape::disc, curve.x[i], curve.y[i], 0.2 * em_, curve.ink.colour);
        end();
    }

    void operator()(const Function& function) {
        begin(function.name);
        Polylines lines(axes_, false);
        for (float at = axes_.position.x; at <= axes_.right(); ++at) {
            const double x = axes_.value_x(at);
            lines.add(x, function.f(x));
        }
        put_lines(lines, function.ink);
        end();
    }

    void operator()(const Bars& bars) {
        begin(bars.name);
        for (std::size_t i = 0; i < bars.height.size(); ++i) {
            if (!std::isfinite(bars.height[i])) continue;
            const auto& height = bars.height[i];
            Corners at = bars.sideways
                             ? Corners{x(bars.base), y(bars.from[i]), x(height), y(bars.to[i])}
                             : Corners{x(bars.from[i]), y(height), x(bars.to[i]), y(bars.base)};
            if (bars.widest > 0 && !bars.sideways) {
                const double middle = (at.x0 + at.x1) / 2;
                const double half =
                    std::clamp((at.x1 - at.x0) / 2, 0.2, static_cast<double>(bars.widest) * em_);
                at.x0 = middle - half;
                at.x1 = middle + half;
            }
            if (bars.ends_alone && bars.sideways) at.x0 = at.x1 - 1.2 * line_;
            if (bars.ends_alone && !bars.sideways) at.y1 = at.y0 + 1.2 * line_;
            const ImVec4& colour = bars.colours.empty() ? bars.colour : bars.colours[i];
            rectangle_of(at, colour, bars.outlined);
        }
        end();
    }

    void operator()(const Points& points) {
        begin(points.name);
        for (std::size_t i = 0; i < points.x.size(); ++i) {
            ImVec4 colour = points.colours.empty() ? points.colour : points.colours[i];
            colour.w *= points.fade;
            point(points.kinds.empty() ? points.kind : points.kinds[i], points.x[i], points.y[i],
                  static_cast<double>(points.radius) * em_, colour);
        }
        end();
    }

    void operator()(const Rug& rug) {
        begin(rug.name);
        const auto bottom = static_cast<double>(axes_.bottom());
        for (std::size_t i = 0; i < rug.x.size(); ++i)
            if (std::isfinite(rug.x[i]))
                put(Drawing::Line{x(rug.x[i]), bottom, x(rug.x[i]), bottom - 0.7 * em_,
                                  pen_on_page({rug.colours[i]}, 0.8 * line_)});
        end();
    }

    void operator()(const Rule& rule) {
        if (!std::isfinite(rule.at)) return;
        const auto left = static_cast<double>(axes_.position.x);
        const auto right = static_cast<double>(axes_.right());
        const auto top = static_cast<double>(axes_.position.y);
        const auto bottom = static_cast<double>(axes_.bottom());
        const double at = rule.upright ? x(rule.at) : y(rule.at);
        if (at < (rule.upright ? left : top) - 0.1 || at > (rule.upright ? right : bottom) + 0.1)
            return;
        begin(rule.name.empty() ? rule.word : rule.name);
        put(rule.upright ? Drawing::Line{at, top, at, bottom, pen_on_page(rule.ink, line_)}
                         : Drawing::Line{left, at, right, at, pen_on_page(rule.ink, line_)});
        if (!rule.word.empty()) word(rule, at);
        end();
    }

    void operator()(const Span& span) {
        rectangle_of({x(span.from), static_cast<double>(axes_.position.y), x(span.to),
                      static_cast<double>(axes_.bottom())},
                     span.colour, false);
    }

    void operator()(const Cells& cells) {
        begin(cells.name);
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
                rectangle_of({x(column), y(-row),
                              x(std::min(column + each, static_cast<double>(cells.values.cols()))),
                              y(-std::min(row + each, static_cast<double>(cells.values.rows())))},
                             std::isfinite(value) ? cells.colour(value) : cells.none, false);
            }
        end();
    }

  private:
    struct Corners {
        double x0, y0, x1, y1;
    };

    double x(double value) const { return static_cast<double>(axes_.pixel_x(value)); }
    double y(double value) const { return static_cast<double>(axes_.pixel_y(value)); }
    void put(Drawing::Shape shape) { page_.shapes.push_back(std::move(shape)); }
    void begin(const std::string& name) { put(Drawing::Group{name}); }
    void end() { put(Drawing::End{}); }

    void put_lines(Polylines& lines, const Ink& ink) {
        std::vector<PagePoints> parts = lines.parts();
        if (!parts.empty())
            put(Drawing::Path{std::move(parts), false, {}, pen_on_page(ink, line_)});
    }

    void whisker(const Curve& curve, std::size_t i) {
        const double at = x(curve.x[i]), half = 0.22 * em_;
        const Drawing::Pen pen = pen_on_page({curve.ink.colour}, 0.6 * line_);
        put(Drawing::Line{at, y(curve.low[i]), at, y(curve.high[i]), pen});
        for (const double end : {y(curve.low[i]), y(curve.high[i])})
            put(Drawing::Line{at - half, end, at + half, end, pen});
    }

    void rectangle_of(const Corners& at, const ImVec4& colour, bool outlined) {
        Drawing::Rectangle area{std::min(at.x0, at.x1), std::min(at.y0, at.y1),
                                std::max(std::abs(at.x1 - at.x0), 0.1),
                                std::max(std::abs(at.y1 - at.y0), 0.1)};
        area.fill = ink_on_page(colour);
        if (outlined) {
            area.pen = Drawing::Pen{*area.fill, 0.6 * line_};
            area.fill->opacity *= 0.45;
        }
        put(area);
    }

    void point(Shape shape, double x_value, double y_value, double radius, const ImVec4& colour) {
        if (!std::isfinite(x_value) || !std::isfinite(y_value)) return;
        const double across = x(x_value), up = y(y_value);
        const Drawing::Ink ink = ink_on_page(colour);
        if (PagePoints around = page_outline(shape); !around.empty()) {
            for (Drawing::Point& corner : around)
                corner = {across + radius * corner.x, up + radius * corner.y};
            put(Drawing::Path{{std::move(around)}, true, ink});
            return;
        }
        if (shape == Shape::ring)
            put(Drawing::Disc{across, up, 0.8 * radius, {}, Drawing::Pen{ink, 0.8 * line_}});
        else
            put(Drawing::Disc{across, up, radius, ink});
    }

    // Words of events stand at the foot, where they do not meet one another; others at the top.
    void word(const Rule& rule, double at) {
        const double size = 0.85 * em_;
        const auto right = static_cast<double>(axes_.right());
        const double wide = width_of(rule.word, size, gui::print_fonts());
        Drawing::Words words{0, 0, rule.word, size, Drawing::Anchor::left, 0x4b5563};
        if (!rule.upright) {
            words.x = static_cast<double>(axes_.position.x) + 0.4 * em_;
            words.y = at - 0.3 * em_;
        } else if (rule.at_foot) {
            words.x = at + 0.3 * em_;
            words.y = static_cast<double>(axes_.bottom()) - 0.4 * em_;
            if (words.x < free_from_ || words.x + wide > right) return;
            free_from_ = words.x + wide + 0.5 * em_;
        } else {
            const bool fits = at + wide + 0.8 * em_ < right;
            words.x = fits ? at + 0.4 * em_ : at - wide - 0.4 * em_;
            words.y = static_cast<double>(axes_.position.y) + em_;
        }
        if (rule.at_foot) {
            put(Drawing::Rectangle{words.x - 0.15 * em_, words.y - 0.85 * size, wide + 0.3 * em_,
                                   1.1 * size, Drawing::Ink{0xffffff, 0.85}});
        }
        put(std::move(words));
    }

    Drawing& page_;
    const Axes& axes_;
    double line_, em_, free_from_ = -INFINITY;
};

}  // namespace

Drawing::Ink ink_on_page(const ImVec4& colour) {
    const auto byte = [](float share) {
        return static_cast<std::uint32_t>(std::lround(255 * std::clamp(share, 0.0F, 1.0F)));
    };
    return {byte(colour.x) << 16 | byte(colour.y) << 8 | byte(colour.z),
            static_cast<double>(colour.w)};
}

Drawing::Pen pen_on_page(const Ink& ink, double line) {
    const double thickness = line * static_cast<double>(ink.weight);
    return {ink_on_page(ink.colour), thickness, dashes_of(ink.dash, line)};
}

void draw_marks_on_page(Drawing& page, const Chart& chart, const Axes& axes, const PageLook& look) {
    MarkWriter writer(page, axes, look);
    for (const ChartMark& mark : chart.marks) std::visit(writer, mark);
}

}  // namespace muonscope::plots
