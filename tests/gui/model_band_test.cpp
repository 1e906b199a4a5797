// Ranks chosen together in the spectrum of *Model weights*, and scaled by the mouse.

#include "app/gui/panels/model_band.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/linalg/spectrum.h"
#include "tests/gui/model_panel.h"

namespace muonscope::gui {
namespace {

class ModelBandTest : public ModelWeightsPanel {
  protected:
    ModelBandTest() {
        harness.chosen<ModelChoices>().logarithmic = false;
        harness.chosen<ModelChoices>().index_logarithmic = false;
        open();
        s = singular_values(matrix_of(model().chosen()->entry->name));
        const Drawing drawn = drawing().in("Model weights");
        const Word across = *drawn.word("rank k of the singular value"), up = *drawn.word("s");
        x = Scale::across(drawn, {up.min.x, across.min.y - 40}, {across.max.x + 9, across.min.y});
        y = Scale::up(drawn, {up.min.x - 4, up.max.y}, {up.min.x + 45, across.min.y - 20});
    }
    // From one rank to another, with Shift.
    void choose(int first, int last) {
        ImGuiIO& io = ImGui::GetIO();
        io.AddKeyEvent(ImGuiMod_Shift, true);
        harness.frame();
        harness.drag({x->pixel(first), y->pixel(s(4))}, {x->pixel(last), y->pixel(s(4))});
        io.AddKeyEvent(ImGuiMod_Shift, false);
        harness.frames(2);
    }
    void press_button(const char* label) {
        ImGuiWindow* buttons = harness.child("Model weights", "band", 0);
        ASSERT_NE(buttons, nullptr);
        harness.click(harness.find(buttons, buttons->GetID(label)));
        harness.frames(2);
    }
    const ModelBand& band() { return harness.kept<ModelBand>(); }
    std::vector<std::string> texts() {
        std::vector<std::string> texts;
        for (const WeightEdit& edit : model().stack) texts.push_back(text_of(edit));
        return texts;
    }

    Vector s;
    std::optional<Scale> x, y;
};

TEST_F(ModelBandTest, shift_and_a_drag_across_choose_ranks_and_say_which) {
    choose(7, 3);
    EXPECT_EQ(band().first, 2);
    EXPECT_EQ(band().last, 6);
    EXPECT_TRUE(model().stack.empty());
    EXPECT_FALSE(drawing().all("s 3–7").empty()) << drawing().text();
    harness.move_to({x->pixel(5), y->pixel(s(1))});
    harness.frames(2);
    EXPECT_FALSE(drawing().all("scales values 3–7").empty()) << drawing().text();
    harness.move_to({x->pixel(9), y->pixel(s(1))});
    harness.frames(2);
    EXPECT_FALSE(drawing().all("chooses a band of values").empty()) << drawing().text();
}

TEST_F(ModelBandTest, dragged_up_or_down_it_scales_all_of_them_as_one_edit_and_one_step) {
    choose(3, 6);
    const double from = s(2), to = 0.6 * s(2);
    harness.drag({x->pixel(4), y->pixel(from)}, {x->pixel(4), y->pixel(to)});
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 1u);
    const WeightEdit& edit = model().stack[0];
    EXPECT_EQ(edit.kind, EditKind::scale);
    EXPECT_EQ(edit.first, 3);
    EXPECT_EQ(edit.last, 6);
    EXPECT_EQ(edit.target, model().chosen()->entry->name);
    EXPECT_NEAR(edit.amount, 0.6, 0.02);
    EXPECT_EQ(model().undo.size(), 1u);
    const Vector& edited = model().chosen()->edited.values;
    for (int k = 2; k < 6; ++k) EXPECT_NEAR(edited(k), edit.amount * s(k), 1e-10);
    EXPECT_NEAR(edited(6), s(6), 1e-10);
    // Once more, half of what it is: still one edit, and a step of its own.
    harness.drag({x->pixel(4), y->pixel(to)}, {x->pixel(4), y->pixel(to / 2)});
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 1u);
    EXPECT_NEAR(model().stack[0].amount, 0.3, 0.02);
    EXPECT_EQ(model().undo.size(), 2u);
    click_word("Undo");
    EXPECT_NEAR(model().stack[0].amount, 0.6, 0.02);
    click_word("Undo");
    EXPECT_TRUE(model().stack.empty());
}

TEST_F(ModelBandTest, its_buttons_scale_it_too) {
    choose(2, 4);
    const std::string at = model().chosen()->entry->name + ":scale=2-4:";
    press_button("×½");
    EXPECT_EQ(texts(), std::vector<std::string>{at + "0.5"});
    press_button("×½");
    EXPECT_EQ(texts(), std::vector<std::string>{at + "0.25"});
    press_button("×2");
    EXPECT_EQ(texts(), std::vector<std::string>{at + "0.5"});
    press_button("×0");
    EXPECT_EQ(texts(), std::vector<std::string>{at + "0"});
    EXPECT_EQ(model().undo.size(), 4u);
}

