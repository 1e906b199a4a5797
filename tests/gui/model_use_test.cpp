// A matrix of a model file as target, as start and in the lab.

#include "app/gui/model_use.h"

#include <gtest/gtest.h>

#include "app/gui/lab.h"
#include "core/experiment/presets.h"
#include "core/formats/tensor_writer.h"
#include "core/random/generator.h"
#include "core/weights/edit_stack.h"
#include "core/weights/tensor_reference.h"
#include "tests/errors.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

class ModelUse : public testing::Test {
  protected:
    ModelUse() {
        Generator generator(8, Purpose::lab);
        first = generator.normal_matrix(8, 5);
        second = generator.normal_matrix(6, 8);
        const TensorType& type = tensor_type("F64");
        write_safetensors(path,
                          {{"layers.0.weight", {8, 5}, &type, values_from(first)},
                           {"layers.1.weight", {6, 8}, &type, values_from(second)}},
                          {});
        Spec spec = preset("two-ways-up");
        spec.experiment.run.steps = 3;
        harness.train(spec);
        harness.now();
        harness.frames(4);
        ImGui::SetWindowFocus("Model weights");
        harness.chosen<ModelChoices>().file = {path};
        harness.frames_until([&] { return model().known == 2; });
        harness.frames(3);
    }
    ModelWeights& model() { return harness.kept<ModelWeights>(); }
    void use_as(const std::string& what) {
        harness.click(drawing().in("Model weights").word("Use…")->middle());
        harness.frames(3);
        harness.click(drawing().word(what)->middle());
        harness.frames(2);
    }

    ScratchFolder folder;
    std::string path = folder / "m.safetensors";
    Matrix first, second;
    Harness harness{{1600, 900}};
};

TEST_F(ModelUse, as_target_gives_the_network_its_ends_and_the_spec_its_hash) {
    use_as("Target of the training");
    const Snapshot& now = harness.now();
    ASSERT_NE(now.problem, nullptr);
    EXPECT_EQ(now.problem->target, first);
    EXPECT_EQ(layer_widths(now.spec->experiment.network), (std::vector<int>{5, 32, 32, 8}));
    const TensorReference named = reference_in(now.spec->experiment.target.file);
    EXPECT_EQ(named.path, path);
    EXPECT_EQ(named.tensor, "layers.0.weight");
    EXPECT_EQ(named.sha256.size(), 64u);
}

TEST_F(ModelUse, with_edits_is_what_they_make_of_it) {
    harness.chosen<ModelChoices>().edits = {"layers.0:drop-top=1", "*:scale=2:3,muted",
                                            "layers.1:flatten"};
    harness.frames(3);
    ASSERT_EQ(model().stack.size(), 3u);
    const std::vector<WeightEdit> stack{edit_in("*:drop-top=1")}, other{edit_in("*:flatten")};
    const Matrix edited = edited_matrix(stack, "w", first).matrix;
    use_as("Target of the training");
    EXPECT_EQ(harness.now().problem->target, edited);
    const TensorReference named = reference_in(harness.now().spec->experiment.target.file);
    ASSERT_EQ(named.edits.size(), 1u);  // what is muted, and what is meant for others, is not there
    EXPECT_EQ(named.tensor, "layers.0.weight");
    const auto start = with_start(preset("two-ways-up"), model(), model().matrices[0]);
    ASSERT_TRUE(start);
    EXPECT_EQ(read_reference(start->experiment.init.files[0]), edited);
    EXPECT_EQ(read_reference(start->experiment.init.files[1]),
              edited_matrix(other, "w", second).matrix);
    harness.click(drawing().in("Model weights").word("Use…")->middle());
    harness.frames(3);
    EXPECT_FALSE(drawing().all("layers.0, with its edit").empty()) << drawing().text();
    harness.click(drawing().word("Gradient in the lab")->middle());
    harness.frames(2);
    EXPECT_EQ(bench_matrix(harness.kept<Lab>().wish), edited);
}

TEST_F(ModelUse, as_start_takes_all_layers_of_the_chain) {
    use_as("Start of the training, 2 layers");
    const Snapshot& now = harness.now();
    ASSERT_EQ(now.problem->start.size(), 2u);
    EXPECT_EQ(now.problem->start[0], first);
    EXPECT_EQ(now.problem->start[1], second);
    EXPECT_EQ(now.spec->name, "two-ways-up");
}

TEST_F(ModelUse, as_gradient_is_what_the_lab_works_on) {
    use_as("Gradient in the lab");
    Lab& bench = harness.kept<Lab>();
    EXPECT_EQ(bench.wish.source, LabSource::file);
    harness.frames(4);
    ASSERT_FALSE(drawing().in("Orthogonaliser lab").words.empty());
    harness.frames_until(
        [&] { return bench.outcome.rows == 8 && bench.outcome.wish == bench.wish; });
    EXPECT_EQ(bench_matrix(bench.wish), first);
    EXPECT_NEAR(bench.outcome.norm, first.norm(), 1e-12);
}

TEST_F(ModelUse, what_is_no_chain_is_no_start) {
    const Spec spec = preset("two-ways-up");
    ModelMatrix& last = model().matrices[1];
    EXPECT_TRUE(with_start(spec, model(), last));
    last.block = 3;  // a layer between is missing
    EXPECT_FALSE(with_start(spec, model(), last));
    last.block = 1;
    last.shape = {6, 7};  // it does not read what the one before writes
    EXPECT_FALSE(with_start(spec, model(), last));
    last.shape = {6, 2000};
    EXPECT_FALSE(with_target(spec, model(), last));
}

}  // namespace
}  // namespace muonscope::gui
