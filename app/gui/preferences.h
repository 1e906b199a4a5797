#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"

namespace muonscope::gui {

// Every choice that is kept between sessions: of the window itself, and of each panel as its own
// table names them. Pointers into `preferences`.
std::vector<Remembered> all_remembered(Preferences& preferences);

// Preferences as JSON. Throws Error naming `source` on a text that is not a JSON object; a value of
// another type or out of range takes its default, because an older program must not refuse a newer
// file.
std::string to_json(const Preferences& preferences);
Preferences preferences_from_json(std::string_view text, std::string_view source = "preferences");

// Takes NAME=VALUE, a choice as the file of preferences has it: true, false, or a number. Throws
// Error naming --choose on a name that nobody remembers and on a value that it cannot have.
void choose(Preferences& preferences, std::string_view choice);

// What was saved last. Never throws: what cannot be read gives the defaults and is set aside under
// another name, and `complaint` says so (empty when the file is simply not there).
Preferences load_preferences(std::string& complaint);
void save_preferences(const Preferences& preferences);  // throws Error

// Dear ImGui's layout text, kept with layout_version; empty when there is none. Likewise.
std::string load_layout(std::string& complaint);
void save_layout(std::string_view ini);  // throws Error

}  // namespace muonscope::gui
