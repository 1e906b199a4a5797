// The card that says what to watch, its buttons, and the arrows in the plots.
#include "app/gui/caption.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/plots/caption_arrows.h"
#include "core/experiment/layout.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

namespace muonscope::gui {
namespace {

// The words of the card as one text, lines joined by spaces.
std::string words_of(const Drawing& card) {
    std::string all;
    for (const Word& word : card.words) all += (all.empty() ? "" : " ") + word.text;
    return all;
}

template <class C>
std::vector<C> sent(const Harness& harness) {
    std::vector<C> found;
    for (const Command& command : harness.sent)
        if (const C* one = std::get_if<C>(&command)) found.push_back(*one);
    return found;
}

void click_word(Harness& harness, const std::string& text) {
    const auto word = drawing().in("##caption").word(text);
    ASSERT_TRUE(word) << text;
    harness.click(word->middle());
    harness.frames(2);
}

// Every word of every caption can be read, whatever the window's size, and no button is cut.
class EveryCaption : public testing::TestWithParam<std::pair<ImVec2, float>> {};
INSTANTIATE_TEST_SUITE_P(sizes, EveryCaption,
                         testing::Values(std::pair{ImVec2{1280, 720}, 1.0F},
                                         std::pair{ImVec2{1600, 900}, 1.0F},
                                         std::pair{ImVec2{3840, 2160}, 2.0F},
                                         std::pair{ImVec2{900, 800}, 1.0F}));

void show_preset(Harness& harness, const PresetPage& page) {
    auto snapshot = made_by_hand(3, 2, 20, 1);
    snapshot->spec = std::make_shared<Spec>(preset(page.name));
    harness.show(snapshot);
    harness.frames(4);
}

void expect_whole_card(Harness& harness, const PresetPage& page) {
    const Drawing card = drawing().in("##caption");
    const std::string text = words_of(card);
    // Lines break at spaces, which are not drawn.
    std::string watch = page.caption.watch, shown = text;
    std::erase(watch, ' ');
    std::erase(shown, ' ');
    EXPECT_NE(shown.find(watch), std::string::npos) << page.name << "\n" << text;
    const ImGuiWindow* window = harness.window("##caption");
    ASSERT_NE(window, nullptr);
    for (const Word& word : card.words) {
        EXPECT_GE(word.min.x, window->Pos.x) << page.name << ": " << word.text;
        EXPECT_LE(word.max.x, window->Pos.x + window->Size.x) << page.name << ": " << word.text;
        EXPECT_GE(word.min.y, window->Pos.y - 1) << page.name << ": " << word.text;
        EXPECT_LE(word.max.y, window->Pos.y + window->Size.y + 1) << page.name << ": " << word.text;
    }
    for (const Attempt& attempt : page.caption.attempts)
        EXPECT_EQ(card.all(attempt.label).size(), 1U) << page.name << ": " << attempt.label;
}

TEST_P(EveryCaption, is_whole_in_its_card) {
    const auto [extent, scale] = GetParam();
    Harness harness(extent, scale);
    for (const PresetPage& page : preset_pages()) {
        show_preset(harness, page);
        expect_whole_card(harness, page);
    }
}

// In a presentation too, in its type, over panels that keep a room of use, whatever is chosen.
TEST_P(EveryCaption, is_whole_over_the_panels_of_a_presentation) {
    const auto [extent, scale] = GetParam();
    for (const std::vector<std::string>& chosen :
         {std::vector<std::string>{"singular-values"},
          {"singular-values", "loss"},
          {"singular-values", "loss", "downstream-probe", "maps"}}) {
        Harness harness(extent, scale);
        harness.preferences.presentation = true;
        harness.preferences.presented = chosen;
        for (const PresetPage& page : preset_pages()) {
            SCOPED_TRACE(std::string(page.name) + " over " + std::to_string(chosen.size()));
            show_preset(harness, page);
            expect_whole_card(harness, page);
            const Drawing card = drawing().in("##caption");
            EXPECT_EQ(card.all(preset(page.name).title).size(), 1U) << words_of(card);
            for (const Word& word : card.words)
                EXPECT_GE(word.max.y - word.min.y, extent.y / 40 - 1) << word.text;
            const ImGuiWindow& over = *harness.window("##caption");
            const ImGuiWindow& strip = *harness.window("##strip");
            EXPECT_FALSE(strip.Rect().Overlaps(over.Rect()));
            int beneath = 0;
            for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
                const std::string_view name = window->Name;
                if (!window->Active || !name.ends_with("##presented")) continue;
                EXPECT_FALSE(window->Rect().Overlaps(over.Rect())) << name;
                EXPECT_FALSE(window->Rect().Overlaps(strip.Rect())) << name;
                ++beneath;
                EXPECT_GE(window->Size.y, 7.5F * ImGui::GetFontSize()) << name;
            }
            EXPECT_EQ(beneath, static_cast<int>(chosen.size()));
        }
    }
}

TEST(Caption, buttons_do_what_they_say_and_let_training_go_on) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 20, 1));
    harness.frames(3);
    click_word(harness, "Halve Muon's rate");
    const auto set = sent<SetParameter>(harness);
    ASSERT_EQ(set.size(), 1U);
    EXPECT_EQ(set[0].path, "lanes.1.optimizer.lr");
    EXPECT_EQ(std::get<double>(set[0].value), 0.01);
    EXPECT_EQ(sent<Start>(harness).size(), 1U);
    click_word(harness, "Swap the optimisers");
    EXPECT_EQ(sent<SwapOptimizers>(harness).size(), 1U);
}

