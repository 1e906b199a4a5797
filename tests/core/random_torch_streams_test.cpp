#include "core/random/torch_streams.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/base/error.h"

namespace muonscope {
namespace {

// Random123's kat_vectors, philox4x32 10.
TEST(Philox, gives_its_authors_known_answers) {
    using Words = std::array<std::uint32_t, 4>;
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
              (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
              (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(
        philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
        (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// The reference program seeded with 5489, and the 10000th output that the C++ standard asks for.
TEST(Mt19937, gives_its_authors_known_answers) {
    std::mt19937 twister(5489);
    for (std::uint32_t wanted : {3499211612U, 581869302U, 3890346734U, 3586334585U, 545404204U})
        EXPECT_EQ(twister(), wanted);
    twister.discard(10000 - 6);
    EXPECT_EQ(twister(), 4123659995U);
}

TEST(TorchStreams, a_draw_goes_on_where_the_last_one_ended) {
    TorchCuda cuda(5);
    const Matrix first = cuda.normal_matrix(16, 16), second = cuda.normal_matrix(16, 16);
    EXPECT_NE(first, second);
    EXPECT_EQ(first, TorchCuda(5).normal_matrix(16, 16));
    TorchCpu cpu(5);
    cpu.normal_matrix(4, 4);
    EXPECT_EQ(cpu.normal_matrix(4, 4), TorchCpu(5).normal_matrix(8, 4).bottomRows(4));
}

// A seed of more than 32 bits has its high word in the key.
TEST(TorchStreams, every_bit_of_a_cuda_seed_counts) {
    EXPECT_NE(TorchCuda(1).normal_matrix(4, 4),
              TorchCuda((std::uint64_t{1} << 32) + 1).normal_matrix(4, 4));
}

TEST(TorchStreams, a_size_the_cpu_draws_by_other_rules_is_refused) {
    EXPECT_THROW(TorchCpu(0).normal_matrix(3, 5), Error);
    EXPECT_THROW(TorchCpu(0).normal_matrix(5, 5), Error);
}

TEST(TorchStreams, numbers_are_normal) {
    for (const Matrix& matrix :
         {TorchCpu(3).normal_matrix(500, 400), TorchCuda(3).normal_matrix(500, 400)}) {
        const double n = static_cast<double>(matrix.size());
        EXPECT_NEAR(matrix.mean(), 0, 5 / std::sqrt(n));
        EXPECT_NEAR(matrix.squaredNorm() / n, 1, 5 * std::sqrt(2 / n));
        EXPECT_NEAR(matrix.array().pow(4).mean(), 3, 5 * std::sqrt(96 / n));
        EXPECT_GT(matrix.array().abs().maxCoeff(), 4);
    }
}

struct Pinned {
    const char* what;
    Matrix matrix;
    double first, last, mean;
};

// The matrices of the published runs. That they are the published ones is what the figures of
// those runs show, met to the step with them; here they are pinned, so that a change is seen first.
TEST(TorchStreams, the_published_matrices_are_pinned) {
    TorchCuda black_box(10), probe(7), teacher(22);
    const std::vector<Pinned> pinned = {
        {"A", TorchCpu(0).normal_matrix(64, 64) / 8, -0.288801475029272, -0.0439723620960782,
         -0.002215470540518396},
        {"W_1", TorchCuda(0).normal_matrix(64, 64) / 8, -0.03879946700004704, -0.2258798470104485,
         0.0001812927033300629},
        {"W_2", TorchCuda(1).normal_matrix(64, 64) / 8, -0.05723381507762031, 0.05088277573142485,
         0.002034282964761305},
        {"W_3", TorchCuda(2).normal_matrix(64, 64) / 8, 0.08722348843215516, 0.09664066130700641,
         0.0002668179047977521},
        {"black box, hidden", black_box.normal_matrix(64, 64) / 8, 0.1121174792908959,
         -0.03797142311250767, -0.002813959716664452},
        {"black box, output", black_box.normal_matrix(64, 64) / 8, -0.1148742944531023,
         -0.03870510247254603, 0.001472287338263643},
        {"probe, X", probe.normal_matrix(4096, 64), 0.3886799689909573, -0.1282852321488455,
         0.001053817602694223},
        {"probe, teacher", probe.normal_matrix(8, 64) / 8, -0.02214324968183625, 0.1663574314434491,
         0.007623336340718118},
        {"MLP, X", TorchCuda(21).normal_matrix(512, 32), 1.937305390651718, 0.6305796454598481,
         0.005882124685809649},
        {"MLP, teacher 1", teacher.normal_matrix(32, 32) / std::sqrt(32.0), 0.2211843670272487,
         0.1082396245652165, -0.005944351922227438},
        {"MLP, teacher 2", teacher.normal_matrix(32, 32) / std::sqrt(32.0), 0.006071151015843762,
         0.1496142163993213, 0.001629187934076089},
        {"MLP, student 1", TorchCuda(3).normal_matrix(32, 32) / std::sqrt(32.0),
         -0.3646466303467343, 0.06034808859968278, -0.004681971645430278},
    };
    for (const Pinned& p : pinned) {
        SCOPED_TRACE(p.what);
        const Matrix& m = p.matrix;
        EXPECT_NEAR(m(0, 0), p.first, 1e-14);
        EXPECT_NEAR(m(m.rows() - 1, m.cols() - 1), p.last, 1e-14);
        EXPECT_NEAR(m.mean(), p.mean, 1e-14);
    }
}

}  // namespace
}  // namespace muonscope
