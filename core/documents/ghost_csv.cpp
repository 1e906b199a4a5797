#include "core/documents/ghost_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/csv.h"

namespace muonscope {
namespace {

constexpr std::size_t most_lanes_in_a_file = 64;

// A lane's rows until they become a history.
struct Rows {
    std::string lane;
    std::vector<std::int64_t> steps;
    std::vector<double> values;  // row by row
};

class Reader {
  public:
    Reader(std::string_view text, std::string_view source)
        : text_(text), source_(source), columns_(next_csv_record(text_)) {
        if (columns_.size() < 2 || columns_.front() != "step")
            fail("is no table over steps", "give a history.csv, or values that the window saved");
    }

    Ghost ghost() {
        const bool tall = columns_.size() > 2 && columns_[1] == "lane" && columns_[2] == "steps";
        const std::size_t channels = tall ? tall_channels() : wide_channels();
        if (channels == 0) fail("has no channel", "give a table with a column a channel");
        while (!text_.empty()) {
            ++line_;
            const std::vector<std::string> record = next_csv_record(text_);
            if (record.size() == 1 && record.front().empty()) continue;
            if (record.size() != columns_.size())
                fail(fmt::format("has {} fields where {} were named", record.size(),
                                 columns_.size()),
                     "give every line a field a column");
            tall ? add_tall(record, channels) : add_wide(record, channels);
        }
        return finished(channels);
    }

  private:
    [[noreturn]] void fail(const std::string& what, const std::string& instead) const {
        throw Error(fmt::format("{}, line {}", in_quotes(std::string(source_), 200), line_), what,
                    instead);
    }
    double number(const std::string& field) const {
        if (field.empty()) return std::nan("");
        double value = 0;
        const auto [end, fault] = std::from_chars(field.data(), field.data() + field.size(), value);
        if (fault != std::errc() || end != field.data() + field.size())
            fail("has " + in_quotes(field, 40) + " where a number is due", "correct it");
        return value;
    }
    std::int64_t step(const std::string& field) const {
        const double value = number(field);
        if (!(value >= 0) || value > 1e15 || value != std::floor(value))
            fail("has " + in_quotes(field, 40) + " where a step is due", "give a whole number");
        return static_cast<std::int64_t>(value);
    }
    Rows& lane(const std::string& name) {
        for (Rows& one : lanes_)
            if (one.lane == name) return one;
        if (lanes_.size() >= most_lanes_in_a_file)
            fail("names too many lanes", fmt::format("at most {}", most_lanes_in_a_file));
        return lanes_.emplace_back(Rows{name, {}, {}});
    }
    void begin_row(Rows& rows, std::int64_t at) const {
        if (!rows.steps.empty() && at <= rows.steps.back())
            fail(fmt::format("has step {} after step {}", at, rows.steps.back()),
                 "give each lane's steps in their order");
        rows.steps.push_back(at);
    }
    void name_channel(const std::string& name) {
        const std::size_t next = ghost_.channels.size();
        ghost_.channels.emplace(name, next);
    }

    // step, lane, steps, channels: ranges stand beside them as <name>_min and <name>_max.
    std::size_t tall_channels() {
        for (std::size_t c = 3; c < columns_.size(); ++c) {
            const std::string& name = columns_[c];
            const bool range = c > 3 && (name.ends_with("_min") || name.ends_with("_max")) &&
                               ghost_.channels.contains(name.substr(0, name.size() - 4));
            if (range || ghost_.channels.contains(name)) continue;
            name_channel(name);
            from_.push_back(c);
        }
        return from_.size();
    }
    void add_tall(const std::vector<std::string>& record, std::size_t) {
        Rows& rows = lane(record[1]);
        begin_row(rows, step(record[0]));
        for (const std::size_t c : from_) rows.values.push_back(number(record[c]));
    }

    // step, then "<lane> steps" before the channels of each lane.
    std::size_t wide_channels() {
        std::vector<std::string> lanes;
        for (const std::string& column : columns_)
            if (column.ends_with(" steps")) lanes.push_back(column.substr(0, column.size() - 6));
        for (const std::string& name : lanes) lane(name);
        for (std::size_t l = 0; l < lanes.size(); ++l)
            for (std::size_t c = 1; c < columns_.size(); ++c) {
                if (!columns_[c].starts_with(lanes[l] + " ")) continue;
                const std::string title = columns_[c].substr(lanes[l].size() + 1);
                if (title == "steps" || title.ends_with(" min") || title.ends_with(" max"))
                    continue;
                if (!ghost_.channels.contains(title)) name_channel(title);
                wide_.push_back({l, ghost_.channels.at(title), c});
            }
        return ghost_.channels.size();
    }
    void add_wide(const std::vector<std::string>& record, std::size_t channels) {
        const std::int64_t at = step(record[0]);
        for (std::size_t l = 0; l < lanes_.size(); ++l) {
            std::vector<double> row(channels, std::nan(""));
            bool any = false;
            for (const Wide& one : wide_)
                if (one.lane == l) {
                    row[one.channel] = number(record[one.column]);
                    any = any || std::isfinite(row[one.channel]);
                }
            if (!any) continue;
            begin_row(lanes_[l], at);
            lanes_[l].values.insert(lanes_[l].values.end(), row.begin(), row.end());
        }
    }

    Ghost finished(std::size_t channels) {
        for (const Rows& rows : lanes_) {
            std::vector<std::shared_ptr<const HistoryBlock>> blocks;
            for (std::size_t from = 0; from < rows.steps.size(); from += HistoryBlock::capacity) {
                const std::size_t count =
                    std::min(HistoryBlock::capacity, rows.steps.size() - from);
                auto block = std::make_shared<HistoryBlock>(channels);
                std::copy_n(rows.steps.data() + from, count, block->steps.data());
                std::copy_n(rows.values.data() + from * channels, count * channels,
                            block->values.data());
                blocks.push_back(std::move(block));
            }
            if (rows.steps.empty()) continue;
            ghost_.step = std::max(ghost_.step, rows.steps.back());
            ghost_.lanes.push_back(
                {rows.lane, LaneSnapshot::every_step,
                 HistoryView(std::move(blocks), channels, rows.steps.size(), 0)});
        }
        if (ghost_.lanes.empty()) fail("has no values", "give a table with a line a step");
        ghost_.name = fmt::format("{}, step {}", std::filesystem::path(source_).filename().string(),
                                  ghost_.step);
        return std::move(ghost_);
    }

    struct Wide {
        std::size_t lane, channel, column;
    };
    std::string_view text_, source_;
    std::size_t line_ = 1;
    std::vector<std::string> columns_;
    std::vector<std::size_t> from_;  // columns of the channels
    std::vector<Wide> wide_;
    std::vector<Rows> lanes_;
    Ghost ghost_;
};

}  // namespace

Ghost ghost_from_csv(std::string_view text, std::string_view source) {
    return Reader(text, source).ghost();
}

}  // namespace muonscope
