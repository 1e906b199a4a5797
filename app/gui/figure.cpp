#include "app/gui/figure.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/gui/plots/page_choices.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/formats/files.h"

namespace muonscope::gui {
namespace {

using plots::OfferedPlot;
using plots::PageLook;

// A rectangle of the screen.
struct Part {
    double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;

    void add(ImVec2 from, ImVec2 to) {
        left = std::min(left, static_cast<double>(from.x));
        top = std::min(top, static_cast<double>(from.y));
        right = std::max(right, static_cast<double>(to.x));
        bottom = std::max(bottom, static_cast<double>(to.y));
    }
    double width() const { return std::max(right - left, 1.0); }
    double height() const { return std::max(bottom - top, 1.0); }
    // The place of a part of this one within a box.
    Drawing::Box within(const Part& part, const Drawing::Box& box) const {
        const double across = box.width / width(), up = box.height / height();
        return {box.x + (part.left - left) * across, box.y + (part.top - top) * up,
                part.width() * across, part.height() * up};
    }
};

template <class Thing>
Part part_of(const Thing& thing) {
    Part part;
    part.add(thing.from, thing.to);
    return part;
}

// Calls are over when this goes.
class Collecting {
  public:
    explicit Collecting(const PanelContext& context)
        : collection_(context.kept<plots::Collection>()) {}
    ~Collecting() { collection_ = {}; }
    Collecting(const Collecting&) = delete;
    Collecting& operator=(const Collecting&) = delete;

