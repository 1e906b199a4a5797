#include "app/gui/panels/panels.h"

#include <array>

namespace muonscope::gui {

namespace {
const std::array all{lanes_panel,        singular_values_panel, maps_panel,
                     update_panel,       trade_off_panel,       why_panel,
                     results_panel,      staged_planner_panel,  lab_panel,
                     conditioning_panel, random_matrices_panel, weight_norms_panel,
                     rare_facts_panel,   kinds_panel,           where_panel,
                     tokens_panel,       model_weights_panel,   talk_panel,
                     loss_panel,         probe_panel,           representations_panel,
                     alignment_panel,    measures_panel};
}  // namespace

std::span<const Panel> panels() {
    return all;
}

}  // namespace muonscope::gui
