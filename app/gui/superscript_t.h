#pragma once

struct ImFontLoader;

namespace muonscope::gui {

// A font of the one character ᵀ (U+1D40), which the fonts inside the program lack: two strokes,
// drawn as boxes at whatever size is asked for.
const ImFontLoader* superscript_t();

}  // namespace muonscope::gui
