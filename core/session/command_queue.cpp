#include "core/session/command_queue.h"

#include <algorithm>
#include <utility>

namespace muonscope {

void CommandQueue::push(Command command) {
    if (auto* edit = std::get_if<SetParameter>(&command)) {
        for (auto i = commands_.rbegin(); i != commands_.rend(); ++i) {
            const auto* earlier = std::get_if<SetParameter>(&*i);
            if (!earlier) break;
            if (earlier->path != edit->path) continue;
            edit->keep_momentum = edit->keep_momentum && earlier->keep_momentum;
            commands_.erase(std::next(i).base());
            break;
        }
    }
    commands_.push_back(std::move(command));
}

bool CommandQueue::any(bool (*is_so)(const Command&)) const {
    return std::any_of(commands_.begin(), commands_.end(), is_so);
}

std::vector<Command> CommandQueue::take() {
    return std::exchange(commands_, {});
}

}  // namespace muonscope
