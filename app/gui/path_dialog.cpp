#include "app/gui/path_dialog.h"

#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/base/split.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = 4096;
constexpr double listing_holds = 1;  // seconds: another program may write there

void put(PathDialog& dialog, const std::string& text) {
    dialog.typed.assign(longest, '\0');
    std::copy_n(text.data(), std::min(text.size(), longest - 1), dialog.typed.begin());
    const std::string whole = whole_path(text, dialog.base);
    dialog.base = text.ends_with('/') ? whole : fs::path(whole).parent_path().string();
    dialog.take_keyboard = true;
    dialog.fault.clear();
    dialog.confirmed.clear();
}

std::vector<std::string_view> endings_of(const PathDialog& dialog) {
    return split(dialog.request.ending, ' ');
}

bool has_known_ending(const PathDialog& dialog, const std::string& path) {
    const std::vector<std::string_view> known = endings_of(dialog);
    return std::find(known.begin(), known.end(), fs::path(path).extension().string()) !=
           known.end();
}

std::string ending_fault(const PathDialog& dialog) {
    const std::vector<std::string_view> known = endings_of(dialog);
    if (known.size() > 1)
        return fmt::format("Let the name end in one of {}", fmt::join(known, ", "));
    return fmt::format("This is written as {0}: let the name end in {0}, or in nothing",
                       known.front());
}

// The path in the field, with its ending.
std::string wanted_path(const PathDialog& dialog) {
    const std::string typed = dialog.typed.data();
    std::string path = whole_path(typed, dialog.base);
    if (path.empty() || typed.ends_with('/')) return path;
    std::error_code ignored;
    if (dialog.request.saves && !fs::path(path).has_extension() && !fs::is_directory(path, ignored))
        path += endings_of(dialog).front();
    return path;
}

// The folder of what is typed, as far as it is there.
void list(PathDialog& dialog) {
    const std::string typed = dialog.typed.data();
    const fs::path path = typed.empty() ? dialog.base : whole_path(typed, dialog.base);
    const std::string folder =
        (typed.ends_with('/') || typed.empty() ? path : path.parent_path()).string();
    const double now = ImGui::GetTime();
    if (folder == dialog.folder && now - dialog.listed_at < listing_holds) return;
    if (folder != dialog.folder) dialog.chosen = -1;
    dialog.listed_at = now;
    dialog.folder = folder;
    try {
        dialog.entries = list_folder(folder, dialog.request.ending);
    } catch (const Error&) {
        dialog.entries.clear();  // half typed; the list says so
    }
    dialog.chosen = std::min(dialog.chosen, static_cast<int>(dialog.entries.size()) - 1);
}

std::string path_of(const PathDialog& dialog, const FolderEntry& entry) {
    const std::string path = (fs::path(dialog.folder) / entry.name).lexically_normal().string();
    return entry.folder && !path.ends_with('/') ? path + "/" : path;
}

// Into a folder, keeping the name that was to be saved.
void enter(PathDialog& dialog, const FolderEntry& entry) {
    const std::string typed = dialog.typed.data();
    const std::string name = dialog.request.saves ? typed.substr(typed.rfind('/') + 1) : "";
    put(dialog, path_of(dialog, entry) + name);
    dialog.chosen = -1;
}

// Whether it is a folder to be opened as it is, and not one to look into: its name is whole, and no
// row of it is chosen.
bool takes(const PathDialog& dialog, const std::string& path) {
    return dialog.request.takes_folder && dialog.chosen < 0 && path.ends_with('/');
}

// True when it was done.
bool try_it(PanelContext& context, PathDialog& dialog) {
    const std::string path = wanted_path(dialog);
    std::error_code ignored;
    dialog.fault.clear();
    if (path.empty()) {
        dialog.fault = "Type a name";
    } else if (fs::is_directory(path, ignored) && !takes(dialog, path)) {
        put(dialog, path.ends_with('/') ? path : path + "/");
    } else if (!dialog.request.saves && !fs::exists(path, ignored)) {
        dialog.fault = path + " is not there";
    } else if (dialog.request.saves && !has_known_ending(dialog, path)) {
        dialog.fault = ending_fault(dialog);
    } else if (dialog.request.saves && fs::exists(path, ignored) && dialog.confirmed != path) {
        dialog.confirmed = path;
    } else {
        try {
            dialog.request.done(path);
            context.view.folders[dialog.request.ending] = fs::path(path).parent_path().string();
            return true;
        } catch (const std::exception& fault) {
            dialog.fault = fault_text(fault);
        }
    }
    dialog.take_keyboard = true;
    return false;
}

