#include "app/gui/panels/model_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/gui/fonts.h"
#include "app/gui/local_row.h"
#include "app/gui/model_files.h"
#include "app/gui/model_series.h"
#include "app/gui/model_use.h"
#include "app/gui/panels/panels.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

void header_controls(PanelContext& context, ModelWeights& model, ModelFetch& fetch) {
    ModelChoices& chosen = context.chosen<ModelChoices>();
    const float open = button_width("Open…"), use = button_width("Use…");
    if (!model.file) {
        begin_header_controls(context, fetch_button_width(fetch) + em(0.4F) + open);
        draw_fetch_button(context, fetch);
        next_header_control(context, em(0.4F), open);
    } else {
        begin_header_controls(context,
                              segmented_width({"spectrum", "map", "tokens", "steps", "alignment"}) +
                                  em(1.0F) + use + open);
        segmented(
            context, "view", {"spectrum", "map", "tokens", "steps", "alignment"}, chosen.view,
            "The singular values of one matrix, a measure of all of them, the tokens that the "
            "singular vectors of one read or write, values over the checkpoints of a series, "
            "or the directions that one matrix writes beside those that another reads.");
        next_header_control(context, em(0.6F), use + em(0.4F) + open);
        if (quiet_button(context, "Use…", use,
                         "The matrix that is shown, with its edits, as target or start of the "
                         "training, or as the lab's gradient."))
            ImGui::OpenPopup("use");
        model_use_menu(context, model);
        ImGui::SameLine(0, em(0.4F));
    }
    if (quiet_button(context, "Open…", open,
                     "A model file: .safetensors, .gguf, .npy or .npz, or a folder of checkpoints. "
                     "It is read a matrix at a time and never changed.",
                     !model.file))
        ask_model(context);
    end_header_controls(context);
}

std::string file_words(const ModelWeights& model) {
    std::string text =
        fmt::format("{}, {}: {} matrices", std::filesystem::path(model.asked).filename().string(),
                    model.file->format(), model.matrices.size());
    if (model.known < model.matrices.size())
        text += fmt::format(", {} decomposed so far", model.known);
    return text;
}

// Which checkpoint of the series the list, the map and the edits are of.
void checkpoint_line(PanelContext& context, const ModelWeights& model) {
    const int last = static_cast<int>(model.series.size()) - 1;
    int place = static_cast<int>(model.checkpoint);
    const std::string words = checkpoint_words(model, model.checkpoint);
    // Beside the slider, not in it: of two checkpoints its grab takes half of it.
    const float room = ImGui::GetContentRegionAvail().x;
    const float width = std::min(ImGui::CalcTextSize(words.c_str()).x + em(0.2F), 0.6F * room);
    fitted_line(width, context.theme.text, words, LineOf::controls);
    ImGui::SameLine(0, em(0.5F));
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
    if (ImGui::SliderInt("##checkpoint", &place, 0, last, "",
                         ImGuiSliderFlags_NoInput | ImGuiSliderFlags_AlwaysClamp))
        show_checkpoint(context, static_cast<std::size_t>(place));
    hover_help(context, words,
               fmt::format("{} of {}: which one the list, the map and the edits are of.", place + 1,
                           last + 1));
}

void file_line(PanelContext& context, const ModelWeights& model) {
    const bool alone = model.series.empty(), pair = model.chosen_files.size() > 1;
    const char* label = pair ? "Alone" : "Compare…";
    const float button = alone || pair ? button_width(label) + em(0.4F) : 0;
    const float width = std::max(em(2), ImGui::GetContentRegionAvail().x - button);
    const std::string words = file_words(model);
    fitted_line(width, context.theme.dim, words);
    hover_help(context, model.asked,
               fmt::format("{}.\n\n{} further tensors are vectors, or of types whose numbers are "
                           "not read.",
                           words, model.left_out));
    if (alone || pair) {
        ImGui::SameLine(0, em(0.4F));
        if (quiet_button(context, label, button_width(label),
                         pair ? "Closes the file beside this one."
                              : "A second file: its values beside these, and how far its matrices "
                                "are from these.")) {
            if (pair)
                context.chosen<ModelChoices>().file = {model.asked};
            else
                ask_second_model(context);
        }
    }
    if (!alone) checkpoint_line(context, model);
}

