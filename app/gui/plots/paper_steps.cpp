#include "app/gui/plots/paper_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/gui/paper_runs.h"
#include "app/gui/plots/marks.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/phases.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/experiment/published/ends.h"

namespace muonscope::plots {

namespace {

bool is_of(int lane, std::size_t other) {
    return lane < 0 || static_cast<int>(other) == lane;
}

// Shaded where all lanes' phases begin alike; where they differ, the screen's strips say no more
// than the marks of their ends.
std::vector<ChartMark> phase_shades(const gui::PanelContext& paper, int lane, const Chart& chart) {
    std::vector<std::vector<PhaseSpan>> lanes;
    for (std::size_t l = 0; l < paper.snapshot->lanes.size(); ++l)
        if (is_of(lane, l))
            lanes.push_back(phase_spans(*paper.snapshot, l, chart.x.min, chart.x.max));
    std::vector<ChartMark> shades;
    if (lanes.empty() || !begin_alike(lanes)) return shades;
    const auto longest = std::max_element(lanes.begin(), lanes.end(), [](auto& a, auto& b) {
        return (a.empty() ? 0 : a.back().to) < (b.empty() ? 0 : b.back().to);
    });
    for (const PhaseSpan& span : *longest)
        if (span.phase % 2 == 0)
            shades.emplace_back(Span{span.from, span.to, paper.theme.phase_shade()});
    return shades;
}

void add_published_ends(const gui::PanelContext& paper, int lane, Chart& chart) {
    const Published& published = paper.kept<gui::PaperRuns>().published;
    for (std::size_t l = 0; l < paper.snapshot->lanes.size(); ++l) {
        if (!is_of(lane, l)) continue;
        const auto end = published_end(published, *paper.snapshot->spec, l);
        if (!end || *end < chart.x.min || *end > chart.x.max) continue;
        Rule rule{"", true, *end, {paper.theme.lane(static_cast<int>(l)), Dash::solid, 0.6F}};
        rule.word = fmt::format("published end: {:.0f}", *end);
        chart.marks.emplace_back(rule);
    }
}

// Values at and below the floor lie on it, and its label says so.
Ticks ticks_above(double floor, double min, double max, float length) {
    constexpr float apart = 28;  // pixels
    const Ticks plain = log_ticks(min, max, std::clamp(static_cast<int>(length / apart), 2, 10));
    Ticks ticks;
    for (std::size_t i = 0; i < static_cast<std::size_t>(plain.count); ++i) {
        std::string label = plain.labels[i].data();
        if (!label.empty() && std::abs(plain.values[i] / floor - 1) < 1e-9) label = "≤ " + label;
        ticks.add(plain.values[i], label);
    }
    return ticks;
}

}  // namespace

void take_shown_range(const gui::PanelContext& context, std::string_view axis, Chart& chart) {
    const ValueAxis& shown = context.kept<Memory>().axis(axis);
    chart.x = step_chart_axis(shown_steps(context, axis).range, step_scale(context));
    chart.y.logarithmic = shown.scale.logarithmic;
    chart.y.floor = shown.scale.floor;
    chart.y.linear_within = shown.scale.linear_within;
    chart.y.min = shown.scale.inverse(shown.range.low);
    chart.y.max = shown.scale.inverse(shown.range.high);
    if (!shown.at_floor || !shown.scale.logarithmic) return;
    chart.y.ticks = [floor = shown.scale.floor](double min, double max, float length) {
        return ticks_above(floor, min, max, length);
    };
    chart.marks.emplace_back(
        Rule{"", false, shown.scale.floor, {context.theme.dim, Dash::dotted, 0.6F}});
}

void add_step_marks(const gui::PanelContext& paper, int lane, Chart& chart) {
    if (!paper.snapshot || !paper.snapshot->spec) return;
    const Snapshot& snapshot = *paper.snapshot;
    std::vector<ChartMark> marks = phase_shades(paper, lane, chart);
    marks.insert(marks.end(), chart.marks.begin(), chart.marks.end());
    chart.marks = std::move(marks);
    for (const StepMark& mark : step_marks(snapshot, lane)) {
        if (static_cast<double>(mark.step) < chart.x.min ||
            static_cast<double>(mark.step) > chart.x.max)
            continue;
        Rule rule{"",
                  true,
                  static_cast<double>(mark.step),
                  {paper.theme.event_line(), mark.dashed ? Dash::dashed : Dash::solid, 0.6F}};
        rule.word = mark.text;
        rule.at_foot = true;
        chart.marks.emplace_back(rule);
    }
    add_published_ends(paper, lane, chart);
    if (snapshot.past >= 0)
        chart.marks.emplace_back(Rule{"",
                                      true,
                                      static_cast<double>(snapshot.past),
                                      {gui::with_alpha(paper.theme.text, 0.75F)}});
}

ImVec4 same_colour_in(const gui::Theme& other, const gui::Theme& theme, const ImVec4& colour) {
    const auto is = [&](const ImVec4& one) {
        return one.x == colour.x && one.y == colour.y && one.z == colour.z;
    };
    const auto as = [&](const ImVec4& one) { return gui::with_alpha(one, colour.w); };
    for (std::size_t i = 0; i < theme.lanes.size(); ++i)
        if (is(theme.lanes[i])) return as(other.lanes[i]);
    for (const auto member : {&gui::Theme::text, &gui::Theme::dim, &gui::Theme::target,
                              &gui::Theme::accent, &gui::Theme::good, &gui::Theme::warning,
                              &gui::Theme::bad, &gui::Theme::mark, &gui::Theme::ghost})
        if (is(theme.*member)) return as(other.*member);
    return colour;
}

}  // namespace muonscope::plots
