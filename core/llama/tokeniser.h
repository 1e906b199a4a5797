#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/llama/words.h"

namespace muonscope {

// What a tokeniser is made of, as GGUF's keys tokenizer.ggml.… have it.
struct TokenTable {
    std::string model = "gpt2", pre;  // how it merges, and how it cuts before
    std::vector<std::string> pieces;  // in GPT-2's alphabet; control tokens as they are
    std::vector<int> types;           // as many, or none: all are ordinary
    std::vector<std::string> merges;  // "left right", lowest rank first
    int start = -1, end = -1;         // of a text; -1: there is none
    bool adds_start = false;          // before every text
};

// Byte-level byte pair encoding (Sennrich et al., arXiv 1508.07909; Radford et al. 2019): text is
// cut into words, and in each the neighbours with the lowest rank are merged until none can be.
// Every text, valid UTF-8 or not, comes back from its tokens to the byte, but for bytes that the
// vocabulary has no token for, which are left out as `tokenizers` leaves them out: of SmolLM2's six
// control characters and what no UTF-8 has but for the rarest planes.
class Tokeniser {
  public:
    // Throws Error, which names `source`, for kinds of tokenisers that are not known here and
    // tables that contradict themselves.
    Tokeniser(const TokenTable& table, const std::string& source);

    int size() const { return static_cast<int>(bytes_.size()); }
    int start() const { return start_; }  // -1: there is none
    int end() const { return end_; }
    bool adds_start() const { return adds_start_; }

    // Of what somebody wrote: control tokens in it are letters like any others.
    std::vector<int> encode(std::string_view text) const;
    // Of a template: control tokens in it are cut out first, the longest where several begin.
    std::vector<int> encode_template(std::string_view text) const;

    std::optional<int> control(std::string_view piece) const;
    bool is_control(int token) const { return is_control_[static_cast<std::size_t>(token)]; }
    // What a token stands for, which may be part of a character; the piece of a control token.
    const std::string& bytes(int token) const { return bytes_[static_cast<std::size_t>(token)]; }
    std::string decode(std::span<const int> tokens) const;

  private:
    struct Merge {
        int rank, token;
    };
    struct MergeRun;  // of one word
    void read_pieces(const TokenTable& table, const std::string& source);
    void read_merges(const TokenTable& table, const std::string& source);
    const Merge* merge_of(int left, int right) const;

    WordRule rule_ = WordRule::gpt2;
    int start_, end_;
    bool adds_start_;
    std::vector<std::string> bytes_;
    std::vector<bool> is_control_;
    std::unordered_map<std::string, int> controls_;
    std::size_t longest_control_ = 0;
    std::array<int, 256> byte_tokens_{};
    std::unordered_map<std::uint64_t, Merge> merges_;  // by left and right
};

// Tokens as text while they come: what ends within a character waits for the rest of it.
class TextStream {
  public:
    explicit TextStream(const Tokeniser& tokeniser) : tokeniser_(&tokeniser) {}
    // What can be shown now.
    std::string add(int token);
    // What still waits, when nothing more comes.
    std::string finish();

  private:
    const Tokeniser* tokeniser_;
    std::string waiting_;
};

}  // namespace muonscope
