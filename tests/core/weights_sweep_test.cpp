// One edit on every matrix in turn, and what is kept of it.

#include "core/weights/sweep.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "core/formats/files.h"
#include "core/formats/tensor_file.h"
#include "tests/scratch_cache.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

namespace muonscope {
namespace {

class WeightSweep : public testing::Test {
  protected:
    WeightSweep() {
        write_tiny_model(path);
        file.emplace(path);
        model.emplace(*file, 64, Workers{});
        tokens = model->plain("a text that is read");
    }
    std::map<std::string, TextScore> swept(const char* edit, std::vector<std::string> matrices) {
        std::map<std::string, TextScore> scores;
        sweep(*model, {edit_in(edit), std::move(matrices), tokens},
              [&](const std::string& name, TextScore score) { scores[name] = std::move(score); })
            .finish();
        return scores;
    }

    ScratchCache cache;
    ScratchFolder folder;
    std::string path = folder / "tiny.gguf";
    std::optional<TensorFile> file;
    std::optional<TalkingModel> model;
    std::vector<int> tokens;
};

TEST_F(WeightSweep, is_the_edit_on_each_matrix_alone) {
    const std::string first = "blk.0.ffn_down.weight", second = "blk.1.attn_v.weight";
    const auto scores = swept("*:drop-top=2", {first, second});
    ASSERT_EQ(scores.size(), 2u);
    EXPECT_FALSE(model->is_edited());
    for (const std::string& name : {first, second}) {
        model->set_edits({edit_in(name + ":drop-top=2")}).finish();
        const TextChange alone = model->change(tokens).finish();
        EXPECT_EQ(scores.at(name).mean, alone.mean);
        EXPECT_GT(alone.mean, 0);
        EXPECT_EQ(scores.at(name).drift, alone.drift);
    }
    // A muted edit acts on nothing.
    EXPECT_TRUE(swept("*:drop-top=2,muted", {first}).empty());
}

TEST_F(WeightSweep, is_kept_to_the_bit_by_file_edit_and_text) {
    const std::string name = "blk.0.ffn_down.weight", hash = hash_of(*file).finish();
    auto scores = swept("*:drop-top=1", {name});
    scores["odd"].error = std::numeric_limits<double>::infinity();
    const KeptSweep kept(hash, edit_in("*:drop-top=1"), tokens);
    EXPECT_TRUE(kept.load().empty());
    kept.save(scores);
    EXPECT_EQ(std::filesystem::path(kept.path()).parent_path(), cache.sweeps());
    // The target does not count: it is each matrix in turn.
    const auto loaded = KeptSweep(hash, edit_in("x:drop-top=1"), tokens).load();
    ASSERT_EQ(loaded.size(), 2u);
    const TextScore &there = loaded.at(name), &here = scores.at(name);
    EXPECT_EQ(there.mean, here.mean);
    EXPECT_EQ(there.error, here.error);
    EXPECT_EQ(there.median, here.median);
    EXPECT_EQ(there.quantile_99, here.quantile_99);
    EXPECT_EQ(there.largest, here.largest);
    EXPECT_EQ(there.same_top_share, here.same_top_share);
    EXPECT_EQ(there.perplexity_before, here.perplexity_before);
    EXPECT_EQ(there.perplexity_after, here.perplexity_after);
    EXPECT_EQ(there.drift, here.drift);
    EXPECT_FALSE(std::isfinite(loaded.at("odd").error));
    std::vector<int> other = tokens;
    other.back() += 1;
    EXPECT_TRUE(KeptSweep(hash, edit_in("*:drop-top=1"), other).load().empty());
    EXPECT_TRUE(KeptSweep(hash, edit_in("*:drop-top=2"), tokens).load().empty());
    EXPECT_TRUE(KeptSweep("0", edit_in("*:drop-top=1"), tokens).load().empty());
    write_file(kept.path(), "{\"scores\": [1");
    EXPECT_TRUE(kept.load().empty());
}

}  // namespace
}  // namespace muonscope
