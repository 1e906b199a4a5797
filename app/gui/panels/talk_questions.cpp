#include <fmt/format.h>

#include <algorithm>

#include "app/gui/panels/talk_views.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

bool ended(const Conversation& one) {
    return one.before.end && one.after.end;
}

bool same(const Conversation& one) {
    return ended(one) && !first_difference(one);
}

// How many answers are the same, and the divergence over all of them.
std::string summary_words(const TalkState& state) {
    std::size_t done = 0, alike = 0, positions = 0;
    double sum = 0;
    for (const Conversation& one : state.questions) {
        if (!ended(one) || !one.change) continue;
        ++done;
        if (same(one)) ++alike;
        for (double divergence : one.change->divergence) sum += divergence;
        positions += one.change->divergence.size();
    }
    if (done == 0) return {};
    return fmt::format("{} of {} answers the same; KL {} nats a token over {} positions", alike,
                       done, plots::value_text(sum / static_cast<double>(positions)), positions);
}

void answer_cell(PanelContext& context, const TalkState& state, const Conversation& one, bool after,
                 const SaidToken*& pointed) {
    ImGui::TableNextColumn();
    const TalkColumn& column = after ? one.after : one.before;
    TokenWriter writer(context, ImGui::GetContentRegionAvail().x);
    if (const SaidToken* here = write_answer(writer, one, column)) pointed = here;
    const bool now =
        state.is_at(TalkTask::questions) &&
        &one == &state.questions[std::min(state.task_question, state.questions.size() - 1)];
    if (column.said.empty()) writer.add(now ? "…" : " ", 0);
    writer.finish();
}

void question_table(PanelContext& context, TalkState& state, ImVec2 size) {
    const bool edited = acts(state.edits);
    if (!ImGui::BeginTable("eight", edited ? 4 : 2,
                           ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoPadOuterX |
                               ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_BordersInnerH,
                           size))
        return;
    ImGui::TableSetupColumn("question", ImGuiTableColumnFlags_WidthStretch, 0.7F);
    ImGui::TableSetupColumn("as it is", ImGuiTableColumnFlags_WidthStretch, 1);
    if (edited) {
        ImGui::TableSetupColumn("edited", ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableSetupColumn("KL", ImGuiTableColumnFlags_WidthFixed, em(3.6F));
    }
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableNextRow();
    for (const char* title : {"question", "as it is", "edited"}) {
        if (!edited && std::string_view(title) == "edited") break;
        ImGui::TableNextColumn();
        ImGui::TextColored(context.theme.dim, "%s", title);
    }
    if (edited) {
        right_cell("KL", context.theme.dim);
        hover_help(context, "KL",
                   "Mean of KL(before ‖ after) over the question and the answer as it is, in nats "
                   "a token.");
    }
    const SaidToken* pointed = nullptr;
    for (const Conversation& one : state.questions) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextWrapped("%s", one.question.c_str());
        answer_cell(context, state, one, false, pointed);
        if (!edited) continue;
        answer_cell(context, state, one, true, pointed);
        right_cell(one.change ? plots::value_text(one.change->mean) : "", context.theme.dim);
    }
    if (pointed != nullptr) token_readout(context, state, *pointed);
    ImGui::EndTable();
}

}  // namespace

void draw_questions(PanelContext& context, TalkState& state, ImVec2 size) {
    const float top = ImGui::GetCursorPosY();
    const TalkChoices& how = context.chosen<TalkChoices>();
    if (quiet_button(context, "Ask all eight", button_width("Ask all eight"),
                     "Asks the model as it is and, beside it, with the edits of Model weights; "
                     "when the edits change, the edited one again.",
                     true))
        ask_questions(state, how);
    stop_button(context, state, TalkTask::questions, "Ends the answers where they are.");
    ImGui::SameLine(0, em(0.6F));
    std::string words = summary_words(state);
    if (words.empty() && state.is_at(TalkTask::questions))
        words = state.loaded ? "at work" : "reading the model";
    fitted_line(ImGui::GetContentRegionAvail().x, context.theme.dim, words, LineOf::controls);
    size.y -= ImGui::GetCursorPosY() - top;
    if (state.questions.empty()) {
        for (const char* question : common_questions()) dim_paragraph(context, question);
        return;
    }
    question_table(context, state, {size.x, std::max(em(3), size.y)});
}

}  // namespace muonscope::gui
