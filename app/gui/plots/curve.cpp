#include "app/gui/plots/curve.h"

#include <algorithm>
#include <cmath>

#include "app/gui/plots/memory.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

namespace {

// Bins to pixels and values to pixels, in float: only differences within the screen matter.
class ToPixels {
  public:
    ToPixels(const Axes& plot, const Reduction& reduction)
        : logarithmic_(plot.y.scale.logarithmic),
          floor_(static_cast<float>(std::max(plot.y.scale.floor, 1e-37))),
          linear_within_(static_cast<float>(plot.y.scale.linear_within)),
          // Far outside the plot a line's slope is all that matters.
          top_(plot.position.y - 4 * plot.extent.y),
          bottom_(plot.position.y + 5 * plot.extent.y) {
        // Bins are as wide as one another on the axis, whatever its scale.
        const double from = plot.x.scale.forward(reduction.x_min());
        const double per_bin = (plot.x.scale.forward(reduction.x_max()) - from) / reduction.bins();
        const auto across = static_cast<double>(plot.extent.x) / (plot.x.high - plot.x.low);
        x_scale_ = static_cast<float>(per_bin * across);
        x_offset_ = plot.position.x + static_cast<float>((from - plot.x.low) * across);
        y_scale_ =
            static_cast<float>(static_cast<double>(plot.extent.y) / (plot.y.high - plot.y.low));
        y_offset_ = plot.position.y + static_cast<float>(plot.y.high) * y_scale_;
    }
    float x(float bins) const { return x_offset_ + bins * x_scale_; }
    float y(float value) const {
        return std::clamp(y_offset_ - position(value) * y_scale_, top_, bottom_);
    }

  private:
    float position(float value) const {
        if (logarithmic_) return std::log10(std::max(value, floor_));
        if (linear_within_ > 0)
            return std::copysign(std::log10(1 + std::abs(value) / linear_within_), value);
        return value;
    }
    bool logarithmic_;
    float floor_, linear_within_, top_, bottom_;
    float x_scale_ = 1, x_offset_ = 0, y_scale_ = 1, y_offset_ = 0;
};

const Tolerance tolerance(0.15F, 0.5F, 4);  // pixels

// What one bin shows of a channel, in pixels.
struct Shown {
    Reduction::Column at;
    bool swings = false;      // to and fro within the bin: a band, and a line through its mean
    float high = 0, low = 0;  // of the band
};

class CurvePainter {
  public:
    CurvePainter(const Axes& plot, const Reduction& reduction, int channel, float thickness)
        : pixels(plot, reduction),
          reduction_(reduction),
          channel_(channel),
          thickness_(thickness) {}

    Shown shown(int bin) const {
        Shown shown{reduction_.column(bin, channel_)};
        const Reduction::Column& at = shown.at;
        if (bin == 0 || bin > reduction_.bins()) return shown;
        float low = at.low, high = at.high;
        if (!(low <= at.band_low)) low = at.band_low;
        if (!(high >= at.band_high)) high = at.band_high;
        if (std::isnan(low)) return shown;
        shown.low = pixels.y(low);
        shown.high = pixels.y(high);
        const float height = shown.low - shown.high;
        if (height <= thickness_) return shown;
        const bool spread = !std::isnan(at.band_low);
        shown.swings = spread || at.path > 1.5F * (at.high - at.low) ||
                       (at.samples == 2 && height > thickness_ + trend(bin));
        return shown;
    }

    const ToPixels pixels;

  private:
    // How far the mean of the bins beside this one moves.
    float trend(int bin) const {
        float left = 0, right = 0;
        return mean_beside(bin, -1, left) && mean_beside(bin, 1, right) ? std::abs(right - left)
                                                                        : 1e9F;
    }
    bool mean_beside(int bin, int direction, float& y) const {
        for (int near = bin + direction;
             near >= 0 && near <= reduction_.bins() + 1 && std::abs(near - bin) <= 4;
             near += direction) {
            const Reduction::Column at = reduction_.column(near, channel_);
            if (std::isnan(at.mean)) continue;
            y = pixels.y(at.mean);
            return true;
        }
        return false;
    }

    const Reduction& reduction_;
    int channel_;
    float thickness_;
};

constexpr float band_alpha = 0.3F;

ImU32 faded(ImU32 colour) {
    const auto alpha = static_cast<float>((colour >> IM_COL32_A_SHIFT) & 0xFF) * band_alpha;
    return (colour & ~IM_COL32_A_MASK) | (static_cast<ImU32>(alpha) << IM_COL32_A_SHIFT);
}

}  // namespace

