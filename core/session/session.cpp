#include "core/session/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/experiment/cost.h"
#include "core/experiment/seal_files.h"

namespace muonscope {

namespace {

// Of the start's relative error, or of one: what a lane is shown with after it diverged, and what
// says of a lane that still trains that it will.
constexpr double sound_times = 3, lost_times = 1e3;

}  // namespace
// Also where training throws.
class Session::Looking {
  public:
    Looking(Watch*& place, Watch& watch) : place_(place) { place_ = &watch; }
    ~Looking() { place_ = nullptr; }
    Looking(const Looking&) = delete;
    Looking& operator=(const Looking&) = delete;

  private:
    Watch*& place_;
};

Session::Session(Spec spec) : Session(std::move(spec), 0) {}

Session::Session(const SessionFile& file) : Session(file.spec) {
    log_ = file.log;
}

Session::Session(Spec spec, std::uint64_t generation) : generation_(generation) {
    validate(spec);
    seal_files(spec.experiment);
    spec_ = std::make_shared<const Spec>(std::move(spec));
    problem_ = make_problem(spec_->experiment);
    layout_ = Layout(*problem_->model, problem_->modes, facts_of(problem_->experiment));
    work_span(0.5, 1);
    begin();
}

void Session::begin() {
    initial_spec_ = spec_;
    log_.clear();
    applied_ = marked_ = 0;
    events_ = std::make_shared<const std::vector<Event>>();
    last_mark_ = {};

    const auto count = static_cast<int>(spec_->lanes.size());
    const SamplingRule rule = sampling_rule(spec_->experiment);
    const std::size_t rows = rows_within(spec_->experiment.record.megabytes, count,
                                         layout_.channels() + 2 * layout_.followed());
    for (const History& history : histories_)
        generation_ = std::max(generation_, history.generation() + 1);
    histories_.assign(static_cast<std::size_t>(count),
                      History(layout_.channels(), rows, rule, generation_, layout_.followed()));
    ++generation_;

    restore(nullptr);
    std::size_t bytes = 0;
    for (const Lane& lane : lanes_) bytes += lane.state_bytes();
    const std::size_t budget = spec_->experiment.record.keyframes;
    const double cost = static_cast<double>(count) * step_cost(spec_->experiment);
    keyframes_ = Keyframes(budget << 20, keyframe_pace(cost, bytes));

    // All lanes start from the same weights: one measurement holds for all of them.
    sound_.assign(lanes_.size(), {});
    start_error_ = size_of(lanes_.front().errors());
    measure(0);
    std::fill(newest_.begin() + 1, newest_.end(), newest_.front());
    for (Sound& sound : sound_)
        sound = {0, newest_.front().values,
                 std::make_shared<const std::vector<Matrix>>(problem_->start)};
    for (std::size_t i = 0; i < lanes_.size(); ++i) histories_[i].append(0, newest_[i].values);
}

bool Session::finished() const {
    return std::all_of(lanes_.begin(), lanes_.end(),
                       [](const Lane& lane) { return lane.status() == Lane::Status::finished; });
}

bool Session::diverged() const {
    return std::any_of(lanes_.begin(), lanes_.end(),
                       [](const Lane& lane) { return lane.status() == Lane::Status::diverged; });
}

bool Session::ended() const {
    return std::none_of(lanes_.begin(), lanes_.end(),
                        [](const Lane& lane) { return lane.status() == Lane::Status::training; });
}

void Session::advance_to(std::int64_t step, WorkerPool& pool) {
    for (;;) {
        apply_pending();
        if (step_ >= step || ended() || abandoned()) return;
        std::int64_t stop = std::min(step, keyframes_.next_due(step_));
        if (applied_ < log_.size()) stop = std::min(stop, log_[applied_].step);
        run_stretch(stop, pool);
        if (!ended() && !abandoned()) offer_keyframe();
    }
}

void Session::offer_keyframe() {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (resting_[i].state) continue;
        bytes += lanes_[i].state_bytes();
        if (lanes_[i].status() != Lane::Status::training) bytes += lanes_[i].newest_move_bytes();
    }
    keyframes_.offer(step_, bytes, [this] {
        Keyframe keyframe{step_, {}, spec_, applied_};
        for (std::size_t i = 0; i < lanes_.size(); ++i) keyframe.lanes.push_back(kept(i));
        return keyframe;
    });
}

