#include "app/gui/plots/reduction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/session/history.h"
#include "core/session/sampling_rule.h"

namespace muonscope::plots {

namespace {
constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

float narrow(double value) {
    constexpr double limit = std::numeric_limits<float>::max();
    return static_cast<float>(std::clamp(value, -limit, limit));
}
}  // namespace

double AxisScale::forward(double value) const {
    if (std::isnan(value) || linear()) return value;
    if (symmetric()) return std::copysign(std::log10(1 + std::abs(value) / linear_within), value);
    return std::log10(std::max(value, floor));
}

double AxisScale::inverse(double position) const {
    if (symmetric())
        return std::copysign(linear_within * (std::pow(10.0, std::abs(position)) - 1), position);
    return logarithmic ? std::pow(10.0, position) : position;
}

constexpr Reduction::Cell Reduction::empty_cell() {
    return {nothing, nothing, nothing, nothing, 0, 0, infinite, 0, 0, 0, nothing, nothing};
}

void Reduction::begin(int channels, const Bins& bins) {
    channels_ = std::max(channels, 0);
    over_ = bins;
    over_.count = std::max(bins.count, 1);
    if (!(over_.max > over_.min)) over_.max = over_.min + 1;
    low_ = over_.scale.forward(over_.min);
    to_bins_ = over_.count / (over_.scale.forward(over_.max) - low_);
    beyond_ = false;
    const auto count = static_cast<std::size_t>(over_.count) + 2;
    at_.assign(count, Bin{});
    cells_.assign(count * static_cast<std::size_t>(channels_), empty_cell());
    gap_.assign(cells_.size(), 0);
}

double Reduction::per_bin(double x) const {
    const AxisScale& scale = over_.scale;
    const double at = scale.forward(std::max(x, over_.min));
    return scale.linear() ? 1 / to_bins_
                          : scale.inverse(at + 0.5 / to_bins_) - scale.inverse(at - 0.5 / to_bins_);
}

void Reduction::add(double x, std::span<const double> values) {
    const double position = in_bins(x);
    int bin;
    if (!(position >= 0)) {
        bin = 0;
    } else if (position > bins()) {
        if (beyond_) return;
        beyond_ = true;
        bin = bins() + 1;
    } else {
        bin = 1 + std::min(static_cast<int>(position), bins() - 1);
    }
    Bin& at = at_[bin];
    const auto base = static_cast<std::size_t>(bin) * static_cast<std::size_t>(channels_);
    const float px = narrow(position);
    if (bin == 0 && at.samples > 0) {  // only the newest sample left of the range matters
        std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(base), channels_, empty_cell());
        std::fill_n(gap_.begin() + static_cast<std::ptrdiff_t>(base), channels_, std::uint8_t{0});
        at = Bin{};
    }
    if (at.samples == 0) at.first_x = px;
    at.last_x = px;
    ++at.samples;
    for (int c = 0; c < channels_; ++c) {
        const double exact = values[c];
        Cell& into = cells_[base + c];
        if (!std::isfinite(exact)) {
            gap_[base + c] = 1;
            at.gap = true;
            continue;
        }
        const float value = narrow(exact);
        if (into.count > 0) into.path += std::abs(value - into.last);
        into.sum += value;
        ++into.count;
        into.last = value;
        if (std::isnan(into.first)) {
            into.first = into.low = into.high = value;
            into.low_x = into.high_x = px;
        } else if (value < into.low) {
            into.low = value;
            into.low_x = px;
        } else if (value > into.high) {
            into.high = value;
            into.high_x = px;
        }
        if (value > 0 && value < into.smallest) into.smallest = value;
    }
}

