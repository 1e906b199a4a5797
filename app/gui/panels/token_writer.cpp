#include "app/gui/panels/token_writer.h"

#include <algorithm>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {

TokenWriter::TokenWriter(PanelContext& context, float width)
    : context_(context),
      left_(ImGui::GetCursorScreenPos().x),
      right_(left_ + width),
      at_(ImGui::GetCursorScreenPos()) {}

bool TokenWriter::add(std::string_view text, double shade, TokenMark mark) {
    bool hovered = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        hovered = put(text.substr(0, end), shade, mark) || hovered;
        if (end == text.size()) break;
        new_line();
        text.remove_prefix(end + 1);
    }
    return hovered;
}

void TokenWriter::finish() {
    ImGui::Dummy({right_ - left_,
                  at_.y + ImGui::GetTextLineHeightWithSpacing() - ImGui::GetCursorScreenPos().y});
}

void TokenWriter::new_line() {
    at_ = {left_, at_.y + ImGui::GetTextLineHeightWithSpacing()};
}

bool TokenWriter::put(std::string_view text, double shade, TokenMark mark) {
    const ImVec2 size = ImGui::CalcTextSize(text.data(), text.data() + text.size());
    if (at_.x + size.x > right_ && at_.x > left_) {
        new_line();
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
    const float width = ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
    const ImVec2 end{at_.x + width, at_.y + ImGui::GetTextLineHeight()};
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Theme& theme = context_.theme;
    const auto strength = static_cast<float>(std::clamp(shade, 0.0, 1.0));
    if (strength > 0.02F)
        draw->AddRectFilled(at_, end, u32(with_alpha(theme.warning, 0.38F * strength)));
    if (mark == TokenMark::line)
        draw->AddLine({at_.x + theme.line(), end.y}, {end.x - theme.line(), end.y},
                      u32(theme.accent), theme.line());
    if (mark == TokenMark::frame)
        draw->AddRect({at_.x - 1, at_.y - 1}, {end.x + 1, end.y + 1}, u32(theme.accent),
                      theme.scale * 2, 0, theme.line());
    draw->AddText(at_, u32(theme.text), text.data(), text.data() + text.size());
    const bool hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(at_, end);
    at_.x += width;
    return hovered;
}

}  // namespace muonscope::gui
