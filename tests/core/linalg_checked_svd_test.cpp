#include "core/linalg/checked_svd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/base/types.h"
#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "core/linalg/perturbed_column.h"
#include "tests/jacobi_svd.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

TEST(CheckedSvd, an_entry_too_small_to_keep_leads_nowhere) {
    using Values = Eigen::ArrayXd;
    Values column(6), diagonal(6);
    column << .5, .3, 1e-20, .2, .1, .4;
    diagonal << 0, 1, 2, 3, 4, 5;
    Eigen::ArrayXi kept(5);
    kept << 0, 1, 3, 4, 5;
    // The kept rows and columns of [column | diagonal]; its values ascend as the diagonal does.
    Matrix arrow = Matrix::Zero(5, 5);
    for (int i = 0; i < 5; ++i) {
        arrow(i, i) = diagonal(kept(i));
        arrow(i, 0) = column(kept(i));
    }
    const Vector s = Eigen::JacobiSVD<Matrix>(arrow).singularValues().reverse();
    Values singular = diagonal;
    for (int i = 0; i < 5; ++i) singular(kept(i)) = s(i);
    const Values offsets = singular - diagonal;
    Values result = Values::Constant(6, 7);
    detail::perturbed_first_column(column, diagonal, kept, singular, diagonal, offsets, result);
    EXPECT_EQ(result(2), 0) << "asks for unit vectors";
    for (int i = 0; i < 5; ++i) EXPECT_NEAR(result(kept(i)), column(kept(i)), 1e-13) << i;

    detail::perturbed_first_column(column, diagonal, Eigen::ArrayXi(0), singular, diagonal, offsets,
                                   result);
    EXPECT_TRUE((result == 0).all());
}

// Products of aligned layers have singular values that are equal but for rounding: there Eigen's
// own deflation left its arrays, which the sanitized build says.
TEST(CheckedSvd, of_layers_on_their_way_hold_to_rounding) {
    for (const char* name : {"theory", "between"}) {
        const Spec spec = preset(name);
        const auto problem = make_problem(spec.experiment);
        for (const Recipe& recipe : spec.lanes) {
            Lane lane(problem, recipe);
            for (int step = 0; step <= (sanitized ? 40 : 300); ++step, lane.advance()) {
                if (step % 20 != 0) continue;
                Matrix product = lane.weights().front();
                for (std::size_t i = 1; i < lane.weights().size(); ++i)
                    product = Matrix(lane.weights()[i] * product);
                const CheckedSvd<double> svd(product);
                EXPECT_LT(svd.defect(product), 1e-12) << name << " at " << step;
                const Eigen::MatrixXf single = product.cast<float>();
                EXPECT_LT(CheckedSvd<float>(single).defect(single), 1e-4F)
                    << name << " at " << step;
            }
        }
    }
}

}  // namespace
}  // namespace muonscope
