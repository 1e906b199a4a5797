#include "app/gui/window.h"

#include "app/gui/imgui_session.h"
#include "core/base/error.h"

#include "GLFW/glfw3.h"
#include "imgui.h"
#include "imgui_impl_glfw.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muonscope::gui {
namespace {

const char* const headless_commands =
    "type `muonscope run two-ways-up` to train without a window, or `muonscope render two-ways-up "
    "--steps 140 -o picture.png` to draw one into a file";

std::string last_fault() {
    const char* description = nullptr;
    glfwGetError(&description);
    return description != nullptr ? description : "no reason given";
}

// GLFW's platforms in the order in which they are tried: a session that is named in the environment
// need not be alive. One whose variable is not set is not asked: its library would complain.
std::vector<int> platforms(Window::Kind kind) {
    if (kind == Window::Kind::offscreen) return {GLFW_PLATFORM_NULL};
    const auto is_set = [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr && value[0] != '\0';
    };
    std::vector<int> found;
    const char* wayland =
        std::getenv("WAYLAND_DISPLAY");  // a path, or a name in the runtime folder
    if (is_set("WAYLAND_DISPLAY") && (wayland[0] == '/' || is_set("XDG_RUNTIME_DIR")))
        found.push_back(GLFW_PLATFORM_WAYLAND);
    if (is_set("DISPLAY")) found.push_back(GLFW_PLATFORM_X11);
    const char* session = std::getenv("XDG_SESSION_TYPE");
    if (session != nullptr && std::string_view(session) == "x11")
        std::reverse(found.begin(), found.end());
    if (found.empty())
        throw Error("window", "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)",
                    headless_commands);
    return found;
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

// The one that most of such a window is on.
GLFWmonitor* monitor_below(int x, int y, Window::Size size) {
    int count = 0;
    GLFWmonitor** all = glfwGetMonitors(&count);
    GLFWmonitor* best = glfwGetPrimaryMonitor();
    std::int64_t most = 0;
    for (int i = 0; i < count; ++i) {
        int left = 0, top = 0;
        glfwGetMonitorPos(all[i], &left, &top);
        const GLFWvidmode* mode = glfwGetVideoMode(all[i]);
        if (mode == nullptr) continue;
        const std::int64_t across =
            std::min(x + size.width, left + mode->width) - std::max(x, left);
        const std::int64_t down = std::min(y + size.height, top + mode->height) - std::max(y, top);
        if (across > 0 && down > 0 && across * down > most) {
            most = across * down;
            best = all[i];
        }
    }
    return best;
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
    // A picture on a projector stays when the speaker turns to another window.
    glfwWindowHint(GLFW_AUTO_ICONIFY, GLFW_FALSE);
    // Shown once the first frame is in it: no white flash.
    glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "muonscope");
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "muonscope");
    glfwWindowHintString(GLFW_WAYLAND_APP_ID, "muonscope");
}

// At content scale 1: the transport bar and one panel below it.
constexpr Window::Size smallest{480, 320};

GLFWglproc address(const char* name) {
    return glfwGetProcAddress(name);
}

struct Opened {
    GLFWwindow* window = nullptr;
    std::unique_ptr<Renderer> renderer;
};

// A window on this platform with its OpenGL context current, or none: then `fault` says why.
Opened open_on(int platform, const char* title, Window::Size size, Window::Kind kind,
               std::string& fault) {
    glfwInitHint(GLFW_PLATFORM, platform);
    if (glfwInit() != GLFW_TRUE) {
        fault = last_fault();
        return {};
    }
    set_hints(kind);
    if (kind == Window::Kind::on_screen) size = that_fits(size);
    if (GLFWwindow* window = glfwCreateWindow(size.width, size.height, title, nullptr, nullptr)) {
        glfwMakeContextCurrent(window);
        // No screen: the time that it takes to be told of every fault is there.
        const OpenGlOptions options{.watched = kind == Window::Kind::offscreen};
        if (auto renderer = opengl_renderer(address, options)) return {window, std::move(renderer)};
    }
    fault = "OpenGL 3.3 is needed, and it is not given: " + last_fault();
    glfwTerminate();  // and its windows
    return {};
}

Opened open(const char* title, Window::Size size, Window::Kind kind) {
    std::string faults;
    for (const int platform : platforms(kind)) {
        std::string fault;
        if (Opened opened = open_on(platform, title, size, kind, fault); opened.window)
            return opened;
        faults += (faults.empty() ? "" : "; ") + fault;
    }
    if (kind == Window::Kind::offscreen)
        throw Error("render", "cannot draw without a display: " + faults,
                    "install OSMesa (Debian: apt install libosmesa6)");
    throw Error("window", "cannot open the display: " + faults, headless_commands);
}

}  // namespace

