#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/current_phase.h"
#include "app/gui/lost_lanes.h"
#include "app/gui/panels/alignment.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/one_layer_descent.h"
#include "core/theory/descent_forecast.h"

// How fast plain descent would go from here, by layer: λ_eff, the loss that it forecasts, and what
// came of earlier forecasts.
namespace muonscope::gui {

namespace {

using namespace plots;

// What a lane's history says of its descent, a number a sample.
struct Descent {
    std::vector<double> steps, losses;
    std::vector<std::vector<double>> lambdas;    // by layer
    std::vector<std::vector<double>> exponents;  // rate_l λ_l, by layer
    std::vector<double> exponent;                // their sum
    std::vector<HeldForecast> held;
    bool plain = false;  // the lane goes down the gradient itself

    bool any() const { return !steps.empty(); }
};

// The rate of ½‖E‖² that a layer's step has on the average: heavy ball makes it longer.
double rate_of(const Problem& problem, const OptimizerSpec& spec, double lr) {
    const double ball = spec.kind == OptimizerKind::sgd && spec.momentum > 0 &&
                                spec.momentum_style == MomentumStyle::heavy_ball
                            ? 1 / (1 - spec.momentum)
                            : 1;
    return half_loss_rate(problem, lr) * ball;
}

Descent descent_of(const Snapshot& snapshot, std::size_t lane, double horizon) {
    const HistoryView& history = snapshot.lanes[lane].history;
    const Layout& layout = snapshot.layout;
    const Phase* phase = current_phase(snapshot, lane);
    Descent descent;
    if (phase == nullptr) return descent;
    const auto layers = static_cast<std::size_t>(layout.layers());
    descent.lambdas.resize(layers);
    descent.exponents.resize(layers);
    descent.plain = true;
    for (std::size_t l = 0; l < layers; ++l)
        if (trains(*phase, static_cast<int>(l) + 1))
            descent.plain = descent.plain && optimizer_of(*phase, static_cast<int>(l) + 1).kind ==
                                                 OptimizerKind::sgd;
    const auto add = [&](double step, const auto& value) {
        if (snapshot.lanes[lane].lost() &&
            step > static_cast<double>(snapshot.lanes[lane].sound_step))
            return;
        descent.steps.push_back(step);
        descent.losses.push_back(value(layout.loss()));
        double sum = 0;
        for (std::size_t l = 0; l < layers; ++l) {
            const int layer = static_cast<int>(l) + 1;
            const double lambda = value(layout.lambda_eff(layer));
            const double each = lambda * rate_of(*snapshot.problem, optimizer_of(*phase, layer),
                                                 value(layout.rate(layer)));
            descent.lambdas[l].push_back(lambda);
            descent.exponents[l].push_back(each);
            if (trains(*phase, layer)) sum += each;
        }
        descent.exponent.push_back(sum);
    };
    for (std::size_t i = 0; i < history.size(); ++i)
        add(static_cast<double>(history.step(i)),
            [&](std::size_t channel) { return history.value(i, channel); });
    const LaneSnapshot& now = snapshot.lanes[lane];
    if (now.now.size() == layout.channels() &&
        (descent.steps.empty() || static_cast<double>(now.now_step) > descent.steps.back()))
        add(static_cast<double>(now.now_step),
            [&](std::size_t channel) { return now.now[channel]; });
    descent.held = held_forecasts(descent.steps, descent.losses, descent.exponent, horizon);
    return descent;
}

// Of all lanes; of one snapshot worked out once.
struct Descents {
    std::weak_ptr<const Problem> problem;
    std::uint64_t serial = 0;
    std::int64_t step = -1;
    double horizon = 0;
    std::vector<Descent> lanes;
};
const std::vector<Descent>& descents_of(PanelContext& context, double horizon) {
    const Snapshot& snapshot = *context.snapshot;
    Descents& kept = context.kept<Descents>();
    if (kept.problem.lock() == snapshot.problem && kept.serial == snapshot.serial &&
        kept.step == snapshot.step && kept.horizon == horizon &&
        kept.lanes.size() == snapshot.lanes.size())
        return kept.lanes;
    kept = {snapshot.problem, snapshot.serial, snapshot.step, horizon, {}};
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        kept.lanes.push_back(descent_of(snapshot, l, horizon));
    return kept.lanes;
}

double horizon_of(const PanelContext& context) {
    return forecast_horizons[static_cast<std::size_t>(
        std::clamp(context.chosen<AlignmentChoices>().horizon, 0, 2))];
}

// What all lanes' axes have in common.
struct DescentAxes {
    double last = 1;
    double loss_low = 1e-3, loss_high = 1;
    double lambda_low = 1e-3, lambda_high = 1;
};

DescentAxes axes_of(const std::vector<Descent>& descents, double horizon) {
    DescentAxes axes;
    double loss_low = INFINITY, loss_high = 0, lambda_low = INFINITY, lambda_high = 0;
    double last = 0;
    const auto widen = [](const std::vector<double>& values, double& low, double& high) {
        for (const double value : values)
            if (value > 0 && std::isfinite(value)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
    };
    for (const Descent& descent : descents) {
        widen(descent.losses, loss_low, loss_high);
        for (const std::vector<double>& lambda : descent.lambdas)
            widen(lambda, lambda_low, lambda_high);
        if (descent.any()) last = std::max(last, descent.steps.back());
    }
    axes.last = last + horizon;
    if (loss_high > 0) {
        axes.loss_low = std::max(loss_low, 1e-12 * loss_high) / 3;
        axes.loss_high = 2 * loss_high;
    }
    if (lambda_high > 0) {
        axes.lambda_low = std::max(lambda_low, 1e-8 * lambda_high) / 1.5;
        axes.lambda_high = 1.5 * lambda_high;
    }
    return axes;
}

Curve forecast_curve(double from, double loss, double exponent, double horizon, const Ink& ink) {
    Curve curve;
    curve.ink = ink;
    constexpr int pieces = 40;
    for (int i = 0; i <= pieces; ++i) {
        const double ahead = horizon * i / pieces;
        curve.x.push_back(from + ahead);
        curve.y.push_back(forecast_loss(loss, exponent, ahead));
    }
    return curve;
}

Chart loss_chart(const PanelContext& context, const Descent& descent, int lane, double horizon,
                 const DescentAxes& axes) {
    const Theme& theme = context.theme;
    Chart chart;
    chart.title = context.snapshot->lanes[static_cast<std::size_t>(lane)].name + ": loss";
    chart.place = {{"lane", lane + 1}};
    chart.x = {0, axes.last};
    chart.x.ticks = [](double min, double max, float length) {
        return step_ticks(min, max, std::clamp(static_cast<int>(length / em(4)), 2, 8));
    };
    chart.y = {axes.loss_low, axes.loss_high, true};
    if (!descent.any()) return chart;
    // Some of the earlier forecasts, thin, where they lie apart.
    double free_from = -INFINITY;
    for (std::size_t i = 0; i < descent.steps.size(); ++i) {
        const double from = descent.steps[i];
        if (from < free_from || from + horizon > descent.steps.back() || !(descent.exponent[i] > 0))
            continue;
        chart.marks.emplace_back(forecast_curve(from, descent.losses[i], descent.exponent[i],
                                                horizon, {theme.dim, Dash::solid, 0.7F}));
        free_from = from + std::max(horizon, axes.last / 12);
    }
    Curve loss;
    loss.name = "loss";
    loss.ink = {theme.lane(lane), Dash::solid, 1.2F};
    loss.index.name = "step";
    loss.x = descent.steps;
    loss.y = descent.losses;
    loss.index.values = descent.steps;
    chart.marks.emplace_back(std::move(loss));
    const double now = descent.steps.back(), from = descent.losses.back();
    const auto layers = static_cast<int>(descent.exponents.size());
    for (int l = 0; l < layers; ++l)
        if (const double each = descent.exponents[static_cast<std::size_t>(l)].back();
            std::isfinite(each) && layers > 1)
            chart.marks.emplace_back(forecast_curve(
                now, from, each, horizon, {rank_colour(theme, l, layers + 1), Dash::dotted, 1}));
    if (descent.exponent.back() > 0) {
        Curve all = forecast_curve(now, from, descent.exponent.back(), horizon,
                                   {theme.text, Dash::dashed, 1});
        all.name = "forecast";
        all.index.name = "step";
        all.index.values = all.x;
        chart.marks.emplace_back(std::move(all));
    }
    return chart;
}

Chart lambda_chart(const PanelContext& context, const Descent& descent, int lane,
                   const DescentAxes& axes) {
    const Theme& theme = context.theme;
    Chart chart;
    chart.title = context.snapshot->lanes[static_cast<std::size_t>(lane)].name + ": λ_eff";
    chart.place = {{"lane", lane + 1}};
    chart.x = {0, axes.last};
    chart.x.title = "step";
    chart.x.ticks = [](double min, double max, float length) {
        return step_ticks(min, max, std::clamp(static_cast<int>(length / em(4)), 2, 8));
    };
    chart.y = {axes.lambda_low, axes.lambda_high, true, "λ_eff"};
    const auto layers = static_cast<int>(descent.lambdas.size());
    constexpr std::array dashes{Dash::solid, Dash::dashed, Dash::dash_dotted, Dash::dotted};
    for (int l = 0; l < layers; ++l) {
        Curve curve;
        curve.name = context.snapshot->layout.name(l + 1);
        curve.ink = {rank_colour(theme, l, layers + 1), dashes[static_cast<std::size_t>(l) % 4], 1};
        curve.index.name = "step";
        curve.x = descent.steps;
        curve.y = descent.lambdas[static_cast<std::size_t>(l)];
        curve.index.values = descent.steps;
        chart.marks.emplace_back(std::move(curve));
    }
    return chart;
}

std::string percent(double share) {
    return share < 1 ? fmt::format("{:.2g} %", 100 * share)
                     : fmt::format("a factor {:.2g}", 1 + share);
}

// How good the forecasts were so far, in words.
std::string verdict(const Descent& descent, double horizon) {
    if (!descent.any() || !std::isfinite(descent.exponent.back()))
        return "no λ_eff: steps do not see all data";
    if (descent.held.empty()) return fmt::format("no forecast is {:g} steps old yet", horizon);
    if (descent.plain)
        return fmt::format("{} forecasts, wrong by {} (median), the last by {}",
                           descent.held.size(), percent(forecast_error(descent.held)),
                           percent(forecast_error({&descent.held.back(), 1})));
    const double ratio = descent.held.back().ratio();
    if (ratio > 1e3) return "not its path: far above what descent had forecast";
    if (ratio < 1e-3) return "not its path: far below what descent had forecast";
    return fmt::format("not its path: loss came to {:.3g} of what descent had forecast", ratio);
}

// The sample next to the mouse.
std::size_t sample_at(const std::vector<double>& steps, double step) {
    const auto after = std::lower_bound(steps.begin(), steps.end(), step);
    if (after == steps.begin()) return 0;
    const auto before = after - 1;
    const bool later = after != steps.end() && *after - step < step - *before;
    return static_cast<std::size_t>((later ? after : before) - steps.begin());
}

void readout(PanelContext& context, const Descent& descent, int lane, const Axes& axes,
             double horizon) {
    if (!descent.any()) return;
    const Theme& theme = context.theme;
    const std::size_t i = sample_at(descent.steps, axes.value_x(ImGui::GetMousePos().x));
    std::vector<ReadoutRow> rows{{"loss", value_text(descent.losses[i]), theme.lane(lane)}};
    const auto layers = static_cast<int>(descent.lambdas.size());
    for (int l = 0; l < layers; ++l)
        rows.push_back({"λ_eff, " + context.snapshot->layout.name(l + 1),
                        value_text(descent.lambdas[static_cast<std::size_t>(l)][i]),
                        rank_colour(theme, l, layers + 1)});
    const auto held = std::find_if(descent.held.begin(), descent.held.end(),
                                   [&](const auto& one) { return one.from == descent.steps[i]; });
    if (held != descent.held.end())
        rows.push_back({fmt::format("step {:g}: forecast, came", held->to),
                        value_text(held->predicted) + ", " + value_text(held->came), theme.dim});
    else
        rows.push_back({fmt::format("forecast for {:g} steps on", horizon),
                        value_text(forecast_loss(descent.losses[i], descent.exponent[i], horizon)),
                        theme.dim});
    draw_readout(context, fmt::format("step {:g}", descent.steps[i]), rows);
}

constexpr const char* descent_help =
    "L(t + H) = L(t)·exp(−2 H Σ lr_l λ_l), λ_l = ‖G_l‖²/‖E‖², G_l the gradient of ½‖E‖² by layer l "
    "and lr_l its rate in those terms: what plain descent would do if λ stayed what it is. Dashed: "
    "all layers; dotted: each alone, the others standing still. Thin: earlier forecasts over the "
    "loss that came. Of a lane that does not go down its gradient the forecast says what descent "
    "would have done from its state.";

}  // namespace

void draw_descent(PanelContext& context, ImVec2 room) {
    const Snapshot& snapshot = *context.snapshot;
    const double horizon = horizon_of(context);
    const std::vector<Descent>& descents = descents_of(context, horizon);
    const DescentAxes axes = axes_of(descents, horizon);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const auto lanes = static_cast<int>(descents.size());
    int columns = std::clamp(static_cast<int>(room.x / em(15)), 1, lanes);
    const int rows = (lanes + columns - 1) / columns;
    columns = (lanes + rows - 1) / rows;
    const float gap = em(0.6F), line = ImGui::GetTextLineHeight() + em(0.15F);
    const ImVec2 size{
        std::floor((room.x - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns)),
        std::floor(room.y / static_cast<float>(rows))};
    const auto charts = [&](const PanelContext& on) {
        std::vector<Chart> all;
        for (int l = 0; l < lanes; ++l) {
            const Descent& of = descents[static_cast<std::size_t>(l)];
            all.push_back(as_shown(on, {.id = "##losses", .across = "descent steps"},
                                   loss_chart(on, of, l, horizon, axes)));
            all.push_back(as_shown(on, {.id = "##lambdas", .across = "descent steps"},
                                   lambda_chart(on, of, l, axes)));
        }
        return all;
    };
    for (int l = 0; l < lanes; ++l) {
        const Descent& of = descents[static_cast<std::size_t>(l)];
        const int column = l % columns, row = l / columns;
        ImVec2 at{origin.x + static_cast<float>(column) * (size.x + gap),
                  origin.y + static_cast<float>(row) * size.y};
        const LaneSnapshot& lane = snapshot.lanes[static_cast<std::size_t>(l)];
        ImGui::PushFont(context.fonts.heading, 0);
        const std::string name = name_and_step(lane);
        fitted_text(ImGui::GetWindowDrawList(), at, size.x, context.theme.lane_text(l),
                    name.c_str());
        ImGui::PopFont();
        const bool lined = size.y > em(9);
        if (lined) {
            fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + line}, size.x, context.theme.dim,
                        verdict(of, horizon).c_str());
            ImGui::SetCursorScreenPos({at.x, at.y + line});
            ImGui::PushID(l);
            ImGui::Dummy({std::max(1.0F, size.x), line});
            hover_help(
                context, "Forecasts so far",
                std::string(descent_help) + " Wrong by: max(came/forecast, forecast/came) − 1.");
            ImGui::PopID();
        }
        const float used = lined ? 2 * line : line;
        const bool both = size.y > em(17);
        const float above = both ? std::floor(0.58F * (size.y - used)) : size.y - used;
        const auto draw = [&](const ChartOptions& options, float down, const Chart& chart) {
            ImGui::SetCursorScreenPos({at.x, at.y + down});
            Axes drawn;
            if (!begin_chart(context, options, chart, drawn)) return;
            draw_marks(context, drawn, chart);
            end_chart(context, drawn);
            if (drawn.hovered) readout(context, of, l, drawn, horizon);
            ImGui::PushID(options.id);
            export_menu(context, "##export", options.name, drawn.hovered,
                        {.table = [&] { return table_of(charts(context)); },
                         .charts = charts,
                         .fit = [&] { fit_chart(context, options); },
                         .columns = 2});
            ImGui::PopID();
        };
        ImGui::PushID(l);
        draw({.id = "##losses",
              .across = "descent steps",
              .name = "descent",
              .size = {size.x, above}},
             used, loss_chart(context, of, l, horizon, axes));
        if (both)
            draw({.id = "##lambdas",
                  .across = "descent steps",
                  .name = "descent",
                  .size = {size.x, size.y - used - above}},
                 used + above, lambda_chart(context, of, l, axes));
        ImGui::PopID();
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

}  // namespace muonscope::gui