Keyframe::Kept Session::kept(std::size_t index) {
    const Lane& lane = lanes_[index];
    if (resting_[index].state) return resting_[index];
    Keyframe::Kept kept{std::make_shared<const Lane::State>(lane.state()), nullptr,
                        lane.state_bytes()};
    if (lane.status() == Lane::Status::training) return kept;
    kept.newest = std::make_shared<const NewestMove>(lane.newest_move());
    kept.bytes += lane.newest_move_bytes();
    return resting_[index] = kept;
}

bool Session::advance_until(std::int64_t step, const std::vector<Bound>& bounds, WorkerPool& pool) {
    constexpr std::int64_t most_at_once = 1024;  // going back leads over some of them again
    if (bounds.empty()) {
        advance_to(step, pool);
        return false;
    }
    losses_.resize(lanes_.size());
    while (step_ < step) {
        Watch watch{bounds, step_};
        for (const Bound& bound : bounds) {
            watch.costly = watch.costly || bound.channel >= layout_.followed();
            watch.losses = watch.losses || bound.channel <= layout_.error_left();
        }
        const std::int64_t stop = std::min(step, step_ + most_at_once);
        watch.met.assign(lanes_.size(), std::vector<char>(static_cast<std::size_t>(stop - step_)));
        {
            const Looking looking(watch_, watch);
            advance_to(stop, pool);
        }
        if (abandoned()) return false;
        const std::int64_t first = first_met(watch);
        if (first <= step_) {
            go_back_to(first, pool);
            return true;
        }
        if (step_ < stop) return false;  // no lane goes on
    }
    return false;
}

void Session::look_before(std::size_t index) {
    Lane& lane = lanes_[index];
    if (watch_->costly && newest_[index].step != lane.step()) measure(index);
    if (!watch_->losses || lane.sees_all_data()) return;
    Losses& seen = losses_[index];
    const Losses before = seen;
    const Backpropagation::Errors errors = lane.errors();
    seen = {lane.step(), errors.loss, errors.relative_error,
            has_residual() && before.step == lane.step() - 1 ? std::sqrt(errors.loss / before.loss)
                                                             : std::nan("")};
}

// At the step that the lane has just left.
void Session::look_after(std::size_t index) {
    const Lane& lane = lanes_[index];
    const auto value = [&](std::size_t channel) {
        if (channel >= layout_.followed()) return newest_[index].values[channel];
        if (channel > layout_.error_left() || lane.sees_all_data())
            return lane.followed().before()[channel];
        const Losses& seen = losses_[index];
        return channel == layout_.loss()             ? seen.loss
               : channel == layout_.relative_error() ? seen.relative_error
                                                     : seen.error_left;
    };
    const std::int64_t at = lane.step() - 1 - watch_->from;
    std::vector<char>& met = watch_->met[index];
    // Coming up again after going back may begin before.
    if (at < 0 || at >= static_cast<std::int64_t>(met.size())) return;
    met[at] = std::all_of(watch_->bounds.begin(), watch_->bounds.end(),
                          [&](const Bound& bound) { return bound.met(value(bound.channel)); });
}

