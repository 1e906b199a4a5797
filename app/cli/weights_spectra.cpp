#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/command_line.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "core/weights/edit_stack.h"
#include "core/weights/spectrum_summary.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Line {
    const TensorEntry* entry;
    MatrixShape shape;
    Vector values;  // after the edits, largest first
    SpectrumSummary summary;
    bool edited;
};

Line line_of(const TensorFile& file, const TensorEntry& entry,
             const std::vector<WeightEdit>& stack) {
    const MatrixShape shape = *matrix_shape(entry);
    const Vector values = tensor_values(file, entry).finish();
    const EditedTensor after = edited(stack, entry.name, shape, values,
                                      [&] { return tensor_svd(read_matrix(file, entry)); });
    Line line{&entry, shape, after.sorted(), {}, after.is_edited()};
    line.summary = summary_of(line.values, shape);
    return line;
}

std::string number(double value) {
    if (!std::isfinite(value)) return std::isnan(value) ? "-" : "inf";
    return std::abs(value) < 1e5 ? fmt::format("{:.4g}", value) : fmt::format("{:.2e}", value);
}

Json to_json(const Line& line, bool with_values) {
    const SpectrumSummary& s = line.summary;
    Json json{{"name", line.entry->name},
              {"rows", line.shape.rows},
              {"cols", line.shape.cols},
              {"edited", line.edited},
              {"largest", s.largest},
              {"norm", s.norm},
              {"stable_rank", s.stable_rank},
              {"entropy", s.entropy},
              {"condition", s.condition},
              {"gap", s.gap},
              {"edge", s.edge},
              {"beyond_edge", s.beyond_edge},
              {"tail", s.tail}};
    if (with_values) {
        Json values = Json::array();
        for (double value : line.values) values.push_back(value);
        json["values"] = values;
    }
    return json;
}

std::string table(const std::vector<Line>& lines) {
    std::vector<std::vector<std::string>> cells{{"tensor", "rows", "cols", "s1", "stable rank",
                                                 "entropy", "s1/sn", "s1/s2", "beyond", "tail"}};
    for (const Line& line : lines) {
        const SpectrumSummary& s = line.summary;
        cells.push_back({line.entry->name + (line.edited ? " *" : ""),
                         fmt::format("{}", line.shape.rows), fmt::format("{}", line.shape.cols),
                         number(s.largest), number(s.stable_rank), number(s.entropy),
                         number(s.condition), number(s.gap), fmt::format("{}", s.beyond_edge),
                         number(s.tail)});
    }
    return text_table(cells, {1, 2, 3, 4, 5, 6, 7, 8, 9});
}

void print_json(const TensorFile& file, const std::vector<WeightEdit>& stack,
                const std::vector<Line>& lines, const std::vector<SkippedTensor>& skipped,
                bool with_values) {
    Json json;
    json["file"] = file.path();
    json["edits"] = Json::array();
    for (const WeightEdit& edit : stack) json["edits"].push_back(text_of(edit));
    json["spectra"] = Json::array();
    for (const Line& line : lines) json["spectra"].push_back(to_json(line, with_values));
    json["skipped"] = Json::array();
    for (const SkippedTensor& tensor : skipped)
        json["skipped"].push_back({{"name", tensor.name}, {"why", tensor.why}});
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int weights_spectra(const WeightsSpectraArguments& arguments) {
    const std::vector<WeightEdit> stack = chosen_edits(arguments.stack, arguments.edits);
    const TensorFile file(arguments.file);
    const ChosenTensors chosen = chosen_tensors(file, arguments.select);
    check_targets(file, stack);
    std::vector<Line> lines;
    {
        ProgressLines progress;
        for (const TensorEntry* entry : chosen.matrices) {
            if (progress.due())
                progress.show({fmt::format("{} of {}: {}", lines.size() + 1, chosen.matrices.size(),
                                           entry->name)});
            lines.push_back(line_of(file, *entry, stack));
        }
    }
    if (arguments.json) {
        print_json(file, stack, lines, chosen.skipped, arguments.values);
        return done;
    }
    fmt::print("{}: singular values of {} matrices{}\n\n{}\n{}", file.path(), lines.size(),
               stack.empty() ? "" : ", * edited", table(lines), weights_spectra_legend);
    if (!chosen.skipped.empty()) fmt::print("{}", text_below(skipped_sentence(chosen.skipped)));
    if (arguments.values)
        for (const Line& line : lines) {
            fmt::print("\n{}\n", line.entry->name);
            for (double value : line.values) fmt::print("{:.17g}\n", value);
        }
    return done;
}

}  // namespace muonscope::cli
