#pragma once

#include <string>
#include <vector>

// `muonscope weights …`: the tensors of model files, their singular values, and edits of those. All
// return an exit code and throw Error.
namespace muonscope::cli {

struct WeightsInfoArguments {
    std::string file;
    bool json = false;
};
int weights_info(const WeightsInfoArguments& arguments);

struct WeightsSpectraArguments {
    std::string file;
    std::string select;              // empty: every matrix
    std::vector<std::string> edits;  // --op, in order
    std::string stack;               // a file of edits, before those
    bool json = false, values = false;
};
int weights_spectra(const WeightsSpectraArguments& arguments);

struct WeightsCompareArguments {
    std::string file, other, select;
    bool json = false, values = false;
};
int weights_compare(const WeightsCompareArguments& arguments);

struct WeightsEditArguments {
    std::string file, output, stack, type = "F32";
    std::vector<std::string> edits;
    bool copy = false, json = false;
};
int weights_edit(const WeightsEditArguments& arguments);

inline constexpr const char* weights_edit_legend =
    "changed      singular values that are not what they were before this edit\n"
    "energy       sum of their squares after it, as a share of that before it\n"
    "moved        |dW|_F/|W|_F, W as the edit finds it\n";

// Columns of the names in these legends.
inline constexpr std::size_t weights_legend_names = 13;

struct WeightsTalkArguments {
    std::string file;
    std::vector<std::string> questions, edits;  // no question: eight common ones
    std::string stack, system, tokens = "64", temperature = "0", top_p = "1", seed = "0", workers;
    bool plain = false, json = false;
};
int weights_talk(const WeightsTalkArguments& arguments);

struct WeightsTokensArguments {
    std::string file, text;
    bool plain = false, json = false;
};
int weights_tokens(const WeightsTokensArguments& arguments);

struct WeightsVectorsArguments {
    std::string file, matrix, k = "1", top = "8";
    bool json = false;
};
int weights_vectors(const WeightsVectorsArguments& arguments);

struct WeightsAlignmentArguments {
    std::string file, writer, reader, leading = "32";
    bool json = false;
};
int weights_alignment(const WeightsAlignmentArguments& arguments);

inline constexpr const char* weights_alignment_legend =
    "u, v         left singular vectors of A, which it writes, and right ones of B, which it "
    "reads\n"
    "entries      (v^T u)^2: 1 where B reads just what A writes there\n"
    "shared       sum of the entries of the leading k of each over k: 1 where both span the same "
    "k\n"
    "             directions; k/m for random ones in m dimensions. Norms between are left out\n";

struct WeightsScoreArguments {
    std::string file, stack, text, text_file, workers;
    std::vector<std::string> edits;
    bool json = false;
};
int weights_score(const WeightsScoreArguments& arguments);

struct WeightsSweepArguments {
    std::string file, edit = "drop-top=1", select, text, text_file, workers;
    bool anew = false;  // whatever was kept
    bool json = false;
};
int weights_sweep(const WeightsSweepArguments& arguments);

struct WeightsFetchArguments {
    std::string model;  // a known one's slug
    bool yes = false;
};
int weights_fetch(const WeightsFetchArguments& arguments);

// What the columns of the table of `weights spectra` are.
inline constexpr const char* weights_spectra_legend =
    "rows, cols   of the matrix: a tensor's first dimension by the product of its others\n"
    "s1           largest singular value\n"
    "stable rank  |W|_F^2/s1^2, from 1 to the rank\n"
    "entropy      -sum p ln p/ln n, p = s^2/sum s^2 over all n values: 1 when all are equal\n"
    "s1/sn        condition number: largest by smallest of all min(rows, cols) values\n"
    "s1/s2        largest by next\n"
    "beyond       values above (sqrt rows + sqrt cols)|W|_F/sqrt(rows cols), the largest that\n"
    "             independent entries of this size would have (Marchenko-Pastur)\n"
    "tail         exponent alpha of s^2's tail x^-alpha, fitted by maximum likelihood from where\n"
    "             it fits best (Clauset, Shalizi, Newman 2009)\n";

inline constexpr const char* weights_moved_legend =
    "moved        |W' - W|_F/|W|_F, W of the first one\n";

}  // namespace muonscope::cli