TEST(Caption, a_preset_that_was_changed_can_be_had_again_as_it_was) {
    Harness harness;
    auto snapshot = made_by_hand(3, 2, 20, 1);
    snapshot->spec = std::make_shared<Spec>(preset("two-ways-up"));
    harness.show(snapshot);
    harness.frames(3);
    EXPECT_TRUE(drawing().in("##caption").all("As it was").empty());
    auto changed = std::make_shared<Spec>(*snapshot->spec);
    changed->experiment.run.speed = 500;  // of no number that is computed
    auto next = std::make_shared<Snapshot>(*snapshot);
    next->spec = changed;
    harness.show(next);
    harness.frames(2);
    EXPECT_TRUE(drawing().in("##caption").all("As it was").empty());
    changed = std::make_shared<Spec>(*snapshot->spec);
    changed->lanes[0].phases[0].optimizer.lr = 0.3;
    next = std::make_shared<Snapshot>(*snapshot);
    next->spec = changed;
    harness.show(next);
    harness.frames(2);
    click_word(harness, "As it was");
    const auto specs = sent<SetSpec>(harness);
    ASSERT_EQ(specs.size(), 1U);
    EXPECT_TRUE(specs[0].spec == preset("two-ways-up"));
}

TEST(Caption, is_put_away_by_its_cross_and_by_c_and_the_room_goes_to_the_plots) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 20, 1));
    harness.frames(3);
    const auto top = [&] { return harness.window("Lanes")->Pos.y; };
    const float with_card = top();
    const ImGuiWindow* card = harness.window("##caption");
    harness.click({card->Pos.x + card->Size.x - 20, card->Pos.y + card->Size.y / 2});
    harness.frames(4);
    EXPECT_FALSE(harness.chosen<CaptionChoices>().shown);
    EXPECT_TRUE(drawing().in("##caption").words.empty());
    EXPECT_LT(top(), with_card - 20);
    harness.press(ImGuiKey_C);
    harness.frames(4);
    EXPECT_TRUE(harness.chosen<CaptionChoices>().shown);
    EXPECT_EQ(top(), with_card);
}

TEST(Caption, of_a_presentation_is_put_away_by_its_cross_and_by_c_and_the_room_goes_to_the_panels) {
    Harness harness({1280, 720});
    harness.preferences.presentation = true;
    harness.preferences.presented = {"loss", "maps"};
    harness.show(made_by_hand(3, 2, 20, 1));
    harness.frames(3);
    const auto panel = [&] { return harness.window("Loss##presented")->Rect(); };
    const ImRect with_card = panel();
    const auto cross = drawing().in("##caption").word(icon::close);
    ASSERT_TRUE(cross);
    harness.click(cross->middle());
    harness.frames(4);
    EXPECT_FALSE(harness.chosen<CaptionChoices>().shown);
    EXPECT_TRUE(drawing().in("##caption").words.empty());
    EXPECT_LT(panel().Min.y, with_card.Min.y - 60);
    EXPECT_EQ(panel().Max.y, with_card.Max.y);
    harness.press(ImGuiKey_C);
    harness.frames(4);
    EXPECT_TRUE(harness.chosen<CaptionChoices>().shown);
    EXPECT_EQ(panel().Min.y, with_card.Min.y);
    click_word(harness, "Swap the optimisers");
    EXPECT_EQ(sent<SwapOptimizers>(harness).size(), 1U);
}

TEST(Caption, of_a_spec_that_is_no_preset_there_is_none) {
    Harness harness;
    auto snapshot = made_by_hand(3, 2, 20, 1);
    auto own = std::make_shared<Spec>(*snapshot->spec);
    own->name = "mine";
    snapshot->spec = own;
    harness.show(snapshot);
    harness.frames(3);
    EXPECT_TRUE(drawing().in("##caption").words.empty());
}

