#include "app/gui/model_weights.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "app/gui/path_dialog.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/weights/noise_spectrum.h"
#include "core/weights/tensor_spectrum.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

constexpr const char* model_endings = ".safetensors .gguf .npy .npz";

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

// "blk.11.ffn_down.weight": block 11, "ffn_down". What stands before the number is that of all.
void take_name(ModelMatrix& matrix) {
    std::string kind, before;
    for (std::string_view part : split(matrix.entry->name, '.')) {
        const std::optional<int> number = matrix.block < 0 ? number_in(part) : std::nullopt;
        if (number && *number >= 0) {
            matrix.block = *number;
            before = std::exchange(kind, "");
        } else if (part != "weight") {
            kind += (kind.empty() ? "" : ".") + std::string(part);
        }
    }
    // "layers.0.weight" has nothing else.
    if (kind.empty()) kind = before;
    matrix.kind = kind.empty() ? matrix.entry->name : kind;
}

// `first`: the file of a series that it begins with; empty: there is none.
Work<> find_values(std::shared_ptr<const TensorFile> file, std::string first,
                   std::vector<std::pair<std::size_t, const TensorEntry*>> order,
                   Background<ModelPiece>::Outlet outlet) {
    std::optional<TensorFile> before;
    if (!first.empty()) before.emplace(first);
    for (const auto& [place, entry] : order) {
        ModelPiece piece{place, {}, {}, std::numeric_limits<double>::quiet_NaN()};
        piece.values = co_await tensor_values(*file, *entry);
        co_await pause();
        piece.summary = summary_of(piece.values, *matrix_shape(*entry));
        const TensorEntry* same = before ? before->find(entry->name) : nullptr;
        if (same != nullptr && same->shape == entry->shape && same->type->readable())
            piece.moved = co_await relative_change(*before, *same, *file, *entry);
        outlet(std::move(piece));
        co_await pause();
    }
}

// Numbers where they tell two files apart; otherwise as they were named.
std::vector<Checkpoint> pair_of(const std::string& first, const std::string& second) {
    std::vector<Checkpoint> pair = in_order({first, second});
    if (pair[0].number != pair[1].number && pair[0].number) return pair;
    return {{first, {}}, {second, {}}};
}

std::vector<Checkpoint> series_of(const std::vector<std::string>& files) {
    if (files.size() > 1) return pair_of(files[0], files[1]);
    if (!files.empty() && std::filesystem::is_directory(files[0])) return series_in(files[0]);
    return {};
}

void take_file(ModelWeights& model) {
    model.fault.clear();
    model.file.reset();
    model.matrices.clear();
    model.waiting.clear();
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

void take_stack(PanelContext& context, ModelWeights& model) {
    model.kept_edits = context.chosen<ModelChoices>().edits;
    model.redo.clear();
    model.stack.clear();
    for (const std::string& text : model.kept_edits)
        attempt(context.view, [&] { model.stack.push_back(edit_in(text)); });
    ++model.version;
}

// The files of what is chosen; where they cannot be found, why.
void take_series(ModelWeights& model) {
    model.series.clear();
    model.asked = model.chosen_files.empty() ? "" : model.chosen_files.front();
    try {
        model.series = series_of(model.chosen_files);
    } catch (const std::exception& fault) {
        model.asked.clear();
        take_file(model);
        model.fault = fault_text(fault);
    }
}

void show_chosen_matrix(const ModelChoices& chosen, ModelWeights& model) {
    if (chosen.matrix.empty()) return;
    const std::string& name = chosen.matrix.front();
    if (const ModelMatrix* now = model.chosen(); now != nullptr && now->entry->name == name) return;
    for (std::size_t i = 0; i < model.matrices.size(); ++i)
        if (model.matrices[i].entry->name == name) model.shown = i;
}

// Another list for the same file, as a session brings it, is one step that can be undone.
void follow_edits(PanelContext& context, ModelWeights& model) {
    if (context.chosen<ModelChoices>().edits == model.kept_edits) return;
    model.undo.push_back(model.stack);
    take_stack(context, model);
}

std::size_t checkpoint_place(const ModelChoices& chosen, std::size_t count) {
    return chosen.checkpoint < 0 ? count - 1
                                 : std::min(count - 1, static_cast<std::size_t>(chosen.checkpoint));
}

void open_chosen(PanelContext& context, ModelWeights& model) {
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    const bool others = chosen.file != model.chosen_files;
    if (!others && chosen.checkpoint == model.chosen_checkpoint) {
        follow_edits(context, model);
        return show_chosen_matrix(chosen, model);
    }
    model.work.stop();
    model.editing.stop();
    if (model.work.busy() || model.editing.busy()) return;
    model.chosen_files = chosen.file;
    model.chosen_checkpoint = chosen.checkpoint;
    if (others) take_series(model);
    if (!model.series.empty()) {
        model.checkpoint = checkpoint_place(chosen, model.series.size());
        model.asked = model.series[model.checkpoint].path;
        if (model.series.size() == 1) model.series.clear();
    }
    if (!model.asked.empty() || model.fault.empty()) take_file(model);
    if (others) {
        model.undo.clear();
        take_stack(context, model);
    }
    ++model.version;
    show_chosen_matrix(chosen, model);
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
        return find_values(model.file, model.series.empty() ? "" : model.series.front().path,
                           std::move(entries), std::move(outlet));
    });
}

