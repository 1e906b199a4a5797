// What the panel of rare facts draws, read back from the screen and held against the run.

#include "app/gui/panels/rare_facts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/frame.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/experiment/associations.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/session/past.h"
#include "core/theory/facts.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 room_of_facts{1300, 700};

Spec with_settings(const char* name,
                   std::initializer_list<std::pair<const char*, const char*>> settings) {
    Spec spec = preset(name);
    for (const auto& [path, text] : settings) set(spec, path, std::string_view(text));
    return spec;
}

class RareFacts : public testing::Test {
  protected:
    void show(const Spec& spec, std::int64_t steps, ImVec2 size = room_of_facts, float scale = 1) {
        harness.reset();
        harness = std::make_unique<Harness>(size, scale);
        snapshot = trained(spec, steps);
        harness->show(snapshot);
    }
    RareFactsChoices& choices() { return harness->chosen<RareFactsChoices>(); }
    Drawing look() {
        for (int i = 0; i < 30; ++i) harness->panel_frame(rare_facts_panel);
        return drawing();
    }
    Drawing look_with_mouse_at(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        return look();
    }
    Theme theme() const { return theme_for(harness->preferences, 1); }
    ImU32 colour(std::size_t lane) const { return u32(theme().lane(static_cast<int>(lane))); }
    const Layout& layout() const { return snapshot->layout; }
    // Its value in the row of the read-out that has this name.
    static std::string read(const Drawing& drawing, const std::string& name) {
        for (const Word& word : drawing.in("##Tooltip").all(name)) {
            const std::vector<Word> line = drawing.in("##Tooltip").line_of(word);
            if (!line.empty()) return line.front().text;
        }
        return "not there";
    }

    std::unique_ptr<Harness> harness;
    std::shared_ptr<const Snapshot> snapshot;
};

TEST(FactRows, are_a_fact_each_or_ranges_that_widen) {
    for (const int facts : {3, 63, 64}) {
        const std::vector<int> rows = fact_rows(facts, 64);
        ASSERT_EQ(rows.size(), static_cast<std::size_t>(facts) + 1);
        for (int k = 0; k <= facts; ++k) EXPECT_EQ(rows[static_cast<std::size_t>(k)], k);
    }
    for (const int facts : {65, 100, 1024, 4096}) {
        const std::vector<int> rows = fact_rows(facts, 64);
        ASSERT_EQ(rows.size(), 65U);
        EXPECT_EQ(rows.front(), 0);
        EXPECT_EQ(rows.back(), facts);
        EXPECT_EQ(rows[1], 1) << "the most frequent one has a row of its own";
        for (std::size_t i = 0; i + 1 < rows.size(); ++i) EXPECT_LT(rows[i], rows[i + 1]) << facts;
        EXPECT_GE(rows[64] - rows[63], rows[32] - rows[31]);
    }
    EXPECT_EQ(fact_rows(1024, 64)[64] - fact_rows(1024, 64)[63], 105);
    EXPECT_EQ(facts_text(6, 7), "fact 7");
    EXPECT_EQ(facts_text(6, 9), "facts 7–9, mean");
}

TEST_F(RareFacts, thirds_are_drawn_where_the_run_measured_them) {
    show(preset("rare-facts"), 60);
    choices().view = static_cast<int>(FactsView::thirds);
    for (const bool probability : {false, true}) {
        choices().probability = probability;
        const Drawing drawing = look();
        const std::array titles{"head, facts 1–21", "middle, facts 22–43", "tail, facts 44–64"};
        const std::array channels =
            probability
                ? std::array{layout().head_probability(), layout().middle_probability(),
                             layout().tail_probability()}
                : std::array{layout().head_loss(), layout().middle_loss(), layout().tail_loss()};
        for (std::size_t third = 0; third < 3; ++third) {
            const auto title = drawing.word(titles[third]);
            ASSERT_TRUE(title) << drawing.text();
            const Drawing plot = drawing.in(title->window);
            const Scale x = Scale::across(plot, {0, 650}, room_of_facts);
            const Scale y = Scale::up(plot, {title->min.x - 10, 60}, {title->min.x + 38, 690});
            ASSERT_GE(x.labels(), 2) << plot.text();
            ASSERT_GE(y.labels(), 3) << plot.text();
            for (std::size_t l = 0; l < snapshot->lanes.size(); ++l) {
                const HistoryView& history = snapshot->lanes[l].history;
                for (std::size_t i = 0; i + 6 < history.size(); i += 6)
                    EXPECT_LE(
                        plot.distance(colour(l), {x.pixel(static_cast<double>(history.step(i))),
                                                  y.pixel(history.value(i, channels[third]))}),
                        3)
                        << titles[third] << ", lane " << l << ", step " << history.step(i);
            }
        }
    }
}

