#include "app/gui/talk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/session/crew.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

using Outlet = Background<TalkPiece>::Outlet;

void load(TalkModel& model, const TensorFile& file) {
    // One core stays with the window.
    const int workers = std::max(1, hardware_threads() - 1);
    model.pool = std::make_unique<WorkerPool>(workers);
    WorkerPool& pool = *model.pool;
    model.model = std::make_unique<TalkingModel>(
        file, longest_text, Workers{workers, [&pool](int parts, const std::function<void(int)>& f) {
                                        pool.for_each(parts, f);
                                    }});
}

// What every task has: the model, read from the file by the first of them.
struct TalkPlace {
    std::shared_ptr<TalkModel> model;
    std::shared_ptr<const TensorFile> file;
    Outlet outlet;

    TalkingModel& ready() {
        if (!model->model) load(*model, *file);
        outlet([](TalkState& state) { state.loaded = true; });
        return *model->model;
    }
};

// Where a piece of a conversation belongs.
using Spot = std::function<Conversation*(TalkState&)>;

Work<> answer_one(TalkingModel& model, bool after, std::vector<int> prompt, TalkChoices how,
                  std::vector<int>* said, Spot spot, Outlet outlet) {
    AnswerSpec spec;
    spec.sampling = {how.temperature, how.top_p};
    spec.seed = static_cast<std::uint64_t>(how.seed);
    spec.most_tokens = how.most_tokens;
    const auto tell = [&](auto&& what) {
        outlet([spot, after, what](TalkState& state) {
            if (Conversation* there = spot(state)) what(after ? there->after : there->before);
        });
    };
    const AnswerEnd end =
        co_await answer(after ? model.after() : model.before(), model.tokeniser(),
                        std::move(prompt), spec, [said, &tell](SaidToken token) {
                            if (said != nullptr) said->push_back(token.token);
                            tell([token](TalkColumn& column) { column.said.push_back(token); });
                        });
    tell([end](TalkColumn& column) { column.end = end; });
    co_await pause();
}

Work<> converse(TalkPlace place, Conversation job, std::vector<WeightEdit> stack, Spot spot) {
    TalkingModel& model = place.ready();
    co_await pause();
    const std::vector<int> prompt = model.question(job.question);
    std::vector<int> said;
    if (job.wants_before) {
        co_await answer_one(model, false, prompt, job.how, &said, spot, place.outlet);
    } else {
        for (const SaidToken& token : job.before.said) said.push_back(token.token);
    }
    if (acts(stack)) {
        co_await model.set_edits(stack);
        co_await answer_one(model, true, prompt, job.how, nullptr, spot, place.outlet);
        std::vector<int> text = prompt;
        text.insert(text.end(), said.begin(), said.end());
        TextChange change = co_await model.change(std::move(text));
        place.outlet([spot, change](TalkState& state) {
            if (Conversation* there = spot(state)) there->change = change;
        });
        co_await pause();
    }
}

std::vector<int> tokens_of(const TalkingModel& model, const std::string& text) {
    std::vector<int> tokens = model.plain(text);
    // One model may have room for fewer than longest_text.
    const auto most = static_cast<std::size_t>(model.positions());
    if (tokens.size() > most) tokens.resize(most);
    return tokens;
}

Work<> read_one(TalkPlace place, std::string text, std::vector<WeightEdit> stack) {
    TalkingModel& model = place.ready();
    co_await pause();
    co_await model.read(tokens_of(model, text));
    const TextReading& reading = model.reading();
    MeasuredText read;
    for (std::size_t i = 0; i < reading.tokens.size(); ++i) {
        const int token = reading.tokens[i];
        read.tokens.push_back(model.tokeniser().bytes(token));
        read.surprise.push_back(
            i == 0 ? std::numeric_limits<double>::quiet_NaN()
                   : -static_cast<double>(
                         reading.row(static_cast<int>(i) - 1)[static_cast<std::size_t>(token)]));
    }
    read.residual = residual_sizes(reading);
    place.outlet([read](TalkState& state) { state.text.read = read; });
    co_await pause();
    if (!acts(stack)) co_return;
    co_await model.set_edits(std::move(stack));
    TextChange change = co_await model.change(reading.tokens);
    place.outlet([change](TalkState& state) {
        if (state.text.read) state.text.read->change = change;
    });
    co_await pause();
}

void keep(const KeptSweep& kept, const std::map<std::string, TextScore>& scores) {
    try {
        kept.save(scores);
    } catch (const std::exception&) {
        // It can be had again; nobody asked for a file.
    }
}

