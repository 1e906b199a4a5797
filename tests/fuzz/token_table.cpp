// Vocabularies of any pieces and merges: refused in a sentence, or good for any text. The first
// line is the text, then come pieces up to an empty line, then merges.

#include "core/base/split.h"
#include "core/llama/tokeniser.h"
#include "tests/fuzz/tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string all(reinterpret_cast<const char*>(data), size);
    TokenTable table;
    table.pre = "smollm";
    std::string text;
    int part = 0;
    for (std::string_view line : split(all, '\n')) {
        if (part == 0) {
            text = line;
            ++part;
        } else if (part == 1 && line.empty()) {
            ++part;
        } else if (part == 1) {
            const bool control = line.starts_with("<|");
            table.pieces.emplace_back(line);
            table.types.push_back(control ? 3 : 1);
        } else {
            table.merges.emplace_back(line);
        }
    }
    try {
        const Tokeniser tokeniser(table, "any.gguf");
        for (const auto& tokens : {tokeniser.encode(text), tokeniser.encode_template(text)})
            for (int token : tokens)
                expect(token >= 0 && token < tokeniser.size(), "tokens are of the vocabulary");
    } catch (const Error& error) {
        expect(std::string(error.what()).find("any.gguf") != std::string::npos,
               "a refusal names the file");
    }
    return 0;
}
