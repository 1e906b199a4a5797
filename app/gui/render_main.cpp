#include "app/gui/render_main.h"

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
#include "app/render/png.h"
#include "core/base/error.h"
#include "core/session/session.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

namespace muonscope::gui {
namespace {

// Docked windows take their sizes in the second frame, automatic sizes in the third, and step axes
// ease towards their ends; a bound keeps a panel that never rests from drawing for ever.
constexpr int fewest_frames = 8, most_frames = 240;
// Likewise a panel that never stops computing.
constexpr std::chrono::seconds most_work{60};

void check(const RenderOptions& o) {
    const auto size_allowed = [](int n) { return n >= 64 && n <= 8192; };
    if (!size_allowed(o.width) || !size_allowed(o.height))
        throw Error("--size", std::to_string(o.width) + "x" + std::to_string(o.height),
                    "give WIDTHxHEIGHT with each from 64 to 8192 pixels");
    if (!std::isfinite(o.scale) || o.scale < 0.5 || o.scale > 4)
        throw Error("--scale", std::to_string(o.scale), "give a number from 0.5 to 4");
    if (o.steps < 0)
        throw Error("--steps", std::to_string(o.steps), "give a number of steps, 0 or more");
    if (o.looks < 1)
        throw Error("--looks", std::to_string(o.looks), "give a whole number, at least one");
    if (o.at < -1 || o.at > o.steps)
        throw Error("--at", std::to_string(o.at),
                    fmt::format("give a step that the run comes to: --steps is {}", o.steps));
    Preferences preferences;
    for (const std::string& choice : o.choices) choose(preferences, choice);
    if (o.output.empty()) throw Error("-o", "no file is named", "give the picture's path");
}

std::shared_ptr<Snapshot> train(const RenderOptions& options, Session& session,
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

// What a panel works out beside the frames belongs to its picture.
void draw_until_it_rests(PanelContext& context, Window& window, const Panel* alone, int most) {
    const auto patience = std::chrono::steady_clock::now() + most_work;
    ViewState& view = context.view;
    for (int frame = 0; frame < most && (frame < fewest_frames || view.animating); ++frame) {
        view.animating = view.working = false;
        window.begin_frame();
        if (alone != nullptr)
            draw_panel_alone(context, *alone);
        else
            draw_frame(context);
        ImGui::Render();
        // Only the back end can make the textures of new glyphs, so every frame goes through it.
        window.draw();
        if (view.working && std::chrono::steady_clock::now() < patience) {
            context.workplace.work(0.02);
            frame = std::min(frame, std::min(fewest_frames, most) - 3);  // two more when it is done
        }
    }
}

std::vector<std::uint8_t> draw(const RenderOptions& options, const Panel* alone) {
    ImGuiSession imgui;
    Window window("Muonscope", {options.width, options.height}, Window::Kind::offscreen);
    Preferences preferences;
    preferences.dark = options.dark;
    for (const std::string& choice : options.choices) choose(preferences, choice);
    if (!options.present.empty()) {
        preferences.presentation = true;
        preferences.presented = options.present;
    }
    const Theme theme = theme_for(preferences, static_cast<float>(options.scale),
                                  static_cast<float>(options.height));
    apply_theme(theme);
    window.background = {theme.background.x, theme.background.y, theme.background.z};

    Workplace workplace(jobs_at_once());
    ViewState view;
    look_at(view, options.spec);
    Session session(options.spec);
    const std::vector<std::int64_t> steps = steps_to_look_at(options);
    std::shared_ptr<Snapshot> snapshot = train(options, session, steps.front());
    PanelContext context{
        .snapshot = snapshot.get(),
        .preferences = preferences,
        .view = view,
        .theme = theme,
        .fonts = imgui.fonts(),
        .send = [](const Command&) { return std::uint64_t{0}; },
        .workplace = workplace,
        .renderer = &window.renderer(),
        .save_session =
            [](const std::string&) { return true; },  // shown as it is in the window: ready
        .copy_run =
            [&session] {
                std::promise<std::shared_ptr<const Session>> copy;
                copy.set_value(std::make_shared<const Session>(session));
                return copy.get_future();
            }};
    if (alone != nullptr && alone->draw == results_panel.draw) run_experiments(context, *snapshot);
    if (alone != nullptr && alone->draw == staged_planner_panel.draw) {
        begin_sweep(context, paper_runs(context), context.kept<StagedPlans>().seeds);
        wait_for(paper_runs(context));
    }
    for (std::size_t look = 0; look < steps.size(); ++look) {
        if (look > 0) snapshot = train(options, session, steps[look]);
        context.snapshot = snapshot.get();
        const bool first_or_last = look == 0 || look + 1 == steps.size();
        draw_until_it_rests(context, window, alone, first_or_last ? most_frames : 1);
    }
    if (options.at >= 0 && options.at < snapshot->step) {
        look_back_at(context, options.at);
        draw_until_it_rests(context, window, alone, most_frames);
    }
    return window.pixels({0, 0, options.width, options.height});
}

}  // namespace

int render_window(const RenderOptions& options) {
    check(options);
    const Panel* alone = options.panel.empty() ? nullptr : &panel_by_slug(options.panel);
    for (const std::string& slug : options.present) panel_by_slug(slug, "--present");
    const auto pixels = draw(options, alone);
    write_png(options.output, options.width, options.height, pixels);
    return 0;
}

}  // namespace muonscope::gui