// A lane that has ended stays as it is; one that diverged will never get there, so the others need
// not wait for it.
void Session::look_at_end(std::size_t index) {
    if (newest_[index].step != lanes_[index].step()) measure(index);
    const std::vector<double>& row = newest_[index].values;
    const bool holds =
        lanes_[index].fault() ||
        std::all_of(watch_->bounds.begin(), watch_->bounds.end(),
                    [&](const Bound& bound) { return bound.met(row[bound.channel]); });
    std::vector<char>& met = watch_->met[index];
    const std::int64_t at = std::max<std::int64_t>(lanes_[index].step() - watch_->from, 0);
    for (std::size_t k = at; k < met.size(); ++k) met[k] = holds;
}

std::int64_t Session::first_met(const Watch& watch) const {
    for (std::size_t k = 0; k < watch.met.front().size(); ++k)
        if (std::all_of(watch.met.begin(), watch.met.end(),
                        [k](const std::vector<char>& lane) { return lane[k] != 0; }))
            return watch.from + static_cast<std::int64_t>(k);
    return std::numeric_limits<std::int64_t>::max();
}

void Session::run_stretch(std::int64_t stop, WorkerPool& pool) {
    std::vector<std::size_t> training;
    for (std::size_t i = 0; i < lanes_.size(); ++i)
        if (lanes_[i].status() == Lane::Status::training) training.push_back(i);
    pool.for_each(lanes(), [&](int i) { run_lane(static_cast<std::size_t>(i), stop); });
    if (abandoned()) return;
    for (const std::size_t i : training)
        if (lanes_[i].status() != Lane::Status::training) keyframes_.complete(i, lanes_[i]);
    if (ended()) {
        for (const Lane& lane : lanes_) step_ = std::max(step_, lane.step());
    } else {
        step_ = stop;
    }
}

void Session::run_lane(std::size_t index, std::int64_t stop) {
    Lane& lane = lanes_[index];
    History& history = histories_[index];
    if (lane.status() != Lane::Status::training) {
        if (watch_) look_at_end(index);
        return;
    }
    const WorkScope scope(abandon_);
    // After going back, rows up to the last one are there already.
    std::int64_t due = history.next_due(lane.step());
    while (lane.step() < stop && !abandoned()) {
        if (watch_) look_before(index);
        if (lane.advance() != Lane::Status::training) {
            record(index);  // where it ended
            if (watch_) look_at_end(index);
            return;
        }
        if (watch_) look_after(index);
        if (lane.step() < due) continue;
        record(index);
        due = history.next_due(lane.step());
    }
}

void Session::measure(std::size_t index) {
    Row& row = newest_[index];
    row.step = lanes_[index].step();
    row.values.resize(layout_.channels());
    lanes_[index].measure(layout_, spec_->experiment.probe, row.values);
    // Where no gradient pass sees the loss of all data, the row before does.
    double& left = row.values[layout_.error_left()];
    const HistoryView history = histories_[index].view();
    const std::size_t before = history.find(row.step - 1);
    if (has_residual() && std::isnan(left) && before < history.size() &&
        history.step(before) == row.step - 1)
        left = std::sqrt(row.values[layout_.loss()] / history.value(before, layout_.loss()));
    if (!within(size_of(row), sound_times)) return;
    Sound& sound = sound_[index];
    sound.step = row.step;
    sound.row = row.values;
    sound.weights = std::make_shared<const std::vector<Matrix>>(lanes_[index].weights());
}

void Session::record(std::size_t index) {
    Lane& lane = lanes_[index];
    History& history = histories_[index];
    Followed& followed = lane.followed();
    if (lane.step() <= history.last_step()) {
        // Passed again after going back.
        if (history.row_at_or_before(lane.step()) == lane.step()) {
            take_row(index);
            followed.begin_after(lane.step());
        }
        return;
    }
    if (newest_[index].step != lane.step()) measure(index);
    if (history.append(lane.step(), newest_[index].values, followed.low(), followed.high()))
        followed.begin_after(lane.step());
    else
        followed.go_on_after(history.last_step());
}

