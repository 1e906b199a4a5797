#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/spec.h"

// Which matrices an experiment's model has, known without making it, and what several of them are
// called together.
namespace muonscope {

// The experiment's transformer, with its task's vocabulary.
TransformerSpec transformer_of(const Experiment& experiment);

std::vector<MatrixInfo> matrices_of(const Experiment& experiment);
int count_of_matrices(const Experiment& experiment);

// What a matrix does, as on screen, whichever its block: "mlp in" of "block 2 mlp in"; "embedding".
std::string kind_words(const MatrixInfo& matrix);

// Matrices that one name stands for, by number from 1, ascending.
struct MatrixGroup {
    std::string name;  // as on screen: "query", "block 2", "in blocks"
    std::string slug;  // in paths and files: "query", "block_2", "inside"
    std::vector<int> matrices;
};
// Those of a transformer: "inside" (in blocks), "outside" (embedding, positions, head), each kind
// that several blocks have, each block. Of a chain none.
std::vector<MatrixGroup> matrix_groups(const Experiment& experiment);

// The matrices that a number, a matrix's slug or a group's stands for; empty where it is none.
std::vector<int> matrices_called(const Experiment& experiment, std::string_view name);
// "inside blocks", "query, block 2 value": groups where all of one are among them.
std::string matrix_words(const Experiment& experiment, std::vector<int> numbers);
// What a name may be, in words: "1 to 3", or with the groups' slugs behind it.
std::string names_of_matrices(const Experiment& experiment);

}  // namespace muonscope
