// Matrices over the checkpoints of a training, and layers held against one another.

#include "core/weights/series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/linalg/dense_factors.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "core/weights/layer_alignment.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

void write(const std::string& path, const std::string& name, const Matrix& matrix) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    write_safetensors(
        path,
        {{name,
          {static_cast<std::uint64_t>(matrix.rows()), static_cast<std::uint64_t>(matrix.cols())},
          &tensor_type("F64"),
          values_from(matrix)}},
        {});
}

class WeightsSeries : public testing::Test {
  protected:
    ScratchFolder folder_;
    Generator generator_{4, Purpose::lab};
};

TEST_F(WeightsSeries, has_values_of_each_checkpoint_and_how_far_it_moved_from_the_first) {
    const Matrix start = generator_.normal_matrix(9, 6), step = generator_.normal_matrix(9, 6);
    for (int n : {0, 20, 100})
        write(folder_ / ("step-" + std::to_string(n) + ".safetensors"), "layers.0.weight",
              start + 0.01 * n * step);
    const std::vector<Checkpoint> series = series_in(folder_.path());
    ASSERT_EQ(series.size(), 3u);
    EXPECT_EQ(name_of(series[2]), "100");
    for (const Checkpoint& one : series) {
        const SeriesMatrix found =
            series_matrix(one.path, "layers.0.weight", series[0].path).finish();
        const double n = static_cast<double>(*one.number);
        EXPECT_EQ(found.fault, "");
        EXPECT_LT((found.values - singular_values(start + 0.01 * n * step)).norm(), 1e-12);
        EXPECT_NEAR(found.moved, 0.01 * n * step.norm() / start.norm(), 1e-12);
        EXPECT_NEAR(found.summary.largest, found.values(0), 0);
    }
}

TEST_F(WeightsSeries, of_several_series_in_one_folder_is_refused_by_name) {
    for (const char* lane : {"lane-1-sgd", "lane-2-muon"})
        for (int n : {0, 20})
            write(folder_ / (std::string(lane) + "/step-" + std::to_string(n) + ".safetensors"),
                  "w", Matrix::Identity(3, 3));
    EXPECT_MESSAGE(series_in(folder_.path()), "lane-1-sgd/step-0.safetensors");
    EXPECT_EQ(series_in(folder_ / "lane-2-muon").size(), 2u);
}

TEST_F(WeightsSeries, what_a_checkpoint_lacks_is_said_of_it_alone) {
    write(folder_ / "a-1.safetensors", "w", Matrix::Identity(3, 3));
    write(folder_ / "a-2.safetensors", "w", Matrix::Identity(4, 3));
    write(folder_ / "a-3.safetensors", "other", Matrix::Identity(3, 3));
    write_file(folder_ / "a-4.gguf", "GGUF and nothing");
    const std::string first = folder_ / "a-1.safetensors";
    const auto of = [&](const std::string& name) {
        return series_matrix(folder_ / name, "w", first).finish();
    };
    EXPECT_EQ(of("a-1.safetensors").moved, 0);
    EXPECT_EQ(of("a-2.safetensors").fault, "");
    EXPECT_TRUE(std::isnan(of("a-2.safetensors").moved));
    EXPECT_EQ(of("a-3.safetensors").fault, "it has no w");
    EXPECT_TRUE(contains(of("a-4.gguf").fault, "a-4.gguf"));
    EXPECT_TRUE(contains(of("none.gguf").fault, "none.gguf"));
}

// Columns of an orthogonal matrix.
Matrix directions(Generator& generator, Eigen::Index m) {
    return thin_svd(generator.normal_matrix(m, m)).u;
}

