#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/colour_scale.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/talk.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

using namespace plots;

namespace {

using Index = Eigen::Index;

// Which matrix stands where: kinds down in the file's order, blocks across.
struct Places {
    std::vector<std::string> kinds;
    int blocks = 0;
    std::vector<std::vector<std::size_t>> matrix;  // by kind and block; none: past the last one
};

constexpr int most_blocks = 1024;
constexpr const char* sweep_measure = "KL of an edit";

Places places_of(const ModelWeights& model) {
    Places places;
    const std::size_t none = model.matrices.size();
    for (std::size_t i = 0; i < none; ++i) {
        const ModelMatrix& matrix = model.matrices[i];
        if (matrix.block < 0 || matrix.block >= most_blocks) continue;
        auto found = std::find(places.kinds.begin(), places.kinds.end(), matrix.kind);
        if (found == places.kinds.end()) {
            places.kinds.push_back(matrix.kind);
            places.matrix.emplace_back();
            found = places.kinds.end() - 1;
        }
        std::vector<std::size_t>& row =
            places.matrix[static_cast<std::size_t>(found - places.kinds.begin())];
        const auto block = static_cast<std::size_t>(matrix.block);
        if (row.size() <= block) row.resize(block + 1, none);
        row[block] = i;
        places.blocks = std::max(places.blocks, matrix.block + 1);
    }
    for (auto& row : places.matrix) row.resize(static_cast<std::size_t>(places.blocks), none);
    return places;
}

double value_of(ModelWeights& model, std::size_t place, const ModelMeasure& measure) {
    if (place >= model.matrices.size() || !model.matrices[place].known)
        return std::numeric_limits<double>::quiet_NaN();
    const ModelMatrix& matrix = edited_now(model, model.matrices[place]);
    return matrix.waits ? std::numeric_limits<double>::quiet_NaN() : measure.of(matrix);
}

// Of what is shown: a measure of the spectra, or what a sweep has found.
struct MapValues {
    std::string name;
    Matrix values;  // by kind and block
    ColourScale scale;
};

template <class Of>
Matrix laid_out(const Places& places, Of&& of) {
    Matrix values(static_cast<Index>(places.kinds.size()), places.blocks);
    for (Index i = 0; i < values.rows(); ++i)
        for (Index j = 0; j < values.cols(); ++j)
            values(i, j) =
                of(places.matrix[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]);
    return values;
}

const TextScore* score_of(const TalkState& talk, const ModelWeights& model, std::size_t place) {
    if (place >= model.matrices.size()) return nullptr;
    const auto found = talk.sweep.scores.find(model.matrices[place].entry->name);
    return found == talk.sweep.scores.end() ? nullptr : &found->second;
}

bool shows_sweep(const ModelChoices& chosen) {
    return chosen.measure == static_cast<int>(model_measures().size());
}

MapValues map_values(const PanelContext& context, ModelWeights& model, const Places& places) {
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    MapValues shown;
    if (shows_sweep(chosen)) {
        const TalkState& talk = context.kept<TalkState>();
        shown.name = sweep_measure;
        shown.values = laid_out(places, [&](std::size_t place) {
            const TextScore* score = score_of(talk, model, place);
            return score ? score->mean : std::numeric_limits<double>::quiet_NaN();
        });
        shown.scale = colour_scale(shown.values, true);
        return shown;
    }
    const ModelMeasure& measure = model_measures()[static_cast<std::size_t>(chosen.measure)];
    shown.name = measure.name;
    shown.values =
        laid_out(places, [&](std::size_t place) { return value_of(model, place, measure); });
    shown.scale = colour_scale(shown.values, measure.logarithmic);
    return shown;
}

// Where rows are lower than their names, some are left out.
Ticks kind_ticks(const std::vector<std::string>& kinds, float length) {
    Ticks ticks;
    const int stride =
        round_stride(static_cast<int>(kinds.size()), static_cast<int>(length / em(1.1F)));
    for (std::size_t i = 0; i < kinds.size(); i += static_cast<std::size_t>(stride))
        ticks.add(-static_cast<double>(i) - 0.5, kinds[i]);
    return ticks;
}

Ticks block_ticks(int blocks, float length) {
    Ticks ticks;
    const int stride = round_stride(blocks, static_cast<int>(length / em(2.2F)));
    for (int block = 0; block < blocks; block += stride)
        ticks.add(block + 0.5, fmt::format("{}", block));
    return ticks;
}

Chart map_chart(const PanelContext& context, const Places& places, const MapValues& shown) {
    Chart chart;
    chart.title = shown.name;
    chart.legend = false;
    const int blocks = places.blocks;
    chart.x = {0, static_cast<double>(blocks), false, "block"};
    chart.y = {-static_cast<double>(places.kinds.size()), 0};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [blocks](double, double, float length) { return block_ticks(blocks, length); };
    chart.y.ticks = [kinds = places.kinds](double, double, float length) {
        return kind_ticks(kinds, length);
    };
    Cells cells;
    cells.name = shown.name;
    // The colours span shares of the scale, so that a logarithmic one is as fine at its low end.
    cells.values =
        shown.values.unaryExpr([scale = shown.scale](double value) { return scale.share(value); });
    cells.low = 0;
    cells.high = 1;
    cells.none = context.theme.well;
    cells.row = "kind";
    cells.column = "block";
    cells.colour = [theme = &context.theme](double share) {
        return theme->mapped(std::clamp(share, 0.0, 1.0));
    };
    chart.marks.emplace_back(std::move(cells));
    return chart;
}

// Every measure of every matrix that is laid out.
Table map_table(const TalkState& talk, ModelWeights& model, const Places& places) {
    Table table;
    table.columns = {"kind", "block", "rows", "columns"};
    for (const ModelMeasure& measure : model_measures()) table.columns.emplace_back(measure.name);
    const bool swept = !talk.sweep.scores.empty();
    if (swept) table.columns.emplace_back("KL of " + talk.sweep.edit);
    for (std::size_t i = 0; i < places.matrix.size(); ++i)
        for (std::size_t j = 0; j < places.matrix[i].size(); ++j) {
            const std::size_t place = places.matrix[i][j];
            if (place >= model.matrices.size()) continue;
            const MatrixShape& shape = model.matrices[place].shape;
            std::vector<double> row{static_cast<double>(i + 1), static_cast<double>(j),
                                    static_cast<double>(shape.rows),
                                    static_cast<double>(shape.cols)};
            for (const ModelMeasure& measure : model_measures())
                row.push_back(value_of(model, place, measure));
            if (swept) {
                const TextScore* score = score_of(talk, model, place);
                row.push_back(score ? score->mean : std::numeric_limits<double>::quiet_NaN());
            }
            table.rows.push_back(std::move(row));
        }
    return table;
}

void frame_chosen(const PanelContext& context, const ModelWeights& model, const Places& places,
                  const Axes& axes) {
    for (std::size_t i = 0; i < places.matrix.size(); ++i)
        for (std::size_t j = 0; j < places.matrix[i].size(); ++j) {
            if (places.matrix[i][j] != model.shown) continue;
            const auto row = static_cast<double>(i), column = static_cast<double>(j);
            ImGui::GetWindowDrawList()->AddRect(
                axes.pixel(column, -row), axes.pixel(column + 1, -row - 1), u32(context.theme.text),
                0, 0, context.theme.line() * 1.3F);
        }
}

std::size_t under_mouse(const Axes& axes, const Places& places) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const double row = std::floor(-axes.value_y(mouse.y)),
                 column = std::floor(axes.value_x(mouse.x));
    if (row < 0 || column < 0 || row >= static_cast<double>(places.matrix.size()) ||
        column >= places.blocks)
        return std::numeric_limits<std::size_t>::max();
    return places.matrix[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
}

void measure_list(PanelContext& context, const ModelWeights& model) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    const bool sweep = shows_sweep(chosen);
    const ModelMeasure* now =
        sweep ? nullptr : &model_measures()[static_cast<std::size_t>(chosen.measure)];
    const char* name = sweep ? sweep_measure : now->name;
    if (begin_word_combo(context, "##measure", name, word_combo_width(em(7)))) {
        for (std::size_t i = 0; i < model_measures().size(); ++i)
            if ((!model.series.empty() || !model_measures()[i].series) &&
                list_row(model_measures()[i].name, static_cast<int>(i) == chosen.measure))
                chosen.measure = static_cast<int>(i);
        if (list_row(sweep_measure, sweep))
            chosen.measure = static_cast<int>(model_measures().size());
        ImGui::EndCombo();
    }
    hover_help(context, name,
               sweep ? "Which of these numbers matter: an edit is made on one matrix after "
                       "another, and the colour says how far it moves the distribution of the "
                       "next token, KL(before ‖ after) in nats, mean over the text of Talk. A "
                       "click on a matrix makes the edit there."
                     : now->help);
}

