#include "app/gui/plots/curve.h"

#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace muonscope::plots {

namespace {

// Bins to pixels and values to pixels, in float: only differences within the screen matter.
class ToPixels {
  public:
    ToPixels(const StepPlot& plot, const Reduction& reduction)
        : logarithmic_(plot.scale.logarithmic),
          floor_(static_cast<float>(std::max(plot.scale.floor, 1e-37))),
          // Far outside the plot a line's slope is all that matters.
          top_(plot.position.y - 4 * plot.extent.y),
          bottom_(plot.position.y + 5 * plot.extent.y) {
        const double per_bin = (reduction.x_max() - reduction.x_min()) / reduction.bins();
        const auto across = static_cast<double>(plot.extent.x) / (plot.x_max - plot.x_min);
        x_scale_ = static_cast<float>(per_bin * across);
        x_offset_ = plot.position.x + static_cast<float>((reduction.x_min() - plot.x_min) * across);
        y_scale_ =
            static_cast<float>(static_cast<double>(plot.extent.y) / (plot.y_max - plot.y_min));
        y_offset_ = plot.position.y + static_cast<float>(plot.y_max) * y_scale_;
    }
    float x(float bins) const { return x_offset_ + bins * x_scale_; }
    float y(float value) const {
        const float position = logarithmic_ ? std::log10(std::max(value, floor_)) : value;
        return std::clamp(y_offset_ - position * y_scale_, top_, bottom_);
    }

  private:
    bool logarithmic_;
    float floor_, top_, bottom_;
    float x_scale_ = 1, x_offset_ = 0, y_scale_ = 1, y_offset_ = 0;
};

const Tolerance tolerance(0.15F, 0.5F, 4);  // pixels

// Draws the open line, or the open band, when it ends.
class Pen {
  public:
    Pen(gui::PanelContext& context, ImU32 colour, float thickness, Dash dash)
        : kept_(memory(context)),
          colour_(colour),
          thickness_(thickness),
          unit_(context.theme.scale * 1.3F),
          dash_(dash) {
        kept_.points.clear();
        kept_.columns.clear();
    }

    void line_to(float x, float y) {
        end_band();
        auto& points = kept_.points;
        if (points.empty() || points.back().x != x || points.back().y != y)
            points.push_back({x, y});
    }

    // Everything between two heights within one bin, then on from its last sample.
    void band(int bin, float left, float right, float high, float low, ImVec2 last) {
        auto& columns = kept_.columns;
        if (columns.empty()) {
            // The line before reaches into it, or it reaches to the band before.
            if (!kept_.points.empty()) {
                const float before = kept_.points.back().y;
                const bool bare = after_band_ && kept_.points.size() == 1;
                if (bare) {
                    high = std::min(high, before);
                    low = std::max(low, before);
                } else {
                    line_to(left, std::clamp(before, high, low));
                }
                end_line();
            }
            columns.push_back({left, high, low});
        }
        columns.push_back({(left + right) / 2, high, low});
        edge_ = right;
        last_ = last;
        if (dash_ == Dash::solid) return;
        // A tall band is a fall or a rise, not a rattle: a gap there would hide it.
        if (bin % 5 < 3 || low - high > 8 * thickness_)
            end_band();
        else
            leave_band();
    }

    void end() {
        if (!kept_.columns.empty()) end_band();
        end_line();
        kept_.points.clear();
    }

  private:
    void end_line() {
        auto& points = kept_.points;
        if (points.size() > 1 || (!points.empty() && !after_band_)) {
            const std::size_t count = straighten(points, tolerance);
            auto& pixels = kept_.pixels;
            pixels.clear();
            for (std::size_t i = 0; i < count; ++i) pixels.emplace_back(points[i].x, points[i].y);
            add_line(ImGui::GetWindowDrawList(), pixels, colour_, thickness_, dash_, unit_);
        }
        points.clear();
        after_band_ = false;
    }

