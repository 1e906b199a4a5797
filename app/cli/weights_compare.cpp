#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/cli/command_line.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "app/cli/weights_columns.h"
#include "core/weights/series.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Pair {
    std::string name;
    SeriesMatrix before, after;
};

std::string table(const std::vector<Pair>& pairs) {
    std::vector<std::vector<std::string>> cells{{"tensor", "moved", "s1", "s1'", "stable rank",
                                                 "stable rank'", "entropy", "entropy'", "s1/sn",
                                                 "s1/sn'", "beyond", "beyond'"}};
    for (const Pair& pair : pairs) {
        const SpectrumSummary &a = pair.before.summary, &b = pair.after.summary;
        cells.push_back({pair.name, number_cell(pair.after.moved), number_cell(a.largest),
                         number_cell(b.largest), number_cell(a.stable_rank),
                         number_cell(b.stable_rank), number_cell(a.entropy), number_cell(b.entropy),
                         number_cell(a.condition), number_cell(b.condition),
                         fmt::format("{}", a.beyond_edge), fmt::format("{}", b.beyond_edge)});
    }
    return text_table(cells, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

void print_values(const Pair& pair) {
    std::vector<std::vector<std::string>> cells{{"k", "s", "s'", "s'/s"}};
    const Vector &a = pair.before.values, &b = pair.after.values;
    for (Eigen::Index k = 0; k < std::min(a.size(), b.size()); ++k)
        cells.push_back({fmt::format("{}", k + 1), fmt::format("{:.17g}", a(k)),
                         fmt::format("{:.17g}", b(k)), number_cell(b(k) / a(k))});
    fmt::print("\n{}\n{}", pair.name, text_table(cells, {0, 1, 2, 3}));
}

void print_json(const WeightsCompareArguments& arguments, const std::vector<Pair>& pairs,
                const std::vector<SkippedTensor>& skipped) {
    Json json;
    json["file"] = arguments.file;
    json["other"] = arguments.other;
    json["matrices"] = Json::array();
    for (const Pair& pair : pairs) {
        Json one{{"name", pair.name}, {"moved", pair.after.moved}};
        for (const auto& [key, matrix] :
             {std::pair{"before", &pair.before}, std::pair{"after", &pair.after}}) {
            Json side = Json::object();
            put_spectrum(side, matrix->shape, matrix->summary,
                         arguments.values ? &matrix->values : nullptr);
            one[key] = std::move(side);
        }
        json["matrices"].push_back(std::move(one));
    }
    json["skipped"] = Json::array();
    for (const SkippedTensor& tensor : skipped)
        json["skipped"].push_back({{"name", tensor.name}, {"why", tensor.why}});
    fmt::print("{}", json_lines(json));
}

}  // namespace

int weights_compare(const WeightsCompareArguments& arguments) {
    const TensorFile file(arguments.file);
    const TensorFile other(
        arguments.other);  // that it is one is seen before anything is worked out
    ChosenTensors chosen = chosen_tensors(file, arguments.select);
    std::vector<Pair> pairs;
    {
        ProgressLines progress;
        for (const TensorEntry* entry : chosen.matrices) {
            if (progress.due())
                progress.show({fmt::format("{} of {}: {}", pairs.size() + 1, chosen.matrices.size(),
                                           entry->name)});
            Pair pair{entry->name,
                      {},
                      series_matrix(arguments.other, entry->name, arguments.file).finish()};
            if (!pair.after.fault.empty()) {
                chosen.skipped.push_back({entry->name, "of the other file: " + pair.after.fault});
                continue;
            }
            pair.before = series_matrix(arguments.file, entry->name, arguments.file).finish();
            pairs.push_back(std::move(pair));
        }
    }
    if (arguments.json) {
        print_json(arguments, pairs, chosen.skipped);
        return done;
    }
    fmt::print("{}\n{}\n{}{}",
               text_below(fmt::format("{} and {} ('): {} matrices of both", arguments.file,
                                      arguments.other, pairs.size())),
               table(pairs), legend_below(weights_moved_legend, weights_legend_names),
               legend_below(weights_spectra_legend, weights_legend_names));
    if (!chosen.skipped.empty()) fmt::print("{}", text_below(skipped_sentence(chosen.skipped)));
    if (arguments.values)
        for (const Pair& pair : pairs) print_values(pair);
    return done;
}

}  // namespace muonscope::cli
