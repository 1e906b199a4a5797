#include "app/gui/panels/lanes.h"
#include "app/gui/current_phase.h"
#include "app/gui/fonts.h"
#include "app/gui/ghosts.h"
#include "app/gui/lost_lanes.h"
#include "app/gui/panels/ghost_rows.h"
#include "app/gui/panels/panels.h"
#include "app/gui/parameter_row.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/matrix_groups.h"
#include "core/optim/flavours.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace muonscope::gui {
namespace {

// A control that would do nothing is not shown, nor, at first, one that is rarely turned and stands
// where it stood.
bool is_shown(const OptimizerSpec& optimizer, std::string_view key, bool more) {
    if (key == "kind") return false;  // stands above, as wide as the card
    return applies(optimizer, key) && (more || !rarely_turned(optimizer, key));
}

std::string number(double value) {
    return fmt::format("{:.3g}", value);
}

// Comparisons are fair or say they are not.
std::string unfairness(const Spec& spec) {
    std::string rates;
    bool differ = false;
    double first = 0;
    for (const Recipe& recipe : spec.lanes) {
        const double lr = recipe.phases.front().optimizer.lr;
        if (rates.empty()) first = lr;
        differ = differ || lr != first;
        rates += (rates.empty() ? "" : ", ") + recipe.name + " " + number(lr);
    }
    return differ ? rates : std::string();
}

// What the controls of a lane may speak of: everything, one matrix, or a group of them.
struct Subject {
    std::string name, path;  // path: of its optimiser, behind "lanes.0."
    std::vector<int> matrices;
};
std::vector<Subject> subjects_of(const Snapshot& snapshot) {
    const Experiment& experiment = snapshot.spec->experiment;
    std::vector<Subject> subjects{
        {is_transformer(experiment) ? "all matrices" : "all layers", "", {}}};
    for (const MatrixGroup& group : matrix_groups(experiment))
        subjects.push_back({group.name, fmt::format("layers.{}.", group.slug), group.matrices});
    for (int layer = 1; layer <= count_of_matrices(experiment); ++layer)
        subjects.push_back({plots::source_name(snapshot.layout, layer),
                            fmt::format("layers.{}.", layer),
                            {layer}});
    return subjects;
}

void layer_list(PanelContext& context, int lane, const std::vector<Subject>& subjects,
                float width) {
    int& chosen = context.kept<LanesView>().layer[lane];
    const auto name = [&](int subject) -> const std::string& {
        return subjects[static_cast<std::size_t>(subject)].name;
    };
    ImGui::SetNextItemWidth(width);
    ImGui::PushStyleColor(ImGuiCol_FrameBg, ImVec4{0, 0, 0, 0});
    ImGui::PushStyleColor(ImGuiCol_Text, chosen == 0 ? context.theme.dim : context.theme.text);
    const bool open = begin_combo(context, "##layer", name(chosen).c_str());
    ImGui::PopStyleColor(2);
    if (!open) {
        hover_help(context, "Layers",
                   "Which layers the controls below speak of. One layer alone takes its own "
                   "optimiser and parameters from the next step on.");
        return;
    }
    for (int subject = 0; subject < static_cast<int>(subjects.size()); ++subject)
        if (list_row(name(subject).c_str(), subject == chosen)) chosen = subject;
    ImGui::EndCombo();
}

void lane_menu(PanelContext& context, int lane) {
    if (ImGui::Button(icon::dots, {em(1.7F), 0})) ImGui::OpenPopup("lane menu");
    hover_help(context, "More", "Name, copy, order; what happens to the momentum on a switch.");
    if (!ImGui::BeginPopup("lane menu")) return;
    lane_list_rows(context, lane);
    ImGui::Separator();
    ImGui::TextColored(context.theme.dim, "When the optimiser is switched");
    if (ImGui::MenuItem("Keep momentum", nullptr, context.view.keep_momentum))
        context.view.keep_momentum = true;
    hover_help(context, "Keep momentum",
               "The average of the gradients survives, in the new optimiser's units.");
    if (ImGui::MenuItem("Flush momentum", nullptr, !context.view.keep_momentum))
        context.view.keep_momentum = false;
    ImGui::Separator();
    if (ImGui::MenuItem("Swap the lanes' optimisers", "S"))
        context.send(SwapOptimizers{context.view.keep_momentum});
    const int layer = context.kept<LanesView>().layer[lane];
    if (layer > 0 && ImGui::MenuItem("Speak of all layers again"))
        context.kept<LanesView>().layer[lane] = 0;
    ImGui::EndPopup();
}

void phase_line(PanelContext& context, const Recipe& recipe, const LaneSnapshot& lane) {
    const int count = static_cast<int>(recipe.phases.size());
    if (count < 2) return;
    std::string text;
    if (lane.phase >= count) {
        text = "all phases done";
    } else {
        text = fmt::format("phase {} of {}: {}", lane.phase + 1, count,
                           recipe.phases[lane.phase].name);
        if (lane.phase + 1 < count)
            text += fmt::format(", then {}",
                                recipe.phases[static_cast<std::size_t>(lane.phase) + 1].name);
    }
    ImGui::TextColored(context.theme.dim, "%s", text.c_str());
    std::string all;
    for (int i = 0; i < count; ++i) {
        const std::size_t index = i;
        all += fmt::format("{}{}. {}: {} steps so far", i > 0 ? "\n" : "", i + 1,
                           recipe.phases[index].name,
                           index < lane.phase_steps.size() ? lane.phase_steps[index] : 0);
    }
    hover_help(context, "Phases", all);
}

// In the heading, so that no control below moves when a lane diverges.
void lost_badge(PanelContext& context, int index, const LaneSnapshot& lane, float right) {
    if (!lane.divergence) return;
    const std::string text = fmt::format("{} step {}##lost", icon::warning, lane.divergence->step);
    const float width = ImGui::CalcTextSize(text.c_str(), nullptr, true).x + em(0.8F);
    ImGui::SameLine();
    ImGui::SetCursorPosX(std::min(ImGui::GetCursorPosX(), right - width));
    ImGui::PushStyleColor(ImGuiCol_Button, context.theme.card);
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.bad);
    if (ImGui::Button(text.c_str(), {width, 0})) ImGui::OpenPopup("lost");
    ImGui::PopStyleColor(2);
    const std::string what = divergence_text(lane, context.snapshot->layout);
    hover_help(context, "Diverged",
               what + fmt::format(". The last sound picture of it stays, that of step {}; the "
                                  "other lanes go on. Press for the ways on.",
                                  lane.sound_step));
    if (!ImGui::BeginPopup("lost")) return;
    ImGui::TextColored(context.theme.bad, "%s", what.c_str());
    ways_on(context, index);
    ImGui::EndPopup();
}

