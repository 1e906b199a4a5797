// usage: soak window [STEPS [ACTIONS [CYCLES]]]: the whole program without a screen, on four lanes,
//            while actions come by mouse, keys and sliders and sessions are saved and opened again.
//            Prints figures; 1 where a bound does not hold: memory, frames, or the bits of a
//            replay.
//        soak write FOLDER: writes into it all that the program writes, over and over, until it is
//            killed (tests/soak/kill.py).

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "app/gui/application.h"
#include "app/gui/autosave.h"
#include "app/gui/panel.h"
#include "app/render/png.h"
#include "core/base/error.h"
#include "core/documents/checkpoint_file.h"
#include "core/documents/history_csv.h"
#include "core/documents/session_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "imgui.h"
#include "imgui_internal.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t enough = std::size_t{64} << 20U;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double all = 0, resident = 0;
    file >> all >> resident;
    return resident * double(::sysconf(_SC_PAGESIZE));
}

// Small, so that ten million steps take minutes, and with bounds of memory that are soon reached.
Spec small_lanes() {
    Spec spec = preset("two-ways-up");
    const Recipe sgd = spec.lanes[0], muon = spec.lanes[1];
    spec.lanes = {sgd, muon, sgd, muon};
    for (std::size_t i = 0; i < spec.lanes.size(); ++i)
        spec.lanes[i].name = fmt::format("lane {}", i + 1);
    for (const auto& [key, value] :
         std::vector<std::pair<const char*, const char*>>{{"network.depth", "2"},
                                                          {"network.width", "4"},
                                                          {"target.modes", "3"},
                                                          {"record.megabytes", "4"},
                                                          {"record.keyframes", "4"},
                                                          {"run.speed", "0"}})
        set(spec, key, value);
    return spec;
}

// Milliseconds of frames: by the clock, which other programs hold up, and of the processor.
struct FrameTime {
    std::vector<double> whole, own;
};

double thread_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

struct Spread {
    double median = 0, p99 = 0;
};
Spread spread_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values[values.size() * 99 / 100]};
}

// A person at the window, who never begins another problem.
class Hand {
  public:
    Hand(Application& application, unsigned seed) : application_(application), random_(seed) {}

    void act() {
        switch (below(10)) {
            case 0:
                return drag();
            case 1:
                return wheel();
            case 2:
                return menu();
            case 3:
                return key(one_of({ImGuiKey_C, ImGuiKey_T, ImGuiKey_S, ImGuiKey_S}));
            case 4:
                return look_back();
            case 5:
                return bring_forward();
            case 6:
                edit();
                key(ImGuiKey_Z, ImGuiMod_Ctrl);
                if (below(2) == 0) key(ImGuiKey_Z, ImGuiMod_Ctrl, ImGuiMod_Shift);
                return;
            default:
                return edit();
        }
    }
    void key(ImGuiKey key, ImGuiKey modifier = ImGuiKey_None, ImGuiKey other = ImGuiKey_None) {
        ImGuiIO& io = ImGui::GetIO();
        for (const bool down : {true, false}) {
            if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, down);
            if (other != ImGuiKey_None) io.AddKeyEvent(other, down);
            io.AddKeyEvent(key, down);
            frames(2);
        }
    }
    void frames(int count) {
        for (const int end = ImGui::GetFrameCount() + count; ImGui::GetFrameCount() < end;) frame();
    }
    void frame() {
        const int drawn = ImGui::GetFrameCount();
        const Clock::time_point begin = Clock::now();
        const double before = thread_seconds();
        application_.frame(0);
        if (ImGui::GetFrameCount() > drawn) {
            times_.whole.push_back(seconds_since(begin) * 1e3);
            times_.own.push_back((thread_seconds() - before) * 1e3);
        }
        std::this_thread::sleep_for(1ms);
    }
    const FrameTime& times() const { return times_; }

  private:
    static constexpr std::array<const char*, 6> plots{
        "Loss", "Downstream probe", "Measures", "Singular values", "Representations", "Maps"};

    unsigned below(unsigned count) { return static_cast<unsigned>(random_()) % count; }
    template <class T>
    T one_of(std::initializer_list<T> list) {
        return *(list.begin() + below(unsigned(list.size())));
    }
    // Somewhere in a panel of plots that is to be seen, below its own row of controls.
    ImVec2 place() {
        for (int attempt = 0; attempt < 20; ++attempt) {
            const ImGuiWindow* window = ImGui::FindWindowByName(plots.at(below(plots.size())));
            if (window == nullptr || window->Hidden || !window->Active) continue;
            const auto part = [&] { return 0.35F + 0.5F * float(below(1000)) / 1000; };
            return {window->Pos.x + window->Size.x * part(),
                    window->Pos.y + window->Size.y * part()};
        }
        return {1, 1};
    }
    void move() {
        const ImVec2 to = place();
        ImGui::GetIO().AddMousePosEvent(to.x, to.y);
        frames(1);
    }
    void button(int which, bool down) {
        ImGui::GetIO().AddMouseButtonEvent(which, down);
        frames(1);
    }
    void drag() {
        move();
        button(0, true);
        move();
        button(0, false);
    }
    void wheel() {
        move();
        ImGui::GetIO().AddMouseWheelEvent(0, below(2) == 0 ? 1.0F : -1.0F);
        frames(1);
    }
    void menu() {
        move();
        button(1, true);
        button(1, false);
        key(ImGuiKey_Escape);
    }
    void look_back() {
        for (unsigned i = 0; i < 1 + below(3); ++i) key(ImGuiKey_LeftArrow, ImGuiMod_Shift);
        key(ImGuiKey_End);
    }
    void bring_forward() {
        application_.view().bring_forward = plots.at(below(plots.size()));
        frames(2);
    }
    // As a slider sends it.
    void edit() {
        const std::string optimizer = fmt::format("lanes.{}.optimizer.", below(4));
        const double part = double(below(1000)) / 1000;
        if (below(2) == 0)
            application_.send(SetParameter{optimizer + "lr", 0.0005 + 0.01 * part, true});
        else
            application_.send(SetParameter{optimizer + "momentum", 0.9 * part, true});
        frames(1);
    }

    Application& application_;
    std::mt19937 random_;
    FrameTime times_;
};

