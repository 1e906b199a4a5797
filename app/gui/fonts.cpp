#include "app/gui/fonts.h"

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

}  // namespace

Fonts load_fonts() {
    Fonts fonts;
    fonts.text = add("fonts/Inter-Regular.otf", {});
    add_icons();
    fonts.heading = add("fonts/Inter-SemiBold.otf", {});
    add_icons();
    fonts.mono = add("fonts/JetBrainsMono-Regular.ttf", {});
    return fonts;
}

}  // namespace muonscope::gui