std::vector<ReadoutRow> readout_rows(const PanelContext& context, const ModelWeights& model,
                                     std::size_t place) {
    const ModelMatrix& matrix = model.matrices[place];
    std::vector<ReadoutRow> rows;
    if (shows_sweep(context.chosen<ModelChoices>())) {
        const TextScore* score = score_of(context.kept<TalkState>(), model, place);
        if (score == nullptr) return {{"KL", "not yet", context.theme.dim}};
        return {
            {"KL", fmt::format("{} ± {} nats", value_text(score->mean), value_text(score->error)),
             context.theme.accent},
            {"largest", value_text(score->largest), context.theme.dim},
            {"same likeliest token", fmt::format("{:.0f} %", 100 * score->same_top_share),
             context.theme.dim},
            {"perplexity",
             fmt::format("{} → {}", value_text(score->perplexity_before),
                         value_text(score->perplexity_after)),
             context.theme.dim}};
    }
    for (const ModelMeasure& measure : model_measures())
        rows.push_back({measure.name,
                        matrix.known && !matrix.waits ? value_text(measure.of(matrix)) : "…",
                        context.theme.dim});
    return rows;
}

// The edit of the sweep on that matrix, or away with it where it is.
void take_cell(PanelContext& context, ModelWeights& model, std::size_t place) {
    show_matrix(context, model, place);
    const TalkState& talk = context.kept<TalkState>();
    if (!shows_sweep(context.chosen<ModelChoices>()) || score_of(talk, model, place) == nullptr)
        return;
    WeightEdit edit = edit_in("*:" + talk.sweep.edit);
    edit.target = model.matrices[place].entry->name;
    std::vector<WeightEdit> stack = model.stack;
    if (std::erase(stack, edit) == 0) stack.push_back(std::move(edit));
    change_stack(context, model, std::move(stack));
}

}  // namespace

