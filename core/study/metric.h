#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/choice.h"
#include "core/experiment/layout.h"

namespace muonscope {

// What is told of a job in one number, from a column of history.csv.
enum class MetricKind {
    at_end,    // its value where the budget ends
    steps_to,  // the first step at which it is within a bound; NaN: at none
    area,      // its mean over the steps, or over another column's range: the area below the curve
};

struct Metric {
    std::string name;
    MetricKind kind = MetricKind::at_end;
    std::string column;
    bool at_most = true;     // steps_to: column <= level, or >=
    double level = 0;        // steps_to
    std::string over;        // area: against this column; empty: against steps
    std::int64_t every = 0;  // steps between two looks; 0: 1 where a look is free, else 10
    bool larger_is_better = false;

    bool operator==(const Metric&) const = default;
};

// What it is in words: "steps to relative_error <= 0.05".
std::string metric_text(const Metric& metric);

// Takes a metric of a lane as it trains.
class MetricWatch {
  public:
    // Throws Error naming the metric and the column where `layout` has no such.
    MetricWatch(const Metric& metric, const Layout& layout);

    bool is_free() const { return free_; }  // its columns are followed: no row needs measuring
    bool uses_losses() const { return losses_; }
    bool wants(std::int64_t step) const;  // a look at this step, before the end
    void look(std::int64_t step, const std::vector<double>& row);
    void end(std::int64_t step, const std::vector<double>& row);  // at the last step, once
    double value() const { return value_; }

  private:
    void add_to_area(std::int64_t step, const std::vector<double>& row);

    Metric metric_;
    std::size_t column_ = 0;
    std::optional<std::size_t> over_;
    bool free_ = false, losses_ = false;
    std::int64_t every_ = 1;
    double value_;
    double area_ = 0, first_x_ = 0, last_x_ = 0, last_y_ = 0;
    std::int64_t last_look_ = -1;
};

}  // namespace muonscope
