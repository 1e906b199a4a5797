#include "app/gui/lab.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/gui/frame.h"
#include "app/gui/panels/lab_views.h"
#include "app/gui/preferences.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/random/generator.h"
#include "core/weights/tensor_reference.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

class LabPanel : public testing::Test {
  protected:
    LabPanel() {
        harness.train(preset("two-ways-up"));
        ImGui::SetWindowFocus("Orthogonaliser lab");
        harness.frames(3);
        rest();
    }
    Lab& bench() { return harness.kept<Lab>(); }
    ImGuiWindow* window() { return harness.window("Orthogonaliser lab"); }
    ImGuiWindow* column() { return harness.child("Orthogonaliser lab", "bench", 0); }
    void click_engine(const char* name) {
        harness.click(harness.find(column(), column()->GetID(name)));
    }
    void click_view(const char* name) {
        const ImGuiID view = ImHashStr("view", 0, window()->ID);
        harness.click(harness.find(window(), ImHashStr(name, 0, view)));
    }
    void click_source(const char* name) {
        const ImGuiID source = ImHashStr("source", 0, column()->ID);
        harness.click(harness.find(column(), ImHashStr(name, 0, source)));
    }
    // Until everything wished has been worked out.
    void rest() {
        harness.frame();
        harness.frames_until(
            [&] { return bench().outcome.wish == bench().wish && !bench().work.busy(); });
    }
    const LabRow* row(Engine engine) {
        for (const LabRow& candidate : bench().outcome.engines)
            if (candidate.report.spec.engine == engine) return &candidate;
        return nullptr;
    }

    Harness harness{{1600, 900}, 1, 2};  // with the threads that the window has
};

TEST_F(LabPanel, works_on_the_gradient_of_the_newest_weights) {
    ASSERT_EQ(bench().outcome.error, "");
    EXPECT_EQ(bench().outcome.rows, 32);
    ASSERT_EQ(bench().outcome.shares.size(), 32U);
    double squares = 0;
    for (const double share : bench().outcome.shares) squares += share * share;
    EXPECT_NEAR(squares, 1, 1e-12);
    const double before = bench().outcome.norm;
    harness.press(ImGuiKey_RightArrow);
    harness.frames_until([&] { return bench().outcome.norm != before; });
    // The history's own gradient of that step is the one before the step.
    const Snapshot& snapshot = harness.now();
    EXPECT_NEAR(snapshot.lanes[0].now[snapshot.layout.gradient_sv(1, 0)] / before, 1, 1);
}

TEST_F(LabPanel, turns_engines_on_and_off_by_their_names) {
    EXPECT_FALSE(bench().on(Engine::qr));
    click_engine("QR");
    EXPECT_TRUE(bench().on(Engine::qr));
    EXPECT_EQ(bench().focus, Engine::qr);
    rest();
    ASSERT_NE(row(Engine::qr), nullptr);
    EXPECT_LT(row(Engine::qr)->report.orthogonality_error, 1e-10);
    EXPECT_GT(row(Engine::qr)->column_order, 0.1);
    ASSERT_NE(row(Engine::jordan), nullptr);
    EXPECT_LT(row(Engine::jordan)->column_order, 1e-6);
    click_engine("QR");
    EXPECT_FALSE(bench().on(Engine::qr));
    rest();
    EXPECT_EQ(row(Engine::qr), nullptr);
}

TEST_F(LabPanel, keeps_its_view_and_its_engines_for_the_next_start) {
    click_engine("QR");
    click_view("cost");
    EXPECT_EQ(harness.chosen<LabChoices>().view, 2);
    Preferences read = preferences_from_json(to_json(harness.preferences));
    EXPECT_EQ(read.panels.of<LabChoices>().view, 2);
    EXPECT_EQ(read.panels.of<LabChoices>().on, harness.chosen<LabChoices>().on);
    EXPECT_EQ(read.panels.of<LabChoices>().focus, static_cast<int>(Engine::qr));
    harness.view = {};  // another start: nothing is left but the preferences
    harness.preferences = read;
    harness.frame();
    EXPECT_TRUE(bench().on(Engine::qr));
    EXPECT_TRUE(bench().on(Engine::jordan));
    EXPECT_FALSE(bench().on(Engine::newton));
    EXPECT_EQ(bench().focus, Engine::qr);
}

