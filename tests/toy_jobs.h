#pragma once

#include <utility>
#include <vector>

#include "core/experiment/published/experiment.h"

namespace muonscope::test {

// A job's work that has its figures already, with one pause.
inline Work<std::vector<Figure>> given(std::vector<Figure> figures, Watch& watch) {
    co_await watch.at(0.5);
    co_return figures;
}

}  // namespace muonscope::test
