#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/talk_views.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

void token_readout(PanelContext& context, const TalkState& state, const SaidToken& said) {
    // While the work runs the tokeniser is read only, as it is here.
    if (!state.model || !state.model->model) return;
    const Tokeniser& tokeniser = state.model->model->tokeniser();
    std::vector<plots::ReadoutRow> rows;
    for (const RankedToken& ranked : said.best)
        rows.push_back({fmt::format("“{}”", tokeniser.bytes(ranked.token)),
                        fmt::format("{:.2f} %", 100 * std::exp(ranked.log_probability)),
                        ranked.token == said.token ? context.theme.accent : context.theme.dim});
    rows.push_back({"gap of the first two", fmt::format("{:.3f} nats", said.gap()),
                    said.gap() < 0.1 ? context.theme.warning : context.theme.dim});
    plots::draw_readout(context, said.gap() < 0.1 ? "nearly a tie" : "the likeliest here", rows);
}

const char* end_words(const TalkColumn& column, bool busy) {
    if (!column.end) return busy ? "…" : "stopped";
    switch (*column.end) {
        case AnswerEnd::end_token:
            return "ended by itself";
        case AnswerEnd::most_tokens:
            return "cut after the tokens asked for";
        case AnswerEnd::no_room:
            return "no room for more";
    }
    return "";
}

const SaidToken* write_answer(TokenWriter& writer, const Conversation& conversation,
                              const TalkColumn& column) {
    const std::optional<std::size_t> apart = first_difference(conversation);
    const SaidToken* pointed = nullptr;
    for (std::size_t i = 0; i < column.said.size(); ++i) {
        const SaidToken& said = column.said[i];
        if (writer.add(said.text, 1 - std::exp(said.log_probability),
                       apart && i == *apart ? TokenMark::frame : TokenMark::none))
            pointed = &said;
    }
    return pointed;
}

void stop_button(PanelContext& context, TalkState& state, TalkTask task, const char* help) {
    ImGui::SameLine(0, em(0.3F));
    ImGui::BeginDisabled(!state.is_at(task));
    if (quiet_button(context, "Stop", button_width("Stop"), help)) stop_talking(state);
    ImGui::EndDisabled();
}

namespace {

void question_row(PanelContext& context, TalkState& state) {
    const TalkChoices& how = context.chosen<TalkChoices>();
    const float buttons = button_width("Ask") + button_width("Stop") + em(9.4F);
    ImGui::SetNextItemWidth(std::max(em(8), ImGui::GetContentRegionAvail().x - buttons));
    const bool entered =
        ImGui::InputTextWithHint("##question", "ask the model something", state.typed.data(),
                                 state.typed.size(), ImGuiInputTextFlags_EnterReturnsTrue);
    ImGui::SameLine(0, em(0.4F));
    if (quiet_button(context, "Ask", button_width("Ask"),
                     "Asks the model as it is and, beside it, with the edits of Model weights.",
                     true) ||
        entered)
        ask(state, state.typed.data(), how);
    stop_button(context, state, TalkTask::answer, "Ends both answers where they are.");
    ImGui::SameLine(0, em(0.3F));
    ImGui::SetNextItemWidth(em(7.6F));
    if (begin_combo(context, "##questions", "questions", true)) {
        for (const char* question : common_questions())
            if (list_row(question, state.asked.question == question)) {
                state.typed.fill('\0');
                std::string_view(question).copy(state.typed.data(), state.typed.size() - 1);
                ask(state, question, how);
            }
        ImGui::EndCombo();
    }
}

// In the rest of the title's line; whole under the mouse.
void how_it_ended(PanelContext& context, const std::string& text) {
    const float width = ImGui::GetContentRegionAvail().x;
    fitted_line(width, context.theme.dim, text);
    if (!text.empty() && ImGui::CalcTextSize(text.c_str()).x > width)
        hover_help(context, "The answer", text + ".");
}

void answer_column(PanelContext& context, TalkState& state, const TalkColumn& column,
                   const char* title, const char* id, ImVec2 size) {
    const bool busy = state.is_at(TalkTask::answer);
    ImGui::BeginChild(id, size);
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(title);
    ImGui::PopFont();
    ImGui::SameLine(0, em(0.6F));
    if (!column.said.empty() || column.end)
        how_it_ended(context,
                     fmt::format("{} tokens, {}", column.said.size(), end_words(column, busy)));
    else
        how_it_ended(context, busy ? "…" : "");
    TokenWriter writer(context, ImGui::GetContentRegionAvail().x);
    const SaidToken* pointed = write_answer(writer, state.asked, column);
    writer.finish();
    if (pointed != nullptr) token_readout(context, state, *pointed);
    ImGui::EndChild();
}

}  // namespace

void draw_columns(PanelContext& context, TalkState& state, ImVec2 size) {
    const bool edited = acts(state.edits);
    const float width = edited ? (size.x - em(0.8F)) / 2 : size.x;
    answer_column(context, state, state.asked.before, "as it is", "before", {width, size.y});
    if (!edited) return;
    ImGui::SameLine(0, em(0.8F));
    answer_column(context, state, state.asked.after, "edited", "after", {width, size.y});
}

void draw_answers(PanelContext& context, TalkState& state, ImVec2 size) {
    const float top = ImGui::GetCursorPosY();
    question_row(context, state);
    const float left = size.y - (ImGui::GetCursorPosY() - top);
    draw_columns(context, state, {size.x, std::max(em(3), left - em(1.5F))});
    std::string text;
    if (state.asked.change)
        text = change_words(*state.asked.change, state.asked.change->divergence.size());
    else if (state.is_at(TalkTask::answer))
        text = state.loaded ? "at work" : "reading the model";
    change_line(context, text, "the question and the answer of the model as it is");
}

}  // namespace muonscope::gui
