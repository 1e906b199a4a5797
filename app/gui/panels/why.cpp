#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "app/gui/drawn_step.h"
#include "app/gui/local_row.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/why.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/time_cursor.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {
namespace {

using namespace plots;

std::vector<Remembered> remembered(Preferences& preferences) {
    WhyChoices& own = preferences.panels.of<WhyChoices>();
    return {{"why_layer", &own.layer, 0, most_matrices - 1},
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
        const DrawnLane lane = drawn_lane(context, l);
        if (lane.phase != nullptr)
            steps.push_back(
                {lane.name.lane, optimizer_of(*lane.phase, layer), static_cast<int>(l)});
    }
    const Phase* phase = drawn_lane(context, static_cast<std::size_t>(from)).phase;
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
    "lane takes minibatches, of a transformer that of the held-out sequences, and the optimiser's "
    "norm law, schedule and weight decay are in the "
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

// A state of the past stays as well, until the newest is followed again.
void hold_toggle(PanelContext& context, WhyNow& now) {
    const bool past = context.kept<WatchedRun>().past() != nullptr;
    bool held = now.held || past;
    toggle(context, "hold", held,
           "Keeps the state that is shown while training goes on, so that only what you turn "
           "moves the picture.");
    if (past && !held) look_at_newest(context);
    now.held = held && !past;
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
        context, source_picker_width(context) + (several ? between + picker_width(lanes) : 0) +
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
    hold_toggle(context, now);
    end_header_controls(context);
}

constexpr const char* given_up_help =
    "Descent given up: the loss after this step less the loss after the gradient's own step of the "
    "same length, as a share of the loss before; in a phase that trains the layer towards a target "
    "of its own, its distance to that one is the loss.";
constexpr const char* gained_help =
    "Usability gained: a fresh linear head on this layer's output, trained from zero on the "
    "probe's task. Its loss after the probe's K steps, or its steps to the threshold: before this "
    "step less after it, as a share of what it was before.";

// From where the steps go, and with what.
std::string origin_text(const WhyAnswer& answer) {
    const WhyState& state = origin(answer);
    const char* with = !answer.wish.momentum ? "; each takes a first step"
                       : state.held          ? ", with the momentum that its optimiser holds"
                       : state.kept ? "; it holds no momentum, so that each takes a first step"
                                    : "; what its optimiser held is not known, so that "
                                      "each takes a first step";
    return fmt::format("From {}'s weights at step {}{}.", state.lane, state.step, with);
}

// Where that is not the newest state, or not with what the lane had there.
void say_origin(PanelContext& context, const WhyAnswer& answer) {
    const WhyState& state = origin(answer);
    if (answer.wish.past) {
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextColored(context.theme.lane_text(answer.wish.lane), "%s, step %lld",
                           state.lane.c_str(), static_cast<long long>(state.step));
        ImGui::PopFont();
    }
    if (answer.wish.momentum && !state.kept)
        dim_paragraph(context,
                      "What its optimiser held there is not known: each takes a first step.");
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
        name(now), head_place(answer), answer.wish.probe.steps, name(soon), name(late));
    const Model& model = *answer.wish.problem->model;
    if (model.matrices()[index_of(answer.wish.layer)].kind == MatrixKind::head)
        text += " The model's own head moves nothing that another could be built on.";
    else if (soon < 0 && late < 0)
        text +=
            " From this state the thesis does not hold: nobody downstream gains by leaving the "
            "gradient.";
    return text;
}

std::string short_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.3g}", value) : value_text(value);
}

struct TradeColumn {
    const char *name, *help;
    float weight;
    std::string (*text)(const StepTrade&);
};
constexpr std::array columns{
    TradeColumn{"fidelity", "cos(−ΔW, G): how far the step goes along the gradient.", 0.85F,
                [](const StepTrade& trade) { return short_text(trade.fidelity); }},
    TradeColumn{"kept", "1 − ‖ΔW h‖/‖W h‖ of the layer's output, h what it gets from all data.",
                0.85F, [](const StepTrade& trade) { return short_text(trade.preservation); }},
    TradeColumn{"descent", "Loss of all data: before the step less right after it.", 1.1F,
                [](const StepTrade& trade) { return short_text(trade.descent); }},
    TradeColumn{
        "gained",
        "Loss of a fresh head on the layer's output after the probe's K steps: before the step "
        "less after it.",
        1.1F, [](const StepTrade& trade) { return short_text(trade.gained); }},
    TradeColumn{"steps",
                "What that head needs to the probe's threshold; > n where no more were looked at.",
                1.2F, [](const StepTrade& trade) {
                    return threshold_text(trade.probe.steps, trade.probe.searched);
                }}};

