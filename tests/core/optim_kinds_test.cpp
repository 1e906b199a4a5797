#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/experiment/parameters.h"
#include "core/optim/optimizer.h"
#include "tests/core/golden_matrix.h"

// NorMuon, AdaMuon, SOAP, Shampoo, Lion, signum, Scion and Dion against what PyPI's implementations
// made of the same gradients (tests/golden/optimizers.py), and what holds for every kind.
namespace muonscope {
namespace {

using Json = nlohmann::json;

// What the records call otherwise than the table does.
OptimizerSpec spec_of(const Json& record) {
    const Json& settings = record.at("settings");
    OptimizerSpec spec;
    set(spec, "kind", Value(record.at("optimizer").get<std::string>()));
    spec.orthogonaliser.precision = Precision::float64;
    spec.momentum_style = MomentumStyle::ema;
    spec.decay = Decay::rate;
    const auto number = [](const Json& value) { return value.get<double>(); };
    for (const auto& [key, value] : settings.items()) {
        if (key == "norm") {
            // .2 of the root mean square, where ours is 1.
            if (value == "rms") spec.norm_law = NormLaw::rms;
        } else if (key == "sign") {
            set(spec, "sign_first", Value(value.get<bool>()));
        } else if (key == "bias_corrected") {
            set(spec, "moments_corrected", Value(value.get<bool>()));
        } else if (key == "shampoo_beta") {
            set(spec, "basis_beta", Value(number(value)));
        } else if (key == "frequency") {
            set(spec, record.at("optimizer") == "soap" ? "basis_every" : "root_every",
                Value(value.get<std::int64_t>()));
        } else if (key == "sums") {
            set(spec, "statistics_summed", Value(value.get<bool>()));
        } else if (key == "graft") {
            set(spec, "grafted", Value(value == "sgd"));
        } else if (key == "rank_fraction") {
            set(spec, "rank_share", Value(number(value)));
        } else if (key == "before_first" || key == "variant") {
            continue;
        } else if (value.is_boolean()) {
            set(spec, key, Value(value.get<bool>()));
        } else if (value.is_number_integer()) {
            set(spec, key, Value(value.get<std::int64_t>()));
        } else if (value.is_number()) {
            set(spec, key, Value(number(value)));
        } else {
            set(spec, key, Value(value.get<std::string>()));
        }
    }
    if (spec.norm_law == NormLaw::rms) {
        spec.weight_decay /= 0.2;  // of the rate that the record gives
        spec.lr *= 0.2;
    }
    return spec;
}

// Forms that are not ours: NorMuon's average along the longer side, SOAP that projects the newest
// gradient with its own basis, Shampoo that stands still before its first roots.
bool is_ours(const Json& record) {
    const Json& settings = record.at("settings");
    const std::string variant = settings.value("variant", "");
    if (variant == "longer_side" || variant == "current_gradient") return false;
    return !(settings.value("before_first", "") == "zero" && settings.at("frequency") > 1);
}

TEST(OptimizerKinds, take_the_steps_of_the_libraries_implementations) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/optimizers.json");
    const Json golden = Json::parse(file);
    std::map<std::string, int> records;
    for (const Json& record : golden.at("optimizers")) {
        if (!is_ours(record)) continue;
        ++records[record.at("optimizer").get<std::string>()];
        const OptimizerSpec spec = spec_of(record);
        for (const Json& run : record.at("runs")) {
            Matrix weight = matrix_of(run.at("start"));
            LayerOptimizer optimizer(weight.rows(), weight.cols(), spec);
            if (run.contains("factor")) optimizer.set_own_buffer(1, matrix_of(run.at("factor")));
            Matrix update(weight.rows(), weight.cols());
            const std::size_t steps = run.at("gradients").size();
            ASSERT_GE(steps, 8U);
            for (std::size_t step = 0; step < steps; ++step) {
                optimizer.update(matrix_of(run.at("gradients").at(step)), weight, update);
                weight += update;
                // What completes the first eigenvectors of a matrix without full rank is nobody's.
                if (step == 0 && run.contains("bases")) {
                    optimizer.set_own_buffer(4, matrix_of(run.at("bases").at("left")));
                    optimizer.set_own_buffer(5, matrix_of(run.at("bases").at("right")));
                }
                const Matrix expected = matrix_of(run.at("weights").at(step));
                ASSERT_LE((weight - expected).norm(), 1e-11 * expected.norm())
                    << record.at("optimizer") << ", " << record.at("name") << ", "
                    << record.at("library") << ", " << weight.rows() << " x " << weight.cols()
                    << ", step " << step + 1;
            }
        }
    }
    EXPECT_EQ(records.size(), 8U);
    for (const auto& [kind, count] : records) EXPECT_GE(count, 3) << kind;
}

// Of a full rank nothing is anybody's choice.
TEST(OptimizerKinds, soap_finds_its_bases_itself) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/optimizers.json");
    const Json golden = Json::parse(file);
    int runs = 0;
    for (const Json& record : golden.at("optimizers")) {
        if (record.at("optimizer") != "soap" || !is_ours(record)) continue;
        for (const Json& run : record.at("runs")) {
            Matrix weight = matrix_of(run.at("start"));
            if (weight.rows() != weight.cols()) continue;
            ++runs;
            LayerOptimizer optimizer(weight.rows(), weight.cols(), spec_of(record));
            Matrix update(weight.rows(), weight.cols());
            for (const Json& gradient : run.at("gradients")) {
                optimizer.update(matrix_of(gradient), weight, update);
                weight += update;
            }
            const Matrix expected = matrix_of(run.at("weights").back());
            EXPECT_LE((weight - expected).norm(), 1e-11 * expected.norm()) << record.at("name");
        }
    }
    EXPECT_EQ(runs, 5);
}

