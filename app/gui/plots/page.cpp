#include "app/gui/plots/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/gui/plots/legend.h"
#include "app/gui/plots/mouse.h"
#include "app/gui/plots/page_marks.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/print_fonts.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

namespace {

constexpr std::uint32_t page_ink = 0x1f2937, pale_page_ink = 0x4b5563, page_grid_ink = 0xe5e7eb;
constexpr std::size_t most_in_legend = 24;  // beyond, lines are told apart by their order alone

double width_on_page(std::string_view text, double size, bool bold = false) {
    return width_of(text, size, gui::print_fonts(), bold);
}

Axes page_axes(const Chart& chart, const Drawing::Box& area) {
    Axes axes;
    axes.position = {static_cast<float>(area.x), static_cast<float>(area.y)};
    axes.extent = {static_cast<float>(area.width), static_cast<float>(area.height)};
    const auto axis = [](const ChartAxis& of) { return Axis::between(of.min, of.max, of.scale()); };
    axes.x = axis(chart.x);
    axes.y = axis(chart.y);
    if (chart.equal) {
        AxisRange x{axes.x.low, axes.x.high}, y{axes.y.low, axes.y.high};
        make_equal(x, y, axes.extent);
        axes.x = {x.low, x.high, axes.x.scale};
        axes.y = {y.low, y.high, axes.y.scale};
    }
    return axes;
}

// `em` points are as long as an em of the screen.
Ticks page_ticks(const ChartAxis& of, const Axis& axis, double length, double em, double apart) {
    if (of.ticks)
        return of.ticks(axis.min(), axis.max(), static_cast<float>(length / em) * gui::size::font);
    const int wanted = std::clamp(static_cast<int>(length / (em * apart)), 2, 8);
    return round_ticks(axis, wanted);
}

std::string short_number(double value) {
    return fmt::format("{:.3g}", value);
}

double widest_page_label(const Ticks& ticks, double type) {
    double widest = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(ticks.count); ++i)
        widest = std::max(widest, width_on_page(ticks.labels[i].data(), type));
    return widest;
}

// Writes charts into a page.
class PageWriter {
  public:
    PageWriter(Drawing& page, const PageLook& look) : page_(page), look_(look), type_(look.type) {}

    // What the title takes.
    double title(double x, double y, std::string_view text) {
        if (text.empty()) return 0;
        words(x, y + 1.15 * type_, text, Drawing::Anchor::left, page_ink, true, 1.1);
        return 1.8 * type_;
    }

    // Names side by side over as many lines as they need; how high they are.
    double legend(const Drawing::Box& box, const std::vector<KeyRow>& rows) {
        if (rows.empty() || rows.size() > most_in_legend) return 0;
        const double sample = 2 * type_, line = 1.5 * type_;
        double x = 0, y = 0;
        for (const KeyRow& row : rows) {
            const double wide = sample + 0.4 * type_ + width_on_page(row.name, type_);
            if (x > 0 && x + wide > box.width) {
                x = 0;
                y += line;
            }
            const double left = box.x + x, middle = box.y + y + 0.75 * type_;
            if (row.filled) {
                page_.shapes.emplace_back(Drawing::Rectangle{left + 0.6 * type_,
                                                             middle - 0.4 * type_, 0.8 * type_,
                                                             0.8 * type_, ink_on_page(row.colour)});
            } else {
                page_.shapes.emplace_back(
                    Drawing::Line{left, middle, left + sample, middle,
                                  pen_on_page({row.colour, row.dash, 1.2F}, look_.line)});
            }
            words(left + sample + 0.4 * type_, middle + 0.35 * type_, row.name,
                  Drawing::Anchor::left, page_ink);
            x += wide + 1.2 * type_;
        }
        return y + line + 0.3 * type_;
    }

    // What the colours of a map are, with its ends: right of the plots, as high as they are.
    void colours(const Drawing::Box& box, const Cells& cells) {
        constexpr int steps = 64;
        const double width = 0.8 * type_;
        for (int i = 0; i < steps; ++i)
            page_.shapes.emplace_back(Drawing::Rectangle{
                box.x, box.y + box.height * (steps - 1 - i) / steps, width,
                box.height / steps + 0.2,
                ink_on_page(
                    cells.colour(cells.low + (cells.high - cells.low) * (i + 0.5) / steps))});
        const double left = box.x + width + 0.4 * type_;
        words(left, box.y + 0.9 * type_, short_number(cells.high), Drawing::Anchor::left,
              pale_page_ink);
        words(left, box.y + box.height, short_number(cells.low), Drawing::Anchor::left,
              pale_page_ink);
        words(box.x + box.width, box.y - 0.5 * type_, cells.name, Drawing::Anchor::right,
              pale_page_ink);
    }

