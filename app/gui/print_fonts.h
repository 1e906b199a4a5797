#pragma once

#include "core/formats/print_font.h"

namespace muonscope::gui {

// The window's own, for paper: Inter, Inter semi-bold, and JetBrains Mono for the signs that they
// lack.
const PrintFonts& print_fonts();

}  // namespace muonscope::gui
