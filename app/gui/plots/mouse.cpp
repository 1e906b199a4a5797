#include "app/gui/plots/mouse.h"

#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// A box that is drawn up: of which plot, and from where.
struct Box {
    ImGuiID plot = 0;
    ImVec2 from{0, 0};
    int frame = 0;  // newest in which its plot was drawn
};

// An axis as the mouse moves it.
class Moved {
  public:
    Moved(const AxisOptions& options, Axis& axis) : options_(options), axis_(axis) {}

    bool rests() const { return options_.rests && !options_.range->moved; }

    // From one share of what is shown now to another. True when that is a range.
    bool show(double from, double to) {
        const double span = axis_.high - axis_.low;
        double low = axis_.low + from * span, high = axis_.low + to * span;
        if (!std::isfinite(low) || !std::isfinite(high) || !(high > low)) return false;
        if (high - low < options_.shortest) {
            const double middle = (low + high) / 2;
            low = middle - options_.shortest / 2;
            high = middle + options_.shortest / 2;
        }
        keep_inside(low, high);
        const double finest = 1e-9 * std::max(std::abs(low), std::abs(high));
        const bool showable = !axis_.scale.logarithmic || (low > -300 && high < 300);
        if (high - low <= finest || !showable) return false;
        if (low == axis_.low && high == axis_.high) return false;
        options_.range->low = axis_.low = low;
        options_.range->high = axis_.high = high;
        options_.range->moved = true;
        return true;
    }
    // By a share of what is shown.
    bool shift(double share) { return share != 0 && show(share, 1 + share); }
    // By a factor, as seen from a share.
    bool zoom(double about, double factor) {
        return show(about - about * factor, about + (1 - about) * factor);
    }

  private:
    // A range that reaches beyond an end is moved in, and only then cut.
    void keep_inside(double& low, double& high) const {
        const double span = high - low;
        if (low < options_.lowest) {
            low = options_.lowest;
            high = low + span;
        }
        if (high > options_.highest) {
            high = options_.highest;
            low = std::max(options_.lowest, high - span);
        }
    }

    const AxisOptions& options_;
    Axis& axis_;
};

double across(const Axes& axes, float x) {
    return static_cast<double>((x - axes.position.x) / axes.extent.x);
}
double up(const Axes& axes, float y) {
    return 1 - static_cast<double>((y - axes.position.y) / axes.extent.y);
}

bool zoom(Moved& x, Moved& y, const Touched& touched, const Axes& axes) {
    const float wheel = ImGui::GetIO().MouseWheel;
    if (wheel == 0 || !touched.any_hovered()) return false;
    const double factor = std::pow(1.1, -static_cast<double>(wheel));
    const ImVec2 mouse = ImGui::GetMousePos();
    bool moved = false;
    if (touched.across.hovered || (touched.area.hovered && !x.rests()))
        moved = x.zoom(across(axes, mouse.x), factor);
    if (touched.up.hovered || (touched.area.hovered && !y.rests()))
        moved = y.zoom(up(axes, mouse.y), factor) || moved;
    return moved;
}

bool drag(Moved& x, Moved& y, const Touched& touched, const Axes& axes, bool drags) {
    const bool area = touched.area.pressed && !drags;
    if (!area && !touched.across.pressed && !touched.up.pressed) return false;
    if (!ImGui::IsMouseDragging(ImGuiMouseButton_Left, em(0.3F))) return false;
    const bool sideways = touched.across.pressed || (area && !x.rests());
    const bool upwards = touched.up.pressed || (area && !y.rests());
    ImGui::SetMouseCursor(sideways && upwards ? ImGuiMouseCursor_ResizeAll
                          : sideways          ? ImGuiMouseCursor_ResizeEW
                                              : ImGuiMouseCursor_ResizeNS);
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    bool moved = false;
    if (sideways) moved = x.shift(static_cast<double>(-by.x / axes.extent.x));
    if (upwards) moved = y.shift(static_cast<double>(by.y / axes.extent.y)) || moved;
    return moved;
}

// A box much flatter than wide speaks of what is across alone, one much narrower than high of what
// is up.
bool choose_box(gui::PanelContext& context, Moved& x, Moved& y, const Touched& touched,
                const Axes& axes) {
    Box& box = context.kept<Box>();
    const int frame = ImGui::GetFrameCount();
    if (touched.area.hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Right))
        box = {axes.id, ImGui::GetMousePos(), frame};
    if (box.plot != axes.id) return false;
    const bool lost = frame - box.frame > 1;
    box.frame = frame;
    const ImVec2 corner{axes.right(), axes.bottom()}, mouse = ImGui::GetMousePos();
    const ImVec2 now{std::clamp(mouse.x, axes.position.x, corner.x),
                     std::clamp(mouse.y, axes.position.y, corner.y)};
    ImVec2 from{std::min(box.from.x, now.x), std::min(box.from.y, now.y)};
    ImVec2 to{std::max(box.from.x, now.x), std::max(box.from.y, now.y)};
    const float wide = (to.x - from.x) / axes.extent.x, high = (to.y - from.y) / axes.extent.y;
    const bool flat = to.y - from.y < em(0.5F) || high < wide / 8;
    const bool narrow = to.x - from.x < em(0.5F) || wide < high / 8;
    if (flat) {
        from.y = axes.position.y;
        to.y = corner.y;
    }
    if (narrow) {
        from.x = axes.position.x;
        to.x = corner.x;
    }
    const bool chosen = !lost && !(flat && narrow);
    if (ImGui::IsMouseDown(ImGuiMouseButton_Right) && !lost) {
        if (chosen)
            ImGui::GetWindowDrawList()->AddRectFilled(
                from, to, u32(gui::with_alpha(context.theme.accent, 0.15F)));
        return false;
    }
    box.plot = 0;
    if (!chosen) return false;
    bool moved = false;
    if (!narrow) moved = x.show(across(axes, from.x), across(axes, to.x));
    if (!flat) moved = y.show(up(axes, to.y), up(axes, from.y)) || moved;
    return moved;
}

}  // namespace

void make_equal(AxisRange& x, AxisRange& y, ImVec2 extent) {
    const double wide = (x.high - x.low) / static_cast<double>(extent.x);
    const double high = (y.high - y.low) / static_cast<double>(extent.y);
    const auto widen = [](AxisRange& range, double factor) {
        const double middle = (range.low + range.high) / 2, half = (range.high - range.low) / 2;
        range.low = middle - half * factor;
        range.high = middle + half * factor;
    };
    if (wide < high)
        widen(x, high / wide);
    else
        widen(y, wide / high);
}

bool move_by_mouse(gui::PanelContext& context, const AxesOptions& options, const Touched& touched,
                   Axes& axes) {
    if (touched.any_hovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        show_everything(context, *options.x.range, *options.y.range);
        return false;
    }
    Moved x(options.x, axes.x), y(options.y, axes.y);
    bool moved = zoom(x, y, touched, axes);
    moved = drag(x, y, touched, axes, options.drags) || moved;
    moved = choose_box(context, x, y, touched, axes) || moved;
    if (!moved) return false;
    if (options.equal) {
        make_equal(*options.x.range, *options.y.range, axes.extent);
        options.x.range->moved = options.y.range->moved = true;
        for (const auto& [axis, range] :
             {std::pair{&axes.x, options.x.range}, {&axes.y, options.y.range}}) {
            axis->low = range->low;
            axis->high = range->high;
        }
    }
    context.view.animating = true;  // what lies on it follows in the next frame
    return true;
}

}  // namespace muonscope::plots
