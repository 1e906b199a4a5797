#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/gui/panels/rare_facts.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// Every fact at one step: the newest, or one that was seen.
namespace muonscope::gui {

using namespace plots;

namespace {

// A lane's row at the step that is drawn.
struct FactsNow {
    std::int64_t step = 0;
    std::span<const double> row;  // empty: none
    bool sound = true;
};

FactsNow facts_now(const PanelContext& context, std::size_t l) {
    const LaneSnapshot& lane = context.snapshot->lanes[l];
    return {lane.now_step, lane.now, lane.now_step <= lane.sound_step};
}

double value_in(const PanelContext& context, const FactsNow& now, int k) {
    const std::size_t at =
        fact_channel(context.snapshot->layout, context.chosen<RareFactsChoices>(), k);
    return at < now.row.size() ? now.row[at] : std::nan("");
}

// The loss of a fact where nothing is known and all answers are as likely; no other loss has one.
double loss_of_nothing(const Snapshot& snapshot) {
    const bool known =
        snapshot.problem && snapshot.problem->experiment.loss == LossKind::cross_entropy;
    return known ? std::log(static_cast<double>(snapshot.layout.facts())) : std::nan("");
}

ValueRange range_of(const PanelContext& context) {
    const RareFactsChoices& chosen = context.chosen<RareFactsChoices>();
    if (chosen.probability) return {0, 1.02, {}, false};
    Extent extent;
    extent.add(loss_of_nothing(*context.snapshot));
    for (std::size_t l = 0; l < context.snapshot->lanes.size(); ++l) {
        const FactsNow now = facts_now(context, l);
        for (int k = 0; k < context.snapshot->layout.facts() && now.sound; ++k)
            extent.add(value_in(context, now, k));
    }
    if (!extent.any()) extent.add(1);
    return chosen.logarithmic ? log_range(extent.smallest, extent.high, extent.has_zero(), 12)
                              : linear_range(extent.low, extent.high);
}

// Values of every fact, the most frequent first.
template <class Value>
Curve curve_of_facts(int facts, std::string name, const Ink& ink, Value&& value) {
    Curve curve;
    curve.name = std::move(name);
    curve.index = {"fact", {}};
    curve.ink = ink;
    curve.dots = facts <= 12;
    for (int k = 0; k < facts; ++k) {
        curve.x.push_back(k + 1);
        curve.index.values.push_back(k + 1);
        curve.y.push_back(value(k));
    }
    return curve;
}

void add_theory(const PanelContext& context, Chart& chart, std::size_t l) {
    FactTheory* theory = theory_of(context, l);
    const PredictedFacts* facts =
        theory == nullptr ? nullptr : theory->at(facts_now(context, l).step);
    if (facts == nullptr) return;
    const bool probability = context.chosen<RareFactsChoices>().probability;
    const KeyRow key = theory_key(context.theme);
    Curve curve =
        curve_of_facts(facts->facts(), fmt::format("theory, {}", context.snapshot->lanes[l].name),
                       {key.colour, key.dash, 0.8F},
                       [&](int k) { return probability ? facts->probability(k) : facts->loss(k); });
    curve.dots = false;
    chart.marks.emplace_back(std::move(curve));
}

// What is known before anything is learned, or how often each fact is asked for.
void add_measure_of_nothing(const PanelContext& context, Chart& chart) {
    const Snapshot& snapshot = *context.snapshot;
    const int facts = snapshot.layout.facts();
    const Ink ink{context.theme.target, Dash::dash_dotted, 0.9F};
    if (context.chosen<RareFactsChoices>().probability) {
        chart.marks.emplace_back(curve_of_facts(facts, "asked for", ink,
                                                [&](int k) { return frequency_of(snapshot, k); }));
    } else if (const double loss = loss_of_nothing(snapshot); std::isfinite(loss)) {
        Rule rule;
        rule.name = "nothing known, ln N";
        rule.upright = false;
        rule.at = loss;
        rule.ink = ink;
        chart.marks.emplace_back(std::move(rule));
    }
}

Chart chart_of_facts(const PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    const int facts = snapshot.layout.facts();
    const ValueRange range = range_of(context);
    Chart chart;
    chart.x = {1, static_cast<double>(facts), true, "fact, the one asked for most first"};
    chart.y = {range.min, range.max, range.scale.logarithmic,
               quantity_name(context.chosen<RareFactsChoices>()), range.scale.floor};
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const FactsNow now = facts_now(context, l);
        const auto lane = static_cast<int>(l);
        chart.marks.emplace_back(curve_of_facts(facts, snapshot.lanes[l].name,
                                                {context.theme.lane(lane), lane_dash(lane), 1.15F},
                                                [&](int k) { return value_in(context, now, k); }));
    }
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) add_theory(context, chart, l);
    add_measure_of_nothing(context, chart);
    return chart;
}

void draw_fact_readout(PanelContext& context, const Axes& axes) {
    const Snapshot& snapshot = *context.snapshot;
    const int k = std::clamp(static_cast<int>(std::lround(axes.value_x(ImGui::GetMousePos().x))), 1,
                             snapshot.layout.facts());
    std::vector<ReadoutRow> rows;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const FactsNow now = facts_now(context, l);
        const double value = value_in(context, now, k - 1);
        const ImVec4 colour = context.theme.lane(static_cast<int>(l));
        rows.push_back({fmt::format("{}, step {}", snapshot.lanes[l].name, now.step),
                        value_text(value), colour});
        draw_point(context, axes, k, value, colour);
    }
    rows.push_back({"asked for", value_text(frequency_of(snapshot, k - 1)), context.theme.target});
    draw_readout(context,
                 fmt::format("{}: {}", facts_text(k - 1, k),
                             quantity_name(context.chosen<RareFactsChoices>())),
                 rows);
}

}  // namespace

void draw_by_fact(PanelContext& context, ImVec2 room) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const Chart chart = chart_of_facts(context);
    const ChartOptions options{
        .id = context.chosen<RareFactsChoices>().probability ? "##probability" : "##loss",
        .name = "facts",
        .size = room,
        .step = context.snapshot->past};
    Axes axes;
    if (begin_chart(context, options, chart, axes)) {
        draw_marks(context, axes, chart);
        end_chart(context, axes);
        if (axes.hovered) draw_fact_readout(context, axes);
        chart_menu(context, options, axes, chart_of_facts);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, 1});
}

}  // namespace muonscope::gui
