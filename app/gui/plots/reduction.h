#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace muonscope {
class HistoryView;
}

// Series are drawn on pixels, so no more of them is kept than pixels can show: of the samples that
// fall into one bin (two pixels wide) the first, the smallest, the largest and the last (Jugel et
// al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014). The picture is the
// same, the number of points depends on the width alone. Beside them: their mean, how far they ran,
// and the range that a sample of a whole stride of steps says of the bins it spans.
namespace muonscope::plots {

// A point of a reduced series: x in bins from the left edge, y as accumulated. A NaN y breaks the
// line.
struct CurvePoint {
    float x, y;
};

// How a value is put on an axis: linear; log10 with everything at or below `floor` on it; or
// symmetric: sign(v) log10(1 + |v| / linear_within), which is linear about zero and logarithmic far
// from it on both sides (Webber, "A bi-symmetric log transformation", 2012).
struct AxisScale {
    bool logarithmic = false;
    double floor = 0;          // logarithmic only, > 0
    double linear_within = 0;  // > 0: symmetric; logarithmic is false then
    bool symmetric() const { return linear_within > 0; }
    bool linear() const { return !logarithmic && !symmetric(); }
    // Of the same kind, whatever its floor.
    bool is_like(const AxisScale& other) const {
        return logarithmic == other.logarithmic && linear_within == other.linear_within;
    }
    double forward(double value) const;
    double inverse(double position) const;
    bool operator==(const AxisScale&) const = default;
};

// A range across that is reduced over, in so many bins of the same width on its scale.
struct Bins {
    double min = 0, max = 1;
    int count = 1;
    AxisScale scale = {};
    bool operator==(const Bins&) const = default;
};

// Some adjacent channels of one history, reduced over one range. Samples are added in order of x.
class Reduction {
  public:
    // Forgets everything. At least one bin; max > min.
    void begin(int channels, const Bins& bins);
    // values: one for each channel. Samples left of the range replace one another, so that a line
    // enters from outside; of those right of it only the first counts.
    void add(double x, std::span<const double> values);
    // Somewhere between two x the channel took values from low to high.
    void spread(double from, double to, int channel, double low, double high);

    int channels() const { return channels_; }
    int bins() const { return over_.count; }
    const Bins& over() const { return over_; }
    double x_min() const { return over_.min; }
    double x_max() const { return over_.max; }
    // How many x the bin at x covers.
    double per_bin(double x) const;
    bool complete() const { return beyond_; }  // a sample right of the range has come: add no more

    // The points of a channel in order, appended to `out`. At most 4 a bin.
    void trace(int channel, std::vector<CurvePoint>& out) const;
    // What one bin holds of a channel: bins 1 … bins() are the range, 0 lies left of it, bins() + 1
    // right. NaN values: nothing finite.
    struct Column {
        std::uint32_t samples;
        bool gap;  // a NaN was met: the line breaks after it
        float first_x, first, low_x, low, high_x, high, last_x, last;
        float mean;                 // of the samples
        float path;                 // the way from one to the next, summed
        float band_low, band_high;  // by spread(); NaN: nothing
    };
    Column column(int bin, int channel) const;
    // Smallest and largest finite value of some channels inside the range, in bins that end at or
    // before `until`; false when there is none.
    bool extent(int first, int count, double& low, double& high, double until = INFINITY) const;
    // Smallest value above zero of some channels.
    bool smallest_positive(int first, int count, double& value, double until = INFINITY) const;
    // Smallest and largest of a channel in each bin; where nothing was sampled what was last, and
    // NaN before the first and beyond the last sample. bins() floats each.
    void ranges(int channel, std::span<float> low, std::span<float> high) const;

