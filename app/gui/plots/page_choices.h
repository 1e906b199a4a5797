#pragma once

#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/page.h"

// How large drawings for paper are: chosen in the menu of any plot, kept between sessions.
namespace muonscope::plots {

struct PageChoices {
    double width = 85, height = 0, type = 8, line = 1;  // as PageLook's

    PageLook look() const { return {width, height, type, line}; }
};
struct PageLimits {
    static constexpr double shortest = 20, longest = 2000;         // mm
    static constexpr double smallest_type = 3, largest_type = 48;  // pt
    static constexpr double thinnest = 0.1, thickest = 10;         // pt
};

std::vector<gui::Remembered> remembered_of_page(gui::Preferences& preferences);
// The entries of a menu that choose.
void draw_page_choices(gui::PanelContext& context);

}  // namespace muonscope::plots