void Reduction::spread(double from, double to, int channel, double low, double high) {
    if (!std::isfinite(low) || !std::isfinite(high)) return;
    const auto bin_of = [this](double x) {
        return 1 + static_cast<int>(std::clamp(in_bins(x), 0.0, static_cast<double>(bins() - 1)));
    };
    if (to < over_.min || from > over_.max) return;
    const float lowest = narrow(low), highest = narrow(high);
    for (int bin = bin_of(from); bin <= bin_of(to); ++bin) {
        Cell& into = cell(bin, channel);
        if (!(into.band_low <= lowest)) into.band_low = lowest;
        if (!(into.band_high >= highest)) into.band_high = highest;
        if (lowest > 0 && lowest < into.smallest) into.smallest = lowest;
    }
}

void Reduction::trace(int channel, std::vector<CurvePoint>& out) const {
    bool open = false;  // a line may continue
    const auto cut = [&] {
        if (open) out.push_back({out.back().x, nothing});
        open = false;
    };
    for (int bin = 0; bin < bins() + 2; ++bin) {
        const Bin& at = at_[bin];
        if (at.samples == 0) continue;  // sparse samples: the line goes through
        const auto index = static_cast<std::size_t>(bin) * static_cast<std::size_t>(channels_) +
                           static_cast<std::size_t>(channel);
        const Cell& from = cells_[index];
        if (std::isnan(from.first)) {
            cut();
            continue;
        }
        const auto emit = [&](float x, float y) {
            if (open && out.back().x == x && out.back().y == y) return;
            out.push_back({x, y});
            open = true;
        };
        emit(at.first_x, from.first);
        if (from.low_x <= from.high_x) {
            emit(from.low_x, from.low);
            emit(from.high_x, from.high);
        } else {
            emit(from.high_x, from.high);
            emit(from.low_x, from.low);
        }
        emit(at.last_x, from.last);
        if (gap_[index]) cut();
    }
    if (!open && !out.empty() && std::isnan(out.back().y)) out.pop_back();
}

Reduction::Column Reduction::column(int bin, int channel) const {
    const Bin& at = at_[bin];
    const auto index = static_cast<std::size_t>(bin) * static_cast<std::size_t>(channels_) +
                       static_cast<std::size_t>(channel);
    const Cell& from = cells_[index];
    return {at.samples,
            gap_[index] != 0,
            at.first_x,
            from.first,
            from.low_x,
            from.low,
            from.high_x,
            from.high,
            at.last_x,
            from.last,
            from.count > 0 ? from.sum / static_cast<float>(from.count) : nothing,
            from.path,
            from.band_low,
            from.band_high};
}

int Reduction::bins_until(double x) const {
    const double end = std::floor(in_bins(x));
    return end >= bins() ? bins() : std::max(0, static_cast<int>(end));
}

bool Reduction::extent(int first, int count, double& low, double& high, double until) const {
    float smallest = infinite, largest = -infinite;
    for (int bin = 1; bin <= bins_until(until); ++bin)
        for (int c = first; c < first + count; ++c) {
            const Cell& from = cell(bin, c);
            if (from.low < smallest) smallest = from.low;
            if (from.high > largest) largest = from.high;
            if (from.band_low < smallest) smallest = from.band_low;
            if (from.band_high > largest) largest = from.band_high;
        }
    if (!(smallest <= largest)) return false;
    low = static_cast<double>(smallest);
    high = static_cast<double>(largest);
    return true;
}

bool Reduction::smallest_positive(int first, int count, double& value, double until) const {
    float smallest = infinite;
    for (int bin = 1; bin <= bins_until(until); ++bin)
        for (int c = first; c < first + count; ++c)
            smallest = std::min(smallest, cell(bin, c).smallest);
    value = static_cast<double>(smallest);
    return smallest < infinite;
}

void Reduction::ranges(int channel, std::span<float> low, std::span<float> high) const {
    float newest = nothing;
    if (at_[0].samples > 0) newest = cell(0, channel).last;
    const int end = std::min(bins(), static_cast<int>(std::min(low.size(), high.size())));
    int newest_bin = 0;  // no value is drawn beyond the newest sample
    for (int bin = 1; bin <= bins() + 1; ++bin)
        if (at_[bin].samples > 0) newest_bin = bin;
    for (int bin = 1; bin <= end; ++bin) {
        const Cell& at = cell(bin, channel);
        float lowest = newest, highest = newest;
        if (at_[bin].samples > 0) {
            newest = at.last;
            lowest = at.low;
            highest = at.high;
        }
        if (at.band_low < lowest || std::isnan(lowest)) lowest = at.band_low;
        if (at.band_high > highest || std::isnan(highest)) highest = at.band_high;
        const std::size_t into = bin - 1;
        low[into] = bin <= newest_bin ? lowest : nothing;
        high[into] = bin <= newest_bin ? highest : nothing;
    }
}

