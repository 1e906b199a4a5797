// *Where*, read back from the screen, of a study whose results are made by hand.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>

#include "app/gui/frame.h"
#include "app/gui/panels/where.h"
#include "app/gui/theme.h"
#include "app/gui/where_run.h"
#include "app/gui/where_study.h"
#include "core/formats/files.h"
#include "core/study/configuration.h"
#include "core/study/database.h"
#include "core/study/study_json.h"
#include "tests/gui/choices.h"
#include "tests/gui/small_run.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

std::string muon_arm(const std::string& group) {
    return fmt::format(
        R"({{"name": "Muon in {0}", "set": {{"lanes.0.layers.{0}.optimizer.kind": "muon"}},
  "rate": "lanes.0.layers.{0}.optimizer.lr", "rates": [0.02, 0.05]}})",
        group);
}

const std::vector<std::string> groups{"value", "query", "block_1_key", "inside", "head"};

Study hand_study() {
    std::string arms =
        R"({"name": "AdamW", "set": {"optimizer.kind": "adamw"}, "rates": [0.001, 0.01]})";
    for (const std::string& group : groups) arms += ",\n" + muon_arm(group);
    return study_from_json(
        fmt::format(
            R"({{"version": 1, "name": "hand", "title": "Made by hand", "base": "token-facts",
 "list": [{{"transformer.width": 16, "transformer.heads": 2, "transformer.hidden": 24,
            "transformer.context": 12, "task.batch": 3, "task.held_out": 4}}],
 "arms": [{}], "tuning": {{"by": "loss", "seeds": 1}}, "seeds": 7, "budget": {{"steps": 40}},
 "metrics": [{{"name": "loss", "end": "loss"}}, {{"name": "area", "area": "loss"}}]}})",
            arms),
        "hand.json");
}

// By arm: AdamW comes to 1; value gains 20 %, query as often as it loses, block 1's key loses 10 %.
double number_of_job(const JobPlace& place) {
    const double sign = place.seed % 2 == 0 ? 1 : -1;
    const double tuned = place.rate == 0 ? 0.5 : 0;
    switch (place.arm) {
        case 1:
            return tuned + 0.8 + 0.01 * sign;
        case 2:
            return tuned + 1 + 0.03 * sign;
        case 3:
            return tuned + 1.1;
        case 4:
            return tuned + 0.95;
        default:
            return tuned + 1;
    }
}

std::vector<StoredResult> results_of_hand(const Study& study, std::int64_t most) {
    std::vector<StoredResult> results;
    for (std::int64_t job = 0; job < std::min(most, job_count(study)); ++job) {
        JobResult result;
        result.numbers = {number_of_job(place_of_job(study, job)), 1};
        results.push_back({job, fmt::format("{:064}", job), "test", result});
    }
    return results;
}

class WherePanel : public testing::Test {
  protected:
    // The first so many results in a file, opened.
    void open(std::int64_t most = 1000) {
        path_ = folder_ / "hand.db";
        {
            StudyDatabase database(path_, study_);
            database.add(results_of_hand(study_, most));
        }
        harness_.chosen<WhereChoices>().file = {path_};
    }
    Drawing look() { return look_at_panel(harness_, panel_by_slug("where")); }
    void click(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        look();
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, down);
            look();
        }
    }
    ImVec2 square(const Drawing& drawing, const char* row, const char* column) {
        return {drawing.word(column)->middle().x, drawing.word(row)->middle().y};
    }
    void expect_sentence(const char* part) {
        const std::string text = look().text();
        EXPECT_NE(text.find(part), std::string::npos) << text;
    }
    // Of a shape that lies around a point.
    bool is_painted(const Drawing& drawing, const ImVec4& colour, ImVec2 at) {
        return drawing.distance(u32(colour), {at.x, at.y}) < 1;
    }

    ScratchFolder folder_;
    Study study_ = hand_study();
    std::string path_;
    Harness harness_{{1300, 850}, 1, 1};
};

TEST_F(WherePanel, each_arm_stands_in_its_square_with_its_gain_in_its_colour) {
    open();
    const Drawing drawing = look();
    const Theme theme = dark_theme();
    for (const auto& [row, column, text, share] :
         {std::tuple{"value", "every block", "+20.0 %", 1.0},
          {"query", "every block", "+0.0 %", 0.0},
          {"key", "block 1", "−10.0 %", -0.5},
          {"all kinds", "every block", "+5.0 %", 0.25}}) {
        const ImVec2 at = square(drawing, row, column);
        const auto words = drawing.all(text);
        const auto near = std::find_if(words.begin(), words.end(), [&](const Word& word) {
            return std::abs(word.middle().x - at.x) < 6 && std::abs(word.middle().y - at.y) < 6;
        });
        EXPECT_NE(near, words.end()) << row << " in\n" << drawing.text();
        // Beside the number, whose ground is painted on its own.
        EXPECT_TRUE(is_painted(drawing, diverging(theme, share), {at.x - 45, at.y - 5})) << row;
    }
    EXPECT_FALSE(is_painted(drawing, diverging(theme, 1), square(drawing, "value", "block 1")));
}

