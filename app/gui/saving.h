#pragma once

#include "app/gui/panel.h"

// Sessions out of the window, specs into it.
namespace muonscope::gui {

// Under a name that nothing has yet, in the folder sessions were saved in last; at first the
// program's own.
void save_session_at_once(PanelContext& context);
void ask_where_to_save_session(PanelContext& context);
std::string saved_text(const std::string& path);

// A menu of lanes, each of whose weights it asks where to save, and of all of them.
void weights_menu(PanelContext& context);

// A spec from its start, or a session where it was saved.
void ask_what_to_open(PanelContext& context);
// The same of a file that is known; a model file or a folder of checkpoints goes to Model weights.
// Throws Error where it cannot be used.
void open_file(PanelContext& context, const std::string& path);
// That of the window that ended last, as a row of a menu.
void last_session_row(PanelContext& context);

// The setting as a line of text onto the clipboard, and a run of one that is there.
void copy_setting(PanelContext& context);
void paste_setting(PanelContext& context);

}  // namespace muonscope::gui
