#include "app/gui/widgets.h"

#include "app/gui/fonts.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/theme.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace muonscope::gui {
namespace {

// What a header remembers from frame to frame lives in its window's own storage.
ImGuiID key(const char* name) {
    return ImGui::GetCurrentWindow()->GetID(name);
}
float recall(const char* name) {
    return ImGui::GetStateStorage()->GetFloat(key(name), 0);
}
void remember(const char* name, float value) {
    ImGui::GetStateStorage()->SetFloat(key(name), value);
}

void dim_text(const PanelContext& context, ImVec2 at, float right, std::string_view text) {
    if (right - at.x < em(2)) return;
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    const ImVec2 full = ImGui::CalcTextSize(text.data(), text.data() + text.size());
    ImGui::RenderTextEllipsis(ImGui::GetWindowDrawList(), at, {right, at.y + em(1.5F)}, right,
                              text.data(), text.data() + text.size(), &full);
    ImGui::PopStyleColor();
}

// A docked window is moved by its header, because its tab is hidden.
void move_by_last_item() {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, em(0.6F)) &&
        window->DockNode != nullptr)
        ImGui::StartMouseMovingWindowOrNode(window, window->DockNode, true);
}

float segment_padding() {
    return em(0.45F);
}
float segment_height() {
    return em(1.45F);
}

// For a room the controls that have no place beside the title show when the mouse comes to it, and
// go when it leaves them: the plots have their row until then.
bool controls_are_asked_for(const PanelContext& context) {
    if (!context.preferences.presentation) return true;
    const bool shown = recall("header shown") != 0.0F;
    if (shown && ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel))
        return true;
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    const float bottom =
        window->Pos.y + (shown ? recall("header bottom") : recall("header title bottom"));
    const float y = ImGui::GetMousePos().y;
    return ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows |
                                  ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
           y >= window->Pos.y && y < bottom;
}

// One word of a segmented control, drawn into a frame that is there already.
bool segment(const PanelContext& context, const char* label, bool chosen) {
    const Theme& t = context.theme;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 extent{ImGui::CalcTextSize(label).x + 2 * segment_padding(), segment_height()};
    const bool pressed = ImGui::InvisibleButton(label, extent, ImGuiButtonFlags_EnableNav);
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (chosen || hovered)
        draw->AddRectFilled(at, {at.x + extent.x, at.y + extent.y},
                            u32(chosen ? t.well : with_alpha(t.well, 0.5F)),
                            ImGui::GetStyle().FrameRounding);
    draw->AddText({at.x + segment_padding(), at.y + (extent.y - ImGui::GetFontSize()) / 2},
                  u32(chosen || hovered ? t.text : t.dim), label);
    return pressed;
}

// Wrapped at 26 em, or wider where it would otherwise be higher than the window.
float tooltip_width(std::string_view title, std::string_view text) {
    const ImVec2 window = ImGui::GetMainViewport()->WorkSize;
    const float widest = std::max(em(8), window.x - em(3));
    const float highest = window.y - em(title.empty() ? 2 : 3.5F);
    float width = std::min(em(26), widest);
    while (width < widest &&
           ImGui::CalcTextSize(text.data(), text.data() + text.size(), false, width).y > highest)
        width = std::min(width * 1.3F, widest);
    return width;
}

}  // namespace

void card_header(PanelContext& context, const char* title, std::string_view explanation,
                 const char* help) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float controls = recall("header controls");
    const float height = segment_height();
    const float text_y = at.y + (height - ImGui::GetFontSize()) / 2;

    // A tab names the panel already, or the title bar of a window of its own.
    const ImGuiDockNode* node = ImGui::GetCurrentWindow()->DockNode;
    const bool tab = node != nullptr && !node->IsHiddenTabBar() && node->TabBar != nullptr;
    const bool named = tab || (node != nullptr && node->IsFloatingNode());
    ImGui::PushFont(context.fonts.heading, 0);
    const float title_width = named ? 0 : ImGui::CalcTextSize(title).x + em(0.7F);
    if (!named) ImGui::GetWindowDrawList()->AddText({at.x, text_y}, u32(context.theme.text), title);
    ImGui::PopFont();
    // Where a tab names the panel the row is the controls' own.
    const bool own_row = controls > 0 && title_width > 0 && title_width + controls > width;
    dim_text(context, {at.x + title_width, text_y},
             at.x + width - (own_row ? 0 : controls + em(0.5F)), explanation);
    ImGui::InvisibleButton("##header",
                           {std::max(1.0F, own_row ? width : width - controls), height});
    move_by_last_item();
    hover_help(context, title, help);

    remember("header title bottom", at.y + height - ImGui::GetWindowPos().y);
    remember("header shown", !own_row || controls_are_asked_for(context) ? 1.0F : 0.0F);
    remember("header row", own_row ? ImGui::GetCursorScreenPos().y - ImGui::GetWindowPos().y
                                   : at.y - ImGui::GetWindowPos().y);
    remember("header own row", own_row ? 1.0F : 0.0F);
}

