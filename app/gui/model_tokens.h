#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/model_weights.h"
#include "core/llama/tokeniser.h"
#include "core/session/background.h"
#include "core/weights/vector_tokens.h"

// The tokens that singular vectors of the matrix that is shown read or write.
namespace muonscope::gui {

struct TokensPiece {
    std::shared_ptr<const Tokeniser> tokeniser;
    std::vector<VectorTokens> vectors;
};

struct ModelTokens {
    std::shared_ptr<const TensorFile> file;  // that they are of
    std::string matrix;
    std::shared_ptr<const Tokeniser> tokeniser;  // of `file`; none yet
    std::vector<VectorTokens> vectors;           // of the largest values; empty: on their way
    std::string fault;
    Background<TokensPiece> work;
};
inline constexpr Eigen::Index most_token_vectors = 64;
inline constexpr int tokens_a_side = 8;

// Takes what came, and begins anew where another matrix is shown.
ModelTokens& model_tokens(PanelContext& context, const ModelWeights& model);

// A token as it is shown: in quotes, on one line, cut where it is long. What is no character of
// UTF-8, as parts of one are, and what has no shape stands as \n, \t or \x and its number.
std::string shown_token(std::string_view bytes);

}  // namespace muonscope::gui
