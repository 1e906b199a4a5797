#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/lab_views.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

// y = p(… p(x)): what each engine does to a singular value x = s/‖G‖.
namespace muonscope::gui {

using namespace plots;

namespace {

double transfer_of(const OrthogonaliserSpec& spec, double x, int iterations) {
    const std::optional<double> y = transfer(spec, x, iterations);
    return y && std::isfinite(*y) ? *y : std::nan("");
}

std::vector<Engine> engines_on(const Lab& bench) {
    std::vector<Engine> engines;
    for (std::size_t e = 0; e < engine_count; ++e)
        if (bench.wish.on[e]) engines.push_back(static_cast<Engine>(e));
    return engines;
}

// The axis ends at 1, which no s/‖G‖ exceeds, and begins below the smallest that matters.
double axis_start(const Lab& bench) {
    double least = 1e-3;
    for (const double share : bench.outcome.shares)
        if (share > 1e-6) least = std::min(least, share);
    return std::pow(10.0, std::floor(std::log10(least * 0.999)));
}

// Room for all curves; those that leave for good are cut off.
double axis_end(const Lab& bench, double start) {
    double highest = 1.2;
    for (const Engine engine : engines_on(bench)) {
        const OrthogonaliserSpec spec = bench.wish.spec(engine);
        for (int i = 0; i <= 200; ++i) {
            const double y = transfer_of(spec, std::pow(start, i / 200.0), spec.iterations);
            if (y < 2) highest = std::max(highest, y);
        }
    }
    return 0.2 * std::ceil(highest / 0.2 + 0.5);
}

// The curves of the chosen engine after fewer iterations, dim.
void add_intermediate(const Theme& theme, const Lab& bench, Chart& chart) {
    if (!bench.on(bench.focus) || !takes_iterations(bench.focus)) return;
    const OrthogonaliserSpec spec = bench.wish.spec(bench.focus);
    const ImVec4 dim = with_alpha(engine_colour(theme, bench.focus), 0.28F);
    for (int k = 1; k < spec.iterations; ++k)
        chart.marks.emplace_back(Function{
            "", {dim, Dash::solid, 1.2F * theme.hairline() / theme.line()}, [spec, k](double x) {
                return transfer_of(spec, x, k);
            }});
}

// A short stroke for each singular value at the foot, and where the chosen engine puts it.
void add_rug(const Theme& theme, const Lab& bench, Chart& chart) {
    const auto& shares = bench.outcome.shares;
    const OrthogonaliserSpec spec = bench.wish.spec(bench.focus);
    Rug rug;
    Points put;
    for (std::size_t k = 0; k < shares.size(); ++k) {
        if (!(shares[k] > 0)) continue;
        rug.x.push_back(shares[k]);
        rug.colours.push_back(
            rank_colour(theme, static_cast<int>(k), static_cast<int>(shares.size())));
    }
    for (std::size_t k = rug.x.size(); bench.on(bench.focus) && k-- > 0;) {
        put.x.push_back(rug.x[k]);
        put.y.push_back(transfer_of(spec, rug.x[k], spec.iterations));
        put.colours.push_back(rug.colours[k]);
    }
    chart.marks.emplace_back(std::move(rug));
    chart.marks.emplace_back(std::move(put));
}

void add_cuts(const Theme& theme, const Lab& bench, Chart& chart) {
    for (const Engine engine : engines_on(bench)) {
        const std::optional<double> slope = slope_at_zero(bench.wish.spec(engine));
        if (!slope || !(*slope > 0) || !std::isfinite(*slope)) continue;
        const bool focused = engine == bench.focus;
        chart.marks.emplace_back(
            Rule{"",
                 true,
                 1 / *slope,
                 {with_alpha(engine_colour(theme, engine), focused ? 1.0F : 0.5F), Dash::dotted},
                 focused ? fmt::format("1/slope = {}", value_text(1 / *slope)) : std::string()});
    }
}

bool has_curve(const Lab& bench, Engine engine) {
    return transfer(bench.wish.spec(engine), 0.5).has_value();
}

void add_curves(const Theme& theme, const Lab& bench, Chart& chart) {
    for (const Engine engine : engines_on(bench)) {
        const bool any = has_curve(bench, engine);
        chart.marks.emplace_back(
            Function{std::string(label(engine)) + (any ? "" : ": no function of x"),
                     {engine_colour(theme, engine), engine_dash(engine),
                      engine == bench.focus ? 1.6F : 1.0F},
                     [spec = bench.wish.spec(engine), any](double x) {
                         return any ? transfer_of(spec, x, spec.iterations) : std::nan("");
                     }});
    }
}

Chart transfer_chart(const PanelContext& context, const Lab& bench) {
    const Theme& theme = context.theme;
    const double start = axis_start(bench);
    Chart chart;
    chart.x = {start, 1, true, "x = s/‖G‖"};
    chart.y = {0, axis_end(bench, start), false, ""};
    if (bench.interval)
        chart.marks.emplace_back(
            Span{bench.interval->low, bench.interval->high, with_alpha(theme.accent, 0.12F)});
    chart.marks.emplace_back(Rule{"", false, 1, {theme.dim, Dash::dashed}});
    add_cuts(theme, bench, chart);
    add_intermediate(theme, bench, chart);
    add_curves(theme, bench, chart);
    add_rug(theme, bench, chart);
    return chart;
}

// A drag along the axis chooses an interval; a click without one forgets it. Whether it did.
bool choose_interval(const Axes& graph, Lab& bench) {
    if (!graph.pressed) return false;
    const ImVec2 mouse = ImGui::GetMousePos();
    const double at = std::clamp(graph.value_x(mouse.x), std::min(graph.x.min(), 1.0), 1.0);
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
        bench.dragged_from = at;
        bench.interval.reset();
    } else if (std::abs(graph.pixel_x(at) - graph.pixel_x(bench.dragged_from)) > em(0.3F)) {
        bench.interval =
            Interval{std::min(at, bench.dragged_from), std::max(at, bench.dragged_from)};
    }
    return true;
}

int below_cut(const Lab& bench, double slope) {
    return static_cast<int>(std::count_if(bench.outcome.shares.begin(), bench.outcome.shares.end(),
                                          [&](double share) { return share * slope < 1; }));
}

void readout(PanelContext& context, const Axes& graph, const Lab& bench) {
    const double x =
        std::clamp(graph.value_x(ImGui::GetMousePos().x), graph.x.min(), graph.x.max());
    std::vector<ReadoutRow> rows;
    for (const Engine engine : engines_on(bench)) {
        const OrthogonaliserSpec spec = bench.wish.spec(engine);
        if (!transfer(spec, x)) {
            rows.push_back({std::string(label(engine)), "no function of x",
                            engine_colour(context.theme, engine)});
            continue;
        }
        std::string text = value_text(transfer_of(spec, x, spec.iterations));
        if (const auto slope = slope_at_zero(spec);
            slope && std::isfinite(*slope) && !bench.outcome.shares.empty())
            text += fmt::format("   {} of {} below 1/slope", below_cut(bench, *slope),
                                bench.outcome.shares.size());
        rows.push_back({std::string(label(engine)), text, engine_colour(context.theme, engine)});
        draw_point(context, graph, x, transfer_of(spec, x, spec.iterations),
                   engine_colour(context.theme, engine));
    }
    draw_readout(context, fmt::format("x = s/‖G‖ = {} becomes", value_text(x)), rows);
}

}  // namespace

