#include "core/session/workplace.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <vector>

namespace muonscope {
namespace {

constexpr std::chrono::milliseconds slice_length{4};

}  // namespace

struct Workplace::Piece {
    enum class Place { ready, asleep, at_work, ended };

    Slice slice;
    Place place = Place::ready;
    Clock::time_point wanted{};  // while asleep
    bool called = false;         // while at work
};

struct Workplace::State {
    mutable std::mutex mutex;
    std::condition_variable work, quiet;
    std::deque<std::shared_ptr<Piece>> ready;  // the next one first
    std::vector<std::shared_ptr<Piece>> asleep;
    int at_work = 0;  // slices
    int waiting = 0;  // threads
    std::atomic<bool> stop = false;
    int threads = 0;

    void run();
    void wake_those_due(Clock::time_point now);
    void make_ready(std::shared_ptr<Piece> piece);
    void put_to_sleep(std::shared_ptr<Piece> piece, Clock::time_point until);
    std::shared_ptr<Piece> next();
    void do_slice(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Piece>& piece,
                  Clock::time_point end);
    Clock::time_point first_wanted() const;
    bool busy() const { return at_work > 0 || !ready.empty(); }
};

void Workplace::State::run() {
    std::unique_lock lock(mutex);
    while (!stop) {
        const Clock::time_point now = Clock::now();
        wake_those_due(now);
        if (!ready.empty()) {
            do_slice(lock, next(), now + slice_length);
            continue;
        }
        ++waiting;
        const Clock::time_point until = first_wanted();
        if (until == when_called)
            work.wait(lock);
        else
            work.wait_until(lock, until);
        --waiting;
    }
}

void Workplace::State::wake_those_due(Clock::time_point now) {
    const auto due = std::stable_partition(asleep.begin(), asleep.end(),
                                           [now](const auto& p) { return p->wanted > now; });
    std::vector<std::shared_ptr<Piece>> woken(due, asleep.end());
    asleep.erase(due, asleep.end());
    for (auto& piece : woken) make_ready(std::move(piece));
}

void Workplace::State::make_ready(std::shared_ptr<Piece> piece) {
    piece->place = Piece::Place::ready;
    ready.push_back(std::move(piece));
    if (waiting > 0) work.notify_one();
}

// A thread that waits for another may not know of this one yet.
void Workplace::State::put_to_sleep(std::shared_ptr<Piece> piece, Clock::time_point until) {
    piece->place = Piece::Place::asleep;
    piece->wanted = until;
    asleep.push_back(std::move(piece));
    if (waiting > 0 && until != when_called) work.notify_one();
}

std::shared_ptr<Workplace::Piece> Workplace::State::next() {
    std::shared_ptr<Piece> piece = std::move(ready.front());
    ready.pop_front();
    return piece;
}

// The lock is held on entry and return only.
void Workplace::State::do_slice(std::unique_lock<std::mutex>& lock,
                                const std::shared_ptr<Piece>& piece, Clock::time_point end) {
    piece->place = Piece::Place::at_work;
    piece->called = false;
    ++at_work;
    lock.unlock();
    const Next wanted = piece->slice(Turn(end, stop));
    if (!wanted) piece->slice = nullptr;  // and all that it holds
    lock.lock();
    --at_work;
    if (!wanted) {
        piece->place = Piece::Place::ended;
    } else if (piece->called || *wanted <= Clock::now()) {
        // This thread takes the next one itself.
        piece->place = Piece::Place::ready;
        ready.push_back(piece);
    } else {
        put_to_sleep(piece, *wanted);
    }
    if (!busy() || (stop && at_work == 0)) quiet.notify_all();
}

Workplace::Clock::time_point Workplace::State::first_wanted() const {
    Clock::time_point first = when_called;
    for (const auto& piece : asleep) first = std::min(first, piece->wanted);
    return first;
}

Workplace::Workplace(int threads) : state_(std::make_shared<State>()) {
    crew_ = std::make_unique<Crew>(threads, [state = state_.get()] { state->run(); });
    const std::lock_guard lock(state_->mutex);
    state_->threads = crew_->threads();
}

Workplace::~Workplace() {
    stop(0);
    crew_.reset();
    std::deque<std::shared_ptr<Piece>> ready;
    std::vector<std::shared_ptr<Piece>> asleep;
    {
        const std::lock_guard lock(state_->mutex);
        ready.swap(state_->ready);
        asleep.swap(state_->asleep);
    }
    // What the pieces hold goes here, without the lock.
}

int Workplace::threads() const {
    return crew_->threads();
}

Workplace::Handle Workplace::begin(Slice slice, Clock::time_point first) {
    auto piece = std::make_shared<Piece>();
    piece->slice = std::move(slice);
    Handle handle(state_, piece);
    const std::lock_guard lock(state_->mutex);
    if (first == at_once)
        state_->make_ready(std::move(piece));
    else
        state_->put_to_sleep(std::move(piece), first);
    return handle;
}

bool Workplace::work(double seconds) {
    State& state = *state_;
    std::unique_lock lock(state.mutex);
    Clock::time_point now = Clock::now();
    const Clock::time_point end = now + std::chrono::duration_cast<Clock::duration>(
                                            std::chrono::duration<double>(std::min(seconds, 1e6)));
    if (threads() > 0) {
        state.quiet.wait_until(lock, end, [&] { return state.stop || !state.busy(); });
        return !state.stop && state.busy();
    }
    for (;; now = Clock::now()) {
        state.wake_those_due(now);
        if (state.stop || state.ready.empty()) return false;
        if (now >= end) return true;
        state.do_slice(lock, state.next(), std::min(now + slice_length, end));
    }
}

double Workplace::seconds_to_next() const {
    const std::lock_guard lock(state_->mutex);
    if (state_->stop) return std::numeric_limits<double>::infinity();
    if (state_->busy()) return 0;
    const Clock::time_point first = state_->first_wanted();
    if (first == when_called) return std::numeric_limits<double>::infinity();
    return std::max(0.0, std::chrono::duration<double>(first - Clock::now()).count());
}

bool Workplace::stop(double seconds) {
    std::unique_lock lock(state_->mutex);
    state_->stop = true;
    state_->work.notify_all();
    state_->quiet.notify_all();
    return state_->quiet.wait_for(lock, std::chrono::duration<double>(seconds),
                                  [this] { return state_->at_work == 0; });
}

void Workplace::Handle::call() const {
    const std::shared_ptr<State> state = state_.lock();
    if (!state) return;
    const std::lock_guard lock(state->mutex);
    const std::shared_ptr<Piece> piece = piece_.lock();
    if (!piece) return;
    if (piece->place == Piece::Place::at_work) piece->called = true;
    if (piece->place != Piece::Place::asleep) return;
    std::erase(state->asleep, piece);
    state->make_ready(piece);
}

bool Workplace::Handle::work() const {
    const std::shared_ptr<State> state = state_.lock();
    const std::shared_ptr<Piece> piece = piece_.lock();
    if (!state || !piece) return false;
    std::unique_lock lock(state->mutex);
    if (state->threads > 0 || state->stop) return false;
    if (piece->place == Piece::Place::ready)
        std::erase(state->ready, piece);
    else if (piece->place == Piece::Place::asleep)
        std::erase(state->asleep, piece);
    else
        return false;
    state->do_slice(lock, piece, Clock::now() + slice_length);
    return true;
}

}  // namespace muonscope
