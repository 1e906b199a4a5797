#include "app/gui/panels/representation_points.h"

#include <algorithm>
#include <cmath>

#include "app/gui/panels/representations.h"

namespace muonscope::gui {
namespace {

// Samples of other points, or seen from elsewhere, make no way with these.
bool same_view(const PointsOf& one, const PointsOf& other) {
    return one.problem == other.problem && one.frames == other.frames && one.first == other.first &&
           one.held == other.held;
}

bool knows_start(const DrawnPoints& before, const PointsOf& of) {
    return before.start_points && before.of.problem == of.problem &&
           before.start_points->frames == of.frames && before.start_points->first == of.first;
}

StartPoints start_points(const PointsOf& of) {
    const Problem& problem = *of.problem;
    StartPoints start{of.frames, of.first, states_of(*of.shown, problem, problem.start), {}};
    if (of.frames == FramesOf::target) start.from = target_frames(problem, problem.start, of.first);
    if (of.frames == FramesOf::start)
        start.from = problem.task ? principal_frames(start.states, of.first)
                                  : start_frames(problem, of.first);
    return start;
}

// Multiply-adds, about: the points and the frames, decompositions among them.
double work_of(const PointsOf& of, const DrawnPoints& before) {
    const int points = of.shown->points();
    const bool tokens = of.problem->task != nullptr;
    const auto columns = tokens ? static_cast<int>(of.shown->inputs.size()) : points;
    double work = multiply_adds(*of.problem, 2 * columns + 9);
    const bool start = of.frames == FramesOf::start && !knows_start(before, of);
    const bool principal = of.frames == FramesOf::principal && !of.held;
    const auto decomposition = [](Eigen::Index rows, Eigen::Index across) {
        return 40.0 * static_cast<double>(rows) * static_cast<double>(across) *
               static_cast<double>(std::min(rows, across));
    };
    const auto place = [&](Eigen::Index width) {
        if (start) work += decomposition(width, tokens ? points : of.problem->target.cols());
        if (principal) work += decomposition(width, points);
    };
    if (tokens)
        for (std::size_t i = 0; i < of.shown->places.size(); ++i)
            place(of.problem->experiment.transformer.width);
    else
        for (const MatrixInfo& matrix : of.problem->model->matrices()) place(matrix.rows);
    return work;
}

void forget_after(LanePoints& lane, std::int64_t step) {
    while (!lane.trail.empty() && lane.trail.back().step > step) lane.trail.pop_back();
}

void add_to_trail(LanePoints& lane, std::size_t most) {
    const std::int64_t step = lane.now.of.state.step;
    forget_after(lane, step - 1);
    lane.trail.push_back({step, lane.now.at});
    while (lane.trail.size() > most + 1) lane.trail.pop_front();
}

// What the lane's trail and picture are of, once something new has come.
void take_over(const Snapshot& snapshot, LanePoints& lane, const PointsOf& before,
               std::size_t most) {
    if (!same_view(before, lane.now.of)) lane.trail.clear();
    // What took long may be of a run that is no more.
    if (lane.now.of.state.step <= snapshot.returns.standing(lane.now.of.returns))
        add_to_trail(lane, most);
}

void follow(PanelContext& context, LanePoints& lane, PointsOf wanted, std::size_t most) {
    const PointsOf before = lane.now.of;
    forget_after(lane, context.snapshot->returns.standing(before.returns));
    lane.later.look(context, lane.now);
    if (!(lane.now.of == before)) take_over(*context.snapshot, lane, before, most);
    while (lane.trail.size() > most + 1) lane.trail.pop_front();
    if (lane.now.of.problem != wanted.problem) {  // of another nothing may stand
        lane.now = {};
        lane.trail.clear();
    }
    if (lane.now.of == wanted || lane.later.busy()) return;
    const PointsOf last = lane.now.of;
    DrawnPoints known;  // of the picture before, without the points themselves
    known.of = last;
    known.start_points = lane.now.start_points;
    known.frames = lane.now.frames;
    const double work = work_of(wanted, known);
    lane.later.begin(
        context, work,
        [wanted = std::move(wanted), known = std::move(known)] {
            return drawn_points(wanted, known);
        },
        lane.now);
    if (!(lane.now.of == last)) take_over(*context.snapshot, lane, last, most);
}

// Two digits.
double unit_of(double length) {
    return std::pow(10.0, std::floor(std::log10(length))) / 10;
}

}  // namespace

DrawnPoints drawn_points(PointsOf of, const DrawnPoints& before) {
    DrawnPoints drawn;
    drawn.start_points = knows_start(before, of)
                             ? before.start_points
                             : std::make_shared<const StartPoints>(start_points(of));
    drawn.states = states_of(*of.shown, *of.problem, *of.weights);
    if (of.held && of.held->size() == drawn.states.size())
        drawn.frames = *of.held;
    else if (of.frames == FramesOf::target)
        drawn.frames = target_frames(*of.problem, *of.weights, of.first);
    else if (of.frames == FramesOf::start)
        drawn.frames = drawn.start_points->from;
    else
        drawn.frames =
            principal_frames(drawn.states, of.first,
                             same_view(before.of, of) ? before.frames : std::vector<PointFrame>());
    // In the target's directions, each step's own, the start is seen from those of the start.
    const bool own = !of.held && of.frames == FramesOf::target;
    const std::vector<PointFrame>& from = own ? drawn.start_points->from : drawn.frames;
    const std::vector<Matrix>& starts = drawn.start_points->states;
    for (std::size_t l = 0; l < std::min(drawn.states.size(), drawn.frames.size()); ++l)
        drawn.at.push_back(in_frame(drawn.frames[l], drawn.states[l]));
    for (std::size_t l = 0; l < std::min(starts.size(), from.size()); ++l)
        drawn.start.push_back(in_frame(from[l], starts[l]));
    drawn.of = std::move(of);
    return drawn;
}

// Of a tree the target's first direction is what all items have in common.
int chosen_first(const PanelContext& context) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const auto& shown = context.kept<RepresentationsView>().shown;
    if (chosen.first > 0) return chosen.first - 1;
    return shown && shown->tree && chosen.frames() == FramesOf::target ? 1 : 0;
}

