#include "app/gui/application.h"

#include "app/gui/autosave.h"
#include "app/gui/dock_layout.h"
#include "app/gui/figure.h"
#include "app/gui/filming.h"
#include "app/gui/frame.h"
#include "app/gui/frame_pacer.h"
#include "app/gui/full_screen.h"
#include "app/gui/imgui_session.h"
#include "app/gui/keys.h"
#include "app/gui/left_sessions.h"
#include "app/gui/preferences.h"
#include "app/gui/saving.h"
#include "app/gui/session_weights.h"
#include "app/gui/state_file.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "app/render/png.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/documents/session_json.h"
#include "core/formats/files.h"
#include "core/formats/user_folders.h"
#include "core/session/crew.h"
#include "core/session/trainer.h"

#include "imgui.h"
#include "imgui_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <utility>

#include <unistd.h>

namespace muonscope::gui {
namespace {

double seconds() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

double resident_megabytes() {
    std::ifstream statm("/proc/self/statm");
    double all = 0, resident = 0;
    if (!(statm >> all >> resident)) return 0;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// 1600 x 900 holds the default layout; larger text needs as much more room.
Window::Size first_size(const WindowOptions& options, const Preferences& preferences) {
    if (options.size) return {options.size->first, options.size->second};
    return {static_cast<int>(1600 * preferences.user_scale),
            static_cast<int>(900 * preferences.user_scale)};
}

Preferences first_preferences(const WindowOptions& options, std::string& complaint) {
    Preferences preferences = load_preferences(complaint);
    if (options.scale) preferences.user_scale = *options.scale;
    if (options.dark) preferences.dark = *options.dark;
    return preferences;
}

// One core is left to the window, and one call that takes long does not hold up all the others.
int threads_beside() {
    return std::max(2, hardware_threads() - 1);
}

}  // namespace

// Everything that lives as long as the window.
struct Application::State {
    explicit State(const WindowOptions& options)
        : state_file_(options.state_file),
          preferences_(first_preferences(options, complaint_)),
          window_("Muonscope", first_size(options, preferences_), options.kind),
          beside_(options.threads ? threads_beside() : 0),
          training_(options.threads ? 1 : 0),
          trainer_(options.spec, {.on_snapshot = [this] { window_.wake(); },
                                  .patience = 0.15,
                                  .workplace = training_.threads() > 0 ? &training_ : &beside_}) {
        kept_preferences_ = to_json(preferences_);
        std::string complaint;
        if (const std::string layout = load_layout(complaint); !layout.empty())
            ImGui::LoadIniSettingsFromMemory(layout.data(), layout.size());
        if (!complaint_.empty() && !complaint.empty()) complaint_ += "\n";
        complaint_ += complaint;
        if (!complaint_.empty()) say(complaint_, true);
        follow_theme();
        snapshot_ = trainer_.snapshot();
        look_at(view_, options.spec);
        if (options.session)
            open_session(options.session);
        else
            trainer_.send(Start{});
        if (options.autosaves) begin_autosave();
    }

    void open_session(const std::shared_ptr<const SessionFile>& session) {
        trainer_.send(OpenSession{session});
        if (session->weights) open_weights(preferences_, view_, *session->weights);
    }

    void begin_autosave() {
        keep([this] { autosave_.begin(state_folder()); });
        if (!autosave_.on()) return;
        LeftSessions& left = view_.panels.of<LeftSessions>();
        left.sessions = autosave_.left_behind();
        left.adopt = [this](const LeftSession& session) { autosave_.adopt(session); };
        left.put_away = [this](const LeftSession& session) { autosave_.put_away(session); };
    }

    void begin() {
        pacer_.wake(seconds(), 0.5);
        draw();
        window_.show();
    }

    bool frame(double patience) {
        window_.take_events(work(std::min(patience, pacer_.wait(seconds()))));
        notice();
        if (pacer_.due(seconds())) draw();
        return !window_.closed();
    }

