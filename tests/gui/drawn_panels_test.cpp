// Bars, pictures, points and tables, read back from the screen and held against what they stand
// for, worked out anew from the weights.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/frame.h"
#include "app/gui/panels/measures.h"
#include "app/gui/plots/ticks.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/measure/spectrum_measures.h"
#include "core/model/chain.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/gui/small_run.h"
#include "tests/jacobi_svd.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 screen{900, 600};

class Shown {
  public:
    Shown(std::shared_ptr<const Snapshot> snapshot, const char* panel, ImVec2 size = screen)
        : harness(size), panel_(panel_by_slug(panel)), snapshot_(std::move(snapshot)) {
        harness.show(snapshot_);
    }
    Drawing look() {
        for (int i = 0; i < 30; ++i) harness.panel_frame(panel_);
        return drawing();
    }
    Drawing look_with_mouse_at(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        return look();
    }
    Theme theme() const { return theme_for(harness.preferences, 1); }
    const Snapshot& snapshot() const { return *snapshot_; }
    const LaneSnapshot& lane(int i) const { return snapshot_->lanes[i]; }

    Harness harness;

  private:
    const Panel& panel_;
    std::shared_ptr<const Snapshot> snapshot_;
};

// Two-sided Jacobi from Eigen: another way to the same numbers.
std::vector<double> values_of(const Matrix& matrix) {
    const Vector s = Eigen::JacobiSVD<Matrix>(matrix).singularValues();
    return {s.begin(), s.end()};
}

bool alike(ImU32 a, ImU32 b, int tolerance) {
    for (const int shift : {IM_COL32_R_SHIFT, IM_COL32_G_SHIFT, IM_COL32_B_SHIFT})
        if (std::abs(static_cast<int>(a >> shift & 255U) - static_cast<int>(b >> shift & 255U)) >
            tolerance)
            return false;
    return true;
}

// ---- bars of now, and the target's basis ----

TEST(DrawnPanels, bars_are_as_high_as_the_values_of_the_matrix_that_was_chosen) {
    const Spec spec = narrow();
    const auto snapshot = trained(spec, 60);
    for (const int source : {0, 1, 2, 3})
        for (const bool modes : {false, true}) {
            if (source > 0 && modes) continue;
            Shown shown(snapshot, "singular-values");
            switch_of(shown.harness.preferences, "sv_bars") = true;
            number_of(shown.harness.preferences, "sv_source") = source;
            switch_of(shown.harness.preferences, "sv_target_basis") = modes;
            const Drawing drawing = shown.look();
            const Scale y = Scale::up(drawing, {0, 30}, {60, screen.y - 20});
            ASSERT_GE(y.labels(), 2) << drawing.text();
            const Layout& layout = snapshot->layout;
            for (int l = 0; l < 2; ++l) {
                const ImU32 colour = u32(shown.theme().lane(l));
                const int count = modes ? layout.modes() : 8;
                for (int k = 0; k < count; ++k) {
                    const std::size_t channel = modes         ? layout.mode(k)
                                                : source == 0 ? layout.product_sv(k)
                                                              : layout.weight_sv(source, k);
                    const double value = shown.lane(l).now[channel];
                    // The number under the bars says where they stand.
                    std::vector<Word> numbers;
                    for (const Word& word : drawing.all(std::to_string(k + 1)))
                        if (word.min.y > screen.y - 40) numbers.push_back(word);
                    ASSERT_EQ(numbers.size(), 1u) << drawing.text();
                    const float slot = (screen.x - 70) / static_cast<float>(count),
                                x = numbers.front().middle().x;
                    float highest = 1e9F;
                    for (const Shape& shape : drawing.shapes)
                        if ((shape.colour & 0xffffff) == (colour & 0xffffff) &&
                            std::abs(shape.middle().x - x) < slot / 2 && shape.max.y > 500)
                            highest = std::min(highest, shape.min.y);
                    EXPECT_NEAR(highest, std::min(y.pixel(value), y.pixel(0)), 4)
                        << "source " << source << ", lane " << l << ", value " << k + 1;
                }
            }
        }
}

