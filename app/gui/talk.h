#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/model_weights.h"
#include "app/gui/panel.h"
#include "core/session/background.h"
#include "core/session/worker_pool.h"
#include "core/weights/sweep.h"
#include "core/weights/talk.h"

// The open language model at work beside the training: it answers, as it is and with the edits of
// *Model weights*, reads a text, and is looked through for the matrices that matter.
namespace muonscope::gui {

struct TalkChoices {
    enum View { question, eight, reading, lesson };
    int view = question;
    double temperature = 0, top_p = 1;
    int most_tokens = 64, seed = 0;
    std::vector<std::string> text;  // that is measured; none: common_text()
    int text_plot = 0;              // residual stream as it is, edited, drift

    std::string measured_text() const { return text.empty() ? common_text() : text.front(); }
    bool operator==(const TalkChoices&) const = default;
};
// Whether two answers to a question come to the same.
bool same_answers(const TalkChoices& a, const TalkChoices& b);

struct TalkColumn {
    std::vector<SaidToken> said;
    std::optional<AnswerEnd> end;
};

// A question and what came of it.
struct Conversation {
    std::string question;
    TalkChoices how;                   // it was asked
    TalkColumn before, after;          // as it is and edited
    std::optional<TextChange> change;  // over the question and the answer as it is
    bool wants_before = false, wants_after = false;
};
// Where the two answers part; none: so far they are the same.
std::optional<std::size_t> first_difference(const Conversation& conversation);

// A text that the model read.
struct MeasuredText {
    std::vector<std::string> tokens;  // bytes of each
    std::vector<double> surprise;     // -log p of each as it came; of the first NaN
    ResidualSizes residual;
    std::optional<TextChange> change;  // by the edits
};

struct TextView {
    bool asked = false;   // ever since the model was opened
    bool wanted = false;  // to be read, anew if need be
    std::string text;     // the one that is read, or was
    std::optional<MeasuredText> read;
};

// One edit on every matrix in turn.
struct SweepView {
    bool wanted = false;
    std::string edit, text;                   // as asked for
    std::string fault;                        // of the edit's text
    std::map<std::string, TextScore> scores;  // by matrix
    std::size_t matrices = 0;                 // that it looks at
    bool is_of(const std::string& e, const std::string& t) const { return edit == e && text == t; }
};

// The lesson: what was predicted of each part, and what came of it.
struct LessonView {
    struct Taken {
        bool everything = false;   // as it was predicted
        std::optional<double> kl;  // once it is known
    };
    std::vector<Taken> taken;   // the parts so far
    bool under_way = false;     // the last of them
    bool looking_back = false;  // all are done
};

// What the work alone touches while it runs.
struct TalkModel {
    std::unique_ptr<WorkerPool> pool;
    std::unique_ptr<TalkingModel> model;
};

struct TalkState;
// What the work found, told to the state.
using TalkPiece = std::function<void(TalkState&)>;

enum class TalkTask { none, answer, text, questions, sweep };

struct TalkState {
    std::shared_ptr<const TensorFile> file;  // that `model` is of
    std::shared_ptr<TalkModel> model;
    bool loaded = false;
    std::string fault;
    std::array<char, 2048> typed{};
    std::vector<WeightEdit> edits;  // that all that is edited is with
    Conversation asked;
    std::vector<Conversation> questions;  // the common ones; empty: not asked
    TextView text;
    SweepView sweep;
    LessonView lesson;
    bool stopped = false;  // by the user: edits begin nothing anew
    TalkTask task = TalkTask::none;
    std::size_t task_question = 0;  // of `questions`, while that is the task
    Background<TalkPiece> work;
    int poll_frame = -1;

    bool is_at(TalkTask which) const { return task == which && work.busy(); }
};

// Takes what came, and begins what is wanted: answers before all else, a sweep last; and anew what
// edits have changed.
TalkState& talk(PanelContext& context, ModelWeights& weights);
void ask(TalkState& state, const std::string& question, const TalkChoices& how);
void ask_questions(TalkState& state, const TalkChoices& how);
void measure_text(TalkState& state, const std::string& text);
// Goes on where it was stopped when nothing else was asked for since.
void begin_sweep(TalkState& state, const std::string& edit, const std::string& text);
void stop_sweep(TalkState& state);
// Of all but a sweep.
void stop_talking(TalkState& state);

}  // namespace muonscope::gui
