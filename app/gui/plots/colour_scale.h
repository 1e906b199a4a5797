#pragma once

#include <functional>
#include <string>

#include "app/gui/panel.h"
#include "core/base/types.h"

namespace muonscope::plots {

// What a map's colours span.
struct ColourScale {
    double low = 0, high = 1;
    bool logarithmic = false;

    // Where a value lies, 0 to 1; NaN of what a logarithmic one has no place for.
    double share(double value) const;
};
// Over all finite values; of a logarithmic one over those above zero.
ColourScale colour_scale(const Matrix& values, bool logarithmic);

// A bar with the ends written beside it, at the cursor.
void draw_colour_scale(gui::PanelContext& context, const ColourScale& scale);
// The same with other words and colours, of 0 to 1.
void draw_colour_scale(gui::PanelContext& context, const std::string& low, const std::string& high,
                       const std::function<ImVec4(double)>& colour);

}  // namespace muonscope::plots
