#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

namespace muonscope {

// The points whose way through the layers is looked at: of a tree its items, each the unit vector
// that stands for it; else the classes of the problem.
struct ShownPoints {
    Matrix inputs;             // in x points
    Matrix targets;            // out x points: what the target makes of them; a teacher's answer
    std::vector<int> numbers;  // which of all points each is, from 0
    bool tree = false;
    // By level the class of each point, from 0. Of a tree its branches, from two to single items;
    // else there is one level.
    std::vector<std::vector<int>> levels;
    std::vector<int> classes;  // by level: how many there are

    int points() const { return static_cast<int>(inputs.cols()); }
};

// As many as can be told apart and taken through all layers within a frame, spread evenly over all:
// 24 a class or 256 items, below about 30 million multiply-adds; at least 8.
ShownPoints shown_points(const Problem& problem);

}  // namespace muonscope
