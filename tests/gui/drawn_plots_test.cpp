// What stands on the screen is what was recorded: curves, marks, legends, read-outs and labels are
// read back from what was drawn and held against the history, through the axes' own labels.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "app/gui/frame.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/ticks.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 screen{900, 600};
using Changes = std::initializer_list<std::pair<const char*, const char*>>;

Spec changed(Spec spec, Changes changes) {
    for (const auto& [key, value] : changes) set(spec, key, std::string_view(value));
    return spec;
}

// A run of 60 steps with losses of its own, in every lane.
std::shared_ptr<Snapshot> with_losses(const std::function<double(double step)>& loss) {
    auto snapshot = trained(changed(preset("two-ways-up"), {{"network.width", "8"}}), 60);
    for (LaneSnapshot& lane : snapshot->lanes) {
        History history(snapshot->layout.channels(), 4096, SamplingRule{});
        for (std::size_t i = 0; i < lane.history.size(); ++i) {
            std::vector<double> row(lane.history.row(i).begin(), lane.history.row(i).end());
            row[snapshot->layout.loss()] = loss(static_cast<double>(i));
            history.append(lane.history.step(i), row);
        }
        lane.history = history.view();
    }
    return snapshot;
}

// One panel, at rest.
class Shown {
  public:
    Shown(std::shared_ptr<const Snapshot> snapshot, const char* panel)
        : harness(screen), panel_(panel_by_slug(panel)), snapshot_(std::move(snapshot)) {
        harness.show(snapshot_);
    }
    Drawing look() {
        for (int i = 0; i < 40; ++i) harness.panel_frame(panel_);
        return drawing();
    }
    Drawing look_with_mouse_at(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        return look();
    }
    Drawing next_frame() {
        harness.panel_frame(panel_);
        return drawing();
    }
    void click(ImVec2 at, ImGuiMouseButton button = ImGuiMouseButton_Left) {
        look_with_mouse_at(at);
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(button, down);
            harness.panel_frame(panel_);
        }
        look();
    }
    Theme theme() const { return theme_for(harness.preferences, 1); }
    const Snapshot& snapshot() const { return *snapshot_; }

    Harness harness;

  private:
    const Panel& panel_;
    std::shared_ptr<const Snapshot> snapshot_;
};

// Between the labels: left of it stand the values, below it the steps.
struct Area {
    ImVec2 from{75, 40}, to{screen.x - 10, screen.y - 48};
};

Scale steps_of(const Drawing& drawing, const Area& area) {
    return Scale::across(drawing, {area.from.x - 20, area.to.y}, {screen.x, screen.y});
}
Scale values_of(const Drawing& drawing, const Area& area) {
    return Scale::up(drawing, {0, area.from.y - 20}, {area.from.x, area.to.y});
}

// Every recorded value is under ink of this colour.
void expect_curve(const Drawing& drawing, const Area& area, const HistoryView& history,
                  std::size_t channel, ImU32 colour, float tolerance) {
    const Scale x = steps_of(drawing, area), y = values_of(drawing, area);
    ASSERT_GE(x.labels(), 2) << drawing.text();
    ASSERT_GE(y.labels(), 2) << drawing.text();
    for (std::size_t i = 0; i < history.size(); ++i) {
        const double value = history.value(i, channel);
        if (!std::isfinite(value) || (y.logarithmic() && !(value > 0))) continue;
        const ImVec2 at{x.pixel(static_cast<double>(history.step(i))), y.pixel(value)};
        if (at.y < area.from.y || at.y > area.to.y) continue;
        ASSERT_LE(drawing.distance(colour, at), tolerance)
            << "step " << history.step(i) << ", value " << value << " at " << at.x << ", " << at.y;
    }
}

TEST(DrawnPlots, the_loss_panel_draws_each_lanes_loss_in_its_colour) {
    for (const bool logarithmic : {true, false}) {
        Shown shown(trained(preset("two-ways-up"), 150), "loss");
        switch_of(shown.harness.preferences, "loss_log") = logarithmic;
        const Drawing drawing = shown.look();
        EXPECT_EQ(values_of(drawing, {}).logarithmic(), logarithmic);
        for (int lane = 0; lane < 2; ++lane)
            expect_curve(drawing, {}, shown.snapshot().lanes[lane].history,
                         shown.snapshot().layout.loss(), u32(shown.theme().lane(lane)), 5);
    }
}

TEST(DrawnPlots, the_probe_panel_draws_the_loss_after_k_and_not_the_floor) {
    Shown shown(trained(preset("two-ways-up"), 150), "downstream-probe");
    const Drawing drawing = shown.look();
    for (int lane = 0; lane < 2; ++lane)
        expect_curve(drawing, {}, shown.snapshot().lanes[lane].history,
                     shown.snapshot().layout.probe_after_k(), u32(shown.theme().lane(lane)), 5);
}

