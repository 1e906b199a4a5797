#include "app/gui/panels/model_band.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

using namespace plots;

namespace {

using Index = Eigen::Index;

constexpr double most = 100;  // what `scale` takes

// As edit_stack.cpp counts: equal values in their order.
Index edit_rank(const Vector& values, Index k) {
    return (values.array() > values(k)).count() + (values.head(k).array() == values(k)).count();
}

WeightEdit scaling_of(const ModelBand& band, Index first, Index last, double factor) {
    WeightEdit edit;
    edit.target = band.matrix;
    edit.kind = EditKind::scale;
    edit.first = static_cast<int>(first) + 1;
    edit.last = static_cast<int>(last) + 1;
    edit.amount = factor;
    return edit;
}

double rounded_factor(double factor) {
    return std::clamp(std::strtod(fmt::format("{:.3g}", factor).c_str(), nullptr), 0.0, most);
}

// One edit, or where earlier ones have put other values between those of the band, one for each run
// of ranks. What an edit leaves is what the next one counts.
std::vector<WeightEdit> scalings(const ModelBand& band, double factor) {
    std::vector<WeightEdit> edits;
    Vector values = band.values;
    std::vector<Index> left;
    for (Index k = band.first; k <= band.last; ++k) left.push_back(k);
    while (!left.empty()) {
        std::map<Index, Index> places;  // by rank
        for (const Index k : left) places[edit_rank(values, k)] = k;
        const Index first = places.begin()->first;
        Index last = first;
        for (; places.contains(last); ++last) std::erase(left, places[last]);
        edits.push_back(scaling_of(band, first, last - 1, factor));
        for (Index rank = first; rank < last; ++rank) values(places[rank]) *= factor;
    }
    return edits;
}

// By how much the edits at the end of the list scale the band, where these are all that came since
// it was scaled first: what comes next takes their place.
std::optional<double> factor_of(const ModelWeights& model, const ModelBand& band) {
    const std::vector<WeightEdit>& stack = model.stack;
    if (band.values.size() == 0 || stack.size() <= band.stack.size() ||
        !std::equal(band.stack.begin(), band.stack.end(), stack.begin()))
        return {};
    const double factor = stack.back().amount;
    const auto own = static_cast<std::ptrdiff_t>(band.stack.size());
    if (!std::ranges::equal(std::span(stack.begin() + own, stack.end()), scalings(band, factor)))
        return {};
    return factor;
}

void scale_to(PanelContext& context, ModelWeights& model, ModelBand& band, double factor,
              bool merges) {
    if (!factor_of(model, band)) {
        band.stack = model.stack;
        band.values = model.chosen()->edited.values;
    }
    std::vector<WeightEdit> stack = band.stack;
    std::ranges::copy(scalings(band, rounded_factor(factor)), std::back_inserter(stack));
    if (stack != model.stack) change_stack(context, model, std::move(stack), merges);
}

double factor_now(const ModelWeights& model, const ModelBand& band) {
    return factor_of(model, band).value_or(1);
}

// What the button that went down just now is for.
void take_hold(ModelBand& band, const ModelWeights& model, const ModelMatrix& matrix,
               const Axes& axes, double high) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const Index k = model_rank_at(axes, matrix, mouse.x);
    band.changed = false;
    if (ImGui::GetIO().KeyShift) {
        band.matrix = matrix.entry->name;
        band.doing = ModelBand::choosing;
        band.first = band.last = band.anchor = k;
        band.stack.clear();
        band.values.resize(0);
    } else if (band.is_of(matrix) && band.has(k)) {
        band.doing = ModelBand::scaling;
        band.high = high;
        // At the foot of a linear axis a pixel would be any factor.
        band.from = std::max(axes.value_y(mouse.y), axes.y.scale.logarithmic ? 0 : 0.02 * high);
        band.factor = factor_now(model, band);
    } else {
        band.doing = ModelBand::passing;
    }
}

std::string ranks_of(const ModelBand& band) {
    return band.first == band.last ? fmt::format("{}", band.first + 1)
                                   : fmt::format("{}–{}", band.first + 1, band.last + 1);
}

// From half a rank before to half a rank behind.
std::pair<double, double> reach_of(const ModelBand& band) {
    return {static_cast<double>(band.first) + 0.5, static_cast<double>(band.last) + 1.5};
}

