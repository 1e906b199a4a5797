#include "core/study/forest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace muonscope {
namespace {

constexpr double millimetre = 72 / 25.4;
constexpr double page = 170 * millimetre, margin = 3 * millimetre;
constexpr double type = 8, small_type = 7, row_height = 13;
constexpr std::uint32_t ink = 0x1a1a1a, grey = 0x6b6b6b, faint = 0xd9d9d9, clear_of_zero = 0x0b5cad,
                        paper = 0xffffff;

std::string percent(double share) {
    std::string text = fmt::format("{:+.1f} %", 100 * share);
    if (text.front() == '-') text.replace(0, 1, "−");
    return text;
}

// "network.depth=4 · SGD − Muon", the setting where there are several.
std::string label_of(const Study& study, std::size_t setting, const std::string& what) {
    return study.settings.size() < 2 ? what : setting_text(study, setting) + " · " + what;
}

// Of 1, 2 and 5 times a power of ten, at most so many over a length.
double tick_distance(double length, int most) {
    double power = 1;
    while (power > length / most) power /= 10;
    while (10 * power <= length / most) power *= 10;
    for (const double times : {1.0, 2.0, 5.0})
        if (length / (times * power) <= most) return times * power;
    return 10 * power;
}

std::string tick_text(double value, double distance, bool in_percent) {
    const double shown = in_percent ? 100 * value : value,
                 step = in_percent ? 100 * distance : distance;
    int digits = 0;
    for (double smallest = step; smallest < 1 - 1e-9 && digits < 6; smallest *= 10) ++digits;
    std::string text = std::abs(shown) < step / 2 ? "0" : fmt::format("{:.{}f}", shown, digits);
    if (text.starts_with('-')) text.replace(0, 1, "−");
    return text;
}

// Words in lines that fit.
std::vector<std::string> wrapped(const std::string& text, double width) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        const std::string longer = lines.back().empty() ? word : lines.back() + " " + word;
        if (helvetica_width(longer, small_type) <= width || lines.back().empty())
            lines.back() = longer;
        else
            lines.push_back(word);
        at = end + 1;
    }
    return lines;
}

struct Extent {
    double low = 0, high = 0;  // of values, zero among them
};

Extent extent_of(const Forest& forest) {
    Extent extent;
    for (const Forest::Row& row : forest.rows)
        for (const double value : {row.mean, row.interval.low, row.interval.high})
            if (std::isfinite(value)) {
                extent.low = std::min(extent.low, value);
                extent.high = std::max(extent.high, value);
            }
    if (extent.low == extent.high) return {-1, 1};
    const double room = 0.04 * (extent.high - extent.low);
    return {extent.low - room, extent.high + room};
}

// The axis below the rows, and its lines behind them.
void add_axis(Drawing& drawing, const Forest& forest, const Extent& extent, double left,
              double right, double top, double bottom) {
    const auto x = [&](double value) {
        return left + (value - extent.low) / (extent.high - extent.low) * (right - left);
    };
    const double distance = tick_distance(extent.high - extent.low, 7);
    for (auto k = static_cast<int>(std::ceil(extent.low / distance)); k * distance <= extent.high;
         ++k) {
        const bool zero = k == 0;
        drawing.shapes.emplace_back(Drawing::Line{x(k * distance),
                                                  top,
                                                  x(k * distance),
                                                  bottom,
                                                  {{zero ? ink : faint}, zero ? 0.8 : 0.4}});
        drawing.shapes.emplace_back(Drawing::Words{
            x(k * distance), bottom + 9, tick_text(k * distance, distance, forest.in_percent),
            small_type, Drawing::Anchor::middle, grey});
    }
    drawing.shapes.emplace_back(Drawing::Words{(left + right) / 2, bottom + 20, forest.axis, type,
                                               Drawing::Anchor::middle, ink});
}

}  // namespace