TEST_F(ModelBandTest, what_earlier_edits_have_left_is_counted_as_the_next_one_counts_it) {
    PanelContext context = harness.context();
    change_stack(context, model(), {edit_in("*:drop-top=2")});
    harness.frames(2);
    choose(5, 7);
    press_button("×½");
    const std::string name = model().chosen()->entry->name;
    EXPECT_EQ(texts(), (std::vector<std::string>{"*:drop-top=2", name + ":scale=3-5:0.5"}));
    const Vector& edited = model().chosen()->edited.values;
    for (int k = 2; k < 10; ++k)
        EXPECT_NEAR(edited(k), (k >= 4 && k <= 6 ? 0.5 : 1) * s(k), 1e-10) << k;
    press_button("×½");
    EXPECT_EQ(texts().back(), name + ":scale=3-5:0.25");
    harness.press(ImGuiKey_Escape);
    harness.drag({x->pixel(3), y->pixel(s(2))}, {x->pixel(3), y->pixel(s(2)) - 30});
    harness.frames(2);
    EXPECT_EQ(model().stack.back().kind, EditKind::set);
    EXPECT_NEAR(edited(2), model().stack.back().amount, 1e-10);
}

TEST_F(ModelBandTest, where_edits_have_mixed_the_order_it_scales_its_values_and_no_others) {
    PanelContext context = harness.context();
    const std::string name = model().chosen()->entry->name;
    // The fifth becomes the largest, the second the least.
    const double high = 2 * s(0), low = s(9) / 2;
    change_stack(context, model(),
                 {edit_in(fmt::format("{}:set=5:{}", name, high)),
                  edit_in(fmt::format("{}:set=3:{}", name, low))});
    harness.frames(2);
    choose(4, 7);
    press_button("×2");
    Vector expected = s;
    expected(4) = high;
    expected(1) = low;
    for (int k = 3; k < 7; ++k) expected(k) *= 2;
    const Vector& edited = model().chosen()->edited.values;
    for (int k = 0; k < 10; ++k) EXPECT_NEAR(edited(k), expected(k), 1e-10 * high) << k;
    EXPECT_GT(model().stack.size(), 3u);  // two runs of ranks
    EXPECT_EQ(model().undo.size(), 2u);
    // Again: they are scaled anew, not once more.
    press_button("×½");
    for (int k = 3; k < 7; ++k) expected(k) /= 2;
    for (int k = 0; k < 10; ++k) EXPECT_NEAR(edited(k), expected(k), 1e-10 * high) << k;
    const std::size_t edits = model().stack.size();
    click_word("Undo");
    click_word("Undo");
    EXPECT_EQ(model().stack.size(), 2u);
    // Chosen once more it begins with what is there.
    choose(4, 7);
    press_button("×½");
    choose(4, 7);
    press_button("×½");
    for (int k = 3; k < 7; ++k) expected(k) /= 4;
    for (int k = 0; k < 10; ++k) EXPECT_NEAR(edited(k), expected(k), 1e-10 * high) << k;
    EXPECT_GT(model().stack.size(), edits);
}

TEST_F(ModelBandTest, escape_lets_it_go_a_double_click_resets_the_zoom_and_values_are_dragged) {
    choose(3, 6);
    harness.view.show_help = true;
    harness.press(ImGuiKey_Escape);
    harness.frames(2);
    EXPECT_TRUE(band().matrix.empty());
    EXPECT_TRUE(harness.view.show_help);  // the next one closes it
    harness.view.show_help = false;
    choose(3, 6);
    EXPECT_FALSE(band().matrix.empty());
    const std::string whole = drawing().in("Model weights").text();
    harness.move_to({x->pixel(4), y->pixel(s(0))});
    ImGui::GetIO().AddMouseWheelEvent(0, 4);
    harness.frames(20);
    EXPECT_NE(drawing().in("Model weights").text(), whole);  // other numbers at the axes
    harness.double_click({x->pixel(4), y->pixel(s(0))});
    harness.frames(20);
    EXPECT_EQ(drawing().in("Model weights").text(), whole);
    EXPECT_FALSE(band().matrix.empty());
    EXPECT_TRUE(model().stack.empty());
    choose(5, 6);
    harness.drag({x->pixel(1), y->pixel(s(0))}, {x->pixel(1), y->pixel(s(0)) + 30});
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 1u);
    EXPECT_EQ(model().stack[0].kind, EditKind::set);
    EXPECT_EQ(model().stack[0].first, 1);
    EXPECT_FALSE(band().matrix.empty());
    // Of another matrix it is not.
    click_word("blk.10.up");
    EXPECT_TRUE(drawing().all("s 5–6").empty());
}

}  // namespace
}  // namespace muonscope::gui
