#include "app/gui/saving.h"

#include "app/gui/autosave.h"
#include "app/gui/ghosts.h"
#include "app/gui/keys.h"
#include "app/gui/model_weights.h"
#include "app/gui/path_dialog.h"
#include "app/gui/session_weights.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/session_json.h"
#include "core/documents/setting_text.h"
#include "core/documents/weights_file.h"
#include "core/formats/files.h"
#include "core/formats/user_folders.h"

#include <fmt/format.h>

#include <filesystem>
#include <span>

#include "imgui.h"

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;

constexpr const char* ending = ".json";
constexpr std::size_t largest_file = std::size_t{64} << 20U;

fs::path session_folder(const PanelContext& context) {
    const auto last = context.view.folders.find(ending);
    if (last != context.view.folders.end()) return last->second;
    fs::path folder = data_folder();
    make_folder(folder, "XDG_DATA_HOME");
    return folder;
}

std::string free_path(const PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    const std::string name =
        snapshot != nullptr && snapshot->spec != nullptr ? snapshot->spec->name : "session";
    const std::int64_t step = snapshot != nullptr ? snapshot->step : 0;
    const fs::path folder = session_folder(context);
    fs::path path = folder / fmt::format("{}-step-{}{}", name, step, ending);
    for (int i = 2; fs::exists(path); ++i)
        path = folder / fmt::format("{}-step-{}-{}{}", name, step, i, ending);
    return path.string();
}

// Read before it is sent, so that what is wrong with it is said in the dialog.
void open(Preferences& preferences, ViewState& view,
          const std::function<std::uint64_t(Command)>& send, const std::string& path) {
    auto opened = spec_or_session_from_json(read_file(path, largest_file), path);
    if (const auto* spec = std::get_if<Spec>(&opened)) return watch(view, send, *spec);
    const auto file = std::make_shared<SessionFile>(std::get<SessionFile>(std::move(opened)));
    send(OpenSession{file});
    view.follow = true;
    if (file->weights) open_weights(preferences, view, *file->weights);
}

void open_model_in_front(PanelContext& context, const std::string& path) {
    open_model(context.preferences, path);
    context.view.bring_forward = "Model weights";
}

void save(ViewState& view, const std::function<bool(const std::string&)>& write,
          const std::string& path) {
    if (write(path))
        say(view, saved_text(path));
    else
        say(view, "The session is saved once the step under way has ended and the model is read");
}

constexpr const char* weights_ending = ".safetensors";

// Those of several lanes go each into a folder of its own, as `muonscope run` writes them: the one
// of a lane is a series.
void save_weights(ViewState& view, const std::vector<LaneWeights>& lanes, const std::string& path) {
    if (lanes.size() == 1) {
        write_weights(path, lanes.front());
        return say(view, "Weights saved to " + path);
    }
    std::vector<fs::path> files;
    for (const LaneWeights& lane : lanes) {
        const fs::path folder = fs::path(path).parent_path() / lane_folder(lane.place, lane.lane);
        files.push_back(folder / fs::path(path).filename());
        if (fs::exists(files.back()))
            throw Error(in_quotes(files.back().string(), 200), "is there already",
                        "choose another name or another folder");
    }
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        std::error_code fault;
        fs::create_directories(files[i].parent_path(), fault);
        if (fault)
            throw Error(in_quotes(files[i].parent_path().string(), 200),
                        "cannot be made (" + fault.message() + ")",
                        "choose a folder you may write to");
        write_weights(files[i].string(), lanes[i]);
    }
    say(view, fmt::format("Weights of {} lanes saved below {}", lanes.size(),
                          fs::path(path).parent_path().string()));
}

