#include "app/gui/parameter_row.h"

#include "app/gui/awaited.h"
#include "app/gui/fonts.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

namespace muonscope::gui {
namespace {

float label_width() {
    return std::min(em(7.7F), ImGui::GetContentRegionAvail().x * 0.44F);
}
float value_width() {
    return em(3.4F);
}

double as_number(const Value& value) {
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*integer);
    return 0;
}

Value as_value(const Parameter& parameter, double number) {
    if (parameter.type == ParameterType::integer)
        return static_cast<std::int64_t>(std::llround(number));
    return number;
}

double low_end(const Parameter& p) {
    // A logarithmic track needs a positive end; what lies below it is its left stop.
    if (p.scale == ParameterScale::linear) return p.usual_min;
    return p.usual_min > 0 ? p.usual_min : std::max(p.usual_max, 1e-12) * 1e-6;
}

std::string plain(double number) {
    return fmt::format("{:.4g}", number);
}

std::string help_of(const Parameter& p) {
    std::string text(p.help);
    if (const std::string kinds = kinds_with(p); !kinds.empty())
        text += "\nHas an effect with " + kinds + ".";
    if (p.type == ParameterType::real || p.type == ParameterType::integer) {
        text += fmt::format("\nAllowed: {} to {}{}{}. Default: {}.", plain(p.min), plain(p.max),
                            p.unit.empty() ? "" : " ", p.unit, shown_text(p, p.fallback));
        text +=
            "\nCtrl+click or Enter types a value, double click restores the default, the left and "
            "right arrows move it where Tab has come to.";
    }
    // A long list explains its rows itself.
    constexpr std::size_t few = 8;
    if (p.choices.size() > few) text += "\nThe list explains each of its rows.";
    if (p.choices.size() <= few)
        for (const Choice& choice : p.choices)
            if (!choice.help.empty()) text += fmt::format("\n{}: {}", choice.label, choice.help);
    if (p.restarts()) text += "\nA change starts over at step 0.";
    return text;
}

void send_value(PanelContext& context, const std::string& path, const Value& value) {
    over(context.view, path);
    send(context, path, value, SetParameter{path, value, context.view.keep_momentum});
}

// ---- typing ----

void start_typing(ParameterRows& rows, const std::string& path, const std::string& text) {
    rows.edited_path = path;
    rows.typing = true;
    rows.typed.assign(1024, '\0');
    std::copy_n(text.data(), std::min<std::size_t>(text.size(), 1023), rows.typed.begin());
}

// The field of a value that is being typed; the first frame gives it the keyboard.
void typing_field(PanelContext& context, const Parameter& parameter, const std::string& path,
                  float width, bool mono) {
    ParameterRows& rows = context.kept<ParameterRows>();
    const ImGuiID storage = ImGui::GetID("##typed had focus");
    const bool had_focus = ImGui::GetStateStorage()->GetBool(storage);
    if (!had_focus) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(width);
    if (mono) ImGui::PushFont(context.fonts.mono, 0);
    const bool entered =
        ImGui::InputText("##typed", rows.typed.data(), rows.typed.size(),
                         ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    if (mono) ImGui::PopFont();
    const bool left = ImGui::IsItemDeactivated();
    if (ImGui::IsItemActive()) ImGui::GetStateStorage()->SetBool(storage, true);
    if (entered) {
        try {
            send_value(context, path, parse_value(parameter, parameter.label, rows.typed.data()));
        } catch (const std::exception& fault) {
            say(context.view, fault.what(), true, path);
        }
    }
    if (entered || left) {
        rows.typing = false;
        rows.edited_path.clear();
        ImGui::GetStateStorage()->SetBool(storage, false);
    }
}

// ---- one control a type ----

struct ControlRow {
    ImVec2 at;  // screen position of the control
    float height;
    float width;    // of the control, value included
    ImVec4 colour;  // of what is filled
};

void draw_track(PanelContext& context, const ControlRow& row, double position, bool hot) {
    const float radius = em(0.36F);
    SliderTrack track{};
    track.left = row.at.x + radius;
    track.right = row.at.x + row.width - value_width() - radius;
    track.y = row.at.y + row.height / 2;
    track.x = track.left + static_cast<float>(position) * std::max(0.0F, track.right - track.left);
    track.thickness = em(0.22F);
    track.radius = hot ? radius * 1.2F : radius;
    draw_track(context, track, row.colour);
}

void draw_value(const PanelContext& context, const ControlRow& row, const std::string& text,
                bool moved) {
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase);
    const float x = row.at.x + row.width - ImGui::CalcTextSize(text.c_str()).x;
    ImGui::GetWindowDrawList()->AddText(
        {x, row.at.y + (row.height - ImGui::GetFontSize()) / 2},
        u32(moved ? context.theme.text : mix(context.theme.text, context.theme.dim, 0.25F)),
        text.c_str());
    ImGui::PopFont();
}

// The arrows move a focused track by a hundredth of its length, an integer by one.
Value moved_by_arrow(const Parameter& parameter, double current, int direction) {
    if (parameter.type == ParameterType::integer)
        return as_value(parameter, std::clamp(current + direction, parameter.min, parameter.max));
    const double at = track_position(parameter, current);
    return as_value(parameter, track_value(parameter, at + 0.01 * direction));
}

void number_control(PanelContext& context, const Parameter& parameter, const std::string& path,
                    const Value& current, const ControlRow& row) {
    ParameterRows& rows = context.kept<ParameterRows>();
    if (rows.typing && rows.edited_path == path) {
        typing_field(context, parameter, path, row.width, true);
        return;
    }
    const bool pressed = ImGui::InvisibleButton("##track", {std::max(1.0F, row.width), row.height},
                                                ImGuiButtonFlags_EnableNav);
    const bool by_keyboard = focused_by_keyboard(), entered = pressed && by_keyboard;
    const bool active = ImGui::IsItemActive() && !by_keyboard;
    const bool hovered = ImGui::IsItemHovered();
    const int arrow = arrow_of_focused_item();
    if (arrow != 0) send_value(context, path, moved_by_arrow(parameter, as_number(current), arrow));
    if (entered || (ImGui::IsItemActivated() && ImGui::GetIO().KeyCtrl)) {
        start_typing(rows, path, shown_text(parameter, current));
        ImGui::ClearActiveID();
    } else if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        rows.edited_path.clear();
        ImGui::ClearActiveID();  // or the press would drag at once
        send_value(context, path, parameter.fallback);
    } else if (active) {
        const float radius = em(0.36F);
        const float span = std::max(1.0F, row.width - value_width() - 2 * radius);
        const float mouse = ImGui::GetIO().MousePos.x - row.at.x - radius;
        // A press on the value, right of the track, is the start of a double click: it moves
        // nothing.
        const bool on_track =
            ImGui::GetIO().MouseClickedPos[0].x < row.at.x + row.width - value_width() + radius;
        const double position = std::clamp(static_cast<double>(mouse / span), 0.0, 1.0);
        const Value value = as_value(parameter, track_value(parameter, position));
        if (on_track && (rows.edited_path != path || !(rows.edited_value == value))) {
            rows.edited_path = path;
            rows.edited_value = value;
            if (!parameter.restarts()) send_value(context, path, value);
        }
    } else if (ImGui::IsItemDeactivated() && rows.edited_path == path) {
        if (parameter.restarts() && !(rows.edited_value == current))
            send_value(context, path, rows.edited_value);
        rows.edited_path.clear();
    }
    if (hovered || active) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    const bool moved = active && rows.edited_path == path;
    const Value& shown = moved ? rows.edited_value : current;
    draw_track(context, row, track_position(parameter, as_number(shown)), hovered || active);
    draw_value(context, row, shown_text(parameter, shown), moved || hovered);
}