  private:
    int bins_until(double x) const;
    double in_bins(double x) const { return (over_.scale.forward(x) - low_) * to_bins_; }
    struct Cell {
        float first, low, high, last;  // NaN: nothing finite
        float low_x, high_x;
        float smallest;  // above zero; infinity: none
        float sum, path;
        std::uint32_t count;
        float band_low, band_high;
    };
    static constexpr Cell empty_cell();
    Cell& cell(int bin, int channel) {
        return cells_[static_cast<std::size_t>(bin) * static_cast<std::size_t>(channels_) +
                      static_cast<std::size_t>(channel)];
    }
    const Cell& cell(int bin, int channel) const {
        return const_cast<Reduction*>(this)->cell(bin, channel);
    }
    // Bin 0 holds what lies left of the range, bin bins() + 1 what lies right of it.
    struct Bin {
        float first_x = 0, last_x = 0;
        std::uint32_t samples = 0;
        bool gap = false;  // some channel had a NaN
    };
    int channels_ = 0;
    Bins over_{0, 1, 0};
    double low_ = 0, to_bins_ = 1;  // position of the range's start; bins of a unit of position
    bool beyond_ = false;
    std::vector<Bin> at_;
    std::vector<Cell> cells_;
    std::vector<std::uint8_t> gap_;  // per cell: a NaN was met
};

// Puts the rows of a history into a reduction, in order. A bin of two steps and more takes both of
// a pair of neighbours (core/session/sampling_rule.h), so that a swing from step to step leaves its
// mean alone. Where rows stand for more than their own step, what they say beyond the way from row
// to row (a followed channel's range, or a pair that swings) is spread over all their steps.
class StrideFeed {
  public:
    void begin() { rows_ = 0; }
    // Whether this row is the second of a pair whose first came last, and says what both stand for:
    // it has to follow, also where the first already lies beyond the range.
    bool completes_pair(std::int64_t step) const;
    // first ... step: what the row stands for. lows and highs as values, or the values themselves.
    void add(Reduction& into, std::int64_t first, std::int64_t step, std::span<const double> values,
             std::span<const double> lows, std::span<const double> highs);

  private:
    void spread(Reduction& into, std::int64_t first, std::int64_t step, std::size_t channel,
                double middle, double value, double low, double high) const;
    std::int64_t rows_ = 0, first_ = 0, step_ = 0;
    std::vector<double> older_, values_, lows_, highs_;  // of the row before the newest; the newest
};

// A reduction of a history that grows: as long as the history only appends and the range stays,
// update() reads the new rows and no others.
class HistoryReduction {
  public:
    // True when anything changed. count channels from `first_channel` on.
    bool update(const HistoryView& history, std::size_t first_channel, int count, const Bins& bins);
    // The means of groups of channels: group g has those from begins[g] to begins[g + 1], counted
    // from `first_channel`.
    bool update_means(const HistoryView& history, std::size_t first_channel,
                      std::span<const int> begins, const Bins& bins);
    const Reduction& reduction() const { return reduction_; }

  private:
    bool follow(const HistoryView& history, std::size_t first_channel, int count, const Bins& bins);
    void feed(const HistoryView& history, std::size_t row);
    void feed_means(const HistoryView& history, std::size_t row);
    bool more(const HistoryView& history) const;  // rows to be read
    Reduction reduction_;
    StrideFeed feed_;
    std::vector<int> begins_;                   // of groups; none: each channel by itself
    std::vector<double> means_, lows_, highs_;  // of one row
    std::uint64_t generation_ = 0;
    std::size_t first_channel_ = 0, read_ = 0, total_channels_ = 0;
    const double* first_row_ = nullptr;  // identity of the history, never read through
    std::int64_t last_step_ = -1;
    double last_value_ = 0;
};

// How far a simpler line may be off: `rough` within `reach` of the last point kept, since of a line
// that rattles no more is seen; `fine` beyond, or a smooth curve would get corners.
struct Tolerance {
    float fine, rough, reach;
    Tolerance(float everywhere) : fine(everywhere), rough(everywhere), reach(0) {}
    Tolerance(float fine_, float rough_, float reach_)
        : fine(fine_), rough(rough_), reach(reach_) {}
    float at(float distance) const { return distance <= reach ? rough : fine; }
};

// Removes the points of a polyline that lie within `tolerance` of the line through their
// neighbours (one pass, cone intersection: Williams 1978). x must not decrease. Works in place on
// a run without NaN; returns the number kept. The two ends stay.
std::size_t straighten(std::span<CurvePoint> points, const Tolerance& tolerance);

// What a curve fills at x while it runs to and fro there, in pixels: high <= low.
struct BandColumn {
    float x, high, low;
};
// Likewise, both edges of a band at once.
std::size_t straighten(std::span<BandColumn> columns, const Tolerance& tolerance);

}  // namespace muonscope::plots