void keep_stack(ModelChoices& chosen, ModelWeights& model) {
    ++model.version;
    chosen.edits.clear();
    for (const WeightEdit& edit : model.stack) chosen.edits.push_back(text_of(edit));
    model.kept_edits = chosen.edits;
}

// Those of a stack's first edits that act on a matrix, and where they stand in it.
struct Acting {
    std::vector<WeightEdit> edits;
    std::vector<std::size_t> places;
};
Acting acting_on(const ModelWeights& model, const ModelMatrix& matrix, std::size_t end) {
    Acting acting;
    for (std::size_t i = 0; i < end; ++i) {
        if (!acts_on(model.stack[i], matrix.entry->name)) continue;
        acting.edits.push_back(model.stack[i]);
        acting.places.push_back(i);
    }
    return acting;
}

struct EditingOrder {
    std::size_t matrix;
    const TensorEntry* entry;
    Vector values;
    std::vector<WeightEdit> begun;
};

Work<> make_vectors(std::shared_ptr<const TensorFile> file, std::vector<EditingOrder> orders,
                    Background<EditedPiece>::Outlet outlet) {
    for (EditingOrder& order : orders) {
        const TensorEntry& entry = *order.entry;
        EditedTensor made = edited(order.begun, entry.name, *matrix_shape(entry), order.values,
                                   [&] { return tensor_svd(read_matrix(*file, entry)); });
        made.replaced.reset();  // some ten megabytes a matrix
        outlet({order.matrix, std::move(order.begun), std::move(made)});
        co_await pause();
    }
}

void ask_for_vectors(ModelWeights& model, ModelMatrix& matrix) {
    matrix.waits = true;
    const auto place = static_cast<std::size_t>(&matrix - model.matrices.data());
    if (std::find(model.waiting.begin(), model.waiting.end(), place) == model.waiting.end())
        model.waiting.push_back(place);
}

// Of which list it matters what it was when the work began: what comes behind costs no work.
std::vector<WeightEdit> up_to_new_vectors(const std::vector<WeightEdit>& stack) {
    std::size_t end = stack.size();
    while (end > 0 && (stack[end - 1].muted || keeps_vectors(stack[end - 1]))) --end;
    return {stack.begin(), stack.begin() + static_cast<std::ptrdiff_t>(end)};
}

// What is on the screen, and of that the matrix that is shown first.
void begin_editing(PanelContext& context, ModelWeights& model) {
    std::vector<std::size_t> waiting = std::exchange(model.waiting, {});
    std::vector<WeightEdit> edits = up_to_new_vectors(model.stack);
    const bool changed = model.editing_of != edits;
    if (changed) model.editing.stop();
    const std::string fault = model.editing.error();
    if (waiting.empty() || model.editing.busy() || (!changed && !fault.empty())) return;
    if (!fault.empty() && model.fault == fault) model.fault.clear();
    std::stable_partition(waiting.begin(), waiting.end(),
                          [&](std::size_t place) { return place == model.shown; });
    std::vector<EditingOrder> orders;
    for (std::size_t place : waiting) {
        const ModelMatrix& matrix = model.matrices[place];
        const std::size_t end = end_of_new_vectors(model.stack, matrix.entry->name);
        orders.push_back({place, matrix.entry, matrix.values, acting_on(model, matrix, end).edits});
    }
    model.editing_of = std::move(edits);
    model.editing.begin(context.workplace, [&](auto outlet) {
        return make_vectors(model.file, std::move(orders), std::move(outlet));
    });
}

