#include "core/experiment/item_tree.h"

#include <algorithm>

namespace muonscope {

std::vector<TreeNode> tree_nodes(Eigen::Index items) {
    std::vector<TreeNode> nodes{{0, items, 0}};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const TreeNode node = nodes[i];
        if (node.items() < 2) continue;
        const Eigen::Index middle = node.begin + (node.end - node.begin + 1) / 2;
        nodes.push_back({node.begin, middle, node.depth + 1});
        nodes.push_back({middle, node.end, node.depth + 1});
    }
    return nodes;
}

std::vector<std::vector<int>> tree_branches(Eigen::Index items) {
    const std::vector<TreeNode> nodes = tree_nodes(items);
    const int levels = std::max(nodes.back().depth, 1);
    std::vector<std::vector<int>> branches;
    for (int level = 1; level <= levels; ++level) {
        // An item that stands alone before the others do stays a branch of its own.
        std::vector<Eigen::Index> begins;
        for (const TreeNode& node : nodes)
            if (node.depth == level || (node.depth < level && node.items() == 1))
                begins.push_back(node.begin);
        std::sort(begins.begin(), begins.end());
        std::vector<int> of_items;
        for (Eigen::Index item = 0; item < items; ++item)
            of_items.push_back(static_cast<int>(
                std::upper_bound(begins.begin(), begins.end(), item) - begins.begin() - 1));
        branches.push_back(std::move(of_items));
    }
    return branches;
}

}  // namespace muonscope