TEST_F(LabPanel, shuffles_columns_by_its_button) {
    click_engine("QR");
    click_view("quality");
    rest();
    const double before = row(Engine::qr)->column_order;
    harness.click(harness.find(window(), window()->GetID("Shuffle columns")));
    rest();
    EXPECT_NE(row(Engine::qr)->column_order, before);
}

TEST_F(LabPanel, fits_the_best_cubic_for_an_interval_dragged_on_the_axis) {
    const ImVec2 at = harness.find(window(), window()->GetID("##transfer"));
    harness.drag({at.x + 300, at.y + 100}, {at.x + 500, at.y + 100});
    ASSERT_TRUE(bench().interval);
    const Interval from = *bench().interval;
    EXPECT_LT(from.low, from.high);
    EXPECT_LE(from.high, 1);
    harness.click(harness.find(window(), window()->GetID("Fit")));
    EXPECT_TRUE(bench().on(Engine::custom));
    const Quintic custom = bench().wish.options.custom;
    EXPECT_EQ(custom.c, 0);
    const Interval to = image({custom.a, custom.b, custom.c, 0}, from);
    EXPECT_NEAR(to.low + to.high, 2, 1e-9);  // as far below 1 as above
    harness.click({at.x + 300, at.y + 100});
    EXPECT_FALSE(bench().interval);
}

TEST_F(LabPanel, follows_custom_coefficients_in_words) {
    EXPECT_EQ(custom_words({0.5, 0, 0}), "Stays bounded from everywhere. No fixed point.");
    const std::string cubic = custom_words({1.5, -0.5, 0});
    EXPECT_NE(cubic.find("1.000 (attracts, slope 0)"), std::string::npos) << cubic;
    const std::string jordan = custom_words(jordan_coefficients);
    EXPECT_NE(jordan.find("repels"), std::string::npos) << jordan;
}

TEST_F(LabPanel, draws_a_random_matrix_of_the_shape_asked_for) {
    click_source("random");
    rest();
    EXPECT_EQ(bench().outcome.rows, 64);
    EXPECT_NEAR(bench().outcome.shares[1] / bench().outcome.shares[0], 0.9, 1e-9);
    bench().wish.cols = 20;
    bench().wish.spectrum = RandomSpectrum::power_law;
    rest();
    EXPECT_EQ(bench().outcome.cols, 20);
    ASSERT_EQ(bench().outcome.shares.size(), 20U);
    EXPECT_NEAR(bench().outcome.shares[0] / bench().outcome.shares[3], 4, 1e-9);
}

TEST_F(LabPanel, loads_a_file_and_says_what_is_wrong_with_another) {
    const ScratchFolder folder;
    const std::string path = folder / "g.npy";
    write_npy(path, Generator(1, Purpose::start).normal_matrix(7, 11));
    click_source("file");
    rest();
    EXPECT_NE(bench().outcome.error.find("no file is named"), std::string::npos);
    bench().wish.path = path;
    rest();
    EXPECT_EQ(bench().outcome.error, "");
    EXPECT_EQ(bench().outcome.rows, 7);
    EXPECT_EQ(bench().outcome.cols, 11);
    bench().wish.path = path + ".not";
    for (const char* view : {"transfer", "quality", "cost"}) {
        click_view(view);
        rest();
        EXPECT_NE(bench().outcome.error.find("g.npy.not"), std::string::npos);
    }
}

