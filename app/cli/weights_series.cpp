#include "app/cli/weights_series.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/cli/command_line.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/cli/weights_choice.h"
#include "app/cli/weights_columns.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/weights/series.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string below(const Checkpoint& checkpoint, const std::string& folder) {
    return std::filesystem::path(checkpoint.path).lexically_relative(folder).string();
}

Json to_json(const Checkpoint& checkpoint) {
    Json json;
    json["number"] = checkpoint.number ? Json(*checkpoint.number) : Json();
    json["file"] = checkpoint.path;
    return json;
}

struct MatrixSeries {
    std::string matrix;
    std::vector<SeriesMatrix> checkpoints;
};

MatrixSeries row_of(const std::vector<Checkpoint>& series, const std::string& name,
                    ProgressLines& progress) {
    MatrixSeries row{name, {}};
    for (const Checkpoint& checkpoint : series) {
        if (progress.due())
            progress.show(
                {fmt::format("{}: {} of {}", name, row.checkpoints.size() + 1, series.size())});
        row.checkpoints.push_back(
            series_matrix(checkpoint.path, name, series.front().path).finish());
    }
    return row;
}

std::string table(const MatrixSeries& row, const std::vector<Checkpoint>& series) {
    std::vector<std::vector<std::string>> cells{{row.matrix}};
    for (const std::string& name : summary_heading()) cells[0].push_back(name);
    cells[0].emplace_back("moved");
    for (std::size_t i = 0; i < series.size(); ++i) {
        const SeriesMatrix& matrix = row.checkpoints[i];
        cells.push_back({name_of(series[i])});
        if (!matrix.fault.empty()) {
            cells.back().resize(cells[0].size(), "-");
            continue;
        }
        for (std::string& cell : summary_cells(matrix.summary))
            cells.back().push_back(std::move(cell));
        cells.back().push_back(number_cell(matrix.moved));
    }
    return text_table(cells, {1, 2, 3, 4, 5, 6, 7, 8});
}

// The same fault is said once.
std::string faults_of(const std::vector<MatrixSeries>& rows,
                      const std::vector<Checkpoint>& series) {
    std::string text;
    for (const MatrixSeries& row : rows)
        for (std::size_t i = 0; i < series.size(); ++i)
            if (const std::string& fault = row.checkpoints[i].fault; !fault.empty())
                if (const std::string line = fmt::format("{}: {}.\n", name_of(series[i]), fault);
                    text.find(line) == std::string::npos)
                    text += line;
    return text;
}

void print_json(const WeightsSpectraArguments& arguments, const std::vector<Checkpoint>& series,
                const std::vector<MatrixSeries>& rows) {
    Json json;
    json["folder"] = arguments.file;
    json["series"] = Json::array();
    for (const MatrixSeries& row : rows) {
        Json one;
        one["name"] = row.matrix;
        one["checkpoints"] = Json::array();
        for (std::size_t i = 0; i < series.size(); ++i) {
            const SeriesMatrix& matrix = row.checkpoints[i];
            Json point = to_json(series[i]);
            if (matrix.fault.empty()) {
                put_spectrum(point, matrix.shape, matrix.summary,
                             arguments.values ? &matrix.values : nullptr);
                point["moved"] = matrix.moved;
            } else {
                point["fault"] = matrix.fault;
            }
            one["checkpoints"].push_back(std::move(point));
        }
        json["series"].push_back(std::move(one));
    }
    fmt::print("{}", json_lines(json));
}

}  // namespace

int series_info(const WeightsInfoArguments& arguments) {
    const std::vector<Checkpoint> series = checkpoints_in(arguments.file);
    Json json;
    json["folder"] = arguments.file;
    json["checkpoints"] = Json::array();
    std::vector<std::vector<std::string>> cells{{"number", "file", "format", "tensors"}};
    for (const Checkpoint& checkpoint : series) {
        const TensorFile file(checkpoint.path);
        Json one = to_json(checkpoint);
        one["format"] = file.format();
        one["tensors"] = file.entries().size();
        json["checkpoints"].push_back(std::move(one));
        cells.push_back({checkpoint.number ? fmt::format("{}", *checkpoint.number) : "-",
                         below(checkpoint, arguments.file), file.format(),
                         fmt::format("{}", file.entries().size())});
    }
    if (arguments.json)
        fmt::print("{}", json_lines(json));
    else
        fmt::print("{}\n{}", text_below(fmt::format("{}: {} files", arguments.file, series.size())),
                   text_table(cells, {0, 3}));
    return done;
}

int series_spectra(const WeightsSpectraArguments& arguments) {
    if (!arguments.edits.empty() || !arguments.stack.empty())
        throw Error(in_quotes(arguments.file, 200), "is a folder, and edits are of one file",
                    "name one of its files");
    const std::vector<Checkpoint> series = series_in(arguments.file);
    const TensorFile last(series.back().path);  // whose matrices they are
    const ChosenTensors chosen = chosen_tensors(last, arguments.select);
    std::vector<MatrixSeries> rows;
    {
        ProgressLines progress;
        for (const TensorEntry* entry : chosen.matrices)
            rows.push_back(row_of(series, entry->name, progress));
    }
    if (arguments.json) {
        print_json(arguments, series, rows);
        return done;
    }
    fmt::print("{}", text_below(fmt::format("{}: {} checkpoints, singular values of {} matrices",
                                            arguments.file, series.size(), rows.size())));
    for (const MatrixSeries& row : rows) fmt::print("\n{}", table(row, series));
    fmt::print("\n{}{}", legend_below(weights_spectra_legend, weights_legend_names),
               legend_below(weights_moved_legend, weights_legend_names));
    if (const std::string faults = faults_of(rows, series); !faults.empty())
        fmt::print("{}", text_below(faults));
    if (!chosen.skipped.empty()) fmt::print("{}", text_below(skipped_sentence(chosen.skipped)));
    if (!arguments.values) return done;
    for (const MatrixSeries& row : rows)
        for (std::size_t i = 0; i < series.size(); ++i) {
            fmt::print("\n{} {}\n", row.matrix, name_of(series[i]));
            for (double value : row.checkpoints[i].values) fmt::print("{:.17g}\n", value);
        }
    return done;
}

}  // namespace muonscope::cli
