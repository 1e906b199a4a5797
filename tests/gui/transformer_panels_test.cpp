// What panels show of a transformer, read back from the screen and held against the weights.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "app/gui/alignment_now.h"
#include "app/gui/frame.h"
#include "app/gui/panels/lanes.h"
#include "app/gui/panels/maps.h"
#include "app/gui/panels/representations.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/tokens_now.h"
#include "app/gui/why_now.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/experiment/probe.h"
#include "core/measure/likeness.h"
#include "core/measure/spectrum_measures.h"
#include "tests/gui/choices.h"
#include "tests/gui/small_run.h"

namespace muonscope::gui {
namespace {

// As small as it gets, so that a sanitizer has its time.
Spec tiny(const char* name) {
    Spec spec = preset(name);
    for (const auto& [key, value] : {std::pair{"transformer.width", "16"},
                                     {"transformer.heads", "2"},
                                     {"transformer.hidden", "24"},
                                     {"transformer.context", "12"},
                                     {"task.batch", "3"},
                                     {"task.held_out", "4"}})
        set(spec, key, value);
    return spec;
}

class Shown {
  public:
    Shown(const Spec& spec, std::int64_t steps, const char* panel, ImVec2 size = {1200, 800})
        : harness(size, 1, 1), snapshot(trained(spec, steps)), panel_(panel_by_slug(panel)) {
        harness.show(snapshot);
    }
    Drawing look() { return look_at_panel(harness, panel_); }

    Harness harness;
    std::shared_ptr<const Snapshot> snapshot;