void draw_model_map(PanelContext& context, ModelWeights& model, ImVec2 size) {
    const Places places = places_of(model);
    const float top = ImGui::GetCursorPosY();
    const bool sweep = shows_sweep(context.chosen<ModelChoices>());
    if (sweep) talk(context, model);
    const MapValues shown = map_values(context, model, places);
    measure_list(context, model);
    if (places.blocks > 0 && shown.values.array().isFinite().any()) {
        ImGui::SameLine(0, em(0.8F));
        draw_colour_scale(context, shown.scale);
    }
    if (sweep) draw_sweep_row(context, model);
    size.y -= ImGui::GetCursorPosY() - top;
    if (places.blocks == 0) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({size.x, std::max(1.0F, size.y)});
        fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + size.y / 2}, size.x,
                    context.theme.dim, "No names with numbers: there are no blocks to lay out.");
        return;
    }
    const ChartOptions options{.id = "##model-map", .name = "model-map", .size = size};
    Axes axes;
    const Chart chart = map_chart(context, places, shown);
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    frame_chosen(context, model, places, axes);
    end_chart(context, axes);
    if (axes.hovered) {
        const std::size_t place = under_mouse(axes, places);
        if (place < model.matrices.size()) {
            draw_readout(context, model.matrices[place].entry->name,
                         readout_rows(context, model, place));
            if (axes.clicked) take_cell(context, model, place);
        }
    }
    export_menu(
        context, "##export", options.name, axes.hovered,
        {.table = [&] { return map_table(context.kept<TalkState>(), model, places); },
         .charts =
             [&](const PanelContext& on) {
                 return std::vector<Chart>{as_shown(on, options, map_chart(on, places, shown))};
             },
         .fit = [&] { fit_chart(context, options); }});
}

}  // namespace muonscope::gui
