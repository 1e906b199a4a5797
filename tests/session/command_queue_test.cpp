#include "core/session/command_queue.h"

#include <gtest/gtest.h>

namespace muonscope {
namespace {

SetParameter set_to(const char* path, double value, bool keep_momentum = true) {
    return {path, value, keep_momentum};
}

// What waits, one word a command: "lr=0.1", "lr=0.1 flush", "reset".
std::vector<std::string> waiting(CommandQueue& queue) {
    std::vector<std::string> words;
    for (const Command& command : queue.take()) {
        if (const auto* edit = std::get_if<SetParameter>(&command))
            words.push_back(edit->path + "=" + to_text(edit->value) +
                            (edit->keep_momentum ? "" : " flush"));
        else if (std::holds_alternative<Reset>(command))
            words.emplace_back("reset");
        else
            words.emplace_back("other");
    }
    return words;
}

using Words = std::vector<std::string>;

TEST(CommandQueue, a_slider_leaves_its_last_value_behind_what_was_set_meanwhile) {
    CommandQueue queue;
    queue.push(set_to("lr", 0.1));
    queue.push(set_to("mu", 0.5));
    queue.push(set_to("lr", 0.2));
    EXPECT_EQ(waiting(queue), (Words{"mu=0.5", "lr=0.2"}));
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.take().empty());
}

TEST(CommandQueue, nothing_merges_with_what_stands_before_another_command) {
    for (const Command& between : {Command(Reset{}), Command(SwapOptimizers{}), Command(Pause{}),
                                   Command(StepOnce{}), Command(Start{}), Command(RunTo{5})}) {
        CommandQueue queue;
        queue.push(set_to("lr", 0.1));
        queue.push(between);
        queue.push(set_to("lr", 0.2));
        const Words words = waiting(queue);
        ASSERT_EQ(words.size(), 3u);
        EXPECT_EQ(words.front(), "lr=0.1");
        EXPECT_EQ(words.back(), "lr=0.2");
    }
}

TEST(CommandQueue, settings_that_merge_flush_the_momentum_when_any_of_them_was_to) {
    for (const bool first : {true, false})
        for (const bool second : {true, false}) {
            CommandQueue queue;
            queue.push(set_to("kind", 1, first));
            queue.push(set_to("kind", 2, second));
            EXPECT_EQ(waiting(queue), (Words{first && second ? "kind=2" : "kind=2 flush"}));
        }
}

TEST(CommandQueue, parameters_of_other_lanes_and_layers_are_others) {
    CommandQueue queue;
    for (const char* path : {"optimizer.lr", "lanes.0.optimizer.lr", "lanes.1.optimizer.lr",
                             "lanes.1.layers.2.optimizer.lr", "lanes.1.layers.1.optimizer.lr"})
        queue.push(set_to(path, 0.1));
    EXPECT_EQ(queue.take().size(), 5u);
}

}  // namespace
}  // namespace muonscope
