#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "app/gui/current_phase.h"
#include "app/gui/local_row.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/why_now.h"
#include "app/gui/widgets.h"
#include "imgui_internal.h"

namespace muonscope::gui {
namespace {

using namespace plots;

struct WhyChoices {
    int layer = 0;  // 0: layer 1
    int lane = 0;   // from whose state
    bool as_set = false, along_run = false;
    bool first_step = false;    // of empty buffers; else from what the lane's optimiser holds
    bool to_threshold = false;  // what usability is: a head's loss after K steps, or its steps
    double power = 0.25, times = 1;
    int iterations = 5;
};

std::vector<Remembered> remembered(Preferences& preferences) {
    WhyChoices& own = preferences.panels.of<WhyChoices>();
    return {{"why_layer", &own.layer, 0, 15},
            {"why_lane", &own.lane, 0, 7},
            {"why_as_set", &own.as_set},
            {"why_first_step", &own.first_step},
            {"why_along_run", &own.along_run},
            {"why_to_threshold", &own.to_threshold},
            {"why_power", &own.power, -0.5, 1},
            {"why_times", &own.times, 0.01, 100},
            {"why_iterations", &own.iterations, 1, 15}};
}

// ---- what is asked ----

// Muon with the momentum of another optimiser, which it takes over at a switch; an average that
// kinds keep for themselves becomes an EMA.
OptimizerSpec muon_after(const OptimizerSpec& own) {
    OptimizerSpec muon;
    muon.kind = OptimizerKind::muon;
    const OptimizerRule& rule = rule_of(own.kind);
    if (rule.uses.momentum_form) {
        muon.momentum = own.momentum;
        muon.momentum_style = own.momentum_style;
        muon.nesterov = own.nesterov;
        muon.bias_corrected = own.bias_corrected;
    } else if (rule.average != nullptr) {
        muon.momentum = rule.average(own);
        muon.momentum_style = MomentumStyle::ema;
    }
    return muon;
}

OptimizerSpec with_engine(OptimizerSpec muon, Engine engine, int iterations) {
    muon.orthogonaliser.engine = engine;
    muon.orthogonaliser.iterations = iterations;
    if (!is_polynomial(engine)) muon.orthogonaliser.precision = Precision::float64;
    return muon;
}

// The session's optimisers first, those of other layers left out; then what shows where the thesis
// ends: the exact polar factor, the floored one, a random spectrum.
std::vector<ComparedStep> compared_steps(const PanelContext& context, int layer, int from) {
    const Snapshot& snapshot = *context.snapshot;
    const WhyChoices& chosen = context.chosen<WhyChoices>();
    std::vector<ComparedStep> steps;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        if (const Phase* phase = current_phase(snapshot, l))
            steps.push_back(
                {snapshot.lanes[l].name, optimizer_of(*phase, layer), static_cast<int>(l)});
    }
    const Phase* phase = current_phase(snapshot, from);
    if (chosen.as_set || phase == nullptr) return steps;  // these have no rate of their own
    const OptimizerSpec own = chosen.first_step ? OptimizerSpec() : optimizer_of(*phase, layer);
    const OptimizerSpec muon = muon_after(own);
    steps.push_back({fmt::format("Newton–Schulz x{}", chosen.iterations),
                     with_engine(muon, Engine::jordan, chosen.iterations)});
    steps.push_back({"exact polar", with_engine(muon, Engine::svd, 1)});
    steps.push_back({"floored polar", with_engine(muon, Engine::floored, 1)});
    steps.push_back({"random spectrum", with_engine(muon, Engine::random_spectrum, 1)});
    return steps;
}

WhyWish wish_of(const PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    const WhyChoices& chosen = context.chosen<WhyChoices>();
    WhyWish wish;
    wish.problem = snapshot.problem;
    wish.layer = std::clamp(chosen.layer + 1, 1, std::max(snapshot.layout.layers(), 1));
    wish.probe = snapshot.spec->experiment.probe;
    wish.lane = std::clamp(chosen.lane, 0, static_cast<int>(snapshot.lanes.size()) - 1);
    wish.compared = compared_steps(context, wish.layer, wish.lane);
    wish.momentum = !chosen.first_step;
    wish.one_length = !chosen.as_set;
    wish.times = chosen.times;
    wish.power = chosen.power;
    return wish;
}

// ---- what can be turned ----

constexpr const char* momentum_help =
    "With its momentum: the step that the lane's optimiser takes next from this state, with all "
    "that it holds: momentum, second moments, step count. The others' is the one after a switch of "
    "the lane to them here: the momentum is carried over in their units, second moments begin "
    "anew, and the polar factors are of the momentum.\n\nA first step: buffers are empty, and the "
    "schedule is at its first rate.\n\nEither way the gradient is that of all data, also where the "
    "lane takes minibatches, and the optimiser's norm law, schedule and weight decay are in the "
    "step.";

void sliders(PanelContext& context) {
    WhyChoices& chosen = context.chosen<WhyChoices>();
    local_row(context,
              real_parameter(
                  "power", "spectral power p", -0.5, 1, 0.25,
                  "U Sᵖ Vᵀ of the gradient U S Vᵀ: one is the gradient's own step, zero the exact "
                  "polar factor. The ring on the front."),
              chosen.power);
    local_row(context,
              integer_parameter("iterations", "Newton–Schulz", 1, 15, 5,
                                "Iterations of Jordan's quintic."),
              chosen.iterations);
    local_row(context,
              real_parameter("times", "step length x", 0.01, 100, 1,
                             "All steps are this many times as long as the lane's own step ‖ΔW‖.",
                             ParameterScale::logarithmic),
              chosen.times);
    const auto asked = [&](const char* what) {
        ImGui::AlignTextToFramePadding();
        ImGui::TextColored(context.theme.dim, "%s", what);
        ImGui::SameLine(0, em(0.6F));
    };
    asked("each step");
    segmented(context, "momentum", {"with its momentum", "a first step"}, chosen.first_step,
              momentum_help);
    asked("usability is");
    segmented(
        context, "usability", {"loss after K", "steps to threshold"}, chosen.to_threshold,
        "Of a fresh linear head from zero on the layer's output: its loss after the probe's K "
        "steps, or how many steps it needs to the probe's threshold.");
}

void header(PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    WhyChoices& chosen = context.chosen<WhyChoices>();
    WhyNow& now = context.kept<WhyNow>();
    std::vector<const char*> lanes;
    for (const LaneSnapshot& lane : snapshot.lanes) lanes.push_back(lane.name.c_str());
    const float between = em(0.6F);
    const bool several = lanes.size() > 1;
    begin_header_controls(
        context, source_picker_width() + (several ? between + picker_width(lanes) : 0) +
                     2 * between + segmented_width({"one length", "as set"}) + between +
                     segmented_width({"this step", "along the run"}) + toggle_width("hold"));
    layer_picker(context, "##layer", chosen.layer, "Which layer steps; all others stand.");
    if (several) {
        next_header_control(context, between, picker_width(lanes));
        chosen.lane = std::clamp(chosen.lane, 0, static_cast<int>(lanes.size()) - 1);
        picker(context, "##lane", lanes, chosen.lane, "From whose weights all of them step.");
    }
    next_header_control(context, between, segmented_width({"one length", "as set"}));
    segmented(context, "length", {"one length", "as set"}, chosen.as_set,
              "One length: every step is as long as the lane's own, so that only its direction "
              "counts. As set: each at its own learning rate.");
    next_header_control(context, between, segmented_width({"this step", "along the run"}));
    segmented(context, "span", {"this step", "along the run"}, chosen.along_run,
              "This step: all optimisers from one state. Along the run: what each lane's own steps "
              "gave up and gained in all, from its own states.");
    next_header_control(context, between, toggle_width("hold"));
    toggle(context, "hold", now.held,
           "Keeps the state that is shown while training goes on, so that only what you turn "
           "moves the picture.");
    end_header_controls(context);
}

// From where the steps go, and with what.
std::string origin_text(const WhyAnswer& answer) {
    const WhyState& state = answer.wish.states[answer.wish.lane];
    const char* with = !answer.wish.momentum ? "; each takes a first step"
                       : state.held          ? ", with the momentum that its optimiser holds"
                                    : "; it holds no momentum, so that each takes a first step";
    return fmt::format("From {}'s weights at step {}{}.",
                       answer.wish.compared[answer.wish.lane].name, state.step, with);
}

// ---- this step: arrows in the plane ----

constexpr const char* given_up_help =
    "Descent given up: the loss after this step less the loss after the gradient's own step of the "
    "same length, as a share of the loss before; in a phase that trains the layer towards a target "
    "of its own, its distance to that one is the loss.";
constexpr const char* gained_help =
    "Usability gained: a fresh linear head on this layer's output, trained from zero on the "
    "probe's task. Its loss after the probe's K steps, or its steps to the threshold: before this "
    "step less after it, as a share of what it was before.";

// Both as shares of what was before the step.
struct Scale {
    double loss = 1;
    ProbeResult before;
    bool to_threshold = false;