// How much of a curve is under ink of this colour, full or paler.
double covered(const Drawing& drawing, const HistoryView& history, std::size_t channel,
               ImU32 colour, bool pale) {
    const Scale x = steps_of(drawing, {}), y = values_of(drawing, {});
    Drawing ink;
    for (const Shape& shape : drawing.shapes)
        if (pale ? shape.colour != colour : shape.colour == colour) ink.shapes.push_back(shape);
    int count = 0, all = 0;
    for (double step = 20; step < 140; step += 0.25, ++all) {
        const std::size_t at = std::lround(step);
        const auto part = static_cast<float>(step - std::floor(step));
        const float height = (1 - part) * y.pixel(history.value(at, channel)) +
                             part * y.pixel(history.value(at + 1, channel));
        count += ink.distance(colour, {x.pixel(step), height}) < 1 ? 1 : 0;
    }
    return static_cast<double>(count) / all;
}

TEST(DrawnPlots, the_probes_loss_is_a_solid_line_and_its_floor_a_pale_dotted_one) {
    auto snapshot = trained(changed(preset("two-ways-up"), {{"network.width", "8"}}), 150);
    const Layout& layout = snapshot->layout;
    for (LaneSnapshot& lane : snapshot->lanes) {
        History made(layout.channels(), 4096, SamplingRule{});
        for (std::size_t i = 0; i < lane.history.size(); ++i) {
            std::vector<double> row(lane.history.row(i).begin(), lane.history.row(i).end());
            const auto step = static_cast<double>(i);
            row[layout.probe_after_k()] = 5 + std::sin(step / 30);
            row[layout.probe_floor()] = 2 + 0.3 * std::cos(step / 20);
            made.append(lane.history.step(i), row);
        }
        lane.history = made.view();
    }
    Shown shown(snapshot, "downstream-probe");
    const Drawing drawing = shown.look();
    const HistoryView& history = snapshot->lanes[0].history;
    const ImU32 colour = u32(shown.theme().lane(0));
    const std::size_t loss = layout.probe_after_k(), floor = layout.probe_floor();
    EXPECT_GT(covered(drawing, history, loss, colour, false), 0.97);
    EXPECT_LT(covered(drawing, history, floor, colour, false), 0.1);
    const double dots = covered(drawing, history, floor, colour, true);
    EXPECT_GT(dots, 0.2);
    EXPECT_LT(dots, 0.95);
    EXPECT_LT(covered(drawing, history, loss, colour, true), 0.1);
}

// Of tokens: what was learned by heart lies pale and dotted beneath what holds of others too.
TEST(DrawnPlots, of_tokens_loss_and_accuracy_lie_above_those_of_what_is_trained_on) {
    auto snapshot = trained(changed(preset("modular"), {{"transformer.width", "16"},
                                                        {"transformer.heads", "2"},
                                                        {"transformer.hidden", "24"},
                                                        {"task.batch", "3"},
                                                        {"task.held_out", "4"}}),
                            150);
    const Layout& layout = snapshot->layout;
    const std::size_t held_out[] = {layout.loss(), layout.held_out_accuracy()},
                      learned[] = {layout.training_loss(), layout.training_accuracy()};
    for (LaneSnapshot& lane : snapshot->lanes) {
        History made(layout.channels(), 4096, SamplingRule{});
        for (std::size_t i = 0; i < lane.history.size(); ++i) {
            std::vector<double> row(lane.history.row(i).begin(), lane.history.row(i).end());
            const auto step = static_cast<double>(i);
            for (int view : {0, 1}) {
                row[held_out[view]] = (view == 0 ? 5 : 0.4) + 0.1 * std::sin(step / 30);
                row[learned[view]] = (view == 0 ? 2 : 0.8) + 0.05 * std::cos(step / 20);
            }
            made.append(lane.history.step(i), row);
        }
        lane.history = made.view();
    }
    Shown shown(snapshot, "loss");
    switch_of(shown.harness.preferences, "loss_log") = false;
    const HistoryView& history = snapshot->lanes[0].history;
    const ImU32 colour = u32(shown.theme().lane(0));
    for (int view : {0, 1}) {
        switch_of(shown.harness.preferences, "loss_accuracy") = view == 1;
        const Drawing drawing = shown.look();
        EXPECT_EQ(drawing.all("training").size(), 1U) << drawing.text();
        EXPECT_EQ(drawing.all("log").size(), view == 0 ? 1U : 0U) << drawing.text();
        EXPECT_GT(covered(drawing, history, held_out[view], colour, false), 0.97);
        EXPECT_LT(covered(drawing, history, learned[view], colour, false), 0.1);
        const double dots = covered(drawing, history, learned[view], colour, true);
        EXPECT_GT(dots, 0.2);
        EXPECT_LT(dots, 0.95);
    }
    const Scale x = steps_of(shown.look(), {});
    const Drawing drawing = shown.look_with_mouse_at({x.pixel(90), 300});
    const std::string text = plots::value_text(history.value(90, held_out[1])) + "   training " +
                             plots::value_text(history.value(90, learned[1]));
    EXPECT_FALSE(drawing.starting(text).empty()) << text << " in\n" << drawing.text();
}