    // Without threads what is worked out beside the frames is worked out here: as long as nothing
    // else is to be done, and a little in any case. How long is left to wait.
    double work(double patience) {
        constexpr double least = 0.004, most = 0.01;  // seconds
        if (beside_.threads() > 0) return patience;
        const double end = seconds() + patience;
        if (beside_.work(std::clamp(patience, least, most))) return 0;
        return std::clamp(end - seconds(), 0.0, beside_.seconds_to_next());
    }

    // What happened since the last look decides how long to go on drawing.
    void notice() {
        const double now = seconds();
        if (!ImGui::GetCurrentContext()->InputEventsQueue.empty() || window_.exposed())
            pacer_.wake(now, 0.6);  // longer than a tooltip's delay
        const auto snapshot = trainer_.snapshot();
        if (snapshot != nullptr &&
            (snapshot_ == nullptr || snapshot->serial != snapshot_->serial)) {
            snapshot_ = snapshot;
            pacer_.wake(now, 0.05);
        }
        if (now - looked_at_preferences_ > 1) {
            looked_at_preferences_ = now;
            keep_preferences();
        }
        autosave(now);
        if (view_.animating) pacer_.wake(now, 0.05);
        if (view_.working) pacer_.wake(now, 0.005);  // one frame a look: at least four a second
        if (!view_.toast.empty() && !view_.toast_is_error && ImGui::GetTime() > view_.toast_until)
            pacer_.wake(now, 0.05);
    }

    // What goes wrong is said once.
    void autosave(double now) {
        if (snapshot_ == nullptr) return;
        try {
            if (autosave_.go_on(
                    now, *snapshot_, [this] { return trainer_.saving(); }, beside_))
                pacer_.wake(now, 0.005);
        } catch (const std::exception& fault) {
            if (std::string text = fault_text(fault); text != autosave_fault_) {
                autosave_fault_ = text;
                say(std::move(text), true);
            }
        }
    }

    // What was typed and clicked before the end counts: on a busy machine it waits its turn, one
    // key a frame.
    void play_out_input() {
        constexpr double patience = 1;
        const double end = seconds() + patience;
        while (!ImGui::GetCurrentContext()->InputEventsQueue.empty() && seconds() < end) draw();
    }

    void draw() {
        const double start = seconds();
        follow_theme();
        if (start - memory_read_ > 1) {
            memory_ = resident_megabytes();
            memory_read_ = start;
        }
        view_.animating = view_.working = view_.weights_shown = view_.moves_shown = false;
        save_what_is_ready();
        window_.begin_frame();
        PanelContext context{
            .snapshot = snapshot_.get(),
            .preferences = preferences_,
            .view = view_,
            .theme = theme_,
            .fonts = imgui_.fonts(),
            .send = [this](Command c) { return trainer_.send(std::move(c)); },
            .workplace = beside_,
            .renderer = &window_.renderer(),
            .frame_milliseconds = times_.mean_of_newest_second(start),
            .memory_megabytes = memory_,
            .save_session = [this](const std::string& path) { return save_session(path); },
            .copy_run = [this] { return trainer_.copying(); },
            .save_picture =
                [this](std::string path, ImVec2 from, ImVec2 to) {
                    view_.toast.clear();  // must not be in it
                    picture_ = Picture{std::move(path), from, to, built_};
                    pacer_.wake(seconds(), 0.05);
                }};
        for (const std::string& path : window_.dropped())
            attempt(view_, [&] { open_file(context, path); });
        begin_figure(context);
        begin_film_frame(context);
        draw_frame(context);
        trainer_.show_weights(view_.weights_shown);
        trainer_.show_moves(view_.moves_shown);
        ++built_;
        ImGui::Render();
        const double built = seconds();
        window_.draw();
        take_picture();
        end_figure(context, [this] { return whole_screen(); });
        end_film_frame(context, [this] { return whole_screen(); });
        window_.present();
        follow_full_screen();
        const double done = seconds();
        times_.add(done, (built - start) * 1e3, (done - start) * 1e3);
        if (times_.frames() == 1) first_frame_ = (done - began_) * 1e3;
        pacer_.drawn(start);
        keep_layout();
    }