TEST(DrawnPanels, the_product_in_the_targets_basis_is_painted_row_by_row) {
    const auto snapshot = trained(narrow(), 30);
    Shown shown(snapshot, "alignment");
    const Drawing drawing = shown.look();
    const Problem& problem = *snapshot->problem;
    for (int l = 0; l < 2; ++l) {
        const Matrix p = product(*shown.lane(l).weights);
        const Matrix expected = problem.target_svd.u.transpose() * p * problem.target_svd.v;
        const double limit = problem.target_svd.s(0);
        // The picture of a lane stands below its name.
        const auto name = drawing.word(shown.lane(l).name);
        ASSERT_TRUE(name);
        // Its first entry's rectangle says where all are.
        const ImU32 first = u32(diverging(shown.theme(), expected(0, 0) / limit));
        const Shape* corner = nullptr;
        for (const Shape& shape : drawing.shapes)
            if (std::abs(shape.min.x - name->min.x) < 4 && shape.min.y >= name->min.y &&
                shape.max.x - shape.min.x > 20 && shape.max.x - shape.min.x < 80 &&
                alike(shape.colour, first, 3) && (corner == nullptr || shape.min.y < corner->min.y))
                corner = &shape;
        ASSERT_NE(corner, nullptr);
        const float cell = corner->max.x - corner->min.x;
        const ImVec2 from = corner->min;
        for (int i = 0; i < 8; ++i)
            for (int j = 0; j < 8; ++j) {
                const ImVec2 at{from.x + cell * (static_cast<float>(j) + 0.5F),
                                from.y + cell * (static_cast<float>(i) + 0.5F)};
                EXPECT_LE(
                    drawing.distance(u32(diverging(shown.theme(), expected(i, j) / limit)), at), 1)
                    << "lane " << l << " entry " << i << ", " << j;
            }
        // The read-out names row and column, and the target on the diagonal.
        const auto hovered = [&](int i, int j) {
            return shown.look_with_mouse_at({from.x + cell * (static_cast<float>(j) + 0.5F),
                                             from.y + cell * (static_cast<float>(i) + 0.5F)});
        };
        for (const auto& [i, j] : {std::pair{0, 3}, {4, 1}, {2, 2}}) {
            const Drawing with = hovered(i, j);
            bool found = false;
            for (const Word& word : with.words)
                if (word.text.find("u" + std::to_string(i + 1)) == 0 &&
                    word.text.find("v" + std::to_string(j + 1)) != std::string::npos) {
                    const std::vector<Word> line = with.line_of(word);
                    found = !line.empty() && line.front().text == plots::value_text(expected(i, j));
                }
            EXPECT_TRUE(found) << i << ", " << j << "\n" << with.text();
            EXPECT_EQ(with.starting("σ" + std::to_string(i + 1) + " of the target").size(),
                      i == j ? 1u : 0u);
        }
    }
}

// ---- the heatmap ----

