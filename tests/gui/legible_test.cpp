#include "app/gui/frame.h"
#include "app/gui/panels/lanes.h"
#include "app/gui/panels/panels.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace muonscope::gui {
namespace {

struct Look {
    ImVec2 size;
    float scale;
};
constexpr Look looks[]{{{1600, 900}, 1}, {{1280, 720}, 1}, {{800, 500}, 1},  {{480, 320}, 1},
                       {{1600, 900}, 2}, {{1600, 900}, 3}, {{1600, 900}, 4}, {{3840, 2160}, 2}};

std::string name_of(const Look& look) {
    return fmt::format("{}x{} at {}", look.size.x, look.size.y, look.scale);
}

bool seen(const ImGuiWindow* window) {
    return window->Active && !window->Hidden && window->HiddenFramesCanSkipItems == 0 &&
           (!window->DockIsActive || window->DockTabIsVisible);
}

// Controls that stick out of their window to the right, where nothing scrolls.
std::set<std::string> overflowing() {
    std::set<std::string> names;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
        if (!seen(window) || (window->RootWindow != nullptr && !seen(window->RootWindow))) continue;
        const float over = window->ContentSize.x - window->WorkRect.GetWidth();
        if (over > 1.5F && window->ScrollMax.x == 0)
            names.insert(fmt::format("{} by {:.0f}", window->Name, over));
    }
    return names;
}

// Letters that an edge cuts through from top to bottom, by window.
std::set<std::string> cut_letters() {
    std::set<std::string> names;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows) {
        // Tabs and wide panels scroll sideways: there an edge may cut.
        const ImGuiWindow* root = window->RootWindow;
        if (!seen(window) || std::string_view(window->Name).starts_with("##dock/") ||
            window->ScrollMax.x > 0 || (root != nullptr && root->ScrollMax.x > 0))
            continue;
        const ImDrawList& list = *window->DrawList;
        for (const ImDrawCmd& command : list.CmdBuffer) {
            if (command.ElemCount == 0 || command.UserCallback != nullptr) continue;
            for (unsigned i = 0; i + 5 < command.ElemCount; i += 3) {
                const ImDrawIdx* index = list.IdxBuffer.Data + command.IdxOffset + i;
                const auto vertex = [&](int at) -> const ImDrawVert& {
                    return list.VtxBuffer[static_cast<int>(command.VtxOffset + index[at])];
                };
                // A glyph: two triangles 0 1 2, 0 2 3 of an upright rectangle with a picture.
                if (index[3] != index[0] || index[4] != index[2]) continue;
                const ImDrawVert &low = vertex(0), &high = vertex(2);
                if (low.uv.x == high.uv.x || low.uv.y == high.uv.y) continue;
                if (vertex(1).pos.y != low.pos.y || vertex(1).pos.x != high.pos.x) continue;
                const float width = high.pos.x - low.pos.x, height = high.pos.y - low.pos.y;
                if (height > 3 * ImGui::GetStyle().FontSizeBase * ImGui::GetStyle().FontScaleDpi ||
                    width > height * 2)
                    continue;  // a picture
                const ImVec4 clip = command.ClipRect;
                const bool within = high.pos.y > clip.y && low.pos.y < clip.w;
                const float left = clip.x - low.pos.x, right = high.pos.x - clip.z;
                if (within && ((left > 1.5F && left < width) || (right > 1.5F && right < width)))
                    names.insert(
                        fmt::format("{} at {:.0f}, {:.0f}", window->Name, low.pos.x, low.pos.y));
            }
        }
    }
    return names;
}

std::string joined(const std::set<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += "\n    " + name;
    return all;
}

TEST(legible, no_control_sticks_out_of_its_panel_and_no_letter_is_cut) {
    for (const Look& look : looks) {
        Harness harness(look.size, look.scale);
        harness.show(made_by_hand(3, 2, 40, 1));
        harness.kept<LanesView>().more = true;
        harness.frames(6);
        for (const Panel& panel : panels()) {
            harness.view.bring_forward = panel.title;
            harness.frames(6);
            const auto over = overflowing();
            EXPECT_TRUE(over.empty()) << name_of(look) << ", " << panel.title << joined(over);
            const auto cut = cut_letters();
            EXPECT_TRUE(cut.empty()) << name_of(look) << ", " << panel.title << joined(cut);
        }
    }
}

