#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/cli/command_line.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "app/cli/weights_columns.h"
#include "app/cli/weights_series.h"
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

Json to_json(const Line& line, bool with_values) {
    Json json{{"name", line.entry->name}, {"edited", line.edited}};
    put_spectrum(json, line.shape, line.summary, with_values ? &line.values : nullptr);
    return json;
}

std::string table(const std::vector<Line>& lines) {
    std::vector<std::vector<std::string>> cells{{"tensor", "rows", "cols"}};
    for (const std::string& name : summary_heading()) cells[0].push_back(name);
    for (const Line& line : lines) {
        cells.push_back({line.entry->name + (line.edited ? " *" : ""),
                         fmt::format("{}", line.shape.rows), fmt::format("{}", line.shape.cols)});
        for (std::string& cell : summary_cells(line.summary))
            cells.back().push_back(std::move(cell));
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
    fmt::print("{}", json_lines(json));
}

}  // namespace

int weights_spectra(const WeightsSpectraArguments& arguments) {
    if (std::filesystem::is_directory(arguments.file)) return series_spectra(arguments);
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
    fmt::print("{}\n{}\n{}",
               text_below(fmt::format("{}: singular values of {} matrices{}", file.path(),
                                      lines.size(), stack.empty() ? "" : ", * edited")),
               table(lines), legend_below(weights_spectra_legend, weights_legend_names));
    if (!chosen.skipped.empty()) fmt::print("{}", text_below(skipped_sentence(chosen.skipped)));
    if (arguments.values)
        for (const Line& line : lines) {
            fmt::print("\n{}\n", line.entry->name);
            for (double value : line.values) fmt::print("{:.17g}\n", value);
        }
    return done;
}

}  // namespace muonscope::cli