void begin_header_controls(PanelContext&, float width) {
    const ImVec2 cursor = ImGui::GetCursorPos();
    remember("header controls", width);
    remember("header x", cursor.x);
    remember("header y", cursor.y);
    const float right = cursor.x + ImGui::GetContentRegionAvail().x;
    ImGui::SetCursorPosX(std::max(cursor.x, right - width));
    ImGui::SetCursorScreenPos(
        {ImGui::GetCursorScreenPos().x, ImGui::GetWindowPos().y + recall("header row")});
    ImGui::BeginGroup();
    if (recall("header shown") != 0.0F) return;
    ImGui::PushClipRect({0, 0}, {0, 0}, false);
    ImGui::BeginDisabled();
}

void next_header_control(PanelContext&, float gap, float width) {
    ImGui::SameLine(0, gap);
    if (ImGui::GetContentRegionAvail().x < width - 1) ImGui::NewLine();
}

void end_header_controls(PanelContext&) {
    const bool hidden = recall("header shown") == 0.0F;
    if (hidden) {
        ImGui::EndDisabled();
        ImGui::PopClipRect();
    }
    ImGui::EndGroup();
    if (hidden) {
        ImGui::SetCursorPos({recall("header x"), recall("header y")});
        ImGui::Dummy({0, 0});
        ImGui::SetCursorPos({recall("header x"), recall("header y")});
        return;
    }
    remember("header bottom", ImGui::GetItemRectMax().y - ImGui::GetWindowPos().y);
    // More than one row of them: what comes next stands below all.
    const float below = ImGui::GetItemRectMax().y - ImGui::GetWindowPos().y +
                        ImGui::GetStyle().ItemSpacing.y + ImGui::GetScrollY();
    const bool wrapped = ImGui::GetItemRectSize().y > 1.5F * segment_height();
    if (wrapped) remember("header y", std::max(recall("header y"), below));
    if (recall("header own row") == 0.0F)
        ImGui::SetCursorPos({recall("header x"), recall("header y")});
    // An item of no size tells Dear ImGui that the cursor was moved on purpose.
    ImGui::Dummy({0, 0});
    if (recall("header own row") == 0.0F)
        ImGui::SetCursorPos({recall("header x"), recall("header y")});
}

float segmented_width(std::initializer_list<const char*> labels) {
    float width = 0;
    for (const char* label : labels) width += ImGui::CalcTextSize(label).x + 2 * segment_padding();
    return width;
}

bool segmented(PanelContext& context, const char* id, std::initializer_list<const char*> labels,
               int& chosen, const char* help) {
    const int before = chosen;
    ImGui::PushID(id);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::BeginGroup();
    int index = 0;
    for (const char* label : labels) {
        if (index > 0) ImGui::SameLine();
        if (segment(context, label, index == chosen)) chosen = index;
        if (help != nullptr) hover_help(context, label, help);
        ++index;
    }
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    ImGui::PopID();
    return chosen != before;
}

bool segmented(PanelContext& context, const char* id, std::initializer_list<const char*> labels,
               bool& second, const char* help) {
    int chosen = second ? 1 : 0;
    const bool changed = segmented(context, id, labels, chosen, help);
    second = chosen == 1;
    return changed;
}

float toggle_width(const char* label) {
    return ImGui::CalcTextSize(label).x + 2 * segment_padding();
}

bool toggle(PanelContext& context, const char* label, bool& on, const char* help) {
    const bool pressed = segment(context, label, on);
    if (help != nullptr) hover_help(context, label, help);
    if (pressed) on = !on;
    return pressed;
}

float button_width(const char* label) {
    return ImGui::CalcTextSize(label, nullptr, true).x + em(1.3F);
}

bool quiet_button(PanelContext& context, const char* label, float width, std::string_view help,
                  bool accent) {
    const Theme& t = context.theme;
    if (accent) {
        ImGui::PushStyleColor(ImGuiCol_Button, t.accent);
        ImGui::PushStyleColor(ImGuiCol_ButtonHovered, mix(t.accent, t.text, 0.15F));
        ImGui::PushStyleColor(ImGuiCol_ButtonActive, mix(t.accent, t.text, 0.3F));
        ImGui::PushStyleColor(ImGuiCol_Text, t.on_accent);
    }
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {0, 0});
    const bool pressed = ImGui::Button(label, {width, segment_height()});
    ImGui::PopStyleVar();
    if (accent) ImGui::PopStyleColor(4);
    hover_help(context, std::string_view(label).substr(0, std::string_view(label).find("##")),
               help);
    return pressed;
}

bool begin_combo(PanelContext& context, const char* id, const char* preview, bool whole) {
    // The arrow button of Dear ImGui is a second, heavier block: a chevron says enough. Text and
    // chevron go into the field's own window, whether the list is open over it or not.
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 low = ImGui::GetCursorScreenPos();
    const ImVec2 high{low.x + ImGui::CalcItemWidth(), low.y + ImGui::GetFrameHeight()};
    const ImVec4 ink = ImGui::GetStyle().Colors[ImGuiCol_Text];
    const float wide = em(0.75F), inset = ImGui::GetStyle().FramePadding.x;
    const bool open =
        ImGui::BeginCombo(id, nullptr,
                          ImGuiComboFlags_NoArrowButton | (whole ? ImGuiComboFlags_HeightLargest
                                                                 : ImGuiComboFlags_HeightLarge));
    const float middle = (low.y + high.y - ImGui::GetFontSize()) / 2;
    fitted_text(draw, {low.x + inset, middle}, high.x - low.x - 2 * inset - wide, ink, preview);
    ImGui::PushFont(nullptr, ImGui::GetStyle().FontSizeBase * size::smallest_text);
    draw->AddText({high.x - wide - em(0.5F), (low.y + high.y - ImGui::GetFontSize()) / 2},
                  u32(context.theme.dim), icon::down);
    ImGui::PopFont();
    return open;
}

bool begin_word_combo(PanelContext& context, const char* id, const char* preview, float width) {
    const Theme& t = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 low = ImGui::GetCursorScreenPos();
    const ImVec2 high{low.x + width, low.y + segment_height()};
    const bool pressed =
        ImGui::InvisibleButton(id, {width, segment_height()}, ImGuiButtonFlags_EnableNav);
    const ImGuiID list = ImHashStr("##list", 0, ImGui::GetItemID());
    if (pressed && !ImGui::IsPopupOpen(list, ImGuiPopupFlags_None)) ImGui::OpenPopupEx(list);
    draw->AddRectFilled(low, high, u32(ImGui::IsItemHovered() ? t.well_hovered : t.well),
                        ImGui::GetStyle().FrameRounding);
    draw->AddText(
        {low.x + segment_padding(), low.y + (segment_height() - ImGui::GetFontSize()) / 2},
        u32(t.text), preview);
    const ImVec2 tip{high.x - segment_padding() - em(0.3F), (low.y + high.y) / 2 + em(0.14F)};
    const std::array arms{ImVec2{tip.x - em(0.28F), tip.y - em(0.28F)}, tip,
                          ImVec2{tip.x + em(0.28F), tip.y - em(0.28F)}};
    draw->AddPolyline(arms.data(), static_cast<int>(arms.size()), u32(t.dim), 0,
                      t.hairline() * 1.2F);
    return ImGui::IsPopupOpen(list, ImGuiPopupFlags_None) &&
           ImGui::BeginComboPopup(list, {low, high}, ImGuiComboFlags_HeightLarge);
}

float word_combo_width(float text) {
    return text + 2 * segment_padding() + em(1.2F);
}

bool focused_by_keyboard() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return g.NavId != 0 && g.NavId == g.LastItemData.ID && g.NavCursorVisible;
}

int arrow_of_focused_item() {
    if (!focused_by_keyboard()) return 0;
    int direction = 0;
    for (const auto& [key, way] :
         {std::pair{ImGuiKey_LeftArrow, -1}, std::pair{ImGuiKey_RightArrow, 1}}) {
        if (ImGui::IsKeyPressed(key)) direction += way;
        ImGui::SetKeyOwner(key, ImGui::GetItemID());  // from the next frame on
    }
    return direction;
}

bool list_row(const char* label, bool chosen) {
    const bool taken = ImGui::Selectable(label, chosen);
    if (chosen) ImGui::SetItemDefaultFocus();
    return taken;
}

