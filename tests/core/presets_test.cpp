#include "core/experiment/presets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/documents/spec_json.h"
#include "core/experiment/associations.h"
#include "core/experiment/fact_answers.h"
#include "core/experiment/lane.h"
#include "core/experiment/loss_scale.h"
#include "core/experiment/parameters.h"
#include "core/experiment/predicted_modes.h"
#include "core/experiment/token_score.h"
#include "core/linalg/spectrum.h"
#include "core/measure/sphere_image.h"
#include "core/session/session.h"
#include "core/theory/closed_forms.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

TEST(Presets, the_number_keys_have_their_nine_and_two_ways_up_is_first) {
    ASSERT_GE(presets().size(), 9u);
    EXPECT_EQ(presets()[0].name, "two-ways-up");
    EXPECT_EQ(presets()[1].name, "staged");
    std::set<std::string> names;
    for (const Spec& spec : presets()) {
        names.insert(spec.name);
        EXPECT_FALSE(spec.title.empty()) << spec.name;
        EXPECT_GT(spec.about.size(), 40u) << spec.name;
        EXPECT_NO_THROW(validate(spec)) << spec.name;
    }
    EXPECT_EQ(names.size(), presets().size());
}

TEST(Presets, each_stands_once_in_the_list_and_groups_stay_together) {
    std::set<std::string_view> names, groups;
    std::string_view group;
    for (const PresetPage& page : preset_pages()) {
        EXPECT_NO_THROW(preset(page.name)) << page.name;
        EXPECT_TRUE(names.insert(page.name).second) << page.name;
        if (page.group != group) {
            EXPECT_TRUE(groups.insert(page.group).second) << page.group;
        }
        group = page.group;
        EXPECT_EQ(preset_page(page.name), &page);
    }
    EXPECT_EQ(names.size(), presets().size());
    EXPECT_GE(groups.size(), 4U);
    EXPECT_EQ(preset_page("custom"), nullptr);
}

TEST(Presets, an_unknown_name_is_an_error_that_lists_the_known) {
    try {
        preset("two-ways-dwon");
        FAIL();
    } catch (const Error& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("two-ways-dwon"), std::string::npos);
        EXPECT_NE(message.find("two-ways-up, staged"), std::string::npos);
    }
}

TEST(Presets, survive_the_way_through_json) {
    for (const Spec& spec : presets())
        EXPECT_EQ(to_json(spec_from_json(to_json(spec), spec.name)), to_json(spec));
}

// Steps at which each mode first passes a share of its target level; -1: never.
std::vector<int> arrivals(Lane lane, const Problem& problem, double share, int steps) {
    std::vector<int> at(static_cast<std::size_t>(problem.modes), -1);
    for (int step = 1; step <= steps; ++step) {
        lane.advance();
        const Matrix p = product(lane.weights());
        for (int k = 0; k < problem.modes; ++k) {
            const double a = problem.target_svd.u.col(k).dot(p * problem.target_svd.v.col(k));
            int& arrival = at[k];
            if (arrival < 0 && a >= share * problem.target_svd.s(k)) arrival = step;
        }
    }
    return at;
}

// What presets say of themselves, by numbers.
class PresetNumbers : public testing::Test {
  protected:
    void SetUp() override {
        if (sanitized) GTEST_SKIP() << "the same numbers, slowly";
    }
};

TEST_F(PresetNumbers, two_ways_up_shows_the_fan_and_the_bundle) {
    const Spec& spec = preset("two-ways-up");
    const auto problem = make_problem(spec.experiment);
    ASSERT_EQ(problem->modes, 12);
    const std::vector<int> sgd = arrivals(Lane(problem, spec.lanes[0]), *problem, 0.9, 1200);
    const std::vector<int> muon = arrivals(Lane(problem, spec.lanes[1]), *problem, 0.9, 120);
    for (std::size_t k = 1; k < sgd.size(); ++k) EXPECT_GT(sgd[k], sgd[k - 1]) << "mode " << k;
    EXPECT_GT(sgd.back(), 500);
    EXPECT_LE(sgd.back(), 1200);
    for (const int arrival : muon) {
        EXPECT_GT(arrival, 0);
        EXPECT_LE(arrival, 100);
    }
}

