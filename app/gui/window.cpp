#include "app/gui/window.h"

#include "core/error.h"

// glad declares OpenGL; GLFW must not do it a second time.
#include "glad/gl.h"
// clang-format off
#include "GLFW/glfw3.h"
// clang-format on
#include "imgui.h"
#include "imgui_impl_glfw.h"
#include "imgui_impl_opengl3.h"
#include "imgui_impl_opengl3_loader.h"

#include <algorithm>
#include <cstdlib>

namespace muonscope::gui {
namespace {

const char* const headless_commands =
    "type `muonscope run two-ways-up` to train without a window, or `muonscope render two-ways-up "
    "-o picture.png` to draw one into a file";

std::string last_fault() {
    const char* description = nullptr;
    glfwGetError(&description);
    return description != nullptr ? description : "no reason given";
}

void start_glfw(Window::Kind kind) {
    if (kind == Window::Kind::offscreen) {
        glfwInitHint(GLFW_PLATFORM, GLFW_PLATFORM_NULL);
    } else {
        const auto missing = [](const char* name) {
            const char* value = std::getenv(name);
            return value == nullptr || value[0] == '\0';
        };
        if (missing("DISPLAY") && missing("WAYLAND_DISPLAY"))
            throw Error("window",
                        "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)",
                        headless_commands);
        // Asking for Wayland where there is none makes its library complain on stderr.
        glfwInitHint(GLFW_PLATFORM,
                     missing("WAYLAND_DISPLAY") ? GLFW_PLATFORM_X11 : GLFW_ANY_PLATFORM);
    }
    if (glfwInit() != GLFW_TRUE)
        throw Error("window", "cannot open the display: " + last_fault(), headless_commands);
}

Window::Size that_fits(Window::Size size) {
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    if (monitor == nullptr) return size;
    float scale_x = 1, scale_y = 1;
    glfwGetMonitorContentScale(monitor, &scale_x, &scale_y);
    int x = 0, y = 0, width = 0, height = 0;
    glfwGetMonitorWorkarea(monitor, &x, &y, &width, &height);
    size.width = static_cast<int>(static_cast<float>(size.width) * scale_x);
    size.height = static_cast<int>(static_cast<float>(size.height) * scale_y);
    if (width > 0) size.width = std::min(size.width, width);
    if (height > 0) size.height = std::min(size.height, height);
    return size;
}

void set_hints(Window::Kind kind) {
    glfwDefaultWindowHints();
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    // macOS gives a core context only so; OSMesa refuses it.
    if (kind == Window::Kind::on_screen) glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_DEPTH_BITS, 0);
    glfwWindowHint(GLFW_STENCIL_BITS, 0);
    glfwWindowHint(GLFW_ALPHA_BITS, 0);
    if (kind == Window::Kind::offscreen)
        glfwWindowHint(GLFW_CONTEXT_CREATION_API, GLFW_OSMESA_CONTEXT_API);
    // Shown once the first frame is in it: no white flash.
    glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "muonscope");
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "muonscope");
    glfwWindowHintString(GLFW_WAYLAND_APP_ID, "muonscope");
}

[[noreturn]] void no_context(Window::Kind kind) {
    const std::string why = last_fault();
    glfwTerminate();
    if (kind == Window::Kind::offscreen)
        throw Error("render", "cannot draw without a display: " + why,
                    "install OSMesa (Debian: apt install libosmesa6)");
    throw Error("window", "OpenGL 3.3 is needed, and this display does not give it: " + why,
                headless_commands);
}

GLFWglproc address(const char* name) {
    return glfwGetProcAddress(name);
}

}  // namespace

Window::Window(const char* title, Size size, Kind kind) : kind_(kind) {
    start_glfw(kind);
    set_hints(kind);
    if (kind == Kind::on_screen) size = that_fits(size);
    window_ = glfwCreateWindow(size.width, size.height, title, nullptr, nullptr);
    if (window_ == nullptr) no_context(kind);
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(0);  // the event loop keeps the pace, and must not wait inside the driver

    // Dear ImGui's own loader asks the machine's libGL, which knows nothing of OSMesa: give both
    // loaders GLFW's address getter instead.
    if (gladLoadGL(address) == 0 || imgl3wInit2(address) != 0) {
        glfwDestroyWindow(window_);
        no_context(kind);
    }
    // A panel dragged out of the window becomes one of its own.
    if (kind == Kind::on_screen) ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_ViewportsEnable;
    ImGui_ImplGlfw_InitForOpenGL(window_, kind == Kind::on_screen);
    ImGui_ImplOpenGL3_Init("#version 330 core");
}

Window::~Window() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    glfwDestroyWindow(window_);
    glfwTerminate();
}

float Window::content_scale() const {
    if (kind_ == Kind::offscreen) return 1;
    float x = 1, y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    // Where the window system scales the framebuffer itself, Dear ImGui's units are scaled already.
    int width = 0, pixels = 0;
    glfwGetWindowSize(window_, &width, nullptr);
    glfwGetFramebufferSize(window_, &pixels, nullptr);
    if (width > 0 && pixels > width) x *= static_cast<float>(width) / static_cast<float>(pixels);
    return std::clamp(x, 0.5F, 4.0F);
}

Window::Size Window::framebuffer() const {
    Size size;
    glfwGetFramebufferSize(window_, &size.width, &size.height);
    return size;
}

void Window::begin_frame() {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    if (kind_ == Kind::offscreen) {
        // A picture must not depend on how long it took: frames are a sixtieth of a second apart,
        // and no mouse points at anything.
        ImGui::GetIO().DeltaTime = 1.0F / 60.0F;
        ImGui::GetIO().AddMousePosEvent(-1e6F, -1e6F);
    }
    ImGui::NewFrame();
}

void Window::draw() {
    const Size size = framebuffer();
    glViewport(0, 0, size.width, size.height);
    glClearColor(background.red, background.green, background.blue, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

void Window::present() {
    glfwSwapBuffers(window_);
    if ((ImGui::GetIO().ConfigFlags & ImGuiConfigFlags_ViewportsEnable) == 0) return;
    ImGui::UpdatePlatformWindows();
    ImGui::RenderPlatformWindowsDefault();
    glfwMakeContextCurrent(window_);
}

}  // namespace muonscope::gui
