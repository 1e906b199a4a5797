#include "core/llama/tokeniser.h"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <utility>

#include "core/base/error.h"
#include "core/llama/byte_alphabet.h"
#include "core/llama/code_points.h"

namespace muonscope {

namespace {

// GGUF's token_type.
constexpr int ordinary = 1, control_type = 3, added_by_user = 4;

WordRule rule_of(const TokenTable& table, const std::string& source) {
    if (table.model != "gpt2")
        throw Error(source, fmt::format("its tokeniser is \"{}\"", table.model),
                    "only byte pair encoding as GPT-2's (\"gpt2\") is known here");
    if (table.pre == "smollm") return WordRule::smollm;
    if (table.pre == "gpt-2") return WordRule::gpt2;
    throw Error(source, fmt::format("its tokeniser cuts words as \"{}\"", table.pre),
                "only \"smollm\" and \"gpt-2\" are known here");
}

std::uint64_t pair_of(int left, int right) {
    return std::uint64_t(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
}

}  // namespace

Tokeniser::Tokeniser(const TokenTable& table, const std::string& source)
    : rule_(rule_of(table, source)),
      start_(table.start),
      end_(table.end),
      adds_start_(table.adds_start) {
    if (!table.types.empty() && table.types.size() != table.pieces.size())
        throw Error(source,
                    fmt::format("{} kinds of {} tokens", table.types.size(), table.pieces.size()),
                    "the file is damaged");
    const auto count = static_cast<int>(table.pieces.size());
    if (start_ < -1 || start_ >= count || end_ < -1 || end_ >= count)
        throw Error(
            source,
            fmt::format("a text starts or ends with token {} or {} of {}", start_, end_, count),
            "the file is damaged");
    read_pieces(table, source);
    read_merges(table, source);
}

void Tokeniser::read_pieces(const TokenTable& table, const std::string& source) {
    byte_tokens_.fill(-1);
    bytes_.reserve(table.pieces.size());
    for (std::size_t i = 0; i < table.pieces.size(); ++i) {
        const std::string& piece = table.pieces[i];
        const int type = table.types.empty() ? ordinary : table.types[i];
        if (type == added_by_user)
            throw Error(source, fmt::format("token {} was added to its tokeniser by hand", i),
                        "such tokenisers are not known here");
        is_control_.push_back(type == control_type);
        const auto token = static_cast<int>(i);
        if (is_control_.back() && !piece.empty()) {
            controls_.emplace(piece, token);
            longest_control_ = std::max(longest_control_, piece.size());
        }
        const auto bytes = type == ordinary ? from_byte_alphabet(piece) : std::nullopt;
        bytes_.push_back(bytes.value_or(piece));
        if (bytes && bytes->size() == 1) {
            int& of_byte = byte_tokens_[static_cast<unsigned char>(bytes->front())];
            if (of_byte < 0) of_byte = token;
        }
    }
    for (char byte = ' '; byte <= '~'; ++byte)
        if (byte_tokens_[static_cast<unsigned char>(byte)] < 0)
            throw Error(source, fmt::format("no token is \"{}\" alone", byte),
                        "nothing could be written with such a tokeniser");
}

void Tokeniser::read_merges(const TokenTable& table, const std::string& source) {
    std::unordered_map<std::string_view, int> tokens;
    for (std::size_t i = 0; i < table.pieces.size(); ++i)
        if (!is_control_[i]) tokens.emplace(table.pieces[i], static_cast<int>(i));
    merges_.reserve(table.merges.size());
    std::string joined;
    for (std::size_t rank = 0; rank < table.merges.size(); ++rank) {
        const std::string_view merge = table.merges[rank];
        const std::size_t space = merge.find(' ');
        const std::string_view left = merge.substr(0, space);
        const std::string_view right =
            space == std::string_view::npos ? std::string_view() : merge.substr(space + 1);
        joined.assign(left).append(right);
        const auto first = tokens.find(left), second = tokens.find(right),
                   whole = tokens.find(joined);
        if (first == tokens.end() || second == tokens.end() || whole == tokens.end())
            throw Error(source, fmt::format("merge {}, \"{}\", is not of its tokens", rank, merge),
                        "the file is damaged");
        merges_.emplace(pair_of(first->second, second->second),
                        Merge{static_cast<int>(rank), whole->second});
    }
}

const Tokeniser::Merge* Tokeniser::merge_of(int left, int right) const {
    const auto found = merges_.find(pair_of(left, right));
    return found == merges_.end() ? nullptr : &found->second;
}

// A word as a chain of parts, each a token; what can be merged waits in the order of ranks, and of
// equal ones from left to right. So a word of any length costs about as many steps as it has bytes.
struct Tokeniser::MergeRun {
    struct Part {
        int token, before, next;  // before, next: -1 at the ends
    };
    struct Candidate {
        int rank, left, right;  // parts
        int left_token, right_token;
        bool operator>(const Candidate& other) const {
            return std::pair(rank, left) > std::pair(other.rank, other.left);
        }
    };