// What the preset says of its product, by the step; and of each step by itself.
TEST_F(PresetNumbers, three_dimensions_shows_needle_disc_and_ball) {
    const Spec& spec = preset("three-dimensions");
    const auto problem = make_problem(spec.experiment);
    const std::array<int, 3> which{0, 1, 2};
    const auto shape = [&](const Matrix& matrix) {
        return shape_of(sphere_image(thin_svd(matrix), problem->target_svd.u, which));
    };
    Lane sgd(problem, spec.lanes[0]), muon(problem, spec.lanes[1]);
    for (int step = 1; step <= 240; ++step) {
        sgd.advance();
        muon.advance();
        const BodyShape slow = shape(product(sgd.weights()));
        if (step >= 16 && step < 107) {
            EXPECT_EQ(slow, BodyShape::needle) << step;
        } else if (step >= 107 && step < 167) {
            EXPECT_EQ(slow, BodyShape::disc) << step;
        } else if (step >= 167) {
            EXPECT_EQ(slow, BodyShape::between) << step;
        }
        EXPECT_EQ(shape(product(muon.weights())) == BodyShape::ball, step >= 27 && step < 56)
            << step;
        for (const int layer : {1, 2}) {
            if (step <= 50) {
                EXPECT_EQ(shape(*muon.newest_move(layer).update), BodyShape::ball) << step;
            }
            const Vector sgd_step = singular_values(*sgd.newest_move(layer).update);
            EXPECT_LT(sgd_step(2), 0.25 * sgd_step(0)) << step;
        }
    }
    EXPECT_EQ(arrivals(Lane(problem, spec.lanes[0]), *problem, 0.9, 260).back(), 234);
}

// What is said of a preset holds of its lanes as they are trained.
std::vector<int> arrivals_of(const Spec& spec, std::size_t lane, int steps) {
    const auto problem = make_problem(spec.experiment);
    return arrivals(Lane(problem, spec.lanes[lane]), *problem, 0.9, steps);
}

double loss_after(const Spec& spec, std::size_t lane, int steps) {
    const auto problem = make_problem(spec.experiment);
    const Layout layout(*problem->model, problem->modes);
    Lane trained(problem, spec.lanes[lane]);
    while (trained.step() < steps && trained.advance() == Lane::Status::training) {
    }
    std::vector<double> row(layout.channels());
    trained.measure(layout, spec.experiment.probe, row);
    return row[layout.loss()];
}

TEST_F(PresetNumbers, small_modes_come_last_or_first) {
    const Spec& spec = preset("small-modes");
    const std::vector<int> sgd = arrivals_of(spec, 0, 900), polar = arrivals_of(spec, 1, 900);
    EXPECT_TRUE(std::is_sorted(sgd.begin(), sgd.end()));
    EXPECT_TRUE(std::is_sorted(polar.rbegin(), polar.rend()));
    EXPECT_EQ(sgd.front(), 61);
    EXPECT_EQ(sgd.back(), 680);
    EXPECT_EQ(polar.back(), 43);
    EXPECT_EQ(polar.front(), 185);
}

TEST_F(PresetNumbers, depth_spreads_sgd_and_bundles_muon) {
    Spec spec = preset("depth");
    const auto window = [&](int depth, std::size_t lane) {
        set(spec, "network.depth", std::to_string(depth));
        const std::vector<int> at = arrivals_of(spec, lane, 700);
        const auto [first, last] = std::minmax_element(at.begin(), at.end());
        return std::pair{*first, *last};
    };
    EXPECT_EQ(window(1, 0), (std::pair{87, 133}));
    EXPECT_EQ(window(2, 0), (std::pair{51, 311}));
    EXPECT_EQ(window(4, 0), (std::pair{37, 497}));
    EXPECT_EQ(window(8, 0), (std::pair{27, 594}));
    EXPECT_EQ(window(8, 1).second, 44);
}