TEST(DrawnPlots, the_read_out_of_the_probe_gives_its_loss_and_its_floor) {
    Shown shown(trained(preset("two-ways-up"), 150), "downstream-probe");
    const Scale x = steps_of(shown.look(), {});
    const Layout& layout = shown.snapshot().layout;
    for (const std::size_t step : {20, 90}) {
        const Drawing drawing = shown.look_with_mouse_at({x.pixel(static_cast<double>(step)), 300});
        for (const LaneSnapshot& lane : shown.snapshot().lanes) {
            const auto at = [&](std::size_t channel) {
                return plots::value_text(lane.history.value(step, channel));
            };
            ASSERT_NE(at(layout.probe_after_k()), at(layout.probe_floor()));
            const std::string text =
                at(layout.probe_after_k()) + "   floor " + at(layout.probe_floor()) + "   ";
            EXPECT_EQ(drawing.starting(text).size(), 1u) << text << " in\n" << drawing.text();
        }
    }
}

// Between two rows far apart a line leads, unless nothing was measured at one of them.
TEST(DrawnPlots, a_gap_in_a_curve_is_left_open) {
    auto snapshot = trained(changed(preset("two-ways-up"), {{"network.width", "8"}}), 10);
    const SamplingRule rule{.dense = 16, .sparsest = 128, .densest = 1};
    std::vector<std::int64_t> steps;
    for (std::int64_t step = 0; step < 4000; step = rule.next_due(step)) steps.push_back(step);
    const std::size_t hole = (steps.size() - 8) & ~std::size_t{1};  // the second row of a pair
    for (LaneSnapshot& lane : snapshot->lanes) {
        History history(snapshot->layout.channels(), 4096, rule);
        std::vector<double> row(lane.history.row(0).begin(), lane.history.row(0).end());
        for (std::size_t i = 0; i < steps.size(); ++i) {
            row[snapshot->layout.loss()] =
                i == hole ? std::nan("") : 1 + 1e-3 * static_cast<double>(i);
            history.append(steps[i], row);
        }
        lane.history = history.view();
        lane.step = steps.back();
    }
    snapshot->step = steps.back();
    ASSERT_EQ(steps[hole], steps[hole - 1] + 1);
    ASSERT_GT(steps[hole + 1], steps[hole] + 40);
    Shown shown(snapshot, "loss");
    switch_of(shown.harness.preferences, "loss_log") = false;
    const Drawing drawing = shown.look();
    const Scale x = steps_of(drawing, {}), y = values_of(drawing, {});
    const auto ink_between = [&](std::size_t a, std::size_t b) {
        const HistoryView& history = snapshot->lanes[0].history;
        const double step = static_cast<double>(steps[a] + steps[b]) / 2;
        const double value = (history.value(a, 0) + history.value(b, 0)) / 2;
        Drawing ink;
        ink.shapes = drawing.of_colour(u32(shown.theme().lane(0)));
        return ink.distance(u32(shown.theme().lane(0)), {x.pixel(step), y.pixel(value)});
    };
    EXPECT_LT(ink_between(hole - 2, hole - 1), 1.5F);
    EXPECT_GT(ink_between(hole - 1, hole + 1), 3);
    EXPECT_LT(ink_between(hole + 2, hole + 3), 1.5F);
}

// While the axis comes back from a part of the run to the whole of it.
TEST(DrawnPlots, curves_stay_at_their_steps_while_the_axis_moves) {
    Shown shown(trained(preset("two-ways-up"), 150), "loss");
    shown.look();
    shown.harness.view.follow = false;
    shown.harness.view.step_min = 60;
    shown.harness.view.step_max = 150;
    shown.look();
    shown.harness.view.follow = true;
    int moving = 0;
    for (int frame = 0; frame < 12; ++frame) {
        const Drawing drawing = shown.next_frame();
        if (shown.harness.view.step_min > 5) ++moving;
        for (int lane = 0; lane < 2; ++lane) {
            const HistoryView& history = shown.snapshot().lanes[lane].history;
            const Scale x = steps_of(drawing, {}), y = values_of(drawing, {});
            for (std::size_t i = 62; i < history.size(); i += 4) {
                const ImVec2 at{x.pixel(static_cast<double>(history.step(i))),
                                y.pixel(history.value(i, shown.snapshot().layout.loss()))};
                ASSERT_LE(drawing.distance(u32(shown.theme().lane(lane)), at), 6)
                    << "frame " << frame << ", lane " << lane << ", step " << history.step(i);
            }
        }
    }
    EXPECT_GE(moving, 2);
}

