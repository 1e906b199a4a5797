#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/lost_lanes.h"
#include "app/gui/panels/spectrum_now.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/projection.h"

// The product in the target's basis: learning fills the diagonal.
namespace muonscope::gui {

namespace {

using namespace plots;

constexpr int most_cells = 32;

// Brings the products up to the newest weights; whether any is there, and the largest of their
// entries' magnitudes.
bool follow_products(PanelContext& context, SpectrumView& kept, double& limit) {
    const Snapshot& snapshot = *context.snapshot;
    const int size = std::min(snapshot.problem->modes + 4, most_cells);
    bool any = false;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        BasisProduct& product = kept.products[static_cast<int>(l)];
        const auto& weights = snapshot.lanes[l].weights;
        product.later.look(context, product.values);
        if (product.problem != snapshot.problem) product.values.resize(0, 0);  // of another
        if (weights && (product.problem != snapshot.problem || product.weights != weights) &&
            !product.later.busy()) {
            product.problem = snapshot.problem;
            product.weights = weights;
            product.later.begin(
                context, multiply_adds(*snapshot.problem, size),
                [of = snapshot.problem, weights, size] {
                    return in_target_basis(*of, *weights, size);
                },
                product.values);
        }
        any = any || product.values.size() > 0;
        for (Eigen::Index i = 0; i < product.values.size(); ++i)
            if (std::isfinite(product.values.data()[i]))
                limit = std::max(limit, std::abs(product.values.data()[i]));
    }
    return any;
}

// Where the squares stand: as many columns as make them largest.
struct Squares {
    ImVec2 origin;
    float side = 0, line = 0, gap = 0, bar = 0;  // bar: the colours' scale, 0: none
    float left = 0, below = 0;                   // of each: its labels
    float start_x = 0, used = 0;
    int columns = 1;

