#pragma once

#include <vector>

namespace muonscope::gui {

// What the panel of lanes keeps while the window is open.
struct LanesView {
    std::vector<int> layer;  // which one a lane's controls speak of; 0: all
    bool more = false;       // the rarely used rows too
};

}  // namespace muonscope::gui
