// A setting as a line of text: short, whole, and refused when it is not.

#include "core/documents/setting_text.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/packed_text.h"

namespace muonscope {
namespace {

TEST(SettingText, of_every_preset_reads_back_to_the_same_spec) {
    for (const Spec& preset : presets()) {
        const std::string text = setting_text(preset);
        EXPECT_TRUE(is_setting_text(text));
        EXPECT_EQ(spec_from_setting_text(text), preset) << preset.name;
        EXPECT_LT(text.size(), 120u) << preset.name;
    }
}

TEST(SettingText, of_a_preset_with_twenty_changes_fits_a_chat) {
    Spec spec = preset("two-ways-up");
    const std::vector<std::pair<const char*, const char*>> changes{
        {"seed", "1234567"},
        {"network.depth", "5"},
        {"network.width", "48"},
        {"target.kind", "power_law"},
        {"target.scale", "2.37"},
        {"target.exponent", "1.3"},
        {"target.modes", "17"},
        {"init.scale", "0.317"},
        {"probe.steps", "35"},
        {"probe.lr", "0.0123"},
        {"probe.layer", "3"},
        {"run.speed", "200"},
        {"lanes.0.optimizer.lr", "0.0317"},
        {"lanes.0.optimizer.momentum", "0.9"},
        {"lanes.0.name", "SGD, fast"},
        {"lanes.1.optimizer.lr", "0.0053"},
        {"lanes.1.optimizer.momentum", "0.95"},
        {"lanes.1.optimizer.iterations", "7"},
        {"lanes.1.optimizer.schedule", "cosine"},
        {"lanes.1.name", "Muon, seven steps"}};
    ASSERT_EQ(changes.size(), 20u);
    for (const auto& [path, value] : changes) set(spec, path, value);
    const std::string text = setting_text(spec);
    EXPECT_LT(text.size(), 400u) << text;
    EXPECT_EQ(spec_from_setting_text(text), spec);
    // As a chat breaks it.
    std::string broken = " ";
    for (std::size_t i = 0; i < text.size(); ++i) {
        broken += text[i];
        if (i % 60 == 59) broken += "\r\n  ";
    }
    EXPECT_TRUE(is_setting_text(broken));
    EXPECT_EQ(spec_from_setting_text(broken + "\n"), spec);
}

TEST(SettingText, of_lanes_and_layers_and_of_no_preset_is_whole_too) {
    Spec spec = preset("two-ways-up");
    set(spec, "lanes.1.layers.2.optimizer.kind", "adamw");
    spec.lanes.push_back(spec.lanes.front());
    spec.lanes.back().name = "third";
    EXPECT_EQ(spec_from_setting_text(setting_text(spec)), spec);
    spec.lanes.erase(spec.lanes.begin());
    EXPECT_EQ(spec_from_setting_text(setting_text(spec)), spec);
    spec.name = "mine";
    spec.title = "Grüße, “quoted” \\ /~0~1";
    EXPECT_EQ(spec_from_setting_text(setting_text(spec)), spec);
}

TEST(SettingText, that_was_changed_or_cut_is_refused) {
    Spec spec = preset("two-ways-up");
    set(spec, "network.width", "64");
    const std::string text = setting_text(spec);
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_THROW(spec_from_setting_text(text.substr(0, i)), Error) << i;
        std::string other = text;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        // The last letter may hold bits that belong to no byte.
        if (i + 1 == text.size()) continue;
        EXPECT_THROW(spec_from_setting_text(other), Error) << i;
    }
    EXPECT_THROW(spec_from_setting_text(""), Error);
    EXPECT_THROW(spec_from_setting_text("muonscope1:é"), Error);
    EXPECT_FALSE(is_setting_text("two-ways-up"));
}

TEST(PackedText, stops_at_what_it_may_hold) {
    const std::string much(5'000'000, 'x');
    const std::string packed = packed_text(much, "x");
    EXPECT_LT(packed.size(), 20'000u);
    EXPECT_EQ(unpacked_text(packed, "x", much.size(), "it"), much);
    EXPECT_THROW(unpacked_text(packed, "x", much.size() - 1, "it"), Error);
    EXPECT_THROW(unpacked_text(packed, "another", much.size(), "it"), Error);
}

}  // namespace
}  // namespace muonscope
