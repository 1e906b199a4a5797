#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/lab_views.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/table.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/linalg/orthogonaliser.h"
#include "imgui.h"

// Time of one call against the size of a square matrix, measured on this machine.
namespace muonscope::gui {
namespace {

using namespace plots;

std::string seconds_text(double seconds) {
    if (!std::isfinite(seconds)) return "–";
    if (seconds < 1e-3) return fmt::format("{:.3g} µs", seconds * 1e6);
    if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
    return fmt::format("{:.3g} s", seconds);
}

std::vector<Engine> timed(const Lab& bench) {
    std::vector<Engine> engines;
    for (const EngineTiming& timing : bench.timings)
        if (std::find(engines.begin(), engines.end(), timing.engine) == engines.end())
            engines.push_back(timing.engine);
    return engines;
}

ChartAxis time_axis(const Lab& bench) {
    double low = INFINITY, high = 0;
    for (const EngineTiming& timing : bench.timings) {
        low = std::min(low, std::max(timing.time.lower, 1e-8));
        high = std::max(high, timing.time.upper);
    }
    return {std::pow(10.0, std::floor(std::log10(low))),
            std::pow(10.0, std::ceil(std::log10(std::max(high, 10 * low)))), true,
            "seconds a call"};
}

// The sizes times two to the half around the mouse belong to it.
void readout(PanelContext& context, const Axes& graph, const Lab& bench) {
    const double mouse = std::log2(graph.value_x(ImGui::GetMousePos().x));
    const int n = 1 << std::clamp(static_cast<int>(std::lround(mouse)), 4, 10);
    std::vector<ReadoutRow> rows;
    for (const EngineTiming& timing : bench.timings) {
        if (timing.n != n) continue;
        const double work = multiply_adds(bench.wish.spec(timing.engine), n, n);
        rows.push_back(
            {std::string(label(timing.engine)),
             fmt::format("{}  ({} to {}), {:.3g} G multiply-adds/s",
                         seconds_text(timing.time.median), seconds_text(timing.time.lower),
                         seconds_text(timing.time.upper), work / timing.time.median / 1e9),
             engine_colour(context.theme, timing.engine)});
    }
    if (!rows.empty()) draw_readout(context, fmt::format("n = {}: median (quartiles)", n), rows);
}

// Medians with their quartiles; the exponent stands in the legend.
Curve timings_of(const PanelContext& context, const Lab& bench, Engine engine) {
    const CostLaw law = cost_law(bench.timings, engine);
    Curve curve;
    curve.name = std::isfinite(law.exponent)
                     ? fmt::format("{}: n^{:.2f}", label(engine), law.exponent)
                     : std::string(label(engine));
    curve.up = fmt::format("{} median", label(engine));
    curve.ink = {engine_colour(context.theme, engine), engine_dash(engine)};
    curve.index.name = "n";
    curve.dots = true;
    Column runs{fmt::format("{} runs", label(engine)), {}};
    for (const EngineTiming& timing : bench.timings) {
        if (timing.engine != engine) continue;
        curve.x.push_back(timing.n);
        curve.y.push_back(timing.time.median);
        curve.low.push_back(timing.time.lower);
        curve.high.push_back(timing.time.upper);
        runs.values.push_back(static_cast<double>(timing.time.runs));
    }
    curve.index.values = curve.x;
    curve.beside.push_back(std::move(runs));
    return curve;
}

Chart cost_chart(const PanelContext& context, const Lab& bench) {
    Chart chart;
    chart.x = {12, 1400, true, "n, of an n x n matrix"};
    chart.y = time_axis(bench);
    for (const Engine engine : timed(bench))
        chart.marks.emplace_back(timings_of(context, bench, engine));
    return chart;
}

void draw_plot(PanelContext& context, const Lab& bench) {
    const Chart chart = cost_chart(context, bench);
    const ChartOptions options{
        .id = "##cost", .name = "cost", .size = ImGui::GetContentRegionAvail()};
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (axes.hovered) readout(context, axes, bench);
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return cost_chart(on, bench); });
}

}  // namespace

void draw_lab_cost(PanelContext& context, Lab& bench) {
    const bool busy = bench.timing.busy();
    if (quiet_button(context, busy ? "Stop###time" : "Measure###time", button_width("Measure"),
                     "Times one call of every engine that is on, for n = 16 to 1024, beside the "
                     "training: processor time, which others do not add to, median and quartiles "
                     "of at least "
                     "five calls. An engine stops where a call would take more than about a "
                     "second.",
                     !busy && bench.timings.empty())) {
        if (busy)
            bench.timing.stop();
        else
            begin_timing(context, bench);
    }
    ImGui::SameLine(0, em(0.6F));
    ImGui::AlignTextToFramePadding();
    const char* words = busy                    ? "measuring; the training beside it slows both"
                        : bench.timings.empty() ? ""
                                                : "exponents are fitted from n = 128 on";
    ImGui::TextColored(context.theme.dim, "%s", words);
    if (bench.timings.empty()) {
        centred_note(context, busy ? "Timing the smallest matrices"
                                   : "“Measure” times every engine that is on, n = 16 to 1024");
        return;
    }
    draw_plot(context, bench);
}

}  // namespace muonscope::gui