    const Tokeniser& tokeniser;
    std::vector<Part> parts = {};
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> waiting = {};

    void consider(int left, int right) {
        if (left < 0 || right < 0) return;
        const int left_token = parts[left].token, right_token = parts[right].token;
        if (const Merge* merge = tokeniser.merge_of(left_token, right_token))
            waiting.push({merge->rank, left, right, left_token, right_token});
    }

    void add_word(std::string_view word, std::vector<int>& tokens) {
        parts.clear();
        for (const char byte : word) {
            const int token = tokeniser.byte_tokens_[static_cast<unsigned char>(byte)];
            const auto here = static_cast<int>(parts.size());
            if (token >= 0) parts.push_back({token, here - 1, here + 1});
        }
        if (parts.empty()) return;
        parts.back().next = -1;
        for (int i = 0; parts[i].next > 0; ++i) consider(i, i + 1);
        while (!waiting.empty()) {
            const Candidate best = waiting.top();
            waiting.pop();
            Part &left = parts[best.left], &right = parts[best.right];
            // Since merged with another: a part that is gone has no token.
            if (left.token != best.left_token || right.token != best.right_token ||
                left.next != best.right)
                continue;
            left.token = tokeniser.merge_of(left.token, right.token)->token;
            left.next = right.next;
            if (right.next >= 0) parts[right.next].before = best.left;
            right.token = -1;
            consider(left.before, best.left);
            consider(best.left, left.next);
        }
        for (int i = 0; i >= 0; i = parts[i].next) tokens.push_back(parts[i].token);
    }
};

std::vector<int> Tokeniser::encode(std::string_view text) const {
    std::vector<int> tokens;
    MergeRun run{*this};
    for (const std::string_view word : words_of(text, rule_)) run.add_word(word, tokens);
    return tokens;
}

std::vector<int> Tokeniser::encode_template(std::string_view text) const {
    std::vector<int> tokens;
    const auto add = [&](std::string_view part) {
        const std::vector<int> more = encode(part);
        tokens.insert(tokens.end(), more.begin(), more.end());
    };
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = std::min(longest_control_, text.size() - i);
        std::optional<int> found;
        for (; length > 0 && !found; --length) found = control(text.substr(i, length));
        if (!found) {
            ++i;
            continue;
        }
        add(text.substr(begin, i - begin));
        tokens.push_back(*found);
        i += length + 1;
        begin = i;
    }
    add(text.substr(begin));
    return tokens;
}

std::optional<int> Tokeniser::control(std::string_view piece) const {
    const auto found = controls_.find(std::string(piece));
    if (found == controls_.end()) return {};
    return found->second;
}

std::string Tokeniser::decode(std::span<const int> tokens) const {
    std::string text;
    for (const int token : tokens) text += bytes(token);
    return text;
}

std::string TextStream::add(int token) {
    waiting_ += tokeniser_->bytes(token);
    const std::size_t kept = incomplete_bytes(waiting_);
    std::string shown = waiting_.substr(0, waiting_.size() - kept);
    waiting_.erase(0, shown.size());
    return shown;
}

std::string TextStream::finish() {
    return std::exchange(waiting_, {});
}

}  // namespace muonscope
