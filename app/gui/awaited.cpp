#include "app/gui/awaited.h"

#include <map>
#include <utility>

namespace muonscope::gui {
namespace {

// What a control was put to, until a snapshot shows what came of it: a long step comes first.
struct Awaited {
    Value value;
    std::uint64_t command;  // see Snapshot::commands
};
struct AllAwaited {
    std::map<std::string, Awaited> by_name;  // a parameter's path, or another name
};

constexpr double usual_speed = 60;  // steps a second, until there is a snapshot

}  // namespace

void send(PanelContext& context, const std::string& name, const Value& value, Command command) {
    const std::uint64_t number = context.send(std::move(command));
    context.kept<AllAwaited>().by_name.insert_or_assign(name, Awaited{value, number});
}

Value latest(PanelContext& context, const std::string& name, const Value& in_snapshot) {
    auto& awaited = context.kept<AllAwaited>().by_name;
    const auto found = awaited.find(name);
    if (found == awaited.end()) return in_snapshot;
    const std::uint64_t done = context.snapshot != nullptr ? context.snapshot->commands : 0;
    if (done < found->second.command) return found->second.value;
    awaited.erase(found);
    return in_snapshot;
}

void forget_awaited(ViewState& view, const std::string& name) {
    view.panels.of<AllAwaited>().by_name.erase(name);
}

double wanted_speed(PanelContext& context) {
    const Snapshot* snapshot = context.snapshot;
    return std::get<double>(
        latest(context, "run.speed", snapshot != nullptr ? snapshot->wanted_speed : usual_speed));
}

void set_speed(PanelContext& context, double steps_a_second) {
    send(context, "run.speed", steps_a_second, SetSpeed{steps_a_second});
}

}  // namespace muonscope::gui
