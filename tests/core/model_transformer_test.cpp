// A transformer's loss and gradients against PyTorch's, differences, and what must change no bit.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>

#include "core/base/progress.h"
#include "core/linalg/kernels/level.h"
#include "core/model/transformer/transformer_pass.h"
#include "tests/core/tiny_transformer.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

const Json& golden() {
    static const Json cases = [] {
        std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/transformer.json");
        return Json::parse(file).at("cases");
    }();
    return cases;
}

// The loss, and every gradient by its index.
template <typename Scalar>
struct Found {
    double loss = 0;
    std::vector<DenseOf<Scalar>> gradients;
    bool operator==(const Found&) const = default;
};

template <typename Scalar>
Found<Scalar> pass_over(TransformerPass<Scalar>& pass, const std::vector<Matrix>& in_double,
                        const TokenBatch& batch, const std::vector<int>& trained) {
    const auto weights = in_precision<Scalar>(in_double);
    Found<Scalar> found;
    found.loss = pass.forward(weights, batch);
    pass.backward(weights, batch, trained);
    for (const int index : trained) found.gradients.push_back(pass.gradient(index));
    return found;
}

template <typename Scalar>
Found<Scalar> whole_pass(const TinyTransformer& tiny) {
    TransformerPass<Scalar> pass(tiny.spec);
    return pass_over(pass, tiny.weights, tiny.batch, all_indices(tiny.weights));
}

double loss_of(const TinyTransformer& tiny) {
    TransformerPass<double> pass(tiny.spec);
    return pass.forward(tiny.weights, tiny.batch);
}

TEST(Transformer, has_the_loss_and_the_gradients_that_pytorch_finds) {
    ASSERT_GE(golden().size(), 6U);
    for (const Json& json : golden()) {
        TinyTransformer tiny = tiny_transformer(json);
        const Found<double> found = whole_pass<double>(tiny);
        EXPECT_NEAR(found.loss, json.at("loss"), 1e-12 * found.loss);
        const auto list = TransformerMatrices(tiny.spec).list;
        ASSERT_EQ(list.size(), json.at("gradients").size());
        for (std::size_t i = 0; i < list.size(); ++i) {
            const Json& wanted = json.at("gradients").at(list[i].name);
            const Matrix& gradient = found.gradients[i];
            const double norm = wanted.at("norm");
            ASSERT_GT(norm, 0);
            const std::string where = json.at("seed").dump() + " " + list[i].name;
            EXPECT_NEAR(gradient.norm(), norm, 1e-10 * norm) << where;
            EXPECT_NEAR(gradient(0, 0), wanted.at("first"), 1e-10 * norm) << where;
            EXPECT_NEAR(gradient(gradient.rows() - 1, gradient.cols() - 1), wanted.at("last"),
                        1e-10 * norm)
                << where;
            for (const double sum : wanted.at("sums")) {
                const Matrix draws = tiny.draws.matrix(gradient.rows(), gradient.cols());
                const Matrix signs = draws.unaryExpr([](double x) { return x < 0 ? -1.0 : 1.0; });
                EXPECT_NEAR(gradient.cwiseProduct(signs).sum(), sum, 1e-10 * norm) << where;
            }
        }
    }
}

TEST(Transformer, gradients_are_what_small_differences_of_the_loss_come_to) {
    for (const Json& json : golden()) {
        TinyTransformer tiny = tiny_transformer(json);
        const Found<double> found = whole_pass<double>(tiny);
        for (std::size_t i = 0; i < tiny.weights.size(); ++i) {
            const Matrix start = tiny.weights[i];
            Matrix way = tiny.draws.matrix(start.rows(), start.cols());
            way /= way.norm();
            const double size = found.gradients[i].norm();
            const auto slope_over = [&](double step) {
                tiny.weights[i] = start + step * way;
                const double above = loss_of(tiny);
                tiny.weights[i] = start - step * way;
                const double below = loss_of(tiny);
                tiny.weights[i] = start;
                return (above - below) / (2 * step);
            };
            // Of two steps, so that the error of the third order goes.
            const double slope = (4 * slope_over(1e-4) - slope_over(2e-4)) / 3;
            EXPECT_NEAR(slope, found.gradients[i].cwiseProduct(way).sum(), 1e-6 * size)
                << json.at("seed") << " matrix " << i + 1;
        }
    }
}

TEST(Transformer, in_float_says_what_it_says_in_double_but_for_rounding) {
    for (const Json& json : golden()) {
        const TinyTransformer tiny = tiny_transformer(json);
        const Found<double> wanted = whole_pass<double>(tiny);
        const Found<float> found = whole_pass<float>(tiny);
        EXPECT_NEAR(found.loss, wanted.loss, 2e-6 * wanted.loss);
        for (std::size_t i = 0; i < tiny.weights.size(); ++i)
            EXPECT_LT((found.gradients[i].cast<double>() - wanted.gradients[i]).norm(),
                      2e-5 * wanted.gradients[i].norm())
                << json.at("seed") << " matrix " << i + 1;
    }
}

