#include "app/gui/panels/kinds.h"
#include "app/gui/panels/maps.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/panels/update.h"
#include "app/gui/panels/why.h"

namespace muonscope::gui {

void open_matrix(PanelContext& context, int matrix) {
    context.chosen<SingularValuesChoices>().source = matrix;
    context.chosen<UpdateChoices>().layer = matrix - 1;
    context.chosen<WhyChoices>().layer = matrix - 1;
    context.chosen<MapsChoices>().source = matrix;
    context.view.bring_forward = singular_values_panel.title;
}

}  // namespace muonscope::gui