void hover_help(PanelContext& context, std::string_view title, std::string_view text) {
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip | ImGuiHoveredFlags_DelayNormal |
                              ImGuiHoveredFlags_AllowWhenDisabled))
        return;
    const float width = tooltip_width(title, text);
    if (!ImGui::BeginTooltip()) return;
    ImGui::PushTextWrapPos(width);
    if (!title.empty()) {
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextUnformatted(title.data(), title.data() + title.size());
        ImGui::PopFont();
    }
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopStyleColor();
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void centred_note(PanelContext& context, std::string_view text) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const ImVec2 extent = ImGui::CalcTextSize(text.data(), text.data() + text.size());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::GetWindowDrawList()->AddText({at.x + std::max(0.0F, (room.x - extent.x) / 2),
                                         at.y + std::max(0.0F, (room.y - extent.y) / 2)},
                                        u32(context.theme.dim), text.data(),
                                        text.data() + text.size());
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

bool has_measured_room(PanelContext& context, float across, float down) {
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return false;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (room.x >= em(across) && room.y >= em(down)) return true;
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
    return false;
}

void add_disc(PanelContext& context, ImDrawList* draw, ImVec2 centre, float radius, ImU32 colour) {
    // The icon fills its square: drawn at the size of the circle, texel for pixel.
    const float size = std::max(2.0F, std::round(2 * radius / icon_scale));
    ImFontBaked* baked = context.fonts.text->GetFontBaked(size);
    const ImFontGlyph* glyph = baked->FindGlyphNoFallback(icon::disc);
    if (glyph == nullptr || !(glyph->X1 > glyph->X0)) {
        draw->AddCircleFilled(centre, radius, colour);
        return;
    }
    const ImVec2 extent{glyph->X1 - glyph->X0, glyph->Y1 - glyph->Y0};
    const ImVec2 from{std::round(centre.x - extent.x / 2), std::round(centre.y - extent.y / 2)};
    draw->PrimReserve(6, 4);
    draw->PrimRectUV(from, {from.x + extent.x, from.y + extent.y}, {glyph->U0, glyph->V0},
                     {glyph->U1, glyph->V1}, colour);
}

void draw_track(PanelContext& context, const SliderTrack& track, const ImVec4& colour) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& t = context.theme;
    const std::array<ImVec2, 2> filled{ImVec2{track.left, track.y}, ImVec2{track.x, track.y}};
    const std::array<ImVec2, 2> rest{ImVec2{track.x, track.y}, ImVec2{track.right, track.y}};
    plots::add_stroke(draw, rest, u32(t.well_hovered), track.thickness);
    plots::add_stroke(draw, filled, u32(mix(t.well_hovered, colour, 0.75F)), track.thickness);
    add_disc(context, draw, {track.x, track.y}, track.radius, u32(colour));
}

void draw_share(PanelContext& context, double share) {
    const float width = ImGui::GetContentRegionAvail().x, height = em(0.35F);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto filled = static_cast<float>(std::clamp(share, 0.0, 1.0)) * width;
    draw->AddRectFilled(at, {at.x + width, at.y + height}, u32(context.theme.well), height / 2);
    draw->AddRectFilled(at, {at.x + filled, at.y + height}, u32(context.theme.accent), height / 2);
    ImGui::Dummy({width, height + em(0.3F)});
}

void fitted_text(ImDrawList* draw, ImVec2 at, float width, const ImVec4& colour, const char* text) {
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    const float right = at.x + std::max(width, 0.0F);
    // With room below: what is cut to its own line loses the tails of its letters.
    ImGui::RenderTextEllipsis(draw, at, {right, at.y + 2 * ImGui::GetTextLineHeight()}, right, text,
                              nullptr, nullptr);
    ImGui::PopStyleColor();
}

void fitted_line(float width, const ImVec4& colour, const std::string& text, LineOf line) {
    const float lower = line == LineOf::controls ? ImGui::GetStyle().FramePadding.y : 0;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({std::max(1.0F, width), ImGui::GetTextLineHeight() + 2 * lower});
    fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + lower}, width, colour, text.c_str());
}

void dim_paragraph(PanelContext& context, const std::string& text) {
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    ImGui::TextWrapped("%s", text.c_str());
    ImGui::PopStyleColor();
}

void right_text(const std::string& text, const ImVec4& colour) {
    const float free = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(text.c_str()).x;
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0F, free));
    ImGui::TextColored(colour, "%s", text.c_str());
}

void right_cell(const std::string& text, const ImVec4& colour) {
    ImGui::TableNextColumn();
    right_text(text, colour);
}

void say(ViewState& view, std::string text, bool error, std::string about) {
    view.toast = std::move(text);
    view.toast_about = std::move(about);
    view.toast_is_error = error;
    view.toast_until = ImGui::GetTime() + 6;
}

void over(ViewState& view, std::string_view about) {
    if (view.toast_about == about) view.toast.clear();
}

}  // namespace muonscope::gui