template <typename Scalar>
void has_the_same_bits_at_every_level() {
    for (const Json& json : golden()) {
        const TinyTransformer tiny = tiny_transformer(json);
        const Found<Scalar> wanted = whole_pass<Scalar>(tiny);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            EXPECT_EQ(whole_pass<Scalar>(tiny), wanted) << level_name(level) << json.at("seed");
        }
    }
}

TEST(Transformer, has_the_same_bits_at_every_level_in_double) {
    has_the_same_bits_at_every_level<double>();
}
TEST(Transformer, has_the_same_bits_at_every_level_in_float) {
    has_the_same_bits_at_every_level<float>();
}

TEST(Transformer, gradients_of_some_matrices_are_those_of_all) {
    for (const Json& json : golden()) {
        const TinyTransformer tiny = tiny_transformer(json);
        const Found<double> all = whole_pass<double>(tiny);
        TransformerPass<double> pass(tiny.spec);
        const auto count = static_cast<int>(tiny.weights.size());
        for (const std::vector<int>& trained :
             {std::vector{count}, {1}, {2}, {3, 5}, {count / 2, count - 1}}) {
            const Found<double> some = pass_over(pass, tiny.weights, tiny.batch, trained);
            EXPECT_EQ(some.loss, all.loss);
            for (std::size_t i = 0; i < trained.size(); ++i)
                EXPECT_EQ(some.gradients[i], all.gradients[index_of(trained[i])])
                    << json.at("seed") << " matrix " << trained[i];
        }
    }
}

TEST(Transformer, finds_the_same_whatever_batch_came_before) {
    const TinyTransformer tiny = tiny_transformer(golden()[0]);
    const std::vector<int> all = all_indices(tiny.weights);
    const TinyTransformer larger = tiny_transformer(tiny.spec, 7, 33, true, 5);
    TransformerPass<double> pass(tiny.spec);
    const Found<double> before = pass_over(pass, tiny.weights, tiny.batch, all);
    pass_over(pass, larger.weights, larger.batch, all);
    EXPECT_EQ(pass_over(pass, tiny.weights, tiny.batch, all), before);
    EXPECT_EQ(before, whole_pass<double>(tiny));
}

TEST(Transformer, a_position_sees_itself_and_those_before_it_alone) {
    for (const Json& json : golden()) {
        TinyTransformer tiny = tiny_transformer(json);
        TransformerPass<double> pass(tiny.spec);
        pass.forward(tiny.weights, tiny.batch);
        const Matrix before = pass.stream(tiny.spec.blocks);
        const int changed = tiny.batch.length - 2;
        int& token = tiny.batch.tokens[static_cast<std::size_t>(changed)];
        token = (token + 1) % tiny.spec.vocabulary;
        pass.forward(tiny.weights, tiny.batch);
        const Matrix after = pass.stream(tiny.spec.blocks);
        EXPECT_EQ(after.leftCols(changed), before.leftCols(changed));
        for (int j = changed; j < tiny.batch.length; ++j)
            EXPECT_NE(after.col(j), before.col(j)) << j;
        const auto others = before.cols() - tiny.batch.length;  // other sequences
        EXPECT_EQ(after.rightCols(others), before.rightCols(others));
    }
}

TEST(Transformer, positions_of_no_weight_leave_the_loss_as_it_is) {
    TinyTransformer tiny = tiny_transformer(golden()[1]);
    const Found<double> before = whole_pass<double>(tiny);
    int without = 0;
    for (std::size_t i = 0; i < tiny.batch.positions(); ++i)
        if (tiny.batch.weights[i] == 0) {
            ++without;
            tiny.batch.targets[i] = (tiny.batch.targets[i] + 1) % tiny.spec.vocabulary;
        }
    ASSERT_GT(without, 2);
    TransformerPass<double> pass(tiny.spec);
    pass.forward(tiny.weights, tiny.batch);
    EXPECT_EQ(pass.counted().positions.size() + without, tiny.batch.positions());
    EXPECT_EQ(whole_pass<double>(tiny), before);
    // Twice the weights are the same shares; none at all are no loss and no gradients.
    for (double& weight : tiny.batch.weights) weight *= 2;
    EXPECT_EQ(whole_pass<double>(tiny), before);
    for (double& weight : tiny.batch.weights) weight = 0;
    const Found<double> none = whole_pass<double>(tiny);
    EXPECT_EQ(none.loss, 0);
    for (const Matrix& gradient : none.gradients) EXPECT_EQ(gradient.norm(), 0);
}

TEST(Transformer, attention_is_shared_out_among_the_positions_so_far) {
    for (const Json& json : golden()) {
        const TinyTransformer tiny = tiny_transformer(json);
        TransformerPass<double> pass(tiny.spec);
        pass.forward(tiny.weights, tiny.batch);
        for (int block = 1; block <= tiny.spec.blocks; ++block)
            for (int sequence = 0; sequence < tiny.batch.sequences; ++sequence)
                for (int head = 0; head < tiny.spec.heads; ++head) {
                    const Matrix map = pass.attention_map(block, sequence, head);
                    ASSERT_EQ(map.rows(), tiny.batch.length);
                    EXPECT_EQ(map(0, 0), 1);
                    EXPECT_GT(map.minCoeff(), -1e-300);
                    EXPECT_LT((map.colwise().sum().array() - 1).abs().maxCoeff(), 1e-14);
                    EXPECT_EQ(map.triangularView<Eigen::StrictlyLower>().toDenseMatrix().norm(), 0);
                    // Two heads look elsewhere.
                    if (head > 0) {
                        EXPECT_NE(map, pass.attention_map(block, sequence, head - 1));
                    }
                }
    }
}

