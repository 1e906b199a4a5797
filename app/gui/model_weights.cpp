#include "app/gui/model_weights.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "app/gui/path_dialog.h"
#include "app/gui/widgets.h"
#include "core/base/fault_text.h"
#include "core/base/split.h"
#include "core/weights/noise_spectrum.h"
#include "core/weights/tensor_spectrum.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

// "blk.11.ffn_down.weight": block 11, "ffn_down". What stands before the number is that of all.
void take_name(ModelMatrix& matrix) {
    std::string kind;
    for (std::string_view part : split(matrix.entry->name, '.')) {
        const std::optional<int> number = matrix.block < 0 ? number_in(part) : std::nullopt;
        if (number && *number >= 0) {
            matrix.block = *number;
            kind.clear();
        } else if (part != "weight") {
            kind += (kind.empty() ? "" : ".") + std::string(part);
        }
    }
    matrix.kind = kind.empty() ? matrix.entry->name : kind;
}

Work<> find_values(std::shared_ptr<const TensorFile> file,
                   std::vector<std::pair<std::size_t, const TensorEntry*>> order,
                   Background<ModelPiece>::Outlet outlet) {
    for (const auto& [place, entry] : order) {
        Vector values = co_await tensor_values(*file, *entry);
        co_await pause();
        const SpectrumSummary summary = summary_of(values, *matrix_shape(*entry));
        outlet({place, std::move(values), summary});
        co_await pause();
    }
}

void take_file(ModelWeights& model) {
    model.fault.clear();
    model.file.reset();
    model.matrices.clear();
    model.left_out = model.known = model.shown = 0;
    if (model.asked.empty()) return;
    try {
        model.file = std::make_shared<const TensorFile>(model.asked);
    } catch (const std::exception& fault) {
        model.fault = fault_text(fault);
        return;
    }
    for (const TensorEntry& entry : model.file->entries()) {
        if (!why_no_spectrum(entry).empty()) {
            ++model.left_out;
            continue;
        }
        ModelMatrix& matrix = model.matrices.emplace_back();
        matrix.entry = &entry;
        matrix.shape = *matrix_shape(entry);
        take_name(matrix);
    }
    // Files have them in the order of their names' letters, 10 before 2.
    std::stable_sort(model.matrices.begin(), model.matrices.end(),
                     [](const ModelMatrix& a, const ModelMatrix& b) { return a.block < b.block; });
    if (model.matrices.empty()) model.fault = model.asked + " holds no matrix";
}

void open_chosen(PanelContext& context, ModelWeights& model) {
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    const std::string wanted = chosen.file.empty() ? "" : chosen.file.front();
    if (wanted == model.asked) return;
    model.work.stop();
    if (model.work.busy()) return;
    model.asked = wanted;
    take_file(model);
    model.undo.clear();
    model.redo.clear();
    model.stack.clear();
    ++model.version;
    for (const std::string& text : chosen.edits)
        attempt(context.view, [&] { model.stack.push_back(edit_in(text)); });
    for (std::size_t i = 0; i < model.matrices.size() && !chosen.matrix.empty(); ++i)
        if (model.matrices[i].entry->name == chosen.matrix.front()) model.shown = i;
}

// The one that is shown first, then small ones before large ones of the same cost class.
std::vector<std::size_t> wanted_order(const ModelWeights& model) {
    std::vector<std::size_t> order;
    if (model.shown < model.matrices.size() && !model.matrices[model.shown].known)
        order.push_back(model.shown);
    for (std::size_t i = 0; i < model.matrices.size(); ++i)
        if (!model.matrices[i].known && i != model.shown) order.push_back(i);
    return order;
}

void begin_work(PanelContext& context, ModelWeights& model) {
    if (model.work.busy() || !model.work.error().empty()) return;
    const std::vector<std::size_t> order = wanted_order(model);
    if (order.empty()) return;
    std::vector<std::pair<std::size_t, const TensorEntry*>> entries;
    for (std::size_t place : order) entries.emplace_back(place, model.matrices[place].entry);
    model.work.begin(context.workplace, [&](auto outlet) {
        return find_values(model.file, std::move(entries), std::move(outlet));
    });
}

void keep_stack(PanelContext& context, ModelWeights& model) {
    ++model.version;
    std::vector<std::string>& texts = context.chosen<ModelChoices>().edits;
    texts.clear();
    for (const WeightEdit& edit : model.stack) texts.push_back(text_of(edit));
}

}  // namespace