TEST(DrawnPanels, the_heatmap_has_the_colour_of_each_value_and_the_bar_says_which) {
    const auto snapshot = trained(narrow(), 150);
    Shown shown(snapshot, "singular-values");
    switch_of(shown.harness.preferences, "sv_heatmap") = true;
    switch_of(shown.harness.preferences, "sv_levels") = false;
    const Drawing drawing = shown.look();
    // The colour bar's ends.
    std::vector<Word> ends;
    for (const Word& word : drawing.words)
        if (number_in(word.text) && word.min.x > screen.x - 70) ends.push_back(word);
    ASSERT_EQ(ends.size(), 2u) << drawing.text();
    std::sort(ends.begin(), ends.end(),
              [](const Word& a, const Word& b) { return a.min.y < b.min.y; });
    const double high = *number_in(ends[0].text), low = *number_in(ends[1].text);
    ASSERT_GT(high, low);
    const auto colour_at = [&](float y) {
        for (const Shape& shape : drawing.shapes)
            if (shape.corners.size() == 4 && shape.max.x < ends[0].min.x &&
                shape.min.x > ends[0].min.x - 16 && y >= shape.min.y && y <= shape.max.y)
                return shape.colour;
        return ImU32{0};
    };
    EXPECT_TRUE(alike(colour_at(ends[0].min.y + 4), u32(colour_of(ColourMap::viridis, 1)), 12));
    EXPECT_TRUE(alike(colour_at(ends[1].max.y - 14), u32(colour_of(ColourMap::viridis, 0.06)), 25));
    const Scale x = Scale::across(drawing, {20, screen.y - 50}, {screen.x / 2 - 30, screen.y});
    const Scale rows = Scale::up(drawing, {0, 30}, {55, screen.y - 50});
    ASSERT_GE(x.labels(), 2);
    ASSERT_GE(rows.labels(), 2) << drawing.text();
    const HistoryView& history = shown.lane(0).history;
    int seen = 0;
    for (int k = 0; k < 8; ++k)
        for (const double step : {10.0, 60.0, 110.0, 145.0}) {
            const auto painted = drawing.painted({x.pixel(step), rows.pixel(k + 1)});
            ASSERT_TRUE(painted) << k << " at " << step;
            bool fits = false;
            for (int shift = -2; shift <= 2; ++shift) {  // steps within a column of pixels
                const double value = history.value(
                    static_cast<std::size_t>(step) + static_cast<std::size_t>(shift + 2) - 2,
                    snapshot->layout.product_sv(k));
                fits = fits ||
                       alike(*painted,
                             u32(colour_of(ColourMap::viridis, (value - low) / (high - low))), 6);
            }
            EXPECT_TRUE(fits) << "mode " << k + 1 << " at " << step;
            ++seen;
        }
    EXPECT_EQ(seen, 32);
    // Nothing is painted of steps that are still to come.
    const auto beyond = drawing.painted({x.pixel(170), rows.pixel(1)});
    EXPECT_TRUE(!beyond || (*beyond >> IM_COL32_A_SHIFT) == 0);
}

// ---- tables ----

