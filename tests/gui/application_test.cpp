// The whole program, frame by frame as a host calls it: with its threads, and without any.

#include "app/gui/application.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "app/gui/conditioning_now.h"
#include "app/gui/full_screen.h"
#include "app/gui/lab.h"
#include "app/gui/model_weights.h"
#include "app/gui/paper_runs.h"
#include "app/gui/preferences.h"
#include "app/gui/random_sample.h"
#include "core/documents/session_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/session/edit.h"
#include "core/session/session.h"
#include "imgui.h"
#include "tests/scratch_folder.h"
#include "tests/threads_here.h"

namespace muonscope::gui {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// With folders of its own, so that nothing of the user's is read or written.
class WholeProgram : public testing::TestWithParam<bool> {
  protected:
    WholeProgram() : threads_before_(test::lasting_threads()) {
        setenv("XDG_CONFIG_HOME", (folder_ / "config").c_str(), 1);
        setenv("XDG_DATA_HOME", (folder_ / "data").c_str(), 1);
        setenv("XDG_STATE_HOME", (folder_ / "state").c_str(), 1);
    }
    ~WholeProgram() override {
        unsetenv("XDG_CONFIG_HOME");
        unsetenv("XDG_DATA_HOME");
        unsetenv("XDG_STATE_HOME");
        EXPECT_TRUE(test::threads_become(threads_before_));
    }

    WindowOptions options() const {
        WindowOptions options;
        options.spec = preset("two-ways-up");
        options.state_file = folder_ / "state.json";
        options.size = std::pair{1600, 900};
        options.kind = Window::Kind::none;
        options.threads = GetParam();
        return options;
    }
    template <class Condition>
    void frames_until(Application& application, Condition holds) {
        const auto end = Clock::now() + 120s;
        while (!holds() && Clock::now() < end) {
            ASSERT_TRUE(application.frame(0));
            if (GetParam()) std::this_thread::sleep_for(1ms);  // without a window nothing waits
        }
        EXPECT_TRUE(holds());
        if (!GetParam()) {
            EXPECT_EQ(test::threads_here(), threads_before_);
        }
    }