void draw_curve(gui::PanelContext& context, const Axes& plot, const Reduction& reduction,
                int channel, ImU32 colour, float thickness, Dash dash, int until) {
    const CurvePainter curve(plot, reduction, channel, thickness);
    Memory& kept = memory(context);
    auto& columns = kept.columns;
    auto& points = kept.points;
    columns.clear();
    points.clear();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    kept.line.clear();  // drawn last: over all of its bands
    const auto end_band = [&] {
        if (columns.size() > 1) {
            const std::size_t count = straighten(std::span<BandColumn>(columns), tolerance);
            add_band(draw, std::span(columns).first(count), faded(colour), 1);
        }
        columns.clear();
    };
    const auto end_line = [&] {
        if (!points.empty()) {
            const std::size_t count = straighten(points, tolerance);
            kept.line.insert(kept.line.end(), points.begin(),
                             points.begin() + static_cast<std::ptrdiff_t>(count));
            kept.line.push_back({0, NAN});
        }
        points.clear();
    };
    const auto line_to = [&](float x, float y) {
        if (points.empty() || points.back().x != x || points.back().y != y)
            points.push_back({x, y});
    };
    for (int bin = 0; bin < std::min(reduction.bins() + 2, until); ++bin) {
        const Shown shown = curve.shown(bin);
        const Reduction::Column& at = shown.at;
        const auto x = [&](float bins) { return curve.pixels.x(bins); };
        if (shown.swings) {
            if (columns.empty())
                columns.push_back({x(static_cast<float>(bin - 1)), shown.high, shown.low});
            columns.push_back({x(static_cast<float>(bin) - 0.5F), shown.high, shown.low});
        }
        // A band ends where the next bin has none; its last column reaches over its whole bin.
        if (!columns.empty() && !shown.swings && at.samples > 0) {
            columns.push_back(
                {x(static_cast<float>(bin - 1)), columns.back().high, columns.back().low});
            end_band();
        }
        if (at.samples == 0) continue;  // sparse samples: the line goes through
        if (std::isnan(at.first)) {
            end_line();
            continue;
        }
        if (shown.swings && at.samples > 1) {
            line_to(x(static_cast<float>(bin) - 0.5F), curve.pixels.y(at.mean));
        } else {
            const bool low_first = at.low_x <= at.high_x;
            line_to(x(at.first_x), curve.pixels.y(at.first));
            if (at.samples > 2) {
                line_to(x(low_first ? at.low_x : at.high_x),
                        curve.pixels.y(low_first ? at.low : at.high));
                line_to(x(low_first ? at.high_x : at.low_x),
                        curve.pixels.y(low_first ? at.high : at.low));
            }
            line_to(x(at.last_x), curve.pixels.y(at.last));
        }
        if (at.gap) end_line();
    }
    end_band();
    end_line();
    auto& pixels = kept.pixels;
    pixels.clear();
    for (const CurvePoint& point : kept.line) {
        if (!std::isnan(point.y)) {
            pixels.emplace_back(point.x, point.y);
            continue;
        }
        add_line(draw, pixels, colour, thickness, dash, context.theme.scale * 1.3F);
        pixels.clear();
    }
}

int apart_until(const Axes& plot, const Reduction& reduction, int channel,
                std::span<const int> others, float pixels) {
    const double positions = static_cast<double>(pixels) * (plot.y.high - plot.y.low) /
                             static_cast<double>(plot.extent.y);
    // On a log axis a distance is a ratio: no logarithm of every value.
    const bool logarithmic = plot.y.scale.logarithmic, symmetric = plot.y.scale.symmetric();
    const auto floor = static_cast<float>(plot.y.scale.floor);
    const auto limit = static_cast<float>(logarithmic ? std::pow(10.0, positions) : positions);
    const auto near = [&](float a, float b) {
        if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
        if (symmetric)
            return std::abs(plot.y.scale.forward(static_cast<double>(a)) -
                            plot.y.scale.forward(static_cast<double>(b))) <= positions;
        if (!logarithmic) return std::abs(a - b) <= limit;
        a = std::max(a, floor);
        b = std::max(b, floor);
        return a <= b * limit && b <= a * limit;
    };
    int until = reduction.bins() + 2;
    for (int bin = until - 1; bin >= 0; --bin) {
        const Reduction::Column a = reduction.column(bin, channel);
        if (a.samples == 0) continue;
        const Reduction::Column b = reduction.column(bin, others[bin]);
        if (a.gap != b.gap || !near(a.first, b.first) || !near(a.low, b.low) ||
            !near(a.high, b.high) || !near(a.last, b.last) || !near(a.band_low, b.band_low) ||
            !near(a.band_high, b.band_high))
            return until;
        until = bin + 1;
    }
    return 0;
}

}  // namespace muonscope::plots