const Choice* chosen_of(const Parameter& parameter, const Value& current) {
    const auto* slug = std::get_if<std::string>(&current);
    for (const Choice& choice : parameter.choices)
        if (slug != nullptr && choice.slug == *slug) return &choice;
    return nullptr;
}

void choice_control(PanelContext& context, const Parameter& parameter, const std::string& path,
                    const Value& current, float width, const std::string& shown = "") {
    const Choice* chosen = chosen_of(parameter, current);
    const std::string label(chosen != nullptr ? chosen->label : "");
    const std::string& text = shown.empty() ? label : shown;
    ImGui::SetNextItemWidth(width);
    if (!begin_combo(context, "##choice", text.c_str())) return;
    for (const Choice& choice : parameter.choices) {
        // What is only nearly the choice can be made the whole of it.
        const bool is_all = &choice == chosen && text == label;
        if (list_row(choice.label.data(), &choice == chosen) && !is_all)
            send_value(context, path, std::string(choice.slug));
        hover_help(context, choice.label, choice.help);
    }
    ImGui::EndCombo();
}

void switch_control(PanelContext& context, const std::string& path, const Value& current,
                    const ControlRow& row) {
    const bool on = std::get_if<bool>(&current) != nullptr && std::get<bool>(current);
    if (ImGui::InvisibleButton("##switch", {std::max(1.0F, row.width), row.height},
                               ImGuiButtonFlags_EnableNav))
        send_value(context, path, !on);
    const float height = em(0.95F), width = em(1.75F), radius = height / 2;
    const ImVec2 at{row.at.x + row.width - width, row.at.y + (row.height - height) / 2};
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, {at.x + width, at.y + height},
                        u32(on ? row.colour : context.theme.well_active), radius);
    draw->AddCircleFilled({on ? at.x + width - radius : at.x + radius, at.y + radius},
                          radius * 0.72F, u32(context.theme.card));
}

void text_control(PanelContext& context, const Parameter& parameter, const std::string& path,
                  const Value& current, float width) {
    ParameterRows& rows = context.kept<ParameterRows>();
    if (rows.typing && rows.edited_path == path) {
        typing_field(context, parameter, path, width, false);
        return;
    }
    const std::string text = to_text(current);
    if (ImGui::Button(((text.empty() ? "none" : text) + "###text").c_str(), {width, 0}))
        start_typing(rows, path, text);
}

}  // namespace

