#pragma once

#include "app/gui/panels/token_writer.h"
#include "app/gui/talk.h"
#include "app/gui/widgets.h"

// The views of the panel *Talk*.
namespace muonscope::gui {

// One question: two answers, token by token.
void draw_answers(PanelContext& context, TalkState& state, ImVec2 size);
// The common questions, one below the other.
void draw_questions(PanelContext& context, TalkState& state, ImVec2 size);
// A text that is read: how far the edits move what the model makes of it.
void draw_text_view(PanelContext& context, TalkState& state, ImVec2 size);

// Eight edits, each with a prediction asked first.
void draw_lesson(PanelContext& context, ModelWeights& weights, TalkState& state, ImVec2 size);
// The two answers to what was asked last, side by side.
void draw_columns(PanelContext& context, TalkState& state, ImVec2 size);

// The tokens of a column of that conversation, the first that differs in a frame; the one under the
// mouse, or null.
const SaidToken* write_answer(TokenWriter& writer, const Conversation& conversation,
                              const TalkColumn& column);
// Ends what that task is at, where it is; on the line of the button before.
void stop_button(PanelContext& context, TalkState& state, TalkTask task, const char* help);

// Five likeliest tokens, and how near to a tie the choice was.
void token_readout(PanelContext& context, const TalkState& state, const SaidToken& said);
const char* end_words(const TalkColumn& column, bool busy);
// How far the edits move a text, in one line that explains itself.
void change_line(PanelContext& context, const std::string& text, const char* over,
                 LineOf line = LineOf::text);
std::string change_words(const TextScore& score, std::size_t positions);

}  // namespace muonscope::gui