void table(PanelContext& context, const WhyAnswer& answer) {
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.12F)});
    if (ImGui::BeginTable("steps", static_cast<int>(columns.size()) + 1,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings)) {
        ImGui::TableSetupColumn("step", ImGuiTableColumnFlags_WidthStretch, 1.8F);
        for (const TradeColumn& column : columns)
            ImGui::TableSetupColumn(column.name, ImGuiTableColumnFlags_WidthStretch, column.weight);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        for (const TradeColumn& column : columns) {
            right_cell(column.name, context.theme.dim);
            hover_help(context, column.name, column.help);
        }
        const auto row = [&](const std::string& name, const ImVec4& colour,
                             const StepTrade& trade) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(colour, "%s", name.c_str());
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (const TradeColumn& column : columns)
                right_cell(column.text(trade), context.theme.text);
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

void draw_chart(PanelContext& context, const WhyNow& now, ImVec2 size) {
    const WhyAnswer& answer = now.answer;
    if (context.chosen<WhyChoices>().along_run)
        chart_with_menu(
            context, {.id = "##ways", .name = "trade-along-the-run", .size = size},
            [&](const PanelContext& on) { return why_along_run(on, now); }, "Along the run",
            fmt::format("Each lane's own steps of {} from its own states, summed over {} states "
                        "that were looked at; between two of them every step counts as the later "
                        "one's. Right: loss given up against the gradient's own step of the same "
                        "length. Up: loss of a fresh head after its K steps, before less after.",
                        layer_name(answer), now.ways.empty() ? 0 : now.ways.front().states()));
    else
        chart_with_menu(
            context,
            {.id = "##arrows",
             .name = "trade-of-a-step",
             .size = size,
             .step = answer.wish.past ? origin(answer).step : -1},
            [&](const PanelContext& on) { return why_arrows(on, answer); }, "Why",
            std::string("Arrows begin at the gradient's own step. ") + given_up_help + "\n\n" +
                gained_help + "\n\n" + origin_text(answer),
            [&](const Axes& axes) { name_tips(context, axes, answer); });
}

void draw_why(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->spec || !snapshot->problem || snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    watch_run(context);
    header(context);
    const WhyNow& now = why_now(context, wish_of(context));
    const WhyAnswer& answer = now.answer;
    const ImVec2 corner = ImGui::GetCursorScreenPos(), whole = ImGui::GetContentRegionAvail();
    SideColumn column = begin_side_column("steps", em(33), em(16), 0);
    sliders(context);
    ImGui::Dummy({0, em(0.2F)});
    if (!now.work.error().empty()) {
        dim_paragraph(context, now.work.error());
    } else if (answer.ready()) {
        say_origin(context, answer);
        dim_paragraph(context, verdict(answer));
        ImGui::Dummy({0, em(0.2F)});
        table(context, answer);
    } else {
        ImGui::TextColored(context.theme.dim, "working it out");
    }
    end_side_column(column);
    if (answer.ready()) draw_chart(context, now, column.rest);
    ImGui::SetCursorScreenPos(corner);
    ImGui::Dummy({std::max(1.0F, whole.x), std::max(1.0F, whole.y)});
}

}  // namespace

const std::string& layer_name(const WhyAnswer& answer) {
    return answer.wish.problem->model->matrices().at(answer.wish.layer - 1).name;
}

std::string head_place(const WhyAnswer& answer) {
    const Problem& problem = *answer.wish.problem;
    if (!problem.task) return layer_name(answer);
    return fmt::format("the stream behind block {}", built_on(problem, answer.wish.layer));
}

constinit const Panel why_panel{
    .title = "Why",
    .explanation = "what one step gives up now and buys for who builds on it",
    .help =
        "From the newest state, or the one that is looked back at, one step "
        "of each optimiser is taken on a copy: with the momentum that the lane has there, or a "
        "first step. To the right: descent that it gives up against "
        "the gradient's own step. Up: how much better a fresh layer downstream learns from the "
        "layer's output after it, of a transformer from the stream behind the matrix's block. The "
        "curve is every spectral power of the gradient, from itself over the polar factor to "
        "powers "
        "below zero.",
    .draw = draw_why,
    .least = {24, 13},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
