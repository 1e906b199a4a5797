#include <fmt/format.h>

#include <fstream>

#include "app/cli/command_line.h"
#include "app/cli/shard.h"
#include "app/cli/study_choice.h"
#include "app/cli/study_commands.h"
#include "app/cli/text_table.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/study/report.h"

namespace muonscope::cli {
namespace {

bool is_database(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string begun(15, ' ');
    file.read(begun.data(), static_cast<std::streamsize>(begun.size()));
    return begun == "SQLite format 3";
}

std::string shown(const ReportTable& table, const std::string& format) {
    if (format == "csv") return csv_of(table);
    if (format == "markdown") return markdown_of(table);
    if (format == "latex") return latex_of(table);
    return text_table(table.lines, table.numbers);
}

}  // namespace

int study_show(const StudyShowArguments& arguments) {
    const std::string& format = arguments.format;
    if (format != "text" && format != "csv" && format != "markdown" && format != "latex")
        throw Error("--format " + in_quotes(format), "is none",
                    "choose one of text, csv, markdown, latex");
    const bool is_study = is_shipped_study(arguments.file) ||
                          (arguments.file.ends_with(".json") && !is_database(arguments.file));
    const StudyDatabase database(is_study ? database_of(arguments.file, {}) : arguments.file);
    const Study& study = database.study();
    const StudyReport report = report_of(study, database.results());
    const ReportTable arms = arms_table(study, report), pairs = pairs_table(study, report);
    if (format == "text" || format == "markdown") {
        fmt::print("{}\n{} of {} jobs are there; {} diverged, {} did not get there\n\n",
                   study.title.empty() ? study.name : study.title, report.done, report.jobs,
                   report.diverged, report.not_reached);
    }
    fmt::print("{}\n", shown(arms, format));
    if (!study.comparisons.empty()) fmt::print("{}\n", shown(pairs, format));
    if (format == "text") fmt::print("{}", text_below(definitions(study)));
    if (format == "markdown") fmt::print("{}\n", definitions(study));
    return done;
}

}  // namespace muonscope::cli
