#include "app/gui/panels/kind_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"
#include "core/experiment/matrix_groups.h"

namespace muonscope::gui {

namespace {

using namespace plots;

int place_in(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<int>(found - names.begin());
    names.push_back(name);
    return static_cast<int>(names.size()) - 1;
}

}  // namespace

int KindSheet::matrix_at(Place place) const {
    const auto found = std::find(places.begin(), places.end(), place);
    return found == places.end() ? 0 : static_cast<int>(found - places.begin()) + 1;
}

int KindSheet::row_called(const std::string& name) {
    return place_in(rows, name);
}

int KindSheet::column_called(const std::string& name) {
    return place_in(columns, name);
}

Matrix KindSheet::empty() const {
    return Matrix::Constant(static_cast<Eigen::Index>(rows.size()),
                            static_cast<Eigen::Index>(columns.size()), std::nan(""));
}

KindSheet kind_sheet(const Experiment& experiment) {
    KindSheet sheet;
    const std::vector<MatrixInfo> matrices = matrices_of(experiment);
    if (!is_transformer(experiment)) {
        sheet.rows = {"layer"};
        for (std::size_t i = 0; i < matrices.size(); ++i) {
            sheet.columns.push_back(fmt::format("{}", i + 1));
            sheet.places.push_back({0, static_cast<int>(i)});
        }
        return sheet;
    }
    sheet.columns.emplace_back("outside");
    for (int block = 1; block <= experiment.transformer.blocks; ++block)
        sheet.columns.push_back(fmt::format("block {}", block));
    for (const MatrixInfo& matrix : matrices)
        sheet.places.push_back({sheet.row_called(kind_words(matrix)), matrix.block});
    return sheet;
}

Chart chart_of(const KindSheet& sheet) {
    Chart chart;
    chart.legend = false;
    chart.x = {0, static_cast<double>(sheet.columns.size()), false, ""};
    chart.y = {-static_cast<double>(sheet.rows.size()), 0, false, ""};
    chart.x.lines = chart.y.lines = false;
    chart.x.ticks = [columns = sheet.columns](double, double, float length) {
        Ticks ticks;
        const int count = static_cast<int>(columns.size());
        const int stride = round_stride(count, std::max(1, static_cast<int>(length / em(4))));
        for (int c = 0; c < count; c += stride)
            ticks.add(c + 0.5, columns[static_cast<std::size_t>(c)]);
        return ticks;
    };
    chart.y.ticks = [rows = sheet.rows](double, double, float length) {
        Ticks ticks;
        const int count = static_cast<int>(rows.size());
        const int stride = round_stride(count, std::max(1, static_cast<int>(length / em(0.95F))));
        for (int r = 0; r < count; r += stride)
            ticks.add(-r - 0.5, rows[static_cast<std::size_t>(r)]);
        return ticks;
    };
    return chart;
}

KindSheet::Place cell_under_mouse(const Axes& axes) {
    const ImVec2 mouse = ImGui::GetMousePos();
    return {static_cast<int>(std::floor(-axes.value_y(mouse.y))),
            static_cast<int>(std::floor(axes.value_x(mouse.x)))};
}

void write_in_cells(const Axes& axes, const Matrix& values,
                    const std::function<std::string(double)>& text,
                    const std::function<ImVec4(double)>& ground) {
    const float wide = axes.pixel_x(1) - axes.pixel_x(0), high = axes.pixel_y(-1) - axes.pixel_y(0);
    if (wide < em(3.4F) || high < em(1.2F)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (Eigen::Index i = 0; i < values.rows(); ++i)
        for (Eigen::Index j = 0; j < values.cols(); ++j) {
            if (std::isnan(values(i, j))) continue;
            const std::string word = text(values(i, j));
            const ImVec4 below = ground(values(i, j));
            const float light = 0.3F * below.x + 0.6F * below.y + 0.1F * below.z;
            const ImVec4 ink =
                light > 0.5F ? ImVec4{0.05F, 0.05F, 0.05F, 1} : ImVec4{0.97F, 0.97F, 0.97F, 1};
            const ImVec2 extent = ImGui::CalcTextSize(word.c_str());
            const ImVec2 at{axes.pixel_x(static_cast<double>(j) + 0.5) - extent.x / 2,
                            axes.pixel_y(-static_cast<double>(i) - 0.5) - extent.y / 2};
            // What is hatched is read too.
            draw->AddRectFilled({at.x - em(0.2F), at.y},
                                {at.x + extent.x + em(0.2F), at.y + extent.y}, u32(below));
            draw->AddText(at, u32(ink), word.c_str());
        }
}

}  // namespace muonscope::gui
