#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "app/gui/panels/alignment.h"
#include "app/gui/plots/cells.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/adjacent_matrices.h"
#include "core/measure/alignment.h"

// Whole matrices of overlaps, one texel an entry, zoomed together.
namespace muonscope::gui {

namespace {

using namespace plots;

// One matrix, whose rows and columns are singular directions.
struct Square {
    int lane = 0;
    std::int64_t step = 0;
    std::size_t pair = 0;          // of neighbours, from 1; 0: it is not of layers
    std::string title;             // of the lane, and of the pair
    std::string short_title = {};  // of the pair, where there is no room; empty: there is none
    std::string row, column;       // what an entry is: row "u", column "v": uᵢᵀ P vⱼ
    std::string between;
    const Matrix* values = nullptr;
    Vector row_sigma, column_sigma;  // as many as there are; fewer: the rest is zero
};

// The singular values of all directions of a space, those beyond the matrix's own being zero.
Vector of_all(const Vector& values, Eigen::Index count) {
    Vector all = Vector::Zero(count);
    const Eigen::Index own = std::min(count, values.size());
    all.head(own) = values.head(own);
    return all;
}

// "1 query, key" of "block 1 query, key".
std::string without_blocks(std::string name) {
    constexpr std::string_view word = "block ";
    for (std::size_t at = 0; (at = name.find(word)) != std::string::npos;)
        name.erase(at, word.size());
    return name;
}

std::vector<Square> squares_of(const PanelContext& context, const AlignmentNow& now) {
    const Problem& problem = *context.snapshot->problem;
    const int pair = context.chosen<AlignmentChoices>().pair;
    const std::vector<AdjacentMatrices> pairs = adjacent_matrices(problem.experiment);
    std::vector<Square> squares;
    for (std::size_t l = 0; l < now.lanes.size(); ++l) {
        const LaneAlignment& of = now.lanes[l];
        const std::string name = of.state.text();
        const auto lane = static_cast<int>(l);
        const auto add = [&](Square square) {
            square.lane = lane;
            square.step = of.state.step;
            if (square.values->size() > 0) squares.push_back(std::move(square));
        };
        add({.title = name,
             .row = "u",
             .column = "v",
             .between = "ᵀ P ",
             .values = &of.basis,
             .row_sigma = of_all(problem.target_svd.s, of.basis.rows()),
             .column_sigma = of_all(problem.target_svd.s, of.basis.cols())});
        add({.title = name,
             .row = "u",
             .column = "u*",
             .between = "ᵀ ",
             .values = &of.left,
             .row_sigma = of.product,
             .column_sigma = problem.target_svd.s});
        for (std::size_t p = 0; p < of.neighbours.size(); ++p) {
            if (pair != 0 && pair != static_cast<int>(p) + 1) continue;
            const AdjacentMatrices& two = pairs[p];
            const bool chain = !problem.task;
            add({.pair = p + 1,
                 .title = chain ? fmt::format("{}: V{}ᵀ U{}", name, two.reader, two.writer)
                                : fmt::format("{}: {}", name, two.name),
                 .short_title = chain ? "" : without_blocks(two.name),
                 .row = chain            ? fmt::format("v({})", two.reader)
                        : two.both_write ? "u"
                                         : "v",
                 .column = chain ? fmt::format("u({})", two.writer) : "u",
                 .between = "ᵀ ",
                 .values = &of.neighbours[p],
                 .row_sigma = of.layers[index_of(two.reader)],
                 .column_sigma = of.layers[index_of(two.writer)]});
        }
    }
    return squares;
}

// Where the squares stand: as many columns as make them largest, whole lanes in a row or rows of
// its own for each lane.
struct Places {
    ImVec2 origin;
    float side = 0, line = 0, gap = 0, bar = 0;  // bar: the colours' scale, 0: none
    float left = 0, below = 0;                   // of each: its labels
    float start_x = 0, used = 0;
    int columns = 1, of_a_lane = 1;