void buttons(PanelContext& context, ModelWeights& model, ModelBand& band) {
    constexpr std::pair<const char*, double> factors[] = {{"×0", 0}, {"×½", 0.5}, {"×2", 2}};
    for (const auto& [label, factor] : factors) {
        if (quiet_button(context, label, button_width(label),
                         fmt::format("Scales the values {}.", ranks_of(band))))
            scale_to(context, model, band, factor * factor_now(model, band), false);
        ImGui::SameLine(0, em(0.1F));
    }
    if (quiet_button(context, icon::close, button_width(icon::close),
                     "Lets the band go; so does Esc."))
        band = {};
}

}  // namespace

Index rank_for_edit(const ModelMatrix& matrix, Index k) {
    return edit_rank(matrix.edited.values, k);
}

Index model_rank_at(const Axes& axes, const ModelMatrix& matrix, float pixel) {
    const auto k = static_cast<Index>(std::lround(axes.value_x(pixel))) - 1;
    return std::clamp<Index>(k, 0, matrix.shape.rank() - 1);
}

bool drag_model_band(PanelContext& context, ModelWeights& model, const ModelMatrix& matrix,
                     const Axes& axes, double high) {
    ModelBand& band = context.kept<ModelBand>();
    const ImVec2 mouse = ImGui::GetMousePos();
    if (band.is_of(matrix)) context.kept<KeyboardState>().let_go = [&band] { band = {}; };
    if (!axes.pressed) {
        band.doing = ModelBand::idle;
        return false;
    }
    if (band.doing == ModelBand::idle) take_hold(band, model, matrix, axes, high);
    if (band.doing == ModelBand::choosing) {
        const Index k = model_rank_at(axes, matrix, mouse.x);
        band.first = std::min(band.anchor, k);
        band.last = std::max(band.anchor, k);
    } else if (band.doing == ModelBand::scaling && ImGui::GetIO().MouseDelta.y != 0) {
        const double ratio = std::max(axes.value_y(mouse.y), 0.0) / band.from;
        const std::size_t before = model.version;
        scale_to(context, model, band, band.factor * ratio, band.changed);
        band.changed = band.changed || model.version != before;
    }
    return band.doing != ModelBand::passing;
}

void add_model_band(const PanelContext& context, const ModelMatrix& matrix, Chart& chart) {
    const ModelBand& band = context.kept<ModelBand>();
    if (!band.is_of(matrix)) return;
    const auto [from, to] = reach_of(band);
    chart.marks.emplace_back(Span{from, to, with_alpha(context.theme.accent, 0.16F)});
}

void draw_model_band(PanelContext& context, ModelWeights& model, const ModelMatrix& matrix,
                     const Axes& axes) {
    ModelBand& band = context.kept<ModelBand>();
    if (!band.is_of(matrix)) return;
    const auto [from, to] = reach_of(band);
    const float middle =
        std::clamp((axes.pixel_x(from) + axes.pixel_x(to)) / 2, axes.position.x, axes.right());
    const double shown = matrix.edited.values((band.first + band.last) / 2);
    const bool high = axes.pixel_y(shown) < axes.position.y + axes.extent.y / 2;
    const std::string words = fmt::format("s {}", ranks_of(band));
    float wide = 2 * em(0.3F) + button_width(icon::close);
    for (const char* label : {"×0", "×½", "×2"}) wide += button_width(label) + em(0.1F);
    wide += ImGui::CalcTextSize(words.c_str()).x + em(0.5F);
    const float tall = ImGui::GetFrameHeight() + em(0.2F);
    if (axes.extent.x < wide || axes.extent.y < tall + em(0.6F)) return;
    const ImVec2 at{std::clamp(middle - wide / 2, axes.position.x, axes.right() - wide),
                    high ? axes.bottom() - tall - em(0.3F) : axes.position.y + em(0.3F)};
    const ImVec2 next = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos(at);
    // A window of its own, so that the plot below does not hear what is meant for the buttons.
    ImGui::PushStyleColor(ImGuiCol_ChildBg, with_alpha(context.theme.card, 0.92F));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(0.3F), em(0.1F)});
    if (ImGui::BeginChild("band", {wide, tall}, ImGuiChildFlags_AlwaysUseWindowPadding,
                          ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse)) {
        ImGui::AlignTextToFramePadding();
        ImGui::TextColored(context.theme.accent, "%s", words.c_str());
        ImGui::SameLine(0, em(0.5F));
        buttons(context, model, band);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
    ImGui::SetCursorScreenPos(next);
}

ReadoutRow band_readout(const PanelContext& context, const ModelMatrix& matrix, Index k) {
    const ModelBand& band = context.kept<ModelBand>();
    if (!band.is_of(matrix) || !band.has(k))
        return {"Shift and drag", "chooses a band of values", context.theme.dim};
    return {"drag up or down", fmt::format("scales values {}", ranks_of(band)),
            context.theme.accent};
}

}  // namespace muonscope::gui
