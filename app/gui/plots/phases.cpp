#include "app/gui/plots/phases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/paper_runs.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/theme.h"
#include "core/experiment/published/ends.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// Steps of one round of phases; 0: not known beforehand.
std::int64_t round_of(const Recipe& recipe) {
    std::int64_t steps = 0;
    for (const Phase& phase : recipe.phases) {
        if (!phase.until.steps || phase.until.loss || phase.until.relative_error) return 0;
        steps += *phase.until.steps;
    }
    return steps;
}

std::vector<PhaseSpan> repeated(const Recipe& recipe, double end, double from, double to) {
    std::vector<PhaseSpan> spans;
    const auto round = static_cast<double>(round_of(recipe));
    if (!(round > 0) || (to - from) / round > 500) return spans;
    to = std::min(to, end);
    double at = std::max(0.0, std::floor(from / round)) * round;
    while (at < to)
        for (std::size_t p = 0; p < recipe.phases.size() && at < to; ++p) {
            const double next = at + static_cast<double>(*recipe.phases[p].until.steps);
            spans.push_back({at, std::min(next, to), static_cast<int>(p)});
            at = next;
        }
    return spans;
}

}  // namespace

bool begin_alike(const std::vector<std::vector<PhaseSpan>>& lanes) {
    for (const auto& spans : lanes)
        for (std::size_t i = 0; i < std::min(spans.size(), lanes.front().size()); ++i)
            if (spans[i].from != lanes.front()[i].from) return false;
    return true;
}

std::vector<PhaseSpan> phase_spans(const Snapshot& snapshot, std::size_t lane, double from,
                                   double to) {
    std::vector<PhaseSpan> spans;
    if (!snapshot.spec || lane >= snapshot.spec->lanes.size() || lane >= snapshot.lanes.size())
        return spans;
    const Recipe& recipe = snapshot.spec->lanes[lane];
    const LaneSnapshot& shown = snapshot.lanes[lane];
    if (recipe.phases.size() < 2) return spans;
    if (recipe.repeats) return repeated(recipe, static_cast<double>(shown.step), from, to);
    double at = 0;
    for (std::size_t p = 0; p < shown.phase_steps.size() && static_cast<int>(p) <= shown.phase;
         ++p) {
        const double next = at + static_cast<double>(shown.phase_steps[p]);
        if (next > at && next >= from && at <= to) spans.push_back({at, next, static_cast<int>(p)});
        at = next;
    }
    return spans;
}

std::string phase_name(const Snapshot& snapshot, std::size_t lane, double step) {
    for (const PhaseSpan& span : phase_spans(snapshot, lane, step, step + 1))
        if (step >= span.from && step <= span.to)
            return snapshot.spec->lanes[lane].phases[span.phase].name;
    return {};
}

std::string phase_note(const Snapshot& snapshot, int lane, double step) {
    if (lane >= 0) {
        const std::string name = phase_name(snapshot, static_cast<std::size_t>(lane), step);
        return name.empty() ? "" : ", " + name;
    }
    std::string common;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const std::string name = phase_name(snapshot, l, step);
        if (name.empty()) continue;  // at its end
        if (!common.empty() && common != name) return {};
        common = name;
    }
    return common.empty() ? "" : ", " + common;
}

void draw_phases(gui::PanelContext& context, const Axes& plot, int lane) {
    if (!context.snapshot) return;
    const Snapshot& snapshot = *context.snapshot;
    std::vector<std::vector<PhaseSpan>> lanes;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        if (lane < 0 || static_cast<int>(l) == lane)
            lanes.push_back(phase_spans(snapshot, l, plot.x.min(), plot.x.max()));
    if (lanes.empty()) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto band = [&](const PhaseSpan& span, float top, float bottom, ImU32 colour) {
        const float left = std::max(plot.pixel_x(span.from), plot.position.x);
        const float right = std::min(plot.pixel_x(span.to), plot.position.x + plot.extent.x);
        if (right - left >= 1) draw->AddRectFilled({left, top}, {right, bottom}, colour);
    };
    const float top = plot.position.y, bottom = top + plot.extent.y;
    // Where a shaded phase begins and ends, unless they follow one another like hatching.
    const auto edge = [&](double from, double to) {
        if (plot.pixel_x(to) - plot.pixel_x(from) < em(1)) return;
        for (const double at : {from, to}) {
            const float x = std::round(plot.pixel_x(at));
            if (plot.x.shows(at))
                draw->AddRectFilled({x, top}, {x + context.theme.hairline(), bottom},
                                    u32(context.theme.event_line()));
        }
    };
    if (begin_alike(lanes)) {
        const auto longest = std::max_element(lanes.begin(), lanes.end(), [](auto& a, auto& b) {
            return (a.empty() ? 0 : a.back().to) < (b.empty() ? 0 : b.back().to);
        });
        for (const PhaseSpan& span : *longest)
            if (span.phase % 2 == 0) {
                band(span, top, bottom, u32(context.theme.phase_shade()));
                edge(span.from, span.to);
            }
        return;
    }
    const float height = std::max(2.0F, em(0.3F));
    for (std::size_t l = 0; l < lanes.size(); ++l)
        for (const PhaseSpan& span : lanes[l]) {
            const float y = top + static_cast<float>(l) * (height + 1);
            // Every second phase is a line along the foot of its row.
            band(span, span.phase % 2 == 0 ? y : y + height - context.theme.hairline(), y + height,
                 u32(context.theme.lane(static_cast<int>(l))));
        }
}

void draw_published_ends(gui::PanelContext& context, const Axes& plot, int lane) {
    if (!context.snapshot || !context.snapshot->spec) return;
    const Snapshot& snapshot = *context.snapshot;
    const Published& published = gui::paper_runs(context).published;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float bottom = plot.position.y + plot.extent.y;
    float first_x = 1e9F;
    std::string label;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        if (lane >= 0 && static_cast<int>(l) != lane) continue;
        const auto end = published_end(published, *snapshot.spec, l);
        if (!end || !plot.x.shows(*end)) continue;
        const float x = std::round(plot.pixel_x(*end));
        const ImU32 colour = u32(context.theme.lane(static_cast<int>(l)));
        draw->AddRectFilled({x, plot.position.y + plot.extent.y * 0.4F},
                            {x + context.theme.hairline(), bottom}, colour);
        draw->AddTriangleFilled({x - em(0.3F), bottom}, {x + em(0.3F), bottom},
                                {x, bottom - em(0.5F)}, colour);
        first_x = std::min(first_x, x);
        label += fmt::format("{}{:.0f}", label.empty() ? "published end: " : ", ", *end);
    }
    if (label.empty()) return;
    const float size = ImGui::GetFontSize() * 0.82F;
    const float width = ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, label.c_str()).x;
    const ImVec2 at{first_x - width - em(0.4F), plot.position.y + plot.extent.y * 0.4F};
    if (at.x < plot.position.x) return;
    draw->AddRectFilled({at.x - em(0.15F), at.y - em(0.05F)},
                        {at.x + width + em(0.15F), at.y + size + em(0.1F)},
                        u32(gui::with_alpha(context.theme.card, 0.85F)));
    draw->AddText(nullptr, size, at, u32(context.theme.dim), label.c_str());
}

}  // namespace muonscope::plots
