#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/gui/panel.h"
#include "core/session/background.h"
#include "core/session/ghost.h"

// Runs that are kept to be seen as thin lines behind the live ones. Kept with the view.
namespace muonscope::gui {

struct Ghosts {
    static constexpr std::size_t most = 8;

    struct Pinned {
        std::shared_ptr<const Ghost> ghost;
        std::string name;      // as typed
        std::uint64_t id = 0;  // of this pinning: what plots keep of it stands under it
        bool shown = true;
    };
    std::vector<Pinned> pinned;
    // The run that another took the place of, or the future that going back cut off.
    std::shared_ptr<const Ghost> replaced;
    Ghost newest;  // as the last frame saw the run, without its channels
    Layout layout;
    std::int64_t returns = 0;  // of the run then, see Returns
    // What the run calls its channels, worked out when it has others.
    std::shared_ptr<const Problem> problem;
    std::vector<std::string> names, titles;
    std::uint64_t serial = 0, next_id = 1;

    // A session that is run again to be pinned: how far it is, then what it came to.
    using Piece = std::variant<double, std::shared_ptr<const Ghost>>;
    Background<Piece> work;
    std::string opening;  // the file's name
    double done = 0;      // share of it
};

// Once a frame: remembers what a new run replaces, and takes over what was opened.
void follow_ghosts(PanelContext& context);
void pin(PanelContext& context, std::shared_ptr<const Ghost> ghost);
void pin_run(PanelContext& context);
// A session, which is run again beside the training, or a table over steps. Throws Error.
void open_ghost(PanelContext& context, const std::string& path);

// What differs from the run that is shown, as much as fits in a line; empty: not known, or nothing.
std::string ghost_difference(const PanelContext& context, const Ghost& ghost);

}  // namespace muonscope::gui
