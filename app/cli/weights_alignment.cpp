#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "app/cli/weights_columns.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/weights/layer_alignment.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr Eigen::Index most_printed = 8;  // directions in the table

std::string table(const LayerAlignment& alignment) {
    const Eigen::Index shown = std::min(most_printed, alignment.overlap.rows());
    std::vector<std::vector<std::string>> cells{{"reads \\ writes"}};
    std::vector<std::size_t> numbers;
    for (Eigen::Index j = 0; j < shown; ++j) {
        cells[0].push_back(fmt::format("u{}", j + 1));
        numbers.push_back(cells[0].size() - 1);
    }
    for (Eigen::Index i = 0; i < shown; ++i) {
        cells.push_back({fmt::format("v{}", i + 1)});
        for (Eigen::Index j = 0; j < shown; ++j)
            cells.back().push_back(fmt::format("{:.3f}", alignment.overlap(i, j)));
    }
    return text_table(cells, numbers);
}

}  // namespace

int weights_alignment(const WeightsAlignmentArguments& arguments) {
    const long leading = whole_number_in(arguments.leading, "--leading", 1, longest_smaller_side);
    const TensorFile file(arguments.file);
    const TensorEntry& writer = one_matrix(file, arguments.writer);
    const TensorEntry& reader = one_matrix(file, arguments.reader);
    const MatrixShape a = *matrix_shape(writer), b = *matrix_shape(reader);
    if (a.rows != b.cols)
        throw Error(
            in_quotes(reader.name),
            fmt::format("it reads {} numbers, and {} writes {}", b.cols, writer.name, a.rows),
            "name two of which the second reads what the first writes");
    const LayerAlignment alignment =
        layer_alignment(leading_vectors(file, writer, leading).finish().u,
                        leading_vectors(file, reader, leading).finish().v, leading);
    const Eigen::Index k = alignment.overlap.rows();
    if (arguments.json) {
        Json json{{"writer", writer.name},
                  {"reader", reader.name},
                  {"leading", k},
                  {"dimension", alignment.dimension},
                  {"share", alignment.share},
                  {"by_chance", alignment.by_chance}};
        json["overlap"] = Json::array();
        for (Eigen::Index i = 0; i < k; ++i) {
            json["overlap"].push_back(Json::array());
            for (Eigen::Index j = 0; j < k; ++j)
                json["overlap"].back().push_back(alignment.overlap(i, j));
        }
        fmt::print("{}", json_lines(json));
        return done;
    }
    fmt::print("{}\n{}\n{}\n{}",
               text_below(fmt::format("{} reads what {} writes, in {} dimensions", reader.name,
                                      writer.name, alignment.dimension)),
               text_below(fmt::format(
                   "of the leading {} directions {:.4g} is shared; of random ones {:.4g} would be",
                   k, alignment.share, alignment.by_chance)),
               table(alignment), legend_below(weights_alignment_legend, weights_legend_names));
    return done;
}

}  // namespace muonscope::cli
