// Which points are looked at, what they are called, and from where they are seen.

#include "core/experiment/shown_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/experiment/item_tree.h"
#include "core/experiment/presets.h"
#include "core/experiment/projection.h"
#include "core/experiment/teacher.h"
#include "core/model/chain.h"
#include "tests/jacobi_svd.h"

namespace muonscope {
namespace {

std::shared_ptr<const Problem> tree_of(int items, int outputs = 0) {
    Experiment experiment = preset("tree").experiment;
    experiment.network.widths = {items, 6, outputs > 0 ? outputs : items};
    return make_problem(experiment);
}

TEST(ItemTree, halves_its_branches_from_level_to_level) {
    const auto levels = tree_branches(8);
    const std::vector<std::vector<int>> expected{
        {0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 1, 1, 2, 2, 3, 3}, {0, 1, 2, 3, 4, 5, 6, 7}};
    EXPECT_EQ(levels, expected);
    // Of five items one branch ends early, and stays what it is.
    const std::vector<std::vector<int>> five{{0, 0, 0, 1, 1}, {0, 0, 1, 2, 3}, {0, 1, 2, 3, 4}};
    EXPECT_EQ(tree_branches(5), five);
    EXPECT_EQ(tree_branches(1), (std::vector<std::vector<int>>{{0}}));
    EXPECT_EQ(tree_nodes(5).size(), 9U);
}

TEST(ItemTree, has_branches_that_share_their_features_in_the_target) {
    const auto problem = tree_of(8, 15);
    const auto levels = tree_branches(8);
    // Items of one branch at level l share l + 1 features, the root's among them, and no more
    // where their branches part.
    const Matrix present = problem->target / problem->target.maxCoeff();
    for (Eigen::Index i = 0; i < 8; ++i)
        for (Eigen::Index j = 0; j < 8; ++j) {
            int together = 0;
            for (const auto& level : levels)
                together +=
                    level[static_cast<std::size_t>(i)] == level[static_cast<std::size_t>(j)];
            EXPECT_NEAR(present.col(i).dot(present.col(j)), together + 1, 1e-12);
        }
}

TEST(ShownPoints, of_a_tree_are_its_items) {
    const auto problem = tree_of(32);
    const ShownPoints shown = shown_points(*problem);
    EXPECT_TRUE(shown.tree);
    EXPECT_EQ(shown.points(), 32);
    EXPECT_EQ(shown.inputs, Matrix::Identity(32, 32));
    EXPECT_LT((shown.targets - problem->target).norm(), 1e-14);
    EXPECT_EQ(shown.classes, (std::vector<int>{2, 4, 8, 16, 32}));
    EXPECT_EQ(shown.levels.front()[15], 0);
    EXPECT_EQ(shown.levels.front()[16], 1);
}

TEST(ShownPoints, of_classes_are_spread_evenly_over_them_and_keep_their_numbers) {
    Experiment experiment = preset("two-ways-up").experiment;
    experiment.classes = {.count = 3, .points = 100, .spread = 0.2};
    const auto problem = make_problem(experiment);
    const ShownPoints shown = shown_points(*problem);
    EXPECT_FALSE(shown.tree);
    ASSERT_EQ(shown.points(), 72);
    EXPECT_EQ(shown.classes, std::vector<int>{3});
    std::vector<int> each(3);
    for (int i = 0; i < 72; ++i) {
        const auto at = static_cast<std::size_t>(i);
        EXPECT_EQ(shown.inputs.col(i), problem->points.col(shown.numbers[at]));
        EXPECT_EQ(shown.levels[0][at],
                  problem->point_class[static_cast<std::size_t>(shown.numbers[at])]);
        ++each[static_cast<std::size_t>(shown.levels[0][at])];
    }
    EXPECT_EQ(each, std::vector<int>(3, 24));
    EXPECT_LT((shown.targets - problem->target * shown.inputs).norm(), 1e-13);
}

TEST(ShownPoints, ask_a_teacher_with_tanh_itself) {
    Experiment experiment = preset("two-ways-up").experiment;
    experiment.network.depth = 2;
    experiment.network.width = 6;
    experiment.network.activation = Activation::tanh;
    experiment.target.kind = TargetKind::teacher;
    experiment.target.scale = 3;
    const auto problem = make_problem(experiment);
    const ShownPoints shown = shown_points(*problem);
    const std::vector<Matrix> teacher = make_teacher(experiment);
    const Matrix hidden = (teacher[0] * shown.inputs).array().tanh().matrix();
    EXPECT_LT((shown.targets - teacher[1] * hidden).norm(), 1e-12);
    // Of unit vectors it is what the problem calls the target.
    EXPECT_LT(
        (representation(teacher, 2, Matrix::Identity(6, 6), experiment.network) - problem->target)
            .norm(),
        1e-12);
}

std::shared_ptr<const Problem> wide_problem() {
    Experiment experiment = preset("two-ways-up").experiment;
    experiment.network.widths = {7, 9, 5, 6};
    experiment.target.modes = 4;
    return make_problem(experiment);
}

TEST(Frames, of_the_start_are_the_left_singular_vectors_of_what_layers_made_there) {
    const auto problem = wide_problem();
    const auto frames = start_frames(*problem, 1);
    ASSERT_EQ(frames.size(), 3U);
    Matrix map = Matrix::Identity(7, 7);
    for (std::size_t l = 0; l < 3; ++l) {
        map = problem->start[l] * map;
        const Matrix u = Eigen::JacobiSVD<Matrix>(map, Eigen::ComputeThinU).matrixU();
        for (int k = 0; k < 3; ++k)
            EXPECT_NEAR(std::abs(frames[l].directions.col(k).dot(u.col(k + 1))), 1, 1e-9);
        EXPECT_EQ(frames[l].origin.norm(), 0);
    }
}

TEST(Frames, of_principal_directions_hold_the_most_that_three_can_of_the_spread) {
    const auto problem = wide_problem();
    const ShownPoints shown = shown_points(*problem);
    const auto layers = layer_points(*problem, problem->start, shown.inputs);
    const auto frames = principal_frames(layers, 0);
    ASSERT_EQ(frames.size(), 3U);
    for (std::size_t l = 0; l < 3; ++l) {
        const Matrix at = in_frame(frames[l], layers[l]);
        EXPECT_LT(at.rowwise().mean().norm(), 1e-12);
        const Matrix away = layers[l].colwise() - layers[l].rowwise().mean();
        const Vector s = Eigen::JacobiSVD<Matrix>(away).singularValues();
        for (int k = 0; k < 3; ++k) EXPECT_NEAR(at.row(k).norm(), s(k), 1e-11);
        EXPECT_NEAR(at.row(0).dot(at.row(1)), 0, 1e-10);
    }
}

TEST(Frames, of_principal_directions_point_as_those_before_did) {
    const auto problem = wide_problem();
    const auto layers = layer_points(*problem, problem->start, shown_points(*problem).inputs);
    auto before = principal_frames(layers, 0);
    for (PointFrame& frame : before) frame.directions.col(1) *= -1;
    const auto after = principal_frames(layers, 0, before);
    for (std::size_t l = 0; l < 3; ++l)
        EXPECT_LT((after[l].directions - before[l].directions).norm(), 1e-12);
}

TEST(Frames, of_layers_with_fewer_directions_leave_the_rest_at_zero) {
    Experiment experiment = preset("three-dimensions").experiment;
    experiment.network.widths = {2, 2, 2};
    experiment.target.modes = 2;
    const auto problem = make_problem(experiment);
    const auto layers = layer_points(*problem, problem->start, shown_points(*problem).inputs);
    const std::vector<std::vector<PointFrame>> kinds{target_frames(*problem, problem->start, 0),
                                                     start_frames(*problem, 0),
                                                     principal_frames(layers, 0)};
    for (const auto& frames : kinds) {
        ASSERT_EQ(frames.size(), 2U);
        for (std::size_t l = 0; l < 2; ++l) {
            EXPECT_EQ(frames[l].directions.col(2).norm(), 0);
            const Matrix two = frames[l].directions.leftCols(2);
            EXPECT_LT((two.transpose() * two - Matrix::Identity(2, 2)).norm(), 1e-12);
            EXPECT_EQ(in_frame(frames[l], layers[l]).row(2).norm(), 0);
        }
    }
    // From beyond the last there is nothing.
    EXPECT_EQ(target_frames(*problem, problem->start, 5)[0].directions.norm(), 0);
}

TEST(Frames, of_weights_that_do_not_fit_are_none) {
    const auto problem = wide_problem();
    std::vector<Matrix> other = problem->start;
    other.pop_back();
    EXPECT_TRUE(layer_points(*problem, other, Matrix::Zero(7, 3)).empty());
    EXPECT_TRUE(target_frames(*problem, other, 0).empty());
    EXPECT_TRUE(layer_points(*problem, problem->start, Matrix::Zero(6, 3)).empty());
}

}  // namespace
}  // namespace muonscope
