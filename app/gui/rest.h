#pragma once

#include <algorithm>

#include "app/gui/panel.h"
#include "imgui.h"

namespace muonscope::gui {

// How long what panels work out beside the training rests between two pieces: the training has the
// cores first. Seconds are those of ImGui::GetTime().
class Rest {
  public:
    explicit Rest(double least) : least_(least) {}

    void begin() {
        begun_at_ = ImGui::GetTime();
        took_ = 0;
    }
    // In each frame, whether it is still at work.
    void look(bool busy) {
        if (busy) took_ = ImGui::GetTime() - begun_at_;
    }
    // So many seconds after it began last, and three times as long as it worked; at once where
    // nothing trains.
    bool over(const PanelContext& context) const {
        return ImGui::GetTime() - begun_at_ > std::max(least_, 4 * took_) ||
               context.snapshot == nullptr || context.snapshot->state != TrainerState::running;
    }
    bool begun() const { return begun_at_ >= 0; }  // ever

  private:
    double least_ = 0, begun_at_ = -1, took_ = 0;
};

}  // namespace muonscope::gui