Window::Window(const char* title, Size size, Kind kind) : kind_(kind), size_(size) {
    if (kind == Kind::none) {
        renderer_ = null_renderer();
        return;
    }
    Opened opened = open(title, size, kind);
    window_ = opened.window;
    renderer_ = std::move(opened.renderer);
    if (kind == Kind::on_screen) {
        const float scale = content_scale();
        glfwSetWindowSizeLimits(window_,
                                static_cast<int>(static_cast<float>(smallest.width) * scale),
                                static_cast<int>(static_cast<float>(smallest.height) * scale),
                                GLFW_DONT_CARE, GLFW_DONT_CARE);
    }
    glfwSwapInterval(0);  // the event loop keeps the pace, and must not wait inside the driver
    glfwSetWindowUserPointer(window_, this);
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* window) {
        static_cast<Window*>(glfwGetWindowUserPointer(window))->exposed_ = true;
    });
    glfwSetDropCallback(window_, [](GLFWwindow* window, int count, const char** paths) {
        auto& dropped = static_cast<Window*>(glfwGetWindowUserPointer(window))->dropped_;
        dropped.insert(dropped.end(), paths, paths + count);
    });
    // A panel dragged out of the window becomes one of its own.
    if (kind == Kind::on_screen) ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_ViewportsEnable;
    ImGui_ImplGlfw_InitForOpenGL(window_, kind == Kind::on_screen);
}

Window::~Window() {
    renderer_.reset();
    if (window_ == nullptr) return;
    ImGui_ImplGlfw_Shutdown();
    glfwDestroyWindow(window_);
    glfwTerminate();
}

float Window::content_scale() const {
    if (kind_ != Kind::on_screen) return 1;
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
    if (window_ == nullptr) return size_;
    Size size;
    glfwGetFramebufferSize(window_, &size.width, &size.height);
    return size;
}

float Window::height() const {
    if (window_ == nullptr) return static_cast<float>(size_.height);
    int height = 0;
    glfwGetWindowSize(window_, nullptr, &height);
    return static_cast<float>(height);
}

bool Window::full_screen() const {
    return window_ != nullptr && glfwGetWindowMonitor(window_) != nullptr;
}

void Window::set_full_screen(bool on) {
    if (kind_ != Kind::on_screen || on == full_screen()) return;
    if (!on) {
        const auto& [x, y, size] = windowed_;
        glfwSetWindowMonitor(window_, nullptr, x, y, size.width, size.height, GLFW_DONT_CARE);
        return;
    }
    // Wayland tells no place: then it is at the first monitor, and goes back where it is put.
    glfwGetWindowPos(window_, &windowed_.x, &windowed_.y);
    glfwGetWindowSize(window_, &windowed_.size.width, &windowed_.size.height);
    GLFWmonitor* monitor = monitor_below(windowed_.x, windowed_.y, windowed_.size);
    const GLFWvidmode* mode = monitor != nullptr ? glfwGetVideoMode(monitor) : nullptr;
    if (mode == nullptr) return;
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

void Window::show() {
    if (window_) glfwShowWindow(window_);
}

void Window::hide() {
    if (window_) glfwHideWindow(window_);
}

bool Window::closed() const {
    return closed_ || (window_ != nullptr && glfwWindowShouldClose(window_) == GLFW_TRUE);
}

void Window::take_events(double seconds) {
    if (window_ == nullptr) return;
    if (seconds > 0)
        glfwWaitEventsTimeout(seconds);
    else
        glfwPollEvents();
}

void Window::wake() const {
    if (window_) glfwPostEmptyEvent();
}

bool Window::exposed() {
    return std::exchange(exposed_, false);
}

void Window::begin_frame() {
    renderer_->begin_frame();
    if (window_) ImGui_ImplGlfw_NewFrame();
    ImGuiIO& io = ImGui::GetIO();
    if (kind_ == Kind::none)
        io.DisplaySize = {static_cast<float>(size_.width), static_cast<float>(size_.height)};
    // What is seen must not depend on how long it took: frames are a sixtieth of a second apart.
    if (kind_ != Kind::on_screen) io.DeltaTime = 1.0F / 60.0F;
    // No mouse points at anything in a picture.
    if (kind_ == Kind::offscreen) io.AddMousePosEvent(-1e6F, -1e6F);
    new_frame();
}

void Window::draw() {
    const Size size = framebuffer();
    renderer_->draw(size.width, size.height, background);
}

void Window::present() {
    if (window_ == nullptr) return;
    glfwSwapBuffers(window_);
    if ((ImGui::GetIO().ConfigFlags & ImGuiConfigFlags_ViewportsEnable) == 0) return;
    ImGui::UpdatePlatformWindows();
    ImGui::RenderPlatformWindowsDefault();
    glfwMakeContextCurrent(window_);
}

}  // namespace muonscope::gui
