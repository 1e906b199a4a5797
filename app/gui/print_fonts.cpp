#include "app/gui/print_fonts.h"

#include "embedded.h"

namespace muonscope::gui {
namespace {

PrintFont embedded_font(const char* name, const char* file) {
    return {name, embedded::text(file)};
}

}  // namespace

const PrintFonts& print_fonts() {
    static const PrintFont regular = embedded_font("Inter-Regular", "fonts/Inter-Regular.otf");
    static const PrintFont bold = embedded_font("Inter-SemiBold", "fonts/Inter-SemiBold.otf");
    static const PrintFont others =
        embedded_font("JetBrainsMono-Regular", "fonts/JetBrainsMono-Regular.ttf");
    static const PrintFonts fonts{regular, bold, others};
    return fonts;
}

}  // namespace muonscope::gui
