#include "app/gui/plots/drawn_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "app/gui/plots/axes_menu.h"
#include "app/gui/plots/cells.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/markers.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// What charts show in one direction; by its name.
struct ChartRange {
    AxisRange range;
    AxisScale scale;                    // as last shown
    std::optional<Scaling> asked = {};  // in the menu, in place of the panel's own
    Scaling own = Scaling::linear;
};
struct ChartRanges {
    std::map<std::string, ChartRange, std::less<>> across, up;
};

ChartRange& named(std::map<std::string, ChartRange, std::less<>>& all, std::string_view shared,
                  std::string_view id) {
    const std::string_view name = shared.empty() ? id : shared;
    const auto found = all.find(name);
    return found != all.end() ? found->second : all[std::string(name)];
}
ChartRange& across_of(const gui::PanelContext& context, const ChartOptions& options) {
    return named(context.kept<ChartRanges>().across, options.across, options.id);
}
ChartRange& up_of(const gui::PanelContext& context, const ChartOptions& options) {
    return named(context.kept<ChartRanges>().up, options.up, options.id);
}

Scaling scaling_of(const ChartAxis& axis) {
    return axis.logarithmic         ? Scaling::logarithmic
           : axis.linear_within > 0 ? Scaling::symmetric
                                    : Scaling::linear;
}

// The axis on the scale that was asked for. Of one that holds zero or less a log axis shows four
// decades.
ChartAxis rescaled(ChartAxis axis, const ChartRange& of) {
    if (!of.asked || *of.asked == scaling_of(axis)) return axis;
    ValueRange range{axis.min, axis.max};
    switch (*of.asked) {
        case Scaling::linear:
            break;
        case Scaling::symmetric:
            range.scale = symmetric_range(axis.min, axis.max).scale;
            break;
        case Scaling::logarithmic:
            if (!(axis.max > 0)) return axis;
            range.scale = {true, axis.min > 0 ? 0 : axis.max * 1e-4};
            range.min = std::max(axis.min, range.scale.floor);
    }
    axis.min = range.min;
    axis.max = range.max;
    axis.logarithmic = range.scale.logarithmic;
    axis.floor = range.scale.floor;
    axis.linear_within = range.scale.linear_within;
    return axis;
}

// What the user chose stays, as long as the axis is of the same kind.
ChartAxis follow(ChartRange& of, const ChartAxis& as_described) {
    if (of.own != scaling_of(as_described)) of.asked.reset();
    of.own = scaling_of(as_described);
    ChartAxis axis = rescaled(as_described, of);
    AxisRange& range = of.range;
    // Positions on another scale are other values.
    if (range.moved && of.scale.symmetric() && axis.linear_within > 0)
        axis.linear_within = of.scale.linear_within;
    const AxisScale scale = axis.scale();
    if (!of.scale.is_like(scale)) range.moved = false;
    of.scale = scale;
    if (range.moved) return axis;
    const Axis shown = Axis::between(axis.min, axis.max, scale);
    range.low = shown.low;
    range.high = shown.high;
    return axis;
}

AxisOptions options_of(const ChartAxis& axis, AxisRange& range) {
    AxisOptions options;
    options.range = &range;
    options.scale = axis.scale();
    options.title = axis.title;
    options.lines = axis.lines;
    if (axis.ticks)
        options.ticks = [&axis](const Axis& shown, float length) {
            return axis.ticks(shown.min(), shown.max(), length);
        };
    return options;
}

float dash_unit(const gui::PanelContext& context) {
    return context.theme.scale * 1.3F;
}

void draw_small_word(const gui::PanelContext& context, ImVec2 at, const std::string& word) {
    const float size = ImGui::GetFontSize() * 0.85F;
    const float width = ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, word.c_str()).x;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled({at.x - em(0.2F), at.y}, {at.x + width + em(0.2F), at.y + size + em(0.1F)},
                        u32(gui::with_alpha(context.theme.card, 0.85F)));
    draw->AddText(nullptr, size, at, u32(context.theme.dim), word.c_str());
}

// Draws each kind of mark.
class Pen {
  public:
    Pen(gui::PanelContext& context, const Axes& axes)
        : context_(context), axes_(axes), draw_(ImGui::GetWindowDrawList()) {}