ImVec4 engine_colour(const Theme& theme, Engine engine) {
    // There are eight colours; those that come again are shifted, so that the exact polar factor
    // and Jordan's do not share one.
    const int at = static_cast<int>(engine);
    return theme.lane(at < 8 ? at : at - 7);
}

Dash engine_dash(Engine engine) {
    return static_cast<int>(engine) < 8 ? Dash::solid : Dash::dashed;
}

std::string custom_words(const Quintic& quintic) {
    const OddPolynomial polynomial{quintic.a, quintic.b, quintic.c, 0};
    const double range = convergence_range(polynomial);
    std::string text = range == 0 ? "Diverges from everywhere."
                       : std::isinf(range)
                           ? "Stays bounded from everywhere."
                           : fmt::format("Bounded from up to {}.", value_text(range));
    const std::vector<FixedPoint> points = fixed_points(polynomial);
    if (points.empty()) return text + " No fixed point.";
    text += " Fixed points: ";
    for (std::size_t i = 0; i < points.size(); ++i)
        text +=
            fmt::format("{}{} ({}, slope {})", i > 0 ? ", " : "", value_text(points[i].x),
                        points[i].attracts() ? "attracts" : "repels", value_text(points[i].slope));
    return text + ".";
}

void interval_row(PanelContext& context, Lab& bench) {
    const Theme& theme = context.theme;
    ImGui::AlignTextToFramePadding();
    if (!bench.interval) {
        ImGui::TextColored(theme.dim, "drag along the axis to choose an interval");
        return;
    }
    const Interval from = *bench.interval;
    const OddPolynomial cubic = optimal_cubic(from);
    const Interval to = image(cubic, from);
    ImGui::TextColored(theme.dim, "%s",
                       fmt::format("[{}, {}] by its best cubic: [{}, {}]", value_text(from.low),
                                   value_text(from.high), value_text(to.low), value_text(to.high))
                           .c_str());
    ImGui::SameLine(0, em(0.6F));
    if (!quiet_button(context, "Fit", button_width("Fit"),
                      "Puts the cubic that brings this interval nearest to 1 in one iteration into "
                      "the custom coefficients: β(1.5 αx − .5 (αx)³), α = √(3/(u² + lu + l²)), "
                      "β = 4/(2 + lu(l + u)α³)."))
        return;
    bench.wish.options.custom = {cubic.a, cubic.b, cubic.c};
    LabChoices& chosen = context.chosen<LabChoices>();
    chosen.on[place_of(Engine::custom)] = true;
    chosen.focus = static_cast<int>(Engine::custom);
}

void draw_lab_transfer(PanelContext& context, Lab& bench) {
    const ChartOptions options{.id = "##transfer",
                               .name = "transfer",
                               .size = ImGui::GetContentRegionAvail(),
                               .drags = true};
    Axes axes;
    Chart chart = transfer_chart(context, bench);
    if (!begin_chart(context, options, chart, axes)) return;
    if (choose_interval(axes, bench)) chart = transfer_chart(context, bench);
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (axes.hovered || axes.pressed) readout(context, axes, bench);
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return transfer_chart(on, bench); });
}

}  // namespace muonscope::gui