[[noreturn]] void give_up(const std::string& what) {
    fmt::print(stderr, "soak: {}\n", what);
    std::_Exit(1);  // threads may be at something
}

class Soak {
  public:
    Soak(Application& application, fs::path data)
        : application_(application), hand_(application, 3), data_(std::move(data)) {}

    // To that step from the start, while so many actions come, evenly.
    void train(std::int64_t steps, int actions) {
        hand_.key(ImGuiKey_R);
        wait("the start", [&] { return now()->step < steps && now()->taking_back.undo != ""; });
        for (int i = 1; i <= actions; ++i) {
            run_to(steps * i / (actions + 1));
            hand_.act();
            ++actions_;
            memory_.push_back(resident_bytes());
        }
        run_to(steps);
        steps_ += steps;
    }
    // By Ctrl+S, and by the file that it left.
    SessionFile save() {
        hand_.key(ImGuiKey_S, ImGuiMod_Ctrl);
        std::string found;
        wait("a saved session", [&] {
            for (const auto& entry : fs::recursive_directory_iterator(data_))
                if (entry.path().extension() == ".json") found = entry.path();
            return !found.empty();
        });
        SessionFile file = session_file_from_json(read_file(found, enough), found);
        fs::remove(found);
        return file;
    }
    void open(const SessionFile& file) {
        application_.send(OpenSession{std::make_shared<const SessionFile>(file)});
        hand_.frames(2);
        wait("the session that was opened", [&] {
            return now()->step == file.step && now()->state == TrainerState::paused &&
                   now()->lanes.front().state_hash.has_value();
        });
        for (std::size_t i = 0; i < file.lanes.size(); ++i)
            if (now()->lanes[i].state_hash != file.lanes[i].state_hash)
                give_up("a session that was opened comes to other bits");
        steps_ += file.step;
    }
    std::shared_ptr<const Snapshot> now() const { return application_.snapshot(); }
    std::int64_t steps() const { return steps_; }
    int actions() const { return actions_; }
    // How far memory went above what it was when a fifth of the actions were done.
    double growth() const {
        const std::size_t warm = memory_.size() / 5;
        return *std::max_element(memory_.begin() + std::ptrdiff_t(warm), memory_.end()) /
                   memory_[warm] -
               1;
    }
    double memory() const { return memory_.back(); }
    const FrameTime& times() const { return hand_.times(); }

  private:
    template <class Condition>
    void wait(const char* what, Condition holds) {
        const Clock::time_point begin = Clock::now();
        while (!holds()) {
            if (seconds_since(begin) > 600) give_up(fmt::format("waited in vain for {}", what));
            hand_.frame();
        }
    }
    void run_to(std::int64_t step) {
        if (now()->step >= step && now()->state == TrainerState::paused) return;
        application_.send(SetSpeed{0});
        application_.send(RunTo{step});
        wait("a step", [&] {
            return now()->step == step && now()->state == TrainerState::paused &&
                   now()->lanes.front().state_hash.has_value();
        });
    }

    Application& application_;
    Hand hand_;
    fs::path data_;
    std::int64_t steps_ = 0;
    int actions_ = 0;
    std::vector<double> memory_;
};

