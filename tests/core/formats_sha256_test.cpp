#include "core/formats/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace muonscope {
namespace {

// In parts of so many bytes.
std::string hash_of(const std::string& text, std::size_t part) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += part) {
        const std::string some = text.substr(at, part);
        hash.add({reinterpret_cast<const std::uint8_t*>(some.data()), some.size()});
    }
    return hash.finish();
}

// The examples of FIPS 180-2, appendix B, and the empty text.
TEST(Sha256, gives_the_published_hashes_in_parts_of_any_length) {
    const std::pair<std::string, const char*> published[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {std::string(1'000'000, 'a'),
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
    for (const auto& [text, hash] : published)
        for (const std::size_t part : {1u, 7u, 63u, 64u, 65u, 4096u})
            EXPECT_EQ(hash_of(text, part), hash) << text.size() << " in parts of " << part;
}

// The length stands in the last block where there is room for it, else in one more.
TEST(Sha256, of_lengths_about_a_block_do_not_depend_on_the_parts) {
    for (std::size_t length = 50; length < 140; ++length) {
        const std::string text(length, 'x');
        EXPECT_EQ(hash_of(text, 1), hash_of(text, length));
        EXPECT_NE(hash_of(text, 64), hash_of(text + 'x', 64));
    }
    EXPECT_EQ(hash_of(std::string(55, 'a'), 55),
              "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    EXPECT_EQ(hash_of(std::string(56, 'a'), 56),
              "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
}

}  // namespace
}  // namespace muonscope