TEST_F(LabPanel, puts_the_hash_behind_the_name_of_a_tensor_that_was_typed) {
    const ScratchFolder folder;
    const std::string path = folder / "m.safetensors", name = path + "#w";
    const Matrix matrix = Generator(1, Purpose::start).normal_matrix(7, 11);
    const auto write = [&](const Matrix& to) {
        write_safetensors(path, {{"w", {7, 11}, &tensor_type("F64"), values_from(to)}}, {});
    };
    write(matrix);
    click_source("file");
    rest();
    harness.click(harness.find(column(), column()->GetID("##path")));
    harness.type(name);
    harness.press(ImGuiKey_Enter);
    rest();
    EXPECT_EQ(bench().outcome.error, "");
    EXPECT_EQ(bench().outcome.rows, 7);
    EXPECT_EQ(bench().wish.path, sealed_reference(name));
    EXPECT_EQ(bench().typed.data(), sealed_reference(name));
    write(2 * matrix);
    bench().wish.seed = 2;  // it is worked out anew
    rest();
    EXPECT_NE(bench().outcome.error.find("other numbers"), std::string::npos);
}

TEST_F(LabPanel, measures_the_cost_and_stops_when_asked) {
    click_view("cost");
    const ImVec2 button = harness.find(window(), window()->GetID("###time"));
    harness.click(button);
    EXPECT_TRUE(bench().timing.busy());
    harness.frames_until([&] { return bench().timings.size() >= 5; });
    harness.click(button);
    harness.frames_until([&] { return !bench().timing.busy(); });
    ASSERT_GE(bench().timings.size(), 5U);
    for (const EngineTiming& timing : bench().timings) {
        EXPECT_TRUE(bench().on(timing.engine));
        EXPECT_LE(timing.time.lower, timing.time.median);
        EXPECT_LE(timing.time.median, timing.time.upper);
        EXPECT_GE(timing.time.runs, 3);
    }
}

TEST_F(LabPanel, ends_with_the_window_while_it_measures) {
    PanelContext context = harness.context();
    begin_timing(context, bench());
    harness.frames(2);
    EXPECT_TRUE(harness.view.working);
}

TEST_F(LabPanel, draws_every_engine_in_every_view) {
    harness.chosen<LabChoices>().on.fill(true);
    harness.frame();
    bench().wish.options.iterations = 20;
    bench().wish.source = LabSource::random;
    for (const int rows : {1, 12})
        for (const Precision precision : {Precision::float64, Precision::bfloat16}) {
            bench().wish.rows = rows;
            bench().wish.cols = 9;
            bench().wish.options.precision = precision;
            rest();
            ASSERT_EQ(bench().outcome.engines.size(), engine_count) << bench().outcome.error;
            int& view = harness.chosen<LabChoices>().view;
            for (view = 0; view < 3; ++view) harness.frames(3);
        }
}

int tooltips() {
    int count = 0;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->Active && (window->Flags & ImGuiWindowFlags_Tooltip)) ++count;
    return count;
}

TEST_F(LabPanel, says_what_becomes_of_the_value_under_the_mouse) {
    const ImVec2 at = harness.find(window(), window()->GetID("##transfer"));
    harness.move_to({at.x + 200, at.y + 100});
    harness.frames(3);
    EXPECT_EQ(tooltips(), 1);
    harness.move_to({3, 3});
    harness.frames(3);
    EXPECT_EQ(tooltips(), 0);
}

TEST(lab, is_drawn_in_a_window_too_small_for_it_and_at_four_times_the_size) {
    for (const auto& [size, scale] : {std::pair{ImVec2{80, 60}, 1.0F}, {ImVec2{1600, 900}, 4.0F}}) {
        Harness harness(size, scale);
        harness.show(made_by_hand(16, 8, 20, 1));
        const Panel& panel = panel_by_slug("orthogonaliser-lab");
        harness.panel_frame(panel);
        Lab& bench = harness.kept<Lab>();
        harness.chosen<LabChoices>().on.fill(true);
        int& view = harness.chosen<LabChoices>().view;
        for (const LabSource source : {LabSource::live, LabSource::random, LabSource::file})
            for (view = 0; view < 3; ++view) {
                bench.wish.source = source;
                for (int i = 0; i < 4; ++i) harness.panel_frame(panel);
            }
        EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 0);
    }
}

}  // namespace
}  // namespace muonscope::gui