bool Session::rewind(std::int64_t step) {
    if (step < 0)
        throw Error(fmt::format("step {}", step), "there is nothing before step 0",
                    "give a step of at least 0");
    // On the way up again, what is to come is known.
    std::int64_t known = std::max(step_, log_.empty() ? 0 : log_.back().step);
    for (const History& history : histories_) known = std::max(known, history.last_step());
    if (step >= known) return false;
    if (step < step_)
        return_towards(step);
    else
        forget_beyond(step);
    return true;
}

void Session::forget_beyond(std::int64_t step) {
    std::vector<Event> events = *events_;
    std::erase_if(events, [step](const Event& event) { return event.step > step; });
    events_ = std::make_shared<const std::vector<Event>>(std::move(events));
    last_mark_ = {};
    returns_.add(step);
    std::erase_if(log_, [step](const LoggedEdit& logged) { return logged.step > step; });
    marked_ = std::min(marked_, log_.size());
    for (History& history : histories_) history.truncate_after(step);
    keyframes_.truncate_after(step);
    for (Sound& sound : sound_)
        if (sound.step > step) sound.step = -1;
}

// From before the step, so that what is measured of the newest step there is made anew.
void Session::return_towards(std::int64_t step) {
    forget_beyond(step);
    restore(keyframes_.at_or_before(
        step, [&](const Keyframe& k) { return k.step < step && complete(k); }));
}

bool Session::has_residual() const {
    return loss_of(problem_->experiment) != LossKind::cross_entropy;
}

double Session::size_of(const Backpropagation::Errors& errors) const {
    return has_residual() ? errors.relative_error : errors.loss;
}

double Session::size_of(const Row& row) const {
    return row.values[has_residual() ? layout_.relative_error() : layout_.loss()];
}

bool Session::within(double size, double times) const {
    return size <= times * std::max(1.0, start_error_);
}

// Whether what its lanes follow begins after the newest row there is. One taken before the history
// was thinned may begin after a row that was dropped since.
bool Session::complete(const Keyframe& keyframe) const {
    for (std::size_t i = 0; i < keyframe.lanes.size(); ++i) {
        const Lane::State& lane = *keyframe.lanes[i].state;
        if (lane.followed.row() != histories_[i].row_at_or_before(lane.step)) return false;
    }
    return true;
}

void Session::restore(const Keyframe* keyframe) {
    spec_ = keyframe ? keyframe->spec : initial_spec_;
    step_ = keyframe ? keyframe->step : 0;
    applied_ = keyframe ? keyframe->edits : 0;
    if (!keyframe) {
        lanes_.clear();
        for (const Recipe& recipe : spec_->lanes) {
            lanes_.emplace_back(problem_, recipe);
            lanes_.back().follow(layout_);
        }
    }
    resting_.assign(lanes_.size(), {});
    for (std::size_t i = 0; keyframe && i < lanes_.size(); ++i) {
        const Keyframe::Kept& kept = keyframe->lanes[i];
        lanes_[i].set_state(*kept.state, kept.newest.get());
        if (kept.state->status != Lane::Status::training) resting_[i] = kept;
    }
    losses_.assign(lanes_.size(), {});
    newest_.assign(lanes_.size(), {});
    for (std::size_t i = 0; i < lanes_.size(); ++i) take_row(i);
}

// Until a lane is measured again, the newest row that is recorded of it stands for it.
void Session::take_row(std::size_t index) {
    const HistoryView history = histories_[index].view();
    const std::size_t at = history.find(lanes_[index].step());
    if (at == history.size()) return;
    Row& row = newest_[index];
    row.step = history.step(at);
    row.values.assign(history.row(at).begin(), history.row(at).end());
}

void Session::go_back_to(std::int64_t step, WorkerPool& pool) {
    rewind(step);
    advance_to(step, pool);
}

std::size_t Session::bytes() const {
    std::size_t sum = keyframes_.bytes();
    for (const Lane& lane : lanes_) sum += 2 * lane.state_bytes() + lane.newest_move_bytes();
    for (const History& history : histories_) sum += history.bytes();
    return sum;
}

