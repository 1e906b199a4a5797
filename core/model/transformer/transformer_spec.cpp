#include "core/model/transformer/transformer_spec.h"

#include <fmt/format.h>

#include <string>

#include "core/base/error.h"

namespace muonscope {

void check_transformer(const TransformerSpec& spec) {
    const auto hold = [](const char* name, int value, int least, int most) {
        if (value < least || value > most)
            throw Error("transformer", fmt::format("{} {}", name, value),
                        fmt::format("take {} to {}", least, most));
    };
    hold("blocks", spec.blocks, 1, 4);
    hold("width", spec.width, 16, 256);
    hold("heads", spec.heads, 1, spec.width);
    hold("hidden units", spec.hidden, 1, 1024);
    hold("context", spec.context, 2, 256);
    hold("vocabulary", spec.vocabulary, 2, 4096);
    if (spec.width % spec.heads != 0)
        throw Error("transformer",
                    fmt::format("{} heads do not divide a width of {}", spec.heads, spec.width),
                    "take a number that does");
    if (spec.positions == PositionKind::rotary && spec.head_width() % 2 != 0)
        throw Error("transformer",
                    fmt::format("heads of {} numbers do not turn in pairs", spec.head_width()),
                    "take fewer heads, or learned positions");
}

TransformerMatrices::TransformerMatrices(const TransformerSpec& spec) {
    const Eigen::Index width = spec.width, hidden = spec.hidden, vocabulary = spec.vocabulary;
    const auto add = [&](std::string name, MatrixKind kind, int block, Eigen::Index rows,
                         Eigen::Index cols) {
        std::string slug = name;
        for (char& c : slug)
            if (c == ' ') c = '_';
        list.push_back({std::move(name), std::move(slug), kind, rows, cols, block});
        return static_cast<int>(list.size());
    };
    embedding = add("embedding", MatrixKind::embedding, 0, width, vocabulary);
    if (spec.positions == PositionKind::learned)
        positions = add("positions", MatrixKind::positions, 0, width, spec.context);
    for (int b = 1; b <= spec.blocks; ++b) {
        const std::string of = "block " + std::to_string(b) + " ";
        Block block;
        block.query = add(of + "query", MatrixKind::query, b, width, width);
        block.key = add(of + "key", MatrixKind::key, b, width, width);
        block.value = add(of + "value", MatrixKind::value, b, width, width);
        block.output = add(of + "output", MatrixKind::attention_output, b, width, width);
        block.mlp_in = add(of + "mlp in", MatrixKind::mlp_in, b, hidden, width);
        if (spec.mlp == MlpKind::swiglu)
            block.mlp_gate = add(of + "mlp gate", MatrixKind::mlp_gate, b, hidden, width);
        block.mlp_out = add(of + "mlp out", MatrixKind::mlp_out, b, width, hidden);
        blocks.push_back(block);
    }
    if (!spec.tied) head = add("head", MatrixKind::head, 0, vocabulary, width);
}

}  // namespace muonscope