// The cells of a row, from left to right.
std::vector<std::string> cells(const Drawing& drawing, const std::string& name) {
    const auto word = drawing.word(name);
    if (!word) return {};
    std::vector<Word> line = drawing.line_of(*word);
    std::sort(line.begin(), line.end(),
              [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
    std::vector<std::string> texts;
    for (const Word& cell : line)
        if (cell.min.x > word->min.x) texts.push_back(cell.text);
    return texts;
}

TEST(DrawnPanels, measures_are_those_of_the_weights) {
    const auto snapshot = trained(narrow(), 90);
    const Problem& problem = *snapshot->problem;
    const Layout& layout = snapshot->layout;
    for (const int source : {0, 1, 3}) {
        Shown shown(snapshot, "measures");
        number_of(shown.harness.preferences, "measures_source") = source;
        shown.harness.chosen<MeasuresChoices>().plots.clear();  // the numbers stand alone
        const Drawing drawing = shown.look();
        const auto expect_row = [&](const std::string& name, auto value, auto text) {
            std::vector<std::string> expected;
            for (int l = 0; l < 2; ++l) expected.push_back(text(value(l)));
            EXPECT_EQ(cells(drawing, name), expected) << name << ", source " << source;
        };
        const auto spectrum = [&](int l) {
            const std::vector<Matrix>& w = *shown.lane(l).weights;
            return values_of(source == 0 ? product(w) : w[source - 1]);
        };
        const auto text = [](double value) { return plots::value_text(value); };
        const auto now = [&](std::size_t channel) {
            return [&, channel](int l) { return shown.lane(l).now[channel]; };
        };
        const auto error = [&](int l) {
            return (product(*shown.lane(l).weights) - problem.target).norm();
        };
        expect_row(
            "loss", [&](int l) { return 0.5 * error(l) * error(l); }, text);
        expect_row(
            "relative error", [&](int l) { return error(l) / problem.target_norm; }, text);
        expect_row(
            "modes learned",
            [&](int l) {
                const Matrix p = product(*shown.lane(l).weights);
                int learned = 0;
                for (int k = 0; k < problem.modes; ++k)
                    learned += problem.target_svd.u.col(k).dot(p * problem.target_svd.v.col(k)) >=
                                       0.9 * problem.target_svd.s(k)
                                   ? 1
                                   : 0;
                return learned;
            },
            [&](int count) {
                return std::to_string(count) + " / " + std::to_string(problem.modes);
            });
        expect_row(
            "flatness H", [&](int l) { return flatness(spectrum(l)); }, text);
        expect_row(
            "stable rank", [&](int l) { return stable_rank(spectrum(l)); }, text);
        expect_row(
            "condition", [&](int l) { return condition_number(spectrum(l)); }, text);
        expect_row("probe after K", now(layout.probe_after_k()), text);
        expect_row("probe floor", now(layout.probe_floor()), text);
        for (const ChannelInfo& channel : channels()) {
            if (channel.scope != Scope::matrix) continue;
            const std::string name(channel.title);
            if (source > 0)
                expect_row(name, now(layout.at(channel.channel, source)), text);
            else
                EXPECT_TRUE(drawing.all(name).empty()) << name << " is of layers";
        }
        if (source > 0)
            expect_row(
                "norm", [&](int l) { return (*shown.lane(l).weights)[source - 1].norm(); }, text);
    }
}

TEST(DrawnPanels, the_table_of_weight_norms_is_worked_out_of_the_newest_step) {
    Spec spec = narrow();
    set(spec, "optimizer.decay", "rate");
    set(spec, "optimizer.weight_decay", "0.3");
    set(spec, "optimizer.lr", "0.01");
    const auto snapshot = trained(spec, 50), before = trained(spec, 49);
    for (const int layer : {1, 2, 3}) {
        Shown shown(snapshot, "weight-norms", {1200, 800});
        number_of(shown.harness.preferences, "weight_norms_layer") = layer - 1;
        const Drawing drawing = shown.look();
        std::vector<std::string> norms, lengths, rates, level, level_squared;
        for (int l = 0; l < 2; ++l) {
            const std::size_t at = layer - 1;
            const Matrix& w = (*shown.lane(l).weights)[at];
            const double step = (w - (*before->lanes[l].weights)[at]).norm();
            norms.push_back(plots::value_text(w.norm()));
            lengths.push_back(plots::value_text(std::pow(step / 0.01, 2)));
            rates.push_back(plots::value_text(0.01));
        }
        EXPECT_EQ(cells(drawing, "‖W‖"), norms);
        EXPECT_EQ(cells(drawing, "γ"), rates);
        const auto shown_lengths = cells(drawing, "‖u‖² = C");
        ASSERT_EQ(shown_lengths.size(), 2u) << drawing.text();
        for (int l = 0; l < 2; ++l)
            EXPECT_NEAR(std::stod(shown_lengths[l]), std::stod(lengths[l]),
                        2e-3 * std::stod(lengths[l]));
    }
}

// A run that has ended stands where its last phase would have settled.
TEST(DrawnPanels, the_table_of_weight_norms_has_the_level_of_the_last_phase_at_the_end) {
    Spec spec = narrow();
    set(spec, "optimizer.decay", "rate");
    set(spec, "optimizer.weight_decay", "0.3");
    const auto on_the_way = trained(spec, 40);
    for (Recipe& recipe : spec.lanes) recipe.phases[0].until.steps = 40;
    const auto ended = trained(spec, 60);
    ASSERT_TRUE(ended->lanes[0].finished);
    std::vector<std::vector<std::string>> levels;
    for (const auto& snapshot : {on_the_way, ended})
        levels.push_back(cells(Shown(snapshot, "weight-norms", {1200, 800}).look(), "level, ~ γ"));
    EXPECT_EQ(levels[0].size(), 2U);
    EXPECT_EQ(levels[0], levels[1]);
}

TEST(DrawnPanels, what_updates_do_along_w_and_across_it_stands_under_its_own_words) {
    const Spec spec = narrow();
    const auto snapshot = trained(spec, 120);
    constexpr int layer = 2;
    constexpr std::size_t at = layer - 1;
    Shown shown(snapshot, "weight-norms", {1300, 900});
    number_of(shown.harness.preferences, "weight_norms_layer") = layer - 1;
    const Drawing drawing = shown.look();
    const auto along = drawing.word("update along W"), across = drawing.word("update across W");
    ASSERT_TRUE(along && across);
    const auto expect_point = [&](const Word& heading, int lane, double step, double value) {
        float bottom = 1e9F;
        for (const Word& word : drawing.all("step"))
            if (word.min.x > heading.min.x && word.min.y > heading.max.y)
                bottom = std::min(bottom, word.min.y);
        const Scale x = Scale::across(drawing, {heading.min.x, bottom - 24}, {1300, bottom + 2});
        const Scale y = Scale::up(drawing, {heading.min.x - 10, heading.max.y - 4},
                                  {heading.min.x + 70, bottom - 14});
        ASSERT_GE(x.labels(), 2) << drawing.text();
        ASSERT_GE(y.labels(), 2) << drawing.text();
        EXPECT_LE(drawing.distance(u32(shown.theme().lane(lane)), {x.pixel(step), y.pixel(value)}),
                  lane == 0 ? 5 : 9)  // dashed
            << heading.text << ", lane " << lane << ", step " << step << ", value " << value;
    };
    // From the weights of two steps, one after the other.
    for (const std::int64_t step : {5, 20, 61, 100}) {
        const auto before = trained(spec, step - 1), after = trained(spec, step);
        for (int l = 0; l < 2; ++l) {
            const Matrix& w = (*before->lanes[l].weights)[at];
            const Matrix moved = (*after->lanes[l].weights)[at] - w;
            const double share = w.cwiseProduct(moved).sum() / w.norm();
            expect_point(*along, l, static_cast<double>(step), share);
            expect_point(*across, l, static_cast<double>(step),
                         (moved - share / w.norm() * w).norm());
        }
    }
}

TEST(DrawnPanels, levels_of_decay_with_the_rate_and_with_its_square_differ_under_a_schedule) {
    Spec spec = narrow();
    set(spec, "optimizer.decay", "rate");
    set(spec, "optimizer.schedule", "linear");
    set(spec, "optimizer.schedule_length", "200");
    Shown shown(trained(spec, 100), "weight-norms", {1200, 800});
    const Drawing drawing = shown.look();
    const auto rate = cells(drawing, "level, ~ γ"), squared = cells(drawing, "level, ~ γ²");
    ASSERT_EQ(rate.size(), 2u) << drawing.text();
    ASSERT_EQ(squared.size(), 2u);
    // sqrt(γ C/2λ) against sqrt(lr C/2λ): their ratio is the root of the schedule's share.
    const double share =
        shown.lane(0).now[shown.snapshot().layout.rate(1)] / spec.lanes[0].phases[0].optimizer.lr;
    for (std::size_t l = 0; l < 2; ++l)
        EXPECT_NEAR(std::stod(rate[l]) / std::stod(squared[l]), std::sqrt(share), 3e-3);
}

TEST(DrawnPanels, the_trade_off_draws_preservation_over_fidelity) {
    const auto snapshot = trained(narrow(), 60);
    for (const bool from_start : {false, true}) {
        Shown shown(snapshot, "trade-off");
        switch_of(shown.harness.preferences, "trade_off_from_start") = from_start;
        number_of(shown.harness.preferences, "trade_off_layer") = 1;
        const Drawing drawing = shown.look();
        const auto words = drawing.word("preservation  ↑");
        ASSERT_TRUE(words);
        const auto across = drawing.word("fidelity cos(U, G)  →");
        ASSERT_TRUE(across);
        const Scale x = Scale::across(drawing, {30, across->min.y - 14},
                                      {across->max.x + 20, across->min.y - 2});
        const Scale y =
            Scale::up(drawing, {0, words->max.y - 6}, {words->min.x, across->min.y - 20});
        ASSERT_GE(x.labels(), 2) << drawing.text();
        ASSERT_GE(y.labels(), 2);
        const Layout& layout = snapshot->layout;
        for (int l = 0; l < 2; ++l) {
            const HistoryView& history = shown.lane(l).history;
            const std::size_t last = history.size() - 1;
            const double fidelity = history.value(last, layout.fidelity(2));
            const double kept = history.value(
                last, from_start ? layout.preservation_from_start(2) : layout.preservation(2));
            EXPECT_LE(
                drawing.distance(u32(shown.theme().lane(l)), {x.pixel(fidelity), y.pixel(kept)}),
                2.5F)
                << "lane " << l << (from_start ? " from the start" : "");
        }
    }
}

TEST(DrawnPanels, the_staged_planner_counts_what_was_taken_and_what_is_left) {
    const auto snapshot = trained(preset("staged"), 1000);
    Shown shown(snapshot, "staged-planner", {1200, 800});
    const Drawing drawing = shown.look();
    const Problem& problem = *snapshot->problem;
    std::vector<std::string> distance, taken, first;
    for (int l = 0; l < 2; ++l) {
        const std::vector<Matrix>& w = *shown.lane(l).weights;
        distance.push_back(
            plots::value_text((w[0] - problem.layer_targets[0]).norm() / problem.target_norm));
        first.push_back(std::to_string(shown.lane(l).phase_steps[0]));
        taken.push_back(std::to_string(shown.lane(l).phase_steps[1]));
    }
    EXPECT_EQ(cells(drawing, "‖W₁ − W₁*‖/‖A‖"), distance);
    EXPECT_EQ(cells(drawing, "steps of phase 1"), first);
    EXPECT_EQ(cells(drawing, "phase 2 taken"), taken);
    const auto planned = cells(drawing, "phase 2 by the closed form");
    const auto saved = cells(drawing, "saved against the first lane");
    ASSERT_EQ(planned.size(), 2u) << drawing.text();
    ASSERT_EQ(saved.size(), 2u);
    // The published ends, whatever part of the way is behind.
    EXPECT_NEAR(std::stod(planned[0]), 13436, 1);
    EXPECT_NEAR(std::stod(planned[1]), 13321, 1);
    EXPECT_EQ(saved[0], "–");
    EXPECT_NEAR(std::stod(saved[1]), std::stod(planned[0]) - std::stod(planned[1]), 1);
}

TEST(DrawnPanels, the_status_line_gives_the_speed_reached_of_that_wanted) {
    auto snapshot = trained(narrow(), 10);
    snapshot->state = TrainerState::running;
    snapshot->reached_speed = 123;
    const auto status = [&](double wanted) {
        snapshot->wanted_speed = wanted;
        Harness harness;
        harness.show(snapshot);
        harness.frames(5);
        for (const Word& word : drawing().words)
            if (word.text.find("123") != std::string::npos) return word.text;
        return std::string();
    };
    EXPECT_NE(status(500).find("123 of 500 steps/s"), std::string::npos) << status(500);
    EXPECT_NE(status(0).find("123 steps/s"), std::string::npos) << status(0);
}

}  // namespace
}  // namespace muonscope::gui
