#include "app/gui/panels/measures.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "app/gui/fonts.h"
#include "app/gui/frame.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/preferences.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

using Texts = std::vector<std::string>;

TEST(measure_plot, is_kept_as_a_text_that_names_its_channel) {
    int kept = 0;
    for (const ChannelInfo& channel : channels()) {
        if (parts_of(channel.scope).values) continue;
        for (const int source : {0, 1, 5})
            for (const bool logarithmic : {false, true})
                for (const bool between : {false, true}) {
                    MeasurePlot plot{channel.channel, source_of(channel.channel, source),
                                     logarithmic};
                    if (between) plot.gap = std::pair{1, 0};
                    const auto back = measure_plot(to_text(plot));
                    ASSERT_TRUE(back) << to_text(plot);
                    EXPECT_TRUE(*back == plot) << to_text(plot);
                    ++kept;
                }
    }
    EXPECT_GT(kept, 200);
    EXPECT_EQ(to_text({Channel::flatness, 2, true, std::pair{0, 1}}), "flatness_h 2 log gap 0 1");
}

TEST(measure_plot, is_none_where_the_text_is_of_another_program) {
    for (const char* text : {"", "no_such_channel", "sv", "flatness_h -1", "flatness_h 2 gap 1",
                             "flatness_h gap 0 0", "flatness_h gap -1 0", "flatness_h 999999999"})
        EXPECT_FALSE(measure_plot(text)) << text;
}

// Lane 0 falls from 2 to 0, lane 1 stays at 1: the first passes the second at half of the steps.
std::shared_ptr<Snapshot> crossing(int rows, int lanes = 2) {
    auto snapshot = made_by_hand(3, lanes, rows, 1);
    for (int l = 0; l < lanes; ++l) {
        LaneSnapshot& lane = snapshot->lanes[l];
        History history(snapshot->layout.channels(), 4096, SamplingRule{});
        std::vector<double> row(snapshot->layout.channels(), 1);
        for (int step = 0; step < rows; ++step) {
            const double value = l == 0 ? 2 - 2.0 * (step + 0.5) / rows : 1;
            row[snapshot->layout.at(Channel::relative_error, 0)] = value;
            row[snapshot->layout.at(Channel::flatness, 0)] = value;
            history.append(step, row);
        }
        lane.history = history.view();
        lane.now = row;
    }
    return snapshot;
}

class Measures : public testing::Test {
  protected:
    void show(ImVec2 size, std::shared_ptr<const Snapshot> snapshot) {
        harness.reset();
        harness = std::make_unique<Harness>(size);
        snapshot_ = std::move(snapshot);
        harness->show(snapshot_);
    }
    MeasuresChoices& choices() { return harness->chosen<MeasuresChoices>(); }
    Drawing look(int frames = 40) {
        for (int i = 0; i < frames; ++i) harness->panel_frame(measures_panel);
        return drawing();
    }
    void mouse(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        look(3);
    }
    void button(bool down) {
        ImGui::GetIO().AddMouseButtonEvent(0, down);
        look(3);
    }
    void click(ImVec2 at) {
        mouse(at);
        button(true);
        button(false);
        look(4);
    }
    // What the menu over the plot has to say.
    void choose(const char* entry) {
        mouse({900, 400});
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(1, down);
            look(3);
        }
        const auto item = look(4).word(entry);
        ASSERT_TRUE(item) << drawing().text();
        click(item->middle());
    }
    std::string saved_values() {
        ImGui::SetClipboardText("");
        choose("Copy values as CSV");
        const char* const text = ImGui::GetClipboardText();
        return text != nullptr ? text : "";
    }
    std::string saved_drawing() {
        choose("Save drawing as SVG…");
        if (!harness->view.path_dialog) return "";
        const ScratchFolder folder;
        harness->view.path_dialog->request.done(folder / "plot.svg");
        harness->view.path_dialog.reset();
        return read_file(folder / "plot.svg", std::size_t{1} << 24U);
    }
    void press(ImGuiKey key) {
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddKeyEvent(key, down);
            look(3);
        }
    }
    ImVec2 row(const char* title) {
        // In the table or the header: a plot's heading may say the same.
        Drawing all = look(4);
        std::erase_if(all.words, [](const Word& one) {
            return one.window.find("/plots") != std::string::npos ||
                   one.window.find("##Tooltip") == 0;
        });
        const auto word = all.word(title);
        EXPECT_TRUE(word) << title;
        return word ? word->middle() : ImVec2{};
    }

    std::unique_ptr<Harness> harness;
    std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(Measures, draw_every_lane_of_what_was_sent_in_its_colour) {
    show({1500, 800}, crossing(101));
    choices().plots = {"relative_error"};
    const Drawing drawing = look();
    const Theme theme = theme_for(harness->preferences, 1);
    // What lies in the plot alone: right of the table.
    const Drawing plot = drawing.in("Measures##alone/plots");
    const Scale x = Scale::across(plot, {0, 700}, {1500, 800});
    const Scale y = Scale::up(plot, {270, 60}, {360, 780});
    ASSERT_GE(x.labels(), 3) << plot.text();
    ASSERT_GE(y.labels(), 3) << plot.text();
    const std::size_t channel = snapshot_->layout.relative_error();
    for (int l = 0; l < 2; ++l) {
        const HistoryView& history = snapshot_->lanes[l].history;
        for (std::size_t i = 2; i < history.size(); i += 7)
            EXPECT_LE(
                plot.distance(u32(theme.lane(l)), {x.pixel(static_cast<double>(history.step(i))),
                                                   y.pixel(history.value(i, channel))}),
                3)
                << "lane " << l << " step " << history.step(i);
    }
}

