#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/lab_views.h"
#include "app/gui/plots/graph.h"
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

void draw_intermediate(PanelContext& context, const Graph& graph, const Lab& bench) {
    if (!bench.on(bench.focus) || !takes_iterations(bench.focus)) return;
    const OrthogonaliserSpec spec = bench.wish.spec(bench.focus);
    const ImVec4 dim = with_alpha(engine_colour(context.theme, bench.focus), 0.28F);
    for (int k = 1; k < spec.iterations; ++k)
        draw_function(
            context, graph, [&](double x) { return transfer_of(spec, x, k); }, dim,
            context.theme.hairline() * 1.2F);
}

// A short stroke for each singular value at the foot, and where the chosen engine puts it.
void draw_rug(PanelContext& context, const Graph& graph, const Lab& bench) {
    const auto& shares = bench.outcome.shares;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const OrthogonaliserSpec spec = bench.wish.spec(bench.focus);
    for (std::size_t k = shares.size(); k-- > 0;) {
        if (!(shares[k] > 0)) continue;
        const ImVec4 colour =
            rank_colour(context.theme, static_cast<int>(k), static_cast<int>(shares.size()));
        const float x = graph.pixel_x(shares[k]);
        draw->AddRectFilled({x - context.theme.scale * 0.6F, graph.bottom() - em(0.7F)},
                            {x + context.theme.scale * 0.6F, graph.bottom()}, u32(colour));
        if (bench.on(bench.focus))
            draw_point(context, graph, shares[k], transfer_of(spec, shares[k], spec.iterations),
                       colour);
    }
}

void draw_cuts(PanelContext& context, const Graph& graph, const Lab& bench) {
    for (const Engine engine : engines_on(bench)) {
        const std::optional<double> slope = slope_at_zero(bench.wish.spec(engine));
        if (!slope || !(*slope > 0) || !std::isfinite(*slope)) continue;
        const bool focused = engine == bench.focus;
        draw_vertical(
            context, graph, 1 / *slope,
            with_alpha(engine_colour(context.theme, engine), focused ? 1.0F : 0.5F), Dash::dotted,
            focused ? fmt::format("1/slope = {}", value_text(1 / *slope)) : std::string());
    }
}

void draw_interval(const PanelContext& context, const Graph& graph, const Lab& bench) {
    if (!bench.interval) return;
    const float left = std::max(graph.pixel_x(bench.interval->low), graph.position.x);
    const float right = std::min(graph.pixel_x(bench.interval->high), graph.right());
    ImGui::GetWindowDrawList()->AddRectFilled({left, graph.position.y}, {right, graph.bottom()},
                                              u32(with_alpha(context.theme.accent, 0.12F)));
}

// A drag along the axis chooses an interval; a click without one forgets it.
void choose_interval(const Graph& graph, Lab& bench) {
    if (!graph.pressed) return;
    const ImVec2 mouse = ImGui::GetMousePos();
    const double at = std::clamp(graph.value_x(mouse.x), std::min(graph.x.min, 1.0), 1.0);
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
        bench.dragged_from = at;
        bench.interval.reset();
    } else if (std::abs(graph.pixel_x(at) - graph.pixel_x(bench.dragged_from)) > em(0.3F)) {
        bench.interval =
            Interval{std::min(at, bench.dragged_from), std::max(at, bench.dragged_from)};
    }
}

int below_cut(const Lab& bench, double slope) {
    return static_cast<int>(std::count_if(bench.outcome.shares.begin(), bench.outcome.shares.end(),
                                          [&](double share) { return share * slope < 1; }));
}

void readout(PanelContext& context, const Graph& graph, const Lab& bench) {
    const double x = std::clamp(graph.value_x(ImGui::GetMousePos().x), graph.x.min, graph.x.max);
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

Table table_of(const Graph& graph, const Lab& bench) {
    Table table{{"x"}, {}};
    for (const Engine engine : engines_on(bench)) table.columns.emplace_back(label(engine));
    for (int i = 0; i <= 400; ++i) {
        const double x = graph.x.min * std::pow(graph.x.max / graph.x.min, i / 400.0);
        std::vector<double> row{x};
        for (const Engine engine : engines_on(bench)) {
            const OrthogonaliserSpec spec = bench.wish.spec(engine);
            row.push_back(transfer_of(spec, x, spec.iterations));
        }
        table.rows.push_back(std::move(row));
    }
    return table;
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
    chosen.on[static_cast<std::size_t>(Engine::custom)] = true;
    chosen.focus = static_cast<int>(Engine::custom);
}

namespace {

bool has_curve(const Lab& bench, Engine engine) {
    return transfer(bench.wish.spec(engine), 0.5).has_value();
}

}  // namespace

void draw_lab_transfer(PanelContext& context, Lab& bench) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const double start = axis_start(bench);
    std::vector<KeyRow> key;
    for (const Engine engine : engines_on(bench))
        key.push_back(
            {std::string(label(engine)) + (has_curve(bench, engine) ? "" : ": no function of x"),
             engine_colour(context.theme, engine), engine_dash(engine)});
    const GraphOptions options{
        "##transfer",   room, {start, 1, true, "x = s/‖G‖"}, {0, axis_end(bench, start), false, ""},
        std::move(key), true};
    Graph graph;
    if (!begin_graph(context, options, graph)) return;
    choose_interval(graph, bench);
    draw_interval(context, graph, bench);
    draw_horizontal(context, graph, 1, context.theme.dim, Dash::dashed);
    draw_cuts(context, graph, bench);
    draw_intermediate(context, graph, bench);
    for (const Engine engine : engines_on(bench)) {
        if (!has_curve(bench, engine)) continue;
        const OrthogonaliserSpec spec = bench.wish.spec(engine);
        draw_function(
            context, graph, [&](double x) { return transfer_of(spec, x, spec.iterations); },
            engine_colour(context.theme, engine),
            context.theme.line() * (engine == bench.focus ? 1.6F : 1.0F), engine_dash(engine));
    }
    draw_rug(context, graph, bench);
    end_graph(context, graph);
    if (graph.hovered || graph.pressed) readout(context, graph, bench);
    export_menu(
        context, "##export transfer", "transfer", graph.hovered,
        [&] { return table_of(graph, bench); }, [&] { fit_graph(context, options.id); }, false);
}

}  // namespace muonscope::gui
