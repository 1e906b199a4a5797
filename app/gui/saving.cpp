#include "app/gui/saving.h"

#include "app/gui/keys.h"
#include "app/gui/path_dialog.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/formats/files.h"
#include "core/formats/user_folders.h"

#include <fmt/format.h>

#include <filesystem>

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
void open(ViewState& view, const std::function<std::uint64_t(Command)>& send,
          const std::string& path) {
    auto opened = spec_or_session_from_json(read_file(path, largest_file), path);
    if (const auto* spec = std::get_if<Spec>(&opened)) return watch(view, send, *spec);
    send(OpenSession{std::make_shared<SessionFile>(std::get<SessionFile>(std::move(opened)))});
    view.follow = true;
}

void save(ViewState& view, const std::function<bool(const std::string&)>& write,
          const std::string& path) {
    if (write(path))
        say(view, saved_text(path));
    else
        say(view, "The session is saved once the step under way has ended");
}

}  // namespace

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

void ask_what_to_open(PanelContext& context) {
    attempt(context.view, [&] {
        ask_path(context, {.title = "Open a spec or a session",
                           .verb = "Open",
                           .path = session_folder(context).string() + "/",
                           .ending = ending,
                           .saves = false,
                           .done = [&view = context.view, send = context.send](
                                       const std::string& path) { open(view, send, path); }});
    });
}

}  // namespace muonscope::gui
