#include "app/gui/plots/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <map>

#include "app/gui/path_dialog.h"
#include "app/gui/plots/svg.h"
#include "app/gui/widgets.h"
#include "core/formats/files.h"
#include "imgui.h"

namespace muonscope::plots {

namespace {

std::string field(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

// In the home folder, where a person finds it again.
std::string export_path(const gui::PanelContext& context, const char* name, const char* ending) {
    const char* home = std::getenv("HOME");
    const std::int64_t step = context.snapshot ? context.snapshot->step : 0;
    return fmt::format("{}/muonscope-{}-step-{}.{}", home && *home ? home : ".", name, step,
                       ending);
}

void ask_and_save(gui::PanelContext& context, const char* what, const char* name,
                  const char* ending, const std::function<void(const std::string&)>& write) {
    gui::ask_path(context, {.title = what,
                            .verb = "Save",
                            .path = export_path(context, name, ending),
                            .ending = std::string(".") + ending,
                            .done = write});
}

void ask_and_save(gui::PanelContext& context, const char* what, const char* name,
                  const char* ending, std::string text) {
    ask_and_save(context, what, name, ending,
                 [&view = context.view, text = std::move(text)](const std::string& path) {
                     write_file(path, text);
                     gui::say(view, "Saved " + path);
                 });
}

}  // namespace

std::string to_csv(const Table& table) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        text += (i ? "," : "") + field(table.columns[i]);
    text += '\n';
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i) text += ',';
            if (!std::isnan(row[i])) text += fmt::format("{:.17g}", row[i]);
        }
        text += '\n';
    }
    return text;
}

Table history_table(const Snapshot& snapshot, double from, double to,
                    std::span<const std::size_t> channels, std::span<const std::string> names) {
    Table table;
    table.columns.push_back("step");
    if (snapshot.lanes.empty()) return table;
    const std::size_t followed = snapshot.lanes.front().history.followed();
    int columns = 1;  // of a lane
    for (const std::size_t channel : channels) {
        table.drawn.push_back(columns);
        if (channel < followed) table.bands.push_back({columns, columns + 1, columns + 2});
        columns += channel < followed ? 3 : 1;
    }
    table.per_lane = columns;
    const auto per_lane = static_cast<std::size_t>(columns);
    const std::size_t width = per_lane * snapshot.lanes.size();
    std::map<std::int64_t, std::vector<double>> rows;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const std::string& lane = snapshot.lanes[l].name;
        table.columns.push_back(lane + " steps");
        for (std::size_t c = 0; c < channels.size(); ++c) {
            const std::string name = lane + " " + names[c];
            table.columns.push_back(name);
            if (channels[c] >= followed) continue;
            table.columns.push_back(name + " min");
            table.columns.push_back(name + " max");
        }
        const HistoryView& history = snapshot.lanes[l].history;
        const auto& fault = snapshot.lanes[l].divergence;
        table.sound_until.push_back(snapshot.lanes[l].lost()
                                        ? static_cast<double>(snapshot.lanes[l].sound_step)
                                        : INFINITY);
        table.notes.push_back(fault ? fmt::format("diverged at step {}", fault->step) : "");
        for (std::size_t i = 0; i < history.size(); ++i) {
            const std::int64_t step = history.step(i);
            if (static_cast<double>(step) < from || static_cast<double>(step) > to) continue;
            auto& row = rows.try_emplace(step, width + 1, std::nan("")).first->second;
            row[0] = static_cast<double>(step);
            auto field = row.begin() + 1 + static_cast<std::ptrdiff_t>(l * per_lane);
            *field++ = static_cast<double>(step - history.first_step(i) + 1);
            for (const std::size_t channel : channels) {
                const bool known = channel < history.channels();
                *field++ = known ? history.value(i, channel) : std::nan("");
                if (channel >= followed) continue;
                *field++ = known ? history.low(i, channel) : std::nan("");
                *field++ = known ? history.high(i, channel) : std::nan("");
            }
        }
    }
    table.rows.reserve(rows.size());
    for (auto& [step, row] : rows) table.rows.push_back(std::move(row));
    return table;
}

void export_menu(gui::PanelContext& context, const char* id, const char* name, bool hovered,
                 const std::function<Table()>& table, const std::function<void()>& fit,
                 bool over_steps) {
    const ImVec2 from = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const bool in_main_window = ImGui::GetWindowViewport() == ImGui::GetMainViewport();
    // A right drag zooms; only a click opens the menu.
    const ImVec2 drag = ImGui::GetMouseDragDelta(ImGuiMouseButton_Right, 0);
    if (hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right) &&
        std::abs(drag.x) + std::abs(drag.y) < 4)
        ImGui::OpenPopup(id);
    if (!ImGui::BeginPopup(id)) return;
    if (ImGui::MenuItem("Copy values as CSV")) ImGui::SetClipboardText(to_csv(table()).c_str());
    if (ImGui::MenuItem("Save values as CSV…"))
        ask_and_save(context, "Save values as CSV", name, "csv", to_csv(table()));
    if (fit && over_steps && ImGui::MenuItem("Save drawing as SVG…"))
        ask_and_save(context, "Save drawing as SVG", name, "svg",
                     to_svg(table(), context.snapshot && context.snapshot->spec
                                         ? context.snapshot->spec->title + ": " + name
                                         : name));
    if (context.save_picture && in_main_window && ImGui::MenuItem("Save picture as PNG…"))
        ask_and_save(context, "Save picture as PNG", name, "png",
                     [save = context.save_picture, from, size](const std::string& path) {
                         save(path, from, {from.x + size.x, from.y + size.y});
                     });
    if (fit) {
        ImGui::Separator();
        if (ImGui::MenuItem("Show everything", "double click")) fit();
    }
    ImGui::EndPopup();
}

}  // namespace muonscope::plots