    // `labels`: what numbers take to the left of every chart.
    void chart(const Drawing::Box& box, const Chart& chart, std::string_view title, double labels) {
        double above = this->title(box.x + labels, box.y, title);
        if (!chart.y.title.empty()) above += 1.4 * type_;
        above = std::max(above, 0.6 * type_);
        const double below = (chart.x.title.empty() ? 1.6 : 2.9) * type_;
        const Drawing::Box area{box.x + labels, box.y + above,
                                std::max(box.width - labels - type_, type_),
                                std::max(box.height - above - below, type_)};
        const Axes axes = page_axes(chart, area);
        rule(chart, axes);
        if (!chart.y.title.empty())
            words(area.x, area.y - 0.5 * type_, chart.y.title, Drawing::Anchor::left,
                  pale_page_ink);
        if (!chart.x.title.empty())
            words(area.x + area.width / 2, area.y + area.height + 2.5 * type_, chart.x.title,
                  Drawing::Anchor::middle, pale_page_ink);
        page_.shapes.emplace_back(Drawing::Group{chart.title, area});
        draw_marks_on_page(page_, chart, axes, look_);
        page_.shapes.emplace_back(Drawing::End{});
        page_.shapes.emplace_back(
            Drawing::Rectangle{area.x,
                               area.y,
                               area.width,
                               area.height,
                               {},
                               Drawing::Pen{{pale_page_ink}, 0.5 * look_.line}});
    }

    double labels_of(const Chart& chart, double height) const {
        const Axes axes = page_axes(chart, {0, 0, height, height});
        return widest_page_label(page_ticks(chart.y, axes.y, height, type_, 2.2), type_) +
               0.9 * type_;
    }

  private:
    void words(double x, double y, std::string_view text, Drawing::Anchor anchor,
               std::uint32_t colour, bool bold = false, double size = 1) {
        page_.shapes.emplace_back(
            Drawing::Words{x, y, std::string(text), size * type_, anchor, colour, bold});
    }

    // Of labels that would meet, every second is written, or fewer.
    std::size_t stride_that_fits(const std::vector<std::pair<double, std::string>>& labels) const {
        for (std::size_t every = 1;; ++every) {
            bool fits = true;
            double free_from = -INFINITY;
            for (std::size_t i = 0; i < labels.size() && fits; i += every) {
                const double half = width_on_page(labels[i].second, type_) / 2;
                fits = labels[i].first - half >= free_from;
                free_from = labels[i].first + half + 0.4 * type_;
            }
            if (fits) return every;
        }
    }

    // Lines and numbers of both axes; numbers that would meet are left out.
    void rule(const Chart& chart, const Axes& axes) {
        const auto right = static_cast<double>(axes.right());
        const auto bottom = static_cast<double>(axes.bottom());
        const auto left = static_cast<double>(axes.position.x);
        const auto top = static_cast<double>(axes.position.y);
        const Ticks across =
            page_ticks(chart.x, axes.x, static_cast<double>(axes.extent.x), type_, 4);
        const Ticks up =
            page_ticks(chart.y, axes.y, static_cast<double>(axes.extent.y), type_, 2.2);
        // A tick below the floor that values lie on stands where its number is.
        Axes open = axes;
        open.x.scale.floor = open.y.scale.floor = 0;
        const Drawing::Pen grid{{page_grid_ink}, 0.5 * look_.line};
        std::vector<std::pair<double, std::string>> labels;
        for (std::size_t i = 0; i < static_cast<std::size_t>(across.count); ++i) {
            const auto x = static_cast<double>(open.pixel_x(across.values[i]));
            if (x < left - 0.1 || x > right + 0.1) continue;
            if (chart.x.lines) page_.shapes.emplace_back(Drawing::Line{x, top, x, bottom, grid});
            if (const std::string label = across.labels[i].data(); !label.empty())
                labels.emplace_back(x, label);
        }
        const std::size_t every = stride_that_fits(labels);
        for (std::size_t i = 0; i < labels.size(); i += every)
            words(labels[i].first, bottom + 1.2 * type_, labels[i].second, Drawing::Anchor::middle,
                  pale_page_ink);
        double free_below = INFINITY;
        for (std::size_t i = 0; i < static_cast<std::size_t>(up.count); ++i) {
            const auto y = static_cast<double>(open.pixel_y(up.values[i]));
            if (y < top - 0.1 || y > bottom + 0.1) continue;
            if (chart.y.lines) page_.shapes.emplace_back(Drawing::Line{left, y, right, y, grid});
            const std::string label = up.labels[i].data();
            if (label.empty() || std::abs(y - free_below) < type_) continue;
            free_below = y;
            words(left - 0.5 * type_, y + 0.36 * type_, label, Drawing::Anchor::right,
                  pale_page_ink);
        }
    }