bool Session::forget_keyframes() {
    const bool any = keyframes_.bytes() > 0;
    keyframes_.truncate_after(-1);
    return any;
}

void Session::take_over_from(const Session& shown) {
    for (const Session* session : {static_cast<const Session*>(this), &shown}) {
        generation_ = std::max(generation_, session->generation_);
        for (const History& history : session->histories_)
            generation_ = std::max(generation_, history.generation() + 1);
    }
    for (History& history : histories_) history.set_generation(generation_);
    ++generation_;
    if (shown.returns_.count() > returns_.count()) returns_ = shown.returns_;
    returns_.add(0);
}

void Session::restart() {
    begin();
    returns_.add(0);
}

void Session::replace(Spec spec) {
    std::uint64_t generation = generation_;
    for (const History& history : histories_)
        generation = std::max(generation, history.generation() + 1);
    Session fresh(std::move(spec), generation);
    fresh.abandon_ = abandon_;
    *this = std::move(fresh);
}

// What could not be read again is not done.
void Session::check_log(const Edit& edit) const {
    std::size_t weight = weight_of(edit);
    for (std::size_t i = 0; i < applied_; ++i) weight += weight_of(log_[i].edit);
    if (weight > SessionFile::most_edits)
        throw Error("this run", fmt::format("its log is full: it holds {} edits", applied_),
                    "save it, and start over with the parameters as they are");
}

void Session::apply(const Edit& edit) {
    if (const auto* lower = std::get_if<LowerRate>(&edit))
        if (lower->lane >= 0 && lower->lane < lanes() && lane(lower->lane).fault()) {
            go_on(*lower);
            return;
        }
    auto after = std::make_shared<const Spec>(edited(*spec_, edit));
    if (restarts(edit, *spec_, *after)) {
        replace(*after);
        return;
    }
    // What changes nothing is not an edit; logged, it could push out one of its parameter that did.
    if (*after == *spec_) return;
    check_log(edit);
    // An edit in the past makes another future.
    log_.resize(applied_);
    for (History& history : histories_) history.truncate_after(step_);
    returns_.part(step_);
    keyframes_.truncate_after(step_);

    const std::shared_ptr<const Spec> before = spec_;
    Fates fates = take(std::move(after), keeps_momentum(edit));
    log(edit, leaves_buffers(edit, *before, *spec_));
    mark(edit, *before, *spec_, std::move(fates));
    marked_ = log_.size();
    const auto* parameter = std::get_if<SetParameter>(&edit);
    if (parameter && parameter_at(parameter->path).effect == Effect::measures)
        for (Row& row : newest_) row.step = -1;
}

namespace {

// The step from which on each lane's recipe is another under one log than under another, both from
// `first` on and beginning with this spec; none: it stays the same.
std::vector<std::optional<std::int64_t>> partings(std::span<const LoggedEdit> log,
                                                  std::span<const LoggedEdit> other, Spec spec) {
    std::vector<std::optional<std::int64_t>> steps(spec.lanes.size());
    Spec twin = spec;
    while (!log.empty() || !other.empty()) {
        const auto next = [](std::span<const LoggedEdit> of) {
            return of.empty() ? std::numeric_limits<std::int64_t>::max() : of.front().step;
        };
        const std::int64_t step = std::min(next(log), next(other));
        for (; next(log) == step && !log.empty(); log = log.subspan(1))
            spec = edited(spec, log.front().edit);
        for (; next(other) == step && !other.empty(); other = other.subspan(1))
            twin = edited(twin, other.front().edit);
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (!steps[i] && spec.lanes[i] != twin.lanes[i]) steps[i] = step;
    }
    return steps;
}

}  // namespace

