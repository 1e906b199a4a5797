#include "core/llama/hub_llama.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/progress.h"
#include "core/formats/files.h"
#include "core/formats/json_node.h"
#include "core/formats/json_text.h"
#include "core/llama/tensor_floats.h"

namespace muonscope {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t most_json = std::size_t{64} << 20;  // bytes
constexpr const char* take_other = "take a llama as GGUF, or look at its spectra instead";

std::string beside(const TensorFile& file, const char* name) {
    return (fs::path(file.path()).parent_path() / name).string();
}

// A JSON file beside the weights, with its name for faults.
struct JsonFile {
    std::string path;
    Json tree;

    JsonNode root() const { return {tree, Place{path, {}}}; }
};

std::optional<JsonFile> json_beside(const TensorFile& file, const char* name) {
    const std::string path = beside(file, name);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return {};
    // A vocabulary is an object of a key a piece.
    const JsonLimits limits{most_json, 10'000'000, 1'000'000};
    return JsonFile{path, parse_json(read_file(path, most_json), path, limits)};
}

JsonFile needed_beside(const TensorFile& file, const char* name) {
    std::optional<JsonFile> found = json_beside(file, name);
    if (!found)
        throw Error(in_quotes(file.path(), 200), fmt::format("no {} lies beside it", name),
                    "only a llama with config.json and tokenizer.json beside it, or one as GGUF, "
                    "can be talked to");
    return *std::move(found);
}

// What is there and not null.
std::optional<JsonNode> said(const JsonNode& node, const char* key) {
    std::optional<JsonNode> found = node.find(key);
    if (found && found->value().is_null()) return {};
    return found;
}

int whole(const JsonNode& node, const char* key, std::optional<int> otherwise = {}) {
    const std::optional<JsonNode> found = said(node, key);
    if (found)
        return static_cast<int>(
            found->integer(0, 1 << 30, std::string("a whole number as ") + key));
    if (!otherwise) node.fail(fmt::format("it has no {}", key), "take the config.json of a llama");
    return *otherwise;
}

// As a float, which is what PyTorch and GGUF make of it.
double real(const JsonNode& node, const char* key, double otherwise) {
    const std::optional<JsonNode> found = said(node, key);
    if (!found) return otherwise;
    if (!found->value().is_number()) found->refuse("a number");
    return static_cast<double>(found->value().get<float>());
}

bool flag(const JsonNode& node, const char* key) {
    const std::optional<JsonNode> found = said(node, key);
    return found && found->flag();
}

std::string text(const JsonNode& node, const char* key) {
    const std::optional<JsonNode> found = said(node, key);
    if (!found) return {};
    if (!found->value().is_string()) found->refuse("a text");
    return found->value().get<std::string>();
}

void refuse_stretched(const JsonNode& config, const char* key) {
    const std::optional<JsonNode> scaling = said(config, key);
    if (!scaling) return;
    for (const char* type : {"rope_type", "type"})
        if (const std::string name = text(*scaling, type); !name.empty() && name != "default")
            scaling->fail("its rotary positions are stretched", take_other);
    if (said(*scaling, "factor")) scaling->fail("its rotary positions are stretched", take_other);
}

void refuse_other_kinds(const JsonNode& config) {
    if (const std::string type = text(config, "model_type"); type != "llama")
        config.fail(fmt::format("its model_type is {}", in_quotes(type)), take_other);
    refuse_stretched(config, "rope_scaling");
    refuse_stretched(config, "rope_parameters");
    if (const std::string act = text(config, "hidden_act"); !act.empty() && act != "silu")
        config.fail(fmt::format("its hidden_act is {}", in_quotes(act)), take_other);
    for (const char* key : {"attention_bias", "mlp_bias", "rope_interleaved"})
        if (flag(config, key)) config.fail(fmt::format("its {} is true", key), take_other);
}

double rope_base(const JsonNode& config) {
    const std::optional<JsonNode> parameters = said(config, "rope_parameters");
    return parameters ? real(*parameters, "rope_theta", 10000) : real(config, "rope_theta", 10000);
}

bool is_tied(const JsonNode& config) {
    return flag(config, "tie_word_embeddings");
}

// Tables that older files hold and that follow from the shape.
bool is_table(std::string_view name) {
    return name.ends_with("rotary_emb.inv_freq");
}

SharedFloats ordered_floats(const TensorFile& file, const TensorEntry& entry,
                            const LlamaWeights::Size& size, const std::vector<int>& rows) {
    NewFloats values = floats_of(file, entry, size, "config.json says",
                                 "take config.json and weights of the same model");
    if (rows.empty()) return std::move(values).share();
    NewFloats ordered(size.rows, size.cols);
    const auto width = static_cast<std::size_t>(size.cols);
    for (std::size_t row = 0; row < rows.size(); ++row)
        std::copy_n(values.data() + static_cast<std::size_t>(rows[row]) * width, width,
                    ordered.data() + row * width);
    return std::move(ordered).share();
}

// ---- the tokeniser ----

// How words are cut: GGUF's name for it.
std::string cut_of(const JsonNode& root) {
    const std::optional<JsonNode> cut = said(root, "pre_tokenizer");
    const auto is_bytes = [](const JsonNode& node) {
        const std::optional<JsonNode> regex = said(node, "use_regex");
        return text(node, "type") == "ByteLevel" && !flag(node, "add_prefix_space") &&
               (!regex || regex->flag());
    };
    if (cut && is_bytes(*cut)) return "gpt-2";
    if (cut && text(*cut, "type") == "Sequence") {
        const std::optional<JsonNode> list = said(*cut, "pretokenizers");
        const std::vector<JsonNode> parts = list ? list->elements() : std::vector<JsonNode>();
        if (parts.size() == 2 && text(parts[0], "type") == "Digits" &&
            flag(parts[0], "individual_digits") && is_bytes(parts[1]))
            return "smollm";
    }
    (cut ? *cut : root)
        .fail("it cuts words in a way that is not known here",
              "only ByteLevel as GPT-2 has it, alone or behind single Digits, is known");
}

void refuse_other_tokenisers(const JsonNode& root, const JsonNode& model) {
    if (text(model, "type") != "BPE" && !text(model, "type").empty())
        model.fail(fmt::format("its tokeniser is {}", in_quotes(text(model, "type"))),
                   "only byte-level BPE is known here");
    if (said(root, "normalizer"))
        root.fail("it changes text before it is cut (normalizer)", "this is not known here");
    for (const char* key : {"ignore_merges", "byte_fallback"})
        if (flag(model, key))
            model.fail(fmt::format("its {} is true", key), "this is not known here");
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!text(model, key).empty())
            model.fail(fmt::format("it has a {}", key), "only byte-level BPE is known here");
    const std::optional<JsonNode> post = said(root, "post_processor");
    if (post && text(*post, "type") != "ByteLevel")
        post->fail("it adds tokens to every text", "this is not known here");
}

