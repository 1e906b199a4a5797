#include "app/gui/alignment_now.h"

#include <algorithm>

#include "core/experiment/adjacent_matrices.h"
#include "core/experiment/projection.h"
#include "core/linalg/spectrum.h"
#include "core/measure/alignment.h"

namespace muonscope::gui {
namespace {

void take(const Snapshot& snapshot, AlignmentNow& now, AlignmentNow::Piece piece) {
    if (piece.problem != now.problem || piece.view != now.view) return;
    now.starts = piece.starts;
    now.traces.resize(piece.lanes.size());
    for (std::size_t l = 0; l < piece.lanes.size(); ++l) {
        const LaneAlignment& lane = piece.lanes[l];
        // What took long may be of a run that is no more.
        if (!lane.drifts.empty() && lane.state.step <= snapshot.returns.standing(piece.returns))
            now.traces[l].add(lane.state.step, lane.drifts);
    }
    now.lanes = std::move(piece.lanes);
}

Work<std::shared_ptr<const AlignmentNow::Starts>> starts_of(
    std::shared_ptr<const Problem> problem) {
    auto starts = std::make_shared<AlignmentNow::Starts>();
    const std::vector<Matrix>& start = problem->start;
    for (std::size_t l = 0; l + 1 < start.size(); ++l) {
        starts->grams.push_back(gram_balance(start[l], start[l + 1]));
        starts->roots.push_back(root_balance(start[l], start[l + 1]));
        co_await pause();
    }
    co_return starts;
}

Work<AlignmentNow::Piece> work_out(AlignmentNow::Piece piece) {
    const Problem& problem = *piece.problem;
    const AlignmentView view = piece.view;
    if (view == AlignmentView::conserved && !piece.starts)
        piece.starts = co_await starts_of(piece.problem);
    for (LaneAlignment& lane : piece.lanes) {
        const std::vector<Matrix>& weights = *lane.weights;
        if (!fits(problem, weights)) continue;
        if (view == AlignmentView::target_basis) lane.basis = in_target_basis(problem, weights);
        if (view == AlignmentView::left_vectors) {
            const ThinSvd svd = thin_svd(problem.model->response(weights));
            lane.product = svd.s;
            lane.left = overlaps(svd.u, problem.target_svd.u);
        }
        if (view == AlignmentView::neighbours) {
            std::vector<ThinSvd> svds;
            for (const Matrix& weight : weights) {
                svds.push_back(thin_svd(weight));
                lane.layers.push_back(svds.back().s);
                co_await pause();
            }
            for (const AdjacentMatrices& pair : adjacent_matrices(problem.experiment)) {
                const ThinSvd& reader = svds[index_of(pair.reader)];
                lane.neighbours.push_back(
                    overlaps(pair.both_write ? reader.u : reader.v, svds[index_of(pair.writer)].u));
            }
        }
        if (view == AlignmentView::conserved) {
            for (std::size_t l = 0; l + 1 < weights.size(); ++l)
                lane.drifts.push_back(
                    drift(gram_balance(weights[l], weights[l + 1]), piece.starts->grams[l]));
            for (std::size_t l = 0; l + 1 < weights.size(); ++l) {
                co_await pause();
                lane.drifts.push_back(
                    drift(root_balance(weights[l], weights[l + 1]), piece.starts->roots[l]));
            }
        }
        co_await pause();
    }
    co_return piece;
}

Work<> hand_over(AlignmentNow::Piece piece, Background<AlignmentNow::Piece>::Outlet outlet) {
    outlet(co_await work_out(std::move(piece)));
}

// What a frame has room for is done at once.
constexpr double at_once = 5e6;
double multiply_adds(const AlignmentNow::Piece& piece) {
    // A decomposition with both sides takes some fifty times as much as a product.
    const double each = piece.view == AlignmentView::target_basis ? 1 : 60;
    double cost = 0;
    for (const MatrixInfo& matrix : piece.problem->model->matrices()) {
        const auto across = static_cast<double>(std::max(matrix.rows, matrix.cols));
        cost += each * across * across * across;
    }
    return cost * static_cast<double>(piece.lanes.size());
}

// What neighbours keep is gathered along the run; anything else is of the state that is drawn.
std::vector<LaneAlignment> wanted_lanes(PanelContext& context, AlignmentView view) {
    const Snapshot& snapshot = *context.snapshot;
    if (view != AlignmentView::conserved) watch_run(context);
    std::vector<LaneAlignment> lanes(snapshot.lanes.size());
    for (std::size_t l = 0; l < lanes.size(); ++l) {
        const DrawnLane lane =
            view == AlignmentView::conserved ? newest_lane(context, l) : drawn_lane(context, l);
        lanes[l].weights = lane.weights;
        lanes[l].state = lane.name;
    }
    return lanes;
}

bool same_states(const std::vector<LaneAlignment>& one, const std::vector<LaneAlignment>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const LaneAlignment& a, const LaneAlignment& b) {
                          return a.weights == b.weights && a.state == b.state;
                      });
}

void forget_stale(AlignmentNow& now, const Snapshot& snapshot) {
    for (ValueTrace& trace : now.traces) trace.forget_after(snapshot.returns.standing(now.returns));
    now.returns = snapshot.returns.count();
}

void begin(PanelContext& context, AlignmentNow& now, AlignmentNow::Piece piece) {
    const bool rested = now.rest.over(context) || now.lanes.empty() || past_step(context) >= 0;
    if (multiply_adds(piece) <= at_once) {
        take(*context.snapshot, now, work_out(std::move(piece)).finish());
    } else if (rested) {
        now.rest.begin();
        now.work.begin(context.workplace,
                       [&](auto outlet) { return hand_over(std::move(piece), std::move(outlet)); });
    }
}

}  // namespace

AlignmentNow& alignment_now(PanelContext& context, AlignmentView view) {
    AlignmentNow& now = context.kept<AlignmentNow>();
    const Snapshot& snapshot = *context.snapshot;
    if (now.problem != snapshot.problem || now.view != view) {
        if (now.problem != snapshot.problem) {
            now.traces.clear();
            now.starts = nullptr;
        }
        now.problem = snapshot.problem;
        now.view = view;
        now.lanes.clear();
    }
    forget_stale(now, snapshot);
    for (AlignmentNow::Piece& piece : now.work.take()) take(snapshot, now, std::move(piece));
    now.rest.look(now.work.busy());
    if (view == AlignmentView::descent) return now;
    // What neighbours keep is gathered along the run, and stands beside the step that is looked at.
    if (view == AlignmentView::conserved && snapshot.past >= 0) return now;
    AlignmentNow::Piece piece{snapshot.problem, view, now.starts, now.returns,
                              wanted_lanes(context, view)};
    const bool complete =
        std::all_of(piece.lanes.begin(), piece.lanes.end(),
                    [](const LaneAlignment& lane) { return lane.weights != nullptr; });
    if (!now.work.busy() && complete && !same_states(now.lanes, piece.lanes))
        begin(context, now, std::move(piece));
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui
