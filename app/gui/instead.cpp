#include "app/gui/instead.h"

#include <string>
#include <string_view>

#include "app/gui/panels/panels.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {

namespace {

struct Instead {
    const Panel* panel;
    const char* why;
    const Panel* other;
};
constexpr Instead all[] = {
    {&conditioning_panel,
     "How stretched the problem of one layer is follows from the product of all others, which a "
     "transformer has not. Kinds and blocks has the condition number of each of its matrices.",
     &kinds_panel},
    {&staged_planner_panel,
     "Stages train layers towards their shares of a target, which a transformer has not. Why holds "
     "one step of each of its matrices against what could be built on it.",
     &why_panel},
};

const Instead& instead(const Panel& panel) {
    for (const Instead& one : all)
        if (std::string_view(one.panel->title) == panel.title) return one;
    return all[0];
}

}  // namespace

bool shows_transformer(const PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    return snapshot != nullptr && snapshot->spec != nullptr &&
           is_transformer(snapshot->spec->experiment);
}

const Panel& instead_of(const Panel& panel) {
    return *instead(panel).other;
}

void draw_instead(PanelContext& context, const Panel& panel) {
    const Instead& of = instead(panel);
    dim_paragraph(context, of.why);
    if (context.preferences.presentation) return;  // which shows chosen panels alone
    const std::string open = std::string("Open ") + of.other->title;
    if (quiet_button(context, open.c_str(), button_width(open.c_str()), of.other->explanation,
                     true))
        context.view.bring_forward = of.other->title;
}

}  // namespace muonscope::gui
