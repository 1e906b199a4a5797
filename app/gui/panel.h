#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "app/gui/states.h"
#include "core/session/command.h"
#include "core/session/snapshot.h"
#include "core/session/workplace.h"
#include "imgui.h"

struct ImFont;
namespace muonscope {
class Renderer;  // app/render/renderer.h
class Session;   // core/session/session.h
}  // namespace muonscope

// A panel is a free function of (snapshot, ui state, command sink). It never sees a lane, a thread
// or the trainer.
namespace muonscope::gui {

struct Theme;       // theme.h: colours and sizes
struct PathDialog;  // path_dialog.h: where to save

struct Fonts {
    ImFont* text = nullptr;     // Inter regular with the icons merged
    ImFont* heading = nullptr;  // Inter semi-bold
    ImFont* mono = nullptr;     // JetBrains Mono
};

// What the user chose about the view; kept between sessions in the configuration folder.
struct Preferences {
    bool dark = true;
    double user_scale = 1.0;  // 0.5 to 4, times the monitor's content scale
    bool presentation = false;
    // The panels that fill the screen then, by slug, the one with the most room first.
    std::vector<std::string> presented{"singular-values", "loss", "downstream-probe"};
    int colour_map = 0;   // of colour_maps()
    ChosenStates panels;  // each panel's own choices, of a type of its own
};

// A choice that is kept between sessions: its name in the file, where it stands, and the range
// outside of which a number is not taken.
struct Remembered {
    std::string name;
    std::variant<bool*, int*, double*, std::vector<std::string>*> at;
    double low = 0, high = 0;
};

// What lives only while the window is open. Panels keep no statics: whatever they remember
// between frames stands here.
struct ViewState {
    States panels;       // each panel's own, of a type of its own
    bool follow = true;  // step axes follow the run; off once the user pans or zooms
    double step_min = 0, step_max = 200;  // shared by every step axis, eased, not jumping
    bool show_help = false;
    bool animating = false;  // an axis is on its way: draw another frame even if nothing else moves
    bool weights_shown = false;  // by some panel that was drawn
    bool moves_shown = false;    // likewise what the newest step did
    bool working = false;     // something runs in the background: a few frames a second are enough
    std::string toast;        // last word of a window action
    std::string toast_about;  // what it speaks of: gone once that is as it should be
    bool toast_is_error = false;  // an error stays until it is over or dismissed
    double toast_until = 0;       // anything else until this time, seconds of ImGui::GetTime()
    bool reset_layout = false;    // asked for; done at the next frame
    std::string bring_forward;    // the title of the panel to show in front of its tabs, once
    std::string bring_beside;     // likewise another, of other tabs
    std::shared_ptr<PathDialog> path_dialog;     // while a path is asked for
    std::map<std::string, std::string> folders;  // by ending: where the last such file went
    bool keep_momentum = true;                   // when a lane's optimiser is switched
};

struct PanelContext {
    const Snapshot* snapshot = nullptr;  // null until the first one
    const Snapshot* now = nullptr;       // the newest, where `snapshot` is a picture of the past
    Preferences& preferences;
    ViewState& view;
    const Theme& theme;
    const Fonts& fonts;
    std::function<std::uint64_t(Command)> send;  // its number, as Trainer::send gives it
    Workplace& workplace;                        // for what takes longer than a frame
    Renderer* renderer = nullptr;                // of pictures of scenes; none: they stay empty
    double frame_milliseconds = 0;               // mean of the newest second
    double memory_megabytes = 0;                 // resident
    // Writes the session, or throws; false: it will once the step under way has ended and the hash
    // of the model is found, and says so then. Empty where there is none.
    std::function<bool(const std::string& path)> save_session = {};
    // A copy of the run, ready when the step under way has ended; null where it cannot be had.
    // Empty where there is no trainer.
    std::function<std::future<std::shared_ptr<const Session>>()> copy_run = {};
    // Saves what the next frame shows between two corners, in Dear ImGui's coordinates, of the
    // main window; empty where there is none.
    std::function<void(std::string path, ImVec2 from, ImVec2 to)> save_picture = {};

    // What the user chose about a panel, and what it keeps while the window is open.
    template <class T>
    T& chosen() const {
        return preferences.panels.of<T>();
    }
    template <class T>
    T& kept() const {
        return view.panels.of<T>();
    }

    // The same in other colours or another size, for what leaves the window: it saves nothing.
    PanelContext in(const Theme& other) const {
        return {.snapshot = snapshot,
                .preferences = preferences,
                .view = view,
                .theme = other,
                .fonts = fonts,
                .send = send,
                .workplace = workplace,
                .renderer = renderer};
    }
};

struct Panel {
    const char* title;        // window title and identity in layouts
    const char* explanation;  // dim, beside the title
    const char* help;         // on hover over the title: what it shows and how to read it
    void (*draw)(PanelContext&);
    ImVec2 least;          // em: the room that it needs to be of use
    bool weights = false;  // draws what it makes of the newest weights
    // Takes the explanation's place when it depends on the experiment.
    std::string (*explain)(const Experiment&) = nullptr;
    // Its choices that are kept between sessions.
    std::vector<Remembered> (*remembered)(Preferences&) = nullptr;
    // em: what is wide by nature, tables and rows of controls, scrolls sideways where it has less.
    float narrowest = 0;
    // Says what the run does now, whatever step of its past is looked at.
    bool of_now = false;
    // Needs a target or the product of all layers, which a transformer has not: a sentence stands
    // in its place then.
    bool of_chains = false;
};
std::span<const Panel> panels();

}  // namespace muonscope::gui
