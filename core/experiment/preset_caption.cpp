#include "core/experiment/preset_caption.h"

#include "core/experiment/layout.h"
#include "core/experiment/problem.h"

namespace muonscope {

std::optional<ArrowWait> waits_for(const Arrow& arrow, const Problem& problem,
                                   const Layout& layout) {
    const Scope scope = info(arrow.channel).scope;
    const bool of_facts = scope == Scope::facts || scope == Scope::fact_values;
    if (of_facts && arrow.k >= layout.facts()) return std::nullopt;
    if (scope == Scope::task && !layout.has_task()) return std::nullopt;
    if (arrow.channel != Channel::product_sv)
        return ArrowWait{layout.at(arrow.channel, 0, arrow.k), arrow.level, false};
    if (arrow.k >= layout.modes() || arrow.k >= layout.product_rank()) return std::nullopt;
    return ArrowWait{layout.mode(arrow.k), arrow.level * problem.target_svd.s(arrow.k), true};
}

}  // namespace muonscope