TEST_F(PresetNumbers, norm_only_shows_that_direction_evens_and_length_hastens) {
    const Spec& spec = preset("norm-only");
    const std::vector<int> sgd = arrivals_of(spec, 0, 900), longer = arrivals_of(spec, 1, 900),
                           shorter = arrivals_of(spec, 2, 900), muon = arrivals_of(spec, 3, 900);
    const auto spread = [](const std::vector<int>& at) {
        const auto [first, last] = std::minmax_element(at.begin(), at.end());
        return *last - *first;
    };
    EXPECT_TRUE(std::is_sorted(longer.begin(), longer.end()));
    EXPECT_EQ(longer.back(), 127);
    EXPECT_EQ(spread(longer), 103);
    EXPECT_LT(longer.back(), sgd.back() / 4);
    // All but the weakest, which start from nearly nothing, within the time of SGD's fourth.
    EXPECT_LT(shorter[10] - *std::min_element(shorter.begin(), shorter.end()), 40);
    EXPECT_GT(shorter.back(), muon.back());
    // As long as they are said to be, on the way up.
    const auto problem = make_problem(spec.experiment);
    std::vector<Lane> lanes;
    for (const Recipe& recipe : spec.lanes) lanes.emplace_back(problem, recipe);
    double of_longer = 0, of_muon = 0;
    for (int step = 0; step < 60; ++step) {
        for (Lane& each : lanes) each.advance();
        for (const int layer : {1, 2, 3}) {
            of_longer += lanes[1].newest_move(layer).update->norm();
            of_muon += lanes[3].newest_move(layer).update->norm();
        }
    }
    EXPECT_NEAR(of_longer / of_muon, 1, 0.1);
}

TEST_F(PresetNumbers, plateaus_lie_at_half_the_sum_of_squares_that_are_missing) {
    const Spec& spec = preset("plateaus");
    const auto problem = make_problem(spec.experiment);
    const std::vector<double> levels = loss_levels(*problem);
    ASSERT_EQ(levels.size(), 5U);
    for (const auto& [k, said] : {std::pair{0, 10.625}, {1, 2.625}, {2, 0.625}, {3, 0.125}})
        EXPECT_NEAR(levels[k], said, 1e-9);
    const std::vector<int> at = arrivals_of(spec, 0, 1200);
    for (std::size_t k = 1; k < at.size(); ++k)
        EXPECT_NEAR(at[k], 2 * at[k - 1], 0.03 * at[k]) << k;
    // Where it falls slowest between two modes, it is at the level.
    Lane lane(problem, spec.lanes[0]);
    std::vector<double> losses;
    while (lane.step() <= 1200) {
        losses.push_back(0.5 * (product(lane.weights()) - problem->target).squaredNorm());
        lane.advance();
    }
    for (std::size_t k = 1; k < at.size(); ++k) {
        int slowest = at[k - 1];
        const auto fall = [&](int step) { return losses[step] - losses[step + 1]; };
        for (int step = at[k - 1]; step < at[k]; ++step)
            if (fall(step) < fall(slowest)) slowest = step;
        EXPECT_NEAR(losses[slowest], levels[k], 0.05 * levels[k]) << k;
    }
}

TEST_F(PresetNumbers, balance_is_kept_by_small_steps_of_sgd_alone) {
    const Spec& spec = preset("balance");
    const auto problem = make_problem(spec.experiment);
    const auto difference = [](const std::vector<Matrix>& w) -> Matrix {
        return w[1].transpose() * w[1] - w[0] * w[0].transpose();
    };
    const Matrix start = difference(problem->start);
    const auto moved = [&](std::size_t lane) {
        Lane trained(problem, spec.lanes[lane]);
        while (trained.step() < 300) trained.advance();
        return (difference(trained.weights()) - start).norm() / start.norm();
    };
    EXPECT_NEAR(moved(0), 0.015, 0.0005);
    EXPECT_NEAR(moved(1), 0.26, 0.005);
    EXPECT_GT(moved(2), 3);
}

