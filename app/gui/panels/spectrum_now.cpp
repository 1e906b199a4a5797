#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/lost_lanes.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/spectrum_now.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/graph.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/projection.h"

namespace muonscope::gui {

namespace {

using namespace plots;

struct SpectrumChoices {
    bool bars = false;  // else the product in the target's basis
    int source = 0;     // 0: product; l: layer l
    bool logarithmic = false;
    int kind = 0;  // weights, gradient, update
};

std::vector<Remembered> remembered(Preferences& preferences) {
    SpectrumChoices& own = preferences.panels.of<SpectrumChoices>();
    return {{"spectrum_bars", &own.bars},
            {"spectrum_source", &own.source, 0, 16},
            {"spectrum_log", &own.logarithmic},
            {"spectrum_kind", &own.kind, 0, 2}};
}

constexpr std::array kinds{"weights", "gradient", "update"};
constexpr int most_bars = 64, most_cells = 32;

void header(PanelContext& context) {
    SpectrumChoices& chosen = context.chosen<SpectrumChoices>();
    const float between = em(0.4F);
    float width = segmented_width({"basis", "bars"});
    if (chosen.bars) {
        width += 2 * between + source_picker_width() + segmented_width({"linear", "log"});
        if (chosen.source > 0) width += between + picker_width(kinds);
    }
    begin_header_controls(context, width);
    if (chosen.bars) {
        source_picker(context, "##source", chosen.source,
                      "Which matrix: the product of all layers, or one layer.");
        ImGui::SameLine(0, between);
        if (chosen.source > 0) {
            picker(context, "##kind", kinds, chosen.kind,
                   "Of this layer: its weights, the gradient of the newest step, or the update "
                   "that the optimiser made of it.");
            ImGui::SameLine(0, between);
        }
        segmented(context, "scale", {"linear", "log"}, chosen.logarithmic,
                  "On the log axis zeros lie on the floor.");
        ImGui::SameLine(0, between);
    }
    segmented(context, "view", {"basis", "bars"}, chosen.bars,
              "Basis: Uᵀ P V for the target A = U S Vᵀ, red positive, blue negative; learning "
              "fills the diagonal. Bars: singular values side by side, the target's as marks.");
    end_header_controls(context);
}

// The newest singular values of the chosen matrix of one lane; empty when not measured.
std::vector<double> newest(const PanelContext& context, const LaneSnapshot& lane) {
    const Layout& layout = context.snapshot->layout;
    const SpectrumChoices& chosen = context.chosen<SpectrumChoices>();
    std::size_t first;
    int count;
    if (chosen.source == 0) {
        first = layout.product_sv(0);
        count = layout.product_rank();
    } else {
        const int layer = chosen.source;
        count = layout.rank(layer);
        first = chosen.kind == 0   ? layout.weight_sv(layer, 0)
                : chosen.kind == 1 ? layout.gradient_sv(layer, 0)
                                   : layout.update_sv(layer, 0);
    }
    std::vector<double> values;
    if (first + static_cast<std::size_t>(count) > lane.now.size()) return values;
    for (int k = 0; k < std::min(count, most_bars); ++k)
        values.push_back(lane.now[first + static_cast<std::size_t>(k)]);
    if (std::none_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
        values.clear();
    return values;
}

// By lane, as many as are shown, and the targets beside them: NaN where there is none.
struct Bars {
    std::vector<std::vector<double>> lanes;
    std::vector<double> targets;
    Extent extent;
    std::size_t count = 0;
};

Bars bars_of(const PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    const SpectrumChoices& chosen = context.chosen<SpectrumChoices>();
    Bars bars;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        bars.lanes.push_back(newest(context, lane));
        bars.count = std::max(bars.count, bars.lanes.back().size());
        for (const double value : bars.lanes.back()) bars.extent.add(value);
    }
    const bool levels = snapshot.problem && (chosen.source == 0 || chosen.kind == 0);
    for (std::size_t k = 0; k < bars.count; ++k)
        bars.targets.push_back(
            levels ? target_level(*snapshot.problem, chosen.source, static_cast<int>(k))
                   : std::nan(""));
    return bars;
}

// The floor's own label, and those that are clear of it.
Ticks with_floor(double floor, double max, int wanted) {
    Ticks ticks;
    ticks.add(floor, "≤ " + power_of_ten(static_cast<int>(std::lround(std::log10(floor)))));
    const Ticks above = log_ticks(floor, max, wanted);
    for (int i = 0; i < above.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (above.values[at] > 1.5 * floor) ticks.add(above.values[at], above.labels[at].data());
    }
    return ticks;
}

GraphAxis value_axis(const Bars& bars, bool logarithmic) {
    double high = std::max(bars.extent.high, 0.0);
    if (!std::isnan(bars.targets[0])) high = std::max(high, bars.targets[0]);
    const ValueRange range = logarithmic
                                 ? log_range(bars.extent.smallest, high, bars.extent.has_zero(), 6)
                                 : linear_range(0, high);
    GraphAxis axis{range.min, range.max, logarithmic};
    if (!range.at_floor) return axis;
    axis.floor = range.scale.floor;
    axis.ticks = [floor = axis.floor](double min, double max, float length) {
        const int wanted = std::clamp(static_cast<int>(length / em(2)), 2, 8);
        return min <= floor ? with_floor(floor, max, wanted) : log_ticks(min, max, wanted);
    };
    return axis;
}

// Of singular values 1, 2, …, each below the middle of its slot of width 1.
Ticks index_ticks(double min, double max, float length) {
    Ticks ticks;
    const double per_label = static_cast<double>(em(1.6F) / length) * (max - min);
    const int stride = std::max(1, static_cast<int>(std::ceil(per_label)));
    for (int k = 0; k < most_bars; k += stride)
        if (k + 0.5 >= min && k + 0.5 <= max) ticks.add(k + 0.5, fmt::format("{}", k + 1));
    return ticks;
}

// Every second lane is outlined, not filled: never colour alone.
void draw_lane_bars(const PanelContext& context, const Graph& graph, const Bars& bars,
                    std::size_t lane) {
    const float slot = graph.pixel_x(1) - graph.pixel_x(0);
    const float width = std::max(1.0F, slot * 0.78F / static_cast<float>(bars.lanes.size()));
    const ImVec4 shade = context.theme.lane(static_cast<int>(lane));
    const ImU32 colour = u32(shade), faint = u32(with_alpha(shade, 0.45F));
    const float hair = context.theme.hairline(), base = graph.bottom();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (std::size_t k = 0; k < bars.lanes[lane].size(); ++k) {
        const double value = bars.lanes[lane][k];
        if (!std::isfinite(value)) continue;
        const float x =
            graph.pixel_x(static_cast<double>(k)) + slot * 0.11F + width * static_cast<float>(lane);
        const float y = std::clamp(graph.pixel_y(value), graph.position.y, base);
        const ImVec2 from{x, std::min(y, base - 1)}, to{x + std::max(1.0F, width - 1), base};
        const bool outlined = lane % 2 == 1 && width >= 4 * hair;
        draw->AddRectFilled(from, to, outlined ? faint : colour);
        if (outlined) draw->AddRect(from, to, colour, 0, 0, hair);
    }
}

void draw_targets(const PanelContext& context, const Graph& graph, const Bars& bars) {
    const float slot = graph.pixel_x(1) - graph.pixel_x(0);
    for (std::size_t k = 0; k < bars.count; ++k) {
        if (std::isnan(bars.targets[k])) continue;
        const float y = std::round(graph.pixel_y(bars.targets[k]));
        const float x = graph.pixel_x(static_cast<double>(k));
        ImGui::GetWindowDrawList()->AddRectFilled({x + slot * 0.04F, y - context.theme.scale},
                                                  {x + slot * 0.96F, y + context.theme.scale},
                                                  u32(context.theme.target));
    }
}

void bars_readout(PanelContext& context, const Bars& bars, std::size_t over) {
    std::vector<ReadoutRow> rows;
    for (std::size_t l = 0; l < bars.lanes.size(); ++l)
        if (over < bars.lanes[l].size())
            rows.push_back({name_and_step(context.snapshot->lanes[l]),
                            value_text(bars.lanes[l][over]),
                            context.theme.lane(static_cast<int>(l))});
    if (!std::isnan(bars.targets[over]))
        rows.push_back({"target", value_text(bars.targets[over]), context.theme.target});
    draw_readout(context, fmt::format("singular value {}", over + 1), rows);
}

Table bars_table(const Snapshot& snapshot, const Bars& bars) {
    Table table;
    table.columns.push_back("index");
    for (const LaneSnapshot& lane : snapshot.lanes) table.columns.push_back(lane.name);
    for (std::size_t k = 0; k < bars.count; ++k) {
        std::vector<double> row{static_cast<double>(k + 1)};
        for (const auto& lane : bars.lanes) row.push_back(k < lane.size() ? lane[k] : std::nan(""));
        table.rows.push_back(std::move(row));
    }
    return table;
}

void draw_bars(PanelContext& context, ImVec2 room) {
    const SpectrumChoices& chosen = context.chosen<SpectrumChoices>();
    const Bars bars = bars_of(context);
    if (bars.count == 0) {
        centred_note(context, chosen.kind > 0 && chosen.source > 0 ? "No step of this layer yet"
                                                                   : "Not measured yet");
        return;
    }
    GraphAxis index{0, static_cast<double>(bars.count)};
    index.ticks = index_ticks;
    index.lines = false;
    const GraphOptions options{"##bars", room, index, value_axis(bars, chosen.logarithmic)};
    Graph graph;
    if (!begin_graph(context, options, graph)) return;
    const auto over =
        static_cast<std::size_t>(std::max(0.0, std::floor(graph.value_x(ImGui::GetMousePos().x))));
    const bool any = graph.hovered && over < bars.count;
    if (any)
        ImGui::GetWindowDrawList()->AddRectFilled(
            {graph.pixel_x(static_cast<double>(over)), graph.position.y},
            {graph.pixel_x(static_cast<double>(over + 1)), graph.bottom()},
            u32(with_alpha(context.theme.well, 0.5F)));
    for (std::size_t l = 0; l < bars.lanes.size(); ++l) draw_lane_bars(context, graph, bars, l);
    draw_targets(context, graph, bars);
    end_graph(context, graph);
    if (any) bars_readout(context, bars, over);
    export_menu(
        context, "##export", "spectrum", graph.hovered,
        [&] { return bars_table(*context.snapshot, bars); },
        [&] { fit_graph(context, options.id); }, false);
}

// Squares of these colours, row by row, as one picture; as rectangles where that is too large.
void draw_cells(BasisProduct& product, const std::vector<ImU32>& colours, int edge, ImVec2 corner,
                float side) {
    const auto pixels = static_cast<int>(std::round(side));
    const auto begin = [&](int cell) {
        return static_cast<int>(
            std::lround(side * static_cast<float>(cell) / static_cast<float>(edge)));
    };
    const auto colour = [&](int i, int j) {
        return colours[static_cast<std::size_t>(i) * static_cast<std::size_t>(edge) +
                       static_cast<std::size_t>(j)];
    };
    ImDrawList* draw = ImGui::GetWindowDrawList();
    Texture& picture = product.picture;
    const bool drawn = product.side == pixels && product.colours == colours;
    ImU32* const out = drawn || pixels > picture.width() ? nullptr : picture.write(pixels, pixels);
    if (out != nullptr) {
        for (int i = 0; i < edge; ++i)
            for (int y = begin(i); y < begin(i + 1); ++y)
                for (int j = 0; j < edge; ++j)
                    std::fill(out + y * picture.width() + begin(j),
                              out + y * picture.width() + begin(j + 1), colour(i, j));
        product.side = pixels;
        product.colours = colours;
    }
    if (out != nullptr || drawn) {
        const auto extent = static_cast<float>(pixels);
        const ImVec2 uv{extent / static_cast<float>(picture.width()),
                        extent / static_cast<float>(picture.height())};
        draw->AddImage(picture.reference(), corner, {corner.x + extent, corner.y + extent}, {0, 0},
                       uv);
        return;
    }
    for (int i = 0; i < edge; ++i)
        for (int j = 0; j < edge; ++j)
            draw->AddRectFilled(
                {corner.x + static_cast<float>(begin(j)), corner.y + static_cast<float>(begin(i))},
                {corner.x + static_cast<float>(begin(j + 1)),
                 corner.y + static_cast<float>(begin(i + 1))},
                colour(i, j));
}

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
        if ((product.problem != snapshot.problem || product.weights != weights) &&
            !product.later.busy()) {
            product.problem = snapshot.problem;
            product.weights = weights;
            product.later.begin(
                context, multiply_adds(*snapshot.problem, size),
                [of = snapshot.problem, weights, size] {
                    return weights ? in_target_basis(*of, *weights, size) : Matrix();
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
    float start_x = 0, used = 0;
    int columns = 1;

    ImVec2 title(int lane) const {
        const int row = lane / columns;
        return {std::round(start_x + static_cast<float>(lane % columns) * (side + gap)),
                std::round(origin.y + static_cast<float>(row) * (side + line + em(0.3F)))};
    }
    ImVec2 corner(int lane) const {
        const ImVec2 at = title(lane);
        return {at.x, std::round(at.y + line + em(0.15F))};
    }
};

Squares squares_in(ImVec2 origin, ImVec2 room, int lanes) {
    Squares squares;
    squares.origin = origin;
    squares.line = ImGui::GetTextLineHeight();
    squares.gap = em(0.7F);
    squares.bar = room.x > em(20) ? em(3.4F) : 0;
    for (int c = 1; c <= lanes; ++c) {
        const int rows = (lanes + c - 1) / c;
        const float fits =
            std::min((room.x - squares.bar - squares.gap * static_cast<float>(c - 1)) /
                         static_cast<float>(c),
                     room.y / static_cast<float>(rows) - squares.line - em(0.3F));
        if (fits > squares.side) {
            squares.side = fits;
            squares.columns = c;
        }
    }
    squares.used = squares.side * static_cast<float>(squares.columns) +
                   squares.gap * static_cast<float>(squares.columns - 1) + squares.bar;
    squares.start_x = origin.x + std::max(0.0F, (room.x - squares.used) / 2);
    return squares;
}

void entry_readout(PanelContext& context, int lane, const Matrix& values, ImVec2 corner, float cell,
                   double limit) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto i = static_cast<Eigen::Index>((mouse.y - corner.y) / cell);
    const auto j = static_cast<Eigen::Index>((mouse.x - corner.x) / cell);
    if (i >= values.rows() || j >= values.cols()) return;
    const Problem& problem = *context.snapshot->problem;
    const double value = values(i, j);
    std::vector<ReadoutRow> text{{fmt::format("u{}ᵀ P v{}", i + 1, j + 1), value_text(value),
                                  diverging(context.theme, value / limit)}};
    if (i == j && i < problem.modes)
        text.push_back({"target", value_text(problem.target_svd.s(i)), context.theme.target});
    draw_readout(context, context.snapshot->lanes[static_cast<std::size_t>(lane)].name, text);
}

void draw_product(PanelContext& context, SpectrumView& kept, const Squares& squares, int lane,
                  double limit) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    ImGui::PushFont(context.fonts.heading, 0);
    fitted_text(draw, squares.title(lane), squares.side + squares.gap / 2, theme.lane_text(lane),
                name_and_step(context.snapshot->lanes[static_cast<std::size_t>(lane)]).c_str());
    ImGui::PopFont();
    const ImVec2 corner = squares.corner(lane);
    const ImVec2 end{corner.x + squares.side, corner.y + squares.side};
    const ImU32 zero = u32(diverging(theme, 0));
    const Matrix& values = kept.products[lane].values;
    if (values.rows() == 0) {
        draw->AddRectFilled(corner, end, zero);
        return;
    }
    const Eigen::Index edge = std::max(values.rows(), values.cols());
    kept.colours.clear();
    for (Eigen::Index i = 0; i < edge; ++i)
        for (Eigen::Index j = 0; j < edge; ++j) {
            const double value = i < values.rows() && j < values.cols() ? values(i, j) : 0;
            kept.colours.push_back(std::isfinite(value) ? u32(diverging(theme, value / limit))
                                                        : zero);
        }
    draw_cells(kept.products[lane], kept.colours, static_cast<int>(edge), corner, squares.side);
    draw->AddRect(corner, end, u32(theme.border), 0, 0, theme.hairline());
    const ImVec2 mouse = ImGui::GetMousePos();
    if (ImGui::IsWindowHovered() && mouse.x >= corner.x && mouse.x < end.x && mouse.y >= corner.y &&
        mouse.y < end.y)
        entry_readout(context, lane, values, corner, squares.side / static_cast<float>(edge),
                      limit);
}

void draw_colour_scale(const Theme& theme, const Squares& squares, double limit) {
    if (!(squares.bar > 0)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float side = squares.side;
    const float x = squares.start_x + squares.used - squares.bar + em(0.6F);
    const float top = squares.origin.y + squares.line + em(0.15F);
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

Table products_table(SpectrumView& kept, int lanes) {
    Table table;
    table.columns = {"lane", "row", "column", "value"};
    for (int l = 0; l < lanes; ++l) {
        const Matrix& values = kept.products[l].values;
        for (Eigen::Index i = 0; i < values.rows(); ++i)
            for (Eigen::Index j = 0; j < values.cols(); ++j)
                table.rows.push_back({static_cast<double>(l + 1), static_cast<double>(i + 1),
                                      static_cast<double>(j + 1), values(i, j)});
    }
    return table;
}

void draw_basis(PanelContext& context, ImVec2 origin, ImVec2 room) {
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
    export_menu(context, "##export", "product-in-target-basis", ImGui::IsWindowHovered(),
                [&] { return products_table(kept, lanes); });
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

void draw_spectrum_now(PanelContext& context) {
    header(context);
    if (!has_measured_room(context, 4, 3)) return;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (context.chosen<SpectrumChoices>().bars)
        draw_bars(context, room);
    else
        draw_basis(context, origin, room);
}

}  // namespace

constinit const Panel spectrum_now_panel{
    .title = "Spectrum now",
    .explanation = "at this step",
    .help = "Singular values of one matrix at the newest measured step, lanes side by side.",
    .draw = draw_spectrum_now,
    .least = {15, 10},
    .remembered = remembered,
};

}  // namespace muonscope::gui
