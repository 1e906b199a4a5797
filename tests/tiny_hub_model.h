#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/tiny_model.h"

namespace muonscope {

// The tiny model as the Hub keeps a llama: what stands in the JSON files may be changed before they
// are written.
struct TinyHubModel {
    using Json = nlohmann::ordered_json;

    static constexpr int head_width = 4;
    Json config = {{"architectures", {"LlamaForCausalLM"}},
                   {"model_type", "llama"},
                   {"hidden_size", 16},
                   {"intermediate_size", 24},
                   {"num_hidden_layers", 2},
                   {"num_attention_heads", 4},
                   {"num_key_value_heads", 2},
                   {"max_position_embeddings", 512},
                   {"rms_norm_eps", 1e-5},
                   {"rope_theta", 1000.0},
                   {"rope_scaling", nullptr},
                   {"hidden_act", "silu"},
                   {"attention_bias", false},
                   {"tie_word_embeddings", true},
                   {"eos_token_id", 0}};
    Json tokenizer, settings;
    std::vector<std::pair<std::string, Matrix>> tensors;  // by PyTorch's names, without .weight

    // `file`: it as GGUF.
    explicit TinyHubModel(const TensorFile& file) {
        const std::vector<std::string> pieces = *file.metadata().texts("tokenizer.ggml.tokens");
        config["vocab_size"] = pieces.size();
        settings["eos_token"] = "<|im_end|>";
        settings["chat_template"] = *file.metadata().text("tokenizer.chat_template");
        write_tokenizer(pieces);
        for (const TensorEntry& entry : file.entries()) {
            const std::string name = entry.name.substr(0, entry.name.size() - 7);
            Matrix values(entry.values(), 1);
            if (entry.shape.size() == 2)
                values = read_matrix(file, entry);
            else
                file.read(entry, std::span<double>(values.data(), entry.values()));
            tensors.emplace_back(hub_name(name), in_halves(name, values));
        }
    }

    void write(const std::string& folder) const {
        std::filesystem::create_directories(folder);
        std::vector<WrittenTensor> all;
        for (const auto& [name, values] : tensors) {
            std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(values.rows())};
            if (values.cols() > 1) shape.push_back(static_cast<std::uint64_t>(values.cols()));
            all.push_back({name + ".weight", shape, &tensor_type("F32"), values_from(values)});
        }
        write_safetensors(folder + "/model.safetensors", all, {});
        write_file(folder + "/config.json", config.dump());
        write_file(folder + "/tokenizer.json", tokenizer.dump());
        write_file(folder + "/tokenizer_config.json", settings.dump());
    }

    static std::string hub_name(const std::string& name) {
        if (name == "token_embd") return "model.embed_tokens";
        if (name == "output_norm") return "model.norm";
        const std::size_t dot = name.find('.', 4);
        static const std::pair<const char*, const char*> kinds[] = {
            {"attn_norm", "input_layernorm"},    {"attn_q", "self_attn.q_proj"},
            {"attn_k", "self_attn.k_proj"},      {"attn_v", "self_attn.v_proj"},
            {"attn_output", "self_attn.o_proj"}, {"ffn_norm", "post_attention_layernorm"},
            {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
            {"ffn_down", "mlp.down_proj"}};
        for (const auto& [gguf, hub] : kinds)
            if (name.substr(dot + 1) == gguf)
                return "model.layers." + name.substr(4, dot - 4) + "." + hub;
        return name;
    }

    // Even rows of each head first, then odd ones: what turns together stands half a head apart.
    static Matrix in_halves(const std::string& name, const Matrix& values) {
        if (!name.ends_with("attn_q") && !name.ends_with("attn_k")) return values;
        Matrix rows(values.rows(), values.cols());
        for (Eigen::Index head = 0; head < rows.rows(); head += head_width)
            for (int i = 0; i < head_width / 2; ++i)
                for (int odd = 0; odd < 2; ++odd)
                    rows.row(head + odd * head_width / 2 + i) = values.row(head + 2 * i + odd);
        return rows;
    }

  private:
    // Three control tokens, then the bytes.
    void write_tokenizer(const std::vector<std::string>& pieces) {
        const Json digits = {{"type", "Digits"}, {"individual_digits", true}};
        const Json bytes = {
            {"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}};
        tokenizer["normalizer"] = nullptr;
        tokenizer["pre_tokenizer"]["type"] = "Sequence";
        tokenizer["pre_tokenizer"]["pretokenizers"] = Json::array({digits, bytes});
        tokenizer["post_processor"] = nullptr;
        tokenizer["model"]["type"] = "BPE";
        tokenizer["model"]["merges"] = Json::array();
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            tokenizer["model"]["vocab"][pieces[i]] = i;
            if (i >= 3) continue;
            Json token;
            token["id"] = i;
            token["content"] = pieces[i];
            token["special"] = true;
            tokenizer["added_tokens"].push_back(token);
        }
    }
};

}  // namespace muonscope