Work<> sweep_all(TalkPlace place, WeightEdit edit, std::string text,
                 std::vector<std::string> matrices, std::map<std::string, TextScore> known) {
    TalkingModel& model = place.ready();
    co_await pause();
    SweepSpec spec{std::move(edit), {}, tokens_of(model, text)};
    if (spec.tokens.size() < 2) throw Error("text", "it is less than two tokens", "write more");
    const KeptSweep kept(co_await hash_of(*place.file), spec.edit, spec.tokens);
    // What is known stays; what was kept before comes to it.
    for (auto& [name, score] : kept.load()) known.emplace(name, std::move(score));
    place.outlet([known](TalkState& state) { state.sweep.scores = known; });
    co_await pause();
    for (std::string& name : matrices)
        if (!known.contains(name)) spec.matrices.push_back(std::move(name));
    const bool any = !spec.matrices.empty();
    co_await sweep(model, std::move(spec), [&](const std::string& name, TextScore score) {
        known[name] = score;
        place.outlet([name, score](TalkState& state) { state.sweep.scores[name] = score; });
        if (known.size() % 16 == 0) keep(kept, known);
    });
    if (any) keep(kept, known);
    place.outlet([](TalkState& state) { state.sweep.wanted = false; });
    co_await pause();
}

Conversation begun(Conversation& conversation) {
    Conversation job = conversation;
    if (conversation.wants_before) conversation.before = {};
    conversation.after = {};
    conversation.change.reset();
    return job;
}

// What it was asked for is there once the work has ended by itself.
void note_done(Conversation& conversation) {
    if (conversation.before.end) conversation.wants_before = false;
}

std::size_t next_question(const TalkState& state) {
    const auto found =
        std::find_if(state.questions.begin(), state.questions.end(),
                     [](const Conversation& c) { return c.wants_before || c.wants_after; });
    return static_cast<std::size_t>(found - state.questions.begin());
}

bool wants(const Conversation& c) {
    return c.wants_before || c.wants_after;
}

TalkTask wanted_task(const TalkState& state) {
    if (wants(state.asked)) return TalkTask::answer;
    if (state.text.wanted) return TalkTask::text;
    if (next_question(state) < state.questions.size()) return TalkTask::questions;
    if (state.sweep.wanted) return TalkTask::sweep;
    return TalkTask::none;
}

void begin_answer(PanelContext& context, TalkState& state, Conversation& conversation, Spot spot) {
    Conversation job = begun(conversation);
    conversation.wants_after = false;
    state.work.begin(context.workplace, [&](Outlet outlet) {
        return converse({state.model, state.file, std::move(outlet)}, std::move(job), state.edits,
                        std::move(spot));
    });
}

void begin_sweep_work(PanelContext& context, TalkState& state, const ModelWeights& weights) {
    std::vector<std::string> names;
    for (const ModelMatrix& matrix : weights.matrices) names.push_back(matrix.entry->name);
    state.sweep.matrices = names.size();
    state.work.begin(context.workplace, [&](Outlet outlet) {
        return sweep_all({state.model, state.file, std::move(outlet)},
                         edit_in("*:" + state.sweep.edit), state.sweep.text, std::move(names),
                         state.sweep.scores);
    });
}

void begin_next(PanelContext& context, TalkState& state, const ModelWeights& weights) {
    state.task = wanted_task(state);
    switch (state.task) {
        case TalkTask::none:
            return;
        case TalkTask::answer:
            begin_answer(context, state, state.asked,
                         [](TalkState& there) { return &there.asked; });
            return;
        case TalkTask::questions: {
            const std::size_t at = state.task_question = next_question(state);
            begin_answer(context, state, state.questions[at], [at](TalkState& there) {
                return at < there.questions.size() ? &there.questions[at] : nullptr;
            });
            return;
        }
        case TalkTask::text:
            state.text.wanted = false;
            if (state.text.read) state.text.read->change.reset();
            state.work.begin(context.workplace, [&](Outlet outlet) {
                return read_one({state.model, state.file, std::move(outlet)}, state.text.text,
                                state.edits);
            });
            return;
        case TalkTask::sweep:
            begin_sweep_work(context, state, weights);
            return;
    }
}

void other_file(TalkState& state, const std::shared_ptr<const TensorFile>& file) {
    state.work.stop();
    // The work owns what it reads; a new model is another one.
    state.file = file;
    state.model = std::make_shared<TalkModel>();
    state.loaded = false;
    state.fault.clear();
    state.asked = {};
    state.questions.clear();
    state.text = {};
    state.sweep = {};
    state.lesson = {};
}