TEST_F(PresetNumbers, ill_conditioned_is_where_sgd_does_not_arrive) {
    const Spec& spec = preset("ill-conditioned");
    const std::vector<int> sgd = arrivals_of(spec, 0, 3000), muon = arrivals_of(spec, 1, 3000),
                           adamw = arrivals_of(spec, 2, 3000);
    EXPECT_EQ(sgd[6], 1244);
    EXPECT_EQ(sgd[7], -1);
    for (std::size_t k = 1; k < 7; ++k) EXPECT_NEAR(sgd[k], 2.25 * sgd[k - 1], 0.35 * sgd[k - 1]);
    EXPECT_EQ(*std::min_element(muon.begin(), muon.end()), 16);
    EXPECT_EQ(*std::max_element(muon.begin(), muon.end()), 257);
    EXPECT_GT(adamw[7], 257);
    const auto problem = make_problem(spec.experiment);
    EXPECT_NEAR(problem->target_svd.s(7), 0.007, 0.0005);
    EXPECT_NEAR(0.1 / critical_rate(2, 4), 0.4, 1e-12);
}

TEST_F(PresetNumbers, too_large_has_a_calm_one_a_catapult_an_edge_and_one_that_leaves) {
    const Spec& spec = preset("too-large");
    const auto problem = make_problem(spec.experiment);
    const double start = loss_after(spec, 0, 0);
    const auto curvature = [](const std::vector<Matrix>& w) {
        // Of the loss at a minimum: s₁(W₂)² + s₁(W₁)².
        const double one = singular_values(w[0])(0), two = singular_values(w[1])(0);
        return one * one + two * two;
    };
    EXPECT_NEAR(2 / curvature(problem->start), 0.0466, 0.0004);
    for (int step = 1; step < 12; ++step)
        EXPECT_LT(loss_after(spec, 0, step), loss_after(spec, 0, step - 1)) << step;
    EXPECT_GT(loss_after(spec, 1, 2), 1.3 * start);
    EXPECT_LT(loss_after(spec, 1, 200), 1e-3);
    EXPECT_GT(loss_after(spec, 2, 200), 10);
    EXPECT_NEAR(loss_after(spec, 2, 200), loss_after(spec, 2, 196), 0.01);
    // The valley that the catapult ends in is wide enough for its steps, and none is for the edge.
    Lane thrown(problem, spec.lanes[1]);
    while (thrown.step() < 200) thrown.advance();
    EXPECT_LT(curvature(thrown.weights()), 2 / 0.06);
    EXPECT_LT(critical_rate(2, 16), 0.07);
    Lane leaving(problem, spec.lanes[3]);
    while (leaving.advance() == Lane::Status::training && leaving.step() < 50) {
    }
    EXPECT_EQ(leaving.status(), Lane::Status::diverged);
    EXPECT_EQ(leaving.step(), 8);
}

TEST_F(PresetNumbers, noise_comes_first_under_muon) {
    const Spec& spec = preset("noise-first");
    const auto problem = make_problem(spec.experiment);
    const std::vector<int> sgd = arrivals_of(spec, 0, 300);
    EXPECT_EQ(*std::max_element(sgd.begin(), sgd.end()), 217);
    const auto noise_and_truth = [&](std::size_t lane, int steps) {
        Lane trained(problem, spec.lanes[lane]);
        while (trained.step() < steps) trained.advance();
        const Vector values = singular_values(product(trained.weights()));
        return std::pair{values(4), values(3)};
    };
    const auto [sgd_noise, sgd_truth] = noise_and_truth(0, 217);
    EXPECT_LT(sgd_noise, 0.2 * sgd_truth);
    const auto [muon_noise, muon_truth] = noise_and_truth(1, 50);
    EXPECT_GT(muon_noise, 0.95 * muon_truth);
}

