#include "core/study/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::int64_t steps_between_rows = 10;

std::size_t column_of(const std::string& column, const std::string& metric, const Layout& layout) {
    const std::vector<std::string> names = channel_names(layout);
    const auto found = std::find(names.begin(), names.end(), column);
    if (found == names.end()) {
        const std::string near = did_you_mean(column, names);
        throw Error(
            "metric " + in_quotes(metric), "history.csv has no column " + in_quotes(column),
            near.empty() ? "use loss, relative_error, probe_after_k or another column" : near);
    }
    return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::string metric_text(const Metric& metric) {
    switch (metric.kind) {
        case MetricKind::at_end:
            return metric.column + " at the end";
        case MetricKind::steps_to:
            return fmt::format("steps to {} {} {}", metric.column,
                               metric.at_most ? "<=" : ">=", metric.level);
        case MetricKind::area:
            break;
    }
    return fmt::format("area of {} over {}", metric.column,
                       metric.over.empty() ? "steps" : metric.over);
}

MetricWatch::MetricWatch(const Metric& metric, const Layout& layout)
    : metric_(metric),
      column_(column_of(metric.column, metric.name, layout)),
      value_(not_measured) {
    if (!metric.over.empty()) over_ = column_of(metric.over, metric.name, layout);
    free_ = column_ < layout.followed() && over_.value_or(0) < layout.followed();
    const auto is_loss = [&](std::size_t column) { return column <= layout.error_left(); };
    losses_ = is_loss(column_) || (over_ && is_loss(*over_));
    every_ = metric.every > 0 ? metric.every : free_ ? 1 : steps_between_rows;
}

bool MetricWatch::wants(std::int64_t step) const {
    if (metric_.kind == MetricKind::at_end || step % every_ != 0) return false;
    return metric_.kind == MetricKind::area || std::isnan(value_);
}

void MetricWatch::look(std::int64_t step, const std::vector<double>& row) {
    if (metric_.kind == MetricKind::area) return add_to_area(step, row);
    const double now = row[column_];
    if (metric_.at_most ? now <= metric_.level : now >= metric_.level)
        value_ = static_cast<double>(step);
}

void MetricWatch::end(std::int64_t step, const std::vector<double>& row) {
    if (metric_.kind == MetricKind::at_end) {
        value_ = row[column_];
    } else if (metric_.kind == MetricKind::area) {
        add_to_area(step, row);
        const double range = last_x_ - first_x_;
        value_ = range == 0 ? last_y_ : area_ / range;
    } else if (std::isnan(value_)) {
        look(step, row);
    }
}

// Trapezia between two looks. Where the other column turns back, what it covers twice counts
// against itself, as an integral along the way does. What is not known at a step, as a gradient
// before the first, is left out.
void MetricWatch::add_to_area(std::int64_t step, const std::vector<double>& row) {
    const double x = over_ ? row[*over_] : static_cast<double>(step), y = row[column_];
    if (step == last_look_ || std::isnan(x) || std::isnan(y)) return;
    if (last_look_ < 0)
        first_x_ = x;
    else
        area_ += (x - last_x_) * (last_y_ + y) / 2;
    last_x_ = x;
    last_y_ = y;
    last_look_ = step;
}

}  // namespace muonscope
