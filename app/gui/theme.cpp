#include "app/gui/theme.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace muonscope::gui {
namespace {

constexpr ImVec4 rgb(unsigned hex) {
    return {static_cast<float>((hex >> 16U) & 255U) / 255.0F,
            static_cast<float>((hex >> 8U) & 255U) / 255.0F,
            static_cast<float>(hex & 255U) / 255.0F, 1.0F};
}

double linear(float channel) {  // sRGB to linear light, IEC 61966-2-1
    const double c = static_cast<double>(channel);
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(const ImVec4& c) {
    return 0.2126 * linear(c.x) + 0.7152 * linear(c.y) + 0.0722 * linear(c.z);
}

// SGD's blue and Muon's magenta, then Okabe and Ito's palette (2008), strongest contrasts first.
constexpr std::array<ImVec4, 8> lane_colours{rgb(0x2F80ED), rgb(0xD946EF), rgb(0xE69F00),
                                             rgb(0x009E73), rgb(0xD55E00), rgb(0x56B4E9),
                                             rgb(0xF0E442), rgb(0xCC79A7)};
constexpr std::array<ImVec4, 8> class_colours{rgb(0xE69F00), rgb(0x56B4E9), rgb(0x009E73),
                                              rgb(0xF0E442), rgb(0xD55E00), rgb(0xCC79A7),
                                              rgb(0x0072B2), rgb(0x8A8F98)};

// Sizes, times the theme's scale.
void set_sizes(const Theme& t, ImGuiStyle& style) {
    style = ImGuiStyle();
    style.FontSizeBase = size::font;
    style.FontScaleDpi = t.scale;
    style.WindowPadding = {10, 8};
    style.WindowRounding = size::corner;
    style.ChildRounding = size::corner;
    style.PopupRounding = size::corner;
    style.FrameRounding = 4;
    style.GrabRounding = 4;
    style.ScrollbarRounding = 4;
    style.TabRounding = 4;
    style.FramePadding = {8, 4};
    style.ItemSpacing = {8, 5};
    style.ItemInnerSpacing = {6, 4};
    style.CellPadding = {6, 3};
    style.ScrollbarSize = 9;
    style.ScrollbarPadding = 2;
    style.GrabMinSize = 10;
    style.WindowBorderSize = 1;
    style.ChildBorderSize = 1;
    style.PopupBorderSize = 1;
    style.FrameBorderSize = 0;
    style.TabBarBorderSize = 0;
    style.TabBarOverlineSize = 0;
    style.WindowMinSize = {40, 24};
    style.WindowMenuButtonPosition = ImGuiDir_None;
    style.DockingSeparatorSize = 7;
    style.DockingNodeHasCloseButton = false;
    style.DisabledAlpha = 0.45F;
    style.HoverDelayNormal = 0.35F;
    style.HoverStationaryDelay = 0.1F;
    style.TabMinWidthShrink = 1e4F;  // a bar that is too short scrolls; names stay whole
    style.ScaleAllSizes(t.scale);
    // A hairline stays a whole pixel, or it would be blurred at 150 %.
    const float hair = std::max(1.0F, std::floor(t.scale));
    style.WindowBorderSize = style.ChildBorderSize = style.PopupBorderSize = hair;
}

void set_colours(const Theme& t, ImGuiStyle& style) {
    ImVec4* c = style.Colors;
    const ImVec4 clear{0, 0, 0, 0};
    c[ImGuiCol_Text] = t.text;
    c[ImGuiCol_TextDisabled] = mix(t.dim, t.text, 0.25F);  // keys of a menu's chosen row too
    c[ImGuiCol_WindowBg] = t.card;
    c[ImGuiCol_ChildBg] = clear;
    c[ImGuiCol_PopupBg] = t.popup();
    c[ImGuiCol_Border] = t.border;
    c[ImGuiCol_BorderShadow] = clear;
    c[ImGuiCol_FrameBg] = c[ImGuiCol_Button] = t.well;
    c[ImGuiCol_FrameBgHovered] = c[ImGuiCol_ButtonHovered] = t.well_hovered;
    c[ImGuiCol_FrameBgActive] = c[ImGuiCol_ButtonActive] = t.well_active;
    c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_TitleBgCollapsed] = t.card;
    c[ImGuiCol_MenuBarBg] = t.card;
    c[ImGuiCol_ScrollbarBg] = clear;
    c[ImGuiCol_ScrollbarGrab] = t.well_hovered;
    c[ImGuiCol_ScrollbarGrabHovered] = c[ImGuiCol_ScrollbarGrabActive] = t.well_active;
    c[ImGuiCol_CheckMark] = c[ImGuiCol_SliderGrab] = c[ImGuiCol_SliderGrabActive] = t.accent;
    c[ImGuiCol_Header] = with_alpha(t.accent, 0.22F);
    c[ImGuiCol_HeaderHovered] = with_alpha(t.accent, 0.16F);
    c[ImGuiCol_HeaderActive] = with_alpha(t.accent, 0.30F);
    c[ImGuiCol_Separator] = t.border;
    c[ImGuiCol_SeparatorHovered] = with_alpha(t.accent, 0.6F);
    c[ImGuiCol_SeparatorActive] = t.accent;
    c[ImGuiCol_ResizeGrip] = clear;
    c[ImGuiCol_ResizeGripHovered] = with_alpha(t.accent, 0.5F);
    c[ImGuiCol_ResizeGripActive] = t.accent;
    c[ImGuiCol_InputTextCursor] = t.text;
    c[ImGuiCol_Tab] = c[ImGuiCol_TabDimmed] = clear;  // only the chosen one has a shape
    c[ImGuiCol_TabHovered] = t.well_hovered;
    c[ImGuiCol_TabSelected] = c[ImGuiCol_TabDimmedSelected] = t.well;
    c[ImGuiCol_TabSelectedOverline] = c[ImGuiCol_TabDimmedSelectedOverline] = clear;
    c[ImGuiCol_DockingPreview] = with_alpha(t.accent, 0.35F);
    c[ImGuiCol_DockingEmptyBg] = t.background;
    c[ImGuiCol_PlotLines] = c[ImGuiCol_PlotHistogram] = t.accent;
    c[ImGuiCol_PlotLinesHovered] = c[ImGuiCol_PlotHistogramHovered] = t.text;
    c[ImGuiCol_TableHeaderBg] = clear;
    c[ImGuiCol_TableBorderStrong] = t.border;
    c[ImGuiCol_TableBorderLight] = t.grid;
    c[ImGuiCol_TableRowBg] = clear;
    c[ImGuiCol_TableRowBgAlt] = with_alpha(t.well, 0.4F);
    c[ImGuiCol_TextLink] = t.accent;
    c[ImGuiCol_TextSelectedBg] = with_alpha(t.accent, 0.35F);
    c[ImGuiCol_TreeLines] = t.border;
    c[ImGuiCol_DragDropTarget] = t.accent;
    c[ImGuiCol_DragDropTargetBg] = with_alpha(t.accent, 0.1F);
    c[ImGuiCol_UnsavedMarker] = t.text;
    c[ImGuiCol_NavCursor] = t.accent;
    c[ImGuiCol_NavWindowingHighlight] = t.accent;
    c[ImGuiCol_NavWindowingDimBg] = c[ImGuiCol_ModalWindowDimBg] = {0, 0, 0, 0.35F};
}

// The same hue, moved away from the grounds until it has so much contrast on each.
ImVec4 standing_out(const Theme& t, ImVec4 colour, double wanted,
                    std::initializer_list<ImVec4> grounds) {
    const auto enough = [&] {
        return std::all_of(grounds.begin(), grounds.end(), [&](const ImVec4& ground) {
            return contrast(colour, ground) >= wanted;
        });
    };
    for (int i = 0; i < 40 && !enough(); ++i)
        colour = mix(colour, t.dark ? ImVec4{1, 1, 1, 1} : ImVec4{0, 0, 0, 1}, 0.04F);
    return colour;
}

// Lines and points are told from the card that they stand on.
void keep_strokes_seen(Theme& t) {
    for (auto* colours : {&t.lanes, &t.classes})
        for (ImVec4& colour : *colours) colour = standing_out(t, colour, 3.05, {t.card});
}

}  // namespace

