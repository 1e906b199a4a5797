#include "app/gui/awaited.h"

#include <utility>

namespace muonscope::gui {
namespace {

constexpr double usual_speed = 60;  // steps a second, until there is a snapshot

}  // namespace

void send(PanelContext& context, const std::string& name, const Value& value, Command command) {
    const std::uint64_t number = context.send(std::move(command));
    context.view.awaited.insert_or_assign(name, Awaited{value, number});
}

Value latest(PanelContext& context, const std::string& name, const Value& in_snapshot) {
    const auto found = context.view.awaited.find(name);
    if (found == context.view.awaited.end()) return in_snapshot;
    const std::uint64_t done = context.snapshot != nullptr ? context.snapshot->commands : 0;
    if (done < found->second.command) return found->second.value;
    context.view.awaited.erase(found);
    return in_snapshot;
}

double wanted_speed(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    return std::get<double>(
        latest(context, "speed", snapshot != nullptr ? snapshot->wanted_speed : usual_speed));
}

void set_speed(PanelContext& context, double steps_a_second) {
    send(context, "speed", steps_a_second, SetSpeed{steps_a_second});
}

}  // namespace muonscope::gui
