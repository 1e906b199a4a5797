#include "app/gui/plots/step_cursors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "app/gui/keys.h"
#include "app/gui/plots/level.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/places.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/session/history.h"
#include "imgui_internal.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

struct Measurements {
    std::array<double, 2> cursors{-1, -1};              // steps; < 0: none
    std::map<std::string, double, std::less<>> levels;  // by value axis
    // Where the mouse was over a plot last: the menu that it opened speaks of this place.
    double step = 0, value = 0;

    bool any() const { return cursors[0] >= 0 || cursors[1] >= 0 || !levels.empty(); }
};
constexpr std::array<const char*, 2> cursor_names{"A", "B"};

const double* level_of(const Measurements& kept, std::string_view axis) {
    const auto found = kept.levels.find(axis);
    return found == kept.levels.end() ? nullptr : &found->second;
}

// Three digits say where a hand pointed.
double as_pointed(double value) {
    if (value == 0 || !std::isfinite(value)) return 0;
    const double digit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
    return std::round(value / digit) * digit;
}

std::string level_text(double level) {
    return fmt::format("{:.6g}", level);
}

double whole_step(double step) {
    return std::max(0.0, std::round(step));
}

void hear_keys(Measurements& kept, const Axes& plot, std::string_view axis) {
    if (!plot.hovered) return;
    const ImVec2 mouse = ImGui::GetMousePos();
    kept.step = whole_step(plot.value_x(mouse.x));
    kept.value = as_pointed(plot.value_y(mouse.y));
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantTextInput || io.KeyCtrl || io.KeyAlt || io.KeySuper) return;
    if (ImGui::IsKeyPressed(ImGuiKey_A, false)) kept.cursors[0] = kept.step;
    if (ImGui::IsKeyPressed(ImGuiKey_B, false)) kept.cursors[1] = kept.step;
    if (ImGui::IsKeyPressed(ImGuiKey_X, false)) kept.levels[std::string(axis)] = kept.value;
}

float flag_size() {
    return ImGui::GetFontSize() * 0.82F;
}

// A word on a ground of the card's colour, beside an upright line or above a level.
void draw_flag(const gui::PanelContext& context, const Axes& plot, float x, float y,
               const std::string& word) {
    const float size = flag_size();
    const float width = ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, word.c_str()).x + em(0.4F);
    const float left = x + width < plot.right() ? x : x - width;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled({left, y}, {left + width, y + size + em(0.15F)},
                        u32(gui::with_alpha(context.theme.card, 0.9F)));
    draw->AddText(nullptr, size, {left + em(0.2F), y}, u32(context.theme.accent), word.c_str());
}

// Takes the mouse from the plot below it; leaves the cursor of the layout where it is.
bool drag(const Axes& plot, std::size_t which, double& step) {
    const float half = em(0.35F), x = plot.pixel_x(step);
    const ImRect line({x - half, plot.position.y}, {x + half, plot.bottom()});
    const ImGuiID id = ImGui::GetID(cursor_names[which]);
    if (!ImGui::ItemAdd(line, id, nullptr, ImGuiItemFlags_NoNav)) return false;
    bool hovered = false, held = false;
    ImGui::ButtonBehavior(line, id, &hovered, &held);
    if (hovered || held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    if (held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 0)) {
        const float mouse = std::clamp(ImGui::GetMousePos().x, plot.position.x, plot.right());
        step = whole_step(plot.value_x(mouse));
    }
    return hovered || held;
}

bool draw_cursors(gui::PanelContext& context, const Axes& plot, Measurements& kept) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    bool touched = false;
    for (std::size_t i = 0; i < kept.cursors.size(); ++i) {
        double& step = kept.cursors[i];
        if (step < 0 || !plot.x.shows(step)) continue;
        if (drag(plot, i, step)) {
            touched = true;
            memory(context).hovered_next = step;
        }
        const float x = std::round(plot.pixel_x(step));
        const float width = std::max(1.0F, context.theme.hairline());
        draw->AddRectFilled({x, plot.position.y}, {x + width, plot.bottom()},
                            u32(context.theme.accent));
        draw_flag(context, plot, x + width,
                  plot.position.y + static_cast<float>(i) * (flag_size() + em(0.2F)),
                  fmt::format("{} {:.0f}", cursor_names[i], step));
    }
    return touched;
}

std::string step_words(const LevelCrossing& at) {
    return at.exact() ? fmt::format("{}", at.by) : fmt::format("{}–{}", at.after, at.by);
}

void draw_crossings(gui::PanelContext& context, const Axes& plot, double level,
                    const std::vector<Measured>& curves) {
    draw_level(plot, level, u32(context.theme.accent), context.theme.hairline(), em(0.5F),
               em(0.35F));
    const float height = flag_size() + em(0.15F), above = plot.pixel_y(level) - height;
    draw_flag(context, plot, plot.position.x + em(0.2F),
              above > plot.position.y ? above : above + height + em(0.1F), level_text(level));
    std::vector<PlacedStep> places;
    for (const Measured& curve : curves) {
        const Measured::Across across = curve.across(level);
        if (across.step.found())
            places.push_back({static_cast<double>(across.step.by), across.value,
                              step_words(across.step), curve.colour});
    }
    std::stable_sort(places.begin(), places.end(),
                     [](const PlacedStep& a, const PlacedStep& b) { return a.step < b.step; });
    draw_places(context, plot, places);
}

