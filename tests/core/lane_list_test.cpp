// Lanes are copied, removed and moved as values.

#include "core/experiment/lane_list.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/experiment/presets.h"

namespace muonscope {
namespace {

std::vector<std::string> names(const Spec& spec) {
    std::vector<std::string> names;
    for (const Recipe& recipe : spec.lanes) names.push_back(recipe.name);
    return names;
}
using Names = std::vector<std::string>;

TEST(LaneList, copies_a_lane_behind_itself_under_a_free_name) {
    const Spec spec = preset("two-ways-up");
    Spec more = with_copy_of_lane(spec, 0);
    EXPECT_EQ(names(more), (Names{"SGD", "SGD 2", "Muon"}));
    Recipe copy = more.lanes[1];
    copy.name = "SGD";
    EXPECT_EQ(copy, spec.lanes[0]);
    more = with_copy_of_lane(more, 1);
    EXPECT_EQ(names(more), (Names{"SGD", "SGD 2", "SGD 3", "Muon"}));
    more.lanes[3].name = "7";
    EXPECT_EQ(names(with_copy_of_lane(more, 3))[4], "7 2");
    EXPECT_NO_THROW(validate(more));
}

TEST(LaneList, has_at_most_as_many_as_a_spec_may_have) {
    Spec spec = preset("two-ways-up");
    while (spec.lanes.size() < most_lanes) spec = with_copy_of_lane(spec, 1);
    EXPECT_NO_THROW(validate(spec));
    EXPECT_THROW(with_copy_of_lane(spec, 1), Error);
    spec.lanes.push_back(spec.lanes[0]);
    EXPECT_THROW(validate(spec), Error);
}

TEST(LaneList, loses_any_but_the_last_lane) {
    const Spec spec = preset("two-ways-up");
    EXPECT_EQ(names(without_lane(spec, 0)), Names{"Muon"});
    EXPECT_EQ(names(without_lane(spec, 1)), Names{"SGD"});
    EXPECT_THROW(without_lane(without_lane(spec, 0), 0), Error);
    EXPECT_THROW(without_lane(spec, 2), Error);
}

TEST(LaneList, moves_a_lane_as_far_as_there_is_another) {
    const Spec spec = with_copy_of_lane(preset("two-ways-up"), 1);
    EXPECT_EQ(names(with_lane_moved(spec, 0, 1)), (Names{"Muon", "SGD", "Muon 2"}));
    EXPECT_EQ(names(with_lane_moved(spec, 2, -1)), (Names{"SGD", "Muon 2", "Muon"}));
    EXPECT_EQ(with_lane_moved(spec, 0, -1), spec);
    EXPECT_EQ(with_lane_moved(spec, 2, 1), spec);
}

}  // namespace
}  // namespace muonscope
