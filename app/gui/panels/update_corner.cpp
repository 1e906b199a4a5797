#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/gui/panels/update.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/measure/spectrum_measures.h"

// What the bars of one lane's step are, and the numbers that sum it up, each with its definition.
namespace muonscope::gui {

namespace {

double flatness_of(const Vector& values) {
    Vector sorted = values.cwiseAbs();
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    return flatness({sorted.data(), static_cast<std::size_t>(sorted.size())});
}

std::string short_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.3g}", value) : plots::value_text(value);
}

int below_cut(const SeenUpdate& seen, double slope) {
    int below = 0;
    for (const double s : seen.entering) below += s * slope < seen.entering_norm ? 1 : 0;
    return below;
}

}  // namespace

std::vector<UpdateKey> update_key(const Theme& theme, const SeenUpdate& seen) {
    const ImVec4 first = rank_colour(theme, 0, 4);
    std::vector<UpdateKey> key;
    if (seen.gradient.size() > 0)
        key.push_back({seen.itself ? "G gradient, enters" : "G gradient",
                       seen.itself
                           ? "Singular values of the gradient over its Frobenius norm ‖G‖. Without "
                             "momentum it is what enters."
                           : "Singular values of the gradient over its Frobenius norm ‖G‖.",
                       seen.itself ? first : theme.text});
    if (seen.momentum.size() > 0)
        key.push_back({"M momentum",
                       "Singular values of the average of gradients that the optimiser keeps, the "
                       "newest among them, over its Frobenius norm ‖M‖.",
                       theme.accent, true});
    if (seen.entering.size() > 0 && !seen.itself)
        key.push_back(
            {"B enters",
             "Singular values of what the step is made from, over its Frobenius norm ‖B‖: "
             "the momentum; with Nesterov the gradient and the momentum; with coupled "
             "decay the weights' share; of AdaMuon its signs.",
             first});
    if (seen.leaving.size() > 0)
        key.push_back({seen.straight ? (seen.plain ? "O as it was: the step" : "O leaves: the step")
                       : seen.plain  ? "O as it was"
                                     : "O leaves",
                       seen.plain ? "SGD changes nothing: what enters, over its Frobenius norm."
                       : seen.by_direction
                           ? "What leaves the orthogonaliser along each direction of what enters: "
                             "uᵢᵀ O vᵢ, B = U S Vᵀ. Its singular values, in the order of those "
                             "that entered."
                           : "Singular values of what leaves, largest first: this engine turns "
                             "directions.",
                       first});
    if (!seen.straight)
        key.push_back(
            {seen.leaving.size() > 0 ? "D step, as long" : "D step over ‖D‖",
             seen.by_direction
                 ? "The step that was added to the weights, reversed and scaled to the norm "
                   "of what leaves: −uᵢᵀ D vᵢ along the same directions. Decay and what a "
                   "kind does afterwards are in it."
                 : "Singular values of the step that was added to the weights, scaled.",
             theme.text, true});
    return key;
}

std::vector<UpdateNumber> update_numbers(const SeenUpdate& seen) {
    std::vector<UpdateNumber> numbers;
    if (seen.gradient.size() > 0) {
        numbers.push_back({"cos(−D, G)", short_text(seen.fidelity),
                           "Gradient fidelity: cosine of the angle between the step, reversed, and "
                           "the gradient. 1: plain descent."});
        numbers.push_back(
            {"along G", fmt::format("{:.1f} %", 100 * seen.along.along),
             "Σ (uᵢᵀ D vᵢ)²/‖D‖² over the gradient's singular directions, G = U S Vᵀ: the share of "
             "the step's square that moves these directions. The rest mixes them: momentum points "
             "along older ones, entrywise rules along none."});
    }
    const Vector& in = seen.entering.size() > 0 ? seen.entering : seen.gradient;
    if (in.size() > 0)
        numbers.push_back(
            {"flatness H", fmt::format("{:.2f} → {:.2f}", flatness_of(in), flatness_of(seen.step)),
             "exp(−Σ p ln p)/r with p = s²/Σs²: of what enters (of the gradient, where nothing "
             "does), and of the step. 1: all alike."});
    if (seen.engine)
        if (const auto slope = slope_at_zero(*seen.engine);
            slope && *slope > 0 && std::isfinite(*slope))
            numbers.push_back(
                {"below 1/slope",
                 fmt::format("{} of {}", below_cut(seen, *slope), seen.entering.size()),
                 "Directions whose share s/‖B‖ is below one over the slope of the curve where it "
                 "begins: they pass nearly in proportion and are not flattened."});
    numbers.push_back(
        {"‖D‖", short_text(seen.step_norm), "Frobenius norm of what was added to the weights."});
    if (seen.gradient.size() > 0)
        numbers.push_back({"−⟨G, D⟩", short_text(seen.along.descent),
                           "What the loss falls by to first order: Σ sᵢ (−uᵢᵀ D vᵢ)."});
    return numbers;
}

