#include "tests/gui/harness.h"

#include "app/gui/frame.h"
#include "app/gui/parameter_row.h"
#include "core/base/error.h"
#include "core/experiment/presets.h"
#include "core/experiment/problem.h"
#include "core/session/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace muonscope::gui {

Harness::Harness(ImVec2 display, float scale, int threads) : workplace_(threads), scale_(scale) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = display;
    io.ConfigInputTrickleEventQueue = true;
}

Harness::~Harness() {
    trainer_.reset();
    view.panels = {};  // textures among it belong to this context
}

void Harness::set_scale(float scale) {
    scale_ = scale;
}

PanelContext Harness::context() {
    return {.snapshot = snapshot_.get(),
            .preferences = preferences,
            .view = view,
            .theme = theme_,
            .fonts = imgui_.fonts(),
            .send =
                [this](Command command) {
                    sent.push_back(command);
                    return trainer_ != nullptr ? trainer_->send(std::move(command))
                                               : std::uint64_t{sent.size()};
                },
            .workplace = workplace_,
            .renderer = renderer_.get(),
            .save_session =
                [this](const std::string& path) {
                    if (refusal) throw Error(path, refusal, "try another");
                    ++saved;
                    saved_to = path;
                    return saves_at_once;
                },
            .copy_run = trainer_ == nullptr
                            ? std::function<std::future<std::shared_ptr<const Session>>()>()
                            : [this] { return trainer_->copying(); },
            .save_picture = [this](const std::string& path, ImVec2,
                                   ImVec2) { pictures.push_back(path); }};
}

void Harness::begin() {
    if (trainer_ != nullptr) snapshot_ = trainer_->snapshot();
    theme_ = theme_for(preferences, scale_, ImGui::GetIO().DisplaySize.y);
    apply_theme(theme_);
    ImGui::GetIO().DeltaTime = 1.0F / 60.0F;
    renderer_->begin_frame();
    new_frame();
}

void Harness::end() {
    ImGui::Render();
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    renderer_->draw(static_cast<int>(size.x), static_cast<int>(size.y), {});
    if (workplace_.threads() == 0) workplace_.work(0.001);
}

void Harness::frame() {
    begin();
    PanelContext c = context();
    draw_frame(c);
    end();
}

void Harness::frames(int count) {
    for (int i = 0; i < count; ++i) frame();
}

void Harness::panel_frame(const Panel& panel) {
    begin();
    PanelContext c = context();
    draw_panel_alone(c, panel);
    end();
}

Trainer& Harness::train(const Spec& spec) {
    trainer_ = std::make_unique<Trainer>(
        spec, TrainerOptions{.workers = 1,
                             .on_snapshot = {},
                             .workplace = workplace_.threads() > 0 ? nullptr : &workplace_});
    trainer_->drain();
    frames(4);  // a layout settles in the third
    return *trainer_;
}

const Snapshot& Harness::now() {
    trainer_->drain();
    snapshot_ = trainer_->snapshot();
    return *snapshot_;
}

void Harness::show(std::shared_ptr<const Snapshot> snapshot) {
    trainer_.reset();
    snapshot_ = std::move(snapshot);
}

void Harness::press(ImGuiKey key, ImGuiKey modifier) {
    ImGuiIO& io = ImGui::GetIO();
    if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, true);
    io.AddKeyEvent(key, true);
    frames(2);
    io.AddKeyEvent(key, false);
    if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, false);
    frames(2);
}

void Harness::type(const std::string& text) {
    ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
    frames(2 + static_cast<int>(text.size()));
}

void Harness::move_to(ImVec2 at) {
    ImGui::GetIO().AddMousePosEvent(at.x, at.y);
    frame();
}

void Harness::click(ImVec2 at) {
    move_to(at);
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    frame();
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    frames(2);
}

void Harness::double_click(ImVec2 at) {
    click(at);
    click(at);
}

void Harness::drag(ImVec2 from, ImVec2 to) {
    move_to(from);
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    frame();
    for (int i = 1; i <= 8; ++i) {
        const float part = static_cast<float>(i) / 8;
        move_to({from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part});
    }
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    frames(2);
}

