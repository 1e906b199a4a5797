#include "core/weights/lesson.h"

#include <fmt/format.h>

namespace muonscope {

namespace {

// 97920: "97,920".
std::string with_commas(std::size_t number) {
    std::string digits = fmt::format("{}", number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
}

}  // namespace

std::vector<LessonPart> lesson(int blocks, std::size_t values) {
    const bool known = blocks == 30;
    const int last = blocks - 1;
    const std::string all = with_commas(values);
    // Where SmolLM2 has its massive activations, and where it does not mind.
    const int massive = known ? 11 : last, wide = known ? 28 : 0, noisy = known ? 24 : last;
    const std::string early = known ? "blk.1.ffn_down+blk.2.ffn_down" : "ffn_down";
    const std::string late = known ? "blk.20-29.ffn_up+blk.20-29.ffn_down" : "ffn_up+ffn_down";
    const auto part = [](std::string says, const std::string& edit) {
        return LessonPart{std::move(says), {edit_in(edit)}};
    };
    return {
        part(fmt::format("One number of {}: the largest singular value of block {}’s ffn_down "
                         "becomes 0.",
                         all, massive),
             fmt::format("blk.{}.ffn_down:drop-top=1", massive)),
        part("Block 0’s attn_q keeps the largest 25 % of its singular values; all others become 0.",
             "blk.0.attn_q:keep=25%"),
        part("Nothing becomes 0: all singular values of each attn_v are made equal, and its "
             "Frobenius norm stays.",
             "attn_v:flatten"),
        part(fmt::format("The largest singular value of block {}’s ffn_up becomes 0.", wide),
             fmt::format("blk.{}.ffn_up:drop-top=1", wide)),
        part(fmt::format("All {} singular values move a little: s becomes s₁ (s/s₁)^0.9, and each "
                         "matrix keeps its Frobenius norm.",
                         all),
             fmt::format("blk.0-{}:power=.9", last)),
        part(fmt::format("Block {}’s attn_k is replaced by noise with the same singular values: "
                         "every entry is another.",
                         noisy),
             fmt::format("blk.{}.attn_k:noise=0", noisy)),
        part(known ? "ffn_up and ffn_down of the last ten blocks keep the largest 10 % of their "
                     "singular values, which is said to improve far larger models (LASER)."
                   : "ffn_up and ffn_down keep the largest 10 % of their singular values (LASER).",
             late + ":keep=10%"),
        part(known ? "Two numbers: the largest singular values of ffn_down in blocks 1 and 2 "
                     "become 0."
                   : "The largest singular value of each ffn_down becomes 0.",
             early + ":drop-top=1"),
    };
}

}  // namespace muonscope
