#include "core/documents/history_csv.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <iterator>
#include <ostream>

#include "core/formats/csv.h"

namespace muonscope {
namespace {

// One line's numbers, wherever they stand.
struct Line {
    std::int64_t step, steps;
    std::span<const double> values;
    std::function<double(std::size_t)> low, high;
};

void append_number(fmt::memory_buffer& text, double value) {
    text.push_back(',');
    if (!std::isnan(value)) fmt::format_to(std::back_inserter(text), "{}", value);
}

void write(std::ostream& stream, const std::string& lane, std::size_t followed, const Line& line) {
    fmt::memory_buffer text;
    fmt::format_to(std::back_inserter(text), "{},{},{}", line.step, lane, line.steps);
    for (std::size_t c = 0; c < line.values.size(); ++c) {
        append_number(text, line.values[c]);
        if (c >= followed) continue;
        append_number(text, line.low(c));
        append_number(text, line.high(c));
    }
    text.push_back('\n');
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace

void write_history_csv(std::ostream& stream, const Snapshot& snapshot) {
    const std::size_t followed = snapshot.layout.followed();
    stream << "step,lane,steps";
    const std::vector<std::string> names = channel_names(snapshot.layout);
    for (std::size_t c = 0; c < names.size(); ++c) {
        stream << ',' << names[c];
        if (c < followed) stream << ',' << names[c] << "_min," << names[c] << "_max";
    }
    stream << '\n';
    for (const LaneSnapshot& lane : snapshot.lanes) {
        const std::string name = csv_field(lane.name);
        const HistoryView& history = lane.history;
        for (std::size_t i = 0; i < history.size(); ++i)
            write(stream, name, followed,
                  {history.step(i), history.step(i) - history.first_step(i) + 1, history.row(i),
                   [&](std::size_t c) { return history.low(i, c); },
                   [&](std::size_t c) { return history.high(i, c); }});
        if (lane.now_low.empty()) continue;
        const std::int64_t last = history.size() > 0 ? history.step(history.size() - 1) : -1;
        const auto known = [&lane](std::size_t c, double value) {
            return lane.now_low[c] <= lane.now_high[c] ? value : std::nan("");
        };
        write(stream, name, followed,
              {lane.now_step, lane.now_step - last, lane.now,
               [&](std::size_t c) { return known(c, lane.now_low[c]); },
               [&](std::size_t c) { return known(c, lane.now_high[c]); }});
    }
}

}  // namespace muonscope