TEST(Caption, a_choice_of_a_panel_is_turned_on_by_its_name) {
    Harness harness;
    auto snapshot = made_by_hand(3, 1, 20, 1);
    snapshot->spec = std::make_shared<Spec>(preset("plateaus"));
    harness.show(snapshot);
    harness.frames(3);
    click_word(harness, "Show the levels");
    for (const Panel& panel : panels())
        if (panel.remembered != nullptr)
            for (const Remembered& remembered : panel.remembered(harness.preferences))
                if (remembered.name == "loss_levels") {
                    EXPECT_TRUE(*std::get<bool*>(remembered.at));
                }
    EXPECT_TRUE(sent<Start>(harness).empty());
}

// What an arrow points at is where the data have it, once it has happened and not before.
TEST(Caption, arrows_point_at_the_step_where_it_happens) {
    Harness harness;
    harness.train(preset("small-modes"));
    harness.context().send(RunTo{30});
    harness.now();
    harness.frames(60);
    const std::string words = "smallest first";
    EXPECT_TRUE(drawing().all(words).empty());
    harness.context().send(RunTo{60});
    const Snapshot& snapshot = harness.now();
    harness.frames(120);
    const HistoryView& history = snapshot.lanes[1].history;
    const std::size_t mode = snapshot.layout.mode(4), place = snapshot.layout.product_sv(4);
    std::size_t sample = 0;
    while (history.value(sample, mode) < 0.9 * 0.25) ++sample;
    EXPECT_EQ(history.step(sample), 43);
    const Drawing drawn = drawing();
    const auto word = drawn.word(words);
    ASSERT_TRUE(word);
    // The head's tip: of all triangles in the text's colour the corner nearest to the data's point.
    const ImGuiWindow* window = harness.window("Singular values");
    ASSERT_NE(window, nullptr);
    const Drawing panel = drawn.in("Singular values");
    const auto names = panel.all("Exact polar");
    ASSERT_FALSE(names.empty());
    // The second plot's steps, and the values, which are labelled at the first one alone.
    const float bottom = window->Pos.y + window->Size.y;
    const Scale steps = Scale::across(panel, {names.back().min.x - 15, bottom - 60},
                                      {window->Pos.x + window->Size.x, bottom});
    const auto first_name = panel.all("SGD");
    ASSERT_FALSE(first_name.empty());
    const Scale values = Scale::up(panel, {window->Pos.x, names.back().max.y},
                                   {first_name.back().min.x, bottom - 30});
    const ImVec2 at{steps.pixel(static_cast<double>(history.step(sample))),
                    values.pixel(history.value(sample, place))};
    const ImU32 colour = ImGui::ColorConvertFloat4ToU32(harness.context().theme.text);
    EXPECT_LT(panel.distance(colour, at), 4);
    EXPECT_LT(std::hypot(word->middle().x - at.x, word->middle().y - at.y), 160);
    // Put away with the captions.
    harness.press(ImGuiKey_C);
    harness.frames(3);
    EXPECT_TRUE(drawing().all(words).empty());
}

// In a start that is not the target's own a mode's strength is less than the singular value that is
// drawn, and an arrow waits for the one and points at the other.
TEST(Caption, arrows_wait_for_the_mode_and_point_at_the_line) {
    Harness harness;
    harness.train(preset("two-ways-up"));
    harness.context().send(RunTo{90});
    const Snapshot& snapshot = harness.now();
    harness.frames(2);
    const auto places_now = [&] {
        PanelContext context = harness.context();
        return plots::arrow_places(context);
    };
    const std::vector<plots::ArrowPlace> places = places_now();
    ASSERT_EQ(places.size(), 2U);  // SGD's smallest is not there yet
    for (const plots::ArrowPlace& place : places) {
        const HistoryView& history = snapshot.lanes[place.arrow->lane].history;
        const int k = place.arrow->k;
        const double level = 0.9 * snapshot.problem->target_svd.s(k);
        std::size_t sample = 0;
        while (history.value(sample, snapshot.layout.mode(k)) < level) ++sample;
        EXPECT_EQ(place.step, history.step(sample)) << place.arrow->words;
        EXPECT_EQ(place.value, history.value(sample, snapshot.layout.product_sv(k)));
        EXPECT_NE(place.value, history.value(sample, snapshot.layout.mode(k)));
    }
    // The same when the run has gone on, and from its start again after it has gone back.
    harness.context().send(RunTo{200});
    harness.now();
    harness.frames(2);
    EXPECT_EQ(places_now().at(0).step, places[0].step);
    harness.context().send(RunTo{20});
    harness.now();
    harness.frames(2);
    EXPECT_TRUE(places_now().empty());
}

}  // namespace
}  // namespace muonscope::gui
