#include "core/formats/checkpoints.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

std::vector<std::string> paths_of(const std::vector<Checkpoint>& checkpoints) {
    std::vector<std::string> paths;
    for (const Checkpoint& one : checkpoints) paths.push_back(one.path);
    return paths;
}

TEST(Checkpoints, stand_by_the_number_that_tells_them_apart) {
    const auto found = in_order({"step_1000.gguf", "step_20.gguf", "step_3.gguf"});
    EXPECT_EQ(paths_of(found),
              (std::vector<std::string>{"step_3.gguf", "step_20.gguf", "step_1000.gguf"}));
    EXPECT_EQ(found[2].number, 1000U);
    // The last digits are of the type, the first of the model.
    EXPECT_EQ(paths_of(in_order({"7b-200.f16.gguf", "7b-1000.f16.gguf"})),
              (std::vector<std::string>{"7b-200.f16.gguf", "7b-1000.f16.gguf"}));
    EXPECT_EQ(
        paths_of(in_order({"checkpoint-500/model.safetensors", "checkpoint-90/model.safetensors"})),
        (std::vector<std::string>{"checkpoint-90/model.safetensors",
                                  "checkpoint-500/model.safetensors"}));
    // In more than one: the last that differs.
    EXPECT_EQ(in_order({"epoch2-step10.npz", "epoch1-step5.npz"})[0].number, 5U);
}

TEST(Checkpoints, without_a_number_stand_first_and_by_name) {
    const auto found = in_order({"w2.npy", "start.npy", "end.npy", "w10.npy"});
    EXPECT_EQ(paths_of(found),
              (std::vector<std::string>{"end.npy", "start.npy", "w2.npy", "w10.npy"}));
    EXPECT_EQ(found[0].number, std::nullopt);
    EXPECT_EQ(found[3].number, 10U);
    EXPECT_EQ(in_order({"99999999999999999999999.npy"})[0].number, ~std::uint64_t{0});
    EXPECT_TRUE(in_order({}).empty());
}

TEST(Checkpoints, are_found_in_a_folder_and_right_below_it) {
    const ScratchFolder folder;
    for (const char* name : {"run7/step-20", "run7/step-3", "run7/deep/er"})
        std::filesystem::create_directories(folder / name);
    for (const char* name :
         {"run7/step-20/model.safetensors", "run7/step-3/model.safetensors",
          "run7/step-3/optimizer.bin", "run7/deep/er/model9.gguf", "run7/notes.txt"})
        std::ofstream(folder / name) << "x";
    const auto found = checkpoints_in(folder / "run7");
    EXPECT_EQ(paths_of(found),
              (std::vector<std::string>{folder / "run7/step-3/model.safetensors",
                                        folder / "run7/step-20/model.safetensors"}));
    EXPECT_EQ(found[1].number, 20U);
    EXPECT_MESSAGE(checkpoints_in(folder / "run7/deep/er/model9.gguf"), "cannot be read");
    EXPECT_MESSAGE(checkpoints_in(folder / "none"), "No such file");
    std::filesystem::create_directory(folder / "empty");
    EXPECT_MESSAGE(checkpoints_in(folder / "empty"), "holds no file of tensors");
}

}  // namespace
}  // namespace muonscope
