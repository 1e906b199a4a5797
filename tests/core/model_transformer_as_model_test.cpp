// The transformer behind the face that every model has, down to a lane that trains it.

#include <gtest/gtest.h>

#include "core/model/transformer/transformer.h"
#include "core/model/transformer/transformer_pass.h"
#include "core/random/generator.h"
#include "tests/core/tiny_transformer.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

TransformerSpec small(bool tied) {
    TransformerSpec spec;
    spec.width = 16;
    spec.heads = 2;
    spec.hidden = 24;
    spec.context = 12;
    spec.vocabulary = 21;
    spec.tied = tied;
    spec.positions = tied ? PositionKind::learned : PositionKind::rotary;
    return spec;
}

Regression data_of(const TokenBatch& batch) {
    Regression data{Matrix(batch.length, batch.sequences), Matrix(batch.length, batch.sequences)};
    for (Eigen::Index i = 0; i < data.inputs.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        data.inputs(i) = batch.tokens[at];
        data.labels(i) = batch.weight(at) == 0 ? -1 : batch.targets[at];
    }
    return data;
}

// With weights of 0 and 1.
TinyTransformer tiny(bool tied) {
    TinyTransformer made = tiny_transformer(small(tied), 5, 12, true, 3);
    for (double& weight : made.batch.weights) weight = weight > 0 ? 1 : 0;
    return made;
}

TEST(TransformerModel, has_the_loss_and_gradients_of_its_pass_on_any_columns) {
    for (const bool tied : {false, true}) {
        const TinyTransformer made = tiny(tied);
        const Transformer model(made.spec);
        const auto data = std::make_shared<const Regression>(data_of(made.batch));
        auto used = model.backpropagation(data);
        const std::vector<int> all = all_indices(made.weights);
        TransformerPass<double> pass(made.spec);
        const double loss = pass.forward(made.weights, made.batch);
        pass.backward(made.weights, made.batch, all);
        EXPECT_EQ(used->gradients(made.weights, all), loss);
        EXPECT_EQ(used->errors(made.weights).loss, loss);
        EXPECT_EQ(used->errors(made.weights).relative_error, used->relative_error());
        for (const int index : all) EXPECT_EQ(used->gradient(index), pass.gradient(index));

        TokenBatch part = made.batch;
        part.sequences = 2;
        for (const int sequence : {3, 1}) {
            const int to = sequence == 3 ? 0 : 12;
            for (int i = 0; i < 12; ++i) {
                part.tokens[std::size_t(to + i)] =
                    made.batch.tokens[std::size_t(sequence * 12 + i)];
                part.targets[std::size_t(to + i)] =
                    made.batch.targets[std::size_t(sequence * 12 + i)];
                part.weights[std::size_t(to + i)] =
                    made.batch.weights[std::size_t(sequence * 12 + i)];
            }
        }
        part.tokens.resize(24);
        part.targets.resize(24);
        part.weights.resize(24);
        used->use_columns({{3, 1}});
        EXPECT_EQ(used->gradients(made.weights, all), pass.forward(made.weights, part));
        EXPECT_EQ(used->errors(made.weights).loss, loss);  // of all data still
    }
}

TEST(TransformerModel, relative_error_is_that_of_probabilities_against_what_comes) {
    const TinyTransformer made = tiny(false);
    const Transformer model(made.spec);
    const Regression data = data_of(made.batch);
    auto used = model.backpropagation(std::make_shared<const Regression>(data));
    const int last = static_cast<int>(model.activations().size());
    Matrix shares = model.activation(made.weights, last, data.inputs).array().exp();
    double square = 0;
    int count = 0;
    for (Eigen::Index j = 0; j < shares.cols(); ++j) {
        shares.col(j) /= shares.col(j).sum();
        if (data.labels(j) < 0) continue;
        shares(static_cast<Eigen::Index>(data.labels(j)), j) -= 1;
        square += shares.col(j).squaredNorm();
        ++count;
    }
    EXPECT_NEAR(used->errors(made.weights).relative_error, std::sqrt(square / count), 1e-13);
}

TEST(TransformerModel, each_matrix_makes_of_what_enters_it_what_the_streams_hold) {
    for (const bool tied : {false, true}) {
        const TinyTransformer made = tiny(tied);
        const Transformer model(made.spec);
        const Matrix inputs = data_of(made.batch).inputs;
        const std::vector<Matrix> entering = model.matrix_inputs(made.weights, inputs);
        ASSERT_EQ(entering.size(), made.weights.size());
        Matrix stream = made.weights[0] * entering[0];
        if (tied) stream += made.weights[1] * entering[1];
        EXPECT_LT((stream - model.activation(made.weights, 1, inputs)).norm(), 1e-12);
        const int last = static_cast<int>(model.activations().size());
        const Matrix logits = model.activation(made.weights, last, inputs);
        EXPECT_EQ(logits.rows(), 21);
        EXPECT_EQ(logits.cols(), 60);
        if (!tied) {
            EXPECT_LT((made.weights.back() * entering.back() - logits).norm(), 1e-12);
        }
        // A token alone is the first of a sequence.
        const Matrix response = model.response(made.weights);
        ASSERT_EQ(response.cols(), 21);
        const auto first = static_cast<Eigen::Index>(inputs(0, 2));
        EXPECT_LT((response.col(first) - logits.col(24)).norm(), 1e-12);
    }
}

TEST(TransformerModel, refuses_data_that_are_no_tokens) {
    const TinyTransformer made = tiny(false);
    const Transformer model(made.spec);
    EXPECT_MESSAGE(model.backpropagation(
                       std::make_shared<const Regression>(Regression{{}, Matrix::Identity(4, 4)})),
                   "no tokens");
}

}  // namespace
}  // namespace muonscope