// What comes after the first layer is linear, so that its steps are known without taking them.
TEST_F(PresetNumbers, exact_polar_loses_and_its_floor_wins) {
    const Spec& spec = preset("exact-polar");
    const auto problem = make_problem(spec.experiment);
    const double rate = 0.02 * loss_per_half_square(*problem);
    const auto second_phase = [&](std::size_t lane) {
        Lane trained(problem, spec.lanes[lane]);
        while (trained.step() < 600) trained.advance();
        const std::vector<Matrix>& w = trained.weights();
        return second_phase_steps(w[0], w[1], problem->target, rate, 0.05);
    };
    EXPECT_NEAR(second_phase(0), 13436, 1);
    EXPECT_NEAR(second_phase(1), 13321, 1);
    EXPECT_NEAR(second_phase(2), 30967, 1);
    EXPECT_NEAR(second_phase(3), 13410, 1);
}

TEST_F(PresetNumbers, random_spectra_may_do_as_well_and_may_not) {
    const Spec& spec = preset("random-spectrum");
    const auto all_by = [&](std::size_t lane) {
        const std::vector<int> at = arrivals_of(spec, lane, 800);
        return *std::max_element(at.begin(), at.end());
    };
    EXPECT_EQ(all_by(1), 70);
    EXPECT_EQ(all_by(2), 89);
    EXPECT_EQ(all_by(3), 721);
}

// A lane's row after some steps, and where its numbers stand.
struct MeasuredFacts {
    Layout layout;
    std::vector<double> row;
    double probability(int fact) const { return row[layout.fact_probability(fact - 1)]; }
};
MeasuredFacts facts_after(const Spec& spec, std::size_t lane, double rate, int steps) {
    const auto problem = make_problem(spec.experiment);
    Recipe recipe = spec.lanes[lane];
    recipe.phases[0].optimizer.lr = rate;
    Lane trained(problem, recipe);
    while (trained.step() < steps) trained.advance();
    MeasuredFacts facts{Layout(*problem->model, problem->modes, facts_of(problem->experiment)), {}};
    facts.row.resize(facts.layout.channels());
    trained.measure(facts.layout, spec.experiment.probe, facts.row);
    return facts;
}
double rate_of(const Spec& spec, std::size_t lane) {
    return spec.lanes[lane].phases[0].optimizer.lr;
}
// Of 1 and 3 times powers of ten.
double next_rate(double rate, int direction) {
    const double power = std::pow(10.0, std::floor(std::log10(rate * 1.01)));
    const bool one = rate < 2 * power;
    return direction > 0 ? (one ? 3 * power : 10 * power) : (one ? 0.3 * power : power);
}

TEST_F(PresetNumbers, rare_facts_are_last_for_sgd_and_adamw_and_with_the_others_for_muon) {
    const Spec& spec = preset("rare-facts");
    for (std::size_t lane = 0; lane < spec.lanes.size(); ++lane) {
        const double rate = rate_of(spec, lane);
        const MeasuredFacts facts = facts_after(spec, lane, rate, 10);
        EXPECT_GE(facts.probability(1), 0.98) << spec.lanes[lane].name;
        EXPECT_LT(facts_after(spec, lane, next_rate(rate, -1), 10).probability(1), 0.98)
            << spec.lanes[lane].name << " at the rate below";
        const bool level = lane == 1 || lane == 2;
        EXPECT_EQ(facts.probability(64) > 0.98 * facts.probability(1), level)
            << spec.lanes[lane].name;
        if (!level) {
            EXPECT_LT(facts.probability(64), 0.05) << spec.lanes[lane].name;
        }
    }
    // After one exact step all facts stand nearly alike.
    const MeasuredFacts one = facts_after(spec, 2, 1, 1);
    EXPECT_NEAR(one.row[one.layout.loss()], 3.1811, 5e-5);
    EXPECT_NEAR(one.probability(64) / one.probability(1), 1, 0.03);
}

