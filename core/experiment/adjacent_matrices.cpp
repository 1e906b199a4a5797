#include "core/experiment/adjacent_matrices.h"

#include <fmt/format.h>

#include "core/experiment/matrix_groups.h"

namespace muonscope {

std::vector<AdjacentMatrices> adjacent_matrices(const Experiment& experiment) {
    std::vector<AdjacentMatrices> pairs;
    if (!is_transformer(experiment)) {
        for (int layer = 1; layer < experiment.network.depth; ++layer)
            pairs.push_back(
                {layer + 1, layer, false, fmt::format("layers {}, {}", layer, layer + 1)});
        return pairs;
    }
    const TransformerMatrices all(transformer_of(experiment));
    int block = 0;
    for (const TransformerMatrices::Block& at : all.blocks) {
        ++block;
        pairs.push_back({at.query, at.key, true, fmt::format("block {} query, key", block)});
        pairs.push_back({at.output, at.value, false, fmt::format("block {} output, value", block)});
        pairs.push_back({at.mlp_out, at.mlp_in, false, fmt::format("block {} mlp out, in", block)});
    }
    pairs.push_back({all.blocks.front().value, all.embedding, false, "block 1 value, embedding"});
    const int last = all.blocks.back().mlp_out;
    if (all.head > 0)
        pairs.push_back({all.head, last, false, fmt::format("head, block {} mlp out", block)});
    else
        pairs.push_back(
            {all.embedding, last, true, fmt::format("tied head, block {} mlp out", block)});
    return pairs;
}

}  // namespace muonscope
