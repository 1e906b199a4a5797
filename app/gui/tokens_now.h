#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/rest.h"
#include "core/experiment/token_view.h"
#include "core/session/background.h"

// What transformers make of one held-out sequence, and what they go on to say, worked out of the
// newest weights beside the training. Kept with the view.
namespace muonscope::gui {

struct TokensNow {
    static constexpr int told_tokens = 160;  // of what a lane goes on to say
    static constexpr int prompt_tokens = 16;

    struct Piece {
        std::shared_ptr<const Problem> problem;
        std::shared_ptr<const std::vector<Matrix>> weights;
        std::size_t lane = 0;
        std::int64_t step = 0;
        int sequence = 0;
        bool tells = false;
        std::optional<TokenView> view = {};
        std::vector<int> told = {};  // the prompt and what is said behind it
        bool ended = false;          // nothing more comes
    };
    struct LaneNow {
        std::shared_ptr<const std::vector<Matrix>> weights;  // of which the rest speaks
        std::int64_t step = 0;
        std::optional<TokenView> view;
        std::vector<int> told;
        std::int64_t told_step = 0;
    };

    std::shared_ptr<const Problem> problem;
    std::vector<LaneNow> lanes;
    int sequence = 0;   // of the held-out ones, as the lanes have it
    bool told = false;  // as well what lanes say
    Background<Piece> work;
    Rest rest{0.2};
    std::size_t next = 0;  // whose turn it is

    bool has(std::size_t lane) const { return lane < lanes.size() && lanes[lane].view; }
};

// Those of this view, for that sequence; `tells`: what lanes go on to say behind its first tokens
// too, anew when that has ended.
TokensNow& tokens_now(PanelContext& context, int sequence, bool tells);

}  // namespace muonscope::gui
