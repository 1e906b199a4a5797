#pragma once

#include <memory>
#include <vector>

#include "app/gui/panel.h"

// What the staged planner made of the newest weights it looked at. Kept with the view.
namespace muonscope::gui {

struct LanePlan {
    std::shared_ptr<const std::vector<Matrix>> weights;
    double first_taken = 0, taken = 0;  // steps of phase 1 and 2
    double distance = 0, remaining = 0;  // ‖W₁ − W₁*‖/‖A‖; steps of phase 2 still needed
};

struct StagedPlans {
    std::shared_ptr<const Spec> spec;
    std::shared_ptr<const Problem> problem;
    std::vector<LanePlan> lanes;
    double computed_at = -1;  // seconds of ImGui::GetTime()
    int seeds = 40;           // of the sweep below
    int budget = 0;           // fixed steps, matched distance, matched loss
};

}  // namespace muonscope::gui