void lane_heading(PanelContext& context, int index, const LaneSnapshot& lane,
                  const std::vector<Subject>& subjects) {
    const float all = ImGui::GetContentRegionAvail().x;
    const float x = ImGui::GetCursorPosX();
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {em(0.4F), em(0.12F)});
    float widest = 0;
    for (const Subject& subject : subjects)
        widest = std::max(widest, ImGui::CalcTextSize(subject.name.c_str()).x);
    const bool several = subjects.size() > 2;
    const float menu = em(1.7F);
    // Never more than its share, however narrow the panel.
    const float layers = several ? std::min(std::max(widest + em(2.4F), em(6.6F)), 0.55F * all) : 0;
    ImGui::PushFont(context.fonts.heading, 0);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float room = std::max(em(1), all - menu - layers - em(0.4F));
    const float width = std::min(ImGui::CalcTextSize(lane.name.c_str()).x, room);
    fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + ImGui::GetStyle().FramePadding.y},
                width + 1, context.theme.lane_text(index), lane.name.c_str());
    ImGui::Dummy({width, ImGui::GetFrameHeight()});
    ImGui::PopFont();
    hover_help(context, lane.name, "A lane: the shared experiment by a recipe of its own.");
    lost_badge(context, index, lane, x + all - menu - layers);
    if (several) {
        ImGui::SameLine();
        ImGui::SetCursorPosX(x + all - menu - layers);
        layer_list(context, index, subjects, layers);
    }
    ImGui::SameLine(0, 0);
    ImGui::SetCursorPosX(x + all - menu);
    ImGui::PushStyleColor(ImGuiCol_Button, ImVec4{0, 0, 0, 0});
    lane_menu(context, index);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
}

std::int64_t current_phase_steps(const LaneSnapshot& lane) {
    const std::size_t phase = std::max(0, lane.phase);
    return phase < lane.phase_steps.size() ? lane.phase_steps[phase] : 0;
}