void PointBox::add(const Eigen::Vector3d& point) {
    if (!point.allFinite()) return;
    low = low.cwiseMin(point);
    high = high.cwiseMax(point);
}

double rounded_up(double length) {
    const double unit = unit_of(length);
    return std::ceil(length / unit - 1e-9) * unit;
}

PointBox rounded(const PointBox& box) {
    PointBox out = box;
    const double widest = box.extent().maxCoeff();
    if (box.empty() || !(widest > 0)) return box;
    const double unit = unit_of(widest);
    out.low = (box.low / unit).array().floor().matrix() * unit;
    out.high = (box.high / unit).array().ceil().matrix() * unit;
    return out;
}

void follow_points(PanelContext& context) {
    RepresentationsView& kept = context.kept<RepresentationsView>();
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const Snapshot& snapshot = *context.snapshot;
    if (kept.problem != snapshot.problem) {
        kept.problem = snapshot.problem;
        kept.shown = std::make_shared<ShownPoints>(shown_points(*kept.problem));
        kept.held = false;
        kept.lanes.clear();
    }
    watch_run(context);
    if (!kept.held) kept.held_frames.clear();
    const auto most = static_cast<std::size_t>(std::max(chosen.trail, 0));
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const auto index = static_cast<int>(l);
        const DrawnLane lane = drawn_lane(context, l);
        PointsOf wanted{kept.problem,
                        kept.shown,
                        lane.name,
                        snapshot.returns.count(),
                        lane.weights,
                        chosen.frames(),
                        chosen_first(context),
                        nullptr};
        LanePoints& points = kept.lanes[index];
        if (kept.held && !kept.held_frames.contains(index) && !points.now.frames.empty()) {
            kept.held_frames[index] =
                std::make_shared<const std::vector<PointFrame>>(points.now.frames);
            kept.held_step = points.now.of.state.step;
        }
        if (const auto held = kept.held_frames.find(index); held != kept.held_frames.end())
            wanted.held = held->second;
        if (!wanted.weights) {
            PointsOf same = points.now.of;  // as long as no others are there
            if (!same.weights || same.problem != wanted.problem) continue;
            wanted.state = same.state;
            wanted.returns = same.returns;
            wanted.weights = same.weights;
        }
        follow(context, points, std::move(wanted), most);
    }
}

}  // namespace muonscope::gui