// While the edited model is written.
void export_line(PanelContext& context, ModelExport& writing) {
    if (!writing.busy()) return;
    const std::string name = std::filesystem::path(writing.path).filename().string();
    const std::string words = writing.path.empty()
                                  ? "Ending the export"
                                  : fmt::format("Writing {}: {} of {} tensors, {}", name,
                                                writing.begun, writing.tensors, writing.tensor);
    const float cancel = button_width("Cancel");
    const float width = std::max(em(4), ImGui::GetContentRegionAvail().x - cancel - em(0.5F));
    fitted_line(width, context.theme.text, words);
    ImGui::SameLine(0, em(0.5F));
    ImGui::BeginDisabled(writing.path.empty());
    if (quiet_button(context, "Cancel", cancel, "Ends it; no part of a file stays."))
        cancel_export(writing);
    ImGui::EndDisabled();
    if (writing.tensors > 0)
        draw_share(context,
                   static_cast<double>(writing.begun) / static_cast<double>(writing.tensors));
}

void draw_model_weights(PanelContext& context) {
    ModelWeights& model = model_weights(context);
    ModelFetch& fetch = model_fetch(context);
    header_controls(context, model, fetch);
    if (!model.fault.empty()) {
        ImGui::PushStyleColor(ImGuiCol_Text, context.theme.bad);
        ImGui::TextWrapped("%s", model.fault.c_str());
        ImGui::PopStyleColor();
    }
    if (!model.file || model.matrices.empty()) {
        if (!draw_fetch(context, fetch) && model.fault.empty())
            centred_note(context, "Open a model file to see its singular values and change them.");
        return;
    }
    export_line(context, model_export(context));
    // Where there is little room the edits need it more than the names do.
    const float names = ImGui::GetContentRegionAvail().x < em(56) ? em(18) : em(23);
    SideColumn column = begin_side_column("matrices", names, em(8));
    file_line(context, model);
    draw_model_list(context, model);
    end_side_column(column);
    ImGui::BeginGroup();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    // The plot keeps what it needs to be one; the list scrolls.
    const float edits = std::min(model_edits_height(model), std::max(em(2.2F), room.y - em(10)));
    const ImVec2 plot{room.x, room.y - edits - em(0.4F)};
    if (context.chosen<ModelChoices>().view == 0)
        draw_model_spectrum(context, model, plot);
    else if (context.chosen<ModelChoices>().view == 1)
        draw_model_map(context, model, plot);
    else if (context.chosen<ModelChoices>().view == 2)
        draw_model_tokens(context, model, plot);
    else if (context.chosen<ModelChoices>().view == 3)
        draw_model_steps(context, model, plot);
    else
        draw_model_alignment(context, model, plot);
    draw_model_edits(context, model);
    ImGui::EndGroup();
}

std::vector<Remembered> remembered(Preferences& preferences) {
    ModelChoices& own = preferences.panels.of<ModelChoices>();
    return {{"model_file", &own.file},
            {"model_edits", &own.edits},
            {"model_matrix", &own.matrix},
            {"model_sweep", &own.sweep},
            {"model_checkpoint", &own.checkpoint, -1, 1e5},
            {"model_view", &own.view, 0, 4},
            {"model_measure", &own.measure, 0, static_cast<double>(model_measures().size())},
            {"model_log", &own.logarithmic},
            {"model_log_index", &own.index_logarithmic},
            {"model_followed", &own.followed, 0, 2},
            {"model_leading", &own.leading, 0, 2}};
}

}  // namespace

constinit const Panel model_weights_panel{
    .title = "Model weights",
    .explanation = "singular values of real weights",
    .help =
        "Opens a model file and shows the singular values of its matrices. Edits of them stand in "
        "a list: each says how many values it changes, which share of the energy Σs² it keeps and "
        "how far it moves the matrix. A value is dragged up or down in the plot; Shift and a drag "
        "across choose a band of values, which a drag up or down scales together. Edits… saves "
        "and opens the list and exports the edited model. Tokens: which words the singular vectors "
        "of a language model read or write. Steps: values over the checkpoints of a folder, as "
        "Save weights and muonscope run --save-weights write one; two files by Compare. Alignment: "
        "whether a matrix reads the directions that the one before it writes. Who has no model at "
        "hand gets SmolLM2, a small chat model, by the button beside Open. muonscope weights does "
        "the same without a window.",
    .draw = draw_model_weights,
    .least = {30, 20},
    .remembered = remembered,
    .narrowest = 24,
};

}  // namespace muonscope::gui
