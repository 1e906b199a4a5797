#pragma once

#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

namespace muonscope {

// The points whose way through the layers is looked at: of a tree its items, each the unit vector
// that stands for it; of a transformer positions at which something is asked; else the classes of
// the problem.
struct ShownPoints {
    Matrix inputs;             // in x points; of a transformer a column a sequence of tokens
    Matrix targets;            // out x points: what the target makes of them; a teacher's answer;
                               // of a transformer the right token, one-hot
    std::vector<int> numbers;  // which of all points each is, from 0
    bool tree = false;
    // By level the class of each point, from 0. Of a tree its branches, from two to single items;
    // of a transformer by what its positions are coloured; else there is one level.
    std::vector<std::vector<int>> levels;
    std::vector<int> classes;  // by level: how many there are
    // Where points are looked at, as on screen: "layer 1" … "output"; "embedding", "block 1" …
    std::vector<std::string> places;

    // Of a transformer alone.
    std::vector<int> positions;                         // columns of the stream, one a point
    std::vector<std::string> level_names;               // "next byte", "this byte"
    std::vector<std::vector<std::string>> class_names;  // by level
    std::vector<std::string> words;  // of each point: the tokens before, and the right one

    int points() const { return static_cast<int>(numbers.size()); }
};

// As many as can be told apart and taken through all layers within a frame, spread evenly over all:
// 24 a class or 256 items, below about 30 million multiply-adds; at least 8. Of a transformer see
// shown_positions().
ShownPoints shown_points(const Problem& problem);

// Where they are at each place, width x points: after each layer, activations included; of a
// transformer the stream that enters the first block and that leaves each, of one pass, normed as
// all that read it have it: how long it is tells them nothing. Empty where the weights are not of
// the problem's model.
std::vector<Matrix> states_of(const ShownPoints& shown, const Problem& problem,
                              const std::vector<Matrix>& weights);

}  // namespace muonscope
