#include "app/gui/fonts.h"

#include "app/gui/superscript_t.h"
#include "app/gui/theme.h"
#include "embedded.h"
#include "imgui.h"

#include <string_view>

namespace muonscope::gui {
namespace {

ImFont* add(std::string_view name, const ImFontConfig& wanted) {
    const auto bytes = embedded::file(name).bytes;
    ImFontConfig config = wanted;
    config.FontDataOwnedByAtlas = false;
    // Dear ImGui takes a non-const pointer but never writes to data that it does not own.
    return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<unsigned char*>(bytes.data()),
                                                      static_cast<int>(bytes.size()), 0, &config);
}

void add_icons() {
    ImFontConfig icons;
    icons.MergeMode = true;
    icons.SizePixels = size::font;  // what the offset is measured at
    icons.GlyphOffset = {0, 1.5F};
    icons.ExtraSizeScale = icon_scale;
    add("fonts/bootstrap-icons.ttf", icons);
}

// What the font before it lacks: another's signs, and ᵀ, which none has.
void add_missing(std::string_view fallback) {
    ImFontConfig merged;
    merged.MergeMode = true;
    add(fallback, merged);
    merged.SizePixels = size::font;
    merged.FontLoader = superscript_t();
    ImGui::GetIO().Fonts->AddFont(&merged);
}

}  // namespace

Fonts load_fonts() {
    Fonts fonts;
    fonts.text = add("fonts/Inter-Regular.otf", {});
    add_icons();
    add_missing("fonts/JetBrainsMono-Regular.ttf");
    fonts.heading = add("fonts/Inter-SemiBold.otf", {});
    add_icons();
    add_missing("fonts/JetBrainsMono-Regular.ttf");
    fonts.mono = add("fonts/JetBrainsMono-Regular.ttf", {});
    add_missing("fonts/Inter-Regular.otf");
    return fonts;
}

}  // namespace muonscope::gui