TEST(DrawnPlots, a_log_axis_ends_twelve_decades_below_the_largest_value) {
    Shown shown(with_losses([](double step) { return std::pow(10.0, -step); }), "loss");
    switch_of(shown.harness.preferences, "loss_log") = true;
    const Drawing drawing = shown.look();
    const std::vector<Word> floors = drawing.starting("≤ ");
    ASSERT_EQ(floors.size(), 1u) << drawing.text();
    EXPECT_NEAR(std::log10(*number_in(floors.front().text)), -12, 1.01) << floors.front().text;
    // What is smaller lies there.
    const Scale x = steps_of(drawing, {});
    for (const double step : {20.0, 40.0, 58.0})
        EXPECT_LE(drawing.distance(u32(shown.theme().lane(0)),
                                   {x.pixel(step), floors.front().middle().y}),
                  5)
            << step;
}

// Whatever the spread of the values: the highest stays off the upper edge, and not far.
TEST(DrawnPlots, a_linear_axis_from_zero_leaves_headroom_in_proportion_to_its_height) {
    for (const double least : {0.0, 0.5, 0.9, 0.99}) {
        auto snapshot = trained(changed(preset("two-ways-up"), {{"network.width", "8"}}), 60);
        for (LaneSnapshot& lane : snapshot->lanes) {
            History history(snapshot->layout.channels(), 4096, SamplingRule{});
            for (std::size_t i = 0; i < lane.history.size(); ++i) {
                std::vector<double> row(lane.history.row(i).begin(), lane.history.row(i).end());
                row[snapshot->layout.loss()] = i % 2 ? 1 : least;
                history.append(lane.history.step(i), row);
            }
            lane.history = history.view();
        }
        Shown shown(snapshot, "loss");
        switch_of(shown.harness.preferences, "loss_log") = false;
        const Drawing drawing = shown.look();
        // The plot's upper edge is that of its grid's upright lines.
        float top = 1e9F, bottom = 0;
        for (const Shape& shape : drawing.of_colour(u32(shown.theme().grid)))
            if (shape.max.x - shape.min.x < 2 && shape.max.y - shape.min.y > 100) {
                top = std::min(top, shape.min.y);
                bottom = std::max(bottom, shape.max.y);
            }
        ASSERT_LT(top, bottom);
        const float share = (values_of(drawing, {}).pixel(1) - top) / (bottom - top);
        EXPECT_GT(share, 0.018F) << least;
        EXPECT_LT(share, 0.2F) << least;
    }
}

TEST(DrawnPlots, the_shades_of_phases_in_turns_end_where_the_run_does) {
    Spec spec = preset("two-ways-up");
    for (Recipe& recipe : spec.lanes) {
        recipe.phases.resize(2, recipe.phases.front());
        recipe.phases[0].until.steps = 40;
        recipe.phases[1].until.steps = 30;
        recipe.repeats = true;
    }
    Shown shown(trained(spec, 150), "loss");
    const Drawing drawing = shown.look();
    const Scale x = steps_of(drawing, {});
    ImVec4 shade = shown.theme().mark;
    shade.w = 0.09F;
    std::vector<std::pair<float, float>> found;
    for (const Shape& shape : drawing.of_colour(u32(shade)))
        found.emplace_back(shape.min.x, shape.max.x);
    std::sort(found.begin(), found.end());
    const std::vector<std::pair<double, double>> expected{{0, 40}, {70, 110}, {140, 150}};
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i].first, x.pixel(expected[i].first), 2) << i;
        EXPECT_NEAR(found[i].second, x.pixel(expected[i].second), 2) << i;
    }
}

// The trade-off's axis of fidelity as it is labelled now.
Scale fidelity_axis(const Drawing& drawing) {
    const auto across = drawing.word("fidelity cos(U, G)  →");
    EXPECT_TRUE(across);
    const ImVec2 at = across ? across->min : ImVec2{};
    return Scale::across(drawing, {30, at.y - 14}, {at.x + 200, at.y - 2});
}

