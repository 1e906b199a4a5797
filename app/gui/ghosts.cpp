#include "app/gui/ghosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/ghost_csv.h"
#include "core/documents/session_json.h"
#include "core/experiment/spec_differences.h"
#include "core/formats/files.h"
#include "core/session/pacer.h"
#include "core/session/session.h"

namespace muonscope::gui {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20U;

// Runs a session again; between stretches the rest of the program goes on.
Work<> run_again(SessionFile file, std::string name, Background<Ghosts::Piece>::Outlet outlet) {
    WorkerPool pool(1);
    Session session(file);
    StretchLength stretch(0.01);
    // A lane knows that it ended only once it was asked for one step more.
    const std::int64_t end = file.step + (file.ended ? 1 : 0);
    std::int64_t asked = 0;
    while (asked < end) {
        const Clock::time_point began = Clock::now();
        const std::int64_t before = session.step();
        asked = std::min(end, asked + stretch.steps());
        session.advance_to(asked, pool);
        stretch.took(session.step() - before,
                     std::chrono::duration<double>(Clock::now() - began).count());
        outlet(static_cast<double>(asked) / static_cast<double>(end));
        co_await pause();
    }
    session.verify(file);
    auto ghost = std::make_shared<Ghost>(ghost_of(*session.snapshot()));
    ghost->name = fmt::format("{}, step {}", name, ghost->step);
    outlet(std::shared_ptr<const Ghost>(std::move(ghost)));
}

bool has_rows(const Ghost& ghost) {
    return std::any_of(ghost.lanes.begin(), ghost.lanes.end(),
                       [](const Ghost::Lane& lane) { return lane.history.size() > 1; });
}

// A step back by one replaces nothing that is worth keeping. On the way back a run is seen at steps
// before the one that it is led to: what still stands is told by its returns.
bool replaces(const Ghosts& ghosts, const Snapshot& now) {
    const Ghost& before = ghosts.newest;
    const bool another =
        ghosts.problem != now.problem || now.returns.standing(ghosts.returns) <= before.step - 2;
    return has_rows(before) && now.step + 2 <= before.step && another;
}

void take_opened(PanelContext& context, Ghosts& ghosts) {
    for (Ghosts::Piece& piece : ghosts.work.take()) {
        if (auto* done = std::get_if<double>(&piece)) ghosts.done = *done;
        if (auto* ghost = std::get_if<std::shared_ptr<const Ghost>>(&piece)) {
            pin(context, std::move(*ghost));
            ghosts.opening.clear();
        }
    }
    if (const std::string fault = ghosts.work.error();
        !fault.empty() && !std::exchange(ghosts.opening, {}).empty())
        say(context.view, fault, true);
    context.view.working = context.view.working || ghosts.work.busy();
}

}  // namespace

void follow_ghosts(PanelContext& context) {
    Ghosts& ghosts = context.kept<Ghosts>();
    take_opened(context, ghosts);
    const Snapshot* now = context.now != nullptr ? context.now : context.snapshot;
    if (now == nullptr || !now->problem || now->lanes.empty() || now->serial == ghosts.serial)
        return;
    ghosts.serial = now->serial;
    if (replaces(ghosts, *now)) {
        name_channels(ghosts.newest, ghosts.layout);
        ghosts.replaced = std::make_shared<const Ghost>(std::move(ghosts.newest));
    }
    ghosts.newest = ghost_without_channels(*now);
    ghosts.layout = now->layout;
    ghosts.returns = now->returns.count();
    if (ghosts.problem == now->problem && ghosts.names.size() == now->layout.channels()) return;
    ghosts.problem = now->problem;
    ghosts.names = channel_names(now->layout);
    ghosts.titles = channel_titles(now->layout);
}

void pin(PanelContext& context, std::shared_ptr<const Ghost> ghost) {
    Ghosts& ghosts = context.kept<Ghosts>();
    if (ghosts.pinned.size() >= Ghosts::most)
        return say(context.view,
                   fmt::format("There are {} ghosts, as many as can be told apart: remove one",
                               Ghosts::most),
                   true);
    std::string name = ghost->name;
    ghosts.pinned.push_back({std::move(ghost), std::move(name), ghosts.next_id++, true});
    context.view.animating = true;
}

void pin_run(PanelContext& context) {
    const Snapshot* now = context.now != nullptr ? context.now : context.snapshot;
    if (now == nullptr || now->lanes.empty()) return;
    auto ghost = std::make_shared<const Ghost>(ghost_of(*now));
    if (!has_rows(*ghost))
        return say(context.view, "There is nothing to keep before the first step", true);
    const std::string name = ghost->name;
    const std::size_t before = context.kept<Ghosts>().pinned.size();
    pin(context, std::move(ghost));
    if (context.kept<Ghosts>().pinned.size() > before)
        say(context.view, "Kept as a ghost: " + name);
}

void open_ghost(PanelContext& context, const std::string& path) {
    Ghosts& ghosts = context.kept<Ghosts>();
    const std::string text = read_file(path, largest_file);
    const std::string name = std::filesystem::path(path).filename().string();
    if (std::filesystem::path(path).extension() == ".csv")
        return pin(context, std::make_shared<const Ghost>(ghost_from_csv(text, path)));
    SessionFile file = session_file_from_json(text, path);
    ghosts.opening = name;
    ghosts.done = 0;
    ghosts.work.begin(context.workplace, [&](auto outlet) {
        return run_again(std::move(file), name, std::move(outlet));
    });
}

std::string ghost_difference(const PanelContext& context, const Ghost& ghost) {
    if (!ghost.spec || context.snapshot == nullptr || !context.snapshot->spec) return {};
    const std::vector<std::string> found = spec_differences(*ghost.spec, *context.snapshot->spec);
    std::string text;
    for (const std::string& one : found) text += (text.empty() ? "" : "; ") + one;
    return text;
}

}  // namespace muonscope::gui
