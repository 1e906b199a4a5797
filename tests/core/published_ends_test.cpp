#include "core/experiment/published/ends.h"

#include <gtest/gtest.h>

#include "core/documents/published_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"

namespace muonscope {
namespace {

TEST(PublishedEnds, are_those_of_the_printed_figures_phase_1_included) {
    const Published published = published_from_json(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/published.json", 1 << 20), "published.json");
    const auto end = [&](const Spec& spec, std::size_t lane) {
        return published_end(published, spec, lane);
    };
    EXPECT_EQ(end(preset("staged"), 0), 600 + 13436);
    EXPECT_EQ(end(preset("staged"), 1), 600 + 13321);
    EXPECT_EQ(end(preset("black-box"), 0), 600 + 11518);
    EXPECT_EQ(end(preset("tau"), 1), 23077);
    EXPECT_FALSE(end(preset("staged"), 2));
    for (const Spec& spec : presets())
        if (spec.name != "staged" && spec.name != "black-box" && spec.name != "tau") {
            EXPECT_FALSE(end(spec, 0)) << spec.name;
        }

    Spec other = preset("staged");
    other.experiment.seed = 1;
    EXPECT_FALSE(end(other, 0));
    other = preset("staged");
    other.lanes[0].phases[0].until.steps = 543;
    EXPECT_FALSE(end(other, 0));
    EXPECT_TRUE(end(other, 1));
    EXPECT_FALSE(published_end({}, preset("staged"), 0));
}

}  // namespace
}  // namespace muonscope
