// Facts with a heavy tail and the softmax cross-entropy of a chain, against NumPy
// (tests/golden/facts.py), closed forms and differences.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/associations.h"
#include "core/experiment/fact_answers.h"
#include "core/experiment/lane.h"
#include "core/experiment/layout.h"
#include "core/experiment/loss_text.h"
#include "core/experiment/minibatches.h"
#include "core/experiment/parameters.h"
#include "core/experiment/predicted_facts.h"
#include "core/experiment/problem.h"
#include "core/experiment/product_gradient.h"
#include "core/formats/files.h"
#include "core/linalg/reductions.h"
#include "core/model/chain.h"
#include "core/theory/facts.h"
#include "tests/core/golden_matrix.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

const Json& golden() {
    static const Json json = Json::parse(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/facts.json", std::size_t{1} << 22));
    return json;
}

Experiment experiment_of(int width, int facts, double exponent, VectorKind vectors) {
    Experiment experiment;
    experiment.network.depth = 1;
    experiment.network.width = width;
    experiment.init.scale = 0;
    experiment.loss = LossKind::cross_entropy;
    experiment.data = {.kind = DataKind::associations,
                       .facts = facts,
                       .exponent = exponent,
                       .keys = vectors,
                       .values = vectors};
    return experiment;
}

// The problem with these keys and values in place of those that were drawn.
std::shared_ptr<const Problem> with_vectors(const Experiment& experiment, Matrix keys,
                                            Matrix values) {
    Problem problem = *make_problem(experiment);
    problem.target = values * keys.transpose();
    problem.data.inputs = std::move(keys);
    if (experiment.loss == LossKind::cross_entropy) problem.data.readout = values;
    problem.data.labels = std::move(values);
    return std::make_shared<const Problem>(std::move(problem));
}

OptimizerSpec optimizer_of_record(const Json& record) {
    OptimizerSpec spec = plain_sgd(record["rate"]);
    const std::string rule = record["rule"];
    if (rule == "adam") spec.kind = OptimizerKind::adamw;
    if (rule == "newton_schulz") {
        spec.kind = OptimizerKind::muon;
        spec.orthogonaliser.precision = Precision::float64;
    }
    if (rule == "polar") {
        spec.kind = OptimizerKind::spectral;
        spec.orthogonaliser.power = 0;
    }
    return spec;
}

struct Answers {
    double loss = 0;
    std::vector<double> probabilities;
};

Answers trained(const std::shared_ptr<const Problem>& problem, const OptimizerSpec& optimizer,
                int steps) {
    Recipe recipe;
    recipe.phases[0].optimizer = optimizer;
    Lane lane(problem, recipe);
    for (int i = 0; i < steps; ++i) lane.advance();
    Answers answers{lane.errors().loss, {}};
    const auto facts = static_cast<std::size_t>(facts_of(problem->experiment));
    std::vector<double> losses(facts);
    answers.probabilities.resize(facts);
    answer_facts(*problem, lane.weights(), losses, answers.probabilities);
    return answers;
}

void expect_as_recorded(const Answers& found, const Json& record, double tolerance) {
    const std::string what = record["rule"].get<std::string>() + " " + record["steps"].dump();
    EXPECT_NEAR(found.loss, record["loss"].get<double>(), tolerance) << what;
    const std::vector<double>& p = found.probabilities;
    EXPECT_NEAR(p.front(), record["probability"][0].get<double>(), tolerance) << what;
    EXPECT_NEAR(p[p.size() / 2], record["probability"][1].get<double>(), tolerance) << what;
    EXPECT_NEAR(p.back(), record["probability"][2].get<double>(), tolerance) << what;
}

TEST(Facts, of_64_at_right_angles_every_rule_but_adam_answers_as_numpy_whatever_the_seed) {
    for (const std::uint64_t seed : {4, 5}) {
        Experiment experiment = experiment_of(64, 64, 1, VectorKind::orthonormal);
        experiment.seed = seed;
        const auto problem = make_problem(experiment);
        for (const Json& record : golden()["paths"])
            if (record["rule"] != "adam")
                expect_as_recorded(trained(problem, optimizer_of_record(record), record["steps"]),
                                   record, 1e-9);
    }
}

TEST(Facts, with_given_vectors_every_rule_goes_where_it_goes_in_numpy) {
    const auto one = with_vectors(experiment_of(64, 64, 1, VectorKind::orthonormal),
                                  Matrix::Identity(64, 64), Matrix::Identity(64, 64));
    for (const Json& record : golden()["paths"])
        expect_as_recorded(trained(one, optimizer_of_record(record), record["steps"]), record,
                           1e-9);
    const Json& drawn = golden()["drawn"];
    GoldenDraws draws(drawn["seed"].get<std::uint64_t>());
    const int width = drawn["width"], facts = drawn["facts"];
    const Matrix keys = draws.matrix(width, facts);
    const auto crowded =
        with_vectors(experiment_of(width, facts, drawn["alpha"], VectorKind::gaussian), keys,
                     draws.matrix(width, facts));
    for (const Json& record : drawn["paths"])
        expect_as_recorded(trained(crowded, optimizer_of_record(record), record["steps"]), record,
                           1e-9);
}

// Keys, values and layers of a record, and the losses that it has gradients of.
struct Case {
    std::shared_ptr<const Problem> problem;
    std::vector<Matrix> layers;
    Columns batch;
};

Case case_of(const Json& record, LossKind loss) {
    Experiment experiment =
        experiment_of(4, record["facts"], record["alpha"], VectorKind::gaussian);
    experiment.loss = loss;
    experiment.network.widths = record["widths"].get<std::vector<int>>();
    const std::vector<int> widths = experiment.network.widths;
    experiment.network.depth = static_cast<int>(widths.size()) - 1;
    if (record["tanh"]) experiment.network.activation = Activation::tanh;
    GoldenDraws draws(record["seed"].get<std::uint64_t>());
    const Matrix keys = draws.matrix(widths.front(), experiment.data.facts);
    const Matrix values = draws.matrix(widths.back(), experiment.data.facts);
    Case result{with_vectors(experiment, keys, values), {}, {}};
    for (std::size_t l = 1; l < widths.size(); ++l)
        result.layers.emplace_back(draws.matrix(widths[l], widths[l - 1]) / 2);
    if (record.contains("batch"))
        result.batch = {record["batch"]["columns"].get<std::vector<int>>(),
                        record["batch"]["weights"].get<std::vector<double>>()};
    return result;
}

constexpr std::pair<LossKind, const char*> losses_of_records[] = {
    {LossKind::half, "half"},
    {LossKind::relative, "relative"},
    {LossKind::mean, "mean"},
    {LossKind::cross_entropy, "cross_entropy"}};

TEST(Facts, losses_and_gradients_of_weighted_columns_are_those_of_numpy) {
    for (const Json& record : golden()["gradients"])
        for (const auto& [loss, name] : losses_of_records) {
            const Case c = case_of(record, loss);
            auto pass = backpropagation_of(c.problem);
            if (!c.batch.which.empty()) pass->use_columns(c.batch);
            std::vector<int> all(c.layers.size());
            std::iota(all.begin(), all.end(), 1);
            const double found = pass->gradients(c.layers, all);
            EXPECT_NEAR(found, record[name]["loss"].get<double>(), 1e-12) << name;
            for (const int layer : all) {
                const Matrix expected = matrix_of(record[name]["gradients"][index_of(layer)]);
                EXPECT_LT((pass->gradient(layer) - expected).cwiseAbs().maxCoeff(), 1e-12)
                    << name << ", layer " << layer;
            }
            if (c.batch.which.empty()) {
                EXPECT_EQ(pass->errors(c.layers).loss, found) << "the same bits without gradients";
            }
        }
}

// Also where columns are no facts: the class is where a label is largest.
TEST(CrossEntropy, gradients_are_what_differences_say_on_every_kind_of_data) {
    for (const DataKind kind : {DataKind::whitened, DataKind::samples, DataKind::associations})
        for (const Activation activation : {Activation::linear, Activation::tanh}) {
            Experiment experiment = experiment_of(5, 4, 1, VectorKind::gaussian);
            experiment.network.depth = 3;
            experiment.network.activation = activation;
            experiment.init.scale = 0.8;
            experiment.data.kind = kind;
            experiment.data.samples = 9;
            const auto problem = make_problem(experiment);
            auto pass = backpropagation_of(problem);
            std::vector<Matrix> weights = problem->start;
            pass->gradients(weights, {1, 2, 3});
            for (int layer = 1; layer <= 3; ++layer) {
                const Matrix gradient = pass->gradient(layer);
                Matrix& w = weights[index_of(layer)];
                for (Eigen::Index i = 0; i < w.size(); ++i) {
                    const double at = w(i), h = 1e-5;
                    w(i) = at + h;
                    const double above = pass->errors(weights).loss;
                    w(i) = at - h;
                    const double below = pass->errors(weights).loss;
                    w(i) = at;
                    EXPECT_NEAR(gradient(i), (above - below) / (2 * h), 1e-9);
                }
            }
            EXPECT_TRUE(std::isnan(pass->errors(weights).relative_error));
        }
}

TEST(CrossEntropy, survives_scores_whose_exponentials_overflow) {
    Experiment experiment = experiment_of(4, 4, 1, VectorKind::orthonormal);
    const auto problem = make_problem(experiment);
    auto pass = backpropagation_of(problem);
    const double loss = pass->gradients({Matrix(-1e4 * problem->target)}, {1});
    // Every wrong answer has the score 0, the right one −10,000.
    EXPECT_NEAR(loss, 1e4 + std::log(3.0), 1e-8);
    EXPECT_TRUE(are_finite(pass->gradient(1)));
    EXPECT_EQ(pass->gradients({Matrix(1e4 * problem->target)}, {1}), 0);
}

TEST(Facts, the_loss_is_the_sum_of_each_by_its_frequency) {
    for (const auto& [loss, name] : losses_of_records) {
        Experiment experiment = experiment_of(6, 10, 1.3, VectorKind::gaussian);
        experiment.loss = loss;
        experiment.init.scale = 1;
        const auto problem = make_problem(experiment);
        std::vector<double> losses(10), probabilities(10);
        answer_facts(*problem, problem->start, losses, probabilities);
        const double sum = dot(problem->data.weights, Eigen::Map<Vector>(losses.data(), 10));
        EXPECT_NEAR(sum, backpropagation_of(problem)->errors(problem->start).loss, 1e-13) << name;
        if (loss != LossKind::cross_entropy) continue;
        for (std::size_t k = 0; k < 10; ++k)
            EXPECT_NEAR(probabilities[k], std::exp(-losses[k]), 1e-14);
    }
}

TEST(Facts, head_middle_and_tail_are_means_of_thirds) {
    const Experiment experiment = experiment_of(8, 8, 1, VectorKind::orthonormal);
    const auto problem = make_problem(experiment);
    const Layout layout(*problem->model, problem->modes, facts_of(problem->experiment));
    Recipe recipe;
    recipe.phases[0].optimizer = plain_sgd(3);
    Lane lane(problem, recipe);
    lane.advance();
    std::vector<double> row(layout.channels());
    lane.measure(layout, experiment.probe, row);
    const auto mean = [&](int begin, int end) {
        double sum = 0;
        for (int k = begin; k < end; ++k) sum += row[layout.fact_loss(k)];
        return sum / (end - begin);
    };
    EXPECT_NEAR(row[layout.head_loss()], mean(0, 2), 1e-14);
    EXPECT_NEAR(row[layout.middle_loss()], mean(2, 6), 1e-14);
    EXPECT_NEAR(row[layout.tail_loss()], mean(6, 8), 1e-14);
    EXPECT_LT(row[layout.head_loss()], row[layout.tail_loss()]);
    for (const auto& [channel, begin, end] : {std::tuple{layout.head_probability(), 0, 2},
                                              {layout.middle_probability(), 2, 6},
                                              {layout.tail_probability(), 6, 8}}) {
        double sum = 0;
        for (int k = begin; k < end; ++k) sum += row[layout.fact_probability(k)];
        EXPECT_NEAR(row[channel], sum / (end - begin), 1e-14);
    }
    EXPECT_TRUE(std::isnan(row[layout.relative_error()])) << "a cross-entropy has no residual";
    EXPECT_TRUE(std::isnan(row[layout.lambda_eff(1)]));
}

// Derived in core/theory/facts.h.
TEST(FactsTheory, one_step_of_sgd_and_every_step_of_the_polar_factor_are_known) {
    const int facts = 64;
    OptimizerSpec polar = plain_sgd(1);
    polar.kind = OptimizerKind::spectral;
    polar.orthogonaliser.power = 0;
    const auto zipf = make_problem(experiment_of(facts, facts, 1, VectorKind::orthonormal));
    const Answers sgd = trained(zipf, plain_sgd(30), 1);
    for (int k = 0; k < facts; ++k) {
        const double lead = 30 * zipf->data.weights(k);
        EXPECT_NEAR(sgd.probabilities[static_cast<std::size_t>(k)], answer_probability(facts, lead),
                    1e-13);
    }
    const auto even = make_problem(experiment_of(facts, facts, 0, VectorKind::orthonormal));
    for (const int steps : {1, 4}) {
        const Answers alike = trained(even, polar, steps);
        EXPECT_NEAR(alike.loss, answer_loss(facts, steps), 1e-9);
        for (const double probability : alike.probabilities)
            EXPECT_NEAR(probability, answer_probability(facts, steps), 1e-9);
    }
    for (const double probability : trained(zipf, polar, 1).probabilities)
        EXPECT_NEAR(probability / answer_probability(facts, 1), 1, 0.02);
}

// What theory says after each of some steps is what they came to.
void expect_predicted(const std::shared_ptr<const Problem>& problem, const OptimizerSpec& optimizer,
                      const std::string& what) {
    Recipe recipe;
    recipe.phases[0].optimizer = optimizer;
    ASSERT_TRUE(facts_theory_covers(problem->experiment, recipe)) << what;
    PredictedFacts theory(*problem, recipe);
    Lane lane(problem, recipe);
    const int facts = facts_of(problem->experiment);
    std::vector<double> losses(static_cast<std::size_t>(facts)), probabilities(losses.size());
    for (int step = 0; step <= 40; ++step) {
        ASSERT_EQ(theory.step(), lane.step());
        answer_facts(*problem, lane.weights(), losses, probabilities);
        for (int k = 0; k < facts; ++k) {
            const auto at = static_cast<std::size_t>(k);
            EXPECT_NEAR(theory.loss(k), losses[at], 1e-9) << what << ", step " << step;
            EXPECT_NEAR(theory.probability(k), probabilities[at], 1e-9)
                << what << ", step " << step;
        }
        lane.advance();
        theory.advance();
    }
}

TEST(FactsTheory, follows_every_fact_through_every_step_of_sgd) {
    OptimizerSpec cooled = plain_sgd(30);
    cooled.schedule.kind = RateSchedule::cosine;
    cooled.schedule.length = 30;
    cooled.schedule.warmup = 4;
    for (const auto& [loss, name] : losses_of_records) {
        // More dimensions than facts, and as many.
        for (const int width : {20, 24}) {
            Experiment experiment = experiment_of(width, 20, 1, VectorKind::orthonormal);
            experiment.loss = loss;
            const auto problem = make_problem(experiment);
            expect_predicted(problem, plain_sgd(loss == LossKind::cross_entropy ? 30 : 1.5), name);
            if (loss == LossKind::cross_entropy) expect_predicted(problem, cooled, "cosine");
        }
    }
}

TEST(FactsTheory, follows_the_exact_polar_factor_where_all_facts_are_asked_for_alike) {
    OptimizerSpec power = plain_sgd(0.7), svd = power;
    power.kind = OptimizerKind::spectral;
    power.orthogonaliser.power = 0;
    svd.kind = OptimizerKind::muon;
    svd.orthogonaliser.engine = Engine::svd;
    svd.orthogonaliser.precision = Precision::float64;
    const auto even = make_problem(experiment_of(16, 16, 0, VectorKind::orthonormal));
    expect_predicted(even, power, "power 0");
    expect_predicted(even, svd, "polar factor");
}

TEST(FactsTheory, says_nothing_where_it_is_not_exact) {
    const Experiment covered = experiment_of(16, 16, 1, VectorKind::orthonormal);
    Recipe sgd;
    sgd.phases[0].optimizer = plain_sgd(30);
    EXPECT_TRUE(facts_theory_covers(covered, sgd));
    const auto refuses = [&](auto&& change) {
        Experiment experiment = covered;
        Recipe recipe = sgd;
        change(experiment, recipe.phases[0].optimizer);
        return !facts_theory_covers(experiment, recipe);
    };
    using E = Experiment;
    using O = OptimizerSpec;
    EXPECT_TRUE(refuses([](E& e, O&) { e.data.kind = DataKind::whitened; }));
    EXPECT_TRUE(refuses([](E& e, O&) { e.data.keys = VectorKind::gaussian; }));
    EXPECT_TRUE(refuses([](E& e, O&) { e.data.values = VectorKind::gaussian; }));
    EXPECT_TRUE(refuses([](E& e, O&) { e.data.batch = 4; }));
    EXPECT_TRUE(refuses([](E& e, O&) { e.network.depth = 2; }));
    EXPECT_TRUE(refuses([](E& e, O&) { e.network.activation = Activation::tanh; }));
    EXPECT_TRUE(refuses([](E& e, O&) { e.init.scale = 0.1; }));
    EXPECT_TRUE(refuses([](E&, O& o) { o.momentum = 0.9; }));
    EXPECT_TRUE(refuses([](E&, O& o) { o.decay = Decay::rate; }));
    EXPECT_TRUE(refuses([](E&, O& o) { o.kind = OptimizerKind::adamw; }));
    EXPECT_TRUE(refuses([](E&, O& o) { o.kind = OptimizerKind::muon; }));
    const auto polar = [](O& o) {
        o.kind = OptimizerKind::spectral;
        o.orthogonaliser.power = 0;
    };
    EXPECT_TRUE(refuses([&](E&, O& o) { polar(o); })) << "a heavy tail";
    EXPECT_FALSE(refuses([&](E& e, O& o) {
        e.data.exponent = 0;
        polar(o);
    }));
    EXPECT_TRUE(refuses([&](E& e, O& o) {
        e.data.exponent = 0;
        e.loss = LossKind::half;
        polar(o);
    }));
    Recipe frozen = sgd, staged = sgd;
    frozen.phases[0].layers = {2};
    staged.phases.push_back(staged.phases[0]);
    EXPECT_FALSE(facts_theory_covers(covered, frozen));
    EXPECT_FALSE(facts_theory_covers(covered, staged));
}

TEST(Facts, batches_are_drawn_by_frequency_with_replacement) {
    const Vector frequencies = zipf_frequencies(10, 1);
    EXPECT_NEAR(sum(frequencies), 1, 1e-15);
    EXPECT_NEAR(frequencies(0) / frequencies(4), 5, 1e-13);
    Minibatches batches(3, frequencies, 32), again(3, frequencies, 32);
    Vector seen = Vector::Zero(10);
    const int steps = 2000;
    for (int step = 0; step < steps; ++step) {
        const Columns& columns = batches.columns(step);
        double total = 0;
        for (std::size_t i = 0; i < columns.which.size(); ++i) {
            seen(columns.which[i]) += columns.weights[i] / steps;
            total += columns.weights[i];
        }
        EXPECT_NEAR(total, 1, 1e-13);
    }
    // 64,000 draws: three standard deviations.
    for (Eigen::Index k = 0; k < 10; ++k)
        EXPECT_NEAR(seen(k), frequencies(k), 3 * std::sqrt(frequencies(k) / (32.0 * steps)));
    const Columns late = batches.columns(1500);
    EXPECT_EQ(again.columns(1500).which, late.which) << "of seed and step alone";
    EXPECT_EQ(again.columns(1500).weights, late.weights);
    EXPECT_NE(again.columns(1501).weights, late.weights);
}

TEST(Facts, a_batch_trains_and_its_mean_gradient_is_that_of_all) {
    Experiment experiment = experiment_of(6, 6, 1, VectorKind::orthonormal);
    experiment.data.batch = 4;
    const auto problem = make_problem(experiment);
    Minibatches batches(experiment.seed, problem->data.weights, 4);
    auto pass = backpropagation_of(problem), whole = backpropagation_of(problem);
    const std::vector<Matrix> weights{Matrix(0.7 * problem->target)};
    Matrix mean = Matrix::Zero(6, 6);
    const int steps = 4000;
    for (int step = 0; step < steps; ++step) {
        pass->use_columns(batches.columns(step));
        pass->gradients(weights, {1});
        mean += pass->gradient(1) / steps;
    }
    whole->gradients(weights, {1});
    EXPECT_LT((mean - whole->gradient(1)).norm(), 0.03 * whole->gradient(1).norm());
    EXPECT_LT(trained(problem, plain_sgd(1), 200).loss, std::log(6.0) / 2);
}

TEST(Facts, the_gradient_of_the_product_is_that_of_a_single_layer) {
    for (const auto& [loss, name] : losses_of_records) {
        Experiment experiment = experiment_of(5, 9, 1, VectorKind::gaussian);
        experiment.loss = loss;
        experiment.init.scale = 1;
        const auto problem = make_problem(experiment);
        auto pass = backpropagation_of(problem);
        pass->gradients(problem->start, {1});
        EXPECT_LT((product_gradient(*problem, problem->start[0]) - pass->gradient(1)).norm(), 1e-14)
            << name;
    }
}

TEST(Facts, what_does_not_go_together_is_refused_in_one_sentence) {
    Spec spec;
    spec.lanes = {Recipe{}};
    spec.experiment = experiment_of(32, 64, 1, VectorKind::orthonormal);
    EXPECT_EQ(error_of([&] { validate(spec); }),
              "data.keys: 64 orthonormal keys do not fit into 32 dimensions; give at most 32 "
              "data.facts, widen the network, or make data.keys gaussian");
    spec.experiment.data.keys = spec.experiment.data.values = VectorKind::gaussian;
    validate(spec);
    spec.lanes[0].phases[0].until.relative_error = 0.1;
    EXPECT_NE(error_of([&] { validate(spec); }).find("no residual"), std::string::npos);
    spec.lanes[0].phases[0].until.relative_error.reset();
    spec.lanes[0].phases[0].objective = Objective::layer_target;
    EXPECT_NE(error_of([&] { validate(spec); }).find("cross-entropy has none"), std::string::npos);
    spec.experiment.loss = LossKind::half;
    validate(spec);
}

TEST(Facts, switched_to_there_are_as_many_as_there_is_room_for) {
    Spec spec;
    spec.lanes = {Recipe{}};
    spec.experiment.network.width = 24;
    set(spec, "data.kind", "associations");
    EXPECT_EQ(spec.experiment.data.facts, 24);
    validate(spec);
    EXPECT_FALSE(applies(spec.experiment, "target.scale")) << "they make a target of their own";
    EXPECT_TRUE(applies(spec.experiment, "data.exponent"));
    EXPECT_EQ(loss_formula(spec.experiment), "½ Σ p‖F(e) − v‖²");
}

}  // namespace
}  // namespace muonscope
