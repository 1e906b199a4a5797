#pragma once

#include <memory>
#include <vector>

#include "core/base/types.h"
#include "core/experiment/spec.h"
#include "core/linalg/spectrum.h"
#include "core/model/model.h"

namespace muonscope {

// Everything that lanes share, made once from the experiment: immutable, so threads read it freely.
// A transformer has a task in place of a target: what is of a product or of points is empty.
struct Problem {
    Experiment experiment;
    Matrix target;              // A, out x in
    ThinSvd target_svd;         // A = U S V^T, signs fixed so that runs agree
    int modes = 0;              // singular values of A above 1e-9 s_1: what panels call modes
    double target_norm = 0;     // |A|_F
    std::vector<Matrix> start;  // W_l at step 0
    std::shared_ptr<const Model> model;
    // Whitened: Y = A; associations: keys and values; a task: held-out sequences.
    Regression data;
    // W_l*, balanced factors of the target: S^(1/F) V^T ... U S^(1/F) for layers 1 ... F, with F
    // target_factors(); empty where layers cannot hold them.
    std::vector<Matrix> layer_targets;
    Matrix probe_labels;  // target task: A; random labels: R; softmax: one-hot, classes x n
    Matrix probe_inputs;  // softmax only: in x n; others: X = I
    Matrix points;        // in x (classes * points): what the representation panel maps
    std::vector<int> point_class;
    Vector fact_frequencies;  // of sum 1, by rank; empty where it has no facts

    // Of a transformer alone.
    std::shared_ptr<const TokenTask> task;
    TokenBatch held_out, trained_on;   // what scores are taken of: of both parts as many
    TokenBatch fact_questions;         // each fact once, by rank; empty where it learns none
    std::vector<int> probe_positions;  // of `data`, those that the probe's head is fitted to
};

// Throws Error (bad file, shape that does not fit, zero target).
std::shared_ptr<const Problem> make_problem(const Experiment& experiment);

// Of the problem's model on its data.
Cloned<Backpropagation> backpropagation_of(const std::shared_ptr<const Problem>& problem);

}  // namespace muonscope
