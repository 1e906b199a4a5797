#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/experiment/parameters.h"
#include "core/optim/optimizer.h"
#include "tests/core/golden_matrix.h"

// Against what torch.optim made of the same gradients (tests/golden/torch_optimizers.py).
namespace muonscope {
namespace {

using Json = nlohmann::json;

OptimizerSpec spec_of(const Json& settings) {
    OptimizerSpec spec;
    for (const auto& [key, value] : settings.items()) {
        if (value.is_boolean())
            set(spec, key, Value(value.get<bool>()));
        else if (value.is_number())
            set(spec, key, Value(value.get<double>()));
        else
            set(spec, key, Value(value.get<std::string>()));
    }
    return spec;
}

class TorchOptimizers : public testing::Test {
  protected:
    TorchOptimizers() {
        std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/torch_optimizers.json");
        optimizers_ = Json::parse(file).at("optimizers");
    }
    const Json& named(const std::string& name) const {
        for (const Json& optimizer : optimizers_)
            if (optimizer.at("name") == name) return optimizer;
        throw std::out_of_range(name);
    }
    Json optimizers_;
};

// The weights after each step.
std::vector<Matrix> path(const OptimizerSpec& spec, const Json& run) {
    Matrix weight = matrix_of(run.at("start"));
    LayerOptimizer optimizer(weight.rows(), weight.cols(), spec);
    Matrix update(weight.rows(), weight.cols());
    std::vector<Matrix> weights;
    for (const Json& gradient : run.at("gradients")) {
        optimizer.update(matrix_of(gradient), weight, update);
        weights.push_back(weight += update);
    }
    return weights;
}

TEST_F(TorchOptimizers, take_the_same_steps) {
    ASSERT_EQ(optimizers_.size(), 10U);
    for (const Json& optimizer : optimizers_) {
        const OptimizerSpec spec = spec_of(optimizer.at("settings"));
        if (spec.orthogonaliser.precision == Precision::bfloat16) continue;
        for (const Json& run : optimizer.at("runs")) {
            const std::vector<Matrix> ours = path(spec, run);
            ASSERT_EQ(ours.size(), 5U);
            for (std::size_t step = 0; step < ours.size(); ++step)
                EXPECT_LT((ours[step] - matrix_of(run.at("weights").at(step))).norm(), 1e-12)
                    << optimizer.at("name") << ", step " << step;
        }
    }
}

// Theirs rounds three times an iteration, ours after each of seven operations as K. Jordan's own
// code does, so the bits differ; both must stay as near to the path without rounding as bfloat16
// allows.
TEST_F(TorchOptimizers, round_muon_on_the_same_scale) {
    const Json& rounded = named("Muon, bfloat16");
    const Json& exact = named("Muon");
    for (std::size_t r = 0; r < rounded.at("runs").size(); ++r) {
        const Json& run = rounded.at("runs").at(r);
        ASSERT_EQ(run.at("gradients"), exact.at("runs").at(r).at("gradients"));
        const std::vector<Matrix> ours = path(spec_of(rounded.at("settings")), run);
        for (std::size_t step = 0; step < ours.size(); ++step) {
            const Matrix unrounded = matrix_of(exact.at("runs").at(r).at("weights").at(step));
            const double theirs = (matrix_of(run.at("weights").at(step)) - unrounded).norm();
            EXPECT_GT(theirs, 1e-4) << "nothing to compare with";
            EXPECT_LT((ours[step] - unrounded).norm(), 4 * theirs) << r << " " << step;
        }
    }
}

}  // namespace
}  // namespace muonscope