Forest forest_of(const Study& study, const StudyReport& report, std::size_t metric) {
    Forest forest{study.title.empty() ? study.name : study.title,
                  study.metrics[metric].name + ", first − second",
                  definitions(study),
                  false,
                  {}};
    for (const PairSummary& pair : report.pairs) {
        if (pair.metric != metric) continue;
        const ArmPair& arms = study.comparisons[pair.pair];
        const std::string what = study.arms[arms.first].name + " − " + study.arms[arms.second].name;
        const int differ = pair.second_better + pair.first_better;
        forest.rows.push_back(
            {label_of(study, pair.setting, what), pair.mean, pair.interval,
             pair.pairs == 0
                 ? fmt::format("no difference; {} of {} better", pair.second_better, differ)
                 : fmt::format("n {}; {} of {} better", pair.pairs, pair.second_better, differ)});
    }
    return forest;
}

Forest forest_of(const Study& study, std::span<const MatrixGain> gains, std::size_t metric) {
    Forest forest{study.title.empty() ? study.name : study.title,
                  fmt::format("gain in {}, %", study.metrics[metric].name),
                  where_definitions(study) + definitions(study),
                  true,
                  {}};
    for (const MatrixGain& gain : gains) {
        if (gain.metric != metric) continue;
        forest.rows.push_back({label_of(study, gain.setting, in_words(gain.group)), gain.gain,
                               gain.interval,
                               fmt::format("{}; n {}; {} of {} better", percent(gain.gain),
                                           gain.seeds, gain.better, gain.better + gain.worse)});
    }
    return forest;
}

Drawing drawing_of(const Forest& forest) {
    Drawing drawing;
    drawing.width = page;
    double labels = 0, notes = 0;
    for (const Forest::Row& row : forest.rows) {
        labels = std::max(labels, helvetica_width(row.label, type));
        notes = std::max(notes, helvetica_width(row.note, small_type));
    }
    const double left = margin + std::min(labels, 0.45 * page) + 8;
    const double right = page - margin - notes - 8;
    const double top = margin + 18;
    const double bottom = top + row_height * static_cast<double>(forest.rows.size());
    drawing.shapes.emplace_back(Drawing::Words{margin, margin + 8, forest.title, type + 1,
                                               Drawing::Anchor::left, ink, true});
    const Extent extent = extent_of(forest);
    add_axis(drawing, forest, extent, left, right, top, bottom);
    const auto x = [&](double value) {
        return left + (value - extent.low) / (extent.high - extent.low) * (right - left);
    };
    double y = top + row_height / 2;
    for (const Forest::Row& row : forest.rows) {
        const bool is_clear = row.interval.low > 0 || row.interval.high < 0;
        const std::uint32_t colour = is_clear ? clear_of_zero : grey;
        drawing.shapes.emplace_back(
            Drawing::Words{left - 8, y + 2.8, row.label, type, Drawing::Anchor::right, ink});
        drawing.shapes.emplace_back(Drawing::Words{page - margin, y + 2.8, row.note, small_type,
                                                   Drawing::Anchor::right, grey});
        if (std::isfinite(row.interval.low))
            drawing.shapes.emplace_back(
                Drawing::Line{x(row.interval.low), y, x(row.interval.high), y, {{colour}, 1.2}});
        if (std::isfinite(row.mean))
            drawing.shapes.emplace_back(Drawing::Disc{x(row.mean), y, 2.2,
                                                      Drawing::Ink{is_clear ? colour : paper},
                                                      Drawing::Pen{{colour}, 0.8}});
        y += row_height;
    }
    y = bottom + 34;
    for (const std::string& line : wrapped(forest.below, page - 2 * margin)) {
        drawing.shapes.emplace_back(
            Drawing::Words{margin, y, line, small_type, Drawing::Anchor::left, grey});
        y += small_type + 2;
    }
    drawing.height = y + margin - small_type;
    return drawing;
}

}  // namespace muonscope
