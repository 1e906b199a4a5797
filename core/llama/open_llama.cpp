#include "core/llama/open_llama.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/progress.h"
#include "core/llama/hub_llama.h"
#include "core/llama/tensor_floats.h"

namespace muonscope {

namespace {

int small(const TensorFile& file, const std::string& key, std::int64_t number) {
    if (number < 0 || number > std::numeric_limits<int>::max())
        throw Error(file.path(), fmt::format("{} is {}", key, number), "the file is damaged");
    return static_cast<int>(number);
}

int whole(const TensorFile& file, const std::string& key) {
    const auto number = file.metadata().whole(key);
    if (!number) throw Error(file.path(), "it has no key " + key, "take a GGUF file of a llama");
    return small(file, key, *number);
}

int whole(const TensorFile& file, const std::string& key, std::int64_t otherwise) {
    return small(file, key, file.metadata().whole(key).value_or(otherwise));
}

void refuse_other_rotations(const TensorFile& file) {
    const auto scaling = file.metadata().text("llama.rope.scaling.type");
    if ((scaling && *scaling != "none") || file.find("rope_freqs.weight") ||
        file.metadata().find("llama.rope.scale_linear"))
        throw Error(file.path(), "its rotary positions are stretched",
                    "this is not known here yet");
}

// Tensors of the shape's names alone: a bias or an adapter would be left out of the sums.
void refuse_other_tensors(const TensorFile& file, const LlamaWeights& weights) {
    for (const TensorEntry& entry : file.entries())
        if (!weights.has(entry.name))
            throw Error(file.path(), "no llama that is known here has a tensor " + entry.name,
                        "look at its spectra instead");
}

}  // namespace

std::string llama_path(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) return path;
    const fs::path folder(path);
    if (fs::exists(folder / "model.safetensors.index.json", ignored))
        throw Error(in_quotes(path, 200), "its weights are in several files",
                    "save the model with one, or as GGUF");
    return (folder / "model.safetensors").string();
}

LlamaShape shape_in(const TensorFile& file) {
    if (is_in_hub_form(file)) return hub_shape(file);
    const Metadata& keys = file.metadata();
    const std::string kind = keys.text("general.architecture").value_or("");
    if (kind != "llama")
        throw Error(file.path(),
                    kind.empty() ? "it does not say what model it is (general.architecture)"
                                 : fmt::format("its architecture is \"{}\"", kind),
                    "only a GGUF file of a \"llama\" can be talked to");
    refuse_other_rotations(file);
    const auto own = [](const char* key) { return std::string("llama.") + key; };
    LlamaShape shape;
    shape.blocks = whole(file, own("block_count"));
    shape.width = whole(file, own("embedding_length"));
    shape.hidden = whole(file, own("feed_forward_length"));
    shape.heads = whole(file, own("attention.head_count"));
    shape.kv_heads = whole(file, own("attention.head_count_kv"), shape.heads);
    const int even = shape.heads > 0 ? shape.width / shape.heads : 0;
    shape.head_width = whole(file, own("attention.key_length"), even);
    if (whole(file, own("attention.value_length"), shape.head_width) != shape.head_width)
        throw Error(file.path(), "values of its heads are not as long as keys",
                    "this is not known here");
    shape.rotary = whole(file, own("rope.dimension_count"), shape.head_width);
    shape.rope_base = keys.number(own("rope.freq_base")).value_or(10000);
    shape.rms_epsilon = keys.number(own("attention.layer_norm_rms_epsilon")).value_or(1e-5);
    shape.context = whole(file, own("context_length"), 0);
    const auto pieces = keys.find("tokenizer.ggml.tokens");
    shape.vocabulary =
        whole(file, own("vocab_size"), pieces ? static_cast<std::int64_t>(pieces->count) : 0);
    check_shape(shape, file.path());
    return shape;
}

LlamaWeights weights_in(const TensorFile& file) {
    if (is_in_hub_form(file)) return hub_weights(file);
    LlamaWeights weights(shape_in(file));
    refuse_other_tensors(file, weights);
    const auto count = static_cast<int>(file.entries().size());
    for (int i = 0; i < count; ++i) {
        const TensorEntry& entry = file.entries()[static_cast<std::size_t>(i)];
        work_point("tensor", i, count);
        weights.set(entry.name, floats_of(file, entry, weights.size_of(entry.name),
                                          "this llama has", "the file is damaged")
                                    .share());
    }
    weights.check_complete();
    return weights;
}

TokenTable token_table_in(const TensorFile& file) {
    if (is_in_hub_form(file)) return hub_token_table(file);
    const Metadata& keys = file.metadata();
    const auto own = [](const char* key) { return std::string("tokenizer.ggml.") + key; };
    TokenTable table;
    table.model = keys.text(own("model")).value_or("");
    table.pre = keys.text(own("pre")).value_or("");
    table.pieces = keys.texts(own("tokens")).value_or(std::vector<std::string>());
    table.merges = keys.texts(own("merges")).value_or(std::vector<std::string>());
    for (const std::int64_t type :
         keys.wholes(own("token_type")).value_or(std::vector<std::int64_t>()))
        table.types.push_back(small(file, own("token_type"), type));
    const auto token = [&](const char* key) {
        return static_cast<int>(keys.whole(own(key)).value_or(-1));
    };
    table.start = token("bos_token_id");
    table.end = token("eos_token_id");
    table.adds_start = keys.flag(own("add_bos_token")).value_or(false);
    return table;
}

Tokeniser tokeniser_in(const TensorFile& file) {
    return {token_table_in(file), file.path()};
}

std::optional<std::string> chat_template_in(const TensorFile& file) {
    if (is_in_hub_form(file)) return hub_chat_template(file);
    return file.metadata().text("tokenizer.chat_template");
}

std::string name_in_file(const TensorFile& file, std::string_view name) {
    return is_in_hub_form(file) ? pytorch_name(name) : std::string(name);
}

std::string name_of_tensor(std::string_view name_in_file) {
    constexpr std::string_view ending = ".weight";
    if (std::string name = gguf_name(name_in_file); !name.empty()) return name;
    if (name_in_file.ends_with(ending)) name_in_file.remove_suffix(ending.size());
    return std::string(name_in_file);
}

std::vector<int> rows_in_file(const TensorFile& file, const LlamaShape& shape,
                              std::string_view name) {
    return is_in_hub_form(file) ? hub_rows(shape, name) : std::vector<int>();
}

}  // namespace muonscope
