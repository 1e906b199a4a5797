#include "app/gui/local_row.h"

#include <algorithm>
#include <exception>

#include "app/gui/parameter_row.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

Parameter real_parameter(const char* key, const char* label, double low, double high,
                         double fallback, const char* help, ParameterScale scale) {
    Parameter parameter;
    parameter.key = key;
    parameter.label = label;
    parameter.min = parameter.usual_min = low;
    parameter.max = parameter.usual_max = high;
    parameter.scale = scale;
    parameter.fallback = fallback;
    parameter.help = help;
    return parameter;
}

Parameter integer_parameter(const char* key, const char* label, int low, int high, int fallback,
                            const char* help, ParameterScale scale) {
    Parameter parameter = real_parameter(key, label, low, high, 0, help, scale);
    parameter.type = ParameterType::integer;
    parameter.fallback = std::int64_t{fallback};
    return parameter;
}

void local_row(PanelContext& context, const Parameter& parameter, const Value& current,
               const std::function<void(const Value&)>& set) {
    PanelContext own = context;
    own.send = [&](const Command& command) {
        const auto* change = std::get_if<SetParameter>(&command);
        if (change == nullptr) return std::uint64_t{0};
        try {
            set(checked(parameter, parameter.label, change->value));
        } catch (const std::exception& fault) {
            say(context.view, fault.what(), true, change->path);
        }
        return std::uint64_t{0};
    };
    // The height of rows follows the column of lanes, which has to fill its card; these do not.
    ParameterRows& rows = context.kept<ParameterRows>();
    const float height = std::exchange(rows.height, 0.0F);
    const int drawn = rows.drawn;
    parameter_row(own, parameter, "panel." + std::string(parameter.key), current);
    rows.height = height;
    rows.drawn = drawn;
}

void local_row(PanelContext& context, const Parameter& parameter, double& value) {
    local_row(context, parameter, value,
              [&](const Value& chosen) { value = std::get<double>(chosen); });
}

void local_row(PanelContext& context, const Parameter& parameter, int& value) {
    local_row(context, parameter, std::int64_t{value}, [&](const Value& chosen) {
        value = static_cast<int>(std::get<std::int64_t>(chosen));
    });
}

SideColumn begin_side_column(const char* id, float width, float height_above, float below) {
    SideColumn column;
    column.below = below;
    ImVec2 room = ImGui::GetContentRegionAvail();
    room.y -= below;
    column.beside = room.x > width + em(20);
    const ImVec2 extent = column.beside
                              ? ImVec2{width, std::max(1.0F, room.y)}
                              : ImVec2{std::max(1.0F, room.x),
                                       std::max(1.0F, std::min(height_above, room.y * 0.45F))};
    ImGui::BeginChild(id, extent, ImGuiChildFlags_NavFlattened);
    return column;
}

void end_side_column(SideColumn& column) {
    ImGui::EndChild();
    if (column.beside) ImGui::SameLine(0, em(0.8F));
    column.rest = ImGui::GetContentRegionAvail();
    column.rest.y -= column.below;
}

}  // namespace muonscope::gui
