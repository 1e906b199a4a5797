#include "app/gui/talk.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/gui/local_row.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/talk_views.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

std::string change_words(const TextScore& score, std::size_t positions) {
    return fmt::format(
        "KL {} ± {} nats a token, median {}, 99 % {}, largest {}; same likeliest token {:.0f} %; "
        "perplexity {} → {}; {} positions",
        plots::value_text(score.mean), plots::value_text(score.error),
        plots::value_text(score.median), plots::value_text(score.quantile_99),
        plots::value_text(score.largest), 100 * score.same_top_share,
        plots::value_text(score.perplexity_before), plots::value_text(score.perplexity_after),
        positions);
}

void change_line(PanelContext& context, const std::string& text, const char* over, LineOf line) {
    if (text.empty()) return;
    fitted_line(ImGui::GetContentRegionAvail().x, context.theme.dim, text, line);
    hover_help(context, "What the edits changed",
               fmt::format("{}.\n\nOver {}: KL(before ‖ after) of the next token's distribution, "
                           "mean and its standard error, in nats. Same likeliest token: positions "
                           "at which both would say the same. Perplexity: e to the mean of −log p "
                           "of the text's own next token.",
                           text, over));
}

namespace {

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

void view_choice(PanelContext& context) {
    begin_header_controls(context, segmented_width({"question", "eight", "text", "lesson"}));
    segmented(context, "view", {"question", "eight", "text", "lesson"},
              context.chosen<TalkChoices>().view,
              "One question of yours, eight that a model of any size can be asked, a text that it "
              "reads, or a lesson: eight edits, and a prediction of what each does.");
    end_header_controls(context);
}

void draw_view(PanelContext& context, ModelWeights& weights, TalkState& state) {
    ImGui::BeginGroup();
    if (!state.fault.empty()) {
        ImGui::PushStyleColor(ImGuiCol_Text, context.theme.bad);
        ImGui::TextWrapped("%s", state.fault.c_str());
        ImGui::PopStyleColor();
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    switch (context.chosen<TalkChoices>().view) {
        case TalkChoices::question:
            draw_answers(context, state, room);
            break;
        case TalkChoices::eight:
            draw_questions(context, state, room);
            break;
        case TalkChoices::reading:
            draw_text_view(context, state, room);
            break;
        default:
            draw_lesson(context, weights, state, room);
    }
    ImGui::EndGroup();
}

void draw_talk(PanelContext& context) {
    ModelWeights& weights = model_weights(context);
    TalkState& state = talk(context, weights);
    view_choice(context);
    if (!weights.file && context.chosen<TalkChoices>().view != TalkChoices::lesson) {
        centred_note(context, "Open a language model in Model weights to talk to it.");
        return;
    }
    // A text is read, and a lesson asks its own question.
    if (context.chosen<TalkChoices>().view >= TalkChoices::reading) {
        draw_view(context, weights, state);
        return;
    }
    SideColumn column = begin_side_column("how", em(15), em(6));
    how_rows(context);
    end_side_column(column);
    draw_view(context, weights, state);
}

std::vector<Remembered> remembered(Preferences& preferences) {
    TalkChoices& own = preferences.panels.of<TalkChoices>();
    return {{"talk_view", &own.view, 0, TalkChoices::lesson},
            {"talk_tokens", &own.most_tokens, 1, 512},
            {"talk_temperature", &own.temperature, 0, 2},
            {"talk_top_p", &own.top_p, 0.01, 1},
            {"talk_seed", &own.seed, 0, 1000000},
            {"talk_text", &own.text},
            {"talk_text_plot", &own.text_plot, 0, 2}};
}

}  // namespace

constinit const Panel talk_panel{
    .title = "Talk",
    .explanation = "the open model, as it is and edited",
    .help =
        "Asks the language model that is open in Model weights twice: as it is, and with the "
        "edits. Tokens come as they are chosen; the darker one's ground, the less likely it was. "
        "The first one that differs has a frame. Hover over a token for the likeliest five and how "
        "near to a tie they were: a small gap is turned over by any small change. Eight: questions "
        "that a model of any size can be asked, all at once. Text: how far the edits move the "
        "distribution of each next token of a text, and how large the residual stream is in every "
        "layer. Lesson: eight edits, and before each a prediction.",
    .draw = draw_talk,
    .least = {26, 14},
    .remembered = remembered,
    .narrowest = 24,
};

}  // namespace muonscope::gui