namespace {

// Lines below one another; the mouse over one tells what it is.
class Lines {
  public:
    Lines(PanelContext& context, ImVec2 from, ImVec2 size)
        : context_(context), at_(from), size_(size), bottom_(from.y + size.y) {}

    bool has_room() const { return at_.y + height() <= bottom_ + 1; }
    float height() const { return ImGui::GetTextLineHeight() + em(0.15F); }
    ImVec2 at() const { return at_; }
    float width() const { return size_.x; }

    void end_line(const std::string& title, const std::string& help) {
        ImGui::SetCursorScreenPos(at_);
        ImGui::PushID(title.c_str());
        ImGui::Dummy({std::max(1.0F, size_.x), height()});
        hover_help(context_, title, help);
        ImGui::PopID();
        at_.y += height();
    }

  private:
    PanelContext& context_;
    ImVec2 at_, size_;
    float bottom_;
};

void note(PanelContext& context, Lines& lines, const char* words, const char* help) {
    if (!lines.has_room()) return;
    fitted_text(ImGui::GetWindowDrawList(), lines.at(), lines.width(), context.theme.dim, words);
    lines.end_line(words, help);
}

void key_line(PanelContext& context, Lines& lines, const UpdateKey& key) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float side = std::round(0.62F * ImGui::GetTextLineHeight());
    const ImVec2 from{lines.at().x, std::round(lines.at().y + em(0.2F))};
    const ImVec2 to{from.x + side, from.y + side};
    draw->AddRectFilled(from, to, u32(key.outlined ? with_alpha(key.colour, 0.35F) : key.colour));
    if (key.outlined) draw->AddRect(from, to, u32(key.colour), 0, 0, context.theme.hairline());
    fitted_text(draw, {to.x + em(0.45F), lines.at().y}, lines.width() - side - em(0.45F),
                context.theme.text, key.name.c_str());
    lines.end_line(key.name, key.help);
}

void number_line(PanelContext& context, Lines& lines, const UpdateNumber& number) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
    const float value = ImGui::CalcTextSize(number.value.c_str()).x;
    draw->AddText({lines.at().x + lines.width() - value, lines.at().y}, u32(context.theme.text),
                  number.value.c_str());
    ImGui::PopFont();
    fitted_text(draw, lines.at(), lines.width() - value - em(0.4F), context.theme.dim,
                number.name.c_str());
    lines.end_line(number.name, number.help);
}

}  // namespace

void draw_update_corner(PanelContext& context, const SeenUpdate& seen, bool with_key, ImVec2 from,
                        ImVec2 size) {
    Lines lines(context, {from.x, from.y + em(0.4F)}, {size.x, size.y - em(0.4F)});
    if (with_key)
        for (const UpdateKey& key : update_key(context.theme, seen))
            if (lines.has_room()) key_line(context, lines, key);
    if (!seen.known)
        note(context, lines, "another optimiser since",
             "The optimiser that took this step has been changed, or its phase has ended: what "
             "entered and left it is no longer known. The next step shows it.");
    else if (seen.entering.size() == 0 && seen.gradient.size() > 0)
        note(context, lines, "no function of σ",
             "This kind works on entries or with bases of its own: no curve takes singular values "
             "to singular values. Points stand by rank, largest to largest.");
    for (const UpdateNumber& number : update_numbers(seen))
        if (lines.has_room()) number_line(context, lines, number);
}

}  // namespace muonscope::gui