  private:
    const Panel& panel_;
};

TEST(TransformerPanels, kinds_and_blocks_writes_each_matrix_measure_into_its_square) {
    Shown shown(tiny("token-facts"), 5, "kinds-and-blocks");
    number_of(shown.harness.preferences, "kinds_measure") = 1;  // stable rank
    const Drawing drawing = shown.look();
    const auto& weights = *shown.snapshot->lanes[0].weights;
    for (const char* kind : {"embedding", "query", "mlp out", "head"})
        EXPECT_EQ(drawing.all(kind).size(), 2U) << drawing.text();
    for (const char* column : {"outside", "block 1", "block 2"})
        EXPECT_EQ(drawing.all(column).size(), 2U) << drawing.text();
    for (const Matrix& weight : weights) {
        const Vector s = values_of(weight);
        const std::string text = fmt::format("{:.3g}", s.squaredNorm() / (s(0) * s(0)));
        EXPECT_FALSE(drawing.all(text).empty()) << text << " in\n" << drawing.text();
    }
    // The square of block 2's values stands where its row and its column meet.
    const Vector s = values_of(weights[9]);
    const Word number = drawing.all(fmt::format("{:.3g}", s.squaredNorm() / (s(0) * s(0)))).front();
    EXPECT_NEAR(number.middle().y, drawing.all("value").front().middle().y, 6);
    EXPECT_NEAR(number.middle().x, drawing.all("block 2").front().middle().x, 6);
}

TEST(TransformerPanels, kinds_and_blocks_opens_the_matrix_that_is_clicked) {
    Shown shown(tiny("token-facts"), 5, "kinds-and-blocks");
    const Drawing drawing = shown.look();
    const ImVec2 at{drawing.all("block 2").front().middle().x,
                    drawing.all("value").front().middle().y};
    ImGui::GetIO().AddMousePosEvent(at.x, at.y);
    const Drawing hovered = shown.look();
    EXPECT_FALSE(hovered.starting("AdamW, block 2 value").empty()) << hovered.text();
    for (const bool down : {true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, down);
        shown.look();
    }
    EXPECT_EQ(shown.harness.chosen<SingularValuesChoices>().source, 10);
    EXPECT_EQ(shown.harness.view.bring_forward, "Singular values");
}

TEST(TransformerPanels, kinds_and_blocks_shows_a_chain_layer_by_layer) {
    Shown shown(narrow(), 5, "kinds-and-blocks");
    const Drawing drawing = shown.look();
    EXPECT_EQ(drawing.all("layer").size(), 2U) << drawing.text();
    const Vector s = values_of((*shown.snapshot->lanes[0].weights)[0]);
    const std::vector<double> values(s.begin(), s.end());
    EXPECT_FALSE(drawing.all(fmt::format("{:.3g}", flatness(values))).empty()) << drawing.text();
}

TEST(TransformerPanels, tokens_shows_where_the_newest_weights_look) {
    Shown shown(tiny("induction"), 3, "tokens");
    number_of(shown.harness.preferences, "tokens_lane") = 1;
    number_of(shown.harness.preferences, "tokens_block") = 1;
    number_of(shown.harness.preferences, "tokens_sequence") = 2;
    const Drawing drawing = shown.look();
    EXPECT_EQ(drawing.all("head 1").size(), 1U) << drawing.text();
    const TokensNow& now = shown.harness.kept<TokensNow>();
    ASSERT_TRUE(now.has(1));
    const TokenView view =
        token_view(*shown.snapshot->problem, *shown.snapshot->lanes[1].weights, 2);
    EXPECT_EQ(now.lanes[1].view->attention[1][0], view.attention[1][0]);
    EXPECT_EQ(now.lanes[1].view->tokens, view.tokens);
}

TEST(TransformerPanels, tokens_counts_the_answers_that_are_right) {
    Shown shown(tiny("token-facts"), 3, "tokens");
    number_of(shown.harness.preferences, "tokens_view") = 1;
    const Drawing drawing = shown.look();
    for (const LaneSnapshot& lane : shown.snapshot->lanes) {
        const TokenView view = token_view(*shown.snapshot->problem, *lane.weights, 0);
        int right = 0;
        for (const TokenView::Answer& answer : view.answers)
            right += answer.likeliest == answer.right ? 1 : 0;
        EXPECT_FALSE(
            drawing.all(fmt::format("step 3: {} of {} right", right, view.answers.size())).empty())
            << drawing.text();
    }
}

TEST(TransformerPanels, tokens_says_what_each_lane_goes_on_to_say) {
    Shown shown(tiny("stories"), 3, "tokens");
    number_of(shown.harness.preferences, "tokens_view") = 2;
    const TokensNow& now = shown.harness.kept<TokensNow>();
    for (int i = 0; i < 40 && (now.lanes.size() < 2 ||
                               now.lanes[1].told.size() < std::size_t(TokensNow::told_tokens));
         ++i)
        shown.look();
    ASSERT_EQ(now.lanes.size(), 2U);
    for (const TokensNow::LaneNow& lane : now.lanes)
        EXPECT_EQ(lane.told.size(), 12U + TokensNow::told_tokens);
}

TEST(TransformerPanels, lanes_speak_of_groups_and_say_what_moves_what) {
    Harness harness({1600, 900});
    harness.train(tiny("token-facts"));
    harness.frames(4);
    const Drawing drawing = muonscope::gui::drawing();
    EXPECT_NE(drawing.text().find("0.005: outside blocks; Muon 0.01: i"), std::string::npos)
        << drawing.text();
    EXPECT_EQ(drawing.all("all matrices").size(), 2U);
}

// Of these there is nothing to be seen; each says so, and opens the panel that has what there is.
TEST(TransformerPanels, of_chains_say_what_to_look_at_instead) {
    for (const auto& [slug, instead] :
         {std::pair{"conditioning", "Kinds and blocks"}, std::pair{"staged-planner", "Why"}}) {
        Shown shown(tiny("token-facts"), 2, slug);
        const Drawing drawing = shown.look();
        EXPECT_NE(drawing.text().find("which a transformer has not"), std::string::npos)
            << slug << "\n"
            << drawing.text();
        const auto button = drawing.word(fmt::format("Open {}", instead));
        ASSERT_TRUE(button);
        ImGui::GetIO().AddMousePosEvent(button->middle().x, button->middle().y);
        shown.look();
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, down);
            shown.look();
        }
        EXPECT_EQ(shown.harness.view.bring_forward, instead);
    }
    Shown chain(narrow(), 2, "tokens");
    EXPECT_FALSE(chain.look().starting("for transformers").empty());
}

