#include "app/gui/export_main.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "app/gui/figure.h"
#include "app/gui/film.h"
#include "app/gui/frame.h"
#include "app/gui/offscreen_run.h"
#include "app/gui/plots/page_choices.h"
#include "app/gui/plots/table_text.h"
#include "app/gui/theme.h"
#include "app/render/png.h"
#include "core/base/error.h"
#include "core/formats/files.h"

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;

bool is_picture(const std::string& what) {
    return what == "png" || what == "frames" || what == "mp4" || what == "gif";
}

// How large the window is so that an em of it is as long as the type on paper.
RenderOptions sized(const ExportOptions& options) {
    RenderOptions run = options.run;
    const plots::PageLook& look = options.look;
    const double dots = is_picture(options.what) ? options.dpi / 72.0 : size::font / look.type;
    run.scale = is_picture(options.what) ? look.type * dots / size::font : 1;
    const double shape = run.panel.empty() ? 9.0 / 16 : 0.66;
    const double height = look.height > 0 ? look.height : look.width * shape;
    const auto pixels = [&](double millimetres) {
        return static_cast<int>(std::lround(millimetres * plots::points_of_millimetre * dots));
    };
    run.width = pixels(look.width);
    // A drawing leaves out what a panel has above its plots.
    run.height =
        pixels(height) +
        (run.panel.empty() || is_picture(options.what) ? 0 : static_cast<int>(4 * size::font));
    constexpr int least = 64, most = 8192;
    if (run.width < least || run.width > most || run.height < least || run.height > most)
        throw Error(
            "--dpi",
            fmt::format("{} gives a picture of {} x {} pixels", options.dpi, run.width, run.height),
            fmt::format("choose --dpi, --width-mm and --height-mm so that each is from {} "
                        "to {}",
                        least, most));
    if (run.scale < 0.5 || run.scale > 4)
        throw Error("--type-size",
                    fmt::format("{:g} points at {} dpi are {:.1f} pixels", look.type, options.dpi,
                                run.scale * static_cast<double>(size::font)),
                    fmt::format("choose both so that type is from {:g} to {:g} pixels",
                                0.5F * size::font, 4 * size::font));
    return run;
}

// The one that is asked for, or the only one.
const FigurePlot& chosen_plot(const FigureLayout& layout, const ExportOptions& options) {
    std::string names;
    for (const FigurePlot& plot : layout.plots) {
        if (plot.name == options.plot || (options.plot.empty() && layout.plots.size() == 1))
            return plot;
        names += (names.empty() ? "" : ", ") + plot.name;
    }
    if (layout.plots.empty())
        throw Error("--panel", "shows no plot with values now",
                    "choose another panel, or --what png");
    throw Error("--plot",
                options.plot.empty()
                    ? fmt::format("is needed: there are {} plots", layout.plots.size())
                    : "'" + options.plot + "' is none of this panel's plots",
                "give one of: " + names);
}

std::string table_text(const ExportOptions& options, const plots::Exports& exports) {
    if (options.what == "csv-all" && exports.all) return plots::to_csv(exports.all());
    if (options.what == "csv" || options.what == "csv-all") return plots::csv_of(exports);
    const plots::TextTable table = plots::text_table_of(exports);
    return options.what == "md" ? plots::to_markdown(table) : plots::to_latex(table);
}

std::string document(const ExportOptions& options, OffscreenRun& run) {
    const DrawFrame draw = [&] { run.draw_again(); };
    const PanelContext& context = run.context();
    const FigureLayout layout = layout_of(context, draw);
    const std::string& what = options.what;
    if (what == "svg" || what == "pdf") {
        const std::vector<std::uint8_t> pixels = run.pixels();
        const RenderOptions size = sized(options);
        const Drawing page =
            figure_page(context, draw, layout, options.look, {size.width, size.height, pixels});
        return what == "svg" ? plots::to_svg(page) : plots::to_pdf(page);
    }
    if (what == "py") {
        if (std::none_of(layout.plots.begin(), layout.plots.end(), [](auto& p) { return p.drawn; }))
            throw Error("--panel", "shows no plot that is a drawing",
                        "choose another panel, or --what png");
        return figure_script(context, draw, layout, options.look);
    }
    const FigurePlot plot = chosen_plot(layout, options);
    std::string text;
    with_plots(context, draw, {{plot}, layout.panels},
               [&](const FigurePlot&, const plots::OfferedPlot& offered) {
                   text = table_text(options, offered.exports);
               });
    return text;
}

// PNGs over the steps into a folder; false: called off.
bool draw_frames(const ExportOptions& options, const RenderOptions& run,
                 const std::string& folder) {
    OffscreenRun scene(run);
    constexpr int most = 24;  // of the window's, for an axis that eases towards its end
    for (int frame = 1; frame <= options.frames; ++frame) {
        if (!options.goes_on(frame - 1)) return false;
        scene.go_on_to(run.steps * frame / options.frames, frame == 1 ? 4 * most : most);
        write_png(folder + "/" + frame_name(frame), run.width, run.height, scene.pixels());
    }
    return options.goes_on(options.frames);
}

int animation(const ExportOptions& options, RenderOptions run) {
    // Trained up to the first frame, then on.
    run.looks = options.frames;
    const std::string& output = options.run.output;
    if (options.what == "frames") {
        std::error_code fault;
        fs::create_directories(output, fault);
        if (fault) throw Error(output, fault.message(), "choose another folder");
        return draw_frames(options, run, output) ? 0 : called_off;
    }
    check_ffmpeg();
    const FrameFolder scratch(output);
    const bool made = draw_frames(options, run, scratch.path()) &&
                      make_film(scratch.path(), output, options.rate,
                                [&] { return options.goes_on(options.frames); });
    return made ? 0 : called_off;
}

}  // namespace

int export_window(const ExportOptions& wanted) {
    ExportOptions options = wanted;
    constexpr double panel_width = 175, window_width = 320;  // mm
    if (options.look.width == 0)
        options.look.width = options.run.panel.empty() ? window_width : panel_width;
    const RenderOptions run = sized(options);
    check_render_options(run);
    if (options.what == "frames" || options.what == "mp4" || options.what == "gif")
        return animation(options, run);
    OffscreenRun scene(run);
    scene.draw_all();
    if (options.what == "png")
        write_png(run.output, run.width, run.height, scene.pixels());
    else
        write_file(run.output, document(options, scene));
    return 0;
}

}  // namespace muonscope::gui
