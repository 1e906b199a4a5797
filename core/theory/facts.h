#pragma once

// Closed forms of linear associative memory from W = 0 under softmax cross-entropy, with
// orthonormal keys and values (arXiv 2509.26030).
namespace muonscope {

// The probability of a right answer whose score lies `lead` above those of all other facts:
// 1/(1 + (facts − 1) e^−lead).
//
// At W = 0 the gradient is V (11ᵀ/N − I) diag(p) Eᵀ, and what is added to all scores of a key alike
// changes no probability. So SGD's first step, at rate η, gives fact k the lead η p_k, exactly: the
// rare ones hardly any. Where all facts are asked for alike, p = 1/N, every further gradient is a
// multiple of V (I − 11ᵀ/N) Eᵀ, whose polar factor it is itself: t steps of the exact polar factor
// give every fact the lead η t, exactly. With a heavy tail they give nearly that to each: for
// N = 64, α = 1 and η = 1 the first step's probabilities lie within 2 % of it.
double answer_probability(int facts, double lead);

// The loss of such a fact, -log of it.
double answer_loss(int facts, double lead);

// Every further step of SGD: from W = 0 a key's scores are moved by its own fact alone, and those
// of its wrong answers stay equal, so that the lead at the next step is exactly lead + pull (1 − P)
// N/(N − 1), pull = η p_k and P = answer_probability(facts, lead). Under a squared loss c p_k ‖W
// e_k − v_k‖²/2 it is lead + c pull (1 − lead) instead.
double sgd_lead(int facts, double lead, double pull);

}  // namespace muonscope
