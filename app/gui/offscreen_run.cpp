#include "app/gui/offscreen_run.h"

#include <algorithm>
#include <chrono>

#include "app/gui/frame.h"
#include "app/gui/imgui_session.h"
#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/paper_runs.h"
#include "app/gui/preferences.h"
#include "app/gui/staged_plans.h"
#include "app/gui/theme.h"
#include "app/gui/time_cursor.h"
#include "app/gui/window.h"
#include "core/session/session.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

// Docked windows take their sizes in the second frame, automatic sizes in the third, and step axes
// ease towards their ends; a bound keeps a panel that never rests from drawing for ever.
constexpr int fewest_frames = 8, most_frames = 240;
// Likewise a panel that never stops computing.
constexpr std::chrono::seconds most_work{60};

std::shared_ptr<Snapshot> trained(const RenderOptions& options, Session& session,
                                  std::int64_t steps) {
    WorkerPool pool(1);
    session.advance_to(steps, pool);
    std::shared_ptr<Snapshot> snapshot = session.snapshot({.show = Session::Show::what_is_sound});
    // A picture shows the run, not how fast this machine happened to be.
    snapshot->state = !session.ended()     ? TrainerState::paused
                      : session.diverged() ? TrainerState::diverged
                                           : TrainerState::finished;
    snapshot->wanted_speed = options.spec.experiment.run.speed;
    return snapshot;
}

void wait_for(PaperRuns& runs) {
    while (runs.busy() && !runs.run->wait_for(std::chrono::seconds(1))) continue;
}

// At which the run is looked at, the last of them the end.
std::vector<std::int64_t> steps_to_look_at(const RenderOptions& options) {
    std::vector<std::int64_t> steps;
    for (std::int64_t look = 1; look <= options.looks; ++look)
        steps.push_back(options.steps * look / options.looks);
    return steps;
}

// A picture of results shows some: those of the experiment whose preset it is.
void run_experiments(PanelContext& context, const Snapshot& snapshot) {
    PaperRuns& runs = paper_runs(context);
    for (const PublishedExperiment& experiment : runs.experiments)
        if (experiment.preset == snapshot.spec->name) {
            begin_experiments(context, runs, {experiment});
            wait_for(runs);
            return;
        }
}

Theme theme_of(const RenderOptions& options, const Preferences& preferences) {
    return theme_for(preferences, static_cast<float>(options.scale),
                     static_cast<float>(options.height));
}

Preferences preferences_of(const RenderOptions& options) {
    Preferences preferences;
    preferences.dark = options.dark;
    for (const std::string& choice : options.choices) choose(preferences, choice);
    if (!options.present.empty()) {
        preferences.presentation = true;
        preferences.presented = options.present;
    }
    return preferences;
}

}  // namespace

struct OffscreenRun::Parts {
    explicit Parts(const RenderOptions& options);

    void train(std::int64_t steps);
    void draw_until_it_rests(int most);
    void draw_frame_alone();

    RenderOptions options;
    const Panel* alone;  // none: the whole window
    ImGuiSession imgui;
    Window window;
    Preferences preferences;
    Theme theme;
    Workplace workplace;
    ViewState view;
    Session session;
    std::shared_ptr<Snapshot> snapshot;
    PanelContext context;
};

OffscreenRun::Parts::Parts(const RenderOptions& wanted)
    : options(wanted),
      alone(options.panel.empty() ? nullptr : &panel_by_slug(options.panel)),
      window("Muonscope", {options.width, options.height}, Window::Kind::offscreen),
      preferences(preferences_of(options)),
      theme(theme_of(options, preferences)),
      workplace(jobs_at_once()),
      session(options.session ? Session(*options.session) : Session(options.spec)),
      context{.preferences = preferences,
              .view = view,
              .theme = theme,
              .fonts = imgui.fonts(),
              .send = [](const Command&) { return std::uint64_t{0}; },
              .workplace = workplace,
              .renderer = &window.renderer(),
              .save_session =
                  [](const std::string&) { return true; },  // shown as it is in the window: ready
              .copy_run =
                  [this] {
                      std::promise<std::shared_ptr<const Session>> copy;
                      copy.set_value(std::make_shared<const Session>(session));
                      return copy.get_future();
                  }} {
    apply_theme(theme);
    window.background = {theme.background.x, theme.background.y, theme.background.z};
    look_at(view, options.spec);
}

void OffscreenRun::Parts::train(std::int64_t steps) {
    snapshot = trained(options, session, steps);
    context.snapshot = snapshot.get();
}

void OffscreenRun::Parts::draw_frame_alone() {
    view.animating = view.working = false;
    window.begin_frame();
    if (alone != nullptr)
        draw_panel_alone(context, *alone);
    else
        draw_frame(context);
    ImGui::Render();
    // Only the back end can make the textures of new glyphs, so every frame goes through it.
    window.draw();
}

// What a panel works out beside the frames belongs to its picture.
void OffscreenRun::Parts::draw_until_it_rests(int most) {
    const auto patience = std::chrono::steady_clock::now() + most_work;
    for (int frame = 0; frame < most && (frame < fewest_frames || view.animating); ++frame) {
        draw_frame_alone();
        if (view.working && std::chrono::steady_clock::now() < patience) {
            workplace.work(0.02);
            frame = std::min(frame, std::min(fewest_frames, most) - 3);  // two more when it is done
        }
    }
}

OffscreenRun::OffscreenRun(const RenderOptions& options)
    : parts_(std::make_unique<Parts>(options)) {
    Parts& parts = *parts_;
    parts.train(steps_to_look_at(options).front());
    if (parts.alone == nullptr) return;
    if (parts.alone->draw == results_panel.draw) run_experiments(parts.context, *parts.snapshot);
    if (parts.alone->draw == staged_planner_panel.draw) {
        PaperRuns& runs = paper_runs(parts.context);
        begin_sweep(parts.context, runs, parts.context.kept<StagedPlans>().seeds);
        wait_for(runs);
    }
}

OffscreenRun::~OffscreenRun() = default;

void OffscreenRun::draw_all() {
    Parts& parts = *parts_;
    const std::vector<std::int64_t> steps = steps_to_look_at(parts.options);
    for (std::size_t look = 0; look < steps.size(); ++look) {
        const bool first_or_last = look == 0 || look + 1 == steps.size();
        go_on_to(steps[look], first_or_last ? most_frames : 1);
    }
    if (parts.options.at >= 0 && parts.options.at < parts.snapshot->step) {
        look_back_at(parts.context, parts.options.at);
        parts.draw_until_it_rests(most_frames);
    }
}

void OffscreenRun::go_on_to(std::int64_t step, int frames) {
    if (step > parts_->session.step()) parts_->train(step);
    parts_->draw_until_it_rests(frames);
}

void OffscreenRun::draw_again() {
    parts_->draw_frame_alone();
}

std::vector<std::uint8_t> OffscreenRun::pixels() const {
    return parts_->window.pixels({0, 0, parts_->options.width, parts_->options.height});
}

PanelContext& OffscreenRun::context() {
    return parts_->context;
}

}  // namespace muonscope::gui
