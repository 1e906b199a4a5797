// Byte pair encoding as the package `tokenizers` does it, and what it must not lose or take.

#include "core/llama/tokeniser.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/llama/byte_alphabet.h"
#include "core/llama/chat.h"
#include "core/llama/code_points.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;
using Tokens = std::vector<int>;

const Json& golden() {
    static const Json json = [] {
        std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/tokeniser.json");
        return Json::parse(file);
    }();
    return json;
}

TokenTable small_table(const std::string& pre = "smollm") {
    TokenTable table;
    table.pre = pre;
    table.pieces = golden().at("pieces");
    table.types = golden().at("types").get<std::vector<int>>();
    table.merges = golden().at("merges");
    table.end = 2;
    return table;
}

Tokeniser small(const std::string& pre = "smollm") {
    return {small_table(pre), "small"};
}

TEST(Tokeniser, gives_the_tokens_of_tokenizers) {
    for (const std::string pre : {"smollm", "gpt-2"}) {
        const Tokeniser tokeniser = small(pre);
        const Json& cases = golden().at(pre);
        ASSERT_GE(cases.size(), 200U);
        for (const Json& json : cases) {
            const std::string text = json.at("text");
            EXPECT_EQ(tokeniser.encode(text), json.at("tokens").get<Tokens>()) << pre << text;
            EXPECT_EQ(tokeniser.encode_template(text),
                      json.value("template", json.at("tokens").get<Tokens>()))
                << pre << text;
            EXPECT_EQ(tokeniser.decode(tokeniser.encode(text)), text);
        }
    }
}

// As files of untrusted bytes have them: cut short, overlong, halves of pairs of UTF-16, beyond the
// last code point, and any bytes.
TEST(Tokeniser, loses_no_byte_of_what_is_not_utf_8) {
    const Tokeniser tokeniser = small();
    std::vector<std::string> texts{
        "a\xff z",          "\xc3",     "\xe2\x82",     "a\xe2\x82 b",
        "\xc0\xaf",         "\xf5\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xe2\x82\xac\xac", "\x80\x80", "\xf0\x9f\x98"};
    std::uint32_t seed = 5;
    for (int i = 0; i < 300; ++i) {
        std::string text;
        for (int length = i % 40; length > 0; --length) {
            seed = seed * 1664525U + 1013904223U;
            text += static_cast<char>(seed >> 24);
        }
        texts.push_back(text);
    }
    for (const std::string& text : texts) EXPECT_EQ(tokeniser.decode(tokeniser.encode(text)), text);
    // A byte that is no character is neither a letter nor a space: "é" alone is one.
    EXPECT_EQ(words_of("ab\xc3 c\xc3\xa9", WordRule::gpt2),
              (std::vector<std::string_view>{"ab", "\xc3", " c\xc3\xa9"}));
    EXPECT_EQ(words_of("1\xff"
                       "2",
                       WordRule::smollm),
              (std::vector<std::string_view>{"1", "\xff", "2"}));
}

TEST(Tokeniser, takes_what_somebody_typed_for_no_control_token) {
    const Tokeniser tokeniser = small();
    const int end = tokeniser.control("<|im_end|>").value();
    EXPECT_TRUE(tokeniser.is_control(end));
    const std::string text = "so <|im_end|> it ends";
    for (const int token : tokeniser.encode(text)) EXPECT_FALSE(tokeniser.is_control(token));
    const Tokens cut = tokeniser.encode_template(text);
    EXPECT_EQ(std::count(cut.begin(), cut.end(), end), 1);
    EXPECT_EQ(tokeniser.decode(cut), text);
    EXPECT_FALSE(tokeniser.control("the").has_value());
}

TEST(Tokeniser, takes_a_long_word_in_little_time) {
    const Tokeniser tokeniser = small();
    std::string text;
    for (int i = 0; i < 200000; ++i) text += "thesingularvalues"[i * 7 % 17];
    EXPECT_EQ(tokeniser.decode(tokeniser.encode(text)), text);  // a square would take minutes
}

TEST(Tokeniser, leaves_out_a_byte_that_it_has_no_token_for) {
    TokenTable table = small_table();
    const std::string none = in_byte_alphabet("\xff");
    std::replace(table.pieces.begin(), table.pieces.end(), none, std::string("unused"));
    const Tokeniser tokeniser(table, "small");
    EXPECT_EQ(tokeniser.decode(tokeniser.encode("a\xff b\xff")), "a b");
    EXPECT_TRUE(tokeniser.encode("\xff\xff").empty());
}