// Which optimiser moves what, where not all are alike; below the heading, so that "all" misleads
// nobody.
void optimizers_line(PanelContext& context, const Phase& phase) {
    const Experiment& experiment = context.snapshot->spec->experiment;
    std::vector<std::pair<std::string, std::vector<int>>> parts;
    for (int layer = 1; layer <= count_of_matrices(experiment); ++layer) {
        if (!trains(phase, layer)) continue;
        const OptimizerSpec& own = optimizer_of(phase, layer);
        const std::string words = fmt::format("{} {:.3g}", rule_of(own.kind).label, own.lr);
        auto at = std::find_if(parts.begin(), parts.end(),
                               [&](const auto& part) { return part.first == words; });
        if (at == parts.end()) at = parts.insert(parts.end(), {words, {}});
        at->second.push_back(layer);
    }
    if (parts.size() < 2) return;
    std::string text, help;
    for (const auto& [words, matrices] : parts) {
        const std::string where = matrix_words(experiment, matrices);
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", words, where);
        help += fmt::format("{}{}: {}", help.empty() ? "" : "\n", words, where);
    }
    fitted_line(ImGui::GetContentRegionAvail().x, context.theme.dim, text);
    hover_help(context, "Optimisers and learning rates", help);
}

void lane_controls(PanelContext& context, int index, const std::vector<Subject>& subjects) {
    const Snapshot& s = *context.snapshot;
    const Subject& subject =
        subjects[static_cast<std::size_t>(context.kept<LanesView>().layer[index])];
    const Phase& phase = *current_phase(s, index);
    if (!phase.layer_optimizers.empty()) optimizers_line(context, phase);
    const OptimizerSpec& optimizer =
        subject.matrices.empty() ? phase.optimizer : optimizer_of(phase, subject.matrices.front());
    const std::string scope = fmt::format("lanes.{}.{}optimizer.", index, subject.path);
    for (const Parameter& parameter : optimizer_parameters())
        if (parameter.key == "kind")
            choice_field(context, parameter, scope + std::string(parameter.key),
                         get(optimizer, parameter.key));
    for (const Parameter& parameter : optimizer_parameters())
        if (is_shown(optimizer, parameter.key, context.kept<LanesView>().more))
            parameter_row(context, parameter, scope + std::string(parameter.key),
                          get(optimizer, parameter.key), index,
                          parameter.key == "flavour" ? flavour_text(optimizer) : "");
    if (!(optimizer.schedule == ScheduleSpec{}))
        draw_schedule(context, index, optimizer,
                      current_phase_steps(s.lanes[static_cast<std::size_t>(index)]));
}

