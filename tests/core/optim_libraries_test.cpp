#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/experiment/parameters.h"
#include "core/linalg/orthogonaliser.h"
#include "core/optim/flavours.h"
#include "core/optim/optimizer.h"
#include "tests/core/golden_matrix.h"

// Against what the libraries themselves made of the same gradients (tests/golden/libraries.py).
namespace muonscope {
namespace {

using Json = nlohmann::json;

const Json& libraries() {
    static const Json json = [] {
        std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/libraries.json");
        return Json::parse(file);
    }();
    return json;
}

// In double unless the record says otherwise; the flavour first, then what was set besides.
OptimizerSpec spec_of(const Json& settings) {
    OptimizerSpec spec;
    spec.orthogonaliser.precision = Precision::float64;
    const auto apply = [&](const std::string& key, const Json& value) {
        if (value.is_boolean())
            set(spec, key, Value(value.get<bool>()));
        else if (value.is_number())
            set(spec, key, Value(value.get<double>()));
        else
            set(spec, key, Value(value.get<std::string>()));
    };
    apply("flavour", settings.at("flavour"));
    for (const auto& [key, value] : settings.items())
        if (key != "flavour") apply(key, value);
    return spec;
}

Engine engine_named(const std::string& name) {
    for (const EngineName& engine : engine_names())
        if (engine.slug == name) return engine.engine;
    throw std::out_of_range(name);
}

TEST(Libraries, take_the_steps_of_their_flavours) {
    std::set<std::string> seen;
    for (const Json& record : libraries().at("optimizers")) {
        const OptimizerSpec spec = spec_of(record.at("settings"));
        // Keras has its learning rate and its scale in float32 whatever the weights, MLX every
        // number that is no array, the polynomial's coefficients among them.
        const std::string library = record.at("library").get<std::string>();
        const double rounding = library.starts_with("keras") ? 2e-8
                                : library.starts_with("mlx") ? 1e-6
                                                             : 1e-11;
        const double tolerance =
            spec.orthogonaliser.precision == Precision::float32 ? 2e-5 : rounding;
        for (const Json& run : record.at("runs")) {
            Matrix weight = matrix_of(run.at("start"));
            LayerOptimizer optimizer(weight.rows(), weight.cols(), spec);
            Matrix update(weight.rows(), weight.cols());
            ASSERT_EQ(run.at("gradients").size(), 5U);
            for (std::size_t step = 0; step < 5; ++step) {
                optimizer.update(matrix_of(run.at("gradients").at(step)), weight, update);
                weight += update;
                const Matrix theirs = matrix_of(run.at("weights").at(step));
                EXPECT_LT((weight - theirs).norm(), tolerance * theirs.norm())
                    << record.at("library") << ", " << record.at("name") << ", step " << step;
            }
        }
        seen.insert(record.at("settings").at("flavour").get<std::string>());
    }
    EXPECT_EQ(seen,
              (std::set<std::string>{"jordan", "torch", "torch_rms", "torch_spectral", "optax",
                                     "optax_rms", "keras", "nemo", "pytorch_optimizer", "mlx"}));
}

// Where a library's record sets nothing but the flavour, its own defaults are what was recorded.
TEST(Libraries, have_the_defaults_of_their_flavours) {
    std::set<std::string> whole;
    for (const Json& record : libraries().at("optimizers")) {
        const Json& settings = record.at("settings");
        if (settings.size() - settings.count("precision") == 1)
            whole.insert(settings.at("flavour").get<std::string>());
    }
    // optax and MLX have no default of the learning rate.
    EXPECT_EQ(whole, (std::set<std::string>{"jordan", "torch", "torch_rms", "torch_spectral",
                                            "optax", "keras", "nemo", "pytorch_optimizer"}));
}

// torch.optim.Muon rounds a product and the sum it goes into once. Sums are taken in another order
// here than there, so that an entry now and then lands on the neighbouring bfloat16; rounding every
// operation, as Jordan's code does, is another engine and far away.
TEST(Libraries, torch_rounds_as_the_fused_precision_does) {
    const Json& rounded = libraries().at("rounded");
    for (const Json& run : rounded.at("runs")) {
        const Matrix start = matrix_of(run.at("start")), a = matrix_of(run.at("a")),
                     b = matrix_of(run.at("b"));
        const auto distances = [&](Precision precision) {
            OptimizerSpec spec = spec_of({{"flavour", rounded.at("flavour")}});
            spec.lr = rounded.at("lr");
            spec.orthogonaliser.precision = precision;
            Matrix weight = start, update(start.rows(), start.cols());
            LayerOptimizer optimizer(start.rows(), start.cols(), spec);
            std::vector<double> far;
            for (int step = 0; step < 60; ++step) {
                const double share = (step % 16) / 16.0;
                optimizer.update(share * a + (1 - share) * b, weight, update);
                weight += update;
                const auto theirs = run.at("weights").find(std::to_string(step + 1));
                if (theirs == run.at("weights").end()) continue;
                far.push_back((weight - matrix_of(*theirs)).norm() /
                              (matrix_of(*theirs) - start).norm());
            }
            return far;
        };
        const std::vector<double> fused = distances(Precision::bfloat16_fused);
        const std::vector<double> stepwise = distances(Precision::bfloat16);
        ASSERT_EQ(fused.size(), 3U);
        EXPECT_LT(fused[0], 2e-3);
        EXPECT_LT(fused[2], 4e-3);
        EXPECT_GT(stepwise[2], 2.5 * fused[2]);
        EXPECT_GT(stepwise[0], 4e-3);
    }
}

TEST(Libraries, the_fused_precision_clamps_the_norm_where_others_add_to_it) {
    const Matrix gradient = 1e-7 * Matrix::Identity(4, 4);  // norm 2e-7
    const auto largest = [&](Precision precision) {
        Matrix result(4, 4);
        OrthogonaliserSpec spec;
        spec.iterations = 1;
        spec.precision = precision;
        Orthogonaliser(4, 4, spec).orthogonalise(gradient, result);
        return result(0, 0);
    };
    const auto jordan = [](double x) { return x * (3.4445 + x * x * (-4.7750 + 2.0315 * x * x)); };
    EXPECT_NEAR(largest(Precision::bfloat16_fused), jordan(1e-7 / 2e-7), 0.02);
    EXPECT_NEAR(largest(Precision::float64), jordan(1e-7 / 3e-7), 1e-12);
}

TEST(Libraries, have_the_coefficients_of_our_tables_digit_by_digit) {
    std::set<std::string> seen;
    for (const Json& set : libraries().at("coefficients")) {
        OrthogonaliserSpec spec;
        spec.engine = engine_named(set.at("engine"));
        seen.insert(std::string(slug(spec.engine)));
        const double last = std::pow(10.0, -set.at("digits").get<int>());
        for (std::size_t i = 0; i < set.at("rows").size(); ++i) {
            const OddPolynomial ours = polynomial_of(spec, static_cast<int>(i));
            const Json& row = set.at("rows").at(i);
            const std::string what =
                fmt::format("{} {} of {}", slug(spec.engine), i, set.at("source").dump());
            // A table of so many digits, cut and not rounded.
            const auto expect = [&](double mine, double theirs) {
                EXPECT_NEAR(mine, theirs, std::max(1.01 * last, 4e-15 * std::abs(theirs))) << what;
            };
            if (set.at("digits").get<int>() > 4) {
                const double scale = set.at("digits").get<int>() < 16 ? 40 : 1;
                EXPECT_NEAR(ours.a, row.at(0).get<double>(), scale * last + 4e-15 * 9) << what;
                EXPECT_NEAR(ours.b, row.at(1).get<double>(), scale * last + 4e-15 * 24) << what;
                EXPECT_NEAR(ours.c, row.at(2).get<double>(), scale * last + 4e-15 * 18) << what;
            } else {
                expect(ours.a, row.at(0));
                expect(ours.b, row.at(1));
                expect(ours.c, row.at(2));
            }
        }
    }
    EXPECT_EQ(seen, (std::set<std::string>{"jordan", "you", "cans", "eight_plus_two",
                                           "polar_express", "polar_express_speed"}));
}

TEST(Libraries, orthogonalise_as_our_engines_do) {
    std::set<std::string> seen;
    for (const Json& call : libraries().at("orthogonalised")) {
        OrthogonaliserSpec spec;
        spec.engine = engine_named(call.at("engine"));
        spec.iterations = call.at("iterations");
        spec.precision = Precision::float64;
        const Matrix gradient = matrix_of(call.at("matrix")), theirs = matrix_of(call.at("result"));
        Matrix ours(gradient.rows(), gradient.cols());
        Orthogonaliser(gradient.rows(), gradient.cols(), spec).orthogonalise(gradient, ours);
        EXPECT_LT((ours - theirs).norm(), call.at("tolerance").get<double>() * theirs.norm())
            << slug(spec.engine) << ", " << call.at("library");
        seen.insert(std::string(slug(spec.engine)));
    }
    EXPECT_EQ(seen, (std::set<std::string>{"jordan", "you", "turbo", "cans", "eight_plus_two",
                                           "polar_express_speed"}));
}

TEST(Libraries, rounding_moves_turbo_no_more_than_it_moves_the_others) {
    const Json& call = libraries().at("orthogonalised").at(2);
    ASSERT_EQ(call.at("engine"), "turbo");
    const Matrix gradient = matrix_of(call.at("matrix")), theirs = matrix_of(call.at("result"));
    for (const auto& [precision, most] :
         {std::pair{Precision::float32, 1e-5}, std::pair{Precision::bfloat16, 0.05},
          std::pair{Precision::tensor_core, 0.05}, std::pair{Precision::bfloat16_fused, 0.05}}) {
        OrthogonaliserSpec spec;
        spec.engine = Engine::turbo;
        spec.iterations = 4;
        spec.precision = precision;
        Matrix ours(gradient.rows(), gradient.cols());
        Orthogonaliser(gradient.rows(), gradient.cols(), spec).orthogonalise(gradient, ours);
        EXPECT_LT((ours - theirs).norm(), most * theirs.norm()) << static_cast<int>(precision);
    }
}

}  // namespace
}  // namespace muonscope
