#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "app/gui/model_series.h"
#include "app/gui/panels/model_band.h"
#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/weights/noise_spectrum.h"
#include "imgui.h"

namespace muonscope::gui {

using namespace plots;

namespace {

using Index = Eigen::Index;

const Vector& noise_of(ModelWeights& model, const MatrixShape& shape) {
    Vector& values = model.noise[{shape.rows, shape.cols}];
    if (values.size() == 0) values = noise_values(shape, 1, 0);
    return values;
}

// Not more lines than can be told apart.
constexpr std::size_t most_lines = 48;

enum class For { eyes, table };

// The other checkpoints that are known: all of them for a table, evenly many, both ends with it,
// for eyes.
std::vector<std::size_t> other_checkpoints(const ModelWeights& model, const ModelSeries& series,
                                           For whom) {
    std::vector<std::size_t> drawn;
    const std::size_t count = series.found.size();
    const std::size_t lines = whom == For::table ? count : std::min(count, most_lines);
    for (std::size_t i = 0; i < lines; ++i) {
        const std::size_t place = lines == count ? i : i * (count - 1) / (lines - 1);
        if (place != model.checkpoint && series.at(place) != nullptr) drawn.push_back(place);
    }
    return drawn;
}

// Which values a plot shows of those after the edits, in the order of the matrix's own.
Curve curve_of(const char* name, const Vector& values, Ink ink, bool dots) {
    Curve curve;
    curve.name = name;
    curve.ink = ink;
    curve.index.name = "k";
    for (Index k = 0; k < values.size(); ++k) {
        const auto rank = static_cast<double>(k + 1);
        curve.x.push_back(rank);
        // A line to the foot of the plot would look like values.
        curve.y.push_back(values(k) > 0 ? values(k) : std::numeric_limits<double>::quiet_NaN());
        curve.index.values.push_back(rank);
    }
    curve.dots = dots;
    return curve;
}

// What became zero, at the foot of a logarithmic plot.
Points zeros_of(const Theme& theme, const Vector& values, double foot) {
    Points zeros;
    zeros.radius = 0.35F;
    zeros.colour = theme.accent;
    zeros.index.name = "k";
    for (Index k = 0; k < values.size(); ++k) {
        if (values(k) > 0) continue;
        zeros.x.push_back(static_cast<double>(k + 1));
        zeros.y.push_back(foot);
        zeros.kinds.push_back(Shape::down);
        zeros.index.values.push_back(static_cast<double>(k + 1));
    }
    return zeros;
}

// The least value above rounding: below it a logarithmic axis has nothing to show.
double lowest_of(const ModelMatrix& matrix) {
    double lowest = matrix.summary.largest;
    for (double s : matrix.values)
        if (s > 1e-9 * matrix.summary.largest) lowest = std::min(lowest, s);
    return lowest > 0 ? lowest : 1;
}

// A value that the mouse holds. The axis stays as it was when it was taken.
struct Dragged {
    bool held = false;
    Index rank = 0;
    double high = 0;
};

double highest_of(const ModelMatrix& matrix, const ModelSeries& series) {
    double highest =
        std::max({matrix.summary.largest, matrix.after.largest, matrix.summary.edge, 1e-300});
    for (std::size_t i = 0; i < series.found.size(); ++i)
        if (const SeriesMatrix* other = series.at(i))
            highest = std::max(highest, other->summary.largest);
    return 1.15 * highest;
}

// The others of the series behind it, late ones in front. A legend of all would cover the plot: the
// first and the last are named; a table has a column of each.
void add_series(const PanelContext& context, const ModelWeights& model, const ModelSeries& series,
                For whom, Chart& chart) {
    for (const std::size_t place : other_checkpoints(model, series, whom)) {
        const bool named = whom == For::table || place == 0 || place + 1 == model.series.size();
        Curve curve =
            curve_of("", series.at(place)->values,
                     {checkpoint_colour(context.theme, model, place), Dash::solid, 0.7F}, false);
        if (named) curve.name = checkpoint_words(model, place);
        chart.marks.emplace_back(std::move(curve));
    }
}

Chart spectrum_chart(const PanelContext& context, ModelWeights& model, const ModelMatrix& matrix,
                     For whom = For::eyes) {
    const ModelSeries& series = context.kept<ModelSeries>();
    const Theme& theme = context.theme;
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    const Dragged& dragged = context.kept<Dragged>();
    const ModelBand& band = context.kept<ModelBand>();
    const double unheld = band.doing == ModelBand::scaling ? band.high : highest_of(matrix, series);
    const double high = dragged.held ? dragged.high : unheld;
    const double low = 0.6 * std::min(lowest_of(matrix), high / 20);
    Chart chart;
    chart.title = matrix.entry->name;
    chart.x = {chosen.index_logarithmic ? 0.9 : 0.5, static_cast<double>(matrix.shape.rank()) + 0.5,
               chosen.index_logarithmic, "rank k of the singular value"};
    chart.y = {chosen.logarithmic ? low : 0, high, chosen.logarithmic, "s",
               chosen.logarithmic ? low : 0};
    const Vector noise = noise_of(model, matrix.shape) * matrix.summary.norm;
    const bool few = matrix.shape.rank() <= 80;
    add_model_band(context, matrix, chart);
    chart.marks.emplace_back(
        curve_of("random, same shape and norm", noise, {theme.ghost, Dash::dotted}, false));
    if (!model.series.empty()) add_series(context, model, series, whom, chart);
    const bool edited = matrix.edited.is_edited();
    const std::string own =
        model.series.empty() ? "as it is" : checkpoint_words(model, model.checkpoint);
    chart.marks.emplace_back(curve_of(
        own.c_str(), matrix.values,
        {edited ? theme.dim : theme.lane(0), edited ? Dash::dashed : Dash::solid}, few && !edited));
    if (edited)
        chart.marks.emplace_back(curve_of("edited", matrix.edited.values, {theme.accent}, few));
    if (Points zeros = zeros_of(theme, matrix.edited.values, chosen.logarithmic ? 1.15 * low : 0);
        edited && !zeros.x.empty())
        chart.marks.emplace_back(std::move(zeros));
    chart.marks.emplace_back(
        Rule{"noise edge", false, matrix.summary.edge, {theme.target, Dash::dashed, 0.8F}});
    return chart;
}

// The value under the mouse follows it up and down: an edit of this one value, the last in the
// list.
void drag_value(PanelContext& context, ModelWeights& model, const ModelMatrix& matrix,
                const Axes& axes) {
    Dragged& dragged = context.kept<Dragged>();
    const ImVec2 mouse = ImGui::GetMousePos();
    if (!axes.pressed) {
        dragged.held = false;
        return;
    }
    const bool begins = !dragged.held;
    if (begins) {
        const Index k = model_rank_at(axes, matrix, mouse.x);
        const float there = axes.pixel_y(matrix.edited.values(k));
        if (std::abs(there - mouse.y) > em(0.9F)) return;
        dragged = {true, rank_for_edit(matrix, k), highest_of(matrix, context.kept<ModelSeries>())};
        return;
    }
    if (ImGui::GetIO().MouseDelta.y == 0) return;
    const double value = std::clamp(axes.value_y(mouse.y), 0.0, 1e30);
    std::string name = matrix.entry->name;
    std::vector<WeightEdit> stack = model.stack;
    // Ranks count what those before it have left.
    const Index rank = dragged.rank;
    WeightEdit edit;
    edit.target = name;
    edit.kind = EditKind::set;
    edit.first = edit.last = static_cast<int>(rank) + 1;
    edit.amount = std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr);
    const bool merges = !stack.empty() && model.dragging && stack.back().target == edit.target &&
                        stack.back().kind == edit.kind && stack.back().first == edit.first;
    if (merges) stack.pop_back();
    stack.push_back(edit);
    change_stack(context, model, std::move(stack), merges);
    model.dragging = true;
}

// The line of another checkpoint that is nearest to the mouse at this rank, if one is near.
std::optional<std::size_t> checkpoint_at(const ModelWeights& model, const ModelSeries& series,
                                         const Axes& axes, Index k) {
    std::optional<std::size_t> best;
    float distance = em(1.2F);
    for (const std::size_t place : other_checkpoints(model, series, For::eyes)) {
        const Vector& values = series.at(place)->values;
        if (k >= values.size() || !(values(k) > 0)) continue;
        const float away = std::abs(axes.pixel_y(values(k)) - ImGui::GetMousePos().y);
        if (away >= distance) continue;
        distance = away;
        best = place;
    }
    return best;
}

// What the series has at this rank: the line under the mouse; of two files the other one.
void add_checkpoint_rows(PanelContext& context, const ModelWeights& model, const Axes& axes,
                         Index k, std::vector<ReadoutRow>& rows) {
    const ModelSeries& series = context.kept<ModelSeries>();
    std::optional<std::size_t> place = checkpoint_at(model, series, axes, k);
    if (model.series.size() == 2) place = 1 - model.checkpoint;
    if (!place || series.at(*place) == nullptr) return;
    const SeriesMatrix& other = *series.at(*place);
    if (k >= other.values.size()) return;
    const ImVec4 colour = checkpoint_colour(context.theme, model, *place);
    rows.push_back({checkpoint_words(model, *place), value_text(other.values(k)), colour});
    draw_dot(context, axes, static_cast<double>(k + 1), other.values(k), colour);
    rows.push_back({"its ‖W − W₀‖/‖W₀‖", value_text(other.moved), context.theme.dim});
}

void readout(PanelContext& context, const ModelWeights& model, const ModelMatrix& matrix,
             const Axes& axes) {
    const Index k = model_rank_at(axes, matrix, ImGui::GetMousePos().x);
    const Theme& theme = context.theme;
    const double all = matrix.summary.norm * matrix.summary.norm;
    std::vector<ReadoutRow> rows{
        {model.series.empty() ? "as it is" : checkpoint_words(model, model.checkpoint),
         value_text(matrix.values(k)), theme.lane(0)},
        {"share of the energy",
         fmt::format("{:.3g} %", 100 * matrix.values(k) * matrix.values(k) / all), theme.dim}};
    if (matrix.edited.is_edited())
        rows.push_back({"after the edits", value_text(matrix.edited.values(k)), theme.accent});
    if (!model.series.empty()) add_checkpoint_rows(context, model, axes, k, rows);
    rows.push_back(band_readout(context, matrix, k));
    draw_dot(context, axes, static_cast<double>(k + 1), matrix.edited.values(k),
             matrix.edited.is_edited() ? theme.accent : theme.lane(0));
    draw_readout(context, fmt::format("value {} of {}", k + 1, matrix.shape.rank()), rows);
}

void scale_words(PanelContext& context, const ModelMatrix& matrix) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    ImGui::PushFont(context.fonts.heading, 0);
    const float toggles = segmented_width({"linear", "log"}) + toggle_width("log k") + em(1.2F);
    const float width = std::max(em(4), ImGui::GetContentRegionAvail().x - toggles);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + em(0.15F)}, width, context.theme.text,
                matrix.entry->name.c_str());
    ImGui::PopFont();
    ImGui::Dummy({width, em(1.3F)});
    ImGui::SameLine(0, em(0.4F));
    segmented(context, "scale", {"linear", "log"}, chosen.logarithmic, "Of the values.");
    ImGui::SameLine(0, em(0.6F));
    toggle(context, "log k", chosen.index_logarithmic,
           "The ranks on a logarithmic axis: room for the first values.");
}

