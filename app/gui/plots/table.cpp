#include "app/gui/plots/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <map>

#include "core/io/files.h"
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
std::string export_path(const char* name, std::int64_t step) {
    const char* home = std::getenv("HOME");
    return fmt::format("{}/muonscope-{}-step-{}.csv", home && *home ? home : ".", name, step);
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
    const std::size_t width = channels.size() * snapshot.lanes.size();
    std::map<std::int64_t, std::vector<double>> rows;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        for (const std::string& name : names)
            table.columns.push_back(snapshot.lanes[l].name + " " + name);
        const HistoryView& history = snapshot.lanes[l].history;
        for (std::size_t i = 0; i < history.size(); ++i) {
            const std::int64_t step = history.step(i);
            if (static_cast<double>(step) < from || static_cast<double>(step) > to) continue;
            auto& row = rows.try_emplace(step, width + 1, std::nan("")).first->second;
            row[0] = static_cast<double>(step);
            for (std::size_t c = 0; c < channels.size(); ++c)
                if (channels[c] < history.channels())
                    row[1 + l * channels.size() + c] = history.value(i, channels[c]);
        }
    }
    table.rows.reserve(rows.size());
    for (auto& [step, row] : rows) table.rows.push_back(std::move(row));
    return table;
}

void export_menu(gui::PanelContext& context, const char* id, const char* name, bool hovered,
                 const std::function<Table()>& table, const std::function<void()>& fit) {
    // A right drag zooms; only a click opens the menu.
    const ImVec2 drag = ImGui::GetMouseDragDelta(ImGuiMouseButton_Right, 0);
    if (hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right) &&
        std::abs(drag.x) + std::abs(drag.y) < 4)
        ImGui::OpenPopup(id);
    if (!ImGui::BeginPopup(id)) return;
    if (ImGui::MenuItem("Copy values as CSV")) ImGui::SetClipboardText(to_csv(table()).c_str());
    if (ImGui::MenuItem("Save values as CSV")) {
        const std::string path =
            export_path(name, context.snapshot ? context.snapshot->step : std::int64_t{0});
        auto& view = context.view;
        try {
            write_file(path, to_csv(table()));
            view.toast = "Saved " + path;
            view.toast_is_error = false;
        } catch (const std::exception& error) {
            view.toast = error.what();
            view.toast_is_error = true;
        }
        view.toast_until = ImGui::GetTime() + 6;
    }
    if (fit) {
        ImGui::Separator();
        if (ImGui::MenuItem("Show everything", "double click")) fit();
    }
    ImGui::EndPopup();
}

}  // namespace muonscope::plots