    // Of a square's labels and area, from its upper left corner.
    ImVec2 corner(int index) const {
        const bool whole = columns % of_a_lane == 0;
        const int rows_each = (of_a_lane + columns - 1) / columns, at = index % of_a_lane;
        const int row = whole ? index / columns : index / of_a_lane * rows_each + at / columns;
        const int column = whole ? index % columns : at % columns;
        const float x = start_x + static_cast<float>(column) * (left + side + gap);
        const float y = origin.y + static_cast<float>(row) * (side + below + line + em(0.3F));
        return {std::round(x), std::round(y) + std::round(line + em(0.15F))};
    }
    ImVec2 title(int index) const {
        const ImVec2 at = corner(index);
        return {at.x + left, at.y - std::round(line + em(0.15F))};
    }
};

Places places_in(ImVec2 origin, ImVec2 room, int count, int of_a_lane) {
    Places places;
    places.origin = origin;
    places.of_a_lane = of_a_lane;
    places.line = ImGui::GetTextLineHeight();
    places.gap = em(0.7F);
    places.bar = room.x > em(20) ? em(3.4F) : 0;
    places.left = std::ceil(0.8F * ImGui::CalcTextSize("00").x + label_gap());
    places.below = small_label_height();
    for (int c = 1; c <= count; ++c) {
        if (c > of_a_lane && c % of_a_lane != 0) continue;
        const int rows = c % of_a_lane == 0 ? (count + c - 1) / c
                                            : count / of_a_lane * ((of_a_lane + c - 1) / c);
        const float fits = std::min(
            (room.x - places.bar - places.gap * static_cast<float>(c - 1)) / static_cast<float>(c) -
                places.left,
            room.y / static_cast<float>(rows) - places.line - places.below - em(0.3F));
        if (fits > places.side) {
            places.side = std::floor(fits);
            places.columns = c;
        }
    }
    places.used = (places.left + places.side) * static_cast<float>(places.columns) +
                  places.gap * static_cast<float>(places.columns - 1) + places.bar;
    places.start_x = origin.x + std::max(0.0F, (room.x - places.used) / 2);
    return places;
}

// Rows and columns are numbered from 1, each at the middle of its own.
Ticks entry_ticks(double from, double to, float length, int sign, Eigen::Index count) {
    Ticks ticks;
    const double each = static_cast<double>(length) / std::max(to - from, 1e-9);
    int stride = 1;
    for (const int s : {1, 2, 5, 10, 20, 50, 100, 200, 500})
        if (stride = s; each * s >= static_cast<double>(em(1.5F))) break;
    for (int k = stride == 1 ? 1 : stride; k <= count; k += stride) {
        const double at = sign * (k - 0.5);
        if (at >= from && at <= to) ticks.add(at, fmt::format("{}", k));
    }
    return ticks;
}

// What the colours span: −limit to limit of a signed matrix, else 0 to 1.
struct SquareRange {
    bool is_signed = false;
    double limit = 1;