namespace {

// Where the next frame puts an item, by the mark that Dear ImGui draws around one that is asked
// for: a rectangle, and a line from the mouse to it. None: it marks no such item.
template <class Frame>
std::optional<ImRect> marked(ImGuiID id, Frame&& frame) {
    constexpr ImU32 colour_of_mark = IM_COL32(0, 255, 0, 255);
    ImGui::DebugLocateItem(id);
    frame();
    std::vector<ImVec2> corners;
    for (const ImDrawVert& vertex :
         ImGui::GetForegroundDrawList(ImGui::GetMainViewport())->VtxBuffer)
        if (vertex.col == colour_of_mark) corners.push_back(vertex.pos);
    corners.resize(corners.size() * 2 / 3);  // four sides; the line has half as many
    if (corners.empty()) return std::nullopt;
    ImRect place(corners.front(), corners.front());
    for (const ImVec2& corner : corners) place.Add(corner);
    return place;
}

}  // namespace

ImVec2 Harness::find(ImGuiWindow* window, ImGuiID id) {
    if (window == nullptr) {
        ADD_FAILURE() << "the window to look in is not open";
        return {0, 0};
    }
    const std::optional<ImRect> place = marked(id, [&] { frame(); });
    const ImRect all = window->ClipRect;
    for (const bool everywhere : {false, true})
        for (float y = all.Min.y + 3; y < all.Max.y; y += 7)
            for (float x = all.Min.x + 5; x < all.Max.x; x += 11) {
                const bool near = place && place->Contains({x, y});
                if (near == everywhere) continue;
                move_to({x, y});
                if (ImGui::GetCurrentContext()->HoveredId == id) return {x, y};
            }
    ADD_FAILURE() << "no such item in " << window->Name;
    return {0, 0};
}

ImGuiWindow* Harness::window(const std::string& name) {
    return ImGui::FindWindowByName(name.c_str());
}

ImGuiWindow* Harness::child(const std::string& parent, const std::string& name, int index) {
    std::vector<ImGuiWindow*> found;
    for (ImGuiWindow* candidate : ImGui::GetCurrentContext()->Windows)
        if (const std::string path = candidate->Name;
            candidate->WasActive && path.starts_with(parent + "/") &&
            path.substr(path.rfind('/') + 1).starts_with(name + "_"))
            found.push_back(candidate);
    std::sort(found.begin(), found.end(),
              [](const ImGuiWindow* a, const ImGuiWindow* b) { return a->Pos.y < b->Pos.y; });
    return index < static_cast<int>(found.size()) ? found[index] : nullptr;
}

std::shared_ptr<Snapshot> made_by_hand(int layers, int lanes, int rows, double value) {
    auto spec = std::make_shared<Spec>(presets().front());
    spec->experiment.network.depth = layers;
    spec->experiment.network.width = 8;
    spec->experiment.target.modes = 6;
    spec->lanes.resize(static_cast<std::size_t>(lanes), spec->lanes.back());

    auto snapshot = std::make_shared<Snapshot>();
    snapshot->serial = 1;
    snapshot->state = TrainerState::paused;
    snapshot->problem = make_problem(spec->experiment);
    snapshot->layout = Layout(*snapshot->problem->model, snapshot->problem->modes,
                              facts_of(snapshot->problem->experiment));
    snapshot->spec = spec;
    snapshot->step = std::max(0, rows - 1);
    snapshot->wanted_speed = 60;
    snapshot->events = std::make_shared<const std::vector<Event>>(
        std::vector<Event>{{2, -1, "SGD \xe2\x86\x92 Muon"}, {3, 0, "learning rate 0.1"}});
    for (int i = 0; i < lanes; ++i) {
        LaneSnapshot lane;
        lane.name = spec->lanes[i].name;
        lane.step = snapshot->step;
        lane.phase_steps.assign(spec->lanes[i].phases.size(), 0);
        History history(snapshot->layout.channels(), 4096, SamplingRule{});
        const std::vector<double> row(snapshot->layout.channels(), value);
        for (int step = 0; step < rows; ++step) history.append(step, row);
        lane.history = history.view();
        if (rows > 0) lane.now = row;
        lane.now_step = snapshot->step;
        std::vector<Matrix> weights = snapshot->problem->start;
        for (Matrix& w : weights) w.setConstant(value);
        lane.weights = std::make_shared<const std::vector<Matrix>>(std::move(weights));
        snapshot->lanes.push_back(std::move(lane));
    }
    return snapshot;
}

std::shared_ptr<Snapshot> trained(const Spec& spec, std::int64_t steps) {
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(steps, pool);
    return session.snapshot();
}

}  // namespace muonscope::gui
