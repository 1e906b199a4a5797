#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/linalg/matrix_product.h"
#include "core/model/token_batch.h"
#include "core/model/transformer/transformer_spec.h"
#include "tests/core/golden_matrix.h"

namespace muonscope {

// A small transformer, a batch of tokens for it, and what was drawn after them.
struct TinyTransformer {
    TransformerSpec spec;
    std::vector<Matrix> weights;
    TokenBatch batch;
    GoldenDraws draws;
};

// As tests/golden/transformer.py draws them; masked: weights 0, 1 and 2 in the loss.
inline TinyTransformer tiny_transformer(const TransformerSpec& spec, int sequences, int length,
                                        bool masked, std::uint64_t seed) {
    TinyTransformer made{spec, {}, {}, GoldenDraws(seed)};
    for (const MatrixInfo& matrix : TransformerMatrices(spec).list) {
        const double scale = matrix.kind == MatrixKind::embedding
                                 ? 1
                                 : std::sqrt(3.0 / static_cast<double>(matrix.cols));
        made.weights.push_back(scale * made.draws.matrix(matrix.rows, matrix.cols));
    }
    made.batch.sequences = sequences;
    made.batch.length = length;
    for (std::vector<int>* tokens : {&made.batch.tokens, &made.batch.targets})
        for (std::size_t i = 0; i < made.batch.positions(); ++i)
            tokens->push_back(made.draws.below(spec.vocabulary));
    for (std::size_t i = 0; masked && i < made.batch.positions(); ++i)
        made.batch.weights.push_back(made.draws.below(3));
    return made;
}

inline TinyTransformer tiny_transformer(const nlohmann::json& json) {
    TransformerSpec spec;
    spec.blocks = json.at("blocks");
    spec.width = json.at("width");
    spec.heads = json.at("heads");
    spec.hidden = json.at("hidden");
    spec.context = json.at("context");
    spec.vocabulary = json.at("vocabulary");
    spec.tied = json.at("tied");
    for (std::size_t i = 0; i < position_choices.size(); ++i)
        if (position_choices[i].slug == json.at("positions"))
            spec.positions = static_cast<PositionKind>(i);
    for (std::size_t i = 0; i < mlp_choices.size(); ++i)
        if (mlp_choices[i].slug == json.at("mlp")) spec.mlp = static_cast<MlpKind>(i);
    return tiny_transformer(spec, json.at("sequences"), json.at("length"), json.at("masked"),
                            json.at("seed"));
}

template <typename Scalar>
std::vector<DenseOf<Scalar>> in_precision(const std::vector<Matrix>& weights) {
    std::vector<DenseOf<Scalar>> result;
    for (const Matrix& weight : weights) result.push_back(weight.cast<Scalar>());
    return result;
}

// 1 ... as many as there are.
inline std::vector<int> all_indices(const std::vector<Matrix>& weights) {
    std::vector<int> indices;
    for (std::size_t i = 1; i <= weights.size(); ++i) indices.push_back(static_cast<int>(i));
    return indices;
}

}  // namespace muonscope