    double low() const { return is_signed ? -limit : 0; }
    ImVec4 colour(const Theme& theme, double value) const {
        return is_signed ? diverging(theme, value / limit) : theme.mapped(value);
    }
};

SquareRange range_of(const PanelContext& context, const std::vector<Square>& squares) {
    SquareRange range;
    range.is_signed = shown_view(context) == AlignmentView::target_basis;
    if (!range.is_signed) return range;
    const Vector& target = context.snapshot->problem->target_svd.s;
    const double largest = target.size() > 0 && target(0) > 0 ? target(0) : 1;
    range.limit = largest;
    for (const Square& square : squares)
        for (Eigen::Index i = 0; i < square.values->size(); ++i)
            if (const double value = std::abs(square.values->data()[i]); std::isfinite(value))
                range.limit = std::max(range.limit, value);
    range.limit = range.limit > 1.25 * largest ? nice_ceiling(range.limit) : largest;
    return range;
}

// ---- blocks that are free to turn ----

Curve polyline(const ImVec4& colour, float weight, std::vector<double> x, std::vector<double> y) {
    Curve curve;
    curve.ink = {colour, Dash::solid, weight};
    curve.x = std::move(x);
    curve.y = std::move(y);
    return curve;
}

// A bracket along the edge for each, and a frame where one meets another.
void add_blocks(const Theme& theme, const Square& square, Chart& chart) {
    constexpr std::size_t most_frames = 36;
    const std::vector<EqualBlock> rows = equal_blocks(square.row_sigma);
    const std::vector<EqualBlock> columns = equal_blocks(square.column_sigma);
    for (const EqualBlock& block : rows) {
        const double from = -block.first - 0.1, to = -block.end() + 0.1;
        chart.marks.emplace_back(polyline(theme.accent, 2.2F, {0, 0}, {from, to}));
    }
    for (const EqualBlock& block : columns) {
        const double from = block.first + 0.1, to = block.end() - 0.1;
        chart.marks.emplace_back(polyline(theme.accent, 2.2F, {from, to}, {0, 0}));
    }
    if (rows.size() * columns.size() > most_frames) return;
    for (const EqualBlock& row : rows)
        for (const EqualBlock& column : columns) {
            const double left = column.first, right = column.end();
            const double top = -row.first, bottom = -row.end();
            chart.marks.emplace_back(polyline(theme.accent, 0.7F, {left, right, right, left, left},
                                              {top, top, bottom, bottom, top}));
        }
}

const EqualBlock* block_at(const std::vector<EqualBlock>& blocks, Eigen::Index k) {
    for (const EqualBlock& block : blocks)
        if (k >= block.first && k < block.end()) return &block;
    return nullptr;
}

Chart square_chart(const PanelContext& context, const Square& square, const SquareRange& range) {
    const Theme& theme = context.theme;
    const Eigen::Index rows = square.values->rows(), columns = square.values->cols();
    const auto edge = static_cast<double>(std::max(rows, columns));
    Chart chart;
    chart.title = square.title;
    chart.place = {{"lane", square.lane + 1}, {"step", static_cast<double>(square.step)}};
    if (square.pair > 0) chart.place.emplace_back("pair", static_cast<double>(square.pair));
    chart.equal = true;
    chart.legend = false;
    chart.x = {0, edge};
    chart.y = {-edge, 0};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [columns](double from, double to, float length) {
        return entry_ticks(from, to, length, 1, columns);
    };
    chart.y.ticks = [rows](double from, double to, float length) {
        return entry_ticks(from, to, length, -1, rows);
    };
    Cells cells;
    cells.values = *square.values;
    cells.low = range.low();
    cells.high = range.limit;
    cells.none = theme.warning;
    cells.colour = [&theme, range](double value) { return range.colour(theme, value); };
    chart.marks.emplace_back(std::move(cells));
    add_blocks(theme, square, chart);
    return chart;
}

void entry_readout(PanelContext& context, const Square& square, const Axes& axes,
                   const SquareRange& range) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto i = static_cast<Eigen::Index>(std::floor(-axes.value_y(mouse.y)));
    const auto j = static_cast<Eigen::Index>(std::floor(axes.value_x(mouse.x)));
    if (i < 0 || j < 0 || i >= square.values->rows() || j >= square.values->cols()) return;
    const Theme& theme = context.theme;
    const double value = (*square.values)(i, j);
    const std::string entry =
        fmt::format("{}{}{}{}{}", square.row, i + 1, square.between, square.column, j + 1);
    std::vector<ReadoutRow> rows{{range.is_signed ? entry : "|" + entry + "|", value_text(value),
                                  range.colour(theme, value)}};
    const auto sigma = [&](const char* of, const Vector& values, Eigen::Index k) {
        if (k < values.size())
            rows.push_back({fmt::format("σ{} of {}", k + 1, of), value_text(values(k)), theme.dim});
    };
    if (range.is_signed) {
        if (i == j) sigma("the target", square.row_sigma, i);
    } else {
        sigma("the row's", square.row_sigma, i);
        sigma("the column's", square.column_sigma, j);
    }
    const std::vector<EqualBlock> row_blocks = equal_blocks(square.row_sigma);
    const std::vector<EqualBlock> column_blocks = equal_blocks(square.column_sigma);
    const EqualBlock alone_row{static_cast<int>(i), 1}, alone_column{static_cast<int>(j), 1};
    const EqualBlock* row = block_at(row_blocks, i);
    const EqualBlock* column = block_at(column_blocks, j);
    if (row != nullptr || column != nullptr) {
        const EqualBlock& across = column != nullptr ? *column : alone_column;
        const EqualBlock& down = row != nullptr ? *row : alone_row;
        const auto span = [](const EqualBlock& block) {
            return block.count == 1 ? fmt::format("{}", block.first + 1)
                                    : fmt::format("{}–{}", block.first + 1, block.end());
        };
        if (!range.is_signed)
            rows.push_back({fmt::format("rows {} with columns {}", span(down), span(across)),
                            value_text(block_overlap(*square.values, down, across)), theme.accent});
        else
            rows.push_back({fmt::format("rows {}, columns {}", span(down), span(across)),
                            "free to turn", theme.accent});
    }
    draw_readout(context, square.title, rows);
}

constexpr const char* squares_range = "##squares";

int squares_of_a_lane(const std::vector<Square>& squares) {
    return static_cast<int>(
        std::count_if(squares.begin(), squares.end(),
                      [&](const Square& square) { return square.lane == squares[0].lane; }));
}

// The last pairs of all lanes, as many as it takes for the others to be large enough to say
// something; how many they were.
int leave_out(std::vector<Square>& squares, ImVec2 origin, ImVec2 room) {
    constexpr float least_side = 4;  // em
    const int all = squares_of_a_lane(squares);
    for (int left = 0; left < all; ++left) {
        const int of_a_lane = all - left;
        const auto count = static_cast<int>(squares.size()) / all * of_a_lane;
        const bool fits = places_in(origin, room, count, of_a_lane).side >= em(least_side);
        if (!fits && of_a_lane > 1) continue;
        const std::size_t last = squares[static_cast<std::size_t>(of_a_lane) - 1].pair;
        std::erase_if(squares, [&](const Square& square) { return square.pair > last; });
        return left;
    }
    return 0;
}

void draw_square(PanelContext& context, const std::vector<Square>& squares, const Places& places,
                 int index, const SquareRange& range, Eigen::Index& stride) {
    const Square& square = squares[static_cast<std::size_t>(index)];
    const ImVec2 corner = places.corner(index);
    ImGui::PushFont(context.fonts.heading, 0);
    const float wide = places.side + places.gap / 2;
    const bool whole =
        square.short_title.empty() || ImGui::CalcTextSize(square.title.c_str()).x <= wide;
    fitted_text(ImGui::GetWindowDrawList(), places.title(index), wide,
                context.theme.lane_text(square.lane),
                (whole ? square.title : square.short_title).c_str());
    ImGui::PopFont();
    const ChartOptions options{.id = squares_range,
                               .name = "alignment",
                               .size = {places.left + places.side, places.side + places.below},
                               .small = true};
    const Chart chart = square_chart(context, square, range);
    ImGui::SetCursorScreenPos(corner);
    ImGui::PushID(index);
    Axes axes;
    if (begin_chart(context, options, chart, axes)) {
        draw_marks(context, axes, chart);
        end_chart(context, axes);
        stride = std::max(stride, blocks_shown(axes, *square.values).stride);
        if (axes.hovered) entry_readout(context, square, axes, range);
        const auto charts = [&](const PanelContext& on) {
            std::vector<Chart> all;
            for (const Square& one : squares)
                all.push_back(as_shown(on, squares_range, square_chart(on, one, range)));
            return all;
        };
        export_menu(context, "##export", options.name, axes.hovered,
                    {.table = [&] { return table_of(charts(context)); },
                     .charts = charts,
                     .fit = [&] { fit_chart(context, options); },
                     .columns = places.columns,
                     .step = past_step(context)});
    }
    ImGui::PopID();
}

void draw_colour_scale(const PanelContext& context, const Places& places,
                       const SquareRange& range) {
    if (!(places.bar > 0)) return;
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float side = places.side;
    const float x = places.start_x + places.used - places.bar + em(0.6F);
    const float top = places.corner(0).y;
    constexpr int steps = 32;
    for (int i = 0; i < steps; ++i) {
        const double share = 1 - (i + 0.5) / steps;
        draw->AddRectFilled(
            {x, top + side * static_cast<float>(i) / steps},
            {x + em(0.5F), top + side * static_cast<float>(i + 1) / steps},
            u32(range.colour(theme, range.low() + share * (range.limit - range.low()))));
    }
    const float text_x = x + em(0.75F);
    const auto word = [&](float y, const std::string& text) {
        draw->AddText({text_x, y}, u32(theme.dim), text.c_str());
    };
    word(top - em(0.1F), fmt::format("{:.3g}", range.limit));
    word(top + side / 2 - em(0.5F), range.is_signed ? "0" : "0.5");
    word(top + side - em(0.95F), range.is_signed ? fmt::format("−{:.3g}", range.limit) : "0");
}

// What the colours and marks are, in the line below.
std::string caption_of(const PanelContext& context, const std::vector<Square>& squares,
                       Eigen::Index stride, int left_out) {
    std::string words;
    const auto add = [&words](const std::string& text) {
        if (!words.empty()) words += "  ·  ";
        words += text;
    };
    if (left_out > 0)
        add(fmt::format("no room for {} more pair{}: choose above", left_out,
                        left_out == 1 ? "" : "s"));
    if (stride > 1) add(fmt::format("each dot the largest of {} x {} entries", stride, stride));
    if (shown_view(context) == AlignmentView::target_basis) {
        std::string shares;
        for (const Square& square : squares)
            shares += fmt::format("{}{:.0f} %", shares.empty() ? "" : ", ",
                                  100 * diagonal_share(*square.values));
        add("on the diagonal: " + shares + " of ‖P‖²");
    } else {
        add("cosines between directions");
    }
    if (std::any_of(squares.begin(), squares.end(), [](const Square& square) {
            return !equal_blocks(square.row_sigma).empty() ||
                   !equal_blocks(square.column_sigma).empty();
        }))
        add("brackets: nearly equal σ, free to turn");
    return words;
}

}  // namespace

