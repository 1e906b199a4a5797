#include "app/gui/tokens_now.h"

#include <algorithm>

namespace muonscope::gui {
namespace {

constexpr double temperature = 0.7;

void take_over(TokensNow& now) {
    for (TokensNow::Piece& piece : now.work.take()) {
        if (piece.problem != now.problem || piece.lane >= now.lanes.size()) continue;
        TokensNow::LaneNow& lane = now.lanes[piece.lane];
        if (piece.ended) lane.weights = piece.weights;
        if (piece.view && piece.sequence == now.sequence) {
            lane.view = std::move(piece.view);
            lane.step = piece.step;
        }
        if (!piece.told.empty()) {
            lane.told = std::move(piece.told);
            lane.told_step = piece.step;
        }
    }
}

Work<> work_out(TokensNow::Piece piece, Background<TokensNow::Piece>::Outlet outlet) {
    TokensNow::Piece seen = piece;
    seen.view = token_view(*piece.problem, *piece.weights, piece.sequence);
    seen.ended = !piece.tells;
    piece.told.assign(
        seen.view->tokens.begin(),
        seen.view->tokens.begin() +
            std::min<std::ptrdiff_t>(TokensNow::prompt_tokens, std::ssize(seen.view->tokens)));
    outlet(std::move(seen));
    co_await pause();
    if (!piece.tells) co_return;
    for (int i = 0; i < TokensNow::told_tokens; ++i) {
        const int next = next_token(*piece.problem, *piece.weights, piece.told, temperature,
                                    piece.problem->experiment.seed);
        piece.told.push_back(next);
        piece.ended = i + 1 == TokensNow::told_tokens;
        if (i % 8 == 7 || piece.ended) outlet(piece);
        co_await pause();
    }
}

}  // namespace

TokensNow& tokens_now(PanelContext& context, int sequence, bool tells) {
    TokensNow& now = context.kept<TokensNow>();
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->problem || !snapshot->problem->task ||
        snapshot->lanes.empty())
        return now;
    if (now.problem != snapshot->problem || now.lanes.size() != snapshot->lanes.size() ||
        now.sequence != sequence || now.told != tells) {
        now.work.stop();
        now.problem = snapshot->problem;
        now.lanes.assign(snapshot->lanes.size(), {});
        now.sequence = sequence;
        now.told = tells;
    }
    take_over(now);
    now.rest.look(now.work.busy());
    const bool fresh = std::none_of(now.lanes.begin(), now.lanes.end(),
                                    [](const auto& lane) { return lane.weights != nullptr; });
    // Lane after lane, the one that has waited longest first.
    for (std::size_t i = 0; i < now.lanes.size() && !now.work.busy(); ++i) {
        const std::size_t lane = (now.next + i) % now.lanes.size();
        const auto& weights = snapshot->lanes[lane].weights;
        if (!weights || now.lanes[lane].weights == weights) continue;
        if (!now.rest.over(context) && !fresh && now.lanes[lane].weights) break;
        now.next = lane + 1;
        TokensNow::Piece piece{.problem = snapshot->problem,
                               .weights = weights,
                               .lane = lane,
                               .step = snapshot->seen_step(),
                               .sequence = sequence,
                               .tells = tells};
        now.rest.begin();
        now.work.begin(context.workplace,
                       [&](auto outlet) { return work_out(std::move(piece), std::move(outlet)); });
    }
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui
