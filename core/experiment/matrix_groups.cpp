#include "core/experiment/matrix_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/model/chain.h"

namespace muonscope {

namespace {

// "block_2_mlp_in" is an "mlp_in".
std::string_view kind_of(const MatrixInfo& matrix) {
    std::string_view kind = matrix.slug;
    if (matrix.block > 0) kind.remove_prefix(kind.find('_', kind.find('_') + 1) + 1);
    return kind;
}

std::string with_spaces(std::string_view slug) {
    std::string name(slug);
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

}  // namespace

std::string kind_words(const MatrixInfo& matrix) {
    return with_spaces(kind_of(matrix));
}

TransformerSpec transformer_of(const Experiment& experiment) {
    TransformerSpec spec = experiment.transformer;
    spec.vocabulary = vocabulary_of(experiment.task);
    return spec;
}

std::vector<MatrixInfo> matrices_of(const Experiment& experiment) {
    if (is_transformer(experiment)) return TransformerMatrices(transformer_of(experiment)).list;
    return Chain(experiment.network).matrices();
}

int count_of_matrices(const Experiment& experiment) {
    if (!is_transformer(experiment)) return experiment.network.depth;
    const TransformerSpec& spec = experiment.transformer;
    const int a_block = spec.mlp == MlpKind::swiglu ? 7 : 6;
    return 1 + (spec.positions == PositionKind::learned ? 1 : 0) + a_block * spec.blocks +
           (spec.tied ? 0 : 1);
}

std::vector<MatrixGroup> matrix_groups(const Experiment& experiment) {
    if (!is_transformer(experiment)) return {};
    const std::vector<MatrixInfo> all = matrices_of(experiment);
    std::vector<MatrixGroup> groups{{"inside blocks", "inside", {}},
                                    {"outside blocks", "outside", {}}};
    const auto add = [&](std::size_t first, const std::string& slug, int number) {
        const auto found =
            std::find_if(groups.begin() + static_cast<std::ptrdiff_t>(first), groups.end(),
                         [&](const auto& group) { return group.slug == slug; });
        if (found != groups.end())
            found->matrices.push_back(number);
        else
            groups.push_back({with_spaces(slug), slug, {number}});
    };
    for (std::size_t i = 0; i < all.size(); ++i)
        groups[all[i].block > 0 ? 0 : 1].matrices.push_back(static_cast<int>(i) + 1);
    for (const int number : groups[0].matrices)
        add(2, std::string(kind_of(all[index_of(number)])), number);
    for (const int number : groups[0].matrices)
        add(2, fmt::format("block_{}", all[index_of(number)].block), number);
    return groups;
}

std::vector<int> matrices_called(const Experiment& experiment, std::string_view name) {
    const std::vector<MatrixInfo> all = matrices_of(experiment);
    int number = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (fault == std::errc() && end == name.data() + name.size())
        return number >= 1 && number <= static_cast<int>(all.size()) ? std::vector{number}
                                                                     : std::vector<int>{};
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].slug == name) return {static_cast<int>(i) + 1};
    for (const MatrixGroup& group : matrix_groups(experiment))
        if (group.slug == name) return group.matrices;
    return {};
}

std::string matrix_words(const Experiment& experiment, std::vector<int> numbers) {
    const std::vector<MatrixInfo> all = matrices_of(experiment);
    std::string words;
    const auto add = [&](const std::string& name) { words += (words.empty() ? "" : ", ") + name; };
    for (const MatrixGroup& group : matrix_groups(experiment)) {
        if (group.matrices.size() < 2 ||
            !std::includes(numbers.begin(), numbers.end(), group.matrices.begin(),
                           group.matrices.end()))
            continue;
        add(group.name);
        std::erase_if(numbers, [&](int number) {
            return std::binary_search(group.matrices.begin(), group.matrices.end(), number);
        });
    }
    for (const int number : numbers) add(all[index_of(number)].name);
    return words;
}

std::string names_of_matrices(const Experiment& experiment) {
    std::string names = fmt::format("1 to {}", count_of_matrices(experiment));
    const std::vector<MatrixGroup> groups = matrix_groups(experiment);
    if (groups.empty()) return names;
    for (const MatrixInfo& matrix : matrices_of(experiment))
        if (matrix.block == 0) names += ", " + matrix.slug;
    for (const MatrixGroup& group : groups) names += ", " + group.slug;
    return names + ", block_1_query …";
}

}  // namespace muonscope
