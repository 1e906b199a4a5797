// Tokens that singular vectors read and write, held against every cosine worked out one by one.

#include "core/weights/vector_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/formats/tensor_writer.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

namespace muonscope {
namespace {

using Index = Eigen::Index;

class VectorTokensOf : public testing::Test {
  protected:
    VectorTokensOf() { write_tiny_model(path); }

    // The tiny model with norms that are not all ones and, if asked, an unembedding of its own.
    std::string other_model(bool untied) {
        const TensorFile tiny(path);
        Generator generator(11, Purpose::lab);
        std::vector<Matrix> matrices;
        std::vector<WrittenTensor> tensors;
        for (const TensorEntry& entry : tiny.entries()) {
            Matrix matrix(entry.columns(), entry.rows());
            tiny.read(entry, std::span<double>(matrix.data(), matrix.size()));
            if (entry.shape.size() == 1) matrix = generator.normal_matrix(matrix.rows(), 1);
            matrices.push_back(matrix.transpose());
            tensors.push_back({entry.name, entry.shape, &tensor_type("F32"), {}});
        }
        if (untied) {
            matrices.push_back(generator.normal_matrix(259, 16));
            tensors.push_back({"output.weight", {259, 16}, &tensor_type("F32"), {}});
        }
        for (std::size_t i = 0; i < tensors.size(); ++i)
            tensors[i].values = values_from(matrices[i]);
        const std::string other = folder / (untied ? "untied.gguf" : "tied.gguf");
        write_gguf(other, tensors, tiny.metadata());
        return other;
    }
    static Matrix matrix_in(const TensorFile& file, const std::string& name) {
        const TensorEntry& entry = *file.find(name);
        Matrix matrix(entry.columns(), entry.rows());
        file.read(entry, std::span<double>(matrix.data(), matrix.size()));
        return matrix.transpose();
    }

    // One by one, from a decomposition of another kind.
    static std::vector<NearToken> by_hand(const Vector& vector, const Matrix& norm,
                                          const Matrix& embedding) {
        Vector direction = vector;
        for (Index i = 0; i < direction.size(); ++i) direction(i) *= norm.reshaped()(i);
        std::vector<NearToken> all;
        for (Index token = 0; token < embedding.rows(); ++token) {
            Vector row = embedding.row(token).transpose();
            for (Index i = 0; i < row.size(); ++i) row(i) -= embedding.col(i).mean();
            all.push_back(
                {static_cast<int>(token), row.dot(direction) / (row.norm() * direction.norm())});
        }
        std::sort(all.begin(), all.end(),
                  [](const NearToken& a, const NearToken& b) { return a.cosine > b.cosine; });
        return all;
    }
    static void expect_near(const std::vector<NearToken>& found,
                            const std::vector<NearToken>& expected, const std::string& what) {
        ASSERT_EQ(found.size(), 5u);
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_EQ(found[i].token, expected[i].token) << what << " " << i;
            EXPECT_NEAR(found[i].cosine, expected[i].cosine, 1e-9) << what << " " << i;
        }
    }

    ScratchFolder folder;
    std::string path = folder / "tiny.gguf";
};

TEST_F(VectorTokensOf, a_block_are_the_nearest_of_all_rows) {
    const std::pair<const char*, const char*> cases[] = {
        {"attn_q", "blk.1.attn_norm"}, {"attn_k", "blk.1.attn_norm"},
        {"attn_v", "blk.1.attn_norm"}, {"ffn_gate", "blk.1.ffn_norm"},
        {"ffn_up", "blk.1.ffn_norm"},  {"attn_output", "output_norm"},
        {"ffn_down", "output_norm"}};
    for (const bool untied : {false, true}) {
        const TensorFile file(other_model(untied));
        for (const auto& [kind, norm] : cases) {
            const std::string name = std::string("blk.1.") + kind + ".weight";
            const bool writes = std::string(norm) == "output_norm";
            const ThinSvd svd = thin_svd(matrix_in(file, name));
            const Matrix embedding =
                matrix_in(file, writes && untied ? "output.weight" : "token_embd.weight");
            const auto found = vector_tokens(file, *file.find(name), 1, 3, 5).finish();
            ASSERT_EQ(found.size(), 3u);
            for (Index i = 0; i < 3; ++i) {
                const VectorTokens& one = found[static_cast<std::size_t>(i)];
                EXPECT_EQ(one.k, i + 1);
                EXPECT_NEAR(one.value, svd.s(i + 1), 1e-9);
                std::vector<NearToken> expected =
                    by_hand((writes ? svd.u : svd.v).col(i + 1),
                            matrix_in(file, std::string(norm) + ".weight"), embedding);
                expect_near(one.towards, expected, name + " towards");
                std::reverse(expected.begin(), expected.end());
                expect_near(one.away, expected, name + " away");
            }
        }
    }
}

TEST_F(VectorTokensOf, the_last_vectors_are_as_many_as_there_are) {
    const TensorFile file(path);
    const TensorEntry& entry = *file.find("blk.0.attn_k.weight");  // 8 x 16
    EXPECT_EQ(vector_tokens(file, entry, 6, 10, 1000).finish().size(), 2u);
    EXPECT_EQ(vector_tokens(file, entry, 6, 10, 1000).finish()[0].towards.size(), 259u);
    EXPECT_TRUE(vector_tokens(file, entry, 8, 1, 5).finish().empty());
}

TEST_F(VectorTokensOf, other_matrices_and_other_models_are_refused) {
    EXPECT_FALSE(stream_side("token_embd.weight"));
    EXPECT_FALSE(stream_side("blk.3.attn_norm.weight"));
    EXPECT_EQ(stream_side("blk.3.ffn_gate")->norm, "blk.3.ffn_norm");
    EXPECT_FALSE(stream_side("blk.3.ffn_gate")->writes);
    EXPECT_TRUE(stream_side("blk.3.attn_output.weight")->writes);
    const TensorFile file(path);
    EXPECT_MESSAGE(vector_tokens(file, *file.find("token_embd.weight"), 0, 1, 5).finish(),
                   "no matrix of a block");
    const Matrix matrix = Matrix::Identity(3, 3);
    write_safetensors(folder / "model.safetensors",
                      {{"blk.0.ffn_up.weight", {3, 3}, &tensor_type("F32"), values_from(matrix)}},
                      {});
    const TensorFile other(folder / "model.safetensors");
    EXPECT_MESSAGE(vector_tokens(other, other.entries().front(), 0, 1, 5).finish(),
                   "no config.json lies beside it");
}

}  // namespace
}  // namespace muonscope