TEST_F(PresetNumbers, crowded_facts_are_learned_best_by_adamw_each_lane_at_its_best_rate) {
    const Spec& spec = preset("rare-facts-crowded");
    const auto loss_at = [&](std::size_t lane, double rate) {
        const MeasuredFacts facts = facts_after(spec, lane, rate, 400);
        return facts.row[facts.layout.loss()];
    };
    std::vector<double> losses;
    for (std::size_t lane = 0; lane < spec.lanes.size(); ++lane) {
        const double rate = rate_of(spec, lane);
        losses.push_back(loss_at(lane, rate));
        for (const int direction : {-1, 1})
            if (next_rate(rate, direction) <= 100) {
                EXPECT_LT(losses.back(), loss_at(lane, next_rate(rate, direction)))
                    << spec.lanes[lane].name;
            }
    }
    EXPECT_LT(losses[3], losses[1] / 3);
    EXPECT_LT(losses[1], losses[2]);
    EXPECT_LT(losses[2], losses[0]);
    const MeasuredFacts muon = facts_after(spec, 1, rate_of(spec, 1), 400);
    EXPECT_GT(muon.row[muon.layout.tail_loss()], 9 * muon.row[muon.layout.head_loss()]);
}

// By heart first, the rule later, and with Muon in the block long before AdamW.
TEST_F(PresetNumbers, modular_addition_is_known_by_heart_before_its_rule_is_found) {
    const Spec& spec = preset("modular");
    const auto problem = make_problem(spec.experiment);
    std::array<double, 2> trained{}, unseen{};
    for (std::size_t l = 0; l < 2; ++l) {
        Lane lane(problem, spec.lanes[l]);
        while (lane.step() < 400) lane.advance();
        trained[l] = score_of(*problem, lane.weights(), problem->trained_on).accuracy;
        unseen[l] = score_of(*problem, lane.weights(), problem->held_out).accuracy;
        if (l == 1) continue;
        while (lane.step() < 900) lane.advance();
        EXPECT_NEAR(score_of(*problem, lane.weights(), problem->held_out).accuracy, 0.97, 0.005);
    }
    EXPECT_EQ(trained, (std::array{1.0, 1.0}));
    EXPECT_NEAR(unseen[0], 0.47, 0.005);
    EXPECT_NEAR(unseen[1], 0.95, 0.005);
    // Without weight decay what is known by heart is all that there is, so far.
    Recipe plain = spec.lanes[0];
    plain.phases[0].optimizer.decay = Decay::none;
    Lane lane(problem, plain);
    while (lane.step() < 900) lane.advance();
    EXPECT_EQ(score_of(*problem, lane.weights(), problem->trained_on).accuracy, 1);
    EXPECT_LT(score_of(*problem, lane.weights(), problem->held_out).accuracy, 0.6);
}

// Losses that the texts of the presets of transformers name, after so many steps of each lane.
TEST_F(PresetNumbers, of_transformers_are_those_that_their_texts_name) {
    struct Named {
        const char* preset;
        int lane, step;
        double loss;  // token-facts: of the tail
    };
    for (const Named& named :
         {Named{"stories", 0, 250, 0.65}, Named{"stories", 1, 250, 0.54},
          Named{"stories", 0, 600, 0.51}, Named{"stories", 1, 600, 0.53},
          Named{"token-facts", 0, 250, 2.1}, Named{"token-facts", 1, 250, 1.6},
          Named{"token-facts", 0, 420, 0.69}, Named{"token-facts", 1, 420, 0.64},
          Named{"token-facts", 0, 600, 0.20}, Named{"token-facts", 1, 600, 0.31},
          Named{"induction", 0, 100, 0.04}, Named{"induction", 1, 100, 0.73},
          Named{"induction", 1, 150, 0.014}}) {
        const Spec& spec = preset(named.preset);
        const auto problem = make_problem(spec.experiment);
        Lane lane(problem, spec.lanes[static_cast<std::size_t>(named.lane)]);
        while (lane.step() < named.step) lane.advance();
        double loss = lane.errors().loss;
        if (const int facts = facts_of(spec.experiment); facts > 0) {
            const auto count = static_cast<std::size_t>(facts);
            std::vector<double> losses(count), probabilities(count);
            answer_facts(*problem, lane.weights(), losses, probabilities);
            const FactRange tail = parts_of_facts(facts).tail;
            loss = std::accumulate(losses.begin() + tail.begin, losses.end(), 0.0) /
                   (tail.end - tail.begin);
        }
        EXPECT_NEAR(loss, named.loss, named.loss >= 1 ? 0.05 : 0.0051)
            << named.preset << ", lane " << named.lane << ", step " << named.step;
    }
}

