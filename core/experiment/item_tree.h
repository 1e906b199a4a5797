#pragma once

#include <vector>

#include "core/base/types.h"

// A hierarchy of items (Saxe, McClelland, Ganguli 2014, fig. 1): the leaves of a binary tree that
// halves the range of items until single ones are left.
namespace muonscope {

// The items below a node, from `begin` up to and without `end`.
struct TreeNode {
    Eigen::Index begin = 0, end = 0;
    int depth = 0;  // 0: the root

    Eigen::Index items() const { return end - begin; }
};
// 2 items - 1 of them, in breadth-first order.
std::vector<TreeNode> tree_nodes(Eigen::Index items);

// By level, coarsest first: the branch that each item belongs to, from 0. Level 1 has two branches,
// the last has one for each item. Of a single item one level.
std::vector<std::vector<int>> tree_branches(Eigen::Index items);

}  // namespace muonscope