    void operator()(const Curve& curve) {
        for (std::size_t i = 0; i < curve.low.size(); ++i) whisker(curve, i);
        // Points that stay on one pixel draw nothing new.
        line(curve.x, curve.y, curve.ink, 0.7F * context_.theme.scale);
        for (std::size_t i = 0; curve.dots && i < curve.x.size(); ++i)
            draw_point(context_, axes_, curve.x[i], curve.y[i], curve.ink.colour);
    }

    // A point a pixel.
    void operator()(const Function& function) {
        std::vector<double> x, y;
        for (float at = axes_.position.x; at <= axes_.right(); ++at) {
            x.push_back(axes_.value_x(at));
            y.push_back(function.f(x.back()));
        }
        line(x, y, function.ink, 0);
    }

    void operator()(const Bars& bars) {
        if (bars.sideways) {
            lying(bars);
            return;
        }
        const float base = std::clamp(axes_.pixel_y(bars.base), axes_.position.y, axes_.bottom());
        const float hair = context_.theme.hairline();
        for (std::size_t i = 0; i < bars.height.size(); ++i) {
            if (!std::isfinite(bars.height[i])) continue;
            float left = axes_.pixel_x(bars.from[i]), right = axes_.pixel_x(bars.to[i]);
            if (bars.widest > 0) {
                const float middle = (left + right) / 2;
                const float half = std::clamp((right - left) / 2, 0.5F, em(bars.widest));
                left = middle - half;
                right = middle + half;
            } else {
                right = std::max(left + 1, right - hair);
            }
            const float y =
                std::clamp(axes_.pixel_y(bars.height[i]), axes_.position.y, axes_.bottom());
            ImVec2 from{left, std::min(y, base)}, to{right, std::max(y, base)};
            if (bars.ends_alone) {
                const float half = 0.6F * context_.theme.line();
                from.y = y - half;
                to.y = y + half;
            }
            if (bars.at_least_a_line && to.y - from.y < 1) from.y = to.y - 1;
            bar(bars, i, from, to);
        }
    }

    void operator()(const Points& points) { draw_markers(context_, axes_, points); }

    void operator()(const Rug& rug) {
        const float half = context_.theme.scale * 0.6F;
        for (std::size_t i = rug.x.size(); i-- > 0;) {
            if (!std::isfinite(rug.x[i])) continue;
            const float x = axes_.pixel_x(rug.x[i]);
            draw_->AddRectFilled({x - half, axes_.bottom() - em(0.7F)}, {x + half, axes_.bottom()},
                                 u32(rug.colours[i]));
        }
    }

    void operator()(const Rule& rule) {
        const bool upright = rule.upright;
        const float at =
            std::round(upright ? axes_.pixel_x(rule.at) : axes_.pixel_y(rule.at)) + 0.5F;
        const float from = upright ? axes_.position.x : axes_.position.y;
        const float to = upright ? axes_.right() : axes_.bottom();
        if (!(at >= from && at <= to)) return;
        const std::array<ImVec2, 2> ends{
            upright ? ImVec2{at, axes_.position.y} : ImVec2{axes_.position.x, at},
            upright ? ImVec2{at, axes_.bottom()} : ImVec2{axes_.right(), at}};
        add_line(draw_, ends, u32(rule.ink.colour), context_.theme.hairline() * 1.3F, rule.ink.dash,
                 dash_unit(context_));
        if (rule.word.empty()) return;
        const float width = ImGui::CalcTextSize(rule.word.c_str()).x * 0.85F;
        const bool fits = at + width + em(0.8F) < axes_.right();
        // On the left, for curves end on the right.
        const ImVec2 word{!upright ? axes_.position.x + em(0.4F)
                          : fits   ? at + em(0.4F)
                                   : at - width - em(0.4F),
                          upright ? axes_.position.y + em(0.3F) : at - em(1.1F)};
        draw_small_word(context_, word, rule.word);
    }

    void operator()(const Span& span) {
        const float left = std::max(axes_.pixel_x(span.from), axes_.position.x);
        const float right = std::min(axes_.pixel_x(span.to), axes_.right());
        if (right > left)
            draw_->AddRectFilled({left, axes_.position.y}, {right, axes_.bottom()},
                                 u32(span.colour));
    }