void waiting_word(PanelContext& context, const Axes& axes) {
    const char* word = "new vectors are on their way";
    const float width = std::min(ImGui::CalcTextSize(word).x, axes.extent.x - em(0.6F));
    fitted_text(ImGui::GetWindowDrawList(),
                {std::floor(axes.right() - width - em(0.3F)), axes.position.y + em(0.2F)}, width,
                context.theme.dim, word);
}

}  // namespace

void draw_model_spectrum(PanelContext& context, ModelWeights& model, ImVec2 size) {
    ModelMatrix* matrix = model.chosen();
    if (matrix == nullptr) return;
    const float top = ImGui::GetCursorPosY();
    scale_words(context, *matrix);
    size.y -= ImGui::GetCursorPosY() - top;
    edited_now(model, *matrix);
    model_series(context, model);
    if (!matrix->known) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({size.x, std::max(1.0F, size.y)});
        fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + size.y / 2}, size.x,
                    context.theme.dim, "its singular values are on their way");
        return;
    }
    if (!std::isfinite(matrix->summary.norm) || matrix->summary.norm == 0) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({size.x, std::max(1.0F, size.y)});
        fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + size.y / 2}, size.x,
                    context.theme.dim,
                    matrix->summary.norm == 0 ? "all of its entries are zero"
                                              : "an entry is not a finite number");
        return;
    }
    const ChartOptions options{
        .id = "##model-spectrum", .name = "model-spectrum", .size = size, .drags = true};
    Axes axes;
    if (!begin_chart(context, options, spectrum_chart(context, model, *matrix), axes)) return;
    if (!drag_model_band(context, model, *matrix, axes,
                         highest_of(*matrix, context.kept<ModelSeries>())))
        drag_value(context, model, *matrix, axes);
    edited_now(model, *matrix);
    draw_marks(context, axes, spectrum_chart(context, model, *matrix));
    if (matrix->waits) waiting_word(context, axes);
    end_chart(context, axes);
    if (!axes.pressed) model.dragging = false;
    if (axes.hovered || axes.pressed) readout(context, model, *matrix, axes);
    draw_model_band(context, model, *matrix, axes);
    chart_menu(
        context, options, axes,
        [&](const PanelContext& on) { return spectrum_chart(on, model, *matrix); },
        [&](const PanelContext& on) { return spectrum_chart(on, model, *matrix, For::table); });
}

}  // namespace muonscope::gui
