#pragma once

#include <string>
#include <string_view>

namespace muonscope::gui {

// Why Dear ImGui must not be given this text as a layout, in a few words; empty when it may. It
// takes what it wrote itself and ends the program over a tree of dock nodes that does not hang
// together, so whatever it would not write is refused here: lines, sections and keys that it does
// not know, numbers out of range, nodes that are missing, stand twice or have one child.
std::string layout_fault(std::string_view text);

}  // namespace muonscope::gui
