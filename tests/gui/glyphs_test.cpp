#include "app/gui/fonts.h"
#include "core/formats/files.h"
#include "tests/gui/harness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;

// Characters beyond ASCII in a text, as UTF-8.
std::set<std::string> signs_in(const std::string& text) {
    std::set<std::string> signs;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        if (length > 1) signs.insert(text.substr(i, length));
        i += length;
    }
    return signs;
}

ImWchar code_of(const std::string& sign) {
    unsigned int code = 0;
    ImTextCharFromUtf8(&code, sign.data(), sign.data() + sign.size());
    return static_cast<ImWchar>(code);
}

// Every string that can be shown stands in a source file, the guide or the licence notices: all
// that is written there, strings or not, can be drawn.
TEST(fonts, have_every_sign_that_any_source_or_guide_contains) {
    std::map<std::string, std::string> signs;  // and a file each
    const fs::path root = MUONSCOPE_SOURCE_DIR;
    for (const char* folder : {"app", "core", "assets/guide"})
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const fs::path& path = entry.path();
            if (path.extension() != ".cpp" && path.extension() != ".h" && path.extension() != ".md")
                continue;
            for (const std::string& sign : signs_in(read_file(path.string(), 1U << 22U)))
                signs.try_emplace(sign, path.string());
        }
    ASSERT_GT(signs.size(), 40U);
    Harness harness;
    harness.frame();
    ImFontAtlas* atlas = ImGui::GetIO().Fonts;
    ASSERT_EQ(atlas->Fonts.Size, 3);
    for (const auto& [sign, file] : signs) {
        // Icons stand in fonts.h as bytes, not as characters.
        for (ImFont* font : atlas->Fonts)
            EXPECT_TRUE(font->IsGlyphInFont(code_of(sign))) << sign << " of " << file;
    }
}

TEST(fonts, draw_the_superscript_t_as_high_as_the_other_superscripts) {
    Harness harness;
    harness.frame();
    for (const float size : {14.0F, 28.0F, 56.0F})
        for (ImFont* font : ImGui::GetIO().Fonts->Fonts) {
            ImFontBaked* baked = font->GetFontBaked(size);
            const ImFontGlyph* raised = baked->FindGlyphNoFallback(0x1D40);
            const ImFontGlyph* two = baked->FindGlyphNoFallback(0xB2);
            ASSERT_NE(raised, nullptr);
            ASSERT_NE(two, nullptr);
            EXPECT_NEAR(raised->Y0, two->Y0, 0.12F * size);
            EXPECT_NEAR(raised->Y1 - raised->Y0, two->Y1 - two->Y0, 0.15F * size);
            EXPECT_GT(raised->AdvanceX, 0.3F * size);
        }
}

}  // namespace
}  // namespace muonscope::gui
