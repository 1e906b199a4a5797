#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/model_weights.h"
#include "app/gui/panel.h"
#include "core/session/background.h"
#include "core/session/worker_pool.h"
#include "core/weights/talk.h"

// The open model is asked, as it is and with the edits of *Model weights*, beside the training.
namespace muonscope::gui {

struct TalkChoices {
    double temperature = 0, top_p = 1;
    int most_tokens = 64, seed = 0;
};

struct TalkColumn {
    std::vector<SaidToken> said;
    std::optional<AnswerEnd> end;
};

struct TalkPiece {
    bool after = false;  // whose token or end it is
    std::optional<SaidToken> said = {};
    std::optional<AnswerEnd> end = {};
    std::optional<TextChange> change = {};
    bool loaded = false;
};

// What the work alone touches while it runs.
struct TalkModel {
    std::unique_ptr<WorkerPool> pool;
    std::unique_ptr<TalkingModel> model;
};

struct TalkState {
    std::shared_ptr<const TensorFile> file;  // that `model` is of
    std::shared_ptr<TalkModel> model;
    bool loaded = false;
    std::string fault;
    std::array<char, 2048> typed{};
    std::string question;           // asked last; empty: none
    TalkChoices asked_with;         // and how
    std::vector<WeightEdit> edits;  // that `after` is with
    TalkColumn before, after;
    std::optional<TextChange> change;
    bool wants_before = false, wants_after = false;
    bool running_before = false;
    bool stopped = false;  // by the user
    Background<TalkPiece> work;
    int poll_frame = -1;
};

// Takes what came, and begins what is wanted: an answer to a question, and another one of the
// edited model when the edits have changed.
TalkState& talk(PanelContext& context, ModelWeights& weights);
void ask(TalkState& state, const std::string& question, const TalkChoices& how);
void stop_talking(TalkState& state);
// Where the two answers part; none: so far they are the same.
std::optional<std::size_t> first_difference(const TalkState& state);

}  // namespace muonscope::gui