Matrix gradient(int step, Eigen::Index rows, Eigen::Index cols) {
    return Matrix::NullaryExpr(rows, cols, [&](Eigen::Index i, Eigen::Index j) {
        return std::sin(static_cast<double>(3 * step + 5 * i + 7 * j + i * j + 1));
    });
}

OptimizerSpec of_kind(OptimizerKind kind) {
    OptimizerSpec spec;
    spec.kind = kind;
    spec.lr = 0.01;
    if (rule_of(kind).uses.momentum) spec.momentum = 0.9;
    return spec;
}

std::vector<std::uint64_t> state_of(const LayerOptimizer& optimizer) {
    std::vector<std::uint64_t> words;
    optimizer.visit_state([&](auto word) { words.push_back(std::bit_cast<std::uint64_t>(word)); },
                          [&](const Matrix& matrix) {
                              for (const double x : matrix.reshaped())
                                  words.push_back(std::bit_cast<std::uint64_t>(x));
                          });
    return words;
}

// Whatever moves the weights must be in the state: of two optimisers with equal states the next
// steps are equal, and a copy goes on alike.
TEST(OptimizerKinds, keep_all_that_they_remember_in_their_buffers) {
    for (std::size_t k = 0; k < optimizer_rules().size(); ++k) {
        const auto kind = static_cast<OptimizerKind>(k);
        LayerOptimizer optimizer(5, 3, of_kind(kind));
        Matrix weight = gradient(-1, 5, 3), update(5, 3);
        for (int step = 0; step < 6; ++step) {
            optimizer.update(gradient(step, 5, 3), weight, update);
            weight += update;
        }
        // One that has seen nothing but is given the state.
        LayerOptimizer other(5, 3, of_kind(kind));
        Matrix skipped(5, 3);
        for (int step = 0; step < 6; ++step)
            other.update(gradient(9 - step, 5, 3), weight, skipped);
        EXPECT_NE(state_of(other), state_of(optimizer)) << rule_of(kind).label;
        LayerOptimizer copy = optimizer;
        other.set_state(optimizer.state());
        EXPECT_EQ(state_of(copy), state_of(optimizer)) << rule_of(kind).label;
        EXPECT_EQ(state_of(other), state_of(optimizer)) << rule_of(kind).label;
        Matrix again(5, 3);
        for (int step = 6; step < 9; ++step) {
            optimizer.update(gradient(step, 5, 3), weight, update);
            copy.update(gradient(step, 5, 3), weight, again);
            EXPECT_EQ(update, again) << rule_of(kind).label;
            other.update(gradient(step, 5, 3), weight, again);
            EXPECT_EQ(update, again) << rule_of(kind).label;
        }
        EXPECT_TRUE(update.allFinite()) << rule_of(kind).label;
        EXPECT_GT(update.norm(), 0) << rule_of(kind).label;
        std::size_t entries = optimizer.momentum().unit > 0 ? 15 : 0;
        for (const Matrix& buffer : optimizer.own_buffers())
            entries += static_cast<std::size_t>(buffer.size());
        EXPECT_EQ(optimizer.state_bytes(), entries * sizeof(double));
    }
}