void ask_where_to_save_weights(PanelContext& context, std::vector<LaneWeights> lanes) {
    attempt(context.view, [&] {
        const LaneWeights& first = lanes.front();
        const std::string step = weights_file_name(first.step);
        const std::string name =
            lanes.size() > 1
                ? step
                : fmt::format("{}-{}-{}", first.preset, lane_folder(first.place, first.lane), step);
        ask_path(context,
                 {.title = lanes.size() > 1 ? "Save weights, a folder a lane" : "Save weights",
                  .verb = "Save",
                  .path = (session_folder(context) / name).string(),
                  .ending = weights_ending,
                  .done = [&view = context.view, lanes = std::move(lanes)](
                              const std::string& path) { save_weights(view, lanes, path); }});
    });
}

}  // namespace

void weights_menu(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    const bool any = snapshot != nullptr && !snapshot->lanes.empty();
    if (!ImGui::BeginMenu("Save weights", any)) return;
    context.view.weights_shown = true;
    std::vector<LaneWeights> all;
    for (std::size_t lane = 0; lane < snapshot->lanes.size(); ++lane) {
        LaneWeights weights = lane_weights(*snapshot, lane);
        ImGui::PushID(static_cast<int>(lane));
        if (ImGui::MenuItem((weights.lane + "…").c_str(),
                            fmt::format("step {}", weights.step).c_str(), false,
                            weights.layers != nullptr))
            ask_where_to_save_weights(context, {weights});
        ImGui::PopID();
        if (weights.layers) all.push_back(std::move(weights));
    }
    if (all.size() > 1 && ImGui::MenuItem("All lanes…")) ask_where_to_save_weights(context, all);
    ImGui::EndMenu();
}

std::string saved_text(const std::string& path) {
    return "Session saved to " + path;
}

void save_session_at_once(PanelContext& context) {
    attempt(context.view, [&] { save(context.view, context.save_session, free_path(context)); });
}

void ask_where_to_save_session(PanelContext& context) {
    attempt(context.view, [&] {
        ViewState& view = context.view;
        ask_path(context, {.title = "Save session",
                           .verb = "Save",
                           .path = free_path(context),
                           .ending = ending,
                           .done = [&view, save = context.save_session](const std::string& path) {
                               gui::save(view, save, path);
                           }});
    });
}

void open_file(PanelContext& context, const std::string& path) {
    const std::string kind = fs::path(path).extension().string();
    std::error_code ignored;
    if (kind == ending)
        open(context.preferences, context.view, context.send, path);
    else if (fs::is_directory(path, ignored) || kind == ".safetensors" || kind == ".gguf" ||
             kind == ".npy" || kind == ".npz")
        open_model_in_front(context, path);
    else if (kind == ".csv")
        open_ghost(context, path);
    else
        throw Error(in_quotes(path, 200), "is nothing that can be opened",
                    "give a spec or a session (.json), a table over steps (.csv), or weights "
                    "(.safetensors, .gguf, .npy, .npz or a folder of them)");
}

void copy_setting(PanelContext& context) {
    if (context.snapshot == nullptr || !context.snapshot->spec) return;
    const std::string text = setting_text(*context.snapshot->spec);
    ImGui::SetClipboardText(text.c_str());
    say(context.view, fmt::format("The setting is on the clipboard: {} letters", text.size()));
}

void paste_setting(PanelContext& context) {
    attempt(context.view, [&] {
        const char* text = ImGui::GetClipboardText();
        if (text == nullptr || !is_setting_text(text))
            throw Error("the clipboard", "holds no setting that Muonscope copied",
                        "copy one that begins with muonscope1:");
        watch(context, spec_from_setting_text(text));
    });
}

void last_session_row(PanelContext& context) {
    attempt(context.view, [&] {
        const std::string path = Autosave::last_session(state_folder());
        if (ImGui::MenuItem("Open the last session", nullptr, false, !path.empty()))
            open_file(context, path);
    });
}

void ask_what_to_open(PanelContext& context) {
    attempt(context.view, [&] {
        ask_path(context, {.title = "Open a spec or a session",
                           .verb = "Open",
                           .path = session_folder(context).string() + "/",
                           .ending = ending,
                           .saves = false,
                           .done = [&preferences = context.preferences, &view = context.view,
                                    send = context.send](const std::string& path) {
                               open(preferences, view, send, path);
                           }});
    });
}

}  // namespace muonscope::gui
