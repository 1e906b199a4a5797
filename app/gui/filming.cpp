#include "app/gui/filming.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "app/gui/film.h"
#include "app/gui/time_cursor.h"
#include "app/gui/widgets.h"
#include "app/render/png.h"

namespace muonscope::gui {
namespace {

constexpr int frames_of_film = 100, rate_of_film = 25;
constexpr int settling = 3;  // the window's frames after which what was asked for is seen

struct Filming {
    std::string path;  // empty: none
    ImVec2 from, to;
    std::unique_ptr<FrameFolder> folder;
    std::unique_ptr<FilmMaker> maker;
    std::int64_t newest = -1, wanted = -1;  // steps
    int done = 0, waited = 0;
};

void end_it(PanelContext& context, const std::string& words, bool error = false) {
    context.kept<Filming>() = {};
    say(context.view, words, error);
}

std::int64_t step_of(const Filming& filming) {
    return filming.newest * filming.done / (frames_of_film - 1);
}

bool shows(const PanelContext& context, std::int64_t step) {
    const TimeCursor& cursor = context.kept<TimeCursor>();
    return cursor.step == step || (cursor.step < 0 && step == context.kept<Filming>().newest);
}

void take_frame(Filming& filming, const Screen& screen) {
    const auto at = [](float value, float origin, float scale, int end) {
        return std::clamp(static_cast<int>(std::lround((value - origin) * scale)), 0, end);
    };
    const int left = at(filming.from.x, screen.origin.x, screen.scale.x, screen.width);
    const int right = at(filming.to.x, screen.origin.x, screen.scale.x, screen.width);
    const int top = at(filming.from.y, screen.origin.y, screen.scale.y, screen.height);
    const int bottom = at(filming.to.y, screen.origin.y, screen.scale.y, screen.height);
    std::vector<std::uint8_t> rgb;
    for (int y = top; y < bottom; ++y) {
        const auto row = screen.rgb.begin() + 3 * (std::ptrdiff_t{y} * screen.width + left);
        rgb.insert(rgb.end(), row, row + 3 * (std::ptrdiff_t{right} - left));
    }
    ++filming.done;
    write_png(filming.folder->path() + "/" + frame_name(filming.done), right - left, bottom - top,
              rgb);
}

}  // namespace

void ask_for_film(ViewState& view, const std::string& path, ImVec2 from, ImVec2 to) {
    check_ffmpeg();
    Filming& filming = view.panels.of<Filming>();
    filming = {};
    filming.folder = std::make_unique<FrameFolder>(path);
    filming.from = from;
    filming.to = to;
    filming.path = path;
    view.toast.clear();  // must not be in it
    view.animating = true;
}

bool is_filming(ViewState& view) {
    return !view.panels.of<Filming>().path.empty();
}

void begin_film_frame(PanelContext& context) {
    Filming& filming = context.kept<Filming>();
    if (filming.path.empty() || filming.maker) return;
    if (filming.newest < 0) filming.newest = context.snapshot ? context.snapshot->step : 0;
    // Nobody but the film moves the cursor while it is made.
    if (filming.wanted >= 0 && !shows(context, filming.wanted)) {
        end_it(context, "The film was ended; nothing is saved");
        return;
    }
    if (const std::int64_t step = step_of(filming); filming.wanted != step) {
        filming.wanted = step;
        filming.waited = 0;
        look_back_at(context, step);
    }
    context.view.animating = true;
}

void end_film_frame(PanelContext& context, const std::function<Screen()>& pixels) {
    Filming& filming = context.kept<Filming>();
    if (filming.path.empty()) return;
    const bool rests = !std::exchange(context.view.animating, true);
    try {
        if (filming.maker) {
            if (!filming.maker->is_done()) return;
            filming.maker->publish();
            look_at_newest(context);
            end_it(context, "Saved " + filming.path);
            return;
        }
        const TimeCursor& cursor = context.kept<TimeCursor>();
        if (!shows(context, filming.wanted) || (cursor.step >= 0 && !cursor.exact())) return;
        if (++filming.waited < settling || (!rests && filming.waited < 20 * settling)) return;
        take_frame(filming, pixels());
        // The same step again, where a run is shorter than its film.
        filming.waited = 0;
        if (filming.done == frames_of_film)
            filming.maker =
                std::make_unique<FilmMaker>(filming.folder->path(), filming.path, rate_of_film);
    } catch (const std::exception& fault) {
        look_at_newest(context);
        end_it(context, fault.what(), true);
    }
}

}  // namespace muonscope::gui