    void end_band() {
        auto& columns = kept_.columns;
        if (columns.empty()) return;
        columns.push_back({edge_, columns.back().high, columns.back().low});
        const std::size_t count = straighten(std::span<BandColumn>(columns), tolerance);
        add_band(ImGui::GetWindowDrawList(), std::span(columns).first(count), colour_, thickness_);
        leave_band();
    }

    // The line after starts inside what is drawn already: alone that point is no dot.
    void leave_band() {
        kept_.columns.clear();
        kept_.points.push_back({last_.x, last_.y});
        after_band_ = true;
    }

    Memory& kept_;
    ImU32 colour_;
    float thickness_, unit_;
    Dash dash_;
    float edge_ = 0;
    ImVec2 last_{};
    bool after_band_ = false;
};

}  // namespace

void draw_curve(gui::PanelContext& context, const StepPlot& plot, const Reduction& reduction,
                int channel, ImU32 colour, float thickness, Dash dash, int until) {
    const ToPixels pixels(plot, reduction);
    Pen pen(context, colour, thickness, dash);
    for (int bin = 0; bin < std::min(reduction.bins() + 2, until); ++bin) {
        const Reduction::Column at = reduction.column(bin, channel);
        if (at.samples == 0) continue;  // sparse samples: the line goes through
        if (std::isnan(at.first)) {
            pen.end();
            continue;
        }
        const ImVec2 first{pixels.x(at.first_x), pixels.y(at.first)};
        const ImVec2 last{pixels.x(at.last_x), pixels.y(at.last)};
        if (at.samples > 2) {
            const ImVec2 low{pixels.x(at.low_x), pixels.y(at.low)};
            const ImVec2 high{pixels.x(at.high_x), pixels.y(at.high)};
            const float detour = std::min(std::abs(first.y - low.y) + std::abs(last.y - high.y),
                                          std::abs(first.y - high.y) + std::abs(last.y - low.y));
            if (detour > thickness && bin > 0 && bin <= reduction.bins()) {
                pen.band(bin, pixels.x(static_cast<float>(bin - 1)),
                         pixels.x(static_cast<float>(bin)), high.y, low.y, last);
                if (at.gap) pen.end();
                continue;
            }
            const bool low_first = at.low_x <= at.high_x;
            pen.line_to(first.x, first.y);
            pen.line_to(low_first ? low.x : high.x, low_first ? low.y : high.y);
            pen.line_to(low_first ? high.x : low.x, low_first ? high.y : low.y);
        } else {
            pen.line_to(first.x, first.y);
        }
        pen.line_to(last.x, last.y);
        if (at.gap) pen.end();
    }
    pen.end();
}

int apart_until(const StepPlot& plot, const Reduction& reduction, int channel,
                std::span<const int> others, float pixels) {
    const double positions = static_cast<double>(pixels) * (plot.y_max - plot.y_min) /
                             static_cast<double>(plot.extent.y);
    // On a log axis a distance is a ratio: no logarithm of every value.
    const bool logarithmic = plot.scale.logarithmic;
    const auto floor = static_cast<float>(plot.scale.floor);
    const auto limit = static_cast<float>(logarithmic ? std::pow(10.0, positions) : positions);
    const auto near = [&](float a, float b) {
        if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
        if (!logarithmic) return std::abs(a - b) <= limit;
        a = std::max(a, floor);
        b = std::max(b, floor);
        return a <= b * limit && b <= a * limit;
    };
    int until = reduction.bins() + 2;
    for (int bin = until - 1; bin >= 0; --bin) {
        const Reduction::Column a = reduction.column(bin, channel);
        if (a.samples == 0) continue;
        const Reduction::Column b = reduction.column(bin, others[static_cast<std::size_t>(bin)]);
        if (a.gap != b.gap || !near(a.first, b.first) || !near(a.low, b.low) ||
            !near(a.high, b.high) || !near(a.last, b.last))
            return until;
        until = bin + 1;
    }
    return 0;
}

}  // namespace muonscope::plots