// From every kind to every other in mid-run: finite steps, and what is said to be kept is.
TEST(OptimizerKinds, pass_on_what_they_remember_as_they_say) {
    for (std::size_t a = 0; a < optimizer_rules().size(); ++a)
        for (std::size_t b = 0; b < optimizer_rules().size(); ++b) {
            const auto from = static_cast<OptimizerKind>(a), to = static_cast<OptimizerKind>(b);
            SCOPED_TRACE(std::string(rule_of(from).label) + " to " +
                         std::string(rule_of(to).label));
            LayerOptimizer optimizer(4, 6, of_kind(from));
            Matrix weight = gradient(-1, 4, 6), update(4, 6);
            for (int step = 0; step < 4; ++step) {
                optimizer.update(gradient(step, 4, 6), weight, update);
                weight += update;
            }
            const auto before = state_of(optimizer);
            const MomentumFate fate = optimizer.reconfigure(of_kind(to), true);
            if (from == to) {
                EXPECT_EQ(state_of(optimizer), before);
            }
            const bool empty = optimizer.momentum().buffer.isZero(0);
            if (fate == MomentumFate::flushed) {
                EXPECT_TRUE(empty);
            }
            if (fate == MomentumFate::converted ||
                (fate == MomentumFate::kept && rule_of(to).uses.momentum_form)) {
                EXPECT_FALSE(empty);
            }
            optimizer.update(gradient(5, 4, 6), weight, update);
            EXPECT_TRUE(update.allFinite());
        }
}

TEST(OptimizerKinds, have_names_of_their_own_and_share_keys_only_with_their_defaults) {
    std::set<std::string_view> slugs, flavour_slugs;
    std::map<std::string_view, double> defaults;
    for (const OptimizerRule* rule : optimizer_rules()) {
        EXPECT_TRUE(slugs.insert(rule->slug).second) << rule->slug;
        EXPECT_FALSE(rule->label.empty() || rule->help.empty()) << rule->slug;
        for (const Flavour& flavour : rule->flavours) {
            EXPECT_TRUE(flavour_slugs.insert(flavour.slug).second) << flavour.slug;
            EXPECT_EQ(&rule_of(flavour.spec.kind), rule) << flavour.slug;
            EXPECT_EQ(flavour_of(flavour.spec)->slug, flavour.slug);
        }
        for (const OwnParameter& own : rule->own) {
            const auto [entry, is_new] = defaults.emplace(own.key, own.fallback);
            EXPECT_TRUE(is_new || entry->second == own.fallback) << own.key;
            EXPECT_GE(own.fallback, own.min) << own.key;
            EXPECT_LE(own.fallback, own.max) << own.key;
        }
    }
}

}  // namespace
}  // namespace muonscope