    double given_up(const StepTrade& trade) const { return trade.given_up / loss; }
    double gained(const StepTrade& trade) const {
        return to_threshold ? 1 - trade.probe.steps / before.steps : trade.gained / before.after_k;
    }
};

Scale scale_of(const PanelContext& context, const WhyAnswer& answer) {
    return {answer.loss > 0 ? answer.loss : 1, answer.probe,
            context.chosen<WhyChoices>().to_threshold};
}

ImVec4 colour_of(const Theme& theme, const WhyAnswer& answer, std::size_t step) {
    const int lane = answer.wish.compared[step].lane;
    if (lane >= 0) return theme.lane(lane);
    const auto lanes = static_cast<int>(answer.wish.states.size());
    return theme.lane(lanes + static_cast<int>(step) - lanes);
}

Curve front_curve(const Theme& theme, const WhyAnswer& answer, const Scale& scale) {
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

Chart arrows(const PanelContext& context, const WhyAnswer& answer) {
    const Theme& theme = context.theme;
    const Scale scale = scale_of(context, answer);
    const std::array<double, 2> gradient{scale.given_up(answer.front.front().trade),
                                         scale.gained(answer.front.front().trade)};
    Chart chart;
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
    for (const Mark& mark : chart.marks)
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

// The compared step of which least is left; −1: the gradient's own leaves as little.
template <class What>
int best(const WhyAnswer& answer, What what) {
    double least = what(answer.front.front().trade);
    least -= 1e-9 * std::abs(least);  // what is the gradient's own step but for rounding
    int index = -1;
    for (std::size_t i = 0; i < answer.compared.size(); ++i)
        if (what(answer.compared[i]) < least) {
            least = what(answer.compared[i]);
            index = static_cast<int>(i);
        }
    return index;
}

const std::string& layer_name(const WhyAnswer& answer) {
    return answer.wish.problem->model->matrices().at(answer.wish.layer - 1).name;
}

std::string verdict(const WhyAnswer& answer) {
    const auto name = [&](int index) {
        return index < 0 ? "the gradient's own step" : answer.wish.compared[index].name;
    };
    const int now = best(answer, [](const StepTrade& trade) { return trade.loss; });
    const int soon = best(answer, [](const StepTrade& trade) { return trade.probe.after_k; });
    const int late = best(answer, [](const StepTrade& trade) {
        return std::isnan(trade.probe.steps) ? std::numeric_limits<double>::infinity()
                                             : trade.probe.steps;
    });
    const bool own = answer.wish.states[answer.wish.lane].objective == Objective::layer_target;
    std::string text = fmt::format(
        "Best for the {} now: {}. For a fresh head on {} after {} steps: {}; to reach its "
        "threshold: {}.",
        own ? "layer's distance to its own target, which this phase trains it for," : "loss",
        name(now), layer_name(answer), answer.wish.probe.steps, name(soon), name(late));
    if (soon < 0 && late < 0)
        text +=
            " From this state the thesis does not hold: nobody downstream gains by leaving the "
            "gradient.";
    return text;
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

// Each tip's name beside it, where it covers no other; the legend has them all.
void name_tips(const PanelContext& context, const Axes& axes, const WhyAnswer& answer) {
    const Scale scale = scale_of(context, answer);
    const ImRect area{axes.position,
                      {axes.position.x + axes.extent.x, axes.position.y + axes.extent.y}};
    std::vector<ImRect> taken;
    for (const Tip& tip : tips_of(context, answer)) {
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

std::string short_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.3g}", value) : value_text(value);
}

struct Column {
    const char *name, *help;
    float weight;
    std::string (*text)(const StepTrade&);
};
constexpr std::array columns{
    Column{"fidelity", "cos(−ΔW, G): how far the step goes along the gradient.", 0.85F,
           [](const StepTrade& trade) { return short_text(trade.fidelity); }},
    Column{"kept", "1 − ‖ΔW h‖/‖W h‖ of the layer's output, h what it gets from all data.", 0.85F,
           [](const StepTrade& trade) { return short_text(trade.preservation); }},
    Column{"descent", "Loss of all data: before the step less right after it.", 1.25F,
           [](const StepTrade& trade) { return short_text(trade.descent); }},
    Column{"gained",
           "Loss of a fresh head on the layer's output after the probe's K steps: before the step "
           "less after it.",
           1.25F, [](const StepTrade& trade) { return short_text(trade.gained); }},
    Column{"steps",
           "What that head needs to the probe's threshold; > n where no more were looked at.",
           0.85F, [](const StepTrade& trade) {
               return threshold_text(trade.probe.steps, trade.probe.searched);
           }}};

void table(PanelContext& context, const WhyAnswer& answer) {
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.12F)});
    if (ImGui::BeginTable("steps", static_cast<int>(columns.size()) + 1,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings)) {
        ImGui::TableSetupColumn("step", ImGuiTableColumnFlags_WidthStretch, 1.8F);
        for (const Column& column : columns)
            ImGui::TableSetupColumn(column.name, ImGuiTableColumnFlags_WidthStretch, column.weight);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        for (const Column& column : columns) {
            right_cell(column.name, context.theme.dim);
            hover_help(context, column.name, column.help);
        }
        const auto row = [&](const std::string& name, const ImVec4& colour,
                             const StepTrade& trade) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(colour, "%s", name.c_str());
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (const Column& column : columns) right_cell(column.text(trade), context.theme.text);
            ImGui::PopFont();
        };
        row("the gradient itself", context.theme.text, answer.front.front().trade);
        for (std::size_t i = 0; i < answer.compared.size(); ++i) {
            const int lane = answer.wish.compared[i].lane;
            row(answer.wish.compared[i].name,
                lane >= 0 ? context.theme.lane_text(lane) : context.theme.dim, answer.compared[i]);
        }
        row(fmt::format("p = {:.2f}", answer.wish.power), context.theme.dim, answer.followed);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

// ---- along the run ----

Chart ways_of(const PanelContext& context, const WhyNow& now) {
    Chart chart;
    double right = 0, low = 0, high = 0;
    for (std::size_t l = now.ways.size(); l-- > 0;) {
        const WhyWay& way = now.ways[l];
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

void chart_with_menu(PanelContext& context, const ChartOptions& options,
                     const std::function<Chart(const PanelContext&)>& describe, const char* title,
                     const std::string& help, const std::function<void(const Axes&)>& inside = {}) {
    const Chart chart = describe(context);
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    if (inside) inside(axes);
    end_chart(context, axes);
    if (axes.hovered) hover_help(context, title, help);
    chart_menu(context, options, axes, describe);
}

void draw_why(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->spec || !snapshot->problem || snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    header(context);
    const WhyNow& now = why_now(context, wish_of(context));
    const WhyAnswer& answer = now.answer;
    SideColumn column = begin_side_column("steps", em(33), em(16));
    sliders(context);
    ImGui::Dummy({0, em(0.2F)});
    if (!now.work.error().empty()) {
        dim_paragraph(context, now.work.error());
    } else if (answer.ready()) {
        dim_paragraph(context, verdict(answer));
        ImGui::Dummy({0, em(0.2F)});
        table(context, answer);
    } else {
        ImGui::TextColored(context.theme.dim, "working it out");
    }
    end_side_column(column);
    if (!answer.ready()) return;
    if (context.chosen<WhyChoices>().along_run)
        chart_with_menu(
            context, {.id = "##ways", .name = "trade-along-the-run", .size = column.rest},
            [&](const PanelContext& on) { return ways_of(on, now); }, "Along the run",
            fmt::format("Each lane's own steps of {} from its own states, summed over {} states "
                        "that were looked at; between two of them every step counts as the later "
                        "one's. Right: loss given up against the gradient's own step of the same "
                        "length. Up: loss of a fresh head after its K steps, before less after.",
                        layer_name(answer), now.ways.empty() ? 0 : now.ways.front().steps.size()));
    else
        chart_with_menu(
            context, {.id = "##arrows", .name = "trade-of-a-step", .size = column.rest},
            [&](const PanelContext& on) { return arrows(on, answer); }, "Why",
            std::string("Arrows begin at the gradient's own step. ") + given_up_help + "\n\n" +
                gained_help + "\n\n" + origin_text(answer),
            [&](const Axes& axes) { name_tips(context, axes, answer); });
}

}  // namespace

constinit const Panel why_panel{
    .title = "Why",
    .explanation = "what one step gives up now and buys for who builds on it",
    .help =
        "From the newest state one step of each optimiser is taken on a copy: with the momentum "
        "that the lane has there, or a first step. To the right: descent that it gives up against "
        "the gradient's own step. Up: how much better a fresh layer downstream learns from the "
        "layer's output after it. The curve is every spectral power of the gradient, from itself "
        "over the polar factor to powers below zero.",
    .draw = draw_why,
    .least = {24, 13},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