void take_edited(ModelWeights& model) {
    for (EditedPiece& piece : model.editing.take()) {
        if (piece.matrix >= model.matrices.size()) continue;
        ModelMatrix& matrix = model.matrices[piece.matrix];
        matrix.begun = std::move(piece.begun);
        matrix.made = std::move(piece.made);
    }
}

// What the edits up to `end`, one of which makes new vectors, have come to; none: not yet.
std::optional<EditedTensor> made_of(const ModelWeights& model, const ModelMatrix& matrix,
                                    std::size_t end) {
    Acting acting = acting_on(model, matrix, end);
    if (acting.edits != matrix.begun) return {};
    EditedTensor made = matrix.made;
    for (EditEffect& effect : made.effects) effect.edit = acting.places[effect.edit];
    return made;
}

}  // namespace

std::span<const ModelMeasure> model_measures() {
    static constexpr std::array measures{
        ModelMeasure{"s₁", "The largest singular value.",
                     [](const ModelMatrix& m) { return m.after.largest; }, true},
        ModelMeasure{"stable rank", "‖W‖²/s₁², Frobenius: how many directions carry the energy.",
                     [](const ModelMatrix& m) { return m.after.stable_rank; }, true},
        ModelMeasure{"entropy",
                     "−Σ p ln p/ln n, p = s²/Σs², over all n values: highest when all are equal "
                     "(Moonlight, arXiv 2502.16982).",
                     [](const ModelMatrix& m) { return m.after.entropy; }, false},
        ModelMeasure{"s₁/sₙ", "The condition number, over all min(rows, columns) values.",
                     [](const ModelMatrix& m) { return m.after.condition; }, true},
        ModelMeasure{"s₁/s₂", "The largest by the next.",
                     [](const ModelMatrix& m) { return m.after.gap; }, true},
        ModelMeasure{
            "beyond noise",
            "Values above (√m + √n)‖W‖/√(mn), the largest that independent entries of this "
            "size would have (Marchenko and Pastur).",
            [](const ModelMatrix& m) { return static_cast<double>(m.after.beyond_edge); }, false},
        ModelMeasure{"tail α",
                     "The exponent of s²'s tail x^(−α), by maximum likelihood from where it fits "
                     "best (Clauset, Shalizi and Newman 2009).",
                     [](const ModelMatrix& m) { return m.after.tail; }, true},
        ModelMeasure{"‖W − W₀‖/‖W₀‖",
                     "How far this file's matrix, without the edits, is from that of the first "
                     "file; Frobenius norms.",
                     [](const ModelMatrix& m) { return m.moved; }, false, true}};
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
        matrix.moved = piece.moved;
        matrix.edited_by = 0;
    }
    take_edited(model);
    open_chosen(context, model);
    if (model.file) begin_work(context, model);
    if (model.file) begin_editing(context, model);
    for (const std::string& fault : {model.work.error(), model.editing.error()})
        if (!fault.empty()) model.fault = fault;
    context.view.working = context.view.working || model.work.busy() || model.editing.busy();
    return model;
}

const ModelMatrix& edited_now(ModelWeights& model, ModelMatrix& matrix) {
    if (!matrix.known || matrix.edited_by == model.version) return matrix;
    const std::string& name = matrix.entry->name;
    const std::size_t end = end_of_new_vectors(model.stack, name);
    EditedTensor result{matrix.values, std::nullopt, {}};
    if (end > 0) {
        std::optional<EditedTensor> made = made_of(model, matrix, end);
        if (!made) {
            if (matrix.edited_by == 0) {
                matrix.edited = std::move(result);
                matrix.after = matrix.summary;
            }
            ask_for_vectors(model, matrix);
            return matrix;
        }
        result = std::move(*made);
    }
    edit_further(model.stack, end, name, matrix.shape, result);
    matrix.waits = false;
    matrix.edited_by = model.version;
    matrix.edited = std::move(result);
    matrix.after = matrix.edited.is_edited() ? summary_of(matrix.edited.sorted(), matrix.shape)
                                             : matrix.summary;
    return matrix;
}