TEST_F(WherePanel, what_may_be_chance_is_hatched) {
    open();
    const Drawing drawing = look();
    const auto strokes = [&](const char* row, const char* column) {
        const ImVec2 at = square(drawing, row, column);
        return drawing.distance(u32(with_alpha(dark_theme().text, 0.45F)), {at.x - 40, at.y});
    };
    EXPECT_LT(strokes("query", "every block"), 20);
    EXPECT_GT(strokes("value", "every block"), 20);
    EXPECT_GT(strokes("key", "block 1"), 20);
}

TEST_F(WherePanel, the_rule_and_its_error_stand_below) {
    open();
    const auto gains = matrix_gains(study_, results_of_hand(study_, 1000));
    const std::string rule = rule_sentence(study_, gains_at(gains, 0, 0),
                                           test_rules(study_, results_of_hand(study_, 1000))[0]);
    std::string shown;
    const Drawing drawing = look();
    for (const Word& word : drawing.words) shown += word.text + " ";
    for (const char* part : {"value: 20.0 ± ", "; inside: 5.0 ± 0.0 % better",
                             "block 1 key: 10.0 ± 0.0 % worse", "% off on"}) {
        EXPECT_NE(rule.find(part), std::string::npos) << rule;
        EXPECT_NE(shown.find(part), std::string::npos) << shown;
    }
    EXPECT_NE(shown.find("hand.db: Made by hand, all 84 jobs"), std::string::npos) << shown;
    number_of(harness_.preferences, "where_metric") = 1;
    EXPECT_TRUE(look().all("+20.0 %").empty()) << "the other metric is 1 everywhere";
}

TEST_F(WherePanel, the_mouse_reads_interval_seeds_and_rates) {
    open();
    const ImVec2 at = square(look(), "value", "every block");
    ImGui::GetIO().AddMousePosEvent(at.x, at.y);
    const std::string text = look().text();
    for (const char* part : {"Muon in value", "interval", "on 6 of 6 seeds", "0.031",
                             "0.05, end of those tried", "0.01", "(AdamW − arm)/AdamW"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
}

TEST_F(WherePanel, a_click_runs_the_arm_beside_the_baseline_at_their_rates) {
    open();
    click(square(look(), "value", "every block"));
    ASSERT_GE(harness_.sent.size(), 2U);
    const auto* set = std::get_if<SetSpec>(&harness_.sent[0]);
    ASSERT_NE(set, nullptr);
    EXPECT_TRUE(std::holds_alternative<Start>(harness_.sent[1]));
    const Spec& spec = set->spec;
    ASSERT_EQ(spec.lanes.size(), 2U);
    EXPECT_EQ(spec.experiment.seed, 2) << "the first that compares";
    EXPECT_EQ(spec.experiment.run.steps, 40);
    EXPECT_EQ(spec.lanes[0].name, "AdamW");
    EXPECT_DOUBLE_EQ(spec.lanes[0].phases[0].optimizer.lr, 0.01);
    EXPECT_EQ(spec.lanes[1].name, "Muon in value");
    const MatrixGain value = matrix_gains(study_, results_of_hand(study_, 1000))[0];
    EXPECT_EQ(spec.lanes[1], spec_of_job(study_, value.job).lanes[0]);
    const std::size_t before = harness_.sent.size();
    click(square(look(), "output", "block 1"));
    EXPECT_EQ(harness_.sent.size(), before) << "no arm there";
}

TEST_F(WherePanel, the_run_pauses_where_the_losses_part) {
    const auto gains = matrix_gains(study_, results_of_hand(study_, 1000));
    const Spec spec = spec_of_gain(study_, gains[4]);  // head
    harness_.train(preset("two-ways-up"));
    harness_.frames(2);
    PanelContext context = harness_.context();
    context.send(SetSpeed{0});  // past it before a frame has looked
    open_run(context, study_, gains[4]);
    harness_.frames_until([&] {
        const Snapshot& now = harness_.now();
        return now.spec && *now.spec == spec && !harness_.kept<WhereRun>().spec &&
               now.state == TrainerState::paused;
    });
    const Snapshot& now = harness_.now();
    ASSERT_EQ(now.lanes.size(), 2U);
    const std::size_t loss = now.layout.loss();
    const auto differ = [&](std::size_t sample) {
        const double a = now.lanes[0].history.value(sample, loss),
                     b = now.lanes[1].history.value(sample, loss);
        return std::abs(a - b) > 0.1 * std::max(a, b);
    };
    const std::size_t last = now.lanes[0].history.size() - 1;
    EXPECT_EQ(now.lanes[0].history.step(last), now.step);
    EXPECT_GT(now.step, 0);
    EXPECT_LT(now.step, 40);
    EXPECT_TRUE(differ(last));
    for (std::size_t sample = 0; sample < last; ++sample) EXPECT_FALSE(differ(sample)) << sample;
    EXPECT_NE(harness_.view.toast.find("part at step"), std::string::npos) << harness_.view.toast;
}

TEST_F(WherePanel, copies_what_the_command_line_writes) {
    open();
    look();
    const std::vector<StoredResult> results = results_of_hand(study_, 1000);
    const Configuration made = configuration_of(
        study_, gains_at(matrix_gains(study_, results), 0, 0), test_rules(study_, results)[0]);
    for (std::size_t i = 0; i < library_choices.size(); ++i) {
        const std::string name(library_choices[i].label);
        click(look().word("Copy as configuration")->middle());
        click(look().word(name)->middle());
        EXPECT_EQ(std::string(ImGui::GetClipboardText()),
                  configuration_text(made, static_cast<Library>(i)));
        EXPECT_NE(harness_.view.toast.find(name), std::string::npos) << harness_.view.toast;
    }
}

TEST_F(WherePanel, says_what_makes_a_study_and_why_there_is_none) {
    expect_sentence("muonscope study run where-facts --chosen");
    harness_.chosen<WhereChoices>().file = {folder_ / "none.db"};
    expect_sentence("none.db");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "none.db")) << "looking makes no file";
    write_file(folder_ / "text.db", "no database");
    harness_.chosen<WhereChoices>().file = {folder_ / "text.db"};
    expect_sentence("is no database of a study");
    write_file(folder_ / "study.json", "{}");
    harness_.chosen<WhereChoices>().file = {folder_ / "study.json"};
    expect_sentence("has no results beside it");
    study_.arms.resize(1);
    study_.comparisons.clear();
    open();
    expect_sentence("has no arm with Muon on some matrices alone");
}