double track_position(const Parameter& p, double value) {
    const double low = low_end(p), high = p.usual_max;
    if (!(high > low) || !std::isfinite(value)) return 0;
    const double at = p.scale == ParameterScale::logarithmic
                          ? std::log(std::max(value, low) / low) / std::log(high / low)
                          : (value - low) / (high - low);
    return std::clamp(at, 0.0, 1.0);
}

double track_value(const Parameter& p, double position) {
    if (position <= 0)
        return std::max(p.min,
                        p.min <= 0 && p.scale == ParameterScale::logarithmic ? p.min : p.usual_min);
    if (position >= 1) return p.usual_max;
    const double low = low_end(p), high = p.usual_max;
    const double value = p.scale == ParameterScale::logarithmic
                             ? low * std::pow(high / low, position)
                             : low + (high - low) * position;
    if (p.type == ParameterType::integer) return std::round(value);
    // Linear: a two-hundredth of the range, in a round unit. Logarithmic: three digits.
    const double unit = p.scale == ParameterScale::logarithmic
                            ? std::pow(10.0, std::floor(std::log10(std::max(value, 1e-300))) - 2)
                            : std::pow(10.0, std::floor(std::log10((high - low) / 100)));
    // Dividing by the inverse keeps 0.07 at 0.07 instead of 0.07000000000000001.
    const double rounded = unit < 1 ? std::round(value / unit) / std::round(1 / unit)
                                    : std::round(value / unit) * unit;
    return std::clamp(rounded, p.min, p.max);
}

std::string shown_text(const Parameter& parameter, const Value& value) {
    if (parameter.type == ParameterType::choice)
        for (const Choice& choice : parameter.choices)
            if (const auto* slug = std::get_if<std::string>(&value);
                slug != nullptr && *slug == choice.slug)
                return std::string(choice.label);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.4g}", *real);
    return to_text(value);
}

void choice_field(PanelContext& context, const Parameter& parameter, const std::string& path,
                  const Value& in_snapshot) {
    const Value current = latest(context, path, in_snapshot);
    ImGui::PushID(path.c_str());
    ImGui::BeginGroup();
    choice_control(context, parameter, path, current, ImGui::GetContentRegionAvail().x);
    ImGui::EndGroup();
    hover_help(context, parameter.label, help_of(parameter));
    ImGui::PopID();
}

void parameter_row(PanelContext& context, const Parameter& parameter, const std::string& path,
                   const Value& in_snapshot, int lane, const std::string& shown) {
    const Value current = latest(context, path, in_snapshot);
    ImGui::PushID(path.c_str());
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ParameterRows& rows = context.kept<ParameterRows>();
    const float height = rows.height > 0 ? rows.height : em(1.75F);
    ++rows.drawn;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float all = ImGui::GetContentRegionAvail().x, label = label_width();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float text_y = at.y + (height - ImGui::GetFontSize()) / 2;

    ImGui::BeginGroup();
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    const ImVec2 full = ImGui::CalcTextSize(parameter.label.data());
    ImGui::RenderTextEllipsis(draw, {at.x, text_y}, {at.x + label - em(0.3F), at.y + height},
                              at.x + label - em(0.3F), parameter.label.data(), nullptr, &full);
    ImGui::PopStyleColor();
    ImGui::Dummy({label, height});
    ImGui::SameLine(0, 0);

    const ControlRow row{{at.x + label, at.y},
                         height,
                         std::max(1.0F, all - label),
                         lane >= 0 ? context.theme.lane(lane) : context.theme.accent};
    // Framed controls stand in the middle of a row and leave a gap to the next.
    const float framed = std::min(height - em(0.16F), em(1.75F));
    const bool is_framed = parameter.type != ParameterType::integer &&
                           parameter.type != ParameterType::real &&
                           parameter.type != ParameterType::boolean;
    if (is_framed) ImGui::SetCursorScreenPos({row.at.x, at.y + (height - framed) / 2});
    ImGui::PushStyleVar(
        ImGuiStyleVar_FramePadding,
        {ImGui::GetStyle().FramePadding.x, std::max(0.0F, (framed - ImGui::GetFontSize()) / 2)});
    switch (parameter.type) {
        case ParameterType::integer:
        case ParameterType::real:
            number_control(context, parameter, path, current, row);
            break;
        case ParameterType::choice:
            choice_control(context, parameter, path, current, row.width, shown);
            break;
        case ParameterType::boolean:
            switch_control(context, path, current, row);
            break;
        case ParameterType::text:
        case ParameterType::path:
        case ParameterType::integers:
        case ParameterType::paths:
            text_control(context, parameter, path, current, row.width);
            break;
    }
    ImGui::PopStyleVar();
    ImGui::EndGroup();
    if (!ImGui::IsAnyItemActive()) hover_help(context, parameter.label, help_of(parameter));
    ImGui::PopStyleVar();
    ImGui::PopID();
}

}  // namespace muonscope::gui
