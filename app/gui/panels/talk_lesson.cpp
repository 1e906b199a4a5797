#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/gui/fonts.h"
#include "app/gui/panels/talk_views.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/formats/user_folders.h"
#include "core/weights/lesson.h"
#include "core/weights/seed_model.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

constexpr const char* lesson_question = "What is the capital of France?";

void open_seed_model(PanelContext& context) {
    attempt(context.view, [&] {
        const std::filesystem::path path = cache_folder() / "models" / "seed.gguf";
        make_folder(path.parent_path(), "XDG_CACHE_HOME");
        write_seed_model(path.string(), 8);
        ModelChoices& chosen = context.chosen<ModelChoices>();
        chosen.file = {path.string()};
        chosen.edits.clear();
        chosen.matrix.clear();
    });
}

void without_model(PanelContext& context) {
    dim_paragraph(context,
                  "One number of 97,920: eight edits of a language model's singular values. Before "
                  "each one you say what it will do; then the model answers.");
    ImGui::Dummy({0, em(0.3F)});
    dim_paragraph(context,
                  "It is about SmolLM2, a small chat model: Get SmolLM2 in Model weights, or open "
                  "it there. Without it a tiny model will do, two blocks of random weights from a "
                  "seed with one large singular value: what it says means nothing, but what the "
                  "edits do to it is measured just so.");
    ImGui::Dummy({0, em(0.3F)});
    if (quiet_button(context, "Use the tiny model", button_width("Use the tiny model"),
                     "Writes it into the cache folder and opens it in Model weights.", true))
        open_seed_model(context);
}

std::vector<LessonPart> lesson_of(const ModelWeights& weights) {
    int blocks = 0;
    std::size_t values = 0;
    for (const ModelMatrix& matrix : weights.matrices) {
        if (matrix.block < 0) continue;
        blocks = std::max(blocks, matrix.block + 1);
        values += static_cast<std::size_t>(matrix.shape.rank());
    }
    return blocks > 0 ? lesson(blocks, values) : std::vector<LessonPart>{};
}

const char* outcome_words(bool everything) {
    return everything ? "everything" : "next to nothing";
}

// Whether what was measured belongs to that part.
bool measured(const TalkState& state, const LessonPart& part) {
    return state.edits == part.edits && state.text.read && state.text.read->change &&
           !state.is_at(TalkTask::text) && !state.text.wanted;
}

void predict(PanelContext& context, ModelWeights& weights, TalkState& state, const LessonPart& part,
             bool everything) {
    state.lesson.taken.push_back({everything, {}});
    state.lesson.under_way = true;
    change_stack(context, weights, part.edits);
    const TalkChoices& how = context.chosen<TalkChoices>();
    state.edits = part.edits;
    ask(state, lesson_question, how);
    measure_text(state, how.measured_text());
}

void prediction_row(PanelContext& context, ModelWeights& weights, TalkState& state,
                    const LessonPart& part) {
    ImGui::TextColored(context.theme.dim, "What will it change of what the model says?");
    const float width = std::max(button_width("Everything"), button_width("Next to nothing"));
    if (quiet_button(context, "Everything", width, "You predict that its answers break.", true))
        predict(context, weights, state, part, true);
    ImGui::SameLine(0, em(0.4F));
    if (quiet_button(context, "Next to nothing", width,
                     "You predict that its answers stay, or nearly so.", true))
        predict(context, weights, state, part, false);
}

void verdict(PanelContext& context, TalkState& state, const LessonPart& part, bool last) {
    ImGui::AlignTextToFramePadding();
    LessonView::Taken& taken = state.lesson.taken.back();
    if (measured(state, part)) taken.kl = state.text.read->change->mean;
    if (!taken.kl) {
        ImGui::TextColored(
            context.theme.dim, "%s",
            state.loaded ? "the model answers, then reads a text" : "reading the model");
        return;
    }
    const bool everything = !(*taken.kl < everything_from), right = everything == taken.everything;
    ImGui::TextColored(
        right ? context.theme.good : context.theme.warning, "%s",
        fmt::format("It changes {}: KL {} nats a token. You said {}.", outcome_words(everything),
                    plots::value_text(*taken.kl), outcome_words(taken.everything))
            .c_str());
    hover_help(context, "How it is measured",
               fmt::format("KL(before ‖ after) of the next token's distribution, mean over the "
                           "text of this panel. From {} nats a token on it counts as everything; "
                           "the answers below are to “{}”.",
                           everything_from, lesson_question));
    ImGui::SameLine(0, em(0.8F));
    const char* label = last ? "What came of it" : "Next";
    if (quiet_button(context, label, button_width(label), "Goes on.", true)) {
        state.lesson.under_way = false;
        state.lesson.looking_back = last;
    }
}