// "0.5213 → 0.0311   Δ −0.4902   −0.00175 a step   x 0.0597"
std::string difference_text(const std::pair<double, double>& a,
                            const std::pair<double, double>& b) {
    std::string text = fmt::format("{} → {}   Δ {}", value_text(a.second), value_text(b.second),
                                   value_text(b.second - a.second));
    if (a.first != b.first)
        text +=
            fmt::format("   {} a step", value_text((b.second - a.second) / (b.first - a.first)));
    if (a.second != 0) text += fmt::format("   × {}", value_text(b.second / a.second));
    return text;
}

}  // namespace

Measured measured(const LaneSnapshot& lane, std::string name, const ImVec4& colour,
                  std::size_t channel) {
    const HistoryView& history = lane.history;
    Measured curve;
    curve.name = std::move(name);
    curve.colour = colour;
    curve.at = [&history, channel](double step) -> std::pair<double, double> {
        const std::size_t sample = nearest_sample(history, step);
        if (sample >= history.size() || channel >= history.channels()) return {step, std::nan("")};
        return {static_cast<double>(history.step(sample)), history.value(sample, channel)};
    };
    curve.across = [&history, channel](double level) -> Measured::Across {
        const Crossed crossed = first_across(history, channel, level);
        if (!crossed.at.found()) return {crossed.at, std::nan(""), crossed.below};
        return {crossed.at, history.value(crossed.at.row, channel), crossed.below};
    };
    return curve;
}

bool draw_measurements(gui::PanelContext& context, const Axes& plot, std::string_view axis,
                       const std::vector<Measured>& curves) {
    Measurements& kept = context.kept<Measurements>();
    hear_keys(kept, plot, axis);
    if (!kept.any()) return false;
    if (const double* level = level_of(kept, axis)) draw_crossings(context, plot, *level, curves);
    context.kept<gui::KeyboardState>().let_go = [&kept] { kept = {}; };
    return draw_cursors(context, plot, kept);
}

namespace {

constexpr std::size_t most_rows = 6;  // of each kind, below what a read-out has already

void add_rows(const gui::PanelContext& context, const std::vector<Measured>& curves,
              std::vector<ReadoutRow>& rows,
              const std::function<ReadoutRow(const Measured&)>& row_of) {
    for (std::size_t i = 0; i < std::min(curves.size(), most_rows); ++i)
        rows.push_back(row_of(curves[i]));
    if (curves.size() > most_rows)
        rows.push_back(
            {fmt::format("and {} more", curves.size() - most_rows), "", context.theme.ghost});
}

}  // namespace

void add_measurements(gui::PanelContext& context, std::string_view axis,
                      const std::vector<Measured>& curves, std::vector<ReadoutRow>& rows) {
    const Measurements& kept = context.kept<Measurements>();
    const auto [a, b] = kept.cursors;
    if (a >= 0 && b >= 0) {
        rows.push_back({fmt::format("A {:.0f} → B {:.0f}", a, b),
                        fmt::format("Δ {:.0f} steps", b - a), context.theme.accent});
        add_rows(context, curves, rows, [a = a, b = b](const Measured& curve) -> ReadoutRow {
            return {curve.name, difference_text(curve.at(a), curve.at(b)), curve.colour};
        });
    }
    const double* level = level_of(kept, axis);
    if (level == nullptr) return;
    add_rows(context, curves, rows, [level](const Measured& curve) -> ReadoutRow {
        const Measured::Across across = curve.across(*level);
        return {fmt::format("{} first {} {}", curve.name, across.below ? "below" : "above",
                            level_text(*level)),
                across.step.found() ? "step " + step_words(across.step) : "not yet", curve.colour};
    });
}

void mark_measurements(const gui::PanelContext& paper, std::string_view axis, Chart& chart) {
    const Measurements& kept = paper.kept<Measurements>();
    for (std::size_t i = 0; i < kept.cursors.size(); ++i)
        if (kept.cursors[i] >= 0)
            chart.marks.emplace_back(
                Rule{"",
                     true,
                     kept.cursors[i],
                     {paper.theme.accent},
                     fmt::format("{} {:.0f}", cursor_names[i], kept.cursors[i])});
    if (const double* level = level_of(kept, axis))
        chart.marks.emplace_back(
            Rule{"", false, *level, {paper.theme.accent, Dash::dashed}, level_text(*level)});
}

void measurements_menu(gui::PanelContext& context, std::string_view axis) {
    if (!ImGui::BeginMenu("Measure")) return;
    Measurements& kept = context.kept<Measurements>();
    for (std::size_t i = 0; i < kept.cursors.size(); ++i)
        if (ImGui::MenuItem(
                fmt::format("Cursor {} at step {:.0f}", cursor_names[i], kept.step).c_str(),
                cursor_names[i]))
            kept.cursors[i] = kept.step;
    const double* before = level_of(kept, axis);
    double level = before != nullptr ? *before : kept.value;
    ImGui::TextUnformatted("First step across");
    ImGui::SameLine();
    ImGui::SetNextItemWidth(em(6));
    ImGui::InputDouble("##level", &level, 0, 0, "%.6g");
    if (ImGui::IsItemDeactivatedAfterEdit() && std::isfinite(level))
        kept.levels[std::string(axis)] = level;
    ImGui::SameLine();
    if (ImGui::MenuItem("Show", "X")) kept.levels[std::string(axis)] = level;
    ImGui::Separator();
    if (ImGui::MenuItem("Take them away", "Esc", false, kept.any())) kept = {};
    ImGui::EndMenu();
}

}  // namespace muonscope::plots