    ScratchFolder folder_;
    std::ptrdiff_t threads_before_;
};
INSTANTIATE_TEST_SUITE_P(threads, WholeProgram, testing::Bool());

TEST_P(WholeProgram, opens_on_a_session_and_leaves_its_own_as_the_last_one) {
    WindowOptions options = this->options();
    Session session(options.spec);
    WorkerPool pool(1);
    session.advance_to(25, pool);
    session.apply(SwapOptimizers{});
    session.advance_to(40, pool);
    options.session = std::make_shared<const SessionFile>(session.saved());
    options.autosaves = true;
    Application application(options);
    application.begin();
    frames_until(application, [&] {
        return application.snapshot()->step == 40 &&
               application.snapshot()->state == TrainerState::paused;
    });
    EXPECT_EQ(application.snapshot()->lanes[0].state_hash, session.lane(0).state_hash());
    EXPECT_EQ(application.snapshot()->message, "");
    application.end();
    const std::string last = folder_ / "state/muonscope/last.json";
    const SessionFile file = session_file_from_json(read_file(last, 1U << 20U), last);
    EXPECT_EQ(file.step, 40);
    EXPECT_EQ(file.log.size(), 1U);
    EXPECT_EQ(file.lanes[0].state_hash, session.lane(0).state_hash());
}

TEST_P(WholeProgram, trains_takes_edits_and_works_out_what_panels_ask_for) {
    Application application(options());
    application.begin();
    EXPECT_EQ(test::threads_here() > threads_before_, GetParam());
    const auto now = [&] { return application.snapshot(); };
    frames_until(application, [&] { return now()->step > 20; });

    application.send(SetParameter{"optimizer.lr", 0.0125});
    frames_until(application, [&] {
        return now()->spec->lanes[0].phases[0].optimizer.lr == 0.0125 && now()->events->size() == 1;
    });

    States& kept = application.view().panels;
    application.view().bring_forward = "Orthogonaliser lab";
    frames_until(application, [&] { return kept.of<Lab>().outcome.engines.size() == 4; });
    application.view().bring_forward = "Random matrices";
    frames_until(application, [&] { return kept.of<RandomSample>().summary.drawn > 300; });
    application.view().bring_forward = "Conditioning";
    frames_until(application, [&] { return kept.of<ConditioningNow>().has(1); });
    const std::int64_t step = now()->step;
    frames_until(application, [&] { return now()->step > step + 5; });

    // All of it beside one another, and still the bits of the session alone.
    application.send(Reset{});
    application.send(RunTo{200});
    frames_until(application,
                 [&] { return now()->step == 200 && now()->state == TrainerState::paused; });
    WorkerPool pool(1);
    Session session(edited(preset("two-ways-up"), SetParameter{"optimizer.lr", 0.0125}));
    session.advance_to(200, pool);
    for (int lane = 0; lane < 2; ++lane)
        EXPECT_EQ(now()->lanes[lane].state_hash, session.lane(lane).state_hash());
    application.end();
    EXPECT_TRUE(application.ended_in_time());
    EXPECT_NE(read_file(folder_ / "state.json", 1 << 20).find("\"step\": 200"), std::string::npos);
}

// Nothing is there to be filled: what is asked for is let go.
TEST_P(WholeProgram, stays_as_it_is_where_there_is_no_screen) {
    Application application(options());
    application.begin();
    FullScreen& screen = application.view().panels.of<FullScreen>();
    screen.wanted = true;
    frames_until(application, [&] { return !screen.wanted; });
    EXPECT_FALSE(screen.on);
    application.end();
    EXPECT_TRUE(application.ended_in_time());
}

TEST_P(WholeProgram, is_closed_in_the_middle_of_everything) {
    Application application(options());
    application.begin();
    States& kept = application.view().panels;
    application.send(SetSpeed{0});
    application.view().bring_forward = "Random matrices";
    kept.of<RandomSample>().n = 200;
    kept.of<RandomSample>().wanted = 200000;
    frames_until(application, [&] { return kept.of<RandomSample>().drawing(); });
    application.view().bring_forward = "Results";
    for (int i = 0; i < 40; ++i) application.frame(0);
    application.close();
    EXPECT_FALSE(application.frame(0));
    application.end();
    EXPECT_TRUE(application.ended_in_time());
}

TEST_P(WholeProgram, saves_its_session_while_it_trains) {
    const std::string model = folder_ / "m.safetensors";
    write_safetensors(
        model, {{"w", {3, 2}, &tensor_type("F64"), values_from(Matrix::Ones(3, 2).eval())}}, {});
    Preferences preferences;
    preferences.panels.of<ModelChoices>().file = {model};
    preferences.panels.of<ModelChoices>().edits = {"w:drop-top=1"};
    save_preferences(preferences);
    Application application(options());
    application.begin();
    frames_until(application, [&] { return application.snapshot()->step > 5; });
    ImGuiIO& io = ImGui::GetIO();
    for (const bool down : {true, false}) {
        io.AddKeyEvent(ImGuiMod_Ctrl, down);
        io.AddKeyEvent(ImGuiKey_S, down);
        for (int i = 0; i < 30; ++i) {
            application.frame(0);
            std::this_thread::sleep_for(2ms);
        }
    }
    const auto saved = [&] {
        std::vector<std::string> found;
        if (std::filesystem::exists(folder_ / "data"))
            for (const auto& entry :
                 std::filesystem::recursive_directory_iterator(folder_ / "data"))
                if (entry.path().extension() == ".json") found.push_back(entry.path());
        return found;
    };
    frames_until(application, [&] { return saved().size() == 1; });
    WorkerPool pool(1);
    const SessionFile file = session_file_from_json(read_file(saved().front(), 1 << 20), "saved");
    const Session again = Session::replay(file, pool);
    EXPECT_GT(again.step(), 5);
    ASSERT_TRUE(file.weights);
    EXPECT_EQ(file.weights->shown, model);
    EXPECT_EQ(file.weights->sha256.size(), 64u);
    EXPECT_EQ(file.weights->edits, std::vector<std::string>{"w:drop-top=1"});
    application.end();
}

// What a host that calls frames at its own pace can rely on: the work of a frame has an end. One
// that had none would never come back from here.
TEST(Application, without_threads_a_frame_ends_though_there_is_always_more_to_do) {
    const ScratchFolder folder;
    setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1);
    WindowOptions options;
    options.spec = preset("two-ways-up");
    options.kind = Window::Kind::none;
    options.threads = false;
    Application application(options);
    application.begin();
    application.send(SetSpeed{0});
    constexpr int least = 30, most = 3000;  // however slow the machine is
    int frames = 0;
    for (; frames < least || (frames < most && application.snapshot()->step <= 100); ++frames)
        application.frame(0);
    EXPECT_GT(application.snapshot()->step, 100);
    EXPECT_EQ(application.snapshot()->state, TrainerState::running);
    unsetenv("XDG_CONFIG_HOME");
}

}  // namespace
}  // namespace muonscope::gui