TEST(Tokeniser, that_is_not_known_is_refused_in_words) {
    const auto refused = [](auto change, const std::string& part) {
        TokenTable table = small_table();
        change(table);
        EXPECT_MESSAGE(Tokeniser(table, "some.gguf"), part);
        EXPECT_MESSAGE(Tokeniser(table, "some.gguf"), "some.gguf: ");
    };
    refused([](TokenTable& t) { t.model = "llama"; }, "\"llama\"");
    refused([](TokenTable& t) { t.pre = "qwen2"; }, "\"qwen2\"");
    refused([](TokenTable& t) { t.types[7] = 4; }, "token 7");
    refused([](TokenTable& t) { t.types.pop_back(); }, "359 kinds of 360");
    refused([](TokenTable& t) { t.merges[3] = "zzz q"; }, "merge 3, \"zzz q\"");
    refused([](TokenTable& t) { t.merges[3] = "zzz"; }, "merge 3");
    refused([](TokenTable& t) { t.end = 360; }, "360");
    refused([](TokenTable& t) { t.pieces[4] = "??"; }, "\"!\" alone");
}

TEST(ByteAlphabet, is_that_of_gpt_2_and_comes_back) {
    EXPECT_EQ(in_byte_alphabet(" a\n"), "\u0120a\u010a");
    EXPECT_EQ(in_byte_alphabet("\xad\xff\x7f"), "\u0143\u00ff\u0121");
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    EXPECT_EQ(from_byte_alphabet(in_byte_alphabet(bytes)), bytes);
    for (const char* text : {" ", "\u0144", "\u2603", "\xc4", "\x7f", "\xff"})
        EXPECT_FALSE(from_byte_alphabet(text).has_value()) << text;
}

TEST(TextStream, holds_back_what_is_not_yet_a_character) {
    const Tokeniser tokeniser = small();
    TextStream stream(tokeniser);
    std::string shown;
    const std::string text = "a\u20ac\U0001f680 z";
    for (const char byte : text) {
        const Tokens token = tokeniser.encode(std::string(1, byte));
        ASSERT_EQ(token.size(), 1U);
        const std::string more = stream.add(token[0]);
        EXPECT_EQ(incomplete_bytes(more), 0U);
        EXPECT_TRUE(more.empty() || first_character(more).bytes == more.size()) << more;
        shown += more;
    }
    EXPECT_EQ(shown, text);
    EXPECT_EQ(stream.finish(), "");
    stream.add(tokeniser.encode("\xe2")[0]);
    EXPECT_EQ(stream.add(tokeniser.encode("\x82")[0]), "");
    EXPECT_EQ(stream.finish(), "\xe2\x82");
    // What cannot become a character does not wait.
    EXPECT_EQ(stream.add(tokeniser.encode("\xff")[0]), "\xff");
    EXPECT_EQ(incomplete_bytes("\xed\xa0"), 0U);
    EXPECT_EQ(incomplete_bytes("\x80\x80\x80\x80"), 0U);
    EXPECT_EQ(incomplete_bytes("\xf0\x9f\x98"), 3U);
}

TEST(Chat, is_chatml_with_the_message_that_the_model_brings) {
    const Tokeniser tokeniser = small();
    const auto chat = chat_template_of(
        "{% if x %}{{ '<|im_start|>system\nBe brief.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + "
        "message['role'] + '\n'}}");
    ASSERT_TRUE(chat.has_value());
    EXPECT_EQ(chat->system, "Be brief.");
    const std::vector<ChatMessage> messages{{ChatRole::user, "1 + <|im_end|>"},
                                            {ChatRole::assistant, "\n2"}};
    const Tokens tokens = chat_tokens(*chat, messages, tokeniser);
    EXPECT_EQ(
        tokeniser.decode(tokens),
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n1 + <|im_end|><|im_end|>\n"
        "<|im_start|>assistant\n\n2<|im_end|>\n<|im_start|>assistant\n");
    const int end = tokeniser.control("<|im_end|>").value();
    EXPECT_EQ(std::count(tokens.begin(), tokens.end(), end), 3);

    const std::vector<ChatMessage> own{{ChatRole::system, "x"}};
    EXPECT_EQ(tokeniser.decode(chat_tokens(*chat, own, tokeniser)),
              "<|im_start|>system\nx<|im_end|>\n<|im_start|>assistant\n");
    EXPECT_EQ(chat_template_of("<|im_start|>{{ role }}<|im_end|>")->system, "");
    EXPECT_FALSE(chat_template_of("[INST] {{ text }} [/INST]").has_value());
    TokenTable table = small_table();
    table.types.assign(table.types.size(), 1);
    EXPECT_MESSAGE(chat_tokens(*chat, own, Tokeniser(table, "")), "no token <|im_start|>");
}

}  // namespace
}  // namespace muonscope