std::span<const ModelMeasure> model_measures() {
    static constexpr std::array measures{
        ModelMeasure{"s₁", "The largest singular value.",
                     [](const SpectrumSummary& s) { return s.largest; }, true},
        ModelMeasure{"stable rank", "‖W‖²/s₁², Frobenius: how many directions carry the energy.",
                     [](const SpectrumSummary& s) { return s.stable_rank; }, true},
        ModelMeasure{"entropy",
                     "−Σ p ln p/ln n, p = s²/Σs², over all n values: highest when all are equal "
                     "(Moonlight, arXiv 2502.16982).",
                     [](const SpectrumSummary& s) { return s.entropy; }, false},
        ModelMeasure{"s₁/sₙ", "The condition number, over all min(rows, columns) values.",
                     [](const SpectrumSummary& s) { return s.condition; }, true},
        ModelMeasure{"s₁/s₂", "The largest by the next.",
                     [](const SpectrumSummary& s) { return s.gap; }, true},
        ModelMeasure{
            "beyond noise",
            "Values above (√m + √n)‖W‖/√(mn), the largest that independent entries of this "
            "size would have (Marchenko and Pastur).",
            [](const SpectrumSummary& s) { return static_cast<double>(s.beyond_edge); }, false},
        ModelMeasure{"tail α",
                     "The exponent of s²'s tail x^(−α), by maximum likelihood from where it fits "
                     "best (Clauset, Shalizi and Newman 2009).",
                     [](const SpectrumSummary& s) { return s.tail; }, true}};
    return measures;
}

ModelWeights& model_weights(PanelContext& context) {
    ModelWeights& model = context.kept<ModelWeights>();
    if (model.poll_frame == ImGui::GetFrameCount()) return model;
    model.poll_frame = ImGui::GetFrameCount();
    for (ModelPiece& piece : model.work.take()) {
        if (piece.matrix >= model.matrices.size()) continue;
        ModelMatrix& matrix = model.matrices[piece.matrix];
        if (!matrix.known) ++model.known;
        matrix.known = true;
        matrix.values = std::move(piece.values);
        matrix.summary = piece.summary;
        matrix.edited_by = 0;
    }
    open_chosen(context, model);
    if (model.file) begin_work(context, model);
    if (!model.work.error().empty()) model.fault = model.work.error();
    context.view.working = context.view.working || model.work.busy();
    return model;
}

const ModelMatrix& edited_now(ModelWeights& model, ModelMatrix& matrix) {
    if (!matrix.known || matrix.edited_by == model.version) return matrix;
    matrix.edited_by = model.version;
    matrix.edited = edited(model.stack, matrix.entry->name, matrix.shape, matrix.values,
                           [&] { return tensor_svd(read_matrix(*model.file, *matrix.entry)); });
    matrix.after = matrix.edited.is_edited() ? summary_of(matrix.edited.sorted(), matrix.shape)
                                             : matrix.summary;
    return matrix;
}

void change_stack(PanelContext& context, ModelWeights& model, std::vector<WeightEdit> stack,
                  bool merges) {
    if (!merges) model.undo.push_back(model.stack);
    model.redo.clear();
    model.stack = std::move(stack);
    keep_stack(context, model);
}

void undo_stack(PanelContext& context, ModelWeights& model) {
    if (model.undo.empty()) return;
    model.redo.push_back(std::exchange(model.stack, model.undo.back()));
    model.undo.pop_back();
    keep_stack(context, model);
}

void redo_stack(PanelContext& context, ModelWeights& model) {
    if (model.redo.empty()) return;
    model.undo.push_back(std::exchange(model.stack, model.redo.back()));
    model.redo.pop_back();
    keep_stack(context, model);
}

void show_matrix(PanelContext& context, ModelWeights& model, std::size_t matrix) {
    if (matrix >= model.matrices.size()) return;
    model.shown = matrix;
    context.chosen<ModelChoices>().matrix = {model.matrices[matrix].entry->name};
    // It goes before all others.
    if (!model.matrices[matrix].known) model.work.stop();
}

void ask_model(PanelContext& context) {
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    ask_path(context, {.title = "Open a model",
                       .verb = "Open",
                       .path = chosen.file.empty() ? "" : chosen.file.front(),
                       .ending = ".safetensors .gguf .npy .npz",
                       .saves = false,
                       .done = [&preferences = context.preferences](const std::string& path) {
                           const TensorFile file(path);  // what is wrong is said in the dialog
                           ModelChoices& now = preferences.panels.of<ModelChoices>();
                           now.file = {path};
                           now.edits.clear();
                           now.matrix.clear();
                           now.sweep.clear();
                       }});
}

}  // namespace muonscope::gui
