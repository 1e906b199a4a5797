#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/experiment/problem.h"

// What people look at in a transformer: what it makes of one sequence, and what it goes on to say.
namespace muonscope {

struct TokenView {
    // Where something is asked.
    struct Answer {
        int position = 0;
        int right = 0, likeliest = 0;  // tokens
        double probability = 0;        // of the right one
        double best = 0;               // of the likeliest
    };

    std::vector<int> tokens;
    std::vector<Answer> answers;
    std::vector<std::vector<Matrix>> attention;  // by block and head: keys x queries
};

// Of a held-out sequence, counted from 0.
TokenView token_view(const Problem& problem, const std::vector<Matrix>& weights, int sequence);

// Draws the next token behind `tokens`, of which it sees as many as the context has room for:
// probabilities to the power 1/temperature; 0 takes the likeliest. The same seed and place draw the
// same.
int next_token(const Problem& problem, const std::vector<Matrix>& weights,
               const std::vector<int>& tokens, double temperature, std::uint64_t seed);

}  // namespace muonscope