// Graphs whose axis is not the step are zoomed and moved as those over steps are.
TEST(DrawnPlots, the_wheel_zooms_a_graph_a_drag_moves_it_and_a_double_click_shows_all_of_it) {
    Shown shown(trained(preset("two-ways-up"), 60), "trade-off");
    const Scale before = fidelity_axis(shown.look());
    const auto title = drawing().word("preservation  ↑");
    ASSERT_TRUE(title);
    const ImVec2 at{title->min.x + 120, title->max.y + 90}, beside{at.x + 60, at.y};
    const auto span = [&](const Scale& scale) {
        return scale.value(at.x + 100) - scale.value(at.x - 100);
    };
    shown.look_with_mouse_at(at);
    ImGui::GetIO().AddMouseWheelEvent(0, 4);
    const Scale zoomed = fidelity_axis(shown.look());
    ASSERT_GE(zoomed.labels(), 2);
    EXPECT_NEAR(span(zoomed) / span(before), std::pow(1.1, -4), 0.03);
    EXPECT_NEAR(zoomed.value(at.x), before.value(at.x), 0.02 * span(before));

    ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    shown.next_frame();
    for (int i = 1; i <= 6; ++i) {
        ImGui::GetIO().AddMousePosEvent(at.x + 10 * static_cast<float>(i), at.y);
        shown.next_frame();
    }
    ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    const Scale moved = fidelity_axis(shown.look());
    EXPECT_NEAR(span(moved), span(zoomed), 0.03 * span(zoomed));
    // The first pixels of a drag tell it from a click.
    EXPECT_NEAR(moved.value(beside.x), zoomed.value(at.x), 0.08 * span(zoomed));

    for (const bool down : {true, false, true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, down);
        shown.next_frame();
    }
    const Scale after = fidelity_axis(shown.look());
    EXPECT_NEAR(after.value(at.x), before.value(at.x), 1e-3 * span(before));
    EXPECT_NEAR(span(after), span(before), 1e-3 * span(before));
}

TEST(DrawnPlots, the_matrix_chosen_in_the_list_is_the_one_shown) {
    const auto snapshot = trained(changed(preset("two-ways-up"), {{"network.width", "8"}}), 20);
    for (const char* panel : {"singular-values", "measures"}) {
        Shown shown(snapshot, panel);
        const std::vector<std::string> names{"product", "layer 1", "layer 2", "layer 3"};
        const auto top = [](const std::vector<Word>& words) {
            return *std::min_element(words.begin(), words.end(), [](const Word& a, const Word& b) {
                return a.min.y < b.min.y;
            });
        };
        std::string now = "product";
        for (const std::size_t wanted : {2, 3, 1, 0}) {
            const std::vector<Word> header = shown.look().all(now);
            ASSERT_FALSE(header.empty()) << panel << ": " << now;
            const Word button = top(header);
            shown.click(button.middle());
            // Below the word stands the list.
            std::optional<ImVec2> row;
            for (const Word& word : drawing().all(names[wanted]))
                if (word.min.y > button.max.y && word.window.find("##Combo") == 0)
                    row = word.middle();
            ASSERT_TRUE(row) << panel << "\n" << drawing().text();
            shown.click(*row);
            shown.look_with_mouse_at({screen.x / 2, screen.y - 4});
            now = names[wanted];
            const std::vector<Word> after = shown.look().all(now);
            ASSERT_FALSE(after.empty()) << panel << ": " << now << "\n" << drawing().text();
            EXPECT_NEAR(top(after).min.y, button.min.y, 1) << panel;
            Preferences& p = shown.harness.preferences;
            const std::string_view name(panel);
            EXPECT_EQ(
                name == "measures" ? number_of(p, "measures_source") : number_of(p, "sv_source"),
                static_cast<int>(wanted))
                << panel;
        }
    }
}

TEST(DrawnPlots, a_saved_drawing_has_the_curves_of_the_screen_and_no_others) {
    const ScratchFolder folder;
    // The probe's floor is dotted beneath its curves.
    for (const auto& [panel, shown_name, hidden, curves] :
         {std::tuple{"loss", "loss", "relative error", 2U},
          {"downstream-probe", "probe after K", "probe steps", 4U}}) {
        Shown shown(trained(preset("two-ways-up"), 60), panel);
        shown.look();
        shown.click({450, 300}, ImGuiMouseButton_Right);
        const auto item = drawing().word("Save drawing as SVG…");
        ASSERT_TRUE(item);
        shown.click(item->middle());
        ASSERT_TRUE(shown.harness.view.path_dialog);
        const std::string path = folder / (std::string(panel) + ".svg");
        shown.harness.view.path_dialog->request.done(path);
        const std::string svg = read_file(path, 1U << 24U);
        EXPECT_EQ(svg.find(hidden), std::string::npos);
        std::size_t lines = 0;
        for (std::size_t at = svg.find("<polyline"); at != std::string::npos;
             at = svg.find("<polyline", at + 1))
            ++lines;
        EXPECT_EQ(lines, curves) << panel;
        for (const LaneSnapshot& lane : shown.snapshot().lanes)
            EXPECT_NE(svg.find(lane.name + " " + shown_name), std::string::npos) << panel;
    }
}