  private:
    plots::Collection& collection_;
};

Drawing::Picture cut_out(const Screen& screen, const FigurePanel& panel, const Drawing::Box& box) {
    const auto at = [](float value, int end) {
        return std::clamp(static_cast<int>(std::lround(value)), 0, end);
    };
    const auto across = [&](float x) {
        return at((x - screen.origin.x) * screen.scale.x, screen.width);
    };
    const auto down = [&](float y) {
        return at((y - screen.origin.y) * screen.scale.y, screen.height);
    };
    const int left = across(panel.from.x), right = across(panel.to.x);
    const int top = down(panel.from.y), bottom = down(panel.to.y);
    Drawing::Picture picture{box.x, box.y, box.width, box.height, right - left, bottom - top, {}};
    for (int y = top; y < bottom; ++y) {
        const auto row = screen.rgb.begin() + 3 * (std::ptrdiff_t{y} * screen.width + left);
        picture.rgb.insert(picture.rgb.end(), row, row + 3 * (std::ptrdiff_t{right} - left));
    }
    return picture;
}

std::string title_of(const PanelContext& context, const FigureLayout& layout) {
    std::string title;
    if (context.snapshot != nullptr && context.snapshot->spec != nullptr)
        title = context.snapshot->spec->title;
    if (layout.panels.size() == 1)
        title += (title.empty() ? "" : ": ") + std::string(layout.panels.front().panel->title);
    return title;
}

// Where everything stands on a page of this size.
struct Places {
    struct Place {
        Drawing::Box box;
        std::string title;
    };
    std::vector<Place> plots;   // as the layout's
    std::vector<Place> panels;  // with a title, or a picture where they have no charts
    double width = 0, height = 0;
};

std::vector<bool> have_charts(const FigureLayout& layout) {
    std::vector<bool> have(layout.panels.size(), false);
    for (const FigurePlot& plot : layout.plots)
        if (plot.drawn && plot.panel >= 0) have[static_cast<std::size_t>(plot.panel)] = true;
    return have;
}

Places places_of(const PanelContext& context, const FigureLayout& layout, const PageLook& look) {
    Places places;
    places.width = look.width * plots::points_of_millimetre;
    const double margin = 0.5 * look.type;
    const std::size_t count = static_cast<std::size_t>(
        std::count_if(layout.plots.begin(), layout.plots.end(), [](auto& p) { return p.drawn; }));
    Part all;
    const bool several = layout.panels.size() > 1;
    if (several || count == 0)
        for (const FigurePanel& panel : layout.panels) all.add(panel.from, panel.to);
    else
        for (const FigurePlot& plot : layout.plots)
            if (plot.drawn) all.add(plot.from, plot.to);
    // The title of a panel alone stands above it, unless one plot has it as its own.
    const double head = several || count <= 1 ? 0 : 1.8 * look.type;
    const double inside = places.width - 2 * margin;
    places.height = look.height > 0 ? look.height * plots::points_of_millimetre
                                    : 2 * margin + head + inside / all.width() * all.height();
    const Drawing::Box page{margin, margin + head, inside,
                            std::max(places.height - 2 * margin - head, look.type)};
    const std::vector<bool> charted = have_charts(layout);
    std::vector<Part> inner(layout.panels.size());
    for (const FigurePlot& plot : layout.plots)
        if (plot.drawn && plot.panel >= 0)
            inner[static_cast<std::size_t>(plot.panel)].add(plot.from, plot.to);
    for (std::size_t i = 0; i < layout.panels.size(); ++i)
        places.panels.push_back({all.within(part_of(layout.panels[i]), page),
                                 charted[i] ? layout.panels[i].panel->title : ""});
    for (const FigurePlot& plot : layout.plots) {
        Drawing::Box box = all.within(part_of(plot), page);
        if (several && plot.panel >= 0) {
            Drawing::Box below = places.panels[static_cast<std::size_t>(plot.panel)].box;
            below.x += look.type;
            below.width = std::max(below.width - 2 * look.type, look.type);
            below.y += 2 * look.type;
            below.height = std::max(below.height - 3 * look.type, look.type);
            box = inner[static_cast<std::size_t>(plot.panel)].within(part_of(plot), below);
        }
        places.plots.push_back({box, count == 1 ? title_of(context, layout) : ""});
    }
    if (several || count <= 1) return places;
    places.panels.clear();
    places.panels.push_back({{margin, margin, inside, head}, title_of(context, layout)});
    return places;
}

// A chart alone is told apart by its own words; small multiples have theirs.
std::string title_beside(const FigurePlot& plot, const std::vector<plots::Chart>& charts,
                         const std::string& title, bool alone) {
    if (!title.empty() || alone || charts.size() != 1) return title;
    if (!charts.front().title.empty()) return charts.front().title;
    return charts.front().y.title.empty() ? plot.name : "";
}

// From the next frame on, until the collection is empty again.
void gather(const PanelContext& context, FigureLayout& layout) {
    plots::Collection& collection = context.kept<plots::Collection>();
    collection.take_panel = [&layout](const Panel& panel, ImVec2 from, ImVec2 to) {
        layout.panels.push_back({&panel, from, to});
    };
    collection.take = [&layout, index = 0](const OfferedPlot& offered) mutable {
        const std::vector<plots::Chart> charts = offered.exports.charts
                                                     ? offered.exports.charts(offered.paper)
                                                     : std::vector<plots::Chart>{};
        FigurePlot plot{offered.name, offered.from,
                        offered.to,   static_cast<int>(layout.panels.size()) - 1,
                        index++,      !charts.empty()};
        // Each lane of a row offers all of them.
        if (charts.size() > 1 && !layout.plots.empty())
            if (FigurePlot& last = layout.plots.back();
                last.name == plot.name && last.panel == plot.panel) {
                last.from = {std::min(last.from.x, plot.from.x),
                             std::min(last.from.y, plot.from.y)};
                last.to = {std::max(last.to.x, plot.to.x), std::max(last.to.y, plot.to.y)};
                return;
            }
        layout.plots.push_back(plot);
    };
}

// Likewise hands over the plots that the layout has.
void hand_over(const PanelContext& context, const FigureLayout& layout,
               std::function<void(const FigurePlot&, const OfferedPlot&)> use) {
    context.kept<plots::Collection>().take = [&layout, use = std::move(use),
                                              index = 0](const OfferedPlot& offered) mutable {
        for (const FigurePlot& plot : layout.plots)
            if (plot.index == index) use(plot, offered);
        ++index;
    };
}

std::size_t number_of(const FigureLayout& layout, const FigurePlot& plot) {
    return static_cast<std::size_t>(&plot - layout.plots.data());
}

Drawing empty_page(const PanelContext& context, const FigureLayout& layout, const Places& places) {
    Drawing page{places.width, places.height};
    page.title = title_of(context, layout);
    return page;
}

void add_panels(Drawing& page, const FigureLayout& layout, const Places& places,
                const PageLook& look, const Screen& screen) {
    const std::vector<bool> charted = have_charts(layout);
    for (std::size_t i = 0; i < places.panels.size(); ++i) {
        const auto& [box, title] = places.panels[i];
        if (!title.empty())
            page.shapes.emplace_back(Drawing::Words{box.x, box.y + 1.2 * look.type, title,
                                                    1.1 * look.type, Drawing::Anchor::left,
                                                    0x1f2937, true});
        else if (i < layout.panels.size() && !charted[i] && screen.width > 0)
            page.shapes.emplace_back(cut_out(screen, layout.panels[i], box));
    }
}

void add_plot(Drawing& page, const FigureLayout& layout, const Places& places, const PageLook& look,
              const FigurePlot& plot, const OfferedPlot& offered) {
    if (!plot.drawn) return;
    const Places::Place& place = places.plots[number_of(layout, plot)];
    const std::vector<plots::Chart> charts = offered.exports.charts(offered.paper);
    plots::draw_charts(page, place.box, charts,
                       title_beside(plot, charts, place.title, layout.plots.size() == 1),
                       offered.exports.columns, look);
}

// Now, for charts may look at what the frame has.
std::string part_of_script(const FigureLayout& layout, const Places& places, const PageLook& look,
                           const FigurePlot& plot, const OfferedPlot& offered) {
    if (!plot.drawn) return "";
    const auto& [box, title] = places.plots[number_of(layout, plot)];
    plots::PlacedCharts part{box.x / places.width, box.y / places.height, box.width / places.width,
                             box.height / places.height};
    part.charts = offered.exports.charts(offered.paper);
    part.title = title_beside(plot, part.charts, title, layout.plots.size() == 1);
    part.columns = offered.exports.columns;
    return plots::python_part(part, look);
}

PageLook with_height(PageLook look, const Places& places) {
    look.height = places.height / plots::points_of_millimetre;
    return look;
}

}  // namespace

FigureLayout layout_of(const PanelContext& context, const DrawFrame& draw) {
    FigureLayout layout;
    const Collecting collecting(context);
    gather(context, layout);
    draw();
    return layout;
}

void with_plots(const PanelContext& context, const DrawFrame& draw, const FigureLayout& layout,
                const std::function<void(const FigurePlot&, const OfferedPlot&)>& use) {
    const Collecting collecting(context);
    hand_over(context, layout, use);
    draw();
}

Drawing figure_page(const PanelContext& context, const DrawFrame& draw, const FigureLayout& layout,
                    const PageLook& look, const Screen& screen) {
    const Places places = places_of(context, layout, look);
    Drawing page = empty_page(context, layout, places);
    add_panels(page, layout, places, look, screen);
    with_plots(context, draw, layout, [&](const FigurePlot& plot, const OfferedPlot& offered) {
        add_plot(page, layout, places, look, plot, offered);
    });
    return page;
}

std::string figure_script(const PanelContext& context, const DrawFrame& draw,
                          const FigureLayout& layout, const PageLook& look) {
    const Places places = places_of(context, layout, look);
    const PageLook size = with_height(look, places);
    std::vector<std::string> parts;
    with_plots(context, draw, layout, [&](const FigurePlot& plot, const OfferedPlot& offered) {
        parts.push_back(part_of_script(layout, places, size, plot, offered));
    });
    return plots::to_python(parts, title_of(context, layout), size);
}

namespace {

// A figure of the open window on its way.
struct WindowFigure {
    std::string path;  // empty: none
    int frame = 0;     // that is built: of the dialog's end, of the layout, of the plots
    FigureLayout layout;
    PageLook look;
    Places places;
    Drawing page;
    std::vector<std::string> parts;  // of a script
};
constexpr int layout_frame = 2, plots_frame = 3;

bool is_script(const WindowFigure& figure) {
    return figure.path.ends_with(".py");
}

}  // namespace

void ask_for_figure(ViewState& view, const std::string& path) {
    WindowFigure& figure = view.panels.of<WindowFigure>();
    figure = {};
    figure.path = path;
    view.toast.clear();  // must not be in it
    view.animating = true;
}

void begin_figure(PanelContext& context) {
    WindowFigure& figure = context.kept<WindowFigure>();
    if (figure.path.empty()) return;
    context.view.animating = true;
    ++figure.frame;
    if (figure.frame == layout_frame) gather(context, figure.layout);
    if (figure.frame != plots_frame) return;
    hand_over(
        context, figure.layout, [&figure](const FigurePlot& plot, const OfferedPlot& offered) {
            if (is_script(figure))
                figure.parts.push_back(
                    part_of_script(figure.layout, figure.places, figure.look, plot, offered));
            else
                add_plot(figure.page, figure.layout, figure.places, figure.look, plot, offered);
        });
}

void end_figure(PanelContext& context, const std::function<Screen()>& pixels) {
    WindowFigure& figure = context.kept<WindowFigure>();
    if (figure.path.empty()) return;
    context.view.animating = true;
    context.kept<plots::Collection>() = {};
    if (figure.frame == layout_frame) {
        figure.look = context.chosen<plots::PageChoices>().look();
        figure.places = places_of(context, figure.layout, figure.look);
        figure.look = with_height(figure.look, figure.places);
        figure.page = empty_page(context, figure.layout, figure.places);
        if (!is_script(figure))
            add_panels(figure.page, figure.layout, figure.places, figure.look, pixels());
    }
    if (figure.frame < plots_frame) return;
    const std::string path = std::exchange(figure.path, {});
    attempt(context.view, [&] {
        write_file(path, path.ends_with(".py")
                             ? plots::to_python(figure.parts, figure.page.title, figure.look)
                         : path.ends_with(".pdf") ? plots::to_pdf(figure.page)
                                                  : plots::to_svg(figure.page));
        say(context.view, "Saved " + path);
    });
    figure = {};
}

}  // namespace muonscope::gui