// The edit goes into the log at the step where the lane was sound last, and all lanes come from the
// keyframe before. A lane that later took over something of this one (in a swap) goes another way
// from there; the others come to the bits they had, and by the samples they have.
void Session::go_on(const LowerRate& edit) {
    const std::size_t index = edit.lane;
    const Turn turn = last_sound_step(index);
    const Spec after = edited(turn.spec, edit);
    std::vector<Mark> marks = marks_of(edit, turn.step, turn.spec, after);
    if (marks.empty())
        throw Error("lane " + lanes_[index].recipe().name, "its learning rate is 0 already",
                    "start over with other settings");

    log_.resize(applied_);
    const std::vector<LoggedEdit> log = log_;
    log_.insert(log_.begin() + static_cast<std::ptrdiff_t>(turn.edits), {turn.step, edit, false});
    lower_rates_set_since(edit, turn.edits + 1, after);
    marked_ = log_.size();
    const auto parting = partings(std::span(log).subspan(turn.edits),
                                  std::span(log_).subspan(turn.edits), turn.spec);
    std::vector<Event> events = *events_;
    Event event = std::move(marks.front().event);
    event.text += ", goes on from here";
    events.insert(std::upper_bound(events.begin(), events.end(), event.step,
                                   [](std::int64_t step, const Event& e) { return step < e.step; }),
                  std::move(event));
    events_ = std::make_shared<const std::vector<Event>>(std::move(events));
    last_mark_ = {};
    returns_.add(turn.step);

    keyframes_.truncate_after(turn.step);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (!parting[i]) continue;
        histories_[i].truncate_after(*parting[i]);
        if (sound_[i].step > *parting[i]) sound_[i] = {};
    }
    restore(keyframes_.at_or_before(turn.step, [this](const Keyframe& k) { return complete(k); }));
}

// A slider that is dragged sets the rate again at later steps, some of them after the lane ended:
// each of these settings is lowered as well, or the lane would be where it was.
void Session::lower_rates_set_since(const LowerRate& edit, std::size_t first, Spec spec) {
    const auto rate = [&edit](const Spec& of) {
        return of.lanes[edit.lane].phases.front().optimizer.lr;
    };
    for (std::size_t i = first; i < log_.size(); ++i) {
        Spec next = edited(spec, log_[i].edit);
        if (rate(next) > rate(spec)) {
            const std::int64_t step = log_[i].step;
            log_[i].mergeable = false;
            log_.insert(log_.begin() + static_cast<std::ptrdiff_t>(++i), {step, edit, false});
            next = edited(next, edit);
        }
        spec = std::move(next);
    }
}

// By training once more from the keyframe before the newest sound sample to the fault: samples may
// lie far apart, and between two of them an edit may have changed everything.
Session::Turn Session::last_sound_step(std::size_t index) const {
    const Keyframe* keyframe = keyframes_.at_or_before(
        std::max<std::int64_t>(sound_[index].step, 0), [](const Keyframe&) { return true; });
    Turn at;
    at.spec = keyframe ? *keyframe->spec : *initial_spec_;
    at.edits = keyframe ? keyframe->edits : 0;
    Lane trial(problem_, at.spec.lanes[index]);
    trial.follow(layout_);
    if (keyframe) trial.set_state(*keyframe->lanes[index].state);
    Turn last = at;
    do {
        at.step = trial.step();
        for (; at.edits < applied_ && log_[at.edits].step <= at.step; ++at.edits) {
            const Edit& edit = log_[at.edits].edit;
            at.spec = edited(at.spec, edit);
            trial.set_recipe(at.spec.lanes[index], keeps_momentum(edit));
        }
        if (within(size_of(trial.errors()), sound_times)) last = at;
    } while (trial.advance() == Lane::Status::training);
    return last;
}

Session::Fates Session::take(std::shared_ptr<const Spec> spec, bool keep_momentum) {
    Fates fates;
    for (std::size_t i = 0; i < lanes_.size(); ++i)
        fates.push_back(lanes_[i].set_recipe(spec->lanes[i], keep_momentum));
    resting_.assign(lanes_.size(), {});
    spec_ = std::move(spec);
    return fates;
}