// A zoomed axis: what is drawn stands at its own steps, and goes on to both edges.
TEST(DrawnPlots, a_part_of_the_run_is_drawn_at_its_own_steps) {
    Shown shown(trained(preset("two-ways-up"), 150), "loss");
    shown.look();
    shown.harness.view.follow = false;
    shown.harness.view.step_min = 40.5;
    shown.harness.view.step_max = 80.5;
    const Drawing drawing = shown.look();
    const HistoryView& history = shown.snapshot().lanes[0].history;
    const ImU32 colour = u32(shown.theme().lane(0));
    const Scale x = steps_of(drawing, {}), y = values_of(drawing, {});
    ASSERT_GE(x.labels(), 2);
    for (std::int64_t step = 41; step <= 80; ++step) {
        const double value =
            history.value(static_cast<std::size_t>(step), shown.snapshot().layout.loss());
        EXPECT_LE(drawing.distance(colour, {x.pixel(static_cast<double>(step)), y.pixel(value)}), 3)
            << step;
    }
    const double before = history.value(40, shown.snapshot().layout.loss());
    EXPECT_LE(drawing.distance(colour, {x.pixel(40.6), y.pixel(before)}), 6);
}

TEST(DrawnPlots, a_zero_lies_on_the_floor_of_a_log_axis_and_the_floor_says_so) {
    Shown shown(
        with_losses([](double step) { return step < 30 ? std::pow(10.0, -step / 10) : 0.0; }),
        "loss");
    switch_of(shown.harness.preferences, "loss_log") = true;
    const Drawing drawing = shown.look();
    const std::vector<Word> floors = drawing.starting("≤ ");
    ASSERT_EQ(floors.size(), 1u) << drawing.text();
    const Scale x = steps_of(drawing, {});
    for (const int lane : {0, 1})
        for (const double step : {35.0, 45.0, 58.0})
            EXPECT_LE(drawing.distance(u32(shown.theme().lane(lane)),
                                       {x.pixel(step), floors.front().middle().y}),
                      5)
                << step;
    // And the dot of the read-out lies there too.
    const Drawing hovered = shown.look_with_mouse_at({x.pixel(45), floors.front().middle().y - 60});
    bool dot = false;
    for (const Shape& shape : hovered.of_colour(u32(shown.theme().lane(0))))
        dot = dot || (shape.corners.size() >= 12 && shape.max.x - shape.min.x < 12 &&
                      std::abs(shape.middle().x - x.pixel(45)) < 3 &&
                      std::abs(shape.middle().y - floors.front().middle().y) < 3);
    EXPECT_TRUE(dot);
}

TEST(DrawnPlots, the_read_out_gives_the_values_of_the_step_under_the_mouse) {
    Shown shown(trained(preset("two-ways-up"), 150), "loss");
    const Scale x = steps_of(shown.look(), {});
    for (const double step : {3.0, 40.2, 77.8, 149.0}) {
        const Drawing drawing = shown.look_with_mouse_at({x.pixel(step), 300});
        const std::size_t sample = std::lround(step);
        EXPECT_EQ(drawing.starting("step " + std::to_string(sample)).size(), 1u) << drawing.text();
        const Layout& layout = shown.snapshot().layout;
        for (int lane = 0; lane < 2; ++lane) {
            const LaneSnapshot& of = shown.snapshot().lanes[lane];
            const std::string loss = plots::value_text(of.history.value(sample, layout.loss()));
            const std::string error =
                plots::value_text(of.history.value(sample, layout.relative_error()));
            const std::vector<Word> values = drawing.starting(loss);
            ASSERT_EQ(values.size(), 1u) << loss << " in\n" << drawing.text();
            EXPECT_NE(values.front().text.find("relative error " + error), std::string::npos)
                << values.front().text;
            // The lane's name and a swatch of its colour stand before it.
            const std::vector<Word> line = drawing.line_of(values.front());
            ASSERT_FALSE(line.empty());
            EXPECT_EQ(line.front().text, of.name);
            const Word& name = line.front();
            EXPECT_LE(
                drawing.distance(u32(shown.theme().lane(lane)), {name.min.x - 10, name.middle().y}),
                1.5F);
        }
    }
}

TEST(DrawnPlots, the_legend_shows_each_lanes_own_line) {
    Shown shown(trained(preset("between"), 20), "loss");
    const Drawing drawing = shown.look();
    std::set<ImU32> colours;
    for (std::size_t lane = 0; lane < shown.snapshot().lanes.size(); ++lane) {
        const auto name = drawing.word(shown.snapshot().lanes[lane].name);
        ASSERT_TRUE(name);
        const ImU32 colour = u32(shown.theme().lane(static_cast<int>(lane)));
        colours.insert(colour);
        bool swatch = false;
        for (float x = name->min.x - 30; x < name->min.x; ++x)
            swatch = swatch || drawing.distance(colour, {x, name->middle().y}) < 0.5F;
        EXPECT_TRUE(swatch) << shown.snapshot().lanes[lane].name;
        for (int other = 0; other < static_cast<int>(shown.snapshot().lanes.size()); ++other) {
            if (other == static_cast<int>(lane)) continue;
            EXPECT_GT(drawing.distance(u32(shown.theme().lane(other)),
                                       {name->min.x - 14, name->middle().y}),
                      2)
                << shown.snapshot().lanes[lane].name << " beside lane " << other;
        }
    }
    EXPECT_EQ(colours.size(), shown.snapshot().lanes.size());
}