TEST(TransformerPanels, no_panel_of_chains_stays_in_front_where_a_transformer_comes) {
    Harness harness({1600, 900});
    harness.show(trained(narrow(), 2));
    harness.frames(3);
    harness.view.bring_forward = "Conditioning";
    harness.frames(4);
    const auto in_front = [&](const char* title) {
        const ImGuiWindow* window = harness.window(title);
        return window->DockNode != nullptr && window->DockNode->VisibleWindow == window;
    };
    ASSERT_TRUE(in_front("Conditioning"));
    const auto transformer = trained(tiny("token-facts"), 2);
    harness.show(transformer);
    harness.frames(4);
    EXPECT_TRUE(in_front("Kinds and blocks"));
    // Who opens it then is not sent away.
    harness.view.bring_forward = "Conditioning";
    harness.frames(4);
    EXPECT_TRUE(in_front("Conditioning"));
}

TEST(TransformerPanels, representations_show_the_stream_before_and_behind_each_block) {
    Shown shown(tiny("token-facts"), 3, "representations");
    const Drawing drawing = shown.look();
    for (const char* place : {"embedding", "block 1", "block 2"})
        EXPECT_FALSE(drawing.all(place).empty()) << drawing.text();
    const Problem& problem = *shown.snapshot->problem;
    const auto& view = shown.harness.kept<RepresentationsView>();
    ASSERT_EQ(view.lanes.size(), 2U);
    const TokenBatch& asked = problem.fact_questions;
    for (int lane = 0; lane < 2; ++lane) {
        const DrawnPoints& now = view.lanes.at(lane).now;
        ASSERT_EQ(now.states.size(), 3U);
        for (const int rank : {0, 7, 200}) {
            Matrix question(2, 1);
            question << asked.tokens[2 * std::size_t(rank)],
                asked.tokens[2 * std::size_t(rank) + 1];
            for (int level = 0; level < 3; ++level) {
                const Matrix stream = problem.model->activation(
                    *shown.snapshot->lanes[static_cast<std::size_t>(lane)].weights, level + 1,
                    question);
                // As what reads it has it: of root mean square 1.
                const Vector own =
                    stream.col(1) / std::sqrt(stream.col(1).squaredNorm() / 16 + 1e-6);
                EXPECT_LT((now.states[static_cast<std::size_t>(level)].col(rank) - own).norm(),
                          1e-12);
            }
        }
        // Drawn along the directions in which they spread most.
        const Matrix& at = now.at[2];
        EXPECT_NEAR(at.row(0).mean(), 0, 1e-12);
        EXPECT_NEAR(at.row(0).norm(),
                    values_of(now.states[2].colwise() - now.states[2].rowwise().mean())(0), 1e-10);
    }
}

TEST(TransformerPanels, representations_say_how_alike_places_and_right_answers_are) {
    Shown shown(tiny("induction"), 3, "representations");
    number_of(shown.harness.preferences, "representations_view") = 3;
    const Drawing drawing = shown.look();
    const Problem& problem = *shown.snapshot->problem;
    const ShownPoints points = shown_points(problem);
    const PointGeometry answers = geometry_of(points.targets, 2);
    for (const LaneSnapshot& lane : shown.snapshot->lanes)
        for (const Matrix& state : states_of(points, problem, *lane.weights)) {
            const std::string text =
                fmt::format("{:.3f}", linear_cka(geometry_of(state, 2), answers));
            EXPECT_FALSE(drawing.starting(text).empty()) << text << " in\n" << drawing.text();
        }
}

TEST(TransformerPanels, alignment_holds_queries_against_keys) {
    Shown shown(tiny("token-facts"), 3, "alignment");
    number_of(shown.harness.preferences, "alignment_pair") = 4;  // block 2 query, key
    const Drawing drawing = shown.look();
    EXPECT_FALSE(drawing.all("AdamW: block 2 query, key").empty()) << drawing.text();
    EXPECT_TRUE(drawing.all("target basis").empty()) << "there is none";
    const auto& weights = *shown.snapshot->lanes[0].weights;
    const auto left = [&](int number) {
        return Matrix(
            Eigen::JacobiSVD<Matrix>(weights[index_of(number)], Eigen::ComputeThinU).matrixU());
    };
    const Matrix expected = (left(8).transpose() * left(9)).cwiseAbs();
    const AlignmentNow& now = shown.harness.kept<AlignmentNow>();
    ASSERT_EQ(now.lanes[0].neighbours.size(), 8U);
    EXPECT_LT((now.lanes[0].neighbours[3] - expected).norm(), 1e-9);
}

