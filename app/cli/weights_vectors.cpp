#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/llama/open_llama.h"
#include "core/weights/vector_tokens.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Ranks {
    Eigen::Index first, count;
};

// "3" or "1-8", ranks from 1.
Ranks ranks_in(const std::string& text, Eigen::Index most) {
    const std::vector<std::string_view> ends = split(text, '-');
    const auto rank = [&](std::string_view end, long least) {
        return whole_number_in(end, "--k", least, static_cast<long>(most));
    };
    const long first = rank(ends.front(), 1);
    return {first - 1,
            ends.size() == 1 ? 1 : rank(text.substr(ends[0].size() + 1), first) - first + 1};
}

Json to_json(const std::vector<NearToken>& tokens, const Tokeniser& tokeniser) {
    Json list = Json::array();
    for (const NearToken& near : tokens)
        list.push_back({{"token", near.token},
                        {"text", tokeniser.bytes(near.token)},
                        {"cosine", near.cosine}});
    return list;
}

std::string cell(const std::vector<NearToken>& tokens, const Tokeniser& tokeniser, std::size_t i) {
    if (i >= tokens.size()) return "";
    return fmt::format("{} {:+.3f}", in_quotes(tokeniser.bytes(tokens[i].token), 30),
                       tokens[i].cosine);
}

void print_tables(const std::vector<VectorTokens>& found, const Tokeniser& tokeniser, int top) {
    for (const VectorTokens& one : found) {
        std::vector<std::vector<std::string>> cells{{"towards", "away"}};
        for (std::size_t i = 0; i < static_cast<std::size_t>(top); ++i)
            cells.push_back({cell(one.towards, tokeniser, i), cell(one.away, tokeniser, i)});
        fmt::print("\nk = {}, s = {:.4g}\n{}", one.k + 1, one.value, text_table(cells, {}));
    }
}

}  // namespace

int weights_vectors(const WeightsVectorsArguments& arguments) {
    const auto top = static_cast<int>(whole_number_in(arguments.top, "--top", 1, 1000));
    const TensorFile file(llama_path(arguments.file));
    const Tokeniser tokeniser = tokeniser_in(file);
    const TensorEntry& entry = one_matrix(file, arguments.matrix);
    const Ranks ranks = ranks_in(arguments.k, matrix_shape(entry)->rank());
    const std::vector<VectorTokens> found =
        vector_tokens(file, entry, ranks.first, ranks.count, top).finish();
    const bool writes = stream_side(entry.name)->writes;
    if (!arguments.json) {
        fmt::print("{}: tokens that its singular vectors {}, by cosine\n", entry.name,
                   writes ? "write (U through the unembedding)" : "read (V against the embedding)");
        print_tables(found, tokeniser, top);
        return done;
    }
    Json json{{"tensor", entry.name}, {"side", writes ? "writes" : "reads"}};
    json["vectors"] = Json::array();
    for (const VectorTokens& one : found)
        json["vectors"].push_back({{"k", one.k + 1},
                                   {"value", one.value},
                                   {"towards", to_json(one.towards, tokeniser)},
                                   {"away", to_json(one.away, tokeniser)}});
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
    return done;
}

}  // namespace muonscope::cli