// Of one row that stood for itself alone the second says nothing more.
bool StrideFeed::completes_pair(std::int64_t step) const {
    return rows_ > 1 && step == step_ + 1 && first_ < step_ && pair_end(step_) == step;
}

void StrideFeed::add(Reduction& into, std::int64_t first, std::int64_t step,
                     std::span<const double> values, std::span<const double> lows,
                     std::span<const double> highs) {
    const bool takes_both = into.per_bin(static_cast<double>(step)) >= 2;
    into.add(static_cast<double>(takes_both ? pair_end(step) : step), values);
    const std::size_t channels = values.size();
    const bool second = completes_pair(step);
    const bool alone = rows_ > 0 && first < step;
    if (second)
        for (std::size_t c = 0; c < channels; ++c)
            spread(into, first_, step, c, values_[c], values[c], std::min(lows_[c], lows[c]),
                   std::max(highs_[c], highs[c]));
    older_.swap(values_);
    if (alone)
        for (std::size_t c = 0; c < channels; ++c)
            spread(into, first, step, c, values[c], values[c], lows[c], highs[c]);
    values_.assign(values.begin(), values.end());
    lows_.assign(lows.begin(), lows.end());
    highs_.assign(highs.begin(), highs.end());
    first_ = first;
    step_ = step;
    ++rows_;
}

// Nothing where the range is the way from the row before the stride over `middle` to `value`, and
// that leads one way.
void StrideFeed::spread(Reduction& into, std::int64_t first, std::int64_t step, std::size_t channel,
                        double middle, double value, double low, double high) const {
    if (low == high) return;
    const double before = older_[channel];
    const bool one_way =
        (before <= middle && middle <= value) || (before >= middle && middle >= value);
    if (one_way && low >= std::min(before, value) && high <= std::max(before, value)) return;
    into.spread(static_cast<double>(first), static_cast<double>(step), static_cast<int>(channel),
                low, high);
}

void HistoryReduction::feed_means(const HistoryView& history, std::size_t row) {
    const std::span<const double> values = history.row(row).subspan(first_channel_);
    means_.resize(begins_.size() - 1);
    for (std::size_t g = 0; g + 1 < begins_.size(); ++g) {
        const int count = begins_[g + 1] - begins_[g];
        double sum = 0;
        for (const double value : values.subspan(begins_[g], count)) sum += value;
        means_[g] = sum / count;
    }
    feed_.add(reduction_, history.first_step(row), history.step(row), means_, means_, means_);
}

void HistoryReduction::feed(const HistoryView& history, std::size_t row) {
    if (!begins_.empty()) return feed_means(history, row);
    const std::size_t channels = reduction_.channels();
    const std::span<const double> values = history.row(row).subspan(first_channel_, channels);
    if (first_channel_ >= history.followed()) {
        feed_.add(reduction_, history.first_step(row), history.step(row), values, values, values);
        return;
    }
    lows_.resize(channels);
    highs_.resize(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        lows_[c] = history.low(row, first_channel_ + c);
        highs_[c] = history.high(row, first_channel_ + c);
    }
    feed_.add(reduction_, history.first_step(row), history.step(row), values, lows_, highs_);
}

bool HistoryReduction::more(const HistoryView& history) const {
    return read_ < history.size() &&
           (!reduction_.complete() || feed_.completes_pair(history.step(read_)));
}