// Buttons do what they can be asked for, arrows point at what happens within the preset's steps,
// and a preset makes its point within a minute at its speed.
TEST(Presets, have_a_caption_whose_buttons_and_arrows_are_true) {
    for (const PresetPage& page : preset_pages()) {
        const Spec& spec = preset(page.name);
        SCOPED_TRACE(spec.name);
        const Caption& caption = page.caption;
        EXPECT_GE(caption.watch.size(), 60U);
        EXPECT_LE(caption.watch.size(), 300U);
        EXPECT_GE(caption.attempts.size(), 1U);
        EXPECT_LE(caption.attempts.size(), 3U);
        for (const Attempt& attempt : caption.attempts) {
            EXPECT_LE(attempt.label.size(), 28U) << attempt.label;
            EXPECT_GE(attempt.expect.size(), 15U) << attempt.label;
            Spec tried = spec;
            for (const auto& [path, text] : attempt.settings)
                EXPECT_NO_THROW(set(tried, path, text)) << attempt.label;
            EXPECT_NO_THROW(validate(tried)) << attempt.label;
            EXPECT_TRUE(attempt.swap || !attempt.choices.empty() || !(tried == spec))
                << attempt.label << " changes nothing";
        }
        const double speed = spec.experiment.run.speed;
        if (speed > 0) {
            EXPECT_LE(static_cast<double>(spec.experiment.run.steps) / speed, 60);
        }
        if (sanitized || caption.arrows.empty()) continue;
        const auto problem = make_problem(spec.experiment);
        const Layout layout(*problem->model, problem->modes, facts_of(problem->experiment));
        std::vector<double> row(layout.channels());
        for (const Arrow& arrow : caption.arrows) {
            ASSERT_LT(arrow.lane, static_cast<int>(spec.lanes.size())) << arrow.words;
            const std::optional<ArrowWait> wait = waits_for(arrow, *problem, layout);
            ASSERT_TRUE(wait) << arrow.words;
            Lane lane(problem, spec.lanes[arrow.lane]);
            bool reached = false;
            while (!reached && lane.step() < spec.experiment.run.steps &&
                   lane.advance() == Lane::Status::training) {
                if (arrow.channel == Channel::product_sv &&
                    spec.experiment.network.activation == Activation::linear) {
                    reached = wait->is_over(problem->target_svd.u.col(arrow.k).dot(
                        product(lane.weights()) * problem->target_svd.v.col(arrow.k)));
                } else {
                    lane.measure(layout, spec.experiment.probe, row);
                    reached = wait->is_over(row[wait->place]);
                }
            }
            EXPECT_TRUE(reached) << arrow.words;
        }
    }
}

TEST(Presets, an_arrow_to_facts_waits_for_nothing_where_there_are_none) {
    const auto problem = make_problem(preset("two-ways-up").experiment);
    const Layout layout(*problem->model, problem->modes, facts_of(problem->experiment));
    Arrow arrow;
    arrow.channel = Channel::tail_loss;
    EXPECT_FALSE(waits_for(arrow, *problem, layout));
    arrow.channel = Channel::fact_loss;
    EXPECT_FALSE(waits_for(arrow, *problem, layout));
    const auto facts = make_problem(preset("rare-facts").experiment);
    const Layout with(*facts->model, facts->modes, facts_of(facts->experiment));
    arrow.k = 63;
    const auto wait = waits_for(arrow, *facts, with);
    ASSERT_TRUE(wait);
    EXPECT_EQ(wait->place, with.fact_loss(63));
    arrow.k = 64;
    EXPECT_FALSE(waits_for(arrow, *facts, with));
}

