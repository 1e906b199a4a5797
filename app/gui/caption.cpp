#include "app/gui/caption.h"

#include <algorithm>
#include <cmath>

#include "app/gui/fonts.h"
#include "app/gui/frame.h"
#include "app/gui/keys.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/parameters.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

const Spec* running(const PanelContext& context) {
    const Snapshot* s = context.snapshot;
    if (s == nullptr) return nullptr;
    return s->building ? s->building->spec.get() : s->spec.get();
}

const char* const as_it_was = "As it was";

bool offers_return(const PanelContext& context) {
    const Spec* spec = running(context);
    return spec != nullptr && differs_from_preset(*spec);
}

float attempts_width(const PanelContext& context, const Caption& caption) {
    float width = 0;
    for (const Attempt& attempt : caption.attempts)
        width += button_width(attempt.label.c_str()) + em(0.4F);
    // Room for the way back is kept, so that nothing moves when it comes.
    return caption.attempts.empty() && !offers_return(context)
               ? 0
               : width + button_width(as_it_was) + em(0.4F);
}

// How the card is divided: words on the left and buttons on the right, or buttons below them.
struct Division {
    float title = 0;    // width, with what parts it from the words; 0: no room
    float words = 0;    // width
    float height = 0;   // of the words
    float buttons = 0;  // width; 0: none
    bool beside = true;
    float whole = 0;  // height of the card
};

Division divide(const PanelContext& context, const Caption& caption, float width) {
    Division division;
    const float inner = width - em(1.4F) - em(2.0F);  // its margins, the cross
    division.buttons = attempts_width(context, caption);
    if (inner - division.buttons > em(52)) {
        ImGui::PushFont(context.fonts.heading, 0);
        division.title = ImGui::CalcTextSize(running(context)->title.c_str()).x + em(1.2F);
        ImGui::PopFont();
    }
    division.beside = inner - division.buttons > em(36);
    division.words = std::max(
        em(8), division.beside ? inner - division.title - division.buttons - em(1.2F) : inner);
    division.height = ImGui::CalcTextSize(caption.watch.c_str(), nullptr, false, division.words).y;
    const float row = ImGui::GetFrameHeight();
    division.whole = em(0.8F) + (division.beside ? std::max(division.height, row)
                                                 : division.height +
                                                       (division.buttons > 0 ? row + em(0.3F) : 0));
    return division;
}

void draw_attempts(PanelContext& context, const Caption& caption) {
    for (const Attempt& attempt : caption.attempts) {
        if (quiet_button(context, attempt.label.c_str(), button_width(attempt.label.c_str()),
                         attempt.expect))
            do_attempt(context, attempt);
        ImGui::SameLine(0, em(0.4F));
    }
    if (!offers_return(context)) return;
    if (quiet_button(context, as_it_was, button_width(as_it_was),
                     "The preset from its start, with its own settings.", true))
        watch(context, preset(running(context)->name));
}

// "loss_levels" turns a switch on, "alignment_view=3" gives a choice its number.
void take(const std::string& choice, const Remembered& remembered) {
    const std::size_t equals = choice.find('=');
    if (remembered.name != choice.substr(0, equals)) return;
    if (bool* const* on = std::get_if<bool*>(&remembered.at)) **on = true;
    if (int* const* number = std::get_if<int*>(&remembered.at);
        number != nullptr && equals < choice.size())
        **number = std::stoi(choice.substr(equals + 1));
}

}  // namespace

std::vector<Remembered> remembered_of_caption(Preferences& preferences) {
    return {{"captions", &preferences.panels.of<CaptionChoices>().shown}};
}

const Caption* shown_caption(const PanelContext& context) {
    const Spec* spec = running(context);
    if (spec == nullptr || !context.chosen<CaptionChoices>().shown) return nullptr;
    const PresetPage* page = preset_page(spec->name);
    return page == nullptr ? nullptr : &page->caption;
}

bool differs_from_preset(const Spec& spec) {
    const PresetPage* page = preset_page(spec.name);
    if (page == nullptr) return false;
    const Spec& own = preset(spec.name);
    Experiment experiment = spec.experiment;
    experiment.run = own.experiment.run;  // how fast and how far is nobody's concern
    experiment.record = own.experiment.record;
    return !(experiment == own.experiment && spec.lanes == own.lanes);
}

void do_attempt(PanelContext& context, const Attempt& attempt) {
    if (attempt.swap) context.send(SwapOptimizers{context.view.keep_momentum});
    for (const auto& [path, text] : attempt.settings)
        context.send(SetParameter{path, parse_value(parameter_at(path), path, text),
                                  context.view.keep_momentum});
    for (const std::string& choice : attempt.choices)
        for (const Panel& panel : panels())
            if (panel.remembered != nullptr)
                for (const Remembered& remembered : panel.remembered(context.preferences))
                    take(choice, remembered);
    if (attempt.swap || !attempt.settings.empty()) context.send(Start{});
}

float caption_height(const PanelContext& context, float width) {
    const Caption* caption = shown_caption(context);
    return caption == nullptr ? 0 : std::ceil(divide(context, *caption, width).whole);
}

void draw_caption(PanelContext& context) {
    const Caption* caption = shown_caption(context);
    if (caption == nullptr) return;
    const ImVec2 window = ImGui::GetWindowPos(), extent = ImGui::GetWindowSize();
    const Division division = divide(context, *caption, extent.x);
    const float left = window.x + em(0.7F), row = ImGui::GetFrameHeight();
    const float text_top =
        division.beside ? window.y + (extent.y - division.height) / 2 : window.y + em(0.4F);
    if (division.title > 0) {
        ImGui::SetCursorScreenPos({left, window.y + (extent.y - ImGui::GetTextLineHeight()) / 2});
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextUnformatted(running(context)->title.c_str());
        ImGui::PopFont();
    }
    ImGui::SetCursorScreenPos({left + division.title, text_top});
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + division.words);
    ImGui::TextUnformatted(caption->watch.c_str());
    ImGui::PopTextWrapPos();
    const float right = window.x + extent.x - em(0.7F) - em(2.0F);
    ImGui::SetCursorScreenPos(
        division.beside ? ImVec2{right - division.buttons, window.y + (extent.y - row) / 2}
                        : ImVec2{left, text_top + division.height + em(0.3F)});
    draw_attempts(context, *caption);
    ImGui::SetCursorScreenPos(
        {right + em(0.4F), division.beside ? window.y + (extent.y - row) / 2 : text_top});
    if (quiet_button(context, icon::close, em(1.7F),
                     "Put captions away, arrows too. C brings them back."))
        context.chosen<CaptionChoices>().shown = false;
}

}  // namespace muonscope::gui
