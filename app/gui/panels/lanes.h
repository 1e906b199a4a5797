#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "app/gui/panel.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope::gui {

// What the panel of lanes keeps while the window is open.
struct LanesView {
    // Which a lane's controls speak of: 0 all, then groups where there are any, then matrices.
    std::vector<int> layer;
    bool more = false;            // the rarely used rows too
    std::array<char, 64> name{};  // as it is typed
};

// In a lane's menu: its name, a copy, its place, its end.
void lane_list_rows(PanelContext& context, int lane);
// Another run from its start; undo brings the one before back.
void begin_with(PanelContext& context, const Spec& spec, bool running);

// Its learning rate over steps of this phase, from 0 up; `now`: how many it has made.
void draw_schedule(PanelContext& context, int lane, const OptimizerSpec& optimizer,
                   std::int64_t now);

}  // namespace muonscope::gui
