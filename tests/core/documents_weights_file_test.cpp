// Weights of lanes as model files.

#include "core/documents/weights_file.h"

#include <gtest/gtest.h>

#include "core/base/program.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

TEST(WeightsFile, has_every_bit_of_the_snapshot_and_says_where_it_is_from) {
    Spec spec = preset("rectangular");
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(7, pool);
    const auto snapshot = session.snapshot();
    ScratchFolder folder;
    const std::string path = folder / "one.safetensors";
    write_weights(path, lane_weights(*snapshot, 1));
    const TensorFile file(path);
    const std::vector<Matrix>& layers = *snapshot->lanes[1].weights;
    ASSERT_EQ(file.entries().size(), layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const TensorEntry* entry = file.find("layers." + std::to_string(i) + ".weight");
        ASSERT_NE(entry, nullptr) << i;
        EXPECT_EQ(entry->type_name, "F64");
        EXPECT_EQ(read_matrix(file, *entry), layers[i]);
    }
    EXPECT_NE(layers[0].rows(), layers[0].cols());  // a transposed one would not be the same
    EXPECT_EQ(file.metadata().text("preset"), "rectangular");
    EXPECT_EQ(file.metadata().text("lane"), snapshot->lanes[1].name);
    EXPECT_EQ(file.metadata().text("step"), "7");
    EXPECT_TRUE(contains(*file.metadata().text("program"), program_version()));
}

TEST(WeightsFile, of_a_lane_that_is_lost_names_the_step_that_the_weights_are_of) {
    Spec spec = preset("two-ways-up");
    spec.lanes[0].phases[0].optimizer.lr = 10;
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(100, pool);
    ASSERT_TRUE(session.diverged());
    const auto sound = session.snapshot({.show = Session::Show::what_is_sound});
    const LaneWeights weights = lane_weights(*sound, 0);
    EXPECT_EQ(weights.step, sound->lanes[0].sound_step);
    Session again(spec);
    again.advance_to(weights.step, pool);
    EXPECT_EQ((*weights.layers)[0], again.lane(0).weights()[0]);
    EXPECT_EQ(lane_weights(*session.snapshot(), 0).step, sound->lanes[0].step);
}

TEST(WeightsFile, folders_of_lanes_have_names_that_any_system_takes) {
    EXPECT_EQ(lane_folder(1, "SGD, heavy ball"), "lane-2-sgd-heavy-ball");
    EXPECT_EQ(lane_folder(0, "…"), "lane-1");
    EXPECT_EQ(weights_file_name(500), "step-500.safetensors");
}

}  // namespace
}  // namespace muonscope
