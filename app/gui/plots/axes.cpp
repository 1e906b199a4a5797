#include "app/gui/plots/axes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/plots/mouse.h"
#include "app/gui/theme.h"
#include "imgui_internal.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

float at_scale(float pixels) {
    return ImGui::GetFontSize() * pixels / gui::size::font;
}

float label_gap() {
    return at_scale(5);
}

float label_line() {
    return ImGui::GetTextLineHeight() + at_scale(4);
}

float label_width(const Ticks& ticks) {
    float widest = em(1.9F);
    for (int i = 0; i < ticks.count; ++i)
        widest = std::max(widest, ImGui::CalcTextSize(ticks.labels[i].data()).x);
    return widest + label_gap();
}

void show_everything(gui::PanelContext& context, AxisRange& x, AxisRange& y) {
    x.moved = y.moved = false;
    context.view.animating = true;
}

namespace {

Axis axis_of(const AxisOptions& options) {
    return {options.range->low, options.range->high, options.scale};
}

bool drawable(const Axis& axis) {
    return std::isfinite(axis.low) && std::isfinite(axis.high) && axis.high > axis.low;
}

Ticks ticks_of(const AxisOptions& options, const Axis& axis, float length, float apart) {
    if (options.ticks) return options.ticks(axis, length);
    const int wanted = std::clamp(static_cast<int>(length / apart), 2, 10);
    return round_ticks(axis, wanted);
}

// An item that hears the mouse and the wheel, which then scrolls no window.
Touched::Part touch(const char* id, ImVec2 from, ImVec2 to) {
    if (to.x - from.x < 1 || to.y - from.y < 1) return {};
    ImGui::SetCursorScreenPos(from);
    ImGui::InvisibleButton(id, {to.x - from.x, to.y - from.y});
    const Touched::Part part{ImGui::IsItemHovered(), ImGui::IsItemActive()};
    if (part.hovered) ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
    return part;
}

// The labels an axis has under the mouse stand on a paler ground.
void draw_hovered_labels(const gui::PanelContext& context, const Touched::Part& part, ImVec2 from,
                         ImVec2 to) {
    if (!part.hovered && !part.pressed) return;
    ImGui::GetWindowDrawList()->AddRectFilled(
        from, to, u32(gui::with_alpha(context.theme.well, part.pressed ? 1.0F : 0.6F)));
}

// Lines of whole pixels have no soft edges to draw.
void draw_lines(const gui::PanelContext& context, const Axes& axes, const AxesOptions& options,
                const Ticks& across, const Ticks& up) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 colour = u32(context.theme.grid);
    for (int i = 0; options.x.lines && i < across.count; ++i) {
        const float x = std::round(axes.pixel_x(across.values[i]));
        if (x >= axes.position.x && x <= axes.right())
            draw->AddRectFilled({x, axes.position.y}, {x + 1, axes.bottom()}, colour);
    }
    for (int i = 0; options.y.lines && i < up.count; ++i) {
        const float y = std::round(axes.pixel_y(up.values[i]));
        if (y >= axes.position.y && y <= axes.bottom())
            draw->AddRectFilled({axes.position.x, y}, {axes.right(), y + 1}, colour);
    }
}

float label_size(const AxesOptions& options) {
    return em(options.inside || options.small ? gui::size::smallest_text : 1.0F);
}

// What the labels of values take to the left of the plot area.
float room_for_labels(const AxesOptions& options, const Ticks& up) {
    if (!options.y.labels || options.inside) return 0;
    if (!options.small) return label_width(up);
    float widest = ImGui::CalcTextSize("00").x;
    for (int i = 0; i < up.count; ++i)
        widest = std::max(widest, ImGui::CalcTextSize(up.labels[i].data()).x);
    return std::ceil(gui::size::smallest_text * widest + label_gap());
}

// Where a tick's label stands and how large it is written.
class Labels {
  public:
    Labels(const gui::PanelContext& context, const Axes& axes, const AxesOptions& options)
        : axes_(axes),
          inside_(options.inside),
          small_(options.small),
          size_(label_size(options)),
          colour_(u32(context.theme.dim)) {}

    // A label that would stand out at an end is moved in.
    void across(const Ticks& ticks, float right) const {
        for (int i = 0; i < ticks.count; ++i) {
            const std::size_t at = i;
            const char* label = ticks.labels[at].data();
            const float x = std::round(axes_.pixel_x(ticks.values[at]));
            if (*label == '\0' || x < axes_.position.x - 1 || x > axes_.right() + 1) continue;
            const float width = width_of(label);
            const float left = std::min(x - width / 2, std::max(axes_.position.x, right - width));
            if (inside_ && left < axes_.position.x + em(0.2F)) continue;
            write({left, inside_ ? axes_.bottom() - size_ - em(0.15F)
                                 : axes_.bottom() + at_scale(small_ ? 1 : 4)},
                  label);
        }
    }
    void up(const Ticks& ticks) const {
        for (int i = 0; i < ticks.count; ++i) {
            const std::size_t at = i;
            const char* label = ticks.labels[at].data();
            const float y = std::round(axes_.pixel_y(ticks.values[at]));
            if (*label == '\0' || y < axes_.position.y - 1 || y > axes_.bottom() + 1) continue;
            const bool meets_others =
                y > axes_.bottom() - 2 * size_ || y < axes_.position.y + size_;
            if (inside_ && meets_others) continue;
            write({inside_ ? axes_.position.x + em(0.25F)
                           : axes_.position.x - width_of(label) - label_gap(),
                   y - size_ / 2},
                  label);
        }
    }

