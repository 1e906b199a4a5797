#pragma once

#include "app/gui/panel.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/jacobi_svd.h"

// What tests of panels that draw weights begin with: a run small enough to be worked out again by
// hand, and a look at a panel once it has worked out all that it shows.
namespace muonscope::gui {

// Width 8, five modes.
inline Spec narrow(const char* name = "two-ways-up") {
    Spec spec = preset(name);
    set(spec, "network.width", "8");
    set(spec, "target.modes", "5");
    return spec;
}

inline Vector values_of(const Matrix& matrix) {
    return Eigen::JacobiSVD<Matrix>(matrix).singularValues();
}

inline Drawing look_at_panel(Harness& harness, const Panel& panel) {
    for (int i = 0; i < 4; ++i) harness.panel_frame(panel);
    for (int i = 0; i < 400 && harness.view.working; ++i) {
        harness.work(0.01);
        harness.view.working = false;
        harness.panel_frame(panel);
    }
    for (int i = 0; i < 12; ++i) harness.panel_frame(panel);  // axes come to rest
    return drawing();
}

}  // namespace muonscope::gui