void change_stack(ModelChoices& chosen, ModelWeights& model, std::vector<WeightEdit> stack,
                  bool merges) {
    if (!merges) model.undo.push_back(model.stack);
    model.redo.clear();
    model.stack = std::move(stack);
    keep_stack(chosen, model);
}

void change_stack(PanelContext& context, ModelWeights& model, std::vector<WeightEdit> stack,
                  bool merges) {
    change_stack(context.chosen<ModelChoices>(), model, std::move(stack), merges);
}

void undo_stack(PanelContext& context, ModelWeights& model) {
    if (model.undo.empty()) return;
    model.redo.push_back(std::exchange(model.stack, model.undo.back()));
    model.undo.pop_back();
    keep_stack(context.chosen<ModelChoices>(), model);
}

void redo_stack(PanelContext& context, ModelWeights& model) {
    if (model.redo.empty()) return;
    model.undo.push_back(std::exchange(model.stack, model.redo.back()));
    model.redo.pop_back();
    keep_stack(context.chosen<ModelChoices>(), model);
}

void show_matrix(PanelContext& context, ModelWeights& model, std::size_t matrix) {
    if (matrix >= model.matrices.size()) return;
    model.shown = matrix;
    context.chosen<ModelChoices>().matrix = {model.matrices[matrix].entry->name};
    // It goes before all others.
    if (!model.matrices[matrix].known) model.work.stop();
    if (model.matrices[matrix].waits) model.editing.stop();
}

// Read before it is chosen, so that what is wrong with it is said where it was asked for.
void open_model(Preferences& preferences, const std::string& path) {
    if (std::filesystem::is_directory(path))
        series_in(path);
    else
        const TensorFile file(path);
    ModelChoices& now = preferences.panels.of<ModelChoices>();
    now.file = {path};
    now.checkpoint = -1;
    now.edits.clear();
    now.matrix.clear();
    now.sweep.clear();
}

void ask_model(PanelContext& context) {
    const ModelChoices& chosen = context.chosen<ModelChoices>();
    ask_path(context, {.title = "Open a model, or a folder of checkpoints",
                       .verb = "Open",
                       .path = chosen.file.empty() ? "" : chosen.file.front(),
                       .ending = model_endings,
                       .saves = false,
                       .takes_folder = true,
                       .done = [&preferences = context.preferences](const std::string& path) {
                           open_model(preferences, path);
                       }});
}

void ask_second_model(PanelContext& context) {
    const std::string first = context.kept<ModelWeights>().asked;
    ask_path(context,
             {.title = "A model beside this one",
              .verb = "Compare",
              .path = first,
              .ending = model_endings,
              .saves = false,
              .done = [&preferences = context.preferences, first](const std::string& path) {
                  const TensorFile file(path);
                  if (std::filesystem::equivalent(path, first))
                      throw Error(in_quotes(path, 200), "is the one that is open",
                                  "choose another");
                  ModelChoices& now = preferences.panels.of<ModelChoices>();
                  now.file = {first, path};
                  now.checkpoint = -1;
              }});
}

std::string shown_file(const ModelChoices& chosen) {
    const std::vector<Checkpoint> series = series_of(chosen.file);
    return series.empty() ? chosen.file.front()
                          : series[checkpoint_place(chosen, series.size())].path;
}

int checkpoint_of(const std::vector<std::string>& files, const std::string& path) {
    const std::vector<Checkpoint> series = series_of(files);
    if (series.empty()) return -1;
    const auto found = std::ranges::find(series, path, &Checkpoint::path);
    if (found == series.end())
        throw Error(in_quotes(path, 200), "is not among the checkpoints of the session",
                    "bring it back, or open another");
    return static_cast<int>(found - series.begin());
}

std::string checkpoint_words(const ModelWeights& model, std::size_t checkpoint) {
    const Checkpoint& one = model.series[checkpoint];
    return (one.number ? "checkpoint " : "") + name_of(one);
}

}  // namespace muonscope::gui