TEST(Transformer, what_enters_a_matrix_and_what_it_is_blamed_for_make_its_gradient) {
    const TinyTransformer tiny = tiny_transformer(golden()[2]);
    TransformerPass<double> pass(tiny.spec);
    pass.forward(tiny.weights, tiny.batch);
    const TransformerMatrices matrices(tiny.spec);
    for (std::size_t b = 0; b < matrices.blocks.size(); ++b) {
        const auto& at = matrices.blocks[b];
        const Matrix from = pass.stream(static_cast<int>(b)), to = pass.stream(int(b) + 1);
        const Matrix attention = tiny.weights[index_of(at.output)] * pass.input_of(at.output);
        const Matrix mlp = tiny.weights[index_of(at.mlp_out)] * pass.input_of(at.mlp_out);
        EXPECT_LT((to - from - attention - mlp).norm(), 1e-12 * to.norm());
        for (const int index : {at.query, at.key, at.value, at.mlp_in, at.mlp_gate}) {
            // Normed: of root mean square 1.
            const Matrix entering = pass.input_of(index);
            for (Eigen::Index j = 0; j < entering.cols(); ++j)
                EXPECT_NEAR(entering.col(j).squaredNorm() / 24, 1, 1e-4);
        }
    }
    EXPECT_EQ(pass.input_of(matrices.embedding).size(), 0);
}

TEST(Transformer, called_off_between_blocks_stops) {
    const TinyTransformer tiny = tiny_transformer(golden()[0]);
    TransformerPass<double> pass(tiny.spec);
    const std::atomic<bool> off{true};
    const WorkScope scope(&off);
    EXPECT_THROW(pass.forward(tiny.weights, tiny.batch), Abandoned);
}

TEST(Transformer, refuses_tokens_and_lengths_that_it_has_no_place_for) {
    const TinyTransformer tiny = tiny_transformer(golden()[1]);
    TransformerPass<double> pass(tiny.spec);
    const auto with = [&](auto change) {
        TokenBatch batch = tiny.batch;
        change(batch);
        pass.forward(tiny.weights, batch);
    };
    EXPECT_MESSAGE(with([](TokenBatch& b) { b.tokens[3] = 11; }), "token 11 of 11");
    EXPECT_MESSAGE(with([](TokenBatch& b) { b.targets[3] = -1; }), "token -1 of 11");
    EXPECT_MESSAGE(with([](TokenBatch& b) { b.targets.pop_back(); }), "23 targets");
    EXPECT_MESSAGE(with([](TokenBatch& b) { b.length = 13; }), "13 tokens");
}

TEST(TransformerSpec, that_cannot_be_is_refused) {
    const auto refused = [](auto change) {
        TransformerSpec spec;
        spec.vocabulary = 10;
        EXPECT_NO_THROW(check_transformer(spec));
        change(spec);
        EXPECT_THROW(check_transformer(spec), Error);
    };
    refused([](TransformerSpec& s) { s.blocks = 0; });
    refused([](TransformerSpec& s) { s.blocks = 5; });
    refused([](TransformerSpec& s) { s.width = 257; });
    refused([](TransformerSpec& s) { s.heads = 3; });
    refused([](TransformerSpec& s) { s.heads = 64; });  // one number each does not turn
    refused([](TransformerSpec& s) { s.context = 257; });
    refused([](TransformerSpec& s) { s.vocabulary = 1; });
    refused([](TransformerSpec& s) { s.hidden = 0; });
}

TEST(TransformerMatrices, have_a_kind_a_block_and_a_name_each) {
    TransformerSpec spec;
    spec.vocabulary = 10;
    spec.mlp = MlpKind::swiglu;
    spec.positions = PositionKind::learned;
    const TransformerMatrices matrices(spec);
    ASSERT_EQ(matrices.list.size(), 2 + 2 * 7 + 1);
    const MatrixInfo& gate = matrices.list[index_of(matrices.blocks[1].mlp_gate)];
    EXPECT_EQ(gate.name, "block 2 mlp gate");
    EXPECT_EQ(gate.slug, "block_2_mlp_gate");
    EXPECT_EQ(gate.kind, MatrixKind::mlp_gate);
    EXPECT_EQ(gate.block, 2);
    EXPECT_EQ(matrices.list[index_of(matrices.head)].rows, 10);
    spec.tied = true;
    spec.mlp = MlpKind::gelu;
    spec.positions = PositionKind::rotary;
    EXPECT_EQ(TransformerMatrices(spec).list.size(), 1 + 2 * 6);
    EXPECT_EQ(TransformerMatrices(spec).head, 0);
}

}  // namespace
}  // namespace muonscope