  private:
    float width_of(const char* label) const {
        return ImGui::GetFont()->CalcTextSizeA(size_, 1e6F, 0, label).x;
    }
    void write(ImVec2 at, const char* label) const {
        ImGui::GetWindowDrawList()->AddText(nullptr, size_, at, colour_, label);
    }

    const Axes& axes_;
    bool inside_, small_;
    float size_;
    ImU32 colour_;
};

void draw_titles(const gui::PanelContext& context, const Axes& axes, const AxesOptions& options,
                 ImVec2 origin) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 colour = u32(context.theme.dim);
    if (const std::string& up = options.y.title; !up.empty())
        draw->AddText({options.key.empty() ? axes.position.x : origin.x, origin.y}, colour,
                      up.c_str());
    if (const std::string& across = options.x.title; !across.empty()) {
        const float room = axes.extent.x - ImGui::CalcTextSize(across.c_str()).x;
        draw->AddText({axes.position.x + room * options.x.title_at,
                       axes.bottom() + label_line() + at_scale(4)},
                      colour, across.c_str());
    }
}

}  // namespace

bool begin_axes(gui::PanelContext& context, const AxesOptions& options, Axes& axes) {
    const ImVec2 origin = ImGui::GetCursorScreenPos(), size = options.size;
    const Margins& margins = options.margins;
    axes.x = axis_of(options.x);
    axes.y = axis_of(options.y);
    const bool possible = drawable(axes.x) && drawable(axes.y);
    const float height = size.y - margins.top - margins.bottom;
    Ticks up = possible ? ticks_of(options.y, axes.y, height, em(2)) : Ticks{};
    const float labels = room_for_labels(options, up);
    axes.position = {origin.x + margins.left + labels, origin.y + margins.top};
    axes.extent = {size.x - margins.left - margins.right - labels, height};
    if (!possible || axes.extent.x < em(2) || height < em(1.5F)) {
        ImGui::Dummy({std::max(1.0F, size.x), std::max(1.0F, size.y)});
        return false;
    }
    const ImVec2 end{origin.x + size.x, origin.y + size.y};
    ImGui::BeginGroup();  // one item of the whole size for what comes after
    ImGui::Dummy(size);
    ImGui::PushID(options.id);
    Touched touched;
    const ImVec2 below{axes.right(), std::min(end.y, axes.bottom() + margins.bottom)};
    touched.across = touch("across", {axes.position.x, axes.bottom()}, below);
    touched.up =
        touch("up", {axes.position.x - labels, axes.position.y}, {axes.position.x, axes.bottom()});
    ImGui::PopID();
    ImGui::SetNextItemAllowOverlap();  // what is drawn on the plot may be dragged
    touched.area = touch(options.id, axes.position, {axes.right(), axes.bottom()});
    axes.id = ImGui::GetItemID();
    axes.hovered = touched.area.hovered;
    axes.pressed = touched.area.pressed;
    const ImVec2 dragged = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
    axes.clicked = axes.hovered && ImGui::IsItemDeactivated() &&
                   std::abs(dragged.x) + std::abs(dragged.y) < em(0.3F);
    if (move_by_mouse(context, options, touched, axes))
        up = ticks_of(options.y, axes.y, height, em(2));
    axes.moved = options.x.range->moved || options.y.range->moved;
    ImGui::EndGroup();

    draw_hovered_labels(context, touched.across, {axes.position.x, axes.bottom()}, below);
    draw_hovered_labels(context, touched.up, {axes.position.x - labels, axes.position.y},
                        {axes.position.x, axes.bottom()});
    const Ticks across = ticks_of(options.x, axes.x, axes.extent.x, em(3.6F));
    // A tick below the floor that values lie on stands where its number is.
    Axes open = axes;
    open.x.scale.floor = open.y.scale.floor = 0;
    draw_lines(context, open, options, across, up);
    const Labels words(context, open, options);
    if (options.x.labels) words.across(across, options.inside ? axes.right() - em(0.2F) : end.x);
    if (options.y.labels) words.up(up);
    // Before the names of lines, else over the plot.
    draw_titles(context, axes, options, origin);
    const float words_above =
        options.y.title.empty() ? 0 : ImGui::CalcTextSize(options.y.title.c_str()).x + em(1.5F);
    draw_legend(context, origin, place_legend(options.key, size, words_above), options.key);
    ImGui::GetWindowDrawList()->PushClipRect(axes.position, {axes.right(), axes.bottom()}, true);
    return true;
}

void end_axes(const gui::PanelContext& context, const Axes& axes) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PopClipRect();
    draw->AddRect(axes.position, {axes.right(), axes.bottom()}, u32(context.theme.border), 0, 0,
                  std::max(1.0F, std::floor(context.theme.scale)));
}

}  // namespace muonscope::plots