TEST(DrawnPlots, lanes_have_lines_of_their_own_and_a_solid_one_has_no_gaps) {
    Shown shown(trained(preset("two-ways-up"), 190), "loss");
    const Drawing drawing = shown.look();
    const Scale x = steps_of(drawing, {}), y = values_of(drawing, {});
    const auto covered = [&](int lane) {
        const HistoryView& history = shown.snapshot().lanes[lane].history;
        int count = 0, all = 0;
        for (double step = 20; step < 180; step += 0.25, ++all) {
            const std::size_t at = std::lround(step);
            const double part = step - std::floor(step), loss_before = history.value(at, 0),
                         loss_after = history.value(at + 1, 0);
            const float height = (1 - static_cast<float>(part)) * y.pixel(loss_before) +
                                 static_cast<float>(part) * y.pixel(loss_after);
            count += drawing.distance(u32(shown.theme().lane(lane)), {x.pixel(step), height}) < 1
                         ? 1
                         : 0;
        }
        return static_cast<double>(count) / all;
    };
    EXPECT_GT(covered(0), 0.97);
    EXPECT_LT(covered(1), 0.9);  // dashed
    EXPECT_GT(covered(1), 0.55);
}

TEST(DrawnPlots, marks_stand_at_their_steps_with_their_words_and_on_their_own_lanes) {
    auto snapshot = trained(preset("two-ways-up"), 150);
    snapshot->events = std::make_shared<const std::vector<Event>>(
        std::vector<Event>{{30, 0, "first of SGD"}, {75, -1, "both"}, {120, 1, "last of Muon"}});
    Shown shown(snapshot, "loss");
    const Drawing drawing = shown.look();
    const Scale x = steps_of(drawing, {});
    for (const Event& event : *snapshot->events) {
        const auto word = drawing.word(event.text);
        ASSERT_TRUE(word);
        EXPECT_NEAR(word->min.x, x.pixel(static_cast<double>(event.step)), 8);
        EXPECT_LE(drawing.distance(u32(shown.theme().mark),
                                   {x.pixel(static_cast<double>(event.step)), 300}),
                  2);
    }
    // Lanes side by side: each its own and what both share.
    Shown modes(snapshot, "singular-values");
    const Drawing both = modes.look();
    EXPECT_EQ(both.all("first of SGD").size(), 1u) << both.text();
    EXPECT_EQ(both.all("last of Muon").size(), 1u);
    EXPECT_EQ(both.all("both").size(), 2u);
    EXPECT_LT(both.word("first of SGD")->min.x, screen.x / 2);
    EXPECT_GT(both.word("last of Muon")->min.x, screen.x / 2);
}

TEST(DrawnPlots, the_end_of_a_phase_bears_the_name_of_the_next) {
    Spec spec = changed(preset("two-ways-up"), {{"network.depth", "2"}});
    for (Recipe& recipe : spec.lanes) {
        recipe.phases.resize(3, recipe.phases.front());
        recipe.phases[0].name = "warming";
        recipe.phases[0].until.steps = 40;
        recipe.phases[1].name = "middle part";
        recipe.phases[1].until.steps = 60;
        recipe.phases[2].name = "the rest";
    }
    Shown shown(trained(spec, 150), "loss");
    const Drawing drawing = shown.look();
    const Scale x = steps_of(drawing, {});
    const std::vector<Word> middle = drawing.all("middle part"), rest = drawing.all("the rest");
    ASSERT_FALSE(middle.empty()) << drawing.text();
    ASSERT_FALSE(rest.empty()) << drawing.text();
    EXPECT_NEAR(middle.front().min.x, x.pixel(40), 8);
    EXPECT_NEAR(rest.front().min.x, x.pixel(100), 8);
    EXPECT_TRUE(drawing.all("warming").empty());
    // Which phase a step is of is in the read-out.
    for (const auto& [step, name] :
         {std::pair{20.0, "warming"}, {70.0, "middle part"}, {130.0, "the rest"}}) {
        const Drawing hovered = shown.look_with_mouse_at({x.pixel(step), 300});
        EXPECT_EQ(
            hovered.starting("step " + std::to_string(std::lround(step)) + ", " + name).size(), 1u)
            << hovered.text();
    }
}