    void operator()(const Cells& cells) { draw_cells(context_, axes_, cells); }

  private:
    void line(std::span<const double> x, std::span<const double> y, const Ink& ink, float least) {
        std::vector<ImVec2> points;
        const auto flush = [&] {
            add_line(draw_, points, u32(ink.colour), context_.theme.line() * ink.weight, ink.dash,
                     dash_unit(context_));
            points.clear();
        };
        for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
            if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
                flush();
                continue;
            }
            const ImVec2 at = axes_.pixel(x[i], y[i]);
            if (points.empty() ||
                std::hypot(at.x - points.back().x, at.y - points.back().y) >= least)
                points.push_back(at);
        }
        flush();
    }

    void whisker(const Curve& curve, std::size_t i) {
        const float x = axes_.pixel_x(curve.x[i]), half = em(0.22F);
        const float hair = context_.theme.hairline();
        const float low = axes_.pixel_y(curve.low[i]), high = axes_.pixel_y(curve.high[i]);
        const ImU32 colour = u32(curve.ink.colour);
        draw_->AddRectFilled({x - hair / 2, high}, {x + hair / 2, low}, colour);
        for (const float y : {low, high})
            draw_->AddRectFilled({x - half, y - hair / 2}, {x + half, y + hair / 2}, colour);
    }

    void lying(const Bars& bars) {
        const float base = std::clamp(axes_.pixel_x(bars.base), axes_.position.x, axes_.right());
        const float hair = context_.theme.hairline();
        for (std::size_t i = 0; i < bars.height.size(); ++i) {
            if (!std::isfinite(bars.height[i])) continue;
            const float one = axes_.pixel_y(bars.from[i]), other = axes_.pixel_y(bars.to[i]);
            const float x =
                std::clamp(axes_.pixel_x(bars.height[i]), axes_.position.x, axes_.right());
            ImVec2 from{std::min(x, base), std::min(one, other)},
                to{std::max(x, base), std::max(one, other)};
            if (bars.ends_alone) {
                const float half = 0.6F * context_.theme.line();
                from.x = std::max(x - half, axes_.position.x);
                to.x = std::max(x + half, from.x + 1);
            }
            to.y = std::max(from.y + 1, to.y - hair);
            if (bars.at_least_a_line && to.x - from.x < 1) to.x = from.x + 1;
            bar(bars, i, from, to);
        }
    }

    void bar(const Bars& bars, std::size_t i, ImVec2 from, ImVec2 to) {
        const ImVec4 shade = bars.colours.empty() ? bars.colour : bars.colours[i];
        const float hair = context_.theme.hairline();
        const bool outlined = bars.outlined && to.x - from.x >= 4 * hair - 1;
        draw_->AddRectFilled(from, to,
                             u32(outlined ? gui::with_alpha(shade, 0.45F * shade.w) : shade));
        if (outlined) draw_->AddRect(from, to, u32(shade), 0, 0, hair);
    }

    gui::PanelContext& context_;
    const Axes& axes_;
    ImDrawList* draw_;
};

}  // namespace

float small_label_height() {
    return std::ceil(0.8F * ImGui::GetFontSize() + at_scale(2));
}

bool begin_chart(gui::PanelContext& context, const ChartOptions& options, const Chart& chart,
                 Axes& axes) {
    const float line = ImGui::GetTextLineHeight();
    const std::string& up = chart.y.title;
    const float words = up.empty() ? 0 : ImGui::CalcTextSize(up.c_str()).x + em(1.5F);
    std::vector<KeyRow> key;
    if (chart.legend) key = key_of(chart);
    ChartRange &across = across_of(context, options), &height = up_of(context, options);
    const ChartAxis x = follow(across, chart.x), y = follow(height, chart.y);
    AxesOptions on;
    on.id = options.id;
    on.size = options.size;
    on.x = options_of(x, across.range);
    on.y = options_of(y, height.range);
    on.x.labels = on.y.labels = options.labels;
    on.key = key;
    on.drags = options.drags;
    on.equal = chart.equal;
    on.inside = options.inside;
    on.small = options.small;
    if (options.small && options.labels) {
        on.margins.bottom = small_label_height();
        on.x.title.clear();
        on.y.title.clear();
    } else if (!options.inside && options.labels) {
        on.margins.right = em(1);
        on.margins.top = std::max(place_legend(key, options.size, words).height + em(0.2F),
                                  up.empty() ? em(0.5F) : line + em(0.3F));
        on.margins.bottom = label_line() * (chart.x.title.empty() ? 1 : 2) + at_scale(3);
    }
    return begin_axes(context, on, axes);
}

