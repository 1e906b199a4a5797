// Layouts of any text: refused, or such that Dear ImGui, which ends the program over some, takes
// them and draws two frames.

#include <cfloat>

#include "app/gui/dock_layout_check.h"
#include "imgui.h"
#include "tests/fuzz/expect.h"

namespace {

void draw_with(const std::string& layout) {
    ImGuiContext* context = ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    io.DisplaySize = {1280, 720};
    ImGui::LoadIniSettingsFromMemory(layout.data(), layout.size());
    for (int frame = 0; frame < 2; ++frame) {
        ImGui::NewFrame();
        ImGui::DockSpaceOverViewport(0x7D5CBA8D);
        for (const char* panel : {"Lanes", "Loss", "Measures"}) {
            ImGui::Begin(panel);
            ImGui::End();
        }
        ImGui::EndFrame();
    }
    ImGui::DestroyContext(context);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::string fault = muonscope::gui::layout_fault(text);
    muonscope::expect(fault.size() < 200 && fault.find('\n') == std::string::npos,
                      "a refusal is a few words");
    if (fault.empty()) draw_with(text);
    return 0;
}