TEST_F(WeightsSeries, alignment_of_shared_directions_is_one_and_of_others_nothing) {
    const Eigen::Index m = 12, k = 3;
    const Matrix all = directions(generator_, m);
    const Matrix left = directions(generator_, 7), right = directions(generator_, 8);
    const Vector values = Vector::LinSpaced(k, 3, 1);
    // What A writes: directions 0, 1, 2 in turn. B reads 1, 0 and a mixture of 2 and 5.
    const Matrix writes = all.leftCols(k);
    Matrix reads(m, k);
    reads << all.col(1), all.col(0), 0.6 * all.col(2) + 0.8 * all.col(5);
    write(folder_ / "a.safetensors", "a",
          writes * values.asDiagonal() * right.leftCols(k).transpose());
    write(folder_ / "b.safetensors", "b",
          left.leftCols(k) * values.asDiagonal() * reads.transpose());
    const TensorFile a(folder_ / "a.safetensors"), b(folder_ / "b.safetensors");
    const LeadingVectors of_a = leading_vectors(a, a.entries()[0], k).finish();
    const LeadingVectors of_b = leading_vectors(b, b.entries()[0], k).finish();
    const LayerAlignment found = layer_alignment(of_a.u, of_b.v, 32);
    Matrix expected(k, k);
    expected << 0, 1, 0, 1, 0, 0, 0, 0, 0.36;
    EXPECT_LT((found.overlap - expected).norm(), 1e-12);
    EXPECT_NEAR(found.share, 2.36 / 3, 1e-12);
    EXPECT_EQ(found.dimension, m);
    EXPECT_NEAR(found.by_chance, 0.25, 1e-15);
    EXPECT_NEAR(layer_alignment(of_a.u, of_b.v, 1).share, 0, 1e-12);
    EXPECT_LT((of_a.s - values).norm(), 1e-12);
}

TEST_F(WeightsSeries, random_directions_share_what_is_said_of_them) {
    const Eigen::Index m = 60, k = 12;
    double sum = 0;
    const int draws = 200;
    for (int i = 0; i < draws; ++i)
        sum += layer_alignment(directions(generator_, m), directions(generator_, m), k).share;
    // Its sd over draws is about sqrt(2)/m: the mean of 200 is known within .002.
    EXPECT_NEAR(sum / draws, 0.2, 0.006);
}

TEST(ReadersOf, a_matrix_are_what_stands_behind_it) {
    const std::vector<std::string> chain{"layers.0.weight", "layers.1.weight", "layers.2.weight",
                                         "layers.1.bias"};
    EXPECT_EQ(readers_of("layers.0.weight", chain), (std::vector<std::string>{"layers.1.weight"}));
    EXPECT_TRUE(readers_of("layers.2.weight", chain).empty());
    std::vector<std::string> llama{"token_embd.weight"};
    for (const char* block : {"blk.0.", "blk.1."})
        for (const char* kind :
             {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"})
            llama.push_back(std::string(block) + kind + ".weight");
    EXPECT_EQ(readers_of("blk.0.ffn_up.weight", llama),
              (std::vector<std::string>{"blk.0.ffn_down.weight"}));
    EXPECT_EQ(readers_of("blk.0.ffn_down.weight", llama),
              (std::vector<std::string>{"blk.1.attn_q.weight", "blk.1.attn_k.weight",
                                        "blk.1.attn_v.weight", "blk.1.ffn_gate.weight",
                                        "blk.1.ffn_up.weight"}));
    EXPECT_EQ(readers_of("blk.0.attn_output.weight", llama),
              (std::vector<std::string>{"blk.0.ffn_gate.weight", "blk.0.ffn_up.weight",
                                        "blk.1.attn_q.weight", "blk.1.attn_k.weight",
                                        "blk.1.attn_v.weight", "blk.1.ffn_gate.weight",
                                        "blk.1.ffn_up.weight"}));
    EXPECT_TRUE(readers_of("blk.0.attn_v.weight", llama).empty());
    EXPECT_TRUE(readers_of("token_embd.weight", llama).empty());
    EXPECT_EQ(
        readers_of("model.layers.9.mlp.up_proj.weight",
                   {"model.layers.9.mlp.down_proj.weight", "model.layers.9.mlp.up_proj.weight",
                    "model.layers.10.mlp.up_proj.weight"}),
        (std::vector<std::string>{"model.layers.9.mlp.down_proj.weight"}));
}

}  // namespace
}  // namespace muonscope