void lane_card(PanelContext& context, int index) {
    const Snapshot& s = *context.snapshot;
    const std::size_t i = index;
    const Recipe& recipe = s.spec->lanes[i];
    const LaneSnapshot& lane = s.lanes[i];
    const Theme& t = context.theme;
    const float pad = em(0.6F), edge = std::max(2.0F, em(0.2F));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;

    ImGui::PushID(index);
    ImGui::SetCursorScreenPos({at.x + pad + edge, at.y + em(0.35F)});
    ImGui::BeginChild("lane", {width - 2 * pad - edge, 0},
                      ImGuiChildFlags_AutoResizeY | ImGuiChildFlags_AlwaysAutoResize |
                          ImGuiChildFlags_NavFlattened,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    const std::vector<Subject> subjects = subjects_of(s);
    lane_heading(context, index, lane, subjects);
    phase_line(context, recipe, lane);
    lane_controls(context, index, subjects);
    ImGui::EndChild();
    const float bottom = ImGui::GetItemRectMax().y + em(0.35F);
    ImGui::PopID();

    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float half = ImGui::GetStyle().ChildBorderSize / 2,
                corner = size::corner * t.scale * 0.7F;
    draw->AddRect({at.x + half, at.y + half}, {at.x + width - half, bottom - half}, u32(t.border),
                  corner, 0, 2 * half);
    draw->AddRectFilled(at, {at.x + edge, bottom}, u32(t.lane(index)), corner,
                        ImDrawFlags_RoundCornersLeft);
    ImGui::SetCursorScreenPos({at.x, bottom + em(0.45F)});
    ImGui::Dummy({0, 0});
    ImGui::SetCursorScreenPos({at.x, bottom + em(0.45F)});
}

void section(PanelContext& context, const char* title, const char* note, const char* help) {
    ImGui::Dummy({0, em(0.2F)});
    ImGui::BeginGroup();
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(title);
    ImGui::PopFont();
    ImGui::SameLine(0, em(0.6F));
    ImGui::TextColored(context.theme.dim, "%s", note);
    ImGui::EndGroup();
    hover_help(context, title, help);
}

void experiment_rows(PanelContext& context, bool probe, bool rare) {
    const Experiment& experiment = context.snapshot->spec->experiment;
    for (const Parameter& parameter : experiment_parameters()) {
        const std::string key(parameter.key);
        if (key.starts_with("probe.") != probe || rarely_turned(experiment, key) != rare) continue;
        // The slider above may have been moved since the spec was made.
        const bool speed = key == "run.speed";
        if (applies(experiment, key))
            parameter_row(
                context, parameter, key,
                speed ? Value(context.snapshot->wanted_speed) : get(*context.snapshot->spec, key));
    }
}

void fairness_badge(PanelContext& context) {
    const std::string rates = unfairness(*context.snapshot->spec);
    if (rates.empty()) return;
    const std::string text = fmt::format("{}  rates differ", icon::warning);
    begin_header_controls(context, ImGui::CalcTextSize(text.c_str()).x);
    ImGui::TextColored(context.theme.warning, "%s", text.c_str());
    hover_help(context, "Learning rates differ",
               rates +
                   ". The lanes share start, data and step, but not the rate: a difference "
                   "between them may be the rate's.");
    end_header_controls(context);
}

// Rows grow until they fill the column, within reason; whole pixels, so that it comes to rest.
void fit_rows(PanelContext& context, float used, float room) {
    ParameterRows& kept = context.kept<ParameterRows>();
    const float row = kept.height > 0 ? kept.height : em(1.75F);
    const float smallest = std::floor(em(1.65F)), largest = std::floor(em(2.1F));
    const int rows = std::max(1, kept.drawn);
    const float fixed = used - row * static_cast<float>(rows);
    const float wanted = std::floor((room - fixed) / static_cast<float>(rows));
    const float next = std::clamp(wanted, smallest, largest);
    context.view.animating = context.view.animating || next != kept.height;
    kept.height = next;
}

bool complete(const Snapshot& s) {
    if (s.spec == nullptr || s.lanes.size() != s.spec->lanes.size()) return false;
    return std::all_of(s.spec->lanes.begin(), s.spec->lanes.end(),
                       [](const Recipe& recipe) { return !recipe.phases.empty(); });
}

void draw_lanes(PanelContext& context) {
    if (context.snapshot == nullptr || !complete(*context.snapshot)) {
        centred_note(context, "preparing the first step");
        return;
    }
    const Snapshot& s = *context.snapshot;
    const int subjects = static_cast<int>(subjects_of(s).size());
    context.kept<LanesView>().layer.resize(s.lanes.size(), 0);
    for (int& chosen : context.kept<LanesView>().layer)
        if (chosen >= subjects) chosen = 0;

    fairness_badge(context);
    // The heading stays while the rows scroll; the scroll bar stands in the card's margin.
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID scrolls = ImGui::GetID("rows scroll");
    const float margin = storage->GetBool(scrolls) ? ImGui::GetStyle().ScrollbarSize : 0;
    ImGui::BeginChild("rows", {ImGui::GetContentRegionAvail().x + margin, 0},
                      ImGuiChildFlags_NavFlattened);
    storage->SetBool(scrolls, ImGui::GetScrollMaxY() > 0);
    const float top = ImGui::GetCursorPosY();
    context.kept<ParameterRows>().drawn = 0;
    for (int i = 0; i < static_cast<int>(s.lanes.size()); ++i) lane_card(context, i);

    if (const Ghosts& ghosts = context.kept<Ghosts>();
        !ghosts.pinned.empty() || !ghosts.opening.empty()) {
        section(context, "Ghosts", "runs that were kept",
                "Thin lines behind those of this run, wherever it has the same channels. H keeps "
                "this run; the view menu has others.");
        ghost_rows(context);
    }
    section(context, "Problem", "a change starts over", "What all lanes share.");
    experiment_rows(context, false, false);
    section(context, "Probe", "a fresh linear head",
            "Trained from zero on one layer's frozen output; changes nothing in the training.");
    experiment_rows(context, true, false);
    ImGui::Dummy({0, em(0.2F)});
    toggle(context, context.kept<LanesView>().more ? "Fewer settings" : "More settings",
           context.kept<LanesView>().more,
           "A library's conventions, orthogonaliser, weight decay and schedule of each lane; "
           "widths one "
           "by one, classes drawn, recording, length of a run.");
    if (context.kept<LanesView>().more)
        for (const bool probe : {false, true}) experiment_rows(context, probe, true);
    fit_rows(context, ImGui::GetCursorPosY() - top, ImGui::GetWindowHeight());
    ImGui::EndChild();
}

}  // namespace

constinit const Panel lanes_panel{
    .title = "Lanes",
    .explanation = "same start, same data",
    .help =
        "Each lane runs the shared experiment by its own recipe. A change acts on the running "
        "training from the next step on and leaves a mark on every step axis.",
    .draw = draw_lanes,
    .least = {16, 10},
    .of_now = true,
};

}  // namespace muonscope::gui
