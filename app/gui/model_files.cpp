#include "app/gui/model_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/gui/path_dialog.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/weights/selection.h"

namespace muonscope::gui {

namespace {

namespace fs = std::filesystem;

constexpr const char* edits_ending = ".txt";

// In the home folder, where a person finds it again: "smollm2-edits.txt".
std::string proposed_path(const ModelWeights& model, const char* what, std::string_view ending) {
    const char* home = std::getenv("HOME");
    return fmt::format("{}/{}-{}{}", home && *home ? home : ".",
                       fs::path(model.asked).stem().string(), what, ending);
}

std::size_t meant_for_none(const ModelWeights& model, const std::vector<WeightEdit>& stack) {
    return static_cast<std::size_t>(
        std::count_if(stack.begin(), stack.end(), [&](const WeightEdit& edit) {
            const Selection selection(edit.target);
            return std::none_of(
                model.matrices.begin(), model.matrices.end(),
                [&](const ModelMatrix& matrix) { return selection.has(matrix.entry->name); });
        }));
}

void open_edits(Preferences& preferences, ViewState& view, const std::string& path) {
    ModelWeights& model = view.panels.of<ModelWeights>();
    std::vector<WeightEdit> stack = read_stack(path);
    const std::size_t lost = meant_for_none(model, stack);
    std::string word = fmt::format("Opened {}: {} edits", path, stack.size());
    if (lost > 0) word += fmt::format(", {} of them meant for no matrix of this model", lost);
    change_stack(preferences.panels.of<ModelChoices>(), model, std::move(stack));
    say(view, word);
}

// The first is what a name typed without one gets.
std::string endings_for(const TensorFile& file) {
    const bool gguf = file.path().ends_with(".gguf");
    std::string endings = gguf ? ".gguf .safetensors" : ".safetensors .gguf";
    if (file.entries().size() == 1) endings += " .npy";
    return endings;
}

Work<> write_model(std::shared_ptr<const TensorFile> file, std::vector<WeightEdit> stack,
                   std::string path, std::string type, Background<ExportPiece>::Outlet outlet) {
    EditedFile written =
        write_edited(*file, stack, path, tensor_type(type),
                     [&](const std::string& name) { outlet({.tensor = name, .written = {}}); });
    outlet({.tensor = {}, .written = std::move(written)});
    co_await pause();
}

void begin_export(Workplace& workplace, ViewState& view, const std::string& path,
                  const std::string& type) {
    const ModelWeights& model = view.panels.of<ModelWeights>();
    ModelExport& writing = view.panels.of<ModelExport>();
    if (!model.file || writing.busy()) return;
    const TensorFile& file = *model.file;
    check_output(file, path);
    check_writable(path, in_quotes(path, 200));
    std::error_code fault;
    if (fs::equivalent(path, file.path(), fault))
        throw Error(in_quotes(path, 200), "is the model that is open, which is never changed",
                    "choose another name");
    writing.path = path;
    writing.type = type;
    writing.tensor.clear();
    writing.begun = 0;
    writing.tensors = file.entries().size();
    writing.work.begin(workplace, [&](auto outlet) {
        return write_model(model.file, model.stack, path, type, std::move(outlet));
    });
}

}  // namespace

void ask_where_to_save_edits(PanelContext& context, const ModelWeights& model) {
    ask_path(context,
             {.title = "Save edits",
              .verb = "Save",
              .path = proposed_path(model, "edits", edits_ending),
              .ending = edits_ending,
              .done = [&view = context.view, text = text_of(model.stack)](const std::string& path) {
                  write_file(path, text);
                  say(view, "Saved " + path);
              }});
}

void ask_which_edits_to_open(PanelContext& context) {
    const char* home = std::getenv("HOME");
    ask_path(context,
             {.title = "Open edits",
              .verb = "Open",
              .path = std::string(home && *home ? home : ".") + "/",
              .ending = edits_ending,
              .saves = false,
              .done = [&preferences = context.preferences, &view = context.view](
                          const std::string& path) { open_edits(preferences, view, path); }});
}

void ask_where_to_export(PanelContext& context, const ModelWeights& model, const char* type) {
    if (!model.file) return;
    const std::string endings = endings_for(*model.file);
    const std::string first = endings.substr(0, endings.find(' '));
    ask_path(context, {.title = fmt::format("Export the edited model, numbers as {}", type),
                       .verb = "Export",
                       .path = proposed_path(model, "edited", first),
                       .ending = endings,
                       .done = [&workplace = context.workplace, &view = context.view,
                                type = std::string(type)](const std::string& path) {
                           begin_export(workplace, view, path, type);
                       }});
}

ModelExport& model_export(PanelContext& context) {
    ModelExport& writing = context.kept<ModelExport>();
    if (!writing.busy()) return writing;
    for (const ExportPiece& piece : writing.work.take()) {
        if (piece.written) {
            say(context.view, fmt::format("Saved {}. {}", writing.path,
                                          loss_sentence(piece.written->loss, writing.type)));
            writing.path.clear();
        } else {
            writing.tensor = piece.tensor;
            ++writing.begun;
        }
    }
    if (const std::string fault = writing.work.error(); !fault.empty() && !writing.path.empty()) {
        say(context.view, fault, true);
        writing.path.clear();
    }
    context.view.working = context.view.working || writing.busy();
    return writing;
}

void cancel_export(ModelExport& writing) {
    writing.work.stop();
    writing.path.clear();
}

}  // namespace muonscope::gui
