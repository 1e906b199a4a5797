#pragma once

#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "core/experiment/published/staged_plan.h"

// What the staged planner made of the newest weights it looked at. Kept with the view.
namespace muonscope::gui {

struct LanePlan {
    std::shared_ptr<const std::vector<Matrix>> weights;
    double first_taken = 0, taken = 0;  // steps of phase 1 and 2
    StagedPlan plan;                    // from these weights
};

struct StagedPlans {
    std::shared_ptr<const Spec> spec;
    std::shared_ptr<const Problem> problem;
    std::vector<LanePlan> lanes;
    double computed_at = -1;  // seconds of ImGui::GetTime()
    int seeds = 40;           // of the sweep below
    int budget = 0;           // fixed steps, matched distance, matched loss
};

// The panel's lower half: the same over many seeds.
void draw_staged_sweep(PanelContext& context);

}  // namespace muonscope::gui