// Puts the row into the field; true when that was a file.
bool take(PathDialog& dialog, int row) {
    const FolderEntry& entry = dialog.entries[row];
    if (entry.folder) {
        enter(dialog, FolderEntry(entry));
        return false;
    }
    put(dialog, path_of(dialog, entry));
    return true;
}

void draw_list(PanelContext& context, PathDialog& dialog, float height, bool& accepted) {
    const Theme& theme = context.theme;
    if (!ImGui::BeginTable("##files", 3,
                           ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoSavedSettings |
                               ImGuiTableFlags_BordersOuter,
                           {0, height}))
        return;
    ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableSetupColumn("size", ImGuiTableColumnFlags_WidthFixed, em(4.5F));
    ImGui::TableSetupColumn("date", ImGuiTableColumnFlags_WidthFixed, em(9.5F));
    int pressed = -1;
    for (int row = 0; row < static_cast<int>(dialog.entries.size()); ++row) {
        const FolderEntry& entry = dialog.entries[row];
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        const std::string label = fmt::format("{}{}##{}", entry.name, entry.folder ? "/" : "", row);
        if (ImGui::Selectable(
                label.c_str(), row == dialog.chosen,
                ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowDoubleClick)) {
            pressed = row;
            accepted = !entry.folder && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
        }
        if (row == dialog.chosen && !ImGui::IsItemVisible()) ImGui::SetScrollHereY();
        if (entry.folder) continue;
        ImGui::TableNextColumn();
        const std::string size = size_text(entry.bytes);
        ImGui::SetCursorPosX(
            ImGui::GetCursorPosX() +
            std::max(0.0F, ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(size.c_str()).x));
        ImGui::TextColored(theme.dim, "%s", size.c_str());
        ImGui::TableNextColumn();
        ImGui::TextColored(theme.dim, "%s", date_text(entry.modified).c_str());
    }
    if (dialog.entries.empty()) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextColored(theme.dim, "This folder is not there");
    }
    ImGui::EndTable();
    if (pressed >= 0) {
        dialog.chosen = pressed;
        if (!take(dialog, pressed)) accepted = false;
    }
}

// What will happen, or what went wrong.
void draw_word(PanelContext& context, const PathDialog& dialog) {
    ImGui::PushTextWrapPos(0);
    if (!dialog.fault.empty()) {
        ImGui::TextColored(context.theme.bad, "%s", dialog.fault.c_str());
    } else if (!dialog.confirmed.empty() && dialog.confirmed == wanted_path(dialog)) {
        ImGui::TextColored(context.theme.warning, "%s",
                           fmt::format("{} is there already. Enter again replaces it.",
                                       fs::path(dialog.confirmed).filename().string())
                               .c_str());
    } else {
        ImGui::TextColored(context.theme.dim, "Enter: %s   Esc: cancel   Up, Down: choose below",
                           dialog.request.saves ? "save"
                           : dialog.request.takes_folder
                               ? "open the file, or the folder as a series"
                               : "open");
    }
    ImGui::PopTextWrapPos();
}

void draw_field(PathDialog& dialog, bool& accepted) {
    if (dialog.take_keyboard) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(-1);
    const ImGuiID id = ImGui::GetID("##path");
    if (dialog.take_keyboard)
        if (ImGuiInputTextState* state = ImGui::GetInputTextState(id))
            state->ReloadUserBufAndMoveToEnd();
    dialog.take_keyboard = false;
    if (ImGui::InputText("##path", dialog.typed.data(), dialog.typed.size(),
                         ImGuiInputTextFlags_EnterReturnsTrue))
        accepted = true;
    // Up and down choose a row while the field keeps the keyboard; the ring would leave it.
    if (ImGui::IsItemActive())
        ImGui::GetCurrentContext()->ActiveIdUsingNavDirMask |=
            (1U << ImGuiDir_Up) | (1U << ImGuiDir_Down);
    if (ImGui::IsItemEdited()) {
        dialog.fault.clear();
        dialog.chosen = -1;
    }
}