TEST_F(RareFacts, theory_is_drawn_for_sgd_and_for_no_lane_that_it_does_not_know) {
    show(preset("rare-facts"), 60);
    choices() = {static_cast<int>(FactsView::thirds), false, false};
    const Drawing drawing = look();
    EXPECT_EQ(drawing.all("theory").size(), 1U) << drawing.text();
    const auto title = drawing.word("tail, facts 44–64");
    ASSERT_TRUE(title);
    const Drawing plot = drawing.in(title->window);
    const Scale x = Scale::across(plot, {0, 650}, room_of_facts);
    const Scale y = Scale::up(plot, {title->min.x - 10, 60}, {title->min.x + 38, 690});
    // Dots lie along the recursion of theory, up to where the axis ends.
    std::vector<double> leads(64, 0.0);
    const Vector frequencies = zipf_frequencies(64, 1);
    for (int step = 1; step <= 150; ++step) {
        double mean = 0;
        for (int k = 43; k < 64; ++k) {
            double& lead = leads[static_cast<std::size_t>(k)];
            lead = sgd_lead(64, lead, 30 * frequencies(k));
            mean += answer_loss(64, lead) / 21;
        }
        if (step % 25 != 0) continue;
        EXPECT_LE(plot.distance(u32(theme().text), {x.pixel(step), y.pixel(mean)}), 8) << step;
    }
    for (const char* name : {"rare-facts-crowded", "theory"}) {
        show(preset(name), 20);
        choices().view = static_cast<int>(FactsView::thirds);
        EXPECT_TRUE(look().all("theory").empty()) << name;
    }
    // What was edited on its way is not theory's run any more.
    auto edited = std::make_shared<Snapshot>(*trained(preset("rare-facts"), 20));
    edited->events =
        std::make_shared<const std::vector<Event>>(std::vector<Event>{{3, 0, "learning rate 100"}});
    show(preset("rare-facts"), 20);
    choices().view = static_cast<int>(FactsView::thirds);
    EXPECT_FALSE(look().all("theory").empty());
    harness->show(edited);
    EXPECT_TRUE(look().all("theory").empty());
}

TEST_F(RareFacts, every_fact_stands_at_its_place_and_beside_how_often_it_is_asked_for) {
    show(preset("rare-facts"), 10);
    choices().view = static_cast<int>(FactsView::by_fact);
    for (const bool probability : {false, true}) {
        choices().probability = probability;
        const Drawing drawing = look();
        const Scale x = Scale::across(drawing, {20, 652}, room_of_facts);
        const Scale y = Scale::up(drawing, {0, 60}, {44, 690});
        ASSERT_GE(x.labels(), 2) << drawing.text();
        ASSERT_GE(y.labels(), 3) << drawing.text();
        EXPECT_TRUE(x.logarithmic());
        const Vector& frequencies = snapshot->problem->data.weights;
        for (const int k : {0, 1, 5, 32, 63}) {
            for (std::size_t l = 0; l < snapshot->lanes.size(); ++l) {
                const std::size_t channel =
                    probability ? layout().fact_probability(k) : layout().fact_loss(k);
                EXPECT_LE(drawing.distance(colour(l), {x.pixel(k + 1),
                                                       y.pixel(snapshot->lanes[l].now[channel])}),
                          3)
                    << "lane " << l << ", fact " << k + 1;
            }
            const double dotted = probability ? frequencies(k) : std::log(64.0);
            EXPECT_LE(drawing.distance(u32(theme().target), {x.pixel(k + 1), y.pixel(dotted)}), 6)
                << k + 1;
        }
        EXPECT_EQ(drawing.all(probability ? "asked for" : "nothing known, ln N").size(), 1U);
        EXPECT_EQ(drawing.all("theory, SGD").size(), 1U);
        // The read-out is of the fact nearest to the mouse.
        const Drawing with = look_with_mouse_at({x.pixel(33) + 1, y.pixel(probability ? 0.4 : 1)});
        EXPECT_EQ(with.starting("fact 33: ").size(), 1U) << with.text();
        const std::size_t channel =
            probability ? layout().fact_probability(32) : layout().fact_loss(32);
        EXPECT_EQ(read(with, "SGD, step 10"), plots::value_text(snapshot->lanes[0].now[channel]));
        EXPECT_EQ(read(with, "asked for"), plots::value_text(frequencies(32)));
        look_with_mouse_at({5, 5});
    }
}

