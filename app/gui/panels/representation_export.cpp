#include <cmath>

#include "app/gui/panels/representations.h"

// Representations that leave the program.
namespace muonscope::gui {

using namespace plots;

namespace {

enum class RowOf { point, start, trail, mean };

class Rows {
  public:
    Rows(const PanelContext& context, bool in_space) : context_(context), in_space_(in_space) {
        table_.columns = {"lane", "layer", "what", "class", "point", "step", "x", "y"};
        if (in_space) table_.columns.emplace_back("z");
        table_.columns.insert(table_.columns.end(), {"xx", "xy", "yy"});
        if (in_space) table_.columns.insert(table_.columns.end(), {"xz", "yz", "zz"});
    }

    void add_all(const RepresentationCell& cell, RowOf what, std::int64_t step, const Matrix& at,
                 const std::function<bool(double, double)>& shown) {
        const std::vector<int>& kinds = kinds_of(context_);
        const ShownPoints& points = *context_.kept<RepresentationsView>().shown;
        for (Eigen::Index i = 0; i < at.cols(); ++i) {
            if (!shown(at(0, i), at(1, i))) continue;
            const auto index = static_cast<std::size_t>(i);
            add(cell, what, kinds[index], points.numbers[index] + 1.0, step, at.col(i), nullptr);
        }
    }
    void add(const RepresentationCell& cell, RowOf what, int kind, double point, std::int64_t step,
             const Vector& at, const Matrix* covariance) {
        std::vector<double> row{cell.lane + 1.0,
                                cell.layer + 1.0,
                                static_cast<double>(what),
                                kind + 1.0,
                                point,
                                static_cast<double>(step),
                                at(0),
                                at(1)};
        if (in_space_) row.push_back(at(2));
        const auto entry = [&](Eigen::Index i, Eigen::Index j) {
            return covariance == nullptr ? std::nan("") : (*covariance)(i, j);
        };
        row.insert(row.end(), {entry(0, 0), entry(0, 1), entry(1, 1)});
        if (in_space_) row.insert(row.end(), {entry(0, 2), entry(1, 2), entry(2, 2)});
        table_.rows.push_back(std::move(row));
    }

    Table take() { return std::move(table_); }

  private:
    const PanelContext& context_;
    bool in_space_;
    Table table_;
};

}  // namespace

// what: 0 a point, 1 where one was at the start, 2 a sample of its trail, 3 the mean of a class,
// with the covariance around it.
Table points_table(const PanelContext& context, const RepresentationSheet& sheet,
                   const std::function<bool(std::size_t cell, double x, double y)>& shown) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    Rows rows(context, chosen.as() == RepresentationsAs::space);
    for (std::size_t c = 0; c < sheet.cells.size(); ++c) {
        const RepresentationCell& cell = sheet.cells[c];
        const Matrix* at = drawn_at(context, cell);
        if (at == nullptr) continue;
        const DrawnPoints& points = *points_in(context, cell);
        const auto layer = static_cast<std::size_t>(cell.layer);
        const auto here = [&](double x, double y) { return shown(c, x, y); };
        rows.add_all(cell, RowOf::point, points.of.state.step, *at, here);
        if (chosen.start && layer < points.start.size())
            rows.add_all(cell, RowOf::start, 0, points.start[layer], here);
        const auto& trail = context.kept<RepresentationsView>().lanes.at(cell.lane).trail;
        for (std::size_t s = 0; s + 1 < trail.size(); ++s)
            if (layer < trail[s].at.size())
                rows.add_all(cell, RowOf::trail, trail[s].step, trail[s].at[layer], here);
        if (!shows_spreads(context)) continue;
        int kind = 0;
        for (const ClassSpread& spread : spreads_in(context, cell).space) {
            if (spread.count > 1 && here(spread.mean(0), spread.mean(1)))
                rows.add(cell, RowOf::mean, kind, std::nan(""), points.of.state.step, spread.mean,
                         &spread.covariance);
            ++kind;
        }
    }
    return rows.take();
}

}  // namespace muonscope::gui