void result_row(PanelContext& context, const LessonPart& part, const LessonView::Taken& taken) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextWrapped("%s", part.says.c_str());
    hover_help(context, "As an edit", text_of(part.edits.front()));
    right_cell(taken.kl ? plots::value_text(*taken.kl) : "–", context.theme.text);
    const bool everything = taken.kl && !(*taken.kl < everything_from);
    const bool right = taken.kl && everything == taken.everything;
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(taken.kl ? outcome_words(everything) : "–");
    ImGui::TableNextColumn();
    ImGui::TextColored(right ? context.theme.good : context.theme.warning, "%s",
                       outcome_words(taken.everything));
}

void results(PanelContext& context, TalkState& state, const std::vector<LessonPart>& parts) {
    std::size_t right = 0;
    for (const LessonView::Taken& taken : state.lesson.taken)
        if (taken.kl && !(*taken.kl < everything_from) == taken.everything) ++right;
    ImGui::TextUnformatted(
        fmt::format("{} of {} foretold", right, state.lesson.taken.size()).c_str());
    ImGui::SameLine(0, em(0.8F));
    if (quiet_button(context, "Once more", button_width("Once more"), "From the first edit on."))
        state.lesson = {};
    if (!ImGui::BeginTable("results", 4,
                           ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoPadOuterX |
                               ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_BordersInnerH,
                           ImGui::GetContentRegionAvail()))
        return;
    ImGui::TableSetupColumn("edit", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("KL", ImGuiTableColumnFlags_WidthFixed, em(5));
    ImGui::TableSetupColumn("changes", ImGuiTableColumnFlags_WidthFixed, em(7));
    ImGui::TableSetupColumn("foretold", ImGuiTableColumnFlags_WidthFixed, em(7));
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextColored(context.theme.dim, "edit");
    right_cell("KL", context.theme.dim);
    for (const char* title : {"changes", "you said"}) {
        ImGui::TableNextColumn();
        ImGui::TextColored(context.theme.dim, "%s", title);
    }
    for (std::size_t i = 0; i < state.lesson.taken.size() && i < parts.size(); ++i)
        result_row(context, parts[i], state.lesson.taken[i]);
    ImGui::EndTable();
}

}  // namespace

void draw_lesson(PanelContext& context, ModelWeights& weights, TalkState& state, ImVec2 size) {
    if (!weights.file) {
        without_model(context);
        return;
    }
    const std::vector<LessonPart> parts = lesson_of(weights);
    if (parts.empty()) {
        dim_paragraph(context, "This file has no blocks of a language model.");
        return;
    }
    if (state.lesson.looking_back) {
        results(context, state, parts);
        return;
    }
    const float top = ImGui::GetCursorPosY();
    const bool under_way = state.lesson.under_way;
    const std::size_t at = state.lesson.taken.size() - (under_way ? 1 : 0);
    const LessonPart& part = parts[std::min(at, parts.size() - 1)];
    ImGui::TextColored(context.theme.dim, "%s",
                       fmt::format("{} of {}", at + 1, parts.size()).c_str());
    ImGui::SameLine(0, em(0.6F));
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextWrapped("%s", part.says.c_str());
    ImGui::PopFont();
    hover_help(context, "As an edit", text_of(part.edits.front()));
    if (!under_way) {
        prediction_row(context, weights, state, part);
        return;
    }
    verdict(context, state, part, at + 1 == parts.size());
    const float left = size.y - (ImGui::GetCursorPosY() - top);
    draw_columns(context, state, {size.x, std::max(em(3), left)});
}

}  // namespace muonscope::gui
