#pragma once

#include <cstddef>
#include <optional>

#include "core/experiment/published/figures.h"
#include "core/experiment/spec.h"

namespace muonscope {

// The step at which the published run of this lane ended, phase 1 included, from the printed
// figures. Nothing where none was printed, or where the spec is no longer the published one in its
// seed or its phases.
std::optional<double> published_end(const Published& published, const Spec& spec, std::size_t lane);

}  // namespace muonscope
