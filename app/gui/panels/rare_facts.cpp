#include "app/gui/panels/rare_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/shown_lanes.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/associations.h"

namespace muonscope::gui {

using namespace plots;

double frequency_of(const Snapshot& snapshot, int fact) {
    if (!snapshot.problem || fact >= snapshot.problem->fact_frequencies.size()) return std::nan("");
    return snapshot.problem->fact_frequencies(fact);
}

const char* quantity_name(const RareFactsChoices& chosen) {
    return chosen.probability ? "P(right answer)" : "loss";
}

std::size_t fact_channel(const Layout& layout, const RareFactsChoices& chosen, int k) {
    return chosen.probability ? layout.fact_probability(k) : layout.fact_loss(k);
}

namespace {

std::vector<Remembered> remembered(Preferences& preferences) {
    RareFactsChoices& own = preferences.panels.of<RareFactsChoices>();
    return {{"facts_view", &own.view, 0, 2},
            {"facts_probability", &own.probability},
            {"facts_log", &own.logarithmic}};
}

std::string explanation(const Experiment& experiment) {
    if (facts_of(experiment) == 0) return "of facts: associations, or a transformer's";
    return fmt::format(
        "{} facts, the k-th asked for ~ k^−{:g}", facts_of(experiment),
        is_transformer(experiment) ? experiment.task.exponent : experiment.data.exponent);
}

void header(PanelContext& context) {
    RareFactsChoices& own = context.chosen<RareFactsChoices>();
    const float between = em(0.6F);
    float width = segmented_width({"thirds", "by fact", "map"}) + between +
                  segmented_width({"loss", "probability"});
    if (!own.probability) width += between + segmented_width({"linear", "log"});
    begin_header_controls(context, width);
    segmented(
        context, "view", {"thirds", "by fact", "map"}, own.view,
        "Thirds: the mean over the facts that are asked for most, over those between and over "
        "those that are asked for least, over steps. By fact: each at one step, the one asked "
        "for most first. Map: each over steps, colour is size; of each pixel its largest value "
        "above, its smallest below.");
    next_header_control(context, between, segmented_width({"loss", "probability"}));
    segmented(
        context, "what", {"loss", "probability"}, own.probability,
        "A fact's own loss, or the probability of its right answer, the softmax of the scores "
        "Vᵀ F(e) of all values. Both without its frequency.");
    if (!own.probability) {
        next_header_control(context, between, segmented_width({"linear", "log"}));
        segmented(context, "scale", {"linear", "log"}, own.logarithmic,
                  "Log tells apart what is nearly learned; a zero lies on the floor.");
    }
    end_header_controls(context);
}

struct Third {
    const char *id, *name, *help;
    FactRange facts;
};

std::array<Third, 3> thirds_of(int facts) {
    const FactParts parts = parts_of_facts(facts);
    return {{{"##head", "head",
              "Mean over the third of the facts that is asked for most, each "
              "counting once.",
              parts.head},
             {"##middle", "middle",
              "Mean over the facts between the first third and the last, "
              "each counting once.",
              parts.middle},
             {"##tail", "tail",
              "Mean over the third of the facts that is asked for least, each "
              "counting once.",
              parts.tail}}};
}

// "head, facts 1–21"; a range of one is no range.
std::string title_of(const Third& third) {
    const std::string which = facts_text(third.facts.begin, third.facts.end);
    return fmt::format("{}, {}", third.name, which.substr(0, which.find(',')));
}

const char* axis_of_thirds(const PanelContext& context) {
    return context.chosen<RareFactsChoices>().probability ? "probability of facts"
                                                          : "loss of facts";
}

std::vector<TheoryCurve> theory_of_third(const PanelContext& context, std::size_t third) {
    const bool probability = context.chosen<RareFactsChoices>().probability;
    const StepRange steps = shown_steps(context, axis_of_thirds(context)).range;
    const auto last = static_cast<std::int64_t>(std::max(0.0, steps.max));
    std::vector<TheoryCurve> curves;
    for (std::size_t l = 0; l < context.snapshot->lanes.size(); ++l) {
        FactTheory* theory = theory_of(context, l);
        if (theory == nullptr) continue;
        const FactTheory::Course& course = theory->course(last);
        curves.push_back({fmt::format("theory, {}", context.snapshot->lanes[l].name), course.steps,
                          probability ? course.probability[third] : course.loss[third]});
    }
    return curves;
}

LanePlot plot_of_third(const PanelContext& context, const Third& third, std::size_t index) {
    const RareFactsChoices& chosen = context.chosen<RareFactsChoices>();
    const Layout& layout = context.snapshot->layout;
    LanePlot plot;
    plot.axis = axis_of_thirds(context);
    plot.id = third.id;
    plot.name = third.name;
    plot.first_channel = chosen.probability ? layout.head_probability() : layout.head_loss();
    plot.channels = 3;
    plot.curve = static_cast<int>(index);
    plot.holds_all = true;
    plot.legend = false;
    plot.logarithmic = chosen.logarithmic && !chosen.probability;
    if (chosen.probability) plot.ends_at = 1.02;
    plot.theory = theory_of_third(context, index);
    plot.awaited = "Waiting for the first step";
    return plot;
}

// One legend for all three; what it takes.
float draw_key(PanelContext& context, ImVec2 room) {
    std::vector<KeyRow> key = lane_key(context);
    if (!theory_of_third(context, 0).empty()) key.push_back(theory_key(context.theme));
    const float inset = em(0.3F);
    const LegendPlaces places = place_legend(key, {room.x - inset, room.y});
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    draw_lane_legend(context, "thirds", {corner.x + inset, corner.y}, places, key);
    return places.height;
}

}  // namespace

void draw_thirds(PanelContext& context, ImVec2 room) {
    begin_frame(context);
    const float above = draw_key(context, room);
    ImVec2 origin = ImGui::GetCursorScreenPos();
    origin.y += above;
    room.y -= above;
    const auto thirds = thirds_of(context.snapshot->layout.facts());
    const float gap = em(0.6F), count = static_cast<float>(thirds.size());
    const ImVec2 share{(room.x - (count - 1) * gap) / count, (room.y - (count - 1) * gap) / count};
    // One below the other where they would be narrow, as long as none becomes flat instead.
    const bool beside = share.x > em(10) || share.y < em(7);
    const ImVec2 each = beside ? ImVec2{share.x, room.y} : ImVec2{room.x, share.y};
    for (std::size_t i = 0; i < thirds.size(); ++i) {
        const auto along = static_cast<float>(i);
        ImGui::SetCursorScreenPos(beside ? ImVec2{origin.x + along * (each.x + gap), origin.y}
                                         : ImVec2{origin.x, origin.y + along * (each.y + gap)});
        const std::string help = thirds[i].help + std::string(theory_help);
        draw_titled_lane_plot(context, title_of(thirds[i]).c_str(), help.c_str(),
                              plot_of_third(context, thirds[i], i), each);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, 1});
}

namespace {

void draw_rare_facts(PanelContext& context) {
    header(context);
    if (!has_measured_room(context, 8, 6)) return;
    if (context.snapshot->layout.facts() == 0) {
        centred_note(context, "Choose the preset Rare facts, or Data: Associations");
        return;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    switch (static_cast<FactsView>(context.chosen<RareFactsChoices>().view)) {
        case FactsView::thirds:
            draw_thirds(context, room);
            break;
        case FactsView::by_fact:
            draw_by_fact(context, room);
            break;
        case FactsView::map:
            draw_fact_maps(context, room);
            break;
    }
}

}  // namespace

constinit const Panel rare_facts_panel{
    .title = "Rare facts",
    .explanation = "what was learned of frequent and of rare facts",
    .help =
        "A fact pulls at the weights as often as it is asked for. SGD moves as far as it is pulled "
        "and learns the head first, the tail last. Steps of one length in every direction learn "
        "all facts together, as long as each has a direction of its own: with Gaussian keys in too "
        "few dimensions none has.",
    .draw = draw_rare_facts,
    .least = {22, 11},
    .explain = explanation,
    .remembered = remembered,
};

}  // namespace muonscope::gui
