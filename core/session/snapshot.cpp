#include "core/session/snapshot.h"

#include <fmt/format.h>

namespace muonscope {

std::string divergence_text(const LaneSnapshot& lane, const Layout& layout) {
    if (!lane.divergence) return {};
    const Divergence& fault = *lane.divergence;
    return fmt::format(
        "{} diverged at step {}{}: {}", lane.name, fault.step,
        fault.layer > 0 && fault.layer <= layout.layers() ? " in " + layout.name(fault.layer) : "",
        fault.what);
}

}  // namespace muonscope
