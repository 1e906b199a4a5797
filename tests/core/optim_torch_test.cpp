#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/experiment/parameters.h"
#include "core/optim/optimizer.h"

// Against what torch.optim made of the same gradients (tests/golden/torch_optimizers.py).
namespace muonscope {
namespace {

using Json = nlohmann::json;

Matrix matrix_of(const Json& rows) {
    Matrix matrix(static_cast<Eigen::Index>(rows.size()),
                  static_cast<Eigen::Index>(rows.at(0).size()));
    for (Eigen::Index i = 0; i < matrix.rows(); ++i)
        for (Eigen::Index j = 0; j < matrix.cols(); ++j)
            matrix(i, j) = rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j));
    return matrix;
}

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

TEST(TorchOptimizers, take_the_same_steps) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/torch_optimizers.json");
    const Json golden = Json::parse(file);
    ASSERT_EQ(golden.at("optimizers").size(), 10U);
    for (const Json& optimizer : golden.at("optimizers")) {
        const OptimizerSpec spec = spec_of(optimizer.at("settings"));
        // A bfloat16 has 8 bits, and five iterations round some thirty times; an update is
        // lr = .02 long in each direction.
        const bool rounded = spec.kind == OptimizerKind::muon &&
                             spec.orthogonaliser.precision == Precision::bfloat16;
        const double tolerance = rounded ? 0.02 * 0.02 * 5 : 1e-12;
        for (const Json& run : optimizer.at("runs")) {
            Matrix weight = matrix_of(run.at("start"));
            LayerOptimizer ours(weight.rows(), weight.cols(), spec);
            Matrix update(weight.rows(), weight.cols());
            for (std::size_t step = 0; step < run.at("gradients").size(); ++step) {
                ours.update(matrix_of(run.at("gradients").at(step)), weight, update);
                weight += update;
                EXPECT_LT((weight - matrix_of(run.at("weights").at(step))).cwiseAbs().maxCoeff(),
                          tolerance)
                    << optimizer.at("name") << ", step " << step;
            }
        }
    }
}

}  // namespace
}  // namespace muonscope