ImVec4 Theme::lane(int index) const {
    return lanes[static_cast<std::size_t>(index) % lanes.size()];
}
ImVec4 Theme::lane_text(int index) const {
    return standing_out(*this, lane(index), 4.6, {card, background, popup()});
}
ImVec4 Theme::class_colour(int index) const {
    return classes[static_cast<std::size_t>(index) % classes.size()];
}

ImVec4 Theme::popup() const {
    return dark ? mix(card, well, 0.5F) : card;
}
ImVec4 Theme::event_line() const {
    return with_alpha(mark, dark ? 0.6F : 0.75F);
}
ImVec4 Theme::phase_shade() const {
    return with_alpha(mark, 0.09F);
}
ImVec4 Theme::mapped(double x) const {
    return colour_of(map, x);
}

Theme dark_theme() {
    Theme t;
    t.dark = true;
    t.background = rgb(0x0E1116);
    t.card = rgb(0x151A1F);
    t.well = rgb(0x242B35);
    t.well_hovered = rgb(0x2F3845);
    t.well_active = rgb(0x3B4656);
    t.border = rgb(0x272E37);
    t.text = rgb(0xE6EAF0);
    t.dim = rgb(0x8D97A5);
    t.accent = rgb(0x4C9AFF);
    t.on_accent = rgb(0x06121F);
    t.good = rgb(0x2FCB6E);
    t.warning = rgb(0xF0B429);
    t.bad = rgb(0xFF6B6B);
    t.target = rgb(0x7C8FA6);
    t.grid = rgb(0x20262E);
    t.mark = rgb(0x9AA6B5);
    t.ghost = rgb(0x616C7C);
    t.lanes = lane_colours;
    t.classes = class_colours;
    keep_strokes_seen(t);
    return t;
}