// Ends what runs so that it begins anew, or something else before it.
void set_aside(TalkState& state) {
    if (!state.work.busy()) return;
    if (state.task == TalkTask::answer && !state.asked.question.empty())
        state.asked.wants_after = true;
    if (state.task == TalkTask::text) state.text.wanted = state.text.asked;
    if (state.task == TalkTask::questions && state.task_question < state.questions.size())
        state.questions[state.task_question].wants_after = true;
    state.work.stop();
}

void take_edits(TalkState& state, const std::vector<WeightEdit>& stack) {
    if (state.edits == stack) return;
    state.edits = stack;
    if (state.stopped) return;
    // A sweep has an edit of its own.
    if (state.task != TalkTask::sweep) set_aside(state);
    if (!state.asked.question.empty()) state.asked.wants_after = true;
    for (Conversation& question : state.questions) {
        // Not to be counted among the answers with these edits.
        question.after = {};
        question.change.reset();
        question.wants_after = true;
    }
    state.text.wanted = state.text.asked;
}

}  // namespace

bool same_answers(const TalkChoices& a, const TalkChoices& b) {
    return a.temperature == b.temperature && a.most_tokens == b.most_tokens &&
           (a.temperature == 0 || (a.top_p == b.top_p && a.seed == b.seed));
}

TalkState& talk(PanelContext& context, ModelWeights& weights) {
    TalkState& state = context.kept<TalkState>();
    if (state.poll_frame == ImGui::GetFrameCount()) return state;
    state.poll_frame = ImGui::GetFrameCount();
    if (state.file != weights.file) other_file(state, weights.file);
    for (TalkPiece& piece : state.work.take()) piece(state);
    note_done(state.asked);
    for (Conversation& question : state.questions) note_done(question);
    if (state.task != TalkTask::none && !state.work.busy() && !state.work.error().empty()) {
        state.fault = state.work.error();
        state.task = TalkTask::none;
        state.asked.wants_before = state.asked.wants_after = false;
        state.questions.clear();
        state.text.wanted = state.sweep.wanted = false;
    }
    take_edits(state, weights.stack);
    if (state.is_at(TalkTask::sweep) &&
        (!state.sweep.wanted || wanted_task(state) != TalkTask::sweep))
        state.work.stop();
    if (state.file && !state.work.busy()) begin_next(context, state, weights);
    context.view.working = context.view.working || state.work.busy();
    return state;
}

void ask(TalkState& state, const std::string& question, const TalkChoices& how) {
    if (question.empty()) return;
    if (state.task != TalkTask::answer) set_aside(state);
    state.work.stop();
    state.fault.clear();
    state.stopped = false;
    state.asked = {};
    state.asked.question = question;
    state.asked.how = how;
    state.asked.wants_before = state.asked.wants_after = true;
}

void ask_questions(TalkState& state, const TalkChoices& how) {
    if (state.task == TalkTask::questions) state.work.stop();
    state.fault.clear();
    state.stopped = false;
    state.questions.clear();
    for (const char* question : common_questions()) {
        Conversation& one = state.questions.emplace_back();
        one.question = question;
        one.how = how;
        one.wants_before = one.wants_after = true;
    }
}

void measure_text(TalkState& state, const std::string& text) {
    if (state.task == TalkTask::text) state.work.stop();
    state.fault.clear();
    state.stopped = false;
    if (state.text.text != text) state.text.read.reset();
    state.text.text = text;
    state.text.asked = state.text.wanted = true;
}

void begin_sweep(TalkState& state, const std::string& edit, const std::string& text) {
    state.sweep.fault.clear();
    try {
        edit_in("*:" + edit);
    } catch (const std::exception& fault) {
        state.sweep.fault = fault_text(fault);
        return;
    }
    if (!state.sweep.is_of(edit, text)) {
        if (state.task == TalkTask::sweep) state.work.stop();
        state.sweep.scores.clear();
    }
    state.fault.clear();
    state.sweep.edit = edit;
    state.sweep.text = text;
    state.sweep.wanted = true;
}

void stop_sweep(TalkState& state) {
    state.sweep.wanted = false;
}

void stop_talking(TalkState& state) {
    if (state.task != TalkTask::sweep) state.work.stop();
    state.asked.wants_before = state.asked.wants_after = false;
    for (Conversation& question : state.questions)
        question.wants_before = question.wants_after = false;
    state.text.wanted = false;
    state.stopped = true;
}

std::optional<std::size_t> first_difference(const Conversation& conversation) {
    const auto& a = conversation.before.said;
    const auto& b = conversation.after.said;
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i)
        if (a[i].token != b[i].token) return i;
    // One has ended where the other goes on.
    if (a.size() != b.size() &&
        (a.size() < b.size() ? conversation.before.end : conversation.after.end))
        return common;
    return std::nullopt;
}

}  // namespace muonscope::gui
