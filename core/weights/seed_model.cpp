#include "core/weights/seed_model.h"

#include <cstdint>
#include <vector>

#include "core/formats/tensor_writer.h"
#include "core/linalg/spectrum.h"
#include "core/llama/byte_alphabet.h"
#include "core/random/generator.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {

namespace {

void plant(Matrix& matrix, double factor) {
    const ThinSvd svd = tensor_svd(matrix);
    matrix += svd.u.col(0) * (factor * svd.s(1) - svd.s(0)) * svd.v.col(0).transpose();
    matrix = matrix.cast<float>().cast<double>();
}

}  // namespace

void write_seed_model(const std::string& path, double planted) {
    // Two blocks of width 16, four heads of which two share keys and values, a token a byte.
    constexpr int blocks = 2, width = 16, hidden = 24, heads = 4, kv_heads = 2;
    Metadata keys;
    keys.set_text("general.architecture", "llama");
    keys.set_u32("llama.block_count", blocks);
    keys.set_u32("llama.embedding_length", width);
    keys.set_u32("llama.feed_forward_length", hidden);
    keys.set_u32("llama.attention.head_count", heads);
    keys.set_u32("llama.attention.head_count_kv", kv_heads);
    keys.set_u32("llama.rope.dimension_count", width / heads);
    keys.set_f32("llama.rope.freq_base", 1000);
    keys.set_f32("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    keys.set_u32("llama.context_length", 512);
    std::vector<std::string> pieces{"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
    std::vector<std::int32_t> types{3, 3, 3};
    for (int byte = 0; byte < 256; ++byte) {
        pieces.push_back(in_byte_alphabet(std::string(1, static_cast<char>(byte))));
        types.push_back(1);
    }
    keys.set_text("tokenizer.ggml.model", "gpt2");
    keys.set_text("tokenizer.ggml.pre", "smollm");
    keys.set_texts("tokenizer.ggml.tokens", pieces);
    keys.set_i32s("tokenizer.ggml.token_type", types);
    keys.set_texts("tokenizer.ggml.merges", {});
    keys.set_u32("tokenizer.ggml.eos_token_id", 2);
    keys.set_text(
        "tokenizer.chat_template",
        "{% for m in messages %}{{'<|im_start|>' + m['role'] + m['content'] + '<|im_end|>'}}"
        "{% endfor %}");
    const int vocabulary = static_cast<int>(pieces.size());
    Generator generator(5, Purpose::lab);
    std::vector<Matrix> matrices;
    std::vector<WrittenTensor> tensors;
    const auto add = [&](const std::string& name, int rows, int cols) {
        Matrix matrix = cols == 1 ? Matrix(Matrix::Ones(rows, 1))
                                  : Matrix(0.4 * generator.normal_matrix(rows, cols));
        std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(rows)};
        if (cols > 1) shape.push_back(static_cast<std::uint64_t>(cols));
        matrices.push_back(matrix.cast<float>().cast<double>());
        tensors.push_back({name + ".weight", shape, &tensor_type("F32"), {}});
    };
    add("token_embd", vocabulary, width);
    matrices.back().row(2).setZero();  // the end is never likeliest: answers are as long as asked
    for (int block = 0; block < blocks; ++block) {
        const std::string at = "blk." + std::to_string(block) + ".";
        add(at + "attn_norm", width, 1);
        add(at + "attn_q", width, width);
        add(at + "attn_k", width / heads * kv_heads, width);
        add(at + "attn_v", width / heads * kv_heads, width);
        add(at + "attn_output", width, width);
        add(at + "ffn_norm", width, 1);
        add(at + "ffn_gate", hidden, width);
        add(at + "ffn_up", hidden, width);
        add(at + "ffn_down", width, hidden);
    }
    add("output_norm", width, 1);
    if (planted > 1) plant(matrices[matrices.size() - 2], planted);
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].values = values_from(matrices[i]);
    write_gguf(path, tensors, keys);
}

}  // namespace muonscope