void draw_marks(gui::PanelContext& context, const Axes& axes, const Chart& chart) {
    Pen pen(context, axes);
    for (const ChartMark& mark : chart.marks) std::visit(pen, mark);
}

void end_chart(gui::PanelContext& context, const Axes& axes) {
    end_axes(context, axes);
}

void fit_chart(gui::PanelContext& context, const ChartOptions& options) {
    show_everything(context, across_of(context, options).range, up_of(context, options).range);
}

Chart as_shown(const gui::PanelContext& context, const ChartOptions& options, Chart chart) {
    const auto show = [](ChartAxis& axis, const ChartRange& shown) {
        axis = rescaled(axis, shown);
        if (!shown.range.moved) return;
        if (axis.linear_within > 0) axis.linear_within = shown.scale.linear_within;
        axis.min = axis.scale().inverse(shown.range.low);
        axis.max = axis.scale().inverse(shown.range.high);
    };
    show(chart.x, across_of(context, options));
    show(chart.y, up_of(context, options));
    return chart;
}

namespace {

MenuAxis menu_axis(gui::PanelContext& context, std::string title, ChartRange& of,
                   const ChartAxis& axis) {
    AxisRange& range = of.range;
    AxisScale open = of.scale;
    open.floor = 0;
    MenuAxis on{.title = std::move(title),
                .low = open.inverse(range.low),
                .high = open.inverse(range.high),
                .show = {}};
    on.show = [&range, open, &context](double low, double high) {
        range = {open.forward(low), open.forward(high), true};
        context.view.animating = true;
    };
    on.scaling = of.asked.value_or(of.own);
    on.above_zero = of.scale.logarithmic;
    // An axis that says where it is labelled counts things: rows, layers, modes.
    if (!axis.ticks) on.scalings = {Scaling::linear, Scaling::symmetric};
    if (!axis.ticks && axis.max > 0)
        on.scalings.insert(on.scalings.begin() + 1, Scaling::logarithmic);
    on.scale = [&of](Scaling chosen) { of.asked = chosen; };
    return on;
}

void chart_axes_menu(gui::PanelContext& context, const ChartOptions& options, const Chart& chart) {
    const auto title = [](const ChartAxis& axis, const char* else_) {
        return axis.title.empty() ? std::string(else_) : axis.title;
    };
    axes_menu(context,
              {menu_axis(context, title(chart.x, "Across"), across_of(context, options), chart.x),
               menu_axis(context, title(chart.y, "Up"), up_of(context, options), chart.y)});
}

}  // namespace

void chart_menu(gui::PanelContext& context, const ChartOptions& options, const Axes& axes,
                const DescribedChart& describe, const DescribedChart& tabled) {
    const auto shown = [&](const gui::PanelContext& on, const DescribedChart& what) {
        return as_shown(on, options, what(on));
    };
    ImGui::PushID(options.id);
    export_menu(
        context, "##export", options.name, axes.hovered,
        {.table = [&] { return table_of(shown(context, tabled ? tabled : describe)); },
         .charts =
             [&](const gui::PanelContext& paper) { return std::vector{shown(paper, describe)}; },
         .fit = [&] { fit_chart(context, options); },
         .axes = [&] { chart_axes_menu(context, options, describe(context)); },
         .step = options.step});
    ImGui::PopID();
}

void draw_point(const gui::PanelContext& context, const Axes& axes, double x, double y,
                const ImVec4& colour) {
    if (!std::isfinite(x) || !std::isfinite(y)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddCircleFilled(axes.pixel(x, y), em(0.28F), u32(context.theme.card), 12);
    draw->AddCircleFilled(axes.pixel(x, y), em(0.2F), u32(colour), 12);
}

}  // namespace muonscope::plots
