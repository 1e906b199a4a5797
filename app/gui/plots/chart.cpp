#include "app/gui/plots/chart.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace muonscope::plots {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

// Rows by index, columns by name, in the order in which they come up.
class Rows {
  public:
    explicit Rows(const Chart& chart) : chart_(chart) {
        for (const auto& [name, value] : chart.place) columns_.push_back(name);
        first_ = columns_.size();
    }

    static bool shown(const ChartAxis& axis, double value) {
        const double slack = 1e-9 * (axis.max - axis.min);
        return value >= axis.min - slack && value <= axis.max + slack;
    }
    // A column that stands before those to come.
    void name(const std::string& column) { column_of(column); }
    // Points of one mark: the index of each, and where it is across. `in_both`: only those that the
    // axis up shows too.
    void add(const Column& index, std::span<const double> x, const std::string& name,
             std::span<const double> values, std::span<const Column> beside, bool in_both) {
        if (index_.empty()) index_ = index.name;
        const std::size_t column = column_of(name);
        std::vector<std::size_t> others;
        for (const Column& other : beside) others.push_back(column_of(other.name));
        for (std::size_t i = 0; i < std::min(x.size(), values.size()); ++i) {
            if (!shown(chart_.x, x[i]) || (in_both && !shown(chart_.y, values[i]))) continue;
            if (!std::isfinite(index.values[i])) continue;
            Row& row = row_of(index.values[i]);
            row.x = x[i];
            row.values[column] = values[i];
            for (std::size_t b = 0; b < beside.size(); ++b)
                if (i < beside[b].values.size()) row.values[others[b]] = beside[b].values[i];
        }
    }
    void add(const Function& function) {
        if (index_.empty()) index_ = across();
        if (rows_.empty()) sample();
        const std::size_t column = column_of(function.name);
        for (auto& [index, row] : rows_) row.values[column] = function.f(row.x);
    }
    std::string across() const { return chart_.x.title.empty() ? "x" : chart_.x.title; }

    Table table() {
        Table table;
        table.columns = columns_;
        table.columns.insert(table.columns.begin() + static_cast<std::ptrdiff_t>(first_), index_);
        for (const auto& [index, row] : rows_) {
            std::vector<double> values;
            for (const auto& [name, value] : chart_.place) values.push_back(value);
            values.push_back(index);
            for (std::size_t c = first_; c < columns_.size(); ++c) {
                const auto found = row.values.find(c);
                values.push_back(found == row.values.end() ? std::nan("") : found->second);
            }
            table.rows.push_back(std::move(values));
        }
        return table;
    }

  private:
    struct Row {
        double x = 0;
        std::map<std::size_t, double> values;
    };

    std::size_t column_of(const std::string& name) {
        const auto begin = columns_.begin() + static_cast<std::ptrdiff_t>(first_);
        const auto found = std::find(begin, columns_.end(), name);
        if (found != columns_.end()) return found - columns_.begin();
        columns_.push_back(name);
        return columns_.size() - 1;
    }
    Row& row_of(double index) { return rows_[index]; }
    void sample() {
        const Axis axis = Axis::between(chart_.x.min, chart_.x.max, chart_.x.scale());
        for (int i = 0; i <= 400; ++i) {
            const double x = axis.at_share(i / 400.0);
            row_of(x).x = x;
        }
    }

    const Chart& chart_;
    std::size_t first_ = 0;  // of the columns that are not the same in all rows
    std::string index_;
    std::vector<std::string> columns_;
    std::map<double, Row> rows_;
};

Column index_of(const Named& mark, std::span<const double> x, const std::string& across) {
    if (!mark.index.values.empty()) return mark.index;
    return {across, {x.begin(), x.end()}};
}

std::vector<double> middles(const Bars& bars) {
    std::vector<double> x;
    for (std::size_t i = 0; i < bars.from.size(); ++i) x.push_back((bars.from[i] + bars.to[i]) / 2);
    return x;
}

const std::string& column_of(const Named& mark) {
    return mark.up.empty() ? mark.name : mark.up;
}

void add_points(Rows& rows, const Named& mark, std::span<const double> x, std::span<const double> y,
                std::vector<Column> beside = {}, bool in_both = false) {
    if (mark.name.empty()) return;
    if (!mark.across.empty()) rows.name(mark.across);
    if (!mark.across.empty()) beside.push_back({mark.across, {x.begin(), x.end()}});
    beside.insert(beside.end(), mark.beside.begin(), mark.beside.end());
    rows.add(index_of(mark, x, rows.across()), x, column_of(mark), y, beside, in_both);
}

