#include "app/cli/study_commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "app/cli/study_choice.h"

namespace muonscope::cli {
namespace {

std::string study_file() {
    return fmt::format(
        "A study file (the guide's page Studies has its keys), or one that ships: {}",
        fmt::join(shipped_studies(), ", "));
}

void add_study_run(CLI::App& study, StudyRunArguments& arguments, const std::string& exit_codes) {
    CLI::App& command = *study.add_subcommand(
        "run", "Run the jobs whose results are not there yet, each on one thread");
    command.add_option("file", arguments.file, study_file())->type_name("NAME|FILE")->required();
    command
        .add_option("--db", arguments.database,
                    "Where the results go, an SQLite file; otherwise FILE's name with .db (of a "
                    "shard .shard-2-of-8.db) in this folder. What it holds is not run again")
        ->type_name("FILE");
    command
        .add_option(
            "-j,--jobs", arguments.jobs,
            "Jobs side by side, 1 to 256; otherwise one a core. Results do not depend on it")
        ->type_name("N");
    command
        .add_option(
            "--shard", arguments.shard,
            "Only every N-th job, from the I-th on: 2/8. slurm: as SLURM_ARRAY_TASK_ID says "
            "(its array 1-N); mpi: as the rank and size of Open MPI or PMI say")
        ->type_name("I/N|slurm|mpi");
    command.add_flag(
        "--chosen", arguments.chosen,
        "First the seeds that choose each arm's rate, then the others at the chosen rates "
        "alone, which is all that the tables are made of");
    command.add_flag("--yes", arguments.yes, "Run more than 1000 jobs without asking");
    command.add_flag("-q,--quiet", arguments.quiet, "Print nothing but what goes wrong");
    command.footer(fmt::format(
        "Ctrl+C leaves what is done; the same command goes on. A job that diverges is a result.\n\n"
        "Examples:\n"
        "  muonscope study run depth --chosen\n"
        "  muonscope study run depth --shard 2/8\n\n{}",
        exit_codes));
}

void add_study_show(CLI::App& study, StudyShowArguments& arguments) {
    CLI::App& command = *study.add_subcommand(
        "show", "Tables of a study: means, paired differences, intervals, sign tests");
    command
        .add_option("file", arguments.file, "A database of results, or the study file beside it")
        ->type_name("FILE")
        ->required();
    command.add_option("--format", arguments.format, "text, json, csv, markdown or latex")
        ->type_name("FORMAT");
    CLI::Option* where = command.add_flag(
        "--where", arguments.where,
        "Of a study with Muon on some matrices an arm: what it is worth on each, and the rule that "
        "follows");
    CLI::Option* configuration =
        command
            .add_option("--configuration", arguments.configuration,
                        "With --where, instead of tables: the rule as Python that makes the "
                        "optimisers of pytorch, optax or keras, Muon where it was better and AdamW "
                        "elsewhere")
            ->type_name("LIBRARY")
            ->needs(where);
    command
        .add_option("--figure", arguments.figure,
                    "Instead of tables: every difference of one metric with its interval as a "
                    "drawing for print, FILE.svg or FILE.pdf; with --where the gains")
        ->type_name("FILE")
        ->excludes(configuration);
    command
        .add_option("--metric", arguments.metric,
                    "Of a figure or a configuration: by which of the study's metrics; otherwise "
                    "the first")
        ->type_name("NAME");
    command
        .add_option(
            "--setting", arguments.setting,
            "Of a configuration: which of the study's settings, from 1; otherwise the first")
        ->type_name("N")
        ->needs(configuration);
    command.footer(
        "Examples:\n"
        "  muonscope study show depth.db --format markdown\n"
        "  muonscope study show depth.db --figure depth.pdf");
}

void add_study_plan(CLI::App& study, StudyPlanArguments& arguments) {
    CLI::App& command = *study.add_subcommand(
        "plan", "How many jobs, and how long by one of each arm that is run to see");
    command.add_option("file", arguments.file, study_file())->type_name("NAME|FILE")->required();
    command.add_option("--shards", arguments.shards, "Into how many parts")->type_name("N");
    command.add_flag("--json", arguments.json, "Print JSON");
    command.footer("Example:\n  muonscope study plan depth --shards 8");
}

void add_study_merge(CLI::App& study, StudyMergeArguments& arguments) {
    CLI::App& command =
        *study.add_subcommand("merge", "The results of several databases of one study in one");
    command.add_option("output", arguments.output, "A new database, or one of the same study")
        ->type_name("OUT")
        ->required();
    command.add_option("inputs", arguments.inputs, "Databases of the same study")
        ->type_name("IN")
        ->required();
    command.footer(
        "A job may be in several of them with the same bits; where two differ, nothing is "
        "written.\n\nExample:\n  muonscope study merge all.db depth.shard-1-of-2.db "
        "depth.shard-2-of-2.db");
}

void add_study_submit(CLI::App& study, StudySubmitArguments& arguments) {
    CLI::App& command = *study.add_subcommand(
        "submit", "Hand a study to a cluster: a Slurm job array, a task a shard");
    command.add_option("file", arguments.file, study_file())->type_name("NAME|FILE")->required();
    command.add_flag("--slurm", arguments.slurm, "By sbatch; shows squeue afterwards")->required();
    command.add_option("--shards", arguments.shards, "Tasks of the array")
        ->type_name("N")
        ->required();
    command
        .add_option("--folder", arguments.folder,
                    "Where script, logs and databases go, seen from every node; otherwise here")
        ->type_name("DIR");
    command.add_option("--partition", arguments.partition, "Slurm's partition")->type_name("NAME");
    command
        .add_option("--time", arguments.time,
                    "Minutes a task may take; otherwise twice what one job of each arm says")
        ->type_name("MINUTES");
    command
        .add_option("--memory", arguments.memory,
                    "Megabytes a task; otherwise twice what those jobs took; 0: what Slurm gives")
        ->type_name("MB");
    command.add_flag("--dry-run", arguments.dry, "Write the script and submit nothing");
    command.footer("Example:\n  muonscope study submit depth --slurm --shards 8");
}

}  // namespace

CLI::App& add_study(CLI::App& app, StudyArguments& arguments, const std::string& exit_codes) {
    CLI::App& study = *app.add_subcommand(
        "study", "Many runs with intervals: a grid of settings x seeds x arms, on any machines");
    study.require_subcommand(1);
    study.footer("Example:\n  muonscope study run depth --chosen");
    add_study_run(study, arguments.run, exit_codes);
    add_study_show(study, arguments.show);
    add_study_plan(study, arguments.plan);
    add_study_merge(study, arguments.merge);
    add_study_submit(study, arguments.submit);
    return study;
}

int run_study_command(const CLI::App& command, const StudyArguments& arguments) {
    if (command.got_subcommand("run")) return study_run(arguments.run);
    if (command.got_subcommand("plan")) return study_plan(arguments.plan);
    if (command.got_subcommand("merge")) return study_merge(arguments.merge);
    if (command.got_subcommand("submit")) return study_submit(arguments.submit);
    return study_show(arguments.show);
}

}  // namespace muonscope::cli
