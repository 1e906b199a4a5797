// The one table of what is measured, and what is made from it.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/experiment/layout.h"
#include "core/formats/files.h"
#include "core/model/chain.h"

namespace muonscope {
namespace {

TEST(Layout, gives_every_number_its_own_channel) {
    NetworkSpec network;
    network.depth = 2;
    network.widths = {5, 3, 7};
    const Layout layout(Chain(network), 4, 6);
    std::multiset<std::size_t> places;
    const auto values = [&](Channel channel, int index, int count) {
        for (int k = 0; k < count; ++k) places.insert(layout.at(channel, index, k));
    };
    for (const ChannelInfo& channel : channels()) {
        const std::size_t before = places.size();
        if (channel.scope == Scope::task) continue;  // a chain has none
        if (is_of_whole(channel.scope) || channel.scope == Scope::map)
            places.insert(layout.at(channel.channel));
        if (channel.scope == Scope::product_values)
            values(channel.channel, 0, layout.product_rank());
        if (channel.scope == Scope::mode_values) values(channel.channel, 0, layout.modes());
        if (channel.scope == Scope::fact_values) values(channel.channel, 0, layout.facts());
        for (int l = 1; l <= 2; ++l) {
            if (channel.scope == Scope::matrix || channel.scope == Scope::map)
                places.insert(layout.at(channel.channel, l));
            if (channel.scope == Scope::matrix_values) values(channel.channel, l, layout.rank(l));
        }
        EXPECT_GT(places.size(), before) << channel.column;
    }
    EXPECT_EQ(layout.product_rank(), 5);
    EXPECT_EQ(layout.rank(1), 3);
    EXPECT_EQ(layout.rank(2), 3);
    EXPECT_EQ(places.size(), layout.channels());
    EXPECT_EQ(std::set<std::size_t>(places.begin(), places.end()).size(), layout.channels());
    EXPECT_EQ(*places.rbegin(), layout.channels() - 1);
    for (const ChannelInfo& channel : channels())
        EXPECT_EQ(layout.at(channel.channel, 1) < layout.followed(),
                  channel.known == Known::every_step)
            << channel.column;
    // The accessors are those of the table.
    EXPECT_EQ(layout.loss(), 0u);
    EXPECT_EQ(layout.weight_norm(2), layout.at(Channel::weight_norm, 2));
    EXPECT_EQ(layout.flatness(0), layout.at(Channel::flatness, 0));
    EXPECT_EQ(layout.update_sv(2, 1), layout.at(Channel::update_sv, 2, 1));
}

// One number a lane, of the whole, a matrix or the product: each as the table has it.
TEST(Channels, the_guide_defines_every_number_as_the_table_does) {
    const std::string guide =
        read_file(MUONSCOPE_SOURCE_DIR "/assets/guide/guide.md", std::size_t{1} << 20);
    std::string expected;
    for (const ChannelInfo& channel : channels()) {
        if (!is_of_whole(channel.scope) && channel.scope != Scope::map &&
            channel.scope != Scope::matrix)
            continue;
        std::string help(channel.help);
        if (const std::size_t at = help.find("{}"); at != std::string::npos)
            help.replace(at, 2, channel.scope == Scope::map ? "P or a layer" : "a layer");
        expected += "| " + std::string(channel.title) + " | `" + std::string(channel.column) +
                    "` | " + help + " |\n";
    }
    EXPECT_NE(guide.find(expected), std::string::npos) << "below “Measures” the guide should have\n"
                                                       << expected;
}

TEST(Channels, definitions_are_sentences_that_name_their_matrix) {
    const Experiment experiment;
    for (const ChannelInfo& channel : channels()) {
        const std::string text = definition(channel.channel, experiment, "layer 7");
        EXPECT_TRUE(text.ends_with('.')) << text;
        EXPECT_EQ(text.find("{}"), std::string::npos) << text;
        if (channel.help.find("{}") != std::string_view::npos) {
            EXPECT_NE(text.find("layer 7"), std::string::npos) << text;
        }
    }
    Experiment softmax;
    softmax.probe.task = ProbeTask::softmax;
    EXPECT_TRUE(applies(Channel::probe_critical_rate, experiment));
    EXPECT_FALSE(applies(Channel::probe_critical_rate, softmax)) << "its head has no such rate";
    EXPECT_NE(definition(Channel::probe_steps, softmax, ""),
              definition(Channel::probe_steps, experiment, ""));
}

}  // namespace
}  // namespace muonscope