TEST_F(RareFacts, a_step_that_was_seen_is_drawn_from_its_row) {
    show(preset("rare-facts"), 10);
    choices().view = static_cast<int>(FactsView::by_fact);
    choices().probability = true;
    look();
    for (const int steps : {20, 40}) {
        snapshot = trained(preset("rare-facts"), steps);
        auto of_one_run = std::make_shared<Snapshot>(*snapshot);
        of_one_run->problem = harness->context().snapshot->problem;
        snapshot = of_one_run;
        harness->show(snapshot);
        look();
    }
    harness->show(as_it_was(*snapshot, 20, nullptr));
    const Drawing drawing = look();
    const Scale x = Scale::across(drawing, {30, 650}, room_of_facts);
    const Scale y = Scale::up(drawing, {0, 60}, {44, 650});
    const HistoryView& history = snapshot->lanes[0].history;
    const std::size_t row = history.find(20);
    ASSERT_EQ(history.step(row), 20);
    for (const int k : {10, 32, 63}) {
        const double then = history.value(row, layout().fact_probability(k));
        EXPECT_GT(snapshot->lanes[0].now[layout().fact_probability(k)], then + 0.01);
        EXPECT_LE(drawing.distance(colour(0), {x.pixel(k + 1), y.pixel(then)}), 3) << k;
    }
}

bool is_painted(std::optional<ImU32> found, const ImVec4& wanted, int tolerance) {
    if (!found) return false;
    for (const int shift : {IM_COL32_R_SHIFT, IM_COL32_G_SHIFT, IM_COL32_B_SHIFT})
        if (std::abs(static_cast<int>(*found >> shift & 255U) -
                     static_cast<int>(u32(wanted) >> shift & 255U)) > tolerance)
            return false;
    return true;
}

TEST_F(RareFacts, the_map_has_the_colour_of_each_fact_at_each_step_and_names_its_ends) {
    Spec spec = preset("rare-facts");
    spec.lanes.resize(1);
    show(spec, 180);
    choices().view = static_cast<int>(FactsView::map);
    choices().probability = true;
    const Drawing drawing = look();
    std::vector<double> ends;
    for (const Word& word : drawing.words)
        if (number_in(word.text) && word.min.x > room_of_facts.x - 60)
            ends.push_back(*number_in(word.text));
    std::sort(ends.begin(), ends.end());
    EXPECT_EQ(ends, (std::vector<double>{0, 1})) << drawing.text();
    const Scale x = Scale::across(drawing, {30, 650}, room_of_facts);
    const Scale rows = Scale::up(drawing, {0, 60}, {58, 648});
    ASSERT_GE(x.labels(), 2) << drawing.text();
    ASSERT_GE(rows.labels(), 3) << drawing.text();
    const HistoryView& history = snapshot->lanes[0].history;
    for (const int k : {0, 12, 32, 63})
        for (const std::int64_t step : {20, 90, 160}) {
            bool fits = false;  // a column of pixels has more than a step
            for (std::int64_t near = step - 1; near <= step + 1; ++near)
                fits = fits ||
                       is_painted(
                           drawing.painted({x.pixel(static_cast<double>(step)), rows.pixel(k + 1)}),
                           theme().mapped(
                               history.value(history.find(near), layout().fact_probability(k))),
                           8);
            EXPECT_TRUE(fits) << "fact " << k + 1 << ", step " << step;
        }
    // Nothing is painted of steps that are still to come.
    const auto beyond = drawing.painted({x.pixel(195), rows.pixel(1)});
    EXPECT_TRUE(!beyond || (*beyond >> IM_COL32_A_SHIFT) == 0);
    const Drawing with = look_with_mouse_at({x.pixel(90), rows.pixel(33)});
    EXPECT_EQ(with.starting("SGD, fact 33, step").size(), 1U) << with.text();
    EXPECT_EQ(read(with, "asked for"), plots::value_text(snapshot->problem->data.weights(32)));
}