class EveryPreset : public testing::TestWithParam<std::string> {};

TEST_P(EveryPreset, trains_without_diverging) {
    Spec spec = preset(GetParam());
    // Training is the question, not measuring.
    spec.experiment.record.dense = 16;
    spec.experiment.probe.samples = std::min(spec.experiment.probe.samples, 256);
    Session session(spec);
    WorkerPool pool(1);
    const double before = session.snapshot()->lanes[0].now[0];
    const bool tokens = spec.experiment.model == ModelKind::transformer;
    const std::int64_t longest = sanitized ? (tokens ? 6 : 60) : 2000;
    session.advance_to(std::min(session.spec().experiment.run.steps, longest), pool);
    EXPECT_EQ(session.diverged(), GetParam() == "too-large");
    const auto after = session.snapshot();  // held: a range-for keeps no temporary alive
    for (const LaneSnapshot& lane : after->lanes) {
        if (GetParam() == "too-large" && lane.name == "Too large") {
            EXPECT_TRUE(lane.divergence);
            continue;
        }
        EXPECT_LT(lane.now[0], before);
    }
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryPreset, testing::ValuesIn([] {
                             std::vector<std::string> names;
                             for (const Spec& spec : presets()) names.push_back(spec.name);
                             return names;
                         }()),
                         [](const auto& each) {
                             std::string name = each.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

// A probe that diverges says nothing of its representation.
TEST(Presets, ship_with_a_probe_that_converges) {
    for (const Spec& spec : presets()) {
        if (spec.experiment.probe.task == ProbeTask::softmax) continue;
        const auto problem = make_problem(spec.experiment);
        const Layout layout(*problem->model, problem->modes);
        std::vector<double> row(layout.channels());
        for (const Recipe& recipe : spec.lanes) {
            if (recipe.name == "Too large") continue;  // it runs away, and takes its probe along
            Lane lane(problem, recipe);
            const std::int64_t last =
                std::min<std::int64_t>(spec.experiment.run.steps, sanitized ? 3 : 600);
            while (lane.step() < last && lane.advance() == Lane::Status::training)
                if (lane.step() % 60 == 0 || lane.step() == last) {
                    lane.measure(layout, spec.experiment.probe, row);
                    EXPECT_GT(row[layout.probe_critical_rate()], spec.experiment.probe.lr)
                        << spec.name << ", " << recipe.name << ", step " << lane.step();
                }
        }
    }
}

TEST(Presets, theory_is_followed_by_every_lane_that_is_said_to) {
    const Spec& spec = preset("theory");
    const auto problem = make_problem(spec.experiment);
    Lane muon(problem, spec.lanes[1]), exact(problem, spec.lanes[2]);
    for (int step = 0; step < 500; ++step) {
        muon.advance();
        exact.advance();
        const Matrix between = product(muon.weights()) - product(exact.weights());
        for (int k = 0; k < problem->modes; ++k)
            EXPECT_LT(
                std::abs(problem->target_svd.u.col(k).dot(between * problem->target_svd.v.col(k))),
                0.01 * problem->target_svd.s(k))
                << step << " " << k;
    }
}

TEST(Presets, staged_ends_by_itself_within_its_steps) {
    const Spec& spec = preset("staged");
    const auto problem = make_problem(spec.experiment);
    if (sanitized) GTEST_SKIP() << "a minute of training under a sanitizer";
    for (const Recipe& recipe : spec.lanes) {
        Lane lane(problem, recipe);
        while (lane.advance() == Lane::Status::training && lane.step() < 100000) {
        }
        EXPECT_EQ(lane.status(), Lane::Status::finished);
        EXPECT_LE(lane.step(), spec.experiment.run.steps);
        EXPECT_EQ(lane.phase_steps()[0], 600);
        const Matrix error = product(lane.weights()) - problem->target;
        EXPECT_LE(error.norm(), 0.05 * problem->target.norm());
    }
}

}  // namespace
}  // namespace muonscope