// A matrix has a row an entry.
Table cells_table(const Chart& chart, const Cells& cells) {
    Table table;
    for (const auto& [name, value] : chart.place) table.columns.push_back(name);
    table.columns.insert(table.columns.end(),
                         {cells.row, cells.column, cells.name.empty() ? "value" : cells.name});
    for (Eigen::Index i = 0; i < cells.values.rows(); ++i)
        for (Eigen::Index j = 0; j < cells.values.cols(); ++j) {
            const double across = static_cast<double>(j) + 0.5, up = -static_cast<double>(i) - 0.5;
            if (across < chart.x.min || across > chart.x.max || up < chart.y.min ||
                up > chart.y.max)
                continue;
            std::vector<double> row;
            for (const auto& [name, value] : chart.place) row.push_back(value);
            row.insert(row.end(), {static_cast<double>(i + 1), static_cast<double>(j + 1),
                                   cells.values(i, j)});
            table.rows.push_back(std::move(row));
        }
    return table;
}

}  // namespace

std::vector<KeyRow> key_of(const Chart& chart) {
    std::vector<KeyRow> rows;
    const auto add = [&](const std::string& name, const ImVec4& colour, Dash dash, bool filled) {
        if (!name.empty()) rows.push_back({name, colour, dash, filled});
    };
    for (const ChartMark& mark : chart.marks)
        std::visit(
            Overloaded{
                [&](const Curve& m) {
                    add(m.key.value_or(m.name), m.ink.colour, m.ink.dash, false);
                },
                [&](const Function& m) { add(m.name, m.ink.colour, m.ink.dash, false); },
                [&](const Rule& m) { add(m.name, m.ink.colour, m.ink.dash, false); },
                [&](const Bars& m) { add(m.key.value_or(m.name), m.colour, Dash::solid, true); },
                [&](const Points& m) {
                    if (m.colours.empty()) add(m.key.value_or(m.name), m.colour, Dash::solid, true);
                },
                [](const Rug&) {}, [](const Span&) {}, [](const Cells&) {}},
            mark);
    return rows;
}

Table table_of(const Chart& chart) {
    Rows rows(chart);
    for (const ChartMark& mark : chart.marks)
        if (const auto* cells = std::get_if<Cells>(&mark)) return cells_table(chart, *cells);
    for (const ChartMark& mark : chart.marks)
        std::visit(
            Overloaded{
                [&](const Curve& m) {
                    std::vector<Column> range;
                    if (!m.low.empty())
                        range = {{column_of(m) + " low", m.low}, {column_of(m) + " high", m.high}};
                    add_points(rows, m, m.x, m.y, range);
                },
                [&](const Bars& m) {
                    // What lies below the floor is drawn on it.
                    std::vector<double> at = m.sideways ? m.height : middles(m);
                    if (m.sideways)
                        for (double& x : at) x = std::clamp(x, chart.x.min, chart.x.max);
                    add_points(rows, m, at, m.height);
                },
                [&](const Points& m) { add_points(rows, m, m.x, m.y, {}, true); },
                [&](const Rug& m) { add_points(rows, m, m.x, m.x); }, [](const auto&) {}},
            mark);
    for (const ChartMark& mark : chart.marks)
        if (const auto* function = std::get_if<Function>(&mark);
            function != nullptr && !function->name.empty())
            rows.add(*function);
    return rows.table();
}

Table table_of(std::span<const Chart> charts) {
    Table all;
    for (const Chart& chart : charts) {
        const Table one = table_of(chart);
        std::vector<std::size_t> places;
        for (const std::string& name : one.columns) {
            const auto found = std::find(all.columns.begin(), all.columns.end(), name);
            places.push_back(static_cast<std::size_t>(found - all.columns.begin()));
            if (found == all.columns.end()) all.columns.push_back(name);
        }
        for (const std::vector<double>& row : one.rows) {
            std::vector<double> wide(all.columns.size(), std::nan(""));
            for (std::size_t c = 0; c < row.size(); ++c) wide[places[c]] = row[c];
            all.rows.push_back(std::move(wide));
        }
    }
    for (auto& row : all.rows) row.resize(all.columns.size(), std::nan(""));
    return all;
}

}  // namespace muonscope::plots
