#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/update.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/linalg/engine.h"

// Spectra before and after the orthogonaliser, with its transfer curve between them: what enters
// lies below the curve, on the same axis across; what leaves stands right of it, on the same axis
// up.
namespace muonscope::gui {

namespace {

using namespace plots;

// So many stand as bars of their own; of more, each of every few.
constexpr int most_bars = 256;
// Where there are more directions, a slot has room for one bar; others are strokes at its end.
constexpr int most_side_by_side = 12;

Vector shares(const Vector& values, double norm) {
    return norm > 0 ? Vector(values / norm) : values;
}

// What goes into the curve: B, or where there is none the gradient's average, or the gradient.
Vector incoming(const SeenUpdate& seen) {
    if (seen.entering.size() > 0) return shares(seen.entering, seen.entering_norm);
    if (seen.momentum.size() > 0) return shares(seen.momentum, seen.momentum_norm);
    return shares(seen.gradient, seen.gradient_norm);
}

// The step on the scale of what leaves: as long as that, or 1 long.
Vector scaled_step(const SeenUpdate& seen) {
    const double to = seen.leaving.size() > 0 ? seen.leaving_norm : 1;
    return seen.step_norm > 0 ? Vector(seen.step * (to / seen.step_norm)) : seen.step;
}

// Bars of several kinds in the slot of each direction.
class Slots {
  public:
    Slots(int kinds, int count, bool sideways)
        : kinds_(std::max(kinds, 1)),
          stride_((count + most_bars - 1) / std::max(most_bars, 1)),
          sideways_(sideways) {}

    // `first`: it is the bar, where there is room for one alone.
    Bars next(const UpdateKey& key, const Vector& values, double base, bool first,
              const std::vector<ImVec4>& colours = {}) {
        const bool crowded = values.size() > most_side_by_side && kinds_ > 1;
        Bars bars;
        bars.name = key.name;
        bars.colour = key.colour;
        bars.outlined = key.outlined && !crowded;
        bars.ends_alone = crowded && !first;
        bars.sideways = sideways_;
        bars.base = base;
        bars.at_least_a_line = true;
        bars.index.name = "direction";
        const double each = crowded ? 0.84 : 0.84 / kinds_;
        const double before = crowded ? 0 : each * kind_;
        for (Eigen::Index k = 0; k < values.size(); k += std::max(stride_, 1)) {
            const double from = static_cast<double>(k) + 0.08 + before;
            bars.from.push_back(sideways_ ? -from : from);
            bars.to.push_back(sideways_ ? -(from + each) : from + each);
            bars.height.push_back(values(k));
            bars.index.values.push_back(static_cast<double>(k + 1));
            if (!colours.empty()) bars.colours.push_back(colours[static_cast<std::size_t>(k)]);
        }
        ++kind_;
        return bars;
    }