void put(TokenTable& table, const JsonNode& at, const std::string& piece, std::int64_t id,
         int type) {
    constexpr std::int64_t most = 1 << 20;
    if (id < 0 || id >= most) at.fail(fmt::format("token {}", id), "the file is damaged");
    const auto place = static_cast<std::size_t>(id);
    if (place >= table.pieces.size()) {
        table.pieces.resize(place + 1);
        table.types.resize(place + 1, 0);
    }
    if (table.types[place] != 0 && table.pieces[place] != piece)
        at.fail(fmt::format("token {} stands twice", id), "the file is damaged");
    table.pieces[place] = piece;
    table.types[place] = type;
}

constexpr int ordinary = 1, control = 3, added_by_hand = 4, unused = 5;  // GGUF's kinds

void read_vocabulary(TokenTable& table, const JsonNode& model) {
    const std::optional<JsonNode> vocabulary = said(model, "vocab");
    if (!vocabulary || !vocabulary->value().is_object())
        model.fail("it has no vocab", "take the tokenizer.json of a llama");
    for (const auto& [piece, id] : vocabulary->value().items()) {
        if (!id.is_number_integer()) vocabulary->refuse("whole numbers");
        put(table, *vocabulary, piece, id.get<std::int64_t>(), ordinary);
    }
}

void read_added(TokenTable& table, const JsonNode& root) {
    const std::optional<JsonNode> added = said(root, "added_tokens");
    if (!added) return;
    for (const JsonNode& token : added->elements()) {
        for (const char* key : {"lstrip", "rstrip", "single_word"})
            if (flag(token, key))
                token.fail(fmt::format("its {} is true", key), "this is not known here");
        put(table, token, text(token, "content"), whole(token, "id"),
            flag(token, "special") ? control : added_by_hand);
    }
}

// Texts, or pairs of them since some version.
void read_merges(TokenTable& table, const JsonNode& model) {
    const std::optional<JsonNode> merges = said(model, "merges");
    if (!merges) return;
    if (!merges->value().is_array()) merges->refuse("a list");
    for (const Json& merge : merges->value()) {
        const bool pair =
            merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string();
        if (!pair && !merge.is_string()) merges->refuse("texts or pairs of them");
        table.merges.push_back(pair
                                   ? merge[0].get<std::string>() + " " + merge[1].get<std::string>()
                                   : merge.get<std::string>());
    }
}

// A token by what it says, "<|im_end|>" or {"content": "<|im_end|>"}; -1: there is none.
int token_called(const TokenTable& table, const JsonNode& settings, const char* key) {
    const std::optional<JsonNode> found = said(settings, key);
    if (!found) return -1;
    const std::string piece =
        found->value().is_object() ? text(*found, "content") : text(settings, key);
    const auto place = std::find(table.pieces.begin(), table.pieces.end(), piece);
    return place == table.pieces.end() ? -1 : static_cast<int>(place - table.pieces.begin());
}

// The number itself, or the first of several.
int token_numbered(const JsonNode& config, const char* key) {
    const std::optional<JsonNode> found = said(config, key);
    if (!found) return -1;
    if (!found->value().is_array()) return whole(config, key);
    const std::vector<JsonNode> all = found->elements();
    return all.empty() ? -1 : static_cast<int>(all.front().integer(0, 1 << 30, "a token"));
}

}  // namespace