    void follow_theme() {
        const float content = window_.content_scale();
        const Theme wanted = theme_for(preferences_, content, window_.height());
        if (themed_ && wanted.dark == theme_.dark && wanted.scale == theme_.scale &&
            wanted.thick == theme_.thick && wanted.map == theme_.map)
            return;
        theme_ = wanted;
        themed_ = true;
        apply_theme(theme_);
        window_.background = {theme_.background.x, theme_.background.y, theme_.background.z};
        pacer_.wake(seconds(), 0.3);
    }

    void follow_full_screen() {
        FullScreen& screen = view_.panels.of<FullScreen>();
        if (screen.wanted != screen.on) {
            window_.set_full_screen(screen.wanted);
            pacer_.wake(seconds(), 0.3);
        }
        screen.on = screen.wanted = window_.full_screen();
    }

    struct ToSave {
        std::string path;
        std::future<SessionFile> file;
        std::shared_ptr<SavedWeights> weights;  // null: no model is open
    };

    bool is_ready_within(ToSave& wanted, std::chrono::milliseconds patience) {
        return wanted.file.wait_for(patience) == std::future_status::ready &&
               (!wanted.weights || is_ready(*wanted.weights, view_));
    }

    void write(ToSave& wanted) {
        SessionFile file = wanted.file.get();
        if (wanted.weights) file.weights = finished(*wanted.weights, view_);
        write_file(wanted.path, to_json(file));
    }

    // A step of a large network takes long, and so does the hash of a large model: the window does
    // not wait for them.
    bool save_session(const std::string& path) {
        ToSave wanted{path, trainer_.saving(), begin_saving_weights(beside_, preferences_, view_)};
        if (is_ready_within(wanted, std::chrono::milliseconds(100))) {
            write(wanted);
            return true;
        }
        to_save_.push_back(std::move(wanted));
        return false;
    }

    void save_what_is_ready() {
        while (!to_save_.empty() &&
               is_ready_within(to_save_.front(), std::chrono::milliseconds(0))) {
            ToSave ready = std::move(to_save_.front());
            to_save_.pop_front();
            attempt(view_, [&] {
                write(ready);
                say(saved_text(ready.path), false);
            });
            pacer_.wake(seconds(), 0.05);
        }
        if (!to_save_.empty()) pacer_.wake(seconds(), 0.005);
    }

    void keep_layout() {
        ImGuiIO& io = ImGui::GetIO();
        if (!io.WantSaveIniSettings) return;
        io.WantSaveIniSettings = false;
        keep([] { save_layout(ImGui::SaveIniSettingsToMemory()); });
    }

    void keep_preferences() {
        const std::string text = to_json(preferences_);
        if (text == kept_preferences_) return;
        kept_preferences_ = text;
        keep([this] { save_preferences(preferences_); });
    }

    // What cannot be saved is said, the same thing once.
    template <class Save>
    void keep(Save&& save) {
        try {
            save();
            unsaved_.clear();
        } catch (const std::exception& fault) {
            if (const std::string text = fault_text(fault); text != unsaved_) {
                unsaved_ = text;
                say("This is not kept for the next time: " + text, true);
                pacer_.wake(seconds(), 0.05);
            }
        }
    }

    void say(std::string text, bool error) { gui::say(view_, std::move(text), error); }

    // Of the frame after the one that asked, which still had the menu in it.
    Screen whole_screen() {
        const ImGuiIO& io = ImGui::GetIO();
        const ImVec2 scale = io.DisplayFramebufferScale;
        Screen screen{static_cast<int>(io.DisplaySize.x * scale.x),
                      static_cast<int>(io.DisplaySize.y * scale.y),
                      {},
                      ImGui::GetMainViewport()->Pos,
                      scale};
        screen.rgb = window_.pixels({0, 0, screen.width, screen.height});
        return screen;
    }