TEST_F(WherePanel, a_study_half_way_says_so_and_is_read_again) {
    open(30);
    expect_sentence("hand.db: Made by hand, 30 jobs so far, 27 that");
    {
        StudyDatabase database(path_, study_);
        database.add(results_of_hand(study_, 1000));
    }
    click(look().word("Read again")->middle());
    expect_sentence("all 84 jobs");
    write_file(folder_ / "hand.json", "{}");
    harness_.chosen<WhereChoices>().file = {folder_ / "hand.json"};
    expect_sentence("hand.json: Made by hand");
}

TEST_F(WherePanel, a_study_at_the_chosen_rates_alone_is_whole) {
    std::vector<StoredResult> results = results_of_hand(study_, 1000);
    std::erase_if(results, [&](const StoredResult& stored) {
        const JobPlace place = place_of_job(study_, stored.job);
        return place.seed > 0 && place.rate != 1;
    });
    StudyDatabase(folder_ / "hand.db", study_).add(results);
    harness_.chosen<WhereChoices>().file = {folder_ / "hand.db"};
    expect_sentence("all 48 jobs that gains are made of");
    EXPECT_FALSE(look().all("+20.0 %").empty());
}

TEST(WhereMap, a_chain_has_its_layers_and_columns_of_several) {
    MatrixGain second, both;
    second.group = "2";
    second.gain = 0.1;
    both.group = "1, 3";
    both.gain = -0.3;
    const std::vector<MatrixGain> gains{second, both};
    const WhereMap map = where_map(preset("two-ways-up").experiment, gains);
    EXPECT_EQ(map.sheet.columns, (std::vector<std::string>{"1", "2", "3", "1, 3"}));
    EXPECT_DOUBLE_EQ(map.gains(0, 1), 0.1);
    EXPECT_DOUBLE_EQ(map.gains(0, 3), -0.3);
    EXPECT_TRUE(std::isnan(map.gains(0, 0)));
    EXPECT_DOUBLE_EQ(map.most, 0.3);
}

TEST(WhereMap, of_arms_of_kinds_alone_no_block_has_a_column) {
    MatrixGain value, outer;
    value.group = "value";
    outer.group = "outside";
    const std::vector<MatrixGain> gains{value, outer};
    const WhereMap map = where_map(preset("token-facts").experiment, gains);
    EXPECT_EQ(map.sheet.columns, (std::vector<std::string>{"outside", "every block"}));
    EXPECT_EQ(map.sheet.rows[static_cast<std::size_t>(map.places[1].row)], "all kinds");
    EXPECT_EQ(map.places[1].column, 0);
}

}  // namespace
}  // namespace muonscope::gui
