#include "app/gui/alignment_now.h"

#include <algorithm>

#include "core/experiment/projection.h"
#include "core/linalg/spectrum.h"
#include "core/measure/alignment.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

void take(AlignmentNow& now, AlignmentNow::Piece piece) {
    if (piece.problem != now.problem || piece.view != now.view) return;
    now.starts = piece.starts;
    now.traces.resize(piece.lanes.size());
    for (std::size_t l = 0; l < piece.lanes.size(); ++l)
        if (!piece.lanes[l].drifts.empty())
            now.traces[l].add(piece.lanes[l].step, piece.lanes[l].drifts);
    now.lanes = std::move(piece.lanes);
}

bool fits(const Problem& problem, const std::vector<Matrix>& weights) {
    const std::vector<MatrixInfo>& matrices = problem.model->matrices();
    return std::equal(weights.begin(), weights.end(), matrices.begin(), matrices.end(),
                      [](const Matrix& weight, const MatrixInfo& matrix) {
                          return weight.rows() == matrix.rows && weight.cols() == matrix.cols;
                      });
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
            Matrix below;
            for (std::size_t l = 0; l < weights.size(); ++l) {
                const ThinSvd svd = thin_svd(weights[l]);
                if (l > 0) lane.neighbours.push_back(overlaps(svd.v, below));
                below = svd.u;
                lane.layers.push_back(svd.s);
                co_await pause();
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

bool old(const AlignmentNow& now, const Snapshot& snapshot) {
    if (now.lanes.size() != snapshot.lanes.size()) return true;
    for (std::size_t l = 0; l < now.lanes.size(); ++l)
        if (now.lanes[l].weights != snapshot.lanes[l].weights) return true;
    return false;
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
    for (AlignmentNow::Piece& piece : now.work.take()) take(now, std::move(piece));
    if (now.work.busy()) now.took = ImGui::GetTime() - now.begun_at;
    const bool complete =
        std::all_of(snapshot.lanes.begin(), snapshot.lanes.end(),
                    [](const LaneSnapshot& lane) { return lane.weights != nullptr; });
    if (view == AlignmentView::descent || now.work.busy() || !complete || !old(now, snapshot)) {
        context.view.working = context.view.working || now.work.busy();
        return now;
    }
    AlignmentNow::Piece piece{snapshot.problem, view, now.starts, {}};
    for (const LaneSnapshot& lane : snapshot.lanes) {
        LaneAlignment& of = piece.lanes.emplace_back();
        of.weights = lane.weights;
        of.step = lane.lost() ? lane.sound_step : lane.step;
    }
    const bool rested = ImGui::GetTime() - now.begun_at > std::max(0.1, 4 * now.took) ||
                        now.lanes.empty() || snapshot.state != TrainerState::running;
    if (multiply_adds(piece) <= at_once) {
        take(now, work_out(std::move(piece)).finish());
    } else if (rested) {
        now.begun_at = ImGui::GetTime();
        now.took = 0;
        now.work.begin(context.workplace,
                       [&](auto outlet) { return hand_over(std::move(piece), std::move(outlet)); });
    }
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui
