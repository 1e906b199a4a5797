#include "app/gui/talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/local_row.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {
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
    ImGui::SameLine(0, em(0.3F));
    ImGui::BeginDisabled(!state.work.busy());
    if (quiet_button(context, "Stop", button_width("Stop"), "Ends both answers where they are."))
        stop_talking(state);
    ImGui::EndDisabled();
    ImGui::SameLine(0, em(0.3F));
    ImGui::SetNextItemWidth(em(7.6F));
    if (begin_combo(context, "##questions", "questions", true)) {
        for (const char* question : common_questions())
            if (list_row(question, state.question == question)) {
                state.typed.fill('\0');
                std::string_view(question).copy(state.typed.data(), state.typed.size() - 1);
                ask(state, question, how);
            }
        ImGui::EndCombo();
    }
}

void how_rows(PanelContext& context) {
    TalkChoices& how = context.chosen<TalkChoices>();
    local_row(context,
              integer_parameter("most_tokens", "Tokens", 1, 512, 64, "An answer ends here at last.",
                                ParameterScale::logarithmic),
              how.most_tokens);
    local_row(
        context,
        real_parameter("temperature", "Temperature", 0, 2, 0,
                       "At its least the likeliest token is taken; else tokens are drawn with "
                       "probabilities to the power 1/temperature."),
        how.temperature);
    if (how.temperature == 0) return;
    local_row(context,
              real_parameter("top_p", "Top p", 0.01, 1, 1,
                             "Drawn from the fewest tokens that have this probability together."),
              how.top_p);
    local_row(context,
              integer_parameter("seed", "Seed", 0, 1000000, 0, "The same one draws the same."),
              how.seed);
}

// Five likeliest tokens, and how near to a tie the choice was.
void token_readout(PanelContext& context, const Tokeniser& tokeniser, const SaidToken& said) {
    std::vector<plots::ReadoutRow> rows;
    for (const RankedToken& ranked : said.best)
        rows.push_back({fmt::format("“{}”", tokeniser.bytes(ranked.token)),
                        fmt::format("{:.2f} %", 100 * std::exp(ranked.log_probability)),
                        ranked.token == said.token ? context.theme.accent : context.theme.dim});
    rows.push_back({"gap of the first two", fmt::format("{:.3f} nats", said.gap()),
                    said.gap() < 0.1 ? context.theme.warning : context.theme.dim});
    plots::draw_readout(context, said.gap() < 0.1 ? "nearly a tie" : "the likeliest here", rows);
}

// Tokens one behind another, in lines as wide as there is room.
class Writer {
  public:
    Writer(PanelContext& context, float width)
        : context_(context),
          left_(ImGui::GetCursorScreenPos().x),
          right_(left_ + width),
          at_(ImGui::GetCursorScreenPos()) {}

    // Whether the mouse is over it.
    bool add(const SaidToken& said, bool differs) {
        bool hovered = false;
        std::string_view text = said.text;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            hovered = put(text.substr(0, end), said, differs) || hovered;
            if (end == text.size()) break;
            new_line();
            text.remove_prefix(end + 1);
        }
        return hovered;
    }
    void finish() {
        ImGui::Dummy({right_ - left_, at_.y + ImGui::GetTextLineHeightWithSpacing() -
                                          ImGui::GetCursorScreenPos().y});
    }

  private:
    void new_line() { at_ = {left_, at_.y + ImGui::GetTextLineHeightWithSpacing()}; }
    bool put(std::string_view text, const SaidToken& said, bool differs) {
        const ImVec2 size = ImGui::CalcTextSize(text.data(), text.data() + text.size());
        if (at_.x + size.x > right_ && at_.x > left_) {
            new_line();
            while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
        }
        const float width = ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
        const ImVec2 end{at_.x + width, at_.y + ImGui::GetTextLineHeight()};
        ImDrawList* draw = ImGui::GetWindowDrawList();
        const Theme& theme = context_.theme;
        const auto doubt = static_cast<float>(1 - std::exp(said.log_probability));
        if (doubt > 0.02F)
            draw->AddRectFilled(at_, end, u32(with_alpha(theme.warning, 0.38F * doubt)));
        if (differs)
            draw->AddRect({at_.x - 1, at_.y - 1}, {end.x + 1, end.y + 1}, u32(theme.accent),
                          theme.scale * 2, 0, theme.line());
        draw->AddText(at_, u32(theme.text), text.data(), text.data() + text.size());
        const bool hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(at_, end);
        at_.x += width;
        return hovered;
    }

    PanelContext& context_;
    float left_, right_;
    ImVec2 at_;
};

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

void answer_column(PanelContext& context, TalkState& state, const TalkColumn& column,
                   const char* title, const char* id, ImVec2 size) {
    ImGui::BeginChild(id, size);
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(title);
    ImGui::PopFont();
    ImGui::SameLine(0, em(0.6F));
    if (!column.said.empty() || column.end)
        ImGui::TextColored(
            context.theme.dim, "%s",
            fmt::format("{} tokens, {}", column.said.size(), end_words(column, state.work.busy()))
                .c_str());
    else
        ImGui::TextColored(context.theme.dim, "%s", state.work.busy() ? "…" : "");
    const std::optional<std::size_t> apart = first_difference(state);
    const SaidToken* pointed = nullptr;
    Writer writer(context, ImGui::GetContentRegionAvail().x);
    for (std::size_t i = 0; i < column.said.size(); ++i)
        if (writer.add(column.said[i], apart && i == *apart)) pointed = &column.said[i];
    writer.finish();
    // While the work runs the tokeniser is read only, as it is here.
    if (pointed != nullptr && state.model && state.model->model)
        token_readout(context, state.model->model->tokeniser(), *pointed);
    ImGui::EndChild();
}

void change_line(PanelContext& context, const TalkState& state) {
    std::string text;
    if (state.change) {
        const TextChange& c = *state.change;
        text = fmt::format(
            "KL {} ± {} nats a token, median {}, largest {}; same likeliest token {:.0f} %; "
            "perplexity {} → {}; {} positions",
            plots::value_text(c.mean), plots::value_text(c.error), plots::value_text(c.median),
            plots::value_text(c.largest), 100 * c.same_top_share,
            plots::value_text(c.perplexity_before), plots::value_text(c.perplexity_after),
            c.divergence.size());
    } else if (!state.question.empty() && state.work.busy()) {
        text = state.loaded ? "at work" : "reading the model";
    }
    if (text.empty()) return;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::Dummy({width, ImGui::GetTextLineHeight()});
    fitted_text(ImGui::GetWindowDrawList(), at, width, context.theme.dim, text.c_str());
    hover_help(
        context, "What the edits changed",
        text +
            ".\n\nOver the question and the answer of the model as it is: KL(before ‖ after) "
            "of the next token's distribution, mean and its standard error, in nats. Same "
            "likeliest token: positions at which both would say the same. Perplexity: e to "
            "the mean of −log p of the text's own next token.");
}

void draw_talk(PanelContext& context) {
    ModelWeights& weights = model_weights(context);
    TalkState& state = talk(context, weights);
    if (!weights.file) {
        centred_note(context, "Open a language model in Model weights to talk to it.");
        return;
    }
    SideColumn column = begin_side_column("how", em(15), em(6));
    how_rows(context);
    end_side_column(column);
    ImGui::BeginGroup();
    question_row(context, state);
    if (!state.fault.empty()) {
        ImGui::PushStyleColor(ImGuiCol_Text, context.theme.bad);
        ImGui::TextWrapped("%s", state.fault.c_str());
        ImGui::PopStyleColor();
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const bool edited = acts(weights.stack);
    const float height = std::max(em(3), room.y - em(1.5F));
    const float width = edited ? (room.x - em(0.8F)) / 2 : room.x;
    answer_column(context, state, state.before, "as it is", "before", {width, height});
    if (edited) {
        ImGui::SameLine(0, em(0.8F));
        answer_column(context, state, state.after, "edited", "after", {width, height});
    }
    change_line(context, state);
    ImGui::EndGroup();
}

std::vector<Remembered> remembered(Preferences& preferences) {
    TalkChoices& own = preferences.panels.of<TalkChoices>();
    return {{"talk_tokens", &own.most_tokens, 1, 512},
            {"talk_temperature", &own.temperature, 0, 2},
            {"talk_top_p", &own.top_p, 0.01, 1},
            {"talk_seed", &own.seed, 0, 1000000}};
}

}  // namespace

constinit const Panel talk_panel{
    .title = "Talk",
    .explanation = "the open model, as it is and edited",
    .help =
        "Asks the language model that is open in Model weights twice: as it is, and with the "
        "edits. "
        "Tokens come as they are chosen; the darker one's ground, the less likely it was. The "
        "first "
        "one that differs has a frame. Hover over a token for the likeliest five and how near to a "
        "tie they were: a small gap is turned over by any small change.",
    .draw = draw_talk,
    .least = {26, 12},
    .remembered = remembered,
    .narrowest = 24,
};

}  // namespace muonscope::gui