ImGuiWindow* tooltip() {
    for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (seen(window) && (window->Flags & ImGuiWindowFlags_Tooltip) != 0) return window;
    return nullptr;
}

// The help of every parameter, from its row wherever it lies.
TEST(legible, every_tooltip_lies_whole_inside_the_window) {
    for (const Look& look : {looks[0], looks[2], looks[4]}) {
        Harness harness(look.size, look.scale);
        harness.show(made_by_hand(3, 2, 40, 1));
        harness.kept<LanesView>().more = true;
        harness.frames(6);
        int met = 0;
        // Down the left column, along the bar, and along every edge.
        std::vector<ImVec2> places;
        for (float y = 5; y < look.size.y; y += 9 * look.scale)
            places.push_back({60 * look.scale, y});
        for (float x = 5; x < look.size.x; x += 23 * look.scale) {
            places.push_back({x, 22 * look.scale});
            places.push_back({x, look.size.y - 12 * look.scale});
        }
        for (float y = 5; y < look.size.y; y += 23 * look.scale)
            places.push_back({look.size.x - 40 * look.scale, y});
        for (const ImVec2& place : places) {
            harness.move_to({place.x, place.y});
            harness.frames(32);  // longer than the delay
            const ImGuiWindow* shown = tooltip();
            if (shown == nullptr) continue;
            ++met;
            const ImRect at = shown->Rect();
            EXPECT_GE(at.Min.x, 0) << name_of(look) << " at " << place.x << ", " << place.y;
            EXPECT_GE(at.Min.y, 0) << name_of(look) << " at " << place.x << ", " << place.y;
            EXPECT_LE(at.Max.x, look.size.x)
                << name_of(look) << " at " << place.x << ", " << place.y;
            EXPECT_LE(at.Max.y, look.size.y)
                << name_of(look) << " at " << place.x << ", " << place.y;
            EXPECT_LE(shown->ContentSize.y, shown->WorkRect.GetHeight() + 1.5F);
        }
        EXPECT_GT(met, 20) << name_of(look);
    }
}

// Names of lines stand above a plot: where its data is, nothing but data and its marks is drawn.
TEST(legible, no_legend_and_no_title_lies_over_the_data) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 40, 1));
    harness.frames(6);
    for (const char* title : {"Singular values", "Loss", "Downstream probe"}) {
        ImGuiWindow* window = harness.window(title);
        ASSERT_NE(window, nullptr);
        // The plot's own clip rectangle encloses the data: no letter is drawn under it, but for
        // marks and the labels of axes, which have other clip rectangles.
        int letters = 0;
        const ImDrawList& list = *window->DrawList;
        for (const ImDrawCmd& command : list.CmdBuffer) {
            const ImVec4 clip = command.ClipRect;
            const bool plot = clip.x > window->Pos.x + 20 && clip.w < window->Rect().Max.y - 20;
            if (!plot) continue;
            for (unsigned i = 0; i < command.ElemCount; ++i) {
                const ImDrawVert& vertex =
                    list.VtxBuffer[static_cast<int>(command.VtxOffset) +
                                   list.IdxBuffer[static_cast<int>(command.IdxOffset + i)]];
                if (vertex.col == u32(dark_theme().text)) ++letters;
            }
        }
        EXPECT_EQ(letters, 0) << title;
    }
}

// Whatever room there is: a name of a line that would be cut goes to the next line.
TEST(legible, no_name_in_a_legend_is_cut_at_the_edge) {
    Harness harness;
    harness.show(trained(preset("weight-norms"), 10));
    const Panel& panel = panel_by_slug("weight-norms");
    int names = 0;
    for (int width = 700; width < 900; width += 3) {
        ImGui::GetIO().DisplaySize = {static_cast<float>(width), 500};
        for (int i = 0; i < 4; ++i) harness.panel_frame(panel);
        for (const Word& word : drawing().starting("Decay")) {
            const ImGuiWindow* window = ImGui::FindWindowByName(word.window.c_str());
            ASSERT_NE(window, nullptr) << word.window;
            EXPECT_LE(word.max.x, window->InnerClipRect.Max.x) << word.text << " at " << width;
            ++names;
        }
    }
    EXPECT_GT(names, 300);
}

}  // namespace
}  // namespace muonscope::gui
