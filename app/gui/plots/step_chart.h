#pragma once

#include "app/gui/plots/chart.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

// A table over steps as a chart: the first column across, those that are `drawn` as lines in their
// lane's colour and dash. Where a row stands for more steps than its own, their range is a pale
// area behind the line. A curve ends with the first value that is not sound.
Chart chart_of(const Table& table, const gui::Theme& theme);
ChartAxis step_chart_axis(const StepRange& steps, const AxisScale& scale);
ChartAxis chart_axis(const ValueRange& values);

}  // namespace muonscope::plots
