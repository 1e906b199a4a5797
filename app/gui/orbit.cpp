#include "app/gui/orbit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "app/render/png.h"
#include "app/render/renderer.h"
#include "core/base/error.h"

namespace muonscope::gui {
namespace {

constexpr double quarter = std::numbers::pi / 2;
constexpr double nearest = 8, farthest = 0.4;  // zoom

struct NamedView {
    const char* name;
    double around, above;
};
constexpr std::array<NamedView, 4> views{{{"oblique", oblique_around, oblique_above},
                                          {"front", 0, 0},
                                          {"above", 0, quarter},
                                          {"side", -quarter, 0}}};

double wrapped(double angle) {
    return std::remainder(angle, 4 * quarter);
}

// A right angle for a turn by the height of six lines.
void turn(Orbit& orbit) {
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    const double each = quarter / static_cast<double>(em(12));
    orbit.around = wrapped(orbit.around - each * static_cast<double>(by.x));
    orbit.above = std::clamp(orbit.above + each * static_cast<double>(by.y), -quarter, quarter);
}

}  // namespace

void remember_orbit(std::vector<Remembered>& choices, const std::string& prefix, Orbit& orbit) {
    choices.push_back({prefix + "_around", &orbit.around, -2 * quarter, 2 * quarter});
    choices.push_back({prefix + "_above", &orbit.above, -quarter, quarter});
    choices.push_back({prefix + "_zoom", &orbit.zoom, farthest, nearest});
}

Camera camera_of(const Orbit& orbit, double reach, const Eigen::Vector3f& middle) {
    Camera camera;
    camera.turn = turned(static_cast<float>(orbit.around), static_cast<float>(orbit.above));
    camera.middle = middle;
    camera.reach = static_cast<float>(1.28 * reach / orbit.zoom);
    return camera;
}

float view_picker_width() {
    return word_combo_width(ImGui::CalcTextSize("oblique").x);
}

void view_picker(PanelContext& context, Orbit& orbit, float width) {
    const char* now = "turned";
    for (const NamedView& view : views)
        if (std::abs(view.around - orbit.around) < 1e-6 &&
            std::abs(view.above - orbit.above) < 1e-6)
            now = view.name;
    if (!begin_word_combo(context, "##view", now, width)) {
        hover_help(context, "",
                   "From where all pictures are seen. Drag turns, the wheel zooms, a double click "
                   "goes back.");
        return;
    }
    for (const NamedView& view : views)
        if (list_row(view.name, now == view.name)) {
            orbit.around = view.around;
            orbit.above = view.above;
        }
    ImGui::EndCombo();
}

void use_orbit_mouse(Orbit& orbit, bool hovered, bool pressed) {
    if (hovered) {
        ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
        if (const float wheel = ImGui::GetIO().MouseWheel; wheel != 0)
            orbit.zoom = std::clamp(orbit.zoom * std::pow(1.1, static_cast<double>(wheel)),
                                    farthest, nearest);
    }
    if (pressed && ImGui::IsMouseDragging(ImGuiMouseButton_Left, em(0.3F))) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
        turn(orbit);
    }
    if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) orbit = Orbit{};
}

Colour colour_of(const ImVec4& colour, float opacity) {
    return {colour.x, colour.y, colour.z, colour.w * opacity};
}

void add_floor(const Theme& theme, double reach, const Eigen::Vector3f& middle, Scene& scene) {
    const auto far = static_cast<float>(1.2 * reach);
    Grid floor;
    floor.corner = middle + Eigen::Vector3f{-far, -far, -far};
    floor.right = {2 * far, 0, 0};
    floor.up = {0, 0, 2 * far};
    floor.across = floor.along = 4;
    floor.colour = colour_of(theme.border);
    floor.width = theme.hairline();
    scene.grids.push_back(floor);
}

void save_larger(
    PanelContext& context, ImVec2 size, const std::string& path, int width,
    const std::function<void(PanelContext&, ImDrawList*, ImVec2 at, ImVec2 size)>& draw) {
    if (context.renderer == nullptr || size.x < 1 || size.y < 1)
        throw Error(path, "nothing is drawn here", "save it from a window");
    const float times = static_cast<float>(width) / size.x;
    const ImVec2 whole{std::floor(size.x * times), std::floor(size.y * times)};
    Theme theme = context.theme;
    theme.scale *= times;
    PanelContext larger = context.in(theme);
    ImDrawList list(ImGui::GetDrawListSharedData());
    list._ResetForNewFrame();
    list.PushTexture(ImGui::GetIO().Fonts->TexRef);
    list.PushClipRect({0, 0}, whole);
    ImGui::PushFont(context.fonts.text, ImGui::GetStyle().FontSizeBase * times);
    const float edge = std::floor(em(0.7F));
    draw(larger, &list, {edge, edge}, {whole.x - 2 * edge, whole.y - 2 * edge});
    ImGui::PopFont();
    const ImVec4& ground = theme.card;
    const auto pixels = context.renderer->pixels_of(
        list, static_cast<int>(whole.x), static_cast<int>(whole.y), {ground.x, ground.y, ground.z});
    write_png(path, static_cast<int>(whole.x), static_cast<int>(whole.y), pixels);
    say(context.view, "Saved " + path);
}

}  // namespace muonscope::gui