    // Of a square's labels and area, from its upper left corner.
    ImVec2 corner(int lane) const {
        const int row = lane / columns;
        const float x = start_x + static_cast<float>(lane % columns) * (left + side + gap);
        const float y = origin.y + static_cast<float>(row) * (side + below + line + em(0.3F));
        return {std::round(x), std::round(y) + std::round(line + em(0.15F))};
    }
    ImVec2 title(int lane) const {
        const ImVec2 at = corner(lane);
        return {at.x + left, at.y - std::round(line + em(0.15F))};
    }
};

Squares squares_in(ImVec2 origin, ImVec2 room, int lanes) {
    Squares squares;
    squares.origin = origin;
    squares.line = ImGui::GetTextLineHeight();
    squares.gap = em(0.7F);
    squares.bar = room.x > em(20) ? em(3.4F) : 0;
    squares.left = std::ceil(0.8F * ImGui::CalcTextSize("00").x + label_gap());
    squares.below = small_label_height();
    for (int c = 1; c <= lanes; ++c) {
        const int rows = (lanes + c - 1) / c;
        const float fits =
            std::min((room.x - squares.bar - squares.gap * static_cast<float>(c - 1)) /
                             static_cast<float>(c) -
                         squares.left,
                     room.y / static_cast<float>(rows) - squares.line - squares.below - em(0.3F));
        if (fits > squares.side) {
            squares.side = std::floor(fits);
            squares.columns = c;
        }
    }
    squares.used = (squares.left + squares.side) * static_cast<float>(squares.columns) +
                   squares.gap * static_cast<float>(squares.columns - 1) + squares.bar;
    squares.start_x = origin.x + std::max(0.0F, (room.x - squares.used) / 2);
    return squares;
}

// Rows and columns are numbered from 1, each at the middle of its own.
Ticks entry_ticks(double from, double to, float length, int sign) {
    Ticks ticks;
    const double each = static_cast<double>(length) / std::max(to - from, 1e-9);
    int stride = 1;
    for (const int s : {1, 2, 5, 10, 20})
        if (stride = s; each * s >= static_cast<double>(em(1.5F))) break;
    for (int k = stride == 1 ? 1 : stride; k <= most_cells + 8; k += stride) {
        const double at = sign * (k - 0.5);
        if (at >= from && at <= to) ticks.add(at, fmt::format("{}", k));
    }
    return ticks;
}

Chart product_chart(const PanelContext& context, const Matrix& values, int lane, double limit) {
    const Theme& theme = context.theme;
    const auto edge = static_cast<double>(std::max(values.rows(), values.cols()));
    Chart chart;
    chart.title = context.snapshot->lanes[lane].name;
    chart.place = {{"lane", lane + 1}};
    chart.equal = true;
    chart.x = {0, edge};
    chart.y = {-edge, 0};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [](double from, double to, float length) {
        return entry_ticks(from, to, length, 1);
    };
    chart.y.ticks = [](double from, double to, float length) {
        return entry_ticks(from, to, length, -1);
    };
    chart.marks.emplace_back(
        Span{0, edge, diverging(theme, 0)});  // beyond a matrix that is no square
    Cells cells;
    cells.values = values;
    cells.colour = [&theme, limit](double value) {
        return diverging(theme, std::isfinite(value) ? value / limit : 0);
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

void entry_readout(PanelContext& context, int lane, const Matrix& values, const Axes& axes,
                   double limit) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto i = static_cast<Eigen::Index>(std::floor(-axes.value_y(mouse.y)));
    const auto j = static_cast<Eigen::Index>(std::floor(axes.value_x(mouse.x)));
    if (i < 0 || j < 0 || i >= values.rows() || j >= values.cols()) return;
    const Problem& problem = *context.snapshot->problem;
    const double value = values(i, j);
    std::vector<ReadoutRow> text{{fmt::format("u{}ᵀ P v{}", i + 1, j + 1), value_text(value),
                                  diverging(context.theme, value / limit)}};
    if (i == j && i < problem.modes)
        text.push_back({"target", value_text(problem.target_svd.s(i)), context.theme.target});
    draw_readout(context, context.snapshot->lanes[lane].name, text);
}

// All lanes' squares, as they are shown: zoomed together.
constexpr const char* squares_range = "##basis";
std::vector<Chart> product_charts(const PanelContext& context, SpectrumView& kept, double limit) {
    std::vector<Chart> charts;
    for (std::size_t l = 0; l < context.snapshot->lanes.size(); ++l) {
        const auto lane = static_cast<int>(l);
        charts.push_back(as_shown(context, squares_range,
                                  product_chart(context, kept.products[lane].values, lane, limit)));
    }
    return charts;
}

void draw_product(PanelContext& context, SpectrumView& kept, const Squares& squares, int lane,
                  double limit) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    ImGui::PushFont(context.fonts.heading, 0);
    fitted_text(draw, squares.title(lane), squares.side + squares.gap / 2, theme.lane_text(lane),
                name_and_step(context.snapshot->lanes[lane]).c_str());
    ImGui::PopFont();
    const ImVec2 corner = squares.corner(lane);
    const Matrix& values = kept.products[lane].values;
    if (values.rows() == 0) {
        draw->AddRectFilled({corner.x + squares.left, corner.y},
                            {corner.x + squares.left + squares.side, corner.y + squares.side},
                            u32(diverging(theme, 0)));
        return;
    }
    const ChartOptions options{.id = squares_range,
                               .name = "product-in-target-basis",
                               .size = {squares.left + squares.side, squares.side + squares.below},
                               .small = true};
    const Chart chart = product_chart(context, values, lane, limit);
    ImGui::SetCursorScreenPos(corner);
    ImGui::PushID(lane);
    Axes axes;
    if (begin_chart(context, options, chart, axes)) {
        draw_marks(context, axes, chart);
        end_chart(context, axes);
        if (axes.hovered) entry_readout(context, lane, values, axes, limit);
        const auto charts = [&](const PanelContext& on) { return product_charts(on, kept, limit); };
        export_menu(context, "##export", options.name, axes.hovered,
                    {.table = [&] { return table_of(charts(context)); },
                     .charts = charts,
                     .fit = [&] { fit_chart(context, options.id); },
                     .columns = squares.columns});
    }
    ImGui::PopID();
}

void draw_colour_scale(const Theme& theme, const Squares& squares, double limit) {
    if (!(squares.bar > 0)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float side = squares.side;
    const float x = squares.start_x + squares.used - squares.bar + em(0.6F);
    const float top = squares.corner(0).y;
    constexpr int steps = 24;
    for (int i = 0; i < steps; ++i) {
        const double value = 1 - 2 * (i + 0.5) / steps;
        draw->AddRectFilled({x, top + side * static_cast<float>(i) / steps},
                            {x + em(0.5F), top + side * static_cast<float>(i + 1) / steps},
                            u32(diverging(theme, value)));
    }
    const float text_x = x + em(0.75F);
    draw->AddText({text_x, top - em(0.1F)}, u32(theme.dim), fmt::format("{:.3g}", limit).c_str());
    draw->AddText({text_x, top + side / 2 - em(0.5F)}, u32(theme.dim), "0");
    draw->AddText({text_x, top + side - em(0.95F)}, u32(theme.dim),
                  fmt::format("−{:.3g}", limit).c_str());
}

}  // namespace

void draw_target_basis(PanelContext& context, ImVec2 room) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const Snapshot& snapshot = *context.snapshot;
    if (!snapshot.problem) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const Vector& target = snapshot.problem->target_svd.s;
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    SpectrumView& kept = context.kept<SpectrumView>();
    const double largest = target.size() > 0 ? target(0) : 1;
    double limit = largest > 0 ? largest : 1;
    if (!follow_products(context, kept, limit)) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    if (limit > 1.25 * largest)
        limit = nice_ceiling(limit);
    else
        limit = largest > 0 ? largest : limit;
    const Squares squares = squares_in(origin, room, lanes);
    if (squares.side < em(1.5F)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    for (int l = 0; l < lanes; ++l) draw_product(context, kept, squares, l, limit);
    draw_colour_scale(context.theme, squares, limit);
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

}  // namespace muonscope::gui