bool HistoryReduction::update_means(const HistoryView& history, std::size_t first_channel,
                                    std::span<const int> begins, const Bins& bins) {
    if (!std::equal(begins.begin(), begins.end(), begins_.begin(), begins_.end())) {
        *this = {};
        begins_.assign(begins.begin(), begins.end());
    }
    return follow(history, first_channel, static_cast<int>(begins.size()) - 1, bins);
}

bool HistoryReduction::update(const HistoryView& history, std::size_t first_channel, int count,
                              const Bins& bins) {
    if (!begins_.empty()) *this = {};
    return follow(history, first_channel, count, bins);
}

bool HistoryReduction::follow(const HistoryView& history, std::size_t first_channel, int count,
                              const Bins& bins) {
    const double* first_row = history.size() > 0 ? history.row(0).data() : nullptr;
    bool same = generation_ == history.generation() && first_channel_ == first_channel &&
                reduction_.channels() == count && reduction_.over() == bins &&
                total_channels_ == history.channels() && first_row_ == first_row &&
                read_ <= history.size();
    // A history that began again may look alike; its newest known row does not.
    if (same && read_ > 0)
        same = history.step(read_ - 1) == last_step_ &&
               (history.value(read_ - 1, 0) == last_value_ || std::isnan(last_value_));
    if (!same) {
        generation_ = history.generation();
        first_channel_ = first_channel;
        total_channels_ = history.channels();
        first_row_ = first_row;
        reduction_.begin(count, bins);
        feed_.begin();
        // The last sample at or left of the range's start.
        std::size_t low = 0, high = history.size();
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (static_cast<double>(history.step(middle)) < bins.min)
                low = middle + 1;
            else
                high = middle;
        }
        read_ = low > 0 ? low - 1 : 0;
    } else if (!more(history)) {
        return false;
    }
    const std::size_t channels = begins_.empty() ? count : begins_.back();
    if (first_channel + channels <= history.channels())
        for (; more(history); ++read_) feed(history, read_);
    if (read_ > 0 && read_ <= history.size()) {
        last_step_ = history.step(read_ - 1);
        last_value_ = history.value(read_ - 1, 0);
    }
    return true;
}

namespace {

// The slopes from an anchor that pass every point since within the tolerance.
class Cone {
  public:
    void reset() { *this = {}; }
    void pass(float dx, float dy, float tolerance) {
        low_ = std::max(low_, (dy - tolerance) / dx);
        high_ = std::min(high_, (dy + tolerance) / dx);
    }
    bool holds(float slope) const { return slope >= low_ && slope <= high_; }

  private:
    float low_ = -infinite, high_ = infinite;
};

// Keeps the ends and every point that the line from the last one kept to the next would miss.
template <class Point, std::size_t edges>
std::size_t straighten_edges(std::span<Point> points, const Tolerance& tolerance,
                             const std::array<float Point::*, edges>& heights) {
    if (points.size() < 3) return points.size();
    std::size_t kept = 1;
    Point anchor = points[0];
    std::array<Cone, edges> cones;
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const Point point = points[i], next = points[i + 1];
        const float dx = point.x - anchor.x, ahead = next.x - anchor.x;
        bool straight = dx > 0 && ahead > 0;
        for (std::size_t e = 0; e < edges && straight; ++e) {
            const auto y = heights[e];
            cones[e].pass(dx, point.*y - anchor.*y, tolerance.at(dx));
            straight = cones[e].holds((next.*y - anchor.*y) / ahead);
        }
        if (!straight) {
            points[kept++] = point;
            anchor = point;
            for (Cone& cone : cones) cone.reset();
        }
    }
    points[kept++] = points.back();
    return kept;
}

}  // namespace

std::size_t straighten(std::span<CurvePoint> points, const Tolerance& tolerance) {
    return straighten_edges<CurvePoint, 1>(points, tolerance, {&CurvePoint::y});
}

std::size_t straighten(std::span<BandColumn> columns, const Tolerance& tolerance) {
    return straighten_edges<BandColumn, 2>(columns, tolerance,
                                           {&BandColumn::high, &BandColumn::low});
}

}  // namespace muonscope::plots
