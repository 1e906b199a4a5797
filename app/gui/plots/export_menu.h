#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/table_text.h"

// Plots leave the program: values as CSV, to the clipboard or a file, a drawing as SVG, PDF or a
// Python script, the picture on the screen as PNG.
namespace muonscope::plots {

struct Exports {
    std::function<Table()> table;  // what is visible
    // Likewise everything, where that is more; empty: it never is.
    std::function<Table()> all = {};
    // A table of words too, which then leaves in the place of `table`.
    std::function<TextTable()> words = {};
    // The same as drawings, one or small multiples, in the colours of the context it is given,
    // whose theme is the light one; empty: what is shown is no drawing.
    std::function<std::vector<Chart>(const gui::PanelContext& paper)> charts = {};
    std::function<void()> fit = {};   // shows everything again
    std::function<void()> axes = {};  // rows of the menu: what the plot shows of its axes
    // The same picture into a file of this width in pixels; empty: only as it is on the screen.
    std::function<void(const std::string& path, int width)> print = {};
    int columns = 1;         // of drawings side by side
    std::int64_t step = -1;  // that is drawn; −1: the newest
};

// The title of its drawing: the experiment, what is drawn and, where it is not the newest, the
// step.
std::string title_on_paper(const gui::PanelContext& context, const char* name,
                           const Exports& exports);

// What of it leaves as CSV, and as Markdown or LaTeX.
std::string csv_of(const Exports& exports);
TextTable text_table_of(const Exports& exports);

// A menu on right click over a plot. `name` goes into the file's name.
void export_menu(gui::PanelContext& context, const char* id, const char* name, bool hovered,
                 const Exports& exports);
// Of numbers or words that are no drawing.
void export_menu(gui::PanelContext& context, const char* id, const char* name, bool hovered,
                 const std::function<Table()>& table);

}  // namespace muonscope::plots
