#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/lanes.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "core/optim/schedule.h"

// The schedule of a lane's learning rate, and where the lane is on it.
namespace muonscope::gui {

using namespace plots;

namespace {

std::string rate_text(double rate) {
    return fmt::format("{:.3g}", rate);
}

// As far as a schedule is worth showing.
std::int64_t last_step_shown(const ScheduleSpec& schedule, std::int64_t now) {
    std::int64_t last = std::max<std::int64_t>(now, schedule.warmup) * 5 / 4;
    const bool spike = schedule.kind == RateSchedule::spike;
    if (spike) last = std::max<std::int64_t>(last, schedule.spike_at + 3LL * schedule.spike_length);
    if (schedule.kind != RateSchedule::inverse_sqrt && schedule.kind != RateSchedule::constant &&
        !spike)
        last = std::max<std::int64_t>(last, schedule.length * 11LL / 10);
    return std::max<std::int64_t>(last, 100);
}

// The learning rate over the steps to come, from 0 up, and where the lane is on it. `points`: as
// many as are to be seen.
Chart schedule_chart(const PanelContext& context, int lane, const OptimizerSpec& optimizer,
                     std::int64_t now, int points) {
    const ScheduleSpec& schedule = optimizer.schedule;
    const std::int64_t last = last_step_shown(schedule, now);
    const double top = schedule.kind == RateSchedule::spike ? std::max(1.0, schedule.spike) : 1.0;
    Chart chart;
    chart.legend = false;
    chart.x = {0, static_cast<double>(last)};
    chart.x.title = "step";
    chart.x.ticks = [](double min, double max, float length) {
        return step_ticks(min, max, std::clamp(static_cast<int>(length / em(4)), 1, 8));
    };
    chart.y = {0, 1.15 * top * optimizer.lr};
    Curve curve;
    curve.name = "learning rate";
    curve.ink = {context.theme.lane(lane)};
    const auto samples = std::min<std::int64_t>(last, points);
    for (std::int64_t i = 0; i <= samples; ++i) {
        const std::int64_t step = last * i / samples;
        curve.x.push_back(static_cast<double>(step));
        curve.y.push_back(learning_rate(optimizer, step));
    }
    chart.marks.emplace_back(std::move(curve));
    Points here;
    here.colour = context.theme.lane(lane);
    here.radius = 0.24F;
    here.edged = false;
    here.x = {static_cast<double>(now)};
    here.y = {learning_rate(optimizer, now)};
    chart.marks.emplace_back(std::move(here));
    return chart;
}

}  // namespace

void draw_schedule(PanelContext& context, int lane, const OptimizerSpec& optimizer,
                   std::int64_t now) {
    const ImVec2 size{ImGui::GetContentRegionAvail().x, em(4.2F)};
    const auto points = static_cast<int>(std::clamp(size.x, 2.0F, 4096.0F));
    const Chart chart = schedule_chart(context, lane, optimizer, now, points);
    const ChartOptions options{.id = "##schedule", .name = "schedule", .size = size, .small = true};
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    if (axes.hovered) {
        const auto step = static_cast<std::int64_t>(
            std::max(0.0, std::round(axes.value_x(ImGui::GetMousePos().x))));
        const ImVec4 colour = context.theme.lane(lane);
        const std::array rows{
            ReadoutRow{"learning rate", rate_text(learning_rate(optimizer, step)), colour},
            ReadoutRow{fmt::format("now, at step {}", now),
                       rate_text(learning_rate(optimizer, now)), colour}};
        draw_readout(context, fmt::format("step {} of this phase", step), rows);
    }
    chart_menu(context, options, axes, [&](const PanelContext& on) {
        return schedule_chart(on, lane, optimizer, now, points);
    });
}

}  // namespace muonscope::gui
