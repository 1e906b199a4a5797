#include "app/gui/plots/export_menu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "app/gui/filming.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/collection.h"
#include "app/gui/plots/page.h"
#include "app/gui/plots/page_choices.h"
#include "app/gui/plots/python_script.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/formats/files.h"
#include "imgui.h"

namespace muonscope::plots {

namespace {

// What was typed last.
struct PrintWidth {
    int pixels = 2400;
};

// In the home folder, where a person finds it again.
std::string export_path(const gui::PanelContext& context, const char* name, std::int64_t step,
                        const char* ending) {
    const char* home = std::getenv("HOME");
    if (step < 0) step = context.snapshot ? context.snapshot->seen_step() : 0;
    return fmt::format("{}/muonscope-{}-step-{}.{}", home && *home ? home : ".", name, step,
                       ending);
}

void ask_and_save(gui::PanelContext& context, const char* what, const char* name, std::int64_t step,
                  const char* ending, const std::function<void(const std::string&)>& write) {
    gui::ask_path(context, {.title = what,
                            .verb = "Save",
                            .path = export_path(context, name, step, ending),
                            .ending = std::string(".") + ending,
                            .done = write});
}

void ask_and_save(gui::PanelContext& context, const char* what, const char* name, std::int64_t step,
                  const char* ending, std::string text) {
    ask_and_save(context, what, name, step, ending,
                 [&view = context.view, text = std::move(text)](const std::string& path) {
                     write_file(path, text);
                     gui::say(view, "Saved " + path);
                 });
}

// Paper is white, whatever the window is.
gui::Theme paper_theme(const gui::PanelContext& context) {
    gui::Theme light = gui::light_theme();
    light.map = context.theme.map;
    return light;
}

Drawing page_of_plot(const gui::PanelContext& context, const char* name, const Exports& exports) {
    const gui::Theme light = paper_theme(context);
    const gui::PanelContext paper = context.in(light);
    return page_of(exports.charts(paper), title_on_paper(context, name, exports), exports.columns,
                   context.chosen<PageChoices>().look());
}

std::string script_of_plot(const gui::PanelContext& context, const char* name,
                           const Exports& exports) {
    const gui::Theme light = paper_theme(context);
    const gui::PanelContext paper = context.in(light);
    PageLook look = context.chosen<PageChoices>().look();
    const std::string title = title_on_paper(context, name, exports);
    PlacedCharts part{0, 0, 1, 1, title, exports.charts(paper), exports.columns};
    if (look.height == 0) {
        const Drawing page = page_of(part.charts, title, part.columns, look);
        look.height = page.height / points_of_millimetre;
    }
    const std::vector<std::string> parts{python_part(part, look)};
    return to_python(parts, title, look);
}

// To who exports without a menu.
void offer(const gui::PanelContext& context, const char* name, const Exports& exports) {
    const auto& take = context.kept<Collection>().take;
    if (!take) return;
    const gui::Theme light = paper_theme(context);
    const gui::PanelContext paper = context.in(light);
    // Its axes are the item before, unless they share their window with something behind them.
    ImVec2 from = ImGui::GetItemRectMin(), to = ImGui::GetItemRectMax();
    const ImVec2 corner = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    if (to.x - from.x < gui::em(5) || to.y - from.y < gui::em(4)) {
        from = corner;
        to = {corner.x + size.x, corner.y + size.y};
    }
    take({name, from, to, exports, paper});
}

// As a table of a document has them.
void document_items(gui::PanelContext& context, const char* name, const Exports& exports) {
    if (!ImGui::BeginMenu("Values for a document")) return;
    if (ImGui::MenuItem("Copy as Markdown"))
        ImGui::SetClipboardText(to_markdown(text_table_of(exports)).c_str());
    if (ImGui::MenuItem("Copy as LaTeX"))
        ImGui::SetClipboardText(to_latex(text_table_of(exports)).c_str());
    if (ImGui::MenuItem("Save as Markdown…"))
        ask_and_save(context, "Save values as Markdown", name, exports.step, "md",
                     to_markdown(text_table_of(exports)));
    if (ImGui::MenuItem("Save as LaTeX…"))
        ask_and_save(context, "Save values as LaTeX", name, exports.step, "tex",
                     to_latex(text_table_of(exports)));
    ImGui::EndMenu();
}

void table_items(gui::PanelContext& context, const char* name, const Exports& exports) {
    if (ImGui::MenuItem("Copy values as CSV")) ImGui::SetClipboardText(csv_of(exports).c_str());
    if (ImGui::MenuItem("Save values as CSV…"))
        ask_and_save(context, "Save values as CSV", name, exports.step, "csv", csv_of(exports));
    if (exports.all && ImGui::MenuItem("Save all values as CSV…"))
        ask_and_save(context, "Save all values as CSV", name, exports.step, "csv",
                     to_csv(exports.all()));
    document_items(context, name, exports);
}

void paper_items(gui::PanelContext& context, const char* name, const Exports& exports) {
    if (ImGui::MenuItem("Save drawing as SVG…"))
        ask_and_save(context, "Save drawing as SVG", name, exports.step, "svg",
                     to_svg(page_of_plot(context, name, exports)));
    if (ImGui::MenuItem("Save drawing as PDF…"))
        ask_and_save(context, "Save drawing as PDF", name, exports.step, "pdf",
                     to_pdf(page_of_plot(context, name, exports)));
    if (ImGui::MenuItem("Save as Python script…"))
        ask_and_save(context, "Save as Python script", name, exports.step, "py",
                     script_of_plot(context, name, exports));
    if (ImGui::BeginMenu("Size on paper")) {
        draw_page_choices(context);
        ImGui::EndMenu();
    }
}

}  // namespace

std::string csv_of(const Exports& exports) {
    return exports.words ? to_csv(exports.words()) : to_csv(exports.table());
}

TextTable text_table_of(const Exports& exports) {
    return exports.words ? exports.words() : in_text(exports.table());
}

std::string title_on_paper(const gui::PanelContext& context, const char* name,
                           const Exports& exports) {
    std::string title = context.snapshot && context.snapshot->spec
                            ? context.snapshot->spec->title + ": " + name
                            : name;
    if (exports.step >= 0) title += fmt::format(", step {}", exports.step);
    return title;
}

void export_menu(gui::PanelContext& context, const char* id, const char* name, bool hovered,
                 const Exports& exports) {
    offer(context, name, exports);
    const ImVec2 from = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const bool in_main_window = ImGui::GetWindowViewport() == ImGui::GetMainViewport();
    // A right drag zooms; only a click opens the menu.
    const ImVec2 drag = ImGui::GetMouseDragDelta(ImGuiMouseButton_Right, 0);
    if (hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right) &&
        std::abs(drag.x) + std::abs(drag.y) < 4)
        ImGui::OpenPopup(id);
    if (!ImGui::BeginPopup(id)) return;
    table_items(context, name, exports);
    if (exports.charts) paper_items(context, name, exports);
    if (context.save_picture && in_main_window && ImGui::MenuItem("Save picture as PNG…"))
        ask_and_save(context, "Save picture as PNG", name, exports.step, "png",
                     [save = context.save_picture, from, size](const std::string& path) {
                         save(path, from, {from.x + size.x, from.y + size.y});
                     });
    if (context.save_picture && in_main_window && ImGui::MenuItem("Save film over steps…"))
        ask_and_save(context, "Save film", name, exports.step, "mp4",
                     [&view = context.view, from, size](const std::string& path) {
                         gui::ask_for_film(view, path, from, {from.x + size.x, from.y + size.y});
                     });
    if (exports.print && ImGui::BeginMenu("Save picture as PNG of width")) {
        int& typed = context.kept<PrintWidth>().pixels;
        int width = 0;
        for (const int choice : {1600, 3200, 6400})
            if (ImGui::MenuItem(fmt::format("{} pixels…", choice).c_str())) width = choice;
        ImGui::SetNextItemWidth(gui::em(6));
        ImGui::InputInt("##width", &typed, 0);
        typed = std::clamp(typed, 64, 8192);
        ImGui::SameLine();
        if (ImGui::MenuItem("pixels…")) width = typed;
        ImGui::EndMenu();
        if (width > 0)
            ask_and_save(
                context, "Save picture as PNG", name, exports.step, "png",
                [print = exports.print, width](const std::string& path) { print(path, width); });
    }
    if (exports.fit || exports.axes) ImGui::Separator();
    if (exports.axes) exports.axes();
    if (exports.fit) {
        if (ImGui::MenuItem("Show everything", "double click")) exports.fit();
    }
    ImGui::EndPopup();
}

void export_menu(gui::PanelContext& context, const char* id, const char* name, bool hovered,
                 const std::function<Table()>& table) {
    export_menu(context, id, name, hovered, Exports{.table = table});
}

}  // namespace muonscope::plots
