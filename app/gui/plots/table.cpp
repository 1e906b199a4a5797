#include "app/gui/plots/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "app/gui/plots/stride_text.h"
#include "core/formats/csv.h"

namespace muonscope::plots {

std::string to_csv(const Table& table) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        text += (i ? "," : "") + csv_field(table.columns[i]);
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
    const std::size_t per_lane = columns;
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
                const bool between = known && known_between_rows(snapshot, l, channel);
                *field++ = between ? history.low(i, channel) : std::nan("");
                *field++ = between ? history.high(i, channel) : std::nan("");
            }
        }
    }
    table.rows.reserve(rows.size());
    for (auto& [step, row] : rows) table.rows.push_back(std::move(row));
    return table;
}

}  // namespace muonscope::plots