// Which row the arrow keys have come to.
void move_by_keys(PathDialog& dialog) {
    const int rows = static_cast<int>(dialog.entries.size());
    if (rows == 0) return;
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow))
        dialog.chosen = std::min(dialog.chosen + 1, rows - 1);
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) dialog.chosen = std::max(dialog.chosen - 1, 0);
}

// True when it is over.
bool draw(PanelContext& context, PathDialog& dialog) {
    bool accepted = false, entered = false;
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(dialog.request.title.c_str());
    ImGui::PopFont();
    draw_field(dialog, entered);
    list(dialog);
    move_by_keys(dialog);
    const float below = 2 * ImGui::GetTextLineHeightWithSpacing() + em(2.6F);
    draw_list(context, dialog, std::max(em(4), ImGui::GetContentRegionAvail().y - below), accepted);
    // Enter on a row that the arrows chose takes the row first; in a list to open from, all the
    // way.
    if (entered && dialog.chosen >= 0)
        accepted = take(dialog, dialog.chosen) && !dialog.request.saves;
    else if (entered)
        accepted = true;
    if (entered) dialog.chosen = -1;
    draw_word(context, dialog);
    const bool replaces = !dialog.confirmed.empty() && dialog.confirmed == wanted_path(dialog);
    const std::string verb = (replaces ? "Replace" : dialog.request.verb) + "###do";
    const float width = em(6);
    ImGui::SetCursorPos(
        {ImGui::GetWindowWidth() - 2 * width - em(1.7F), ImGui::GetWindowHeight() - em(2.4F)});
    const bool cancelled = quiet_button(context, "Cancel", width, "Esc.");
    ImGui::SameLine(0, em(0.5F));
    if (quiet_button(context, verb.c_str(), width, "Enter.", true)) accepted = true;
    if (accepted && try_it(context, dialog)) return true;
    return cancelled || ImGui::IsKeyPressed(ImGuiKey_Escape, false);
}

}  // namespace

void ask_path(PanelContext& context, PathRequest request) {
    const auto folder = context.view.folders.find(request.ending);
    if (folder != context.view.folders.end())
        request.path = (fs::path(folder->second) / fs::path(request.path).filename()).string();
    context.view.toast.clear();
    auto dialog = std::make_shared<PathDialog>();
    put(*dialog, request.path);
    dialog->request = std::move(request);
    context.view.path_dialog = std::move(dialog);
}

void draw_path_dialog(PanelContext& context) {
    const std::shared_ptr<PathDialog> dialog = context.view.path_dialog;  // lives through its end
    if (!dialog) return;
    constexpr const char* name = "Path";
    if (!dialog->opened) ImGui::OpenPopup(name);
    dialog->opened = true;
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const ImVec2 room = viewport->WorkSize;
    ImGui::SetNextWindowPos({viewport->WorkPos.x + room.x / 2, viewport->WorkPos.y + room.y / 2},
                            ImGuiCond_Always, {0.5F, 0.5F});
    ImGui::SetNextWindowSize({std::min(em(46), room.x * 0.95F), std::min(em(27), room.y * 0.95F)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(1), em(0.8F)});
    ImGui::PushStyleColor(ImGuiCol_ModalWindowDimBg, ImVec4{0, 0, 0, 0});  // the training goes on
    bool over = false;
    if (ImGui::BeginPopupModal(name, nullptr,
                               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                   ImGuiWindowFlags_NoSavedSettings)) {
        over = draw(context, *dialog);
        if (over) ImGui::CloseCurrentPopup();
        ImGui::EndPopup();
    } else {
        over = true;
    }
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    if (over && context.view.path_dialog == dialog) context.view.path_dialog.reset();
}

}  // namespace muonscope::gui