Theme light_theme() {
    Theme t;
    t.dark = false;
    t.background = rgb(0xF3F5F7);
    t.card = rgb(0xFFFFFF);
    t.well = rgb(0xE8ECF1);
    t.well_hovered = rgb(0xDCE2EA);
    t.well_active = rgb(0xCBD4DF);
    t.border = rgb(0xDCE1E8);
    t.text = rgb(0x1A2027);
    t.dim = rgb(0x616B79);
    t.accent = rgb(0x1F66C9);
    t.on_accent = rgb(0xFFFFFF);
    t.good = rgb(0x127A43);
    t.warning = rgb(0x946300);
    t.bad = rgb(0xC62F2F);
    t.target = rgb(0x243447);
    t.grid = rgb(0xEDF0F4);
    t.mark = rgb(0x5B6675);
    t.ghost = rgb(0x8B95A2);
    t.lanes = lane_colours;
    t.classes = class_colours;
    keep_strokes_seen(t);
    return t;
}

void apply_theme(const Theme& theme) {
    set_sizes(theme, ImGui::GetStyle());
    set_colours(theme, ImGui::GetStyle());
}

ImVec4 rank_colour(const Theme& theme, int k, int n) {
    constexpr double brightest = 0.95, darkest = 0.02;
    const double x = n > 1 ? std::clamp(static_cast<double>(k) / (n - 1), 0.0, 1.0) : 0.0;
    const ColourMapInfo& map = map_info(theme.map);
    return theme.dark ? theme.mapped(brightest + (map.dark_from - brightest) * x)
                      : theme.mapped(darkest + (map.light_to - darkest) * x);
}

ImVec4 diverging(const Theme& theme, double x) {
    const double v = std::clamp(std::isfinite(x) ? x : 0.0, -1.0, 1.0);
    // A square root spreads what is small, so that a faint off-diagonal is seen.
    const auto amount = static_cast<float>(std::sqrt(std::abs(v)));
    const ImVec4 zero = theme.dark ? mix(theme.card, theme.well, 0.45F) : rgb(0xF5F6F8);
    const ImVec4 mid = v < 0 ? rgb(0x4393C3) : rgb(0xE0714F);
    const ImVec4 end = v < 0 ? (theme.dark ? rgb(0xA6D5F0) : rgb(0x0B3D7A))
                             : (theme.dark ? rgb(0xFFD2A8) : rgb(0x7F0A1E));
    return amount < 0.6F ? mix(zero, mid, amount / 0.6F) : mix(mid, end, (amount - 0.6F) / 0.4F);
}

double contrast(const ImVec4& a, const ImVec4& b) {
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

ImVec4 mix(const ImVec4& a, const ImVec4& b, float amount) {
    const float keep = 1.0F - amount;
    return {a.x * keep + b.x * amount, a.y * keep + b.y * amount, a.z * keep + b.z * amount,
            a.w * keep + b.w * amount};
}

ImVec4 with_alpha(ImVec4 colour, float alpha) {
    colour.w = alpha;
    return colour;
}

}  // namespace muonscope::gui