// Of each source and lane: every mode where it was measured, in the colour of its rank.
TEST(DrawnPlots, singular_values_are_those_of_the_matrix_that_was_chosen) {
    const Spec spec =
        changed(preset("two-ways-up"), {{"network.width", "8"}, {"target.modes", "4"}});
    for (int source = 0; source <= 3; ++source) {
        Shown shown(trained(spec, 120), "singular-values");
        number_of(shown.harness.preferences, "sv_source") = source;
        switch_of(shown.harness.preferences, "sv_levels") = false;
        const Drawing drawing = shown.look();
        const Layout& layout = shown.snapshot().layout;
        const Area area{{75, 40}, {screen.x / 2 - 10, screen.y - 48}};
        const Scale x =
            Scale::across(drawing, {area.from.x - 20, area.to.y}, {screen.x / 2 - 8, screen.y});
        const Scale y = values_of(drawing, area);
        ASSERT_GE(x.labels(), 2);
        const HistoryView& history = shown.snapshot().lanes[0].history;
        for (int k = 0; k < 4; ++k) {
            const std::size_t channel =
                source == 0 ? layout.product_sv(k) : layout.weight_sv(source, k);
            const ImU32 colour = u32(rank_colour(shown.theme(), k, 4));
            for (std::size_t i = 5; i < history.size(); i += 5) {
                const ImVec2 at{x.pixel(static_cast<double>(history.step(i))),
                                y.pixel(history.value(i, channel))};
                ASSERT_LE(drawing.distance(colour, at), 4)
                    << "source " << source << " mode " << k << " step " << history.step(i);
            }
        }
    }
}

TEST(DrawnPlots, target_levels_of_a_layer_are_the_balanced_ones) {
    const Spec spec =
        changed(preset("two-ways-up"), {{"network.width", "8"}, {"target.modes", "3"}});
    for (const int source : {0, 2}) {
        Shown shown(trained(spec, 60), "singular-values");
        number_of(shown.harness.preferences, "sv_source") = source;
        const Drawing drawing = shown.look();
        const Scale y = values_of(drawing, {});
        for (int k = 0; k < 3; ++k) {
            const double s = shown.snapshot().problem->target_svd.s(k);
            const double level = source == 0 ? s : std::pow(s, 1.0 / 3);
            EXPECT_LE(drawing.distance(u32(shown.theme().target), {250, y.pixel(level)}), 2.5F)
                << "source " << source << " mode " << k;
        }
    }
}

TEST(DrawnPlots, the_read_out_of_modes_lists_them_in_order_beside_their_targets) {
    Shown shown(
        trained(changed(preset("two-ways-up"), {{"network.width", "8"}, {"target.modes", "4"}}),
                120),
        "singular-values");
    const Drawing before = shown.look();
    const Scale x = Scale::across(before, {55, screen.y - 50}, {screen.x / 2 - 8, screen.y});
    const Drawing drawing = shown.look_with_mouse_at({x.pixel(60), 300});
    const LaneSnapshot& lane = shown.snapshot().lanes[0];
    EXPECT_EQ(drawing.starting(lane.name + ", step 60").size(), 1u) << drawing.text();
    for (int k = 0; k < 8; ++k) {
        const auto name = drawing.word("mode " + std::to_string(k + 1));
        ASSERT_TRUE(name);
        std::string expected =
            plots::value_text(lane.history.value(60, shown.snapshot().layout.product_sv(k)));
        if (k < 4) expected += " / " + plots::value_text(shown.snapshot().problem->target_svd.s(k));
        const std::vector<Word> line = drawing.line_of(*name);
        ASSERT_FALSE(line.empty());
        EXPECT_EQ(line.front().text, expected);
        if (k < 4) {
            EXPECT_LE(drawing.distance(u32(rank_colour(shown.theme(), k, 4)),
                                       {name->min.x - 10, name->middle().y}),
                      1.5F);
        }
    }
}

TEST(DrawnPlots, theory_is_drawn_beside_a_run_that_it_covers_and_not_beyond_an_edit) {
    const auto dashes = [](const std::shared_ptr<Snapshot>& snapshot) {
        Shown shown(snapshot, "singular-values");
        const Drawing drawing = shown.look();
        ImVec4 ink = shown.theme().text;
        ink.w = 0.7F;
        return drawing.of_colour(u32(ink)).size();
    };
    const auto snapshot = trained(preset("theory"), 60);
    EXPECT_GT(dashes(snapshot), 30u);
    auto edited = std::make_shared<Snapshot>(*snapshot);
    edited->events = std::make_shared<const std::vector<Event>>(
        std::vector<Event>{{20, 0, "learning rate 0.005 → 0.01"}});
    EXPECT_EQ(dashes(edited), 0u);
    EXPECT_EQ(dashes(trained(preset("two-ways-up"), 60)), 0u);
}

}  // namespace
}  // namespace muonscope::gui
