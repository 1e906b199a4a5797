#include "app/gui/lost_lanes.h"

#include <fmt/format.h>

#include <cstdlib>

#include "app/gui/keys.h"
#include "app/gui/widgets.h"
#include "core/experiment/parameters.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

constexpr double less = 0.1;  // of the learning rate
constexpr const char* lower_label = "Lower the rate and go on";
constexpr const char* restart_label = "Start over";

// "lanes.0.optimizer.lr: …" as "Learning rate of SGD: …": what stands on the control.
std::string in_words(const std::string& message, const Snapshot& snapshot) {
    const std::size_t colon = message.find(": ");
    if (colon == std::string::npos) return message;
    try {
        const Parameter& parameter = parameter_at(message.substr(0, colon));
        std::string of;
        if (message.starts_with("lanes.") && snapshot.spec != nullptr) {
            const std::size_t lane = std::atoi(message.c_str() + 6);
            if (lane < snapshot.spec->lanes.size()) of = " of " + snapshot.spec->lanes[lane].name;
        }
        return std::string(parameter.label) + of + message.substr(colon);
    } catch (const std::exception&) {
        return message;
    }
}

}  // namespace

std::string name_and_step(const LaneSnapshot& lane) {
    return lane.lost() ? fmt::format("{}, step {}", lane.name, lane.now_step) : lane.name;
}

std::string trouble(const Snapshot& snapshot) {
    std::string text = in_words(snapshot.message, snapshot);
    for (const LaneSnapshot& lane : snapshot.lanes)
        if (lane.divergence)
            text += (text.empty() ? "" : "; ") + divergence_text(lane, snapshot.layout);
    return text;
}

float ways_on_width() {
    return button_width(lower_label) + button_width(restart_label) +
           ImGui::GetStyle().ItemSpacing.x;
}

void ways_on(PanelContext& context, int lane) {
    const Snapshot& snapshot = *context.snapshot;
    const LaneSnapshot& lost = snapshot.lanes[lane];
    const double rate = snapshot.spec->lanes[lane].phases.front().optimizer.lr;
    ImGui::PushID(lane);
    if (quiet_button(context, lower_label, button_width(lower_label),
                     fmt::format("From about step {}, the last before {} ran away, at a tenth of "
                                 "its learning rate ({:.4g} → {:.4g}) up to the present step. The "
                                 "other lanes stay as they are; the change is marked there and "
                                 "saved with the session.",
                                 lost.sound_step, lost.name, rate, rate * less),
                     true))
        context.send(LowerRate{lane, less});
    ImGui::SameLine();
    if (quiet_button(context, restart_label, button_width(restart_label),
                     "All lanes from step 0: same start, parameters as they are now. R."))
        start_over(context);
    ImGui::PopID();
}

}  // namespace muonscope::gui