bool is_in_hub_form(const TensorFile& file) {
    return file.format() == "safetensors";
}

LlamaShape hub_shape(const TensorFile& file) {
    const JsonFile json = needed_beside(file, "config.json");
    const JsonNode config = json.root();
    refuse_other_kinds(config);
    LlamaShape shape;
    shape.blocks = whole(config, "num_hidden_layers");
    shape.width = whole(config, "hidden_size");
    shape.hidden = whole(config, "intermediate_size");
    shape.heads = whole(config, "num_attention_heads");
    shape.kv_heads = whole(config, "num_key_value_heads", shape.heads);
    shape.head_width = whole(config, "head_dim", shape.heads > 0 ? shape.width / shape.heads : 0);
    shape.rotary = shape.head_width;
    shape.rope_base = rope_base(config);
    shape.rms_epsilon = real(config, "rms_norm_eps", static_cast<double>(1e-6F));
    shape.context = whole(config, "max_position_embeddings", 2048);
    shape.vocabulary = whole(config, "vocab_size");
    check_shape(shape, json.path);
    return shape;
}

LlamaWeights hub_weights(const TensorFile& file) {
    LlamaWeights weights(hub_shape(file));
    const JsonFile json = needed_beside(file, "config.json");
    const bool tied = is_tied(json.root());
    const auto count = static_cast<int>(file.entries().size());
    for (int i = 0; i < count; ++i) {
        const TensorEntry& entry = file.entries()[static_cast<std::size_t>(i)];
        const std::string name = gguf_name(entry.name);
        if (is_table(entry.name) || (tied && name == "output")) continue;
        if (name.empty() || !weights.has(name))
            throw Error(file.path(), "no llama that is known here has a tensor " + entry.name,
                        "look at its spectra instead");
        work_point("tensor", i, count);
        weights.set(name, ordered_floats(file, entry, weights.size_of(name),
                                         hub_rows(weights.shape(), name)));
    }
    weights.check_complete();
    if (!tied && weights.tied())
        throw Error(file.path(), "it has no lm_head.weight, and config.json ties it to nothing",
                    "take a file that holds all of a llama's tensors");
    return weights;
}

TokenTable hub_token_table(const TensorFile& file) {
    const JsonFile json = needed_beside(file, "tokenizer.json");
    const JsonNode root = json.root();
    const std::optional<JsonNode> model = said(root, "model");
    if (!model) root.fail("it has no model", "take the tokenizer.json of a llama");
    refuse_other_tokenisers(root, *model);
    TokenTable table;
    table.pre = cut_of(root);
    read_vocabulary(table, *model);
    read_added(table, root);
    read_merges(table, *model);
    const JsonFile config = needed_beside(file, "config.json");
    // Rows of the embedding that no token has.
    const auto rows = static_cast<std::size_t>(whole(config.root(), "vocab_size"));
    if (table.pieces.size() < rows && rows <= (std::size_t{1} << 20)) {
        table.pieces.resize(rows);
        table.types.resize(rows, 0);
    }
    for (std::size_t i = 0; i < table.pieces.size(); ++i) {
        if (table.types[i] != 0) continue;
        table.pieces[i] = fmt::format("[PAD{}]", i);
        table.types[i] = unused;
    }
    table.start = token_numbered(config.root(), "bos_token_id");
    table.end = token_numbered(config.root(), "eos_token_id");
    if (const auto settings = json_beside(file, "tokenizer_config.json")) {
        const int start = token_called(table, settings->root(), "bos_token");
        const int end = token_called(table, settings->root(), "eos_token");
        if (start >= 0) table.start = start;
        if (end >= 0) table.end = end;
        table.adds_start = flag(settings->root(), "add_bos_token");
    }
    return table;
}

std::optional<std::string> hub_chat_template(const TensorFile& file) {
    const std::string alone = beside(file, "chat_template.jinja");
    std::error_code ignored;
    if (fs::exists(alone, ignored)) return read_file(alone, std::size_t{1} << 20);
    const auto settings = json_beside(file, "tokenizer_config.json");
    if (!settings) return {};
    const JsonNode root = settings->root();
    const std::optional<JsonNode> found = said(root, "chat_template");
    if (!found) return {};
    if (!found->value().is_array()) return text(root, "chat_template");
    for (const JsonNode& one : found->elements())
        if (text(one, "name") == "default") return text(one, "template");
    return {};
}

std::vector<int> hub_rows(const LlamaShape& shape, std::string_view name) {
    const std::string_view tensor = name.substr(name.rfind('.') + 1);
    const int heads = tensor == "attn_q" ? shape.heads : tensor == "attn_k" ? shape.kv_heads : 0;
    const int half = shape.head_width / 2;
    std::vector<int> rows;
    for (int head = 0; head < heads; ++head)
        for (int i = 0; i < shape.head_width; ++i)
            rows.push_back(head * shape.head_width + i % 2 * half + i / 2);
    return rows;
}

}  // namespace muonscope