void draw_alignment_squares(PanelContext& context, const AlignmentNow& now, ImVec2 room) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    std::vector<Square> squares = squares_of(context, now);
    if (squares.empty()) {
        centred_note(context, "working it out");
        return;
    }
    const float line = room.y > em(9) ? ImGui::GetTextLineHeight() + em(0.2F) : 0;
    const int left_out = leave_out(squares, origin, {room.x, room.y - line});
    const SquareRange range = range_of(context, squares);
    const auto count = static_cast<int>(squares.size());
    const Places places =
        places_in(origin, {room.x, room.y - line}, count, squares_of_a_lane(squares));
    Eigen::Index stride = 1;
    if (places.side >= em(1.5F)) {
        for (int index = 0; index < count; ++index)
            draw_square(context, squares, places, index, range, stride);
        draw_colour_scale(context, places, range);
    } else {
        fitted_text(ImGui::GetWindowDrawList(), origin, room.x, context.theme.dim, "no room");
    }
    if (line > 0) {
        const ImVec2 at{origin.x, origin.y + room.y - line};
        fitted_text(ImGui::GetWindowDrawList(), at, room.x, context.theme.dim,
                    caption_of(context, squares, stride, left_out).c_str());
        ImGui::SetCursorScreenPos(at);
        ImGui::Dummy({std::max(1.0F, room.x), line});
        hover_help(context, "What is shown",
                   "Every entry of every matrix; drag and wheel zoom all of them together. "
                   "Brackets: runs of singular values whose neighbours differ by at most a "
                   "thousandth of the largest. Their vectors may turn among themselves at the "
                   "slightest change, so only what the whole block spans means something: the "
                   "read-out has the root mean square cosine of the two spans. On the diagonal: "
                   "the share of the sum of squares.");
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

}  // namespace muonscope::gui
