#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/shard.h"
#include "app/cli/study_choice.h"
#include "app/cli/study_commands.h"
#include "app/cli/text_table.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/study/configuration.h"
#include "core/study/forest.h"
#include "core/study/report.h"
#include "core/study/where.h"

namespace muonscope::cli {
namespace {

using Json = nlohmann::ordered_json;

bool is_database(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string begun(15, ' ');
    file.read(begun.data(), static_cast<std::streamsize>(begun.size()));
    return begun == "SQLite format 3";
}

// A line an object, its cells by their headings; numbers where they are such, null for "-".
Json json_of(const ReportTable& table) {
    Json list = Json::array();
    for (std::size_t l = 1; l < table.lines.size(); ++l) {
        Json line;
        for (std::size_t c = 0; c < table.lines[l].size(); ++c) {
            const std::string& cell = table.lines[l][c];
            double number = 0;
            const char* end = cell.data() + cell.size();
            const auto [stopped, fault] = std::from_chars(cell.data(), end, number);
            Json& value = line[table.lines.front()[c]];
            if (cell == "-")
                value = nullptr;
            else if (fault == std::errc() && stopped == end)
                value = number;
            else
                value = cell;
        }
        list.push_back(std::move(line));
    }
    return list;
}

std::string shown(const ReportTable& table, const std::string& format) {
    if (format == "csv") return csv_of(table);
    if (format == "markdown") return markdown_of(table);
    if (format == "latex") return latex_of(table);
    return text_table(table.lines, table.numbers);
}

void print_where(const Study& study, const std::vector<StoredResult>& results,
                 const std::string& format) {
    const std::vector<MatrixGain> gains = matrix_gains(study, results);
    fmt::print("{}\n", shown(gains_table(study, gains), format));
    if (format != "text" && format != "markdown") return;
    for (const std::string& sentence : rule_sentences(study, gains, test_rules(study, results)))
        fmt::print("{}\n", format == "text" ? text_below(sentence) : sentence + "\n");
    const std::string how = where_definitions(study) + definitions(study);
    fmt::print("{}", format == "text" ? text_below(how) : how + "\n");
}

std::size_t chosen_metric(const Study& study, const std::string& name) {
    if (name.empty()) return 0;
    std::string all;
    for (std::size_t metric = 0; metric < study.metrics.size(); ++metric) {
        if (study.metrics[metric].name == name) return metric;
        all += (all.empty() ? "" : ", ") + study.metrics[metric].name;
    }
    throw Error("--metric " + in_quotes(name), "is none of the study's", "choose one of " + all);
}

void print_configuration(const Study& study, const std::vector<StoredResult>& results,
                         const StudyShowArguments& arguments) {
    const std::string& name = arguments.configuration;
    const auto library = std::find_if(library_choices.begin(), library_choices.end(),
                                      [&](const Choice& choice) { return choice.slug == name; });
    if (library == library_choices.end())
        throw Error("--configuration " + in_quotes(name), "is none",
                    "choose one of pytorch, optax, keras");
    const std::size_t metric = chosen_metric(study, arguments.metric);
    const std::size_t setting =
        arguments.setting.empty()
            ? 0
            : static_cast<std::size_t>(whole_number_in(arguments.setting, "--setting", 1,
                                                       static_cast<long>(study.settings.size()))) -
                  1;
    const std::vector<RuleTest> tests = test_rules(study, results);
    const Configuration made =
        configuration_of(study, gains_at(matrix_gains(study, results), setting, metric),
                         tests[setting * study.metrics.size() + metric]);
    fmt::print("{}",
               configuration_text(made, static_cast<Library>(library - library_choices.begin())));
}

// Into a file, of the kind that its name ends with.
void write_figure(const Study& study, const std::vector<StoredResult>& results,
                  const StudyShowArguments& arguments) {
    const std::string& path = arguments.figure;
    const bool is_pdf = path.ends_with(".pdf");
    if (!is_pdf && !path.ends_with(".svg"))
        throw Error("--figure " + in_quotes(path), "is no drawing's name",
                    "let it end with .svg or .pdf");
    const std::size_t metric = chosen_metric(study, arguments.metric);
    const Forest forest = arguments.where ? forest_of(study, matrix_gains(study, results), metric)
                                          : forest_of(study, report_of(study, results), metric);
    if (forest.rows.empty())
        throw Error("--figure", "the study compares no arms", "give it pairs by \"compare\"");
    const Drawing drawing = drawing_of(forest);
    write_file(path, is_pdf ? pdf_of(drawing) : svg_of(drawing));
    fmt::print("{} of {} is in {}\n", study.metrics[metric].name, study.name, path);
}

}  // namespace

int study_show(const StudyShowArguments& arguments) {
    const std::string& format = arguments.format;
    if (format != "text" && format != "json" && format != "csv" && format != "markdown" &&
        format != "latex")
        throw Error("--format " + in_quotes(format), "is none",
                    "choose one of text, json, csv, markdown, latex");
    const bool is_study = is_shipped_study(arguments.file) ||
                          (arguments.file.ends_with(".json") && !is_database(arguments.file));
    const StudyDatabase database(is_study ? database_of(arguments.file, {}) : arguments.file);
    const Study& study = database.study();
    const std::vector<StoredResult> results = database.results();
    if (!arguments.metric.empty() && arguments.configuration.empty() && arguments.figure.empty())
        throw Error("--metric", "is of a figure or a configuration",
                    "add --figure or --configuration");
    if (!arguments.figure.empty()) {
        write_figure(study, results, arguments);
        return done;
    }
    if (!arguments.configuration.empty()) {
        print_configuration(study, results, arguments);
        return done;
    }
    const StudyReport report = report_of(study, results);
    const ReportTable arms = arms_table(study, report), pairs = pairs_table(study, report);
    if (format == "json") {
        Json json = {{"study", study.name},
                     {"jobs", report.jobs},
                     {"done", report.done},
                     {"diverged", report.diverged},
                     {"not_reached", report.not_reached}};
        if (arguments.where) {
            json["gains"] = json_of(gains_table(study, matrix_gains(study, results)));
        } else {
            json["arms"] = json_of(arms);
            json["comparisons"] = json_of(pairs);
        }
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
        return done;
    }
    if (format == "text" || format == "markdown") {
        fmt::print("{}\n{} of {} jobs are there; {} diverged, {} did not get there\n\n",
                   study.title.empty() ? study.name : study.title, report.done, report.jobs,
                   report.diverged, report.not_reached);
    }
    if (arguments.where) {
        print_where(study, results, format);
        return done;
    }
    fmt::print("{}\n", shown(arms, format));
    if (!study.comparisons.empty()) fmt::print("{}\n", shown(pairs, format));
    if (format == "text") fmt::print("{}", text_below(definitions(study)));
    if (format == "markdown") fmt::print("{}\n", definitions(study));
    return done;
}

}  // namespace muonscope::cli