void Session::apply_pending() {
    while (applied_ < log_.size() && log_[applied_].step <= step_) {
        const Edit& edit = log_[applied_].edit;
        const std::shared_ptr<const Spec> before = spec_;
        Fates fates =
            take(std::make_shared<const Spec>(edited(*spec_, edit)), keeps_momentum(edit));
        if (applied_ >= marked_) mark(edit, *before, *spec_, std::move(fates));
        marked_ = std::max(marked_, ++applied_);
    }
}

// Only what can be merged may lie between the two: after another kind of edit the path may reach
// other lanes.
void Session::log(const Edit& edit, bool mergeable) {
    const auto* parameter = std::get_if<SetParameter>(&edit);
    mergeable = mergeable && parameter;
    for (std::size_t i = log_.size(); mergeable && i > 0; --i) {
        const LoggedEdit& logged = log_[i - 1];
        if (!logged.mergeable || logged.step != step_) break;
        if (std::get<SetParameter>(logged.edit).path != parameter->path) continue;
        log_.erase(log_.begin() + static_cast<std::ptrdiff_t>(i - 1));
        break;
    }
    log_.push_back({step_, edit, mergeable});
    applied_ = log_.size();
}

// A slider that is dragged leaves one mark, not one a frame: marks of the same parameter merge
// while they would stand within a fiftieth of the run so far.
void Session::mark(const Edit& edit, const Spec& before, const Spec& after, Fates fates) {
    constexpr std::size_t most_events = 1000;
    if (const auto* parameter = std::get_if<SetParameter>(&edit))
        if (parameter_at(parameter->path).effect == Effect::nothing) return;
    std::vector<Mark> marks = marks_of(edit, step_, before, after);
    if (marks.empty()) return;
    std::vector<Event> events = *events_;
    for (Mark& mark : marks) {
        mark.fates = fates;
        const bool merges = !mark.path.empty() && !events.empty() && mark.path == last_mark_.path &&
                            last_mark_.event.lane == mark.event.lane &&
                            step_ - last_mark_.event.step <= step_ / 50;
        if (merges) {
            std::string& text = mark.event.text;
            const std::size_t at = text.rfind(mark.from + " → ");
            if (at != std::string::npos) text.replace(at, mark.from.size(), last_mark_.from);
            mark.from = last_mark_.from;
            for (std::size_t i = 0; i < fates.size(); ++i)
                for (std::size_t layer = 0; layer < fates[i].size(); ++layer)
                    mark.fates[i][layer] = std::max(fates[i][layer], last_mark_.fates[i][layer]);
            events.pop_back();
        }
        events.push_back({mark.event.step, mark.event.lane, text_of(mark, after.lanes)});
        last_mark_ = std::move(mark);
    }
    if (events.size() > most_events) events.erase(events.begin());
    events_ = std::make_shared<const std::vector<Event>>(std::move(events));
}

HistoryView Session::history(int lane) const {
    return histories_[lane].view();
}

namespace {

SeenMove::Held held_by(const LayerOptimizer* optimizer) {
    return optimizer == nullptr ? nullptr
                                : std::make_shared<const LayerOptimizer::State>(optimizer->state());
}

std::shared_ptr<const SeenMove> seen_move(Lane& lane) {
    auto newest = std::make_shared<SeenMove>();
    newest->next_phase = lane.next_phase();
    for (int layer = 1; layer <= static_cast<int>(lane.weights().size()); ++layer) {
        const Lane::Move move = lane.newest_move(layer);
        newest->gradients.push_back(move.gradient != nullptr ? *move.gradient : Matrix());
        newest->updates.push_back(move.update != nullptr ? *move.update : Matrix());
        newest->optimizers.push_back(held_by(move.optimizer));
        const LayerOptimizer* next = lane.optimizer_in(newest->next_phase, layer);
        newest->next.push_back(next == move.optimizer ? newest->optimizers.back() : held_by(next));
    }
    return newest;
}

}  // namespace

