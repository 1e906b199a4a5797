#include <fmt/format.h>

#include <algorithm>

#include "app/gui/panels/edit_draft.h"
#include "app/gui/panels/model_weights.h"
#include "app/gui/talk.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

struct SweepDraft {
    EditDraft edit;
};

std::string sweep_words(const TalkState& state) {
    const SweepView& sweep = state.sweep;
    if (!sweep.fault.empty()) return sweep.fault;
    if (!state.fault.empty()) return state.fault;
    if (sweep.scores.empty() && !sweep.wanted) return {};
    std::string words =
        fmt::format("{}: {} of {} matrices", sweep.edit, sweep.scores.size(), sweep.matrices);
    if (!sweep.wanted && sweep.scores.size() < sweep.matrices) words += ", stopped";
    if (sweep.wanted && !state.loaded) words = "reading the model";
    return words;
}

}  // namespace

void draw_sweep_row(PanelContext& context, ModelWeights& model) {
    TalkState& state = talk(context, model);
    SweepDraft& draft = context.kept<SweepDraft>();
    const std::string text = context.chosen<TalkChoices>().measured_text();
    const float room = ImGui::GetContentRegionAvail().x;
    ImGui::PushID("sweep");
    const bool entered =
        edit_draft_row(context, draft.edit, std::clamp(0.3F * room, em(5), em(9.4F)));
    ImGui::SameLine(0, em(0.4F));
    std::vector<std::string>& asked = context.chosen<ModelChoices>().sweep;
    // What was found in an earlier session is there at once, and the rest of it comes.
    if (!asked.empty() && state.sweep.edit.empty() && state.file && state.fault.empty())
        begin_sweep(state, asked.front(), text);
    const bool runs = state.sweep.wanted;
    if (quiet_button(context, runs ? "Stop" : "Sweep", button_width("Sweep"),
                     "Makes this edit on one matrix after another and measures what the model "
                     "then makes of the text of Talk. What is found is kept by file, edit and "
                     "text. muonscope weights sweep does the same.",
                     !runs) ||
        entered) {
        asked.clear();
        if (runs)
            stop_sweep(state);
        else
            begin_sweep(state, draft.edit.text(), text);
        if (state.sweep.wanted) asked = {state.sweep.edit};
    }
    ImGui::PopID();
    ImGui::SameLine(0, em(0.6F));
    const std::string words = sweep_words(state);
    const bool fault = !state.sweep.fault.empty() || !state.fault.empty();
    fitted_line(ImGui::GetContentRegionAvail().x, fault ? context.theme.bad : context.theme.dim,
                words, LineOf::controls);
    if (!words.empty()) hover_help(context, "Sweep", words);
}

}  // namespace muonscope::gui
