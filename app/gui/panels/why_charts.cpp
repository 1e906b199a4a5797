#include "app/gui/panels/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/theme.h"
#include "imgui_internal.h"

// Its pictures: of one step, and along the run.
namespace muonscope::gui {
namespace {

using namespace plots;

// Both as shares of what was before the step.
struct TradeScale {
    double loss = 1;
    ProbeResult before;
    bool to_threshold = false;

    double given_up(const StepTrade& trade) const { return trade.given_up / loss; }
    double gained(const StepTrade& trade) const {
        return to_threshold ? 1 - trade.probe.steps / before.steps : trade.gained / before.after_k;
    }
};

TradeScale scale_of(const PanelContext& context, const WhyAnswer& answer) {
    return {answer.loss > 0 ? answer.loss : 1, answer.probe,
            context.chosen<WhyChoices>().to_threshold};
}

ImVec4 colour_of(const Theme& theme, const WhyAnswer& answer, std::size_t step) {
    const int lane = answer.wish.compared[step].lane;
    if (lane >= 0) return theme.lane(lane);
    const auto lanes = static_cast<int>(answer.wish.states.size());
    return theme.lane(lanes + static_cast<int>(step) - lanes);
}

Curve front_curve(const Theme& theme, const WhyAnswer& answer, const TradeScale& scale) {
    Curve front;
    front.name = fmt::format("spectral powers p = {:g} to {:g}", answer.front.front().power,
                             answer.front.back().power);
    front.ink = {with_alpha(theme.text, 0.6F), Dash::solid, 1};
    front.index.name = "p";
    front.across = "descent given up";
    front.up = "usability gained";
    for (const FrontPoint& point : answer.front) {
        front.index.values.push_back(point.power);
        front.x.push_back(scale.given_up(point.trade));
        front.y.push_back(scale.gained(point.trade));
    }
    return front;
}

void add_arrow(Chart& chart, const std::string& name, const ImVec4& colour, Dash dash,
               std::array<double, 2> from, std::array<double, 2> to, Shape tip) {
    Curve shaft;
    shaft.ink = {colour, dash, 1.2F};
    shaft.x = {from[0], to[0]};
    shaft.y = {from[1], to[1]};
    chart.marks.emplace_back(std::move(shaft));
    Points head;
    head.name = name;
    head.colour = colour;
    head.kind = tip;
    head.radius = 0.32F;
    head.across = name + " given up";
    head.up = name + " gained";
    head.x = {to[0]};
    head.y = {to[1]};
    chart.marks.emplace_back(std::move(head));
}

struct Tip {
    std::string text;
    const StepTrade* trade;
    ImVec4 colour;
};

std::vector<Tip> tips_of(const PanelContext& context, const WhyAnswer& answer) {
    const Theme& theme = context.theme;
    std::vector<Tip> tips{{"the gradient itself", &answer.front.front().trade, theme.text}};
    for (std::size_t i = 0; i < answer.compared.size(); ++i) {
        if (answer.compared[i].given_up == 0) continue;  // the gradient's own, named already
        const int lane = answer.wish.compared[i].lane;
        tips.push_back({answer.wish.compared[i].name, &answer.compared[i],
                        lane >= 0 ? theme.lane_text(lane) : theme.text});
    }
    tips.push_back({fmt::format("p = {:.2f}", answer.wish.power), &answer.followed, theme.text});
    tips.push_back({fmt::format("p = {:g}", answer.front.back().power), &answer.front.back().trade,
                    theme.dim});
    return tips;
}

}  // namespace

Chart why_arrows(const PanelContext& context, const WhyAnswer& answer) {
    const Theme& theme = context.theme;
    const TradeScale scale = scale_of(context, answer);
    const std::array<double, 2> gradient{scale.given_up(answer.front.front().trade),
                                         scale.gained(answer.front.front().trade)};
    Chart chart;
    const WhyState& from = origin(answer);
    chart.title = fmt::format("{}, step {}: {}", from.lane, from.step, layer_name(answer));
    chart.place = {{"lane", answer.wish.lane + 1},
                   {"layer", answer.wish.layer},
                   {"step", static_cast<double>(from.step)}};
    chart.marks.emplace_back(front_curve(theme, answer, scale));
    for (std::size_t i = answer.compared.size(); i-- > 0;) {
        const StepTrade& trade = answer.compared[i];
        const bool session = answer.wish.compared[i].lane >= 0;
        add_arrow(chart, answer.wish.compared[i].name, colour_of(theme, answer, i),
                  session ? Dash::solid : Dash::dashed, gradient,
                  {scale.given_up(trade), scale.gained(trade)},
                  session ? Shape::disc : Shape::diamond);
    }
    add_arrow(chart, fmt::format("p = {:.2f}", answer.wish.power), theme.accent, Dash::dotted,
              gradient, {scale.given_up(answer.followed), scale.gained(answer.followed)},
              Shape::ring);
    double left = 0, right = 0, low = 0, high = 0;
    for (const ChartMark& mark : chart.marks)
        if (const auto* curve = std::get_if<Curve>(&mark))
            for (std::size_t i = 0; i < curve->x.size(); ++i) {
                if (!std::isfinite(curve->x[i]) || !std::isfinite(curve->y[i])) continue;
                left = std::min(left, curve->x[i]);
                right = std::max(right, curve->x[i]);
                low = std::min(low, curve->y[i]);
                high = std::max(high, curve->y[i]);
            }
    const double across = std::max(right - left, 1e-12), up = std::max(high - low, 1e-12);
    chart.x = {left - 0.06 * across, right + 0.1 * across, false,
               "descent given up, share of the loss  →"};
    chart.y = {low - 0.08 * up, high + 0.1 * up, false, "usability gained  ↑"};
    chart.marks.insert(chart.marks.begin(),
                       Rule{"", false, 0, {theme.dim, Dash::dotted, 0.6F}, "no step"});
    return chart;
}

// Each tip's name beside it, where it covers no other name and no tip; the legend has them all.
void name_tips(const PanelContext& context, const Axes& axes, const WhyAnswer& answer) {
    const TradeScale scale = scale_of(context, answer);
    const ImRect area{axes.position,
                      {axes.position.x + axes.extent.x, axes.position.y + axes.extent.y}};
    const std::vector<Tip> tips = tips_of(context, answer);
    std::vector<ImRect> taken;
    for (const Tip& tip : tips) {
        const ImVec2 at = axes.pixel(scale.given_up(*tip.trade), scale.gained(*tip.trade));
        const float radius = em(0.3F);
        taken.emplace_back(at.x - radius, at.y - radius, at.x + radius, at.y + radius);
    }
    for (const Tip& tip : tips) {
        const ImVec2 at = axes.pixel(scale.given_up(*tip.trade), scale.gained(*tip.trade));
        const ImVec2 words = ImGui::CalcTextSize(tip.text.c_str());
        const float right = em(0.6F), left = -words.x - right, above = -words.y * 1.05F;
        for (const ImVec2 offset :
             {ImVec2{right, above}, ImVec2{right, 0}, ImVec2{left, 0}, ImVec2{left, above}}) {
            const ImVec2 from{at.x + offset.x, at.y + offset.y};
            const ImRect room{from, {from.x + words.x, from.y + words.y}};
            if (!area.Contains(room) ||
                std::any_of(taken.begin(), taken.end(),
                            [&](const ImRect& other) { return other.Overlaps(room); }))
                continue;
            taken.push_back(room);
            ImGui::GetWindowDrawList()->AddText(from, u32(tip.colour), tip.text.c_str());
            break;
        }
    }
}

Chart why_along_run(const PanelContext& context, const WhyNow& now) {
    Chart chart;
    double right = 0, low = 0, high = 0;
    for (std::size_t l = now.ways.size(); l-- > 0;) {
        const WhyWay::Sums way = now.ways[l].sums();
        const auto lane = static_cast<int>(l);
        Curve curve;
        curve.name = l < context.snapshot->lanes.size() ? context.snapshot->lanes[l].name : "";
        curve.ink = {context.theme.lane(lane), lane % 2 == 0 ? Dash::solid : Dash::dashed, 1.2F};
        curve.index = {"step", {way.steps.begin(), way.steps.end()}};
        curve.across = curve.name + " given up";
        curve.up = curve.name + " gained";
        curve.x = way.given_up;
        curve.y = way.gained;
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.y[i])) continue;
            right = std::max(right, curve.x[i]);
            low = std::min(low, curve.y[i]);
            high = std::max(high, curve.y[i]);
        }
        chart.marks.emplace_back(std::move(curve));
    }
    right = std::max(right, 1e-12);
    const double up = std::max(high - low, 1e-12);
    chart.x = {-0.03 * right, 1.06 * right, false, "loss given up in all  →"};
    chart.y = {low - 0.05 * up, high + 0.08 * up, false, "usability gained in all  ↑"};
    return chart;
}

}  // namespace muonscope::gui