std::shared_ptr<Snapshot> Session::snapshot(const Wanted& wanted) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->step = step_;
    snapshot->spec = spec_;
    snapshot->problem = problem_;
    snapshot->layout = layout_;
    snapshot->events = events_;
    snapshot->returns = returns_;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        Lane& lane = lanes_[i];
        const Row& newest = newest_[i];
        if (newest.step < 0 || (wanted.fresh && newest.step != lane.step())) measure(i);
        LaneSnapshot view;
        view.name = lane.recipe().name;
        view.step = lane.step();
        view.phase = lane.phase();
        view.phase_steps = lane.phase_steps();
        view.finished = lane.status() == Lane::Status::finished;
        if (const auto& fault = lane.fault())
            view.divergence = Divergence{fault->step, fault->layer, fault->what};
        const Sound& sound = sound_[i];
        const bool lost = lane.fault() || !within(size_of(newest), lost_times);
        if (lost) view.sound_step = sound.step >= 0 ? sound.step : lane.step();
        if (view.lost() && wanted.show == Show::what_is_sound) {
            view.weights = sound.weights;
            view.now = sound.row;
            view.now_step = sound.step;
        } else {
            // Measured where they are, they have been copied.
            const bool copied = sound.step == lane.step() && newest.step == lane.step();
            if (copied)
                view.weights = sound.weights;
            else if (wanted.weights)
                view.weights = std::make_shared<const std::vector<Matrix>>(lane.weights());
            if (wanted.moves) view.move = seen_move(lane);
            view.now = newest.values;
            view.now_step = newest.step;
            if (newest.step == lane.step() && newest.step > histories_[i].last_step()) {
                const Followed& followed = lane.followed();
                view.now_low.assign(followed.low().begin(), followed.low().end());
                view.now_high.assign(followed.high().begin(), followed.high().end());
                widen(view.now_low, view.now_high, view.now.data(), view.now.data());
            }
        }
        view.history = histories_[i].view();
        if (wanted.hashed) view.state_hash = lane.state_hash();
        snapshot->lanes.push_back(std::move(view));
    }
    return snapshot;
}

SessionFile Session::saved() const {
    SessionFile file;
    file.spec = *initial_spec_;
    file.log.assign(log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(applied_));
    file.step = step_;
    file.ended = ended();
    for (const Lane& lane : lanes_)
        file.lanes.push_back({lane.recipe().name, lane.step(), lane.state_hash()});
    return file;
}

Session Session::replay(const SessionFile& file, WorkerPool& pool) {
    Session session(file);
    session.advance_to(file.step, pool);
    // A lane knows that it ended only once it was asked for one step more.
    if (file.ended) session.advance_to(file.step + 1, pool);
    session.verify(file);
    return session;
}

void Session::open(const SessionFile& file) {
    replace(file.spec);
    log_ = file.log;
}

namespace {

// Empty for files that do not say what wrote them.
std::string described(const SessionFile::Program& program) {
    if (program.version.empty()) return "";
    return fmt::format(": version {}, commit {}, with kernels for {}", program.version,
                       program.commit, program.level);
}

}  // namespace

void Session::verify(const SessionFile& file) const {
    for (int i = 0; i < lanes(); ++i) {
        const SessionFile::LaneEnd& end = file.lanes[i];
        const Lane& ended = lane(i);
        if (ended.step() != end.step || ended.state_hash() != end.state_hash)
            throw Error(
                "replay of lane " + end.name,
                fmt::format("step {} with hash {:016x} instead of step {} with {:016x}",
                            ended.step(), ended.state_hash(), end.step, end.state_hash),
                file.version < SessionFile::current_version
                    ? "it was saved before switches converted the momentum: save it again to keep "
                      "the run as it is now, or use the program that saved it"
                    : "use the program that saved the session" + described(file.program));
    }
}

}  // namespace muonscope
