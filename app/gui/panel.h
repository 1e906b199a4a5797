#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/session/command.h"
#include "core/session/snapshot.h"
#include "imgui.h"

struct ImFont;

// A panel is a free function of (snapshot, ui state, command sink). It never sees a lane, a thread
// or the trainer.
namespace muonscope::plots {
struct Memory;  // plots/memory.h: what plots keep between frames
}

namespace muonscope::gui {

struct Theme;            // theme.h: colours and sizes
struct PaperRuns;        // paper_runs.h: what runs beside the training
struct ConditioningNow;  // conditioning_now.h: condition numbers of the newest weights
struct Lab;              // lab.h: the bench of orthogonalisers
struct RandomSample;     // random_sample.h: random matrices drawn beside it
struct PathDialog;       // path_dialog.h: where to save
struct DockedLayout;     // layout.h: the docked panels and the room they were last given

struct Fonts {
    ImFont* text = nullptr;     // Inter regular with the icons merged
    ImFont* heading = nullptr;  // Inter semi-bold
    ImFont* mono = nullptr;     // JetBrains Mono
};

inline constexpr std::size_t engine_count = 18;  // of core/linalg/engine.h, in its order

// The orthogonaliser lab's choices.
struct LabChoices {
    int view = 0;  // transfer, quality, cost
    std::array<bool, engine_count> on{};
    int focus = 0;  // whose iterates and landings are drawn
    LabChoices();   // four engines that differ
};

// What the user chose about the view; kept between sessions in the configuration folder.
struct Preferences {
    bool dark = true;
    double user_scale = 1.0;  // 0.5 to 4, times the monitor's content scale
    bool presentation = false;

    // Singular values over steps.
    int sv_source = 0;  // 0: product; l: layer l
    bool sv_heatmap = false, sv_log = false;
    bool sv_target_basis = false;  // modes u_k^T P v_k instead of sorted singular values
    bool sv_levels = true;         // dotted target levels
    bool loss_log = true, probe_log = true;
    int measures_source = 0;
    int trade_off_layer = 0;  // 0: layer 1
    bool trade_off_from_start = false;
    int weight_norms_layer = 0;  // 0: layer 1
    bool spectrum_bars = false;  // else the product in the target's basis
    int spectrum_source = 0;
    bool spectrum_log = false;
    int spectrum_kind = 0;   // weights, gradient, update
    bool show_ghost = true;  // representations: the start
    LabChoices lab;
};

// What the staged planner made of the newest weights it looked at.
struct LanePlan {
    std::shared_ptr<const std::vector<Matrix>> weights;
    double first_taken = 0, taken = 0;  // steps of phase 1 and 2
    double distance = 0, remaining = 0;  // ‖W₁ − W₁*‖/‖A‖; steps of phase 2 still needed
};
struct StagedPlans {
    std::shared_ptr<const Spec> spec;
    std::shared_ptr<const Problem> problem;
    std::vector<LanePlan> lanes;
    double computed_at = -1;  // seconds of ImGui::GetTime()
};

// Who had the keyboard when the newest frame ended.
struct KeyboardState {
    bool list = false;             // a list, a menu or a dialog was open
    bool ring = false;             // a control had the focus ring
    bool ring_under_list = false;  // when the list was opened
    int tab = 0;  // +1, -1: Tab goes on into the focused window, from its first, last control
};

// What a control was put to, until a snapshot shows what came of it: a long step comes first.
struct Awaited {
    Value value;
    std::uint64_t command;  // see Snapshot::commands
};

// What lives only while the window is open. Panels keep no statics: whatever they remember
// between frames stands here.
struct ViewState {
    bool follow = true;  // step axes follow the run; off once the user pans or zooms
    double step_min = 0, step_max = 200;  // shared by every step axis, eased, not jumping
    bool show_help = false;
    bool animating = false;  // an axis is on its way: draw another frame even if nothing else moves
    bool working = false;    // something runs in the background: a few frames a second are enough
    std::shared_ptr<plots::Memory> plots;           // made by the first plot
    std::shared_ptr<PaperRuns> paper;               // made by the first panel that asks
    std::shared_ptr<ConditioningNow> conditioning;  // likewise
    std::shared_ptr<Lab> lab;                       // likewise
    std::shared_ptr<RandomSample> random_sample;    // likewise
    int paper_choice = 0;                           // Results: 0: all; i: the i-th experiment
    StagedPlans staged;
    int sweep_seeds = 40;         // Staged planner
    int sweep_budget = 0;         // fixed steps, matched distance, matched loss
    std::string toast;            // last word of a window action
    std::string toast_about;      // what it speaks of: gone once that is as it should be
    bool toast_is_error = false;  // an error stays until it is over or dismissed
    double toast_until = 0;       // anything else until this time, seconds of ImGui::GetTime()
    bool reset_layout = false;    // asked for; done at the next frame
    std::string bring_forward;    // the title of the panel to show in front of its tabs, once
    std::shared_ptr<DockedLayout> layout;  // made by the first frame
    KeyboardState keyboard;
    double building_since = -1;               // when the newest building was first seen; -1: none
    std::shared_ptr<PathDialog> path_dialog;  // while a path is asked for
    std::map<std::string, std::string> folders;  // by ending: where the last such file went
    bool keep_momentum = true;                   // when a lane's optimiser is switched
    std::vector<int> lane_layer;                 // which layer a lane's controls speak of; 0: all
    bool show_more = false;                      // the rarely used rows of the problem
    float row_height = 0;     // of a parameter, pixels; grows until the rows fill their column
    int rows = 0;             // parameters drawn so far in this frame
    std::string edited_path;  // the parameter being dragged or typed, and what it was put to
    Value edited_value;
    bool typing = false;
    std::vector<char> typed;
    // By path, or the name of what else is set: what was sent and is not in the snapshot yet.
    std::map<std::string, Awaited> awaited;
};

struct PanelContext {
    const Snapshot* snapshot = nullptr;  // null until the first one
    Preferences& preferences;
    ViewState& view;
    const Theme& theme;
    const Fonts& fonts;
    std::function<std::uint64_t(Command)> send;  // its number, as Trainer::send gives it
    double frame_milliseconds = 0;               // mean of the newest second
    double memory_megabytes = 0;                 // resident
    // Writes the session, or throws; false: it will once the step under way has ended, and says so
    // then. Empty where there is none.
    std::function<bool(const std::string& path)> save_session = {};
    // Saves what the next frame shows between two corners, in Dear ImGui's coordinates, of the
    // main window; empty where there is none.
    std::function<void(std::string path, ImVec2 from, ImVec2 to)> save_picture = {};
};

struct Panel {
    const char* title;        // window title and identity in layouts
    const char* explanation;  // dim, beside the title
    const char* help;         // on hover over the title: what it shows and how to read it
    void (*draw)(PanelContext&);
    ImVec2 least;           // em: the room that it needs to be of use
    bool presented = true;  // on a projector too
    // Takes the explanation's place when it depends on the experiment.
    std::string (*explain)(const Experiment&) = nullptr;
};
std::span<const Panel> panels();

}  // namespace muonscope::gui