TEST_F(Measures, are_sent_by_a_click_and_taken_back_by_another) {
    show({1500, 800}, crossing(40));
    choices().plots.clear();
    const Drawing empty = look();
    EXPECT_EQ(empty.starting("Drag a row here").size(), 1U);
    click(row("loss"));
    EXPECT_EQ(choices().plots, (Texts{"loss"}));
    choices().source = 2;
    click(row("fidelity"));
    EXPECT_EQ(choices().plots, (Texts{"loss", "gradient_fidelity 2"}));
    EXPECT_EQ(look().all("fidelity, layer 2").size(), 1U) << drawing().text();
    click(row("fidelity"));
    EXPECT_EQ(choices().plots, (Texts{"loss"}));
}

TEST_F(Measures, are_dragged_into_a_plot_of_their_own) {
    show({1500, 800}, crossing(40));
    choices().plots = {"loss"};
    look();
    mouse(row("flatness H"));
    button(true);
    for (int i = 1; i <= 6; ++i)
        mouse({300 + 120.0F * static_cast<float>(i), 200 + 30.0F * static_cast<float>(i)});
    button(false);
    EXPECT_EQ(choices().plots, (Texts{"loss", "flatness_h"}));
    // Again: it has its plot already, and a drag takes none away.
    mouse(row("flatness H"));
    button(true);
    for (int i = 1; i <= 6; ++i) mouse({300 + 120.0F * static_cast<float>(i), 300});
    button(false);
    EXPECT_EQ(choices().plots, (Texts{"loss", "flatness_h"}));
}

TEST_F(Measures, are_dragged_to_a_place_that_appears_where_no_plot_is_in_sight) {
    show({420, 300}, crossing(40));
    choices().plots.clear();
    look();
    EXPECT_TRUE(drawing().all("drop here: over steps").empty());
    mouse(row("loss"));
    button(true);
    for (int i = 1; i <= 4; ++i) mouse({200 + 5.0F * static_cast<float>(i), 120});
    const auto place = look(3).word("drop here: over steps");
    ASSERT_TRUE(place);
    mouse(place->middle());
    button(false);
    EXPECT_EQ(choices().plots, (Texts{"loss"}));
    click(row("over steps"));
    EXPECT_TRUE(choices().over_steps);
    EXPECT_EQ(look().all("loss").size(), 1U) << drawing().text();
}

TEST_F(Measures, are_sent_by_the_keyboard) {
    show({1500, 800}, crossing(40));
    harness->preferences.presentation = true;
    harness->preferences.presented = {"measures"};
    choices().plots.clear();
    harness->frames(6);
    // Tab to the table as a whole, Enter into it, arrows along its rows.
    for (int i = 0; i < 30 && choices().plots.empty(); ++i) {
        harness->press(ImGuiKey_Tab);
        const ImGuiContext& g = *ImGui::GetCurrentContext();
        const ImGuiWindow* table = harness->child("Measures##presented", "##measures", 0);
        ASSERT_NE(table, nullptr);
        if (g.NavId != table->ChildId) continue;
        harness->press(ImGuiKey_Enter);
        harness->press(ImGuiKey_DownArrow);
        harness->press(ImGuiKey_Enter);
        EXPECT_EQ(choices().plots, (Texts{"relative_error"}));
        harness->press(ImGuiKey_DownArrow);
        harness->press(ImGuiKey_DownArrow);
        harness->press(ImGuiKey_Enter);
        EXPECT_EQ(choices().plots, (Texts{"relative_error", "flatness_h"}));
    }
    EXPECT_FALSE(choices().plots.empty());
}

