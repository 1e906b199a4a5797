#pragma once

#include "app/gui/panel.h"
#include "imgui.h"

namespace muonscope::gui {

// Inter, Inter semi-bold and JetBrains Mono from inside the program, Bootstrap Icons merged into
// the first two, each with the other family's signs where it has none of its own. Glyphs are
// rasterised when first drawn, at the size they are drawn.
Fonts load_fonts();

inline constexpr float icon_scale = 0.95F;  // of an icon beside text of the same size

// Bootstrap Icons 1.10 as UTF-8 text.
namespace icon {
inline constexpr const char* play = "\xef\x93\xb4";
inline constexpr const char* pause = "\xef\x93\x83";
inline constexpr const char* step = "\xef\x95\x97";
inline constexpr const char* back = "\xef\x95\xa3";
inline constexpr const char* restart = "\xef\x84\x97";
inline constexpr const char* save = "\xef\x86\xa2";
inline constexpr const char* copy = "\xef\x8a\x90";
inline constexpr const char* moon = "\xef\x92\x97";
inline constexpr const char* sun = "\xef\x96\xa2";
inline constexpr const char* present = "\xef\x8c\x90";
inline constexpr const char* help = "\xef\x94\x85";
inline constexpr const char* plus = "\xef\x99\x8d";
inline constexpr const char* dots = "\xef\x97\x94";
inline constexpr const char* warning = "\xef\x8c\xba";
inline constexpr const char* close = "\xef\x99\x99";
inline constexpr const char* layout = "\xef\x8f\xb4";
inline constexpr const char* sliders = "\xef\x95\xab";
inline constexpr const char* down = "\xef\x8a\x82";
inline constexpr const char* swap = "\xef\x84\xab";
inline constexpr const char* check = "\xef\x89\xb2";
inline constexpr const char* info = "\xef\x90\xb1";
inline constexpr const char* download = "\xef\x8c\x8a";
inline constexpr const char* camera = "\xef\x88\xa0";
inline constexpr const char* full_screen = "\xef\x8f\x9f";
inline constexpr const char* curve = "\xef\x8f\xb2";
inline constexpr const char* window = "\xef\x8f\x9e";
inline constexpr ImWchar disc = 0xF287;  // drawn by its outline, widgets.h
}  // namespace icon

}  // namespace muonscope::gui
