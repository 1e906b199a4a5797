#include "app/gui/model_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "app/gui/lab.h"
#include "app/gui/panels/panels.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/weights/selection.h"
#include "core/weights/tensor_reference.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

// The lab takes the focus once the menu has closed, which gives it back to its own window first.
struct ToLab {
    bool wanted = false;
};

constexpr Eigen::Index most_width = 1024, most_depth = 16;

bool is_flat(const ModelMatrix& matrix) {
    return matrix.entry->shape.size() == 2 &&
           std::max(matrix.shape.rows, matrix.shape.cols) <= most_width;
}

void set_widths(NetworkSpec& network, std::vector<int> widths) {
    network.depth = static_cast<int>(widths.size()) - 1;
    network.widths = std::move(widths);
}

// By number, from the first on, while each reads what the one before it writes.
std::vector<const ModelMatrix*> chain_of(const ModelWeights& model, const ModelMatrix& matrix) {
    std::vector<const ModelMatrix*> chain;
    if (matrix.block < 0) return chain;
    for (const ModelMatrix& one : model.matrices) {  // they stand in the order of their numbers
        if (one.kind != matrix.kind || one.block < 0) continue;
        const bool follows = chain.empty() || (one.block == chain.back()->block + 1 &&
                                               one.shape.cols == chain.back()->shape.rows);
        if (!is_flat(one) || !follows) return {};
        chain.push_back(&one);
    }
    return chain;
}

std::vector<WeightEdit> edits_of(const ModelWeights& model, const ModelMatrix& matrix) {
    std::vector<WeightEdit> edits;
    std::ranges::copy_if(model.stack, std::back_inserter(edits),
                         [&](const WeightEdit& edit) { return acts_on(edit, matrix.entry->name); });
    return edits;
}

std::string how_it_is_used(const ModelWeights& model, const ModelMatrix& matrix) {
    const std::size_t edits = edits_of(model, matrix).size();
    const std::string name(short_name(matrix.entry->name));
    if (edits == 0) return name + ", as the file has it";
    return fmt::format("{}, with {}", name,
                       edits == 1 ? "its edit" : fmt::format("its {} edits", edits));
}

void train(PanelContext& context, const Spec& spec) {
    attempt(context.view, [&] { validate(spec); });
    context.send(SetSpec{spec});
    context.send(Start{});
    context.view.follow = true;
}

void open_in_lab(PanelContext& context, const std::string& reference) {
    load_file(context.kept<Lab>(), reference);
    context.kept<ToLab>().wanted = true;
}

}  // namespace

std::string reference_to(const ModelWeights& model, const ModelMatrix& matrix) {
    std::error_code ignored;
    const std::filesystem::path path = std::filesystem::absolute(model.asked, ignored);
    return text_of(TensorReference{.path = path.lexically_normal().string(),
                                   .tensor = matrix.entry->name,
                                   .edits = edits_of(model, matrix)});
}

std::optional<Spec> with_target(const Spec& spec, const ModelWeights& model,
                                const ModelMatrix& matrix) {
    if (!is_flat(matrix)) return std::nullopt;
    Spec wanted = spec;
    Experiment& experiment = wanted.experiment;
    experiment.target.kind = TargetKind::file;
    experiment.target.file = reference_to(model, matrix);
    std::vector<int> widths = layer_widths(experiment.network);
    widths.front() = static_cast<int>(matrix.shape.cols);
    widths.back() = static_cast<int>(matrix.shape.rows);
    set_widths(experiment.network, std::move(widths));
    return wanted;
}

std::optional<Spec> with_start(const Spec& spec, const ModelWeights& model,
                               const ModelMatrix& matrix) {
    const std::vector<const ModelMatrix*> chain = chain_of(model, matrix);
    if (chain.empty() || static_cast<Eigen::Index>(chain.size()) > most_depth) return std::nullopt;
    Spec wanted = spec;
    Experiment& experiment = wanted.experiment;
    experiment.init.kind = InitKind::files;
    experiment.init.files.clear();
    std::vector<int> widths{static_cast<int>(chain.front()->shape.cols)};
    for (const ModelMatrix* layer : chain) {
        experiment.init.files.push_back(reference_to(model, *layer));
        widths.push_back(static_cast<int>(layer->shape.rows));
    }
    set_widths(experiment.network, std::move(widths));
    return wanted;
}

void model_use_menu(PanelContext& context, ModelWeights& model) {
    if (!ImGui::BeginPopup("use")) {
        if (std::exchange(context.kept<ToLab>().wanted, false))
            ImGui::SetWindowFocus(lab_panel.title);
        return;
    }
    const ModelMatrix* matrix = model.chosen();
    const Spec* spec = context.snapshot != nullptr ? context.snapshot->spec.get() : nullptr;
    if (matrix == nullptr) {
        ImGui::EndPopup();
        return;
    }
    ImGui::TextColored(context.theme.dim, "%s", how_it_is_used(model, *matrix).c_str());
    const auto target = spec ? with_target(*spec, model, *matrix) : std::nullopt;
    if (ImGui::MenuItem("Target of the training", nullptr, false, target.has_value()))
        train(context, *target);
    const auto start = spec ? with_start(*spec, model, *matrix) : std::nullopt;
    const std::string layers =
        start ? fmt::format("Start of the training, {} layers", start->experiment.network.depth)
              : "Start of the training";
    if (ImGui::MenuItem(layers.c_str(), nullptr, false, start.has_value())) train(context, *start);
    if (ImGui::MenuItem("Gradient in the lab")) open_in_lab(context, reference_to(model, *matrix));
    ImGui::EndPopup();
}

}  // namespace muonscope::gui