TEST_F(Measures, mark_the_step_where_one_lane_passes_the_other) {
    for (const bool ratio : {false, true}) {
        show({1500, 800}, crossing(100));
        choices().plots = {ratio ? "relative_error log gap 0 1" : "relative_error gap 0 1"};
        const Drawing drawing = look();
        const Drawing plot = drawing.in("Measures##alone/plots");
        const Theme theme = theme_for(harness->preferences, 1);
        const Scale x = Scale::across(plot, {0, 700}, {1500, 800});
        ASSERT_GE(x.labels(), 3) << plot.text();
        // 2 − 2 (s + ½)/100 is above 1 up to step 49 and below it from step 50 on.
        const std::vector<Word> marks = plot.all("step 50");
        const auto mark = std::find_if(marks.begin(), marks.end(), [&](const Word& word) {
            return word.max.y < 700 && std::abs(word.min.x - x.pixel(49.5)) < ImGui::GetFontSize();
        });
        ASSERT_NE(mark, marks.end()) << plot.text();
        EXPECT_LE(plot.distance(u32(theme.warning), {x.pixel(49.5), mark->max.y + 8}), 4);
        EXPECT_NE(plot.text().find(ratio ? "SGD / Muon" : "SGD − Muon"), std::string::npos)
            << plot.text();
    }
}

// A run whose rows stand for many steps each, and in which SGD passes Muon's floor.
Spec sparse() {
    Spec spec = preset("two-ways-up");
    spec.experiment.record.dense = 16;
    return spec;
}

// Columns of numbers by their names; an empty field is NaN.
std::map<std::string, std::vector<double>> columns_of(const std::string& csv) {
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    const auto fields = [](const std::string& text) {
        std::vector<std::string> all{""};
        for (const char c : text)
            if (c == ',')
                all.emplace_back();
            else
                all.back() += c;
        return all;
    };
    const std::vector<std::string> names = fields(line);
    std::map<std::string, std::vector<double>> columns;
    while (std::getline(lines, line)) {
        const std::vector<std::string> row = fields(line);
        EXPECT_EQ(row.size(), names.size()) << line;
        for (std::size_t i = 0; i < std::min(row.size(), names.size()); ++i)
            columns[names[i]].push_back(row[i].empty() ? NAN : std::stod(row[i]));
    }
    return columns;
}

TEST_F(Measures, save_a_gap_with_its_outer_range_and_its_crossings) {
    for (const bool ratio : {false, true}) {
        show({1500, 800}, trained(sparse(), 1600));
        choices().plots = {ratio ? "relative_error log gap 0 1" : "relative_error gap 0 1"};
        look(80);
        auto columns = columns_of(saved_values());
        const std::string name = ratio ? "SGD / Muon" : "SGD − Muon";
        const HistoryView& a = snapshot_->lanes[0].history;
        const HistoryView& b = snapshot_->lanes[1].history;
        const std::size_t channel = snapshot_->layout.relative_error();
        ASSERT_EQ(columns["step"].size(), a.size());
        ASSERT_EQ(a.size(), b.size());
        const auto between = [&](double of_a, double of_b) {
            return ratio ? of_a / of_b : of_a - of_b;
        };
        int wide = 0, crossed = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            SCOPED_TRACE(a.step(i));
            ASSERT_EQ(columns["step"][i], static_cast<double>(a.step(i)));
            ASSERT_EQ(a.step(i), b.step(i));
            const double value = between(a.value(i, channel), b.value(i, channel));
            EXPECT_EQ(columns[name][i], value);
            EXPECT_EQ(columns[name + " min"][i], between(a.low(i, channel), b.high(i, channel)));
            EXPECT_EQ(columns[name + " max"][i], between(a.high(i, channel), b.low(i, channel)));
            wide += columns[name + " min"][i] < columns[name + " max"][i] ? 1 : 0;
            const double before =
                i == 0 ? NAN : between(a.value(i - 1, channel), b.value(i - 1, channel));
            const auto above = [&](double gap) { return ratio ? std::log(gap) : gap; };
            const double crossing = columns[name + " crossing"][i];
            if (!(above(before) * above(value) < 0)) {
                EXPECT_TRUE(std::isnan(crossing));
                continue;
            }
            const double share = above(before) / (above(before) - above(value));
            const auto from = static_cast<double>(a.step(i - 1)),
                       to = static_cast<double>(a.step(i));
            EXPECT_NEAR(crossing, from + share * (to - from), 1e-9 * to);
            ++crossed;
        }
        EXPECT_GT(wide, 20);
        EXPECT_GT(crossed, 0);
    }
}

