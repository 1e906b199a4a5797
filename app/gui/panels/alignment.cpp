#include "app/gui/panels/alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/adjacent_matrices.h"

// How singular directions of layers, product and target lie to one another, and what follows from
// it for the descent.
namespace muonscope::gui {

namespace {

using namespace plots;

std::vector<Remembered> remembered(Preferences& preferences) {
    AlignmentChoices& own = preferences.panels.of<AlignmentChoices>();
    return {{"alignment_view", &own.view, 0, 4},
            {"alignment_pair", &own.pair, 0, 15},
            {"alignment_roots", &own.roots},
            {"alignment_horizon", &own.horizon, 0, 2}};
}

constexpr std::array views{"target basis", "left vectors", "neighbours", "conserved", "descent"};

std::vector<std::string> horizon_names() {
    std::vector<std::string> names;
    for (const double horizon : forecast_horizons)
        names.push_back(fmt::format("{:g} steps", horizon));
    return names;
}

std::vector<const char*> labels_of(const std::vector<std::string>& names) {
    std::vector<const char*> labels;
    for (const std::string& name : names) labels.push_back(name.c_str());
    return labels;
}

std::vector<std::string> pair_names(const PanelContext& context) {
    std::vector<std::string> names{"all pairs"};
    if (context.snapshot && context.snapshot->problem)
        for (AdjacentMatrices& pair : adjacent_matrices(context.snapshot->problem->experiment))
            names.push_back(std::move(pair.name));
    return names;
}

bool has_target(const PanelContext& context) {
    return !context.snapshot || !context.snapshot->problem || !context.snapshot->problem->task;
}

void header(PanelContext& context) {
    AlignmentChoices& chosen = context.chosen<AlignmentChoices>();
    const AlignmentView view = shown_view(context);
    const bool pairs = view == AlignmentView::neighbours || view == AlignmentView::conserved;
    const std::vector<std::string> names = pair_names(context);
    const std::vector<const char*> words = labels_of(names);
    const std::vector<std::string> ahead = horizon_names();
    const std::vector<const char*> horizons = labels_of(ahead);
    chosen.pair = std::clamp(chosen.pair, 0, static_cast<int>(names.size()) - 1);
    const float between = em(0.5F);
    const float kinds = segmented_width({"Grams", "roots"});
    const bool several = has_target(context);
    float width = several ? picker_width(views) + (pairs ? between : 0) : 0;
    if (pairs) width += picker_width(words);
    if (view == AlignmentView::conserved) width += between + kinds;
    if (view == AlignmentView::descent) width += between + picker_width(horizons);
    begin_header_controls(context, width);
    if (pairs) {
        picker(context, "##pair", words, chosen.pair,
               several ? "Which neighbouring layers."
                       : "Which matrices: the second writes what the first reads, query and key "
                         "write what is multiplied.");
        if (several) ImGui::SameLine(0, between);
    }
    if (view == AlignmentView::conserved) {
        segmented(context, "of", {"Grams", "roots"}, chosen.roots,
                  "Grams: W_{l+1}ᵀW_{l+1} − W_l W_lᵀ, which gradient flow keeps from any start. "
                  "Roots: the difference of their positive square roots, which Muon keeps where "
                  "layers are aligned and its factor is exact.");
        ImGui::SameLine(0, between);
    }
    if (view == AlignmentView::descent) {
        picker(context, "##horizon", horizons, chosen.horizon,
               "How far ahead the forecast reaches, and over how many steps earlier ones are held "
               "against what came.");
        ImGui::SameLine(0, between);
    }
    if (several)
        picker(
            context, "##view", views, chosen.view,
            "Target basis: Uᵀ P V for the target A = U S Vᵀ; learning fills the diagonal. Left "
            "vectors: |Uᵀ U_target|, how far the product's output directions are the target's. "
            "Neighbours: |V_{l+1}ᵀ U_l|, how far a layer takes up what the one before puts out. "
            "Conserved: what neighbours keep of how they differ. Descent: λ_eff of each layer and "
            "the loss that it forecasts.");
    end_header_controls(context);
}

void draw_alignment(PanelContext& context) {
    header(context);
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->problem || !snapshot->spec || snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (room.x < em(4) || room.y < em(3)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    const AlignmentView view = shown_view(context);
    const AlignmentNow& now = alignment_now(context, view);
    const bool pairs = view == AlignmentView::neighbours || view == AlignmentView::conserved;
    if (pairs && snapshot->layout.layers() < 2)
        centred_note(context, "One layer has no neighbour");
    else if (!now.work.error().empty())
        centred_note(context, now.work.error());
    else if (view == AlignmentView::descent)
        draw_descent(context, room);
    else if (now.lanes.empty())
        centred_note(context, "working it out");
    else if (view == AlignmentView::conserved)
        draw_conserved(context, now, room);
    else
        draw_alignment_squares(context, now, room);
}

}  // namespace

AlignmentView shown_view(const PanelContext& context) {
    return has_target(context) ? static_cast<AlignmentView>(context.chosen<AlignmentChoices>().view)
                               : AlignmentView::neighbours;
}

constinit const Panel alignment_panel{
    .title = "Alignment",
    .explanation = "whose directions are whose",
    .help =
        "Singular directions held against one another, every entry of every matrix: of the product "
        "against the target's, and of each layer against its neighbour's. Brackets mark directions "
        "of nearly equal singular values, which are free to turn among themselves. Further views: "
        "what neighbouring layers keep while they learn, and how fast descent would go from "
        "here.\n\n"
        "Of a transformer: matrices that meet in one space, all heads side by side: queries with "
        "keys, what output takes up of value, mlp out of mlp in, the first value of the embedding, "
        "the head of the last mlp out.",
    .draw = draw_alignment,
    .least = {15, 10},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
