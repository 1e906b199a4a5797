#include "app/gui/talk.h"

#include <algorithm>
#include <utility>

#include "core/session/crew.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

constexpr int positions = 1024;  // of question and answer; 50 MB of a small model

struct TalkJob {
    std::shared_ptr<TalkModel> model;
    std::shared_ptr<const TensorFile> file;
    std::string question;
    TalkChoices how;
    std::vector<WeightEdit> stack;
    std::vector<int> said;  // by the model as it is, where that is known already
    bool before, after;
};

void load(TalkModel& model, const TensorFile& file) {
    // One core stays with the window.
    const int workers = std::max(1, hardware_threads() - 1);
    model.pool = std::make_unique<WorkerPool>(workers);
    WorkerPool& pool = *model.pool;
    model.model = std::make_unique<TalkingModel>(
        file, positions, Workers{workers, [&pool](int parts, const std::function<void(int)>& f) {
                                     pool.for_each(parts, f);
                                 }});
}

Work<> answer_one(TalkingModel& model, bool after, std::vector<int> prompt, TalkChoices how,
                  std::vector<int>* said, Background<TalkPiece>::Outlet outlet) {
    AnswerSpec spec;
    spec.sampling = {how.temperature, how.top_p};
    spec.seed = static_cast<std::uint64_t>(how.seed);
    spec.most_tokens = how.most_tokens;
    const AnswerEnd end =
        co_await answer(after ? model.after() : model.before(), model.tokeniser(),
                        std::move(prompt), spec, [after, said, &outlet](SaidToken token) {
                            if (said != nullptr) said->push_back(token.token);
                            outlet({.after = after, .said = std::move(token)});
                        });
    outlet({.after = after, .end = end});
    co_await pause();
}

Work<> converse(TalkJob job, Background<TalkPiece>::Outlet outlet) {
    if (!job.model->model) load(*job.model, *job.file);
    outlet({.loaded = true});
    co_await pause();
    TalkingModel& model = *job.model->model;
    const std::vector<int> prompt = model.question(job.question);
    if (job.before) {
        job.said.clear();
        co_await answer_one(model, false, prompt, job.how, &job.said, outlet);
    }
    if (!job.after) co_return;
    co_await model.set_edits(job.stack);
    co_await answer_one(model, true, prompt, job.how, nullptr, outlet);
    std::vector<int> text = prompt;
    text.insert(text.end(), job.said.begin(), job.said.end());
    TextChange change = co_await model.change(std::move(text));
    outlet({.change = std::move(change)});
    co_await pause();
}

void take(TalkState& state, TalkPiece piece) {
    TalkColumn& column = piece.after ? state.after : state.before;
    if (piece.loaded) state.loaded = true;
    if (piece.said) column.said.push_back(std::move(*piece.said));
    if (piece.end) column.end = piece.end;
    if (piece.end && !piece.after) state.running_before = false;
    if (piece.change) state.change = std::move(piece.change);
}

void begin(PanelContext& context, TalkState& state) {
    TalkJob job{state.model, state.file, state.question,     state.asked_with,
                state.edits, {},         state.wants_before, acts(state.edits)};
    if (!state.wants_before)
        for (const SaidToken& token : state.before.said) job.said.push_back(token.token);
    if (state.wants_before) state.before = {};
    state.after = {};
    state.change.reset();
    state.running_before = state.wants_before;
    state.wants_before = state.wants_after = false;
    state.work.begin(context.workplace, [job = std::move(job)](auto outlet) {
        return converse(job, std::move(outlet));
    });
}

}  // namespace

TalkState& talk(PanelContext& context, ModelWeights& weights) {
    TalkState& state = context.kept<TalkState>();
    if (state.poll_frame == ImGui::GetFrameCount()) return state;
    state.poll_frame = ImGui::GetFrameCount();
    if (state.file != weights.file) {
        state.work.stop();
        // The work owns what it reads; a new model is another one.
        state.file = weights.file;
        state.model = std::make_shared<TalkModel>();
        state.loaded = false;
        state.before = state.after = {};
        state.change.reset();
        state.fault.clear();
        state.question.clear();
        state.wants_before = state.wants_after = false;
    }
    for (TalkPiece& piece : state.work.take()) take(state, std::move(piece));
    if (!state.work.error().empty()) state.fault = state.work.error();
    if (!state.question.empty() && !state.stopped && state.edits != weights.stack) {
        state.edits = weights.stack;
        state.work.stop();
        state.wants_after = true;
        state.wants_before = state.wants_before || state.running_before;
    }
    if ((state.wants_before || state.wants_after) && state.file && !state.work.busy())
        begin(context, state);
    context.view.working = context.view.working || state.work.busy();
    return state;
}

void ask(TalkState& state, const std::string& question, const TalkChoices& how) {
    if (question.empty()) return;
    state.work.stop();
    state.question = question;
    state.asked_with = how;
    state.fault.clear();
    state.stopped = false;
    state.wants_before = state.wants_after = true;
}

void stop_talking(TalkState& state) {
    state.work.stop();
    state.wants_before = state.wants_after = false;
    state.stopped = true;
}

std::optional<std::size_t> first_difference(const TalkState& state) {
    const auto& a = state.before.said;
    const auto& b = state.after.said;
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i)
        if (a[i].token != b[i].token) return i;
    // One has ended where the other goes on.
    if (a.size() != b.size() && (a.size() < b.size() ? state.before.end : state.after.end))
        return common;
    return std::nullopt;
}

}  // namespace muonscope::gui