// The loss of all data is not looked at between rows where training takes minibatches of it.
TEST_F(Measures, save_no_range_of_what_is_unknown_between_rows) {
    Spec spec = preset("minibatch");
    spec.experiment.record.dense = 16;
    show({1500, 800}, trained(spec, 300));
    choices().plots = {"loss gap 0 1"};
    look(80);
    EXPECT_EQ(columns_of(saved_values()).size(), 3U);
    choices().plots = {"norm 1 gap 0 1"};
    look(80);
    EXPECT_EQ(columns_of(saved_values()).size(), 5U) << "weights are known at every step";
    // A column that there is stays empty.
    for (const bool known : {false, true}) {
        const Layout& layout = snapshot_->layout;
        const std::array channels{known ? layout.weight_norm(1) : layout.at(Channel::loss, 0)};
        const std::array<std::string, 1> names{"it"};
        const plots::Table table = plots::history_table(*snapshot_, 0, 300, channels, names);
        ASSERT_EQ(table.columns[3].substr(table.columns[3].size() - 3), "min");
        for (const std::vector<double>& row : table.rows) {
            EXPECT_TRUE(std::isfinite(row[2]));
            EXPECT_EQ(std::isfinite(row[3]), known);
            EXPECT_EQ(std::isfinite(row[4]), known);
        }
    }
}

// Nor does the read-out of a lane's curve say what lies between.
TEST_F(Measures, read_out_no_range_of_what_is_unknown_between_rows) {
    Spec spec = preset("minibatch");
    spec.experiment.record.dense = 16;
    show({1500, 800}, trained(spec, 300));
    for (const auto& [plot, ranges] : {std::pair{"loss", false}, {"norm 1", true}}) {
        choices().plots = {plot};
        look(80);
        mouse({900, 400});
        const Drawing drawing = look(6);
        const std::vector<Word> titles = drawing.starting("steps ");
        ASSERT_EQ(titles.size(), 1U) << drawing.text();
        EXPECT_EQ(titles[0].text.find("min – max") != std::string::npos, ranges) << titles[0].text;
        EXPECT_EQ(drawing.text().find(" – ") != std::string::npos, ranges) << drawing.text();
        if (ranges) continue;
        // Two rows of the history, which have these two values.
        long first = 0, last = 0;
        ASSERT_EQ(std::sscanf(titles[0].text.c_str(), "steps %ld, %ld", &first, &last), 2);
        const HistoryView& history = snapshot_->lanes[0].history;
        const std::size_t channel = snapshot_->layout.at(Channel::loss, 0);
        const std::string both = plots::value_text(history.value(history.find(first), channel)) +
                                 ", " +
                                 plots::value_text(history.value(history.find(last), channel));
        EXPECT_NE(drawing.text().find(both), std::string::npos) << both << "\n" << drawing.text();
    }
}

TEST_F(Measures, draw_the_band_and_the_crossings_of_a_gap_on_paper_too) {
    show({1500, 800}, trained(sparse(), 1600));
    choices().plots = {"relative_error gap 0 1"};
    look(80);
    const auto columns = columns_of(saved_values());
    const std::string svg = saved_drawing();
    std::size_t crossings = 0;
    for (const double at : columns.at("SGD − Muon crossing")) {
        if (std::isnan(at)) continue;
        ++crossings;
        EXPECT_TRUE(svg.find(fmt::format("step ≈ {:.0f}<", at)) != std::string::npos ||
                    svg.find(fmt::format("step {:.0f}<", std::ceil(at))) != std::string::npos)
            << at;
    }
    EXPECT_GT(crossings, 0U);
    EXPECT_NE(svg.find("SGD − Muon: smallest to largest"), std::string::npos);
}