    Drawing& page_;
    const PageLook& look_;
    double type_;
};

// The map whose colours stand for those of all, if there is one.
const Cells* common_map(std::span<const Chart> charts) {
    const Cells* found = nullptr;
    for (const Chart& chart : charts)
        for (const ChartMark& mark : chart.marks)
            if (const auto* cells = std::get_if<Cells>(&mark)) {
                if (found != nullptr && (found->low != cells->low || found->high != cells->high))
                    return nullptr;
                found = cells;
            }
    return found != nullptr && found->high > found->low ? found : nullptr;
}

// Names that several charts share stand once.
std::vector<KeyRow> key_of_all(std::span<const Chart> charts) {
    std::vector<KeyRow> all;
    for (const Chart& chart : charts)
        for (const KeyRow& row : key_of(chart))
            if (std::none_of(all.begin(), all.end(), [&](const KeyRow& other) {
                    return other.name == row.name && other.dash == row.dash &&
                           other.filled == row.filled &&
                           gui::u32(other.colour) == gui::u32(row.colour);
                }))
                all.push_back(row);
    return all;
}

int chart_rows(std::size_t charts, int columns) {
    return (static_cast<int>(charts) + columns - 1) / columns;
}

}  // namespace

void draw_charts(Drawing& page, const Drawing::Box& box, std::span<const Chart> charts,
                 std::string_view title, int columns, const PageLook& look) {
    if (charts.empty()) return;
    columns = std::clamp(columns, 1, static_cast<int>(charts.size()));
    PageWriter writer(page, look);
    double above = writer.title(box.x, box.y, title);
    above += writer.legend({box.x, box.y + above, box.width, 0}, key_of_all(charts));
    const double gap = look.type;
    const Cells* map = common_map(charts);
    const double beside = map != nullptr ? 4.5 * look.type : 0;
    const auto rows = static_cast<double>(chart_rows(charts.size(), columns));
    const double width = (box.width - beside - gap * (columns - 1)) / columns;
    const double height = std::max((box.height - above - gap * (rows - 1)) / rows, 4 * look.type);
    double labels = 0;
    for (const Chart& chart : charts) labels = std::max(labels, writer.labels_of(chart, height));
    labels = std::min(labels, width / 3);
    if (map != nullptr)
        writer.colours({box.x + box.width - beside + look.type, box.y + above + 3.2 * look.type,
                        beside - look.type, std::max(height - 6 * look.type, 2 * look.type)},
                       *map);
    for (std::size_t i = 0; i < charts.size(); ++i) {
        const int at = static_cast<int>(i), row = at / columns;
        writer.chart({box.x + (width + gap) * (at % columns), box.y + above + (height + gap) * row,
                      width, height},
                     charts[i], charts.size() == 1 ? "" : charts[i].title, labels);
    }
}

Drawing page_of(std::span<const Chart> charts, std::string_view title, int columns,
                const PageLook& look) {
    columns = std::clamp(columns, 1, std::max(1, static_cast<int>(charts.size())));
    Drawing page;
    page.width = look.width * points_of_millimetre;
    page.height = look.height > 0 ? look.height * points_of_millimetre
                                  : 4 * look.type + page.width / columns * 0.66 *
                                                        chart_rows(charts.size(), columns);
    page.title = title;
    const double margin = 0.5 * look.type;
    draw_charts(page, {margin, margin, page.width - 2 * margin, page.height - 2 * margin}, charts,
                title, columns, look);
    return page;
}

std::string to_svg(const Drawing& page) {
    return svg_of(page, "Inter, Helvetica, Arial, sans-serif");
}

std::string to_pdf(const Drawing& page) {
    return pdf_of(page, gui::print_fonts());
}

}  // namespace muonscope::plots