  private:
    int kinds_, stride_, kind_ = 0;
    bool sideways_;
};

std::vector<ImVec4> rank_colours(const Theme& theme, Eigen::Index count) {
    std::vector<ImVec4> colours;
    for (int k = 0; k < count; ++k)
        colours.push_back(rank_colour(theme, k, static_cast<int>(count)));
    return colours;
}

ChartAxis share_axis(const UpdateAxes& axes) {
    ChartAxis axis{axes.share_low, 1, true};
    axis.floor = axes.share_low;
    return axis;
}

// The lowest power of ten below what leaves, within what shares span.
ChartAxis leaving_axis(const PanelContext& context, const UpdateAxes& axes) {
    ChartAxis axis{0, axes.leaves_top * 1.04, false};
    if (!context.chosen<UpdateChoices>().logarithmic) return axis;
    axis.min = axes.share_low;
    axis.max = axes.leaves_top * 1.25;
    axis.logarithmic = true;
    axis.floor = axes.share_low;
    return axis;
}

double base_of(const ChartAxis& axis) {
    return axis.logarithmic ? axis.min : 0;
}

ChartAxis index_axis(int count, bool down) {
    ChartAxis axis{down ? -static_cast<double>(count) : 0, down ? 0 : static_cast<double>(count)};
    axis.lines = false;
    axis.ticks = [count, down](double min, double max, float length) {
        return direction_ticks(min, max, length, count, down ? -1 : 1);
    };
    return axis;
}

const UpdateKey* key_named(const std::vector<UpdateKey>& key, std::string_view name) {
    for (const UpdateKey& one : key)
        if (std::string_view(one.name).substr(0, name.size()) == name) return &one;
    return nullptr;
}

Chart transfer_chart(const PanelContext& context, const LaneUpdate& update, int lane,
                     const UpdateAxes& axes) {
    const Theme& theme = context.theme;
    const SeenUpdate& seen = update.seen;
    Chart chart = update_chart(update, lane, "transfer");
    chart.x = share_axis(axes);
    chart.y = leaving_axis(context, axes);
    chart.x.title = "σ in: s/‖·‖";
    chart.y.title = "σ out";
    chart.legend = false;
    if (seen.engine) {
        chart.marks.emplace_back(Rule{"", false, 1, {theme.dim, Dash::dashed}});
        const std::optional<double> slope = slope_at_zero(*seen.engine);
        if (slope && *slope > 0 && std::isfinite(*slope))
            chart.marks.emplace_back(Rule{"",
                                          true,
                                          1 / *slope,
                                          {theme.dim, Dash::dotted},
                                          fmt::format("1/slope = {}", value_text(1 / *slope))});
        if (transfer(*seen.engine, 0.5))
            chart.marks.emplace_back(Function{
                name_of(*seen.engine), {theme.lane(lane)}, [engine = *seen.engine](double x) {
                    return transfer(engine, x).value_or(std::nan(""));
                }});
    } else if (seen.plain) {
        chart.marks.emplace_back(
            Function{"σ out = σ in", {theme.lane(lane)}, [](double x) { return x; }});
    }
    const Vector in = incoming(seen);
    const Vector out = seen.leaving.size() > 0 ? seen.leaving : scaled_step(seen);
    Points points;
    points.name = "σ out";
    points.colours = rank_colours(theme, std::min(in.size(), out.size()));
    points.index.name = "direction";
    points.across = "σ in";
    points.radius = 0.24F;
    for (Eigen::Index k = std::min(in.size(), out.size()); k-- > 0;) {
        points.x.push_back(std::max(in(k), axes.share_low));
        points.y.push_back(out(k));
        points.index.values.push_back(static_cast<double>(k + 1));
    }
    std::reverse(points.colours.begin(), points.colours.end());
    chart.marks.emplace_back(std::move(points));
    return chart;
}

Chart incoming_chart(const PanelContext& context, const LaneUpdate& update, int lane,
                     const UpdateAxes& axes) {
    const SeenUpdate& seen = update.seen;
    const std::vector<UpdateKey> key = update_key(context.theme, seen);
    Chart chart = update_chart(update, lane, "before");
    chart.x = share_axis(axes);
    chart.x.title = "σ in: s/‖·‖";
    chart.y = index_axis(axes.count, true);
    chart.legend = false;
    int kinds = 0;
    for (const char* name : {"G", "M", "B"}) kinds += key_named(key, name) != nullptr ? 1 : 0;
    Slots slots(kinds, axes.count, true);
    const double base = chart.x.min;
    // What is made the step is the bar, and lies behind the others' strokes.
    const std::vector<ImVec4> ranks = rank_colours(context.theme, axes.count);
    if (const UpdateKey* b = key_named(key, "B"))
        chart.marks.emplace_back(
            slots.next(*b, shares(seen.entering, seen.entering_norm), base, true, ranks));
    if (const UpdateKey* g = key_named(key, "G"))
        chart.marks.emplace_back(slots.next(*g, shares(seen.gradient, seen.gradient_norm), base,
                                            key_named(key, "B") == nullptr,
                                            seen.itself ? ranks : std::vector<ImVec4>{}));
    if (const UpdateKey* m = key_named(key, "M"))
        chart.marks.emplace_back(
            slots.next(*m, shares(seen.momentum, seen.momentum_norm), base, false));
    return chart;
}

Chart leaving_chart(const PanelContext& context, const LaneUpdate& update, int lane,
                    const UpdateAxes& axes) {
    const SeenUpdate& seen = update.seen;
    const std::vector<UpdateKey> key = update_key(context.theme, seen);
    Chart chart = update_chart(update, lane, "after");
    chart.x = index_axis(axes.count, false);
    chart.y = leaving_axis(context, axes);
    chart.y.title = "by direction";
    chart.legend = false;
    const UpdateKey* o = key_named(key, "O");
    const UpdateKey* d = key_named(key, "D");
    Slots slots(o != nullptr && d != nullptr ? 2 : 1, axes.count, false);
    const double base = base_of(chart.y);
    if (o != nullptr)
        chart.marks.emplace_back(slots.next(*o, seen.leaving, base, true,
                                            rank_colours(context.theme, seen.leaving.size())));
    if (d != nullptr)
        chart.marks.emplace_back(slots.next(*d, scaled_step(seen), base, o == nullptr));
    return chart;
}

// ---- the direction under the mouse, in all three ----

struct Guides {
    double in = 0, out = 0;
};
std::optional<Guides> guides_of(const UpdateView& view, const LaneUpdate& update) {
    const Vector in = incoming(update.seen);
    const Vector out =
        update.seen.leaving.size() > 0 ? update.seen.leaving : scaled_step(update.seen);
    if (view.direction < 0 || view.direction >= std::min(in.size(), out.size())) return {};
    return Guides{in(view.direction), out(view.direction)};
}

void line(const PanelContext& context, ImVec2 from, ImVec2 to) {
    ImGui::GetWindowDrawList()->AddLine(from, to, u32(with_alpha(context.theme.accent, 0.8F)),
                                        std::max(1.0F, 1.2F * context.theme.hairline()));
}

std::string number(const Vector& values, int k) {
    return k < values.size() ? value_text(values(k)) : "–";
}

void readout(PanelContext& context, const LaneUpdate& update, int k) {
    const SeenUpdate& seen = update.seen;
    std::vector<ReadoutRow> rows;
    for (const UpdateKey& key : update_key(context.theme, seen)) {
        const Vector* values = nullptr;
        double norm = 0;
        switch (key.name.front()) {
            case 'G':
                values = &seen.gradient;
                norm = seen.gradient_norm;
                break;
            case 'M':
                values = &seen.momentum;
                norm = seen.momentum_norm;
                break;
            case 'B':
                values = &seen.entering;
                norm = seen.entering_norm;
                break;
            case 'O':
                values = &seen.leaving;
                break;
            default:
                values = &seen.step;
        }
        std::string text = number(*values, k);
        if (norm > 0 && k < values->size())
            text += fmt::format("   {} of ‖·‖", value_text((*values)(k) / norm));
        rows.push_back({key.name, text, key.colour});
    }
    if (const Vector in = incoming(seen); seen.engine && k < in.size())
        if (const auto curve = transfer(*seen.engine, in(k)))
            rows.push_back({"the curve there", value_text(*curve), context.theme.dim});
    draw_readout(context,
                 fmt::format("{} {}", seen.by_direction ? "direction" : "singular value", k + 1),
                 rows);
}

void note_hovered(PanelContext& context, int lane, int direction) {
    UpdateView& view = context.kept<UpdateView>();
    if (view.direction != direction || view.hovered_lane != lane) context.view.animating = true;
    view.direction = direction;
    view.hovered_lane = lane;
}

// The point nearest to the mouse, within a few pixels.
int nearest(const Axes& axes, const Vector& in, const Vector& out) {
    const ImVec2 mouse = ImGui::GetMousePos();
    int best = -1;
    float closest = em(1.5F);
    for (Eigen::Index k = 0; k < std::min(in.size(), out.size()); ++k) {
        const ImVec2 at = axes.pixel(in(k), out(k));
        if (const float away = std::hypot(at.x - mouse.x, at.y - mouse.y); away < closest) {
            closest = away;
            best = static_cast<int>(k);
        }
    }
    return best;
}

int slot(double position, int count) {
    const int k = static_cast<int>(std::floor(position));
    return k >= 0 && k < count ? k : -1;
}

struct SpectraParts {
    ImVec2 transfer, leaving, incoming, corner;  // sizes
    bool whole = false;                          // all of them; else the curve alone
};
SpectraParts parts_of(ImVec2 size) {
    SpectraParts parts;
    parts.whole = size.x >= em(19) && size.y >= em(14);
    parts.transfer = size;
    if (!parts.whole) return parts;
    const float right = std::floor(std::clamp(0.36F * size.x, em(8), em(17)));
    const float below = std::floor(std::clamp(0.42F * size.y, em(6.5F), em(16)));
    parts.transfer = {size.x - right, size.y - below};
    parts.leaving = {right, size.y - below};
    parts.incoming = {size.x - right, below};
    parts.corner = {right, below};
    return parts;
}

}  // namespace

std::vector<Chart> spectra_charts(const PanelContext& context, const LaneUpdate& update, int lane,
                                  const UpdateAxes& axes) {
    const auto shown = [&](const char* across, const char* up, Chart chart) {
        return as_shown(context, ChartOptions{.across = across, .up = up}, std::move(chart));
    };
    return {
        shown("update share", "update index", incoming_chart(context, update, lane, axes)),
        shown("update share", "update leaves", transfer_chart(context, update, lane, axes)),
        shown("update directions", "update leaves", leaving_chart(context, update, lane, axes))};
}

void draw_update_spectra(PanelContext& context, const UpdateView& view, const UpdateAxes& axes,
                         const UpdateCell& cell) {
    const LaneUpdate& update = view.lanes.at(cell.lane);
    const SeenUpdate& seen = update.seen;
    const SpectraParts parts = parts_of(cell.size);
    const std::optional<Guides> guides = guides_of(view, update);
    int hovered = -1;
    bool over = false;
    const auto draw = [&](ChartOptions options, ImVec2 at, const Chart& chart, const auto& inside) {
        ImGui::SetCursorScreenPos(at);
        options.name = "update";
        Axes drawn;
        if (!begin_chart(context, options, chart, drawn)) return;
        draw_marks(context, drawn, chart);
        if (guides) inside(drawn);
        end_chart(context, drawn);
        over = over || drawn.hovered;
        if (drawn.hovered) {
            const ImVec2 mouse = ImGui::GetMousePos();
            const std::string_view id(options.id);
            const auto count = static_cast<int>(seen.step.size());
            hovered = id == "##transfer"
                          ? nearest(drawn, incoming(seen),
                                    seen.leaving.size() > 0 ? seen.leaving : scaled_step(seen))
                      : id == "##before" ? slot(-drawn.value_y(mouse.y), count)
                                         : slot(drawn.value_x(mouse.x), count);
        }
        update_menu(context, options, drawn.hovered);
    };
    const ImVec2 at = cell.origin;
    draw(
        {.id = "##transfer",
         .across = "update share",
         .up = "update leaves",
         .size = parts.transfer},
        at,
        [&] {
            Chart chart = transfer_chart(context, update, cell.lane, axes);
            if (parts.whole) chart.x.title.clear();
            return chart;
        }(),
        [&](const Axes& drawn) {
            const ImVec2 point = drawn.pixel(guides->in, guides->out);
            line(context, {point.x, drawn.bottom()}, point);
            line(context, point, {drawn.right(), point.y});
        });
    if (parts.whole) {
        draw({.id = "##after",
              .across = "update directions",
              .up = "update leaves",
              .size = parts.leaving},
             {at.x + parts.transfer.x, at.y}, leaving_chart(context, update, cell.lane, axes),
             [&](const Axes& drawn) {
                 const ImVec2 end = drawn.pixel(view.direction + 0.5, guides->out);
                 line(context, {drawn.position.x, end.y}, end);
             });
        draw({.id = "##before",
              .across = "update share",
              .up = "update index",
              .size = parts.incoming},
             {at.x, at.y + parts.transfer.y}, incoming_chart(context, update, cell.lane, axes),
             [&](const Axes& drawn) {
                 const ImVec2 end = drawn.pixel(guides->in, -view.direction - 0.5);
                 line(context, {end.x, drawn.position.y}, end);
             });
        draw_update_corner(context, seen, true,
                           {at.x + parts.transfer.x + em(0.4F), at.y + parts.transfer.y},
                           {parts.corner.x - em(0.4F), parts.corner.y});
    }
    if (over || view.hovered_lane == cell.lane)
        note_hovered(context, over ? cell.lane : -1, hovered);
    if (hovered >= 0) readout(context, update, hovered);
}

}  // namespace muonscope::gui