TEST_F(Measures, change_scale_and_gap_of_each_plot_alone_and_close_it) {
    show({1500, 800}, crossing(60));
    harness->preferences.presentation = true;
    harness->preferences.presented = {"measures"};
    choices().plots = {"relative_error", "flatness_h"};
    harness->frames(8);
    const auto in = [&](const char* plot) {
        return harness->child("Measures##presented", plot, 0);
    };
    ImGuiWindow* second = in("plot flatness_h 0");
    ASSERT_NE(second, nullptr);
    harness->click(harness->find(second, ImHashStr("log", 0, second->GetID("scale"))));
    EXPECT_EQ(choices().plots, (Texts{"relative_error", "flatness_h log"}));
    harness->click(harness->find(second, second->GetID("##shown")));
    harness->frames(4);
    ImVec2 row{};
    for (const Word& word : drawing().all("SGD / Muon")) row = word.middle();
    ASSERT_GT(row.x, 0) << drawing().text();
    harness->click(row);
    EXPECT_EQ(choices().plots, (Texts{"relative_error", "flatness_h log gap 0 1"}));
    ImGuiWindow* first = in("plot relative_error 0");
    harness->click(harness->find(first, first->GetID(icon::close)));
    EXPECT_EQ(choices().plots, (Texts{"flatness_h log gap 0 1"}));
}

TEST_F(Measures, come_back_with_the_preferences) {
    Preferences preferences;
    preferences.panels.of<MeasuresChoices>().plots = {"loss log", "flatness_h 2 gap 1 0"};
    Preferences back = preferences_from_json(to_json(preferences));
    EXPECT_EQ(back.panels.of<MeasuresChoices>().plots, (Texts{"loss log", "flatness_h 2 gap 1 0"}));
}

// Every measure at once, in every room, also where a lane is gone, nothing was measured, or the
// experiment has fewer layers or lanes than the plot is of.
TEST_F(Measures, are_drawn_in_every_hard_case) {
    auto lost = crossing(60);
    lost->lanes[0].divergence = Divergence{31, 1, "update is not finite"};
    lost->lanes[0].sound_step = 30;
    auto never = crossing(0);
    for (const auto& snapshot : {crossing(60), crossing(1), never, lost, made_by_hand(1, 1, 20, 1),
                                 made_by_hand(3, 2, 40, std::nan("")), made_by_hand(3, 2, 40, -1),
                                 made_by_hand(3, 2, 40, 0), made_by_hand(16, 8, 40, 1)})
        for (const ImVec2 size : {ImVec2{1500, 800}, {420, 260}, {90, 60}, {3840, 2160}}) {
            show(size, snapshot);
            choices().over_steps = true;
            for (const char* rest : {"", " log", " gap 0 1", " log gap 0 1", " gap 7 3"}) {
                choices().plots.clear();
                for (const ChannelInfo& channel : channels())
                    if (!parts_of(channel.scope).values)
                        choices().plots.push_back(std::string(channel.column) + " 9" + rest);
                look(4);
            }
            choices().plots = {"loss", "loss gap 0 1", "nonsense"};
            look(4);
            choices().plots = {"loss gap 0 1", "flatness_h 1"};
            look(4);
            EXPECT_EQ(choices().plots.size(), 2U);
        }
}

TEST_F(Measures, scroll_where_there_are_many) {
    show({1000, 500}, crossing(60));
    choices().plots.clear();
    for (const ChannelInfo& channel : channels())
        if (!parts_of(channel.scope).values)
            choices().plots.push_back(std::string(channel.column) + " 1");
    look();
    const ImGuiWindow* plots = nullptr;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (std::string_view(window->Name).find("/plots_") != std::string_view::npos &&
            std::string_view(window->Name).find("/plot ") == std::string_view::npos)
            plots = window;
    ASSERT_NE(plots, nullptr);
    EXPECT_GT(plots->ScrollMax.y, 200);
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->ParentWindow == plots && window->Active) {
            EXPECT_GE(window->Size.y, 9.9F * ImGui::GetFontSize());
            EXPECT_GE(window->Size.x, 18 * ImGui::GetFontSize());
        }
}

}  // namespace
}  // namespace muonscope::gui
