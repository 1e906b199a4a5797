#include "core/measure/tangent_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <unsupported/Eigen/KroneckerProduct>

#include "core/random/generator.h"

namespace muonscope {
namespace {

struct Net {
    std::string name;
    std::vector<int> widths;
    std::vector<char> tanh_after;
    int samples;  // 0: unit vectors
    std::vector<int> layers;

    std::vector<Matrix> weights() const {
        std::vector<Matrix> result;
        for (std::size_t l = 1; l < widths.size(); ++l)
            result.push_back(
                0.6 * Generator(5, Purpose::start, l).normal_matrix(widths[l], widths[l - 1]));
        return result;
    }
    Matrix inputs() const {
        return samples == 0 ? Matrix()
                            : Generator(6, Purpose::inputs).normal_matrix(widths.front(), samples);
    }
    Matrix outputs(const std::vector<Matrix>& w) const {
        Matrix h = inputs();
        if (samples == 0) h = Matrix::Identity(widths.front(), widths.front());
        for (std::size_t l = 0; l < w.size(); ++l) {
            h = w[l] * h;
            if (tanh_after[l]) h = h.array().tanh().matrix();
        }
        return h;
    }
};

const std::vector<Net> nets = {
    {"two linear layers", {4, 3, 5}, {0, 0}, 0, {1, 2}},
    {"the second alone, few samples", {4, 6, 5}, {0, 0}, 3, {2}},
    {"one layer", {3, 4}, {0}, 7, {1}},
    {"tanh after each hidden layer", {3, 6, 5, 4}, {1, 1, 0}, 9, {1, 2, 3}},
    {"a linear layer below a tanh, as in the black box", {5, 4, 6, 5}, {0, 1, 0}, 0, {2, 3}},
    {"chosen layers around a frozen one", {3, 4, 4, 2}, {1, 1, 0}, 4, {1, 3}},
};

// Columns of J by central differences, over the entries of the chosen weights.
Matrix numerical_jacobian(const Net& net) {
    constexpr double h = 1e-6;
    std::vector<Matrix> weights = net.weights();
    std::vector<Vector> columns;
    for (int layer : net.layers) {
        Matrix& weight = weights[layer - 1];
        for (Eigen::Index i = 0; i < weight.size(); ++i) {
            const double before = weight.data()[i];
            weight.data()[i] = before + h;
            const Matrix up = net.outputs(weights);
            weight.data()[i] = before - h;
            const Matrix down = net.outputs(weights);
            weight.data()[i] = before;
            columns.push_back(((up - down) / (2 * h)).reshaped());
        }
    }
    Matrix jacobian(columns.front().size(), static_cast<Eigen::Index>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i)
        jacobian.col(static_cast<Eigen::Index>(i)) = columns[i];
    return jacobian;
}

TEST(TangentKernel, is_the_jacobian_times_its_transpose) {
    for (const Net& net : nets) {
        SCOPED_TRACE(net.name);
        const Matrix jacobian = numerical_jacobian(net);
        TangentKernel kernel(net.weights(), net.tanh_after, net.inputs(), net.layers);
        const Matrix f = net.outputs(net.weights());
        EXPECT_LT((kernel.outputs() - f).norm(), 1e-14 * f.norm());
        const Matrix e = Generator(7, Purpose::noise).normal_matrix(f.rows(), f.cols());
        const Vector expected = jacobian * (jacobian.transpose() * e.reshaped());
        Matrix result;
        for (int again = 0; again < 2; ++again) {
            kernel.apply(e, result);
            EXPECT_LT((result.reshaped() - expected).norm(), 1e-8 * expected.norm());
        }
        const double quotient = Vector(e.reshaped()).dot(expected) / e.squaredNorm();
        EXPECT_NEAR(kernel.lambda_eff(e), quotient, 1e-8 * quotient);
        EXPECT_EQ(kernel.lambda_eff(Matrix::Zero(f.rows(), f.cols())), 0);
    }
}

// For the linear net on unit vectors J_l = (W_{l-1} ... W_1)^T (x) (W_L ... W_{l+1}).
TEST(TangentKernel, of_a_linear_net_is_a_sum_of_kronecker_products) {
    const Net net{"three", {4, 3, 5, 2}, {0, 0, 0}, 0, {1, 2, 3}};
    const std::vector<Matrix> w = net.weights();
    const Matrix before[] = {Matrix::Identity(4, 4), w[0], w[1] * w[0]};
    const Matrix after[] = {w[2] * w[1], w[2], Matrix::Identity(2, 2)};
    Matrix kernel_matrix = Matrix::Zero(8, 8);
    for (int l = 0; l < 3; ++l) {
        const Matrix j = Eigen::kroneckerProduct(Matrix(before[l].transpose()), after[l]).eval();
        kernel_matrix += j * j.transpose();
    }
    TangentKernel kernel(w, net.tanh_after, Matrix(), net.layers);
    Matrix result(2, 4);
    for (Eigen::Index k = 0; k < 8; ++k) {
        Matrix e = Matrix::Zero(2, 4);
        e.reshaped()(k) = 1;
        kernel.apply(e, result);
        EXPECT_LT((result.reshaped() - kernel_matrix.col(k)).norm(), 1e-13);
    }
}

TEST(TangentKernel, without_a_layer_is_zero) {
    const Net net{"none", {3, 2}, {0}, 0, {}};
    TangentKernel kernel(net.weights(), net.tanh_after, Matrix(), {});
    Matrix result;
    kernel.apply(Matrix::Ones(2, 3), result);
    EXPECT_EQ(result, Matrix::Zero(2, 3));
    EXPECT_EQ(kernel.lambda_eff(Matrix::Ones(2, 3)), 0);
}

}  // namespace
}  // namespace muonscope
