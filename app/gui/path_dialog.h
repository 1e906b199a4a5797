#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/folder_list.h"
#include "app/gui/panel.h"

// Asks where a file shall be written, or which one read, while the training goes on.
namespace muonscope::gui {

struct PathRequest {
    std::string title, verb;  // "Save session", "Save"
    std::string path;         // proposed
    // ".json": what is listed, and what a name typed without one gets. Or several, ".gguf .npy": a
    // name typed without one gets the first.
    std::string ending;
    bool saves = true;          // else it opens a file that is there
    bool takes_folder = false;  // opening: a folder too
    // Does it. What it throws is shown, and the dialog stays.
    std::function<void(const std::string& path)> done;
};

struct PathDialog {
    PathRequest request;
    std::vector<char> typed;
    std::string base;    // where a name typed alone lies
    std::string folder;  // that is listed
    std::vector<FolderEntry> entries;
    double listed_at = -1;  // seconds of ImGui::GetTime()
    int chosen = -1;        // row, by the arrow keys
    std::string fault;      // of the last try
    std::string confirmed;  // a file that may be replaced: it was said that it is there
    bool take_keyboard = true, opened = false;
};

// Opens the dialog; a file of this ending is proposed in the folder that the last one went to.
void ask_path(PanelContext& context, PathRequest request);

// While one is asked for.
void draw_path_dialog(PanelContext& context);

}  // namespace muonscope::gui