int soak_window(std::int64_t steps, int actions, int cycles) {
    const Clock::time_point begun = Clock::now();
    const ScratchFolder folder;
    for (const char* name : {"CONFIG", "DATA", "STATE", "CACHE"})
        setenv(fmt::format("XDG_{}_HOME", name).c_str(), (folder / name).c_str(), 1);
    fs::create_directories(folder / "DATA");
    WindowOptions options;
    options.spec = small_lanes();
    options.size = std::pair{1600, 900};
    options.kind = Window::Kind::none;
    options.autosaves = true;
    Application application(options);
    application.begin();
    Soak soak(application, folder / "DATA");

    // Half of the steps and actions in short runs that are saved and opened, where each is trained
    // twice; half in one long run.
    const std::int64_t each = std::max<std::int64_t>(100, steps / 4 / cycles);
    for (int cycle = 0; cycle < cycles; ++cycle) {
        soak.train(each, actions / 2 / cycles);
        soak.open(soak.save());
    }
    soak.train(steps - soak.steps(), actions - soak.actions());
    const SessionFile file = soak.save();
    application.end();

    WorkerPool pool(2);
    Session session(file);
    session.advance_to(file.step, pool);
    session.verify(file);  // throws where a hash differs

    const Spread whole = spread_of(soak.times().whole), own = spread_of(soak.times().own);
    // A short run is not warm before it ends: it shows that the bits are the same.
    const bool held = steps >= 1'000'000;
    const bool flat = !held || soak.growth() <= 0.05, even = !held || own.p99 <= 2 * own.median;
    fmt::print(
        "{} steps of 4 lanes, {} actions, {} times saved and opened, {} edits in the last run\n"
        "memory {:.0f} MB, at most {:+.1f} % once warm{}\n"
        "{} frames: median {:.2f} ms, p99 {:.2f} ms of the processor{}, {:.2f} and {:.2f} by the "
        "clock\n"
        "the same bits when replayed: {:016x}\n{:.0f} s\n",
        soak.steps(), soak.actions(), cycles, file.log.size(), soak.memory() / 1e6,
        100 * soak.growth(), flat ? "" : "  NOT FLAT", soak.times().own.size(), own.median, own.p99,
        even ? "" : "  NOT EVEN", whole.median, whole.p99, file.lanes.front().state_hash,
        seconds_since(begun));
    return flat && even ? 0 : 1;
}

// ---- what is killed while it writes ----

void write_picture(const std::string& path, int round) {
    constexpr int side = 200;
    std::vector<std::uint8_t> bytes(std::size_t{3} * side * side);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i * std::size_t(round + 1) >> 3U);
    write_png(path, side, side, bytes);
}

[[noreturn]] void write_forever(const fs::path& folder) {
    Session session(small_lanes());
    WorkerPool pool(1);
    Workplace workplace(0);
    Autosave autosave;
    autosave.begin(folder);
    double clock = 1;
    for (int round = 0;; ++round) {
        session.advance_to(session.step() + 3, pool);
        session.apply(SetParameter{"optimizer.lr", 0.001 + 0.0001 * (round % 50), true});
        if (round % 200 == 199) session.restart();
        write_file((folder / "session.json").string(), to_json(session.saved()));
        const auto snapshot = session.snapshot();
        snapshot->commands = std::uint64_t(round) + 1;
        clock += Autosave::interval + 1;
        for (int call = 0; call < 4; ++call) {
            autosave.go_on(
                clock, *snapshot,
                [&] {
                    std::promise<SessionFile> ready;
                    ready.set_value(session.saved());
                    return ready.get_future();
                },
                workplace);
            workplace.work(1);
        }
        RunCheckpoint checkpoint;
        checkpoint.state = session.state();
        write_checkpoint((folder / "checkpoint.safetensors").string(), checkpoint);
        write_file((folder / "history.csv").string(),
                   [&](std::ostream& stream) { write_history_csv(stream, *snapshot); });
        write_npy((folder / "weights.npy").string(), snapshot->lanes[0].weights->front());
        write_picture((folder / "picture.png").string(), round);
        if (round == 0) {
            fmt::print("ready\n");
            std::fflush(stdout);
        }
    }
}

}  // namespace
}  // namespace muonscope::gui

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    const auto number = [&](std::size_t at, long long otherwise) {
        return words.size() > at ? std::atoll(words[at].c_str()) : otherwise;
    };
    try {
        if (words.size() == 2 && words[0] == "write") muonscope::gui::write_forever(words[1]);
        if (!words.empty() && words[0] == "window")
            return muonscope::gui::soak_window(number(1, 10'000'000), int(number(2, 5000)),
                                               int(number(3, 200)));
    } catch (const std::exception& fault) {
        fmt::print(stderr, "soak: {}\n", fault.what());
        return 1;
    }
    fmt::print(stderr, "usage: soak window [STEPS [ACTIONS [CYCLES]]] | soak write FOLDER\n");
    return 2;
}