TEST_F(RareFacts, more_facts_than_rows_are_shown_by_means_of_ranges) {
    show(with_settings("rare-facts-crowded", {{"data.facts", "1024"}, {"record.dense", "16"}}), 6);
    choices().view = static_cast<int>(FactsView::map);
    choices().probability = true;
    look();
    const std::vector<int> rows = fact_rows(1024, 64);
    // Over the last row of the first lane.
    Drawing with;
    for (float y = 690; y > 500 && with.starting("SGD, facts").empty(); y -= 4)
        with = look_with_mouse_at({100, y});
    const std::vector<Word> title = with.starting("SGD, facts");
    ASSERT_EQ(title.size(), 1U) << with.text();
    EXPECT_EQ(title.front().text.find(fmt::format("SGD, {}", facts_text(rows[63], rows[64]))), 0U)
        << title.front().text;
    double mean = 0;
    for (int k = rows[63]; k < rows[64]; ++k)
        mean += snapshot->problem->data.weights(k) / (rows[64] - rows[63]);
    EXPECT_EQ(read(with, "asked for"), plots::value_text(mean));
}

// A lane that is lost leaves the axes to the others.
TEST_F(RareFacts, leave_their_axes_to_what_is_sound) {
    Spec spec = with_settings("rare-facts-crowded", {{"loss", "half"}});
    for (Recipe& recipe : spec.lanes) recipe.phases[0].optimizer.lr = 0.02;
    spec.lanes[0].phases[0].optimizer.lr = 100;
    show(spec, 300);
    ASSERT_TRUE(snapshot->lanes[0].lost());
    for (const FactsView view : {FactsView::thirds, FactsView::by_fact, FactsView::map}) {
        choices() = {static_cast<int>(view), false, false};
        const Drawing drawing = look();
        double largest = 0;
        for (const Word& word : drawing.words)
            if (const auto number = number_in(word.text);
                number && (view == FactsView::map ? word.min.x > room_of_facts.x - 60
                                                  : word.min.x < 60 && word.max.y < 660))
                largest = std::max(largest, *number);
        EXPECT_GT(largest, 0) << drawing.text();
        EXPECT_LT(largest, 30) << static_cast<int>(view);
    }
}

TEST_F(RareFacts, are_drawn_in_every_hard_case) {
    const Spec tanh = with_settings("rare-facts-crowded", {{"network.depth", "4"},
                                                           {"network.activation", "tanh"},
                                                           {"init.scale", "0.9"},
                                                           {"loss", "mean"},
                                                           {"data.batch", "8"}});
    Spec many = preset("rare-facts");
    while (many.lanes.size() < 8) many.lanes.push_back(many.lanes[many.lanes.size() % 4]);
    const std::array specs{
        with_settings("rare-facts", {{"data.facts", "3"}}), tanh, many,
        with_settings("rare-facts-crowded", {{"data.facts", "1024"}, {"record.dense", "16"}})};
    struct Place {
        ImVec2 size;
        float scale;
    };
    for (const Spec& spec : specs)
        for (const std::int64_t steps : {0, 4}) {
            const auto seen = trained(spec, steps);
            for (const Place place : {Place{{500, 260}, 1}, {{1600, 900}, 1}, {{1920, 1080}, 2}}) {
                harness.reset();
                harness = std::make_unique<Harness>(place.size, place.scale);
                harness->show(seen);
                for (int view = 0; view < 3; ++view)
                    for (const bool probability : {false, true})
                        for (const bool logarithmic : {false, true}) {
                            choices() = {view, probability, logarithmic};
                            for (int i = 0; i < 3; ++i) harness->panel_frame(rare_facts_panel);
                            EXPECT_GT(drawing().shapes.size(), 3U);
                        }
            }
        }
    harness.reset();
    harness = std::make_unique<Harness>();
    harness->show(trained(preset("two-ways-up"), 3));
    EXPECT_EQ(look().starting("Choose the preset Rare facts").size(), 1U);
}

}  // namespace
}  // namespace muonscope::gui