    void take_picture() {
        if (!picture_ || built_ < picture_->asked_in + 2) return;
        const Picture picture = *std::exchange(picture_, std::nullopt);
        attempt(view_, [&] {
            const ImGuiIO& io = ImGui::GetIO();
            const ImVec2 scale = io.DisplayFramebufferScale;
            const ImVec2 origin = ImGui::GetMainViewport()->Pos;
            const auto pixel = [](float at, float times) { return static_cast<int>(at * times); };
            const PixelArea area =
                cut_to({pixel(picture.from.x - origin.x, scale.x),
                        pixel(picture.from.y - origin.y, scale.y),
                        pixel(picture.to.x - picture.from.x, scale.x),
                        pixel(picture.to.y - picture.from.y, scale.y)},
                       pixel(io.DisplaySize.x, scale.x), pixel(io.DisplaySize.y, scale.y));
            const auto pixels = window_.pixels(area);
            write_png(picture.path, area.width, area.height, pixels);
            say("Saved " + picture.path, false);
        });
        pacer_.wake(seconds(), 0.05);
    }

    void end() {
        play_out_input();
        window_.hide();
        trainer_.drain(0.5);  // what was asked for last, unless a long step is in its way
        unsaved_.clear();
        view_.toast.clear();
        keep([this] { save_preferences(preferences_); });
        restore_chosen(view_);
        for (ToSave& wanted : to_save_)
            keep([&] {
                if (wanted.file.wait_for(std::chrono::seconds(10)) != std::future_status::ready)
                    throw Error(wanted.path, "the step under way has not ended", "save before it");
                write(wanted);
            });
        if (autosave_.on())
            keep([this] {
                auto last = trainer_.saving();
                if (last.wait_for(std::chrono::seconds(2)) == std::future_status::ready)
                    autosave_.end(last.get());
            });
        draw();
        if (unsaved_.empty()) keep([] { save_layout(ImGui::SaveIniSettingsToMemory()); });
        // The window is gone: what there is to say goes where it came from.
        if (!unsaved_.empty()) std::fputs(("muonscope: " + view_.toast + "\n").c_str(), stderr);
        if (const auto last = trainer_.snapshot(); last != nullptr && !state_file_.empty())
            write_file(state_file_, state_json(*last, preferences_, times_, first_frame_));
    }

    bool ended_in_time() { return trainer_.stop(1) && beside_.stop(1); }

    double began_ = seconds();
    std::string state_file_, complaint_;
    Preferences preferences_;
    ImGuiSession imgui_;
    Window window_;
    Theme theme_;
    bool themed_ = false;
    ViewState view_;
    FramePacer pacer_;
    FrameTimes times_;
    double first_frame_ = 0, memory_ = 0, memory_read_ = 0, looked_at_preferences_ = 0;
    std::string autosave_fault_;
    std::string kept_preferences_, unsaved_;  // unsaved_: why the newest attempt failed
    std::shared_ptr<const Snapshot> snapshot_;
    std::deque<ToSave> to_save_;  // asked for during a step
    struct Picture {
        std::string path;
        ImVec2 from, to;
        std::int64_t asked_in = 0;  // the number of the frame
    };
    std::optional<Picture> picture_;
    std::int64_t built_ = 0;  // frames
    Workplace beside_;        // what panels work out
    Autosave autosave_;
    Workplace training_;  // a thread that nothing else holds up
    Trainer trainer_;     // last: gone first, so that it never wakes a window that is closed
};

Application::Application(const WindowOptions& options) : state_(std::make_unique<State>(options)) {}
Application::~Application() = default;

void Application::begin() {
    state_->begin();
}
bool Application::frame(double patience) {
    return state_->frame(patience);
}
void Application::end() {
    state_->end();
}
bool Application::ended_in_time() {
    return state_->ended_in_time();
}
void Application::close() {
    state_->window_.close();
}
std::uint64_t Application::send(Command command) {
    return state_->trainer_.send(std::move(command));
}
std::shared_ptr<const Snapshot> Application::snapshot() const {
    return state_->trainer_.snapshot();
}
ViewState& Application::view() {
    return state_->view_;
}

}  // namespace muonscope::gui
