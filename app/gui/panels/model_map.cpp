#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
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

struct Scale {
    double low = 0, high = 1;
    bool logarithmic = false;
    double share(double value) const {
        if (high <= low) return 0.5;
        if (logarithmic && !(value > 0)) return std::numeric_limits<double>::quiet_NaN();
        return logarithmic ? std::log(value / low) / std::log(high / low)
                           : (value - low) / (high - low);
    }
};

double value_of(ModelWeights& model, std::size_t place, const ModelMeasure& measure) {
    if (place >= model.matrices.size() || !model.matrices[place].known)
        return std::numeric_limits<double>::quiet_NaN();
    return measure.of(edited_now(model, model.matrices[place]).after);
}

Matrix values_of(ModelWeights& model, const Places& places, const ModelMeasure& measure) {
    Matrix values(static_cast<Index>(places.kinds.size()), places.blocks);
    for (Index i = 0; i < values.rows(); ++i)
        for (Index j = 0; j < values.cols(); ++j)
            values(i, j) = value_of(
                model, places.matrix[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)],
                measure);
    return values;
}

Scale scale_of(const Matrix& values, const ModelMeasure& measure) {
    Scale scale{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                measure.logarithmic};
    for (double value : values.reshaped()) {
        if (!std::isfinite(value) || (measure.logarithmic && value <= 0)) continue;
        scale.low = std::min(scale.low, value);
        scale.high = std::max(scale.high, value);
    }
    return scale.low > scale.high ? Scale{0, 1, false} : scale;
}

Ticks kind_ticks(const std::vector<std::string>& kinds) {
    Ticks ticks;
    for (std::size_t i = 0; i < kinds.size() && i < Ticks::capacity; ++i)
        ticks.add(-static_cast<double>(i) - 0.5, kinds[i]);
    return ticks;
}

Ticks block_ticks(int blocks, float length) {
    Ticks ticks;
    const int most = std::max(1, static_cast<int>(length / em(2.2F)));
    int stride = 1;
    while (blocks / stride > std::min(most, Ticks::capacity - 1)) stride *= stride == 2 ? 5 : 2;
    for (int block = 0; block < blocks; block += stride)
        ticks.add(block + 0.5, fmt::format("{}", block));
    return ticks;
}

Chart map_chart(const PanelContext& context, ModelWeights& model, const Places& places) {
    const ModelMeasure& measure =
        model_measures()[static_cast<std::size_t>(context.chosen<ModelChoices>().measure)];
    Chart chart;
    chart.title = measure.name;
    chart.legend = false;
    const int blocks = places.blocks;
    chart.x = {0, static_cast<double>(blocks), false, "block"};
    chart.y = {-static_cast<double>(places.kinds.size()), 0};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [blocks](double, double, float length) { return block_ticks(blocks, length); };
    chart.y.ticks = [kinds = places.kinds](double, double, float) { return kind_ticks(kinds); };
    Cells cells;
    cells.name = measure.name;
    // The colours span shares of the scale, so that a logarithmic one is as fine at its low end.
    const Matrix values = values_of(model, places, measure);
    const Scale scale = scale_of(values, measure);
    cells.values = values.unaryExpr([scale](double value) { return scale.share(value); });
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
Table map_table(ModelWeights& model, const Places& places) {
    Table table;
    table.columns = {"kind", "block", "rows", "columns"};
    for (const ModelMeasure& measure : model_measures()) table.columns.emplace_back(measure.name);
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

void measure_list(PanelContext& context) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    const ModelMeasure& now = model_measures()[static_cast<std::size_t>(chosen.measure)];
    if (begin_word_combo(context, "##measure", now.name, word_combo_width(em(7)))) {
        for (std::size_t i = 0; i < model_measures().size(); ++i)
            if (list_row(model_measures()[i].name, static_cast<int>(i) == chosen.measure))
                chosen.measure = static_cast<int>(i);
        ImGui::EndCombo();
    }
    hover_help(context, now.name, now.help);
}

void scale_line(PanelContext& context, ModelWeights& model, const Places& places) {
    const ModelMeasure& measure =
        model_measures()[static_cast<std::size_t>(context.chosen<ModelChoices>().measure)];
    const Scale scale = scale_of(values_of(model, places, measure), measure);
    ImGui::SameLine(0, em(0.8F));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = em(7), height = em(0.7F), top = at.y + em(0.45F);
    const std::string low = value_text(scale.low), high = value_text(scale.high);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float left = at.x + ImGui::CalcTextSize(low.c_str()).x + em(0.4F);
    draw->AddText({at.x, at.y + em(0.15F)}, u32(context.theme.dim), low.c_str());
    constexpr int parts = 48;
    for (int i = 0; i < parts; ++i)
        draw->AddRectFilled({left + width * static_cast<float>(i) / parts, top},
                            {left + width * static_cast<float>(i + 1) / parts, top + height},
                            u32(context.theme.mapped((i + 0.5) / parts)));
    draw->AddText({left + width + em(0.4F), at.y + em(0.15F)}, u32(context.theme.dim),
                  fmt::format("{}{}", high, scale.logarithmic ? ", log" : "").c_str());
    ImGui::Dummy({left + width - at.x, em(1.3F)});
}

}  // namespace

void draw_model_map(PanelContext& context, ModelWeights& model, ImVec2 size) {
    const Places places = places_of(model);
    const float top = ImGui::GetCursorPosY();
    measure_list(context);
    if (places.blocks > 0) scale_line(context, model, places);
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
    const Chart chart = map_chart(context, model, places);
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    frame_chosen(context, model, places, axes);
    end_chart(context, axes);
    if (axes.hovered) {
        const std::size_t place = under_mouse(axes, places);
        if (place < model.matrices.size()) {
            const ModelMatrix& matrix = model.matrices[place];
            std::vector<ReadoutRow> rows;
            for (const ModelMeasure& measure : model_measures())
                rows.push_back({measure.name,
                                matrix.known ? value_text(measure.of(matrix.after)) : "…",
                                context.theme.dim});
            draw_readout(context, matrix.entry->name, rows);
            if (axes.clicked) show_matrix(context, model, place);
        }
    }
    export_menu(
        context, "##export", options.name, axes.hovered,
        {.table = [&] { return map_table(model, places); },
         .charts =
             [&](const PanelContext& on) {
                 return std::vector<Chart>{as_shown(on, options, map_chart(on, model, places))};
             },
         .fit = [&] { fit_chart(context, options); }});
}

}  // namespace muonscope::gui
