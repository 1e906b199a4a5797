#include "app/gui/model_tokens.h"

#include <fmt/format.h>

#include <utility>

#include "core/llama/code_points.h"
#include "core/llama/open_llama.h"

namespace muonscope::gui {

namespace {

Work<> find_tokens(std::shared_ptr<const TensorFile> file, std::string matrix,
                   std::shared_ptr<const Tokeniser> tokeniser,
                   Background<TokensPiece>::Outlet outlet) {
    if (!tokeniser) {
        tokeniser = std::make_shared<const Tokeniser>(tokeniser_in(*file));
        co_await pause();
    }
    std::vector<VectorTokens> vectors =
        co_await vector_tokens(*file, *file->find(matrix), 0, most_token_vectors, tokens_a_side);
    outlet({std::move(tokeniser), std::move(vectors)});
    co_await pause();
}

}  // namespace

ModelTokens& model_tokens(PanelContext& context, const ModelWeights& model) {
    ModelTokens& tokens = context.kept<ModelTokens>();
    for (TokensPiece& piece : tokens.work.take()) {
        tokens.tokeniser = std::move(piece.tokeniser);
        tokens.vectors = std::move(piece.vectors);
    }
    if (const std::string fault = tokens.work.error(); !fault.empty()) tokens.fault = fault;
    const std::string wanted =
        model.shown < model.matrices.size() ? model.matrices[model.shown].entry->name : "";
    if (tokens.file != model.file || tokens.matrix != wanted) {
        tokens.work.stop();
        if (tokens.work.busy()) return tokens;
        if (tokens.file != model.file) tokens.tokeniser.reset();
        tokens.file = model.file;
        tokens.matrix = wanted;
        tokens.vectors.clear();
        tokens.fault.clear();
        if (stream_side(wanted))
            tokens.work.begin(context.workplace, [&](auto outlet) {
                return find_tokens(tokens.file, wanted, tokens.tokeniser, std::move(outlet));
            });
    }
    context.view.working = context.view.working || tokens.work.busy();
    return tokens;
}

std::string shown_token(std::string_view bytes) {
    constexpr std::size_t longest = 24;  // rows of dashes are tokens too
    std::string text;
    while (!bytes.empty() && text.size() < longest) {
        const std::size_t size = first_character(bytes).bytes;
        const auto byte = static_cast<unsigned char>(bytes.front());
        if (byte == '\n')
            text += "\\n";
        else if (byte == '\t')
            text += "\\t";
        else if (byte < ' ' || byte == 0x7f || (byte > 0x7f && size == 1))
            text += fmt::format("\\x{:02x}", byte);
        else
            text += bytes.substr(0, size);
        bytes.remove_prefix(size);
    }
    return "“" + text + (bytes.empty() ? "”" : "…”");
}

}  // namespace muonscope::gui
