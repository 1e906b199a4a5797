// Texts of any bytes: they come back from their tokens, as they are and while they come.

#include "core/llama/tokeniser.h"

#include "core/llama/byte_alphabet.h"
#include "tests/fuzz/tensors.h"

namespace {

using namespace muonscope;

Tokeniser tokeniser_of(const char* pre) {
    TokenTable table;
    table.pre = pre;
    table.pieces = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
    table.types = {3, 3, 3};
    const auto add = [&](const std::string& piece) {
        table.pieces.push_back(piece);
        table.types.push_back(1);
    };
    for (int byte = 0; byte < 256; ++byte)
        add(in_byte_alphabet(std::string(1, static_cast<char>(byte))));
    for (const auto& [left, right] :
         std::vector<std::pair<std::string, std::string>>{{"t", "h"},
                                                          {"th", "e"},
                                                          {" ", "the"},
                                                          {" ", " "},
                                                          {"  ", "  "},
                                                          {"i", "n"},
                                                          {"in", "g"},
                                                          {"a", "a"},
                                                          {"aa", "aa"},
                                                          {"\xc3", "\xa9"}}) {
        table.merges.push_back(in_byte_alphabet(left) + " " + in_byte_alphabet(right));
        add(in_byte_alphabet(left + right));
    }
    return {table, "fuzz"};
}

void try_text(const Tokeniser& tokeniser, const std::string& text) {
    const std::vector<int> tokens = tokeniser.encode(text);
    expect(tokeniser.decode(tokens) == text, "a text comes back from its tokens");
    for (int token : tokens) expect(!tokeniser.is_control(token), "no text is a control token");
    TextStream stream(tokeniser);
    std::string shown;
    for (int token : tokens) shown += stream.add(token);
    shown += stream.finish();
    for (int token : tokeniser.encode_template(text))
        expect(token >= 0 && token < tokeniser.size(), "tokens are of the vocabulary");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Tokeniser smollm = tokeniser_of("smollm"), gpt2 = tokeniser_of("gpt-2");
    const std::string text(reinterpret_cast<const char*>(data), size);
    try_text(smollm, text);
    try_text(gpt2, text);
    return 0;
}
