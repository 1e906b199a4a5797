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

std::optional<CaptionCard> caption_card(const PanelContext& context, float width) {
    CaptionCard card{shown_caption(context)};
    if (card.caption == nullptr) return std::nullopt;
    const float inner = width - em(1.4F) - em(2.0F);  // its margins, the cross
    card.buttons = attempts_width(context, *card.caption);
    ImGui::PushFont(context.fonts.heading, 0);
    const float title = ImGui::CalcTextSize(running(context)->title.c_str()).x + em(1.2F);
    ImGui::PopFont();
    if (inner - card.buttons > em(52)) card.title = title;
    card.beside = inner - card.buttons > em(36);
    card.words =
        std::max(em(8), card.beside ? inner - card.title - card.buttons - em(1.2F) : inner);
    const float row = ImGui::GetFrameHeight();
    // A presentation says nowhere else which preset runs.
    if (card.title == 0 && context.preferences.presentation) {
        if (!card.beside && title + card.buttons <= inner) card.headed = title;
        card.above = card.headed > 0 ? row + em(0.2F) : ImGui::GetTextLineHeightWithSpacing();
    }
    card.height =
        card.above + ImGui::CalcTextSize(card.caption->watch.c_str(), nullptr, false, card.words).y;
    const float below = card.buttons > 0 && card.headed == 0 ? row + em(0.3F) : 0;
    card.whole =
        std::ceil(em(0.8F) + (card.beside ? std::max(card.height, row) : card.height + below));
    return card;
}

void draw_caption(PanelContext& context, const CaptionCard& card) {
    const ImVec2 window = ImGui::GetWindowPos(), extent = ImGui::GetWindowSize();
    const float left = window.x + em(0.7F), row = ImGui::GetFrameHeight();
    const float text_top =
        card.beside ? window.y + (extent.y - card.height) / 2 : window.y + em(0.4F);
    if (card.title > 0 || card.above > 0) {
        const float line = ImGui::GetTextLineHeight();
        const float top = card.above == 0   ? window.y + (extent.y - line) / 2
                          : card.headed > 0 ? text_top + (row - line) / 2
                                            : text_top;
        ImGui::SetCursorScreenPos({left, top});
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextUnformatted(running(context)->title.c_str());
        ImGui::PopFont();
    }
    ImGui::SetCursorScreenPos({left + card.title, text_top + card.above});
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + card.words);
    ImGui::TextUnformatted(card.caption->watch.c_str());
    ImGui::PopTextWrapPos();
    const float right = window.x + extent.x - em(0.7F) - em(2.0F);
    ImGui::SetCursorScreenPos(card.beside
                                  ? ImVec2{right - card.buttons, window.y + (extent.y - row) / 2}
                              : card.headed > 0 ? ImVec2{left + card.headed, text_top}
                                                : ImVec2{left, text_top + card.height + em(0.3F)});
    draw_attempts(context, *card.caption);
    ImGui::SetCursorScreenPos(
        {right + em(0.4F), card.beside ? window.y + (extent.y - row) / 2 : text_top});
    if (quiet_button(context, icon::close, em(1.7F),
                     "Put captions away, arrows too. C brings them back."))
        context.chosen<CaptionChoices>().shown = false;
}

}  // namespace muonscope::gui