TEST(TransformerPanels, maps_show_what_each_matrix_makes_of_the_sphere_and_no_product) {
    Shown shown(tiny("token-facts"), 3, "maps");
    number_of(shown.harness.preferences, "maps_source") = 4;  // block 1 value
    const Drawing drawing = shown.look();
    EXPECT_EQ(drawing.all("block 1 value").size(), 3U) << "two lanes and the list\n"
                                                       << drawing.text();
    EXPECT_NE(drawing.text().find("nearest to the start's"), std::string::npos) << drawing.text();
    EXPECT_EQ(drawing.text().find("target"), std::string::npos) << drawing.text();
    const MapsView& view = shown.harness.kept<MapsView>();
    const Vector s = values_of((*shown.snapshot->lanes[1].weights)[3]);
    ASSERT_EQ(view.lanes.at(1).bodies.size(), 1U);
    EXPECT_LT((view.lanes.at(1).bodies[0].image.lengths - s.head(3)).norm(), 1e-9);
    number_of(shown.harness.preferences, "maps_source") = 0;  // the product: there is none
    EXPECT_TRUE(shown.look().all("product").empty());
}

TEST(TransformerPanels, why_holds_steps_of_a_matrix_against_what_its_block_leaves) {
    Shown shown(tiny("token-facts"), 3, "why");
    number_of(shown.harness.preferences, "why_layer") = 9;  // block 2 value
    const Drawing drawing = shown.look();
    const WhyAnswer& answer = shown.harness.kept<WhyNow>().answer;
    ASSERT_TRUE(answer.ready()) << drawing.text();
    ProbeSpec spec = answer.wish.probe;
    spec.layer = 2;
    EXPECT_EQ(
        answer.probe.after_k,
        Probe(shown.snapshot->problem).measure(*shown.snapshot->lanes[0].weights, spec).after_k);
    EXPECT_NE(drawing.text().find("behind block 2"), std::string::npos) << drawing.text();
}

TEST(TransformerPanels, kinds_and_blocks_draws_every_spectrum_on_the_same_axes) {
    Shown shown(tiny("token-facts"), 5, "kinds-and-blocks");
    switch_of(shown.harness.preferences, "kinds_spectra") = true;
    const Drawing drawing = shown.look();
    const auto row = drawing.word("mlp in"), column = drawing.word("block 2");
    ASSERT_TRUE(row && column) << drawing.text();
    const ImVec2 at{column->middle().x, row->middle().y};
    ImGui::GetIO().AddMousePosEvent(at.x, at.y);
    const Drawing hovered = shown.look();
    const auto title = hovered.starting("block 2 mlp in: σ");
    ASSERT_EQ(title.size(), 1U) << hovered.text();
    int k = 0;
    ASSERT_EQ(std::sscanf(title[0].text.c_str(), "block 2 mlp in: σ%d", &k), 1);
    for (const LaneSnapshot& lane : shown.snapshot->lanes) {
        const std::string value = plots::value_text(values_of((*lane.weights)[11])(k - 1));
        EXPECT_FALSE(hovered.all(value).empty()) << value << " in\n" << hovered.text();
    }
    for (const bool down : {true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, down);
        shown.look();
    }
    EXPECT_EQ(shown.harness.chosen<SingularValuesChoices>().source, 12);
    EXPECT_EQ(number_of(shown.harness.preferences, "why_layer"), 11);
    EXPECT_EQ(number_of(shown.harness.preferences, "maps_source"), 12);
}

// The largest there is: what is chosen of it comes back with the next window.
TEST(TransformerPanels, choices_of_a_matrix_reach_the_last_one_of_the_largest_model) {
    Experiment largest = tiny("stories").experiment;
    largest.transformer.blocks = 4;
    largest.transformer.positions = PositionKind::learned;
    largest.transformer.mlp = MlpKind::swiglu;
    const int all = count_of_matrices(largest);
    Preferences preferences;
    int checked = 0;
    for (const Remembered& one : all_remembered(preferences)) {
        const bool source = one.name.ends_with("_source");
        const bool layer = one.name.ends_with("_layer") && one.name != "representations_layer";
        if (!source && !layer) continue;
        ++checked;
        EXPECT_GE(one.high, source ? all : all - 1) << one.name;
    }
    EXPECT_EQ(checked, 7);
}

}  // namespace
}  // namespace muonscope::gui
