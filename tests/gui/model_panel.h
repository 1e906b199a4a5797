#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/gui/model_weights.h"
#include "core/formats/tensor_writer.h"
#include "core/random/generator.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {

// The panel *Model weights* in front, and a small file to open there.
class ModelWeightsPanel : public testing::Test {
  protected:
    explicit ModelWeightsPanel(int threads = 0) : harness({1600, 900}, 1, threads) {
        Generator generator(3, Purpose::lab);
        const TensorType& type = tensor_type("F64");
        std::vector<WrittenTensor> tensors;
        // In the order of letters: block 10 before block 2.
        for (int block : {1, 10, 2})
            for (const char* kind : {"down", "up"}) {
                matrices.push_back(generator.normal_matrix(14, 10));
                names.push_back("blk." + std::to_string(block) + "." + kind + ".weight");
            }
        for (std::size_t i = 0; i < names.size(); ++i)
            tensors.push_back({names[i], {14, 10}, &type, values_from(matrices[i])});
        write_safetensors(path, tensors, {});
        harness.frames(4);
        ImGui::SetWindowFocus("Model weights");
        harness.frames(3);
    }
    void open() {
        harness.chosen<ModelChoices>().file = {path};
        harness.frames_until([&] { return model().known == names.size(); });
        harness.frames(3);
    }
    ModelWeights& model() { return harness.kept<ModelWeights>(); }
    const Matrix& matrix_of(const std::string& name) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return matrices[i];
        ADD_FAILURE() << name;
        return matrices.front();
    }
    void click_word(const std::string& text) {
        const auto words = drawing().in("Model weights").all(text);
        ASSERT_FALSE(words.empty()) << text << "\n" << drawing().in("Model weights").text();
        harness.click(words.front().middle());
        harness.frames(2);
    }
    // In a menu or a dialog that lies over the panel.
    void click_over(const std::string& text) {
        const auto words = drawing().all(text);
        ASSERT_EQ(words.size(), 1u) << text << "\n" << drawing().text();
        harness.click(words.front().middle());
        harness.frames(3);
    }

    ScratchFolder folder;
    std::string path = folder / "model.safetensors";
    std::vector<Matrix> matrices;
    std::vector<std::string> names;
    Harness harness;
};

}  // namespace muonscope::gui
