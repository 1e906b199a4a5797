// Spectra of tensors and edits of their singular values, held against numpy and powerlaw
// (tests/golden/weight_spectra.py).

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/formats/files.h"
#include "core/formats/tensor_file.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "core/weights/edit.h"
#include "core/weights/edit_stack.h"
#include "core/weights/edited_file.h"
#include "core/weights/noise_spectrum.h"
#include "core/weights/random_vectors.h"
#include "core/weights/selection.h"
#include "core/weights/spectrum_summary.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/core/golden_matrix.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Index = Eigen::Index;
using Json = nlohmann::json;

const Json& golden() {
    static const Json json = Json::parse(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/weight_spectra.json", std::size_t{1} << 24));
    return json;
}

// As weight_spectra.py's.
Matrix heavy(std::uint64_t seed, Index rows, Index cols) {
    Matrix matrix = GoldenDraws(seed).matrix(rows, cols);
    for (Index j = 0; j < cols; ++j) matrix.col(j) *= std::ldexp(1.0, -static_cast<int>(j / 4));
    return matrix;
}

std::span<const double> entries_of(const Vector& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

// A safetensors file of one tensor "w" of doubles, row by row, under any shape.
std::string file_of(const std::string& path, const Matrix& matrix, const std::string& shape) {
    const std::string header = R"({"w":{"dtype":"F64","shape":)" + shape +
                               R"(,"data_offsets":[0,)" + std::to_string(matrix.size() * 8) + "]}}";
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>((static_cast<std::uint64_t>(header.size()) >> (8 * i)) & 255);
    const Matrix rows = matrix.transpose();
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(rows.data()),
                 static_cast<std::size_t>(rows.size()) * 8);
    write_file(path, bytes);
    return path;
}

std::string shape_of(const Matrix& matrix) {
    return "[" + std::to_string(matrix.rows()) + "," + std::to_string(matrix.cols()) + "]";
}

TEST(TensorSpectrum, values_are_those_of_numpys_svd_and_so_are_what_sums_them_up) {
    ScratchFolder folder;
    for (const Json& known : golden().at("spectra")) {
        const Matrix matrix = heavy(known.at("seed"), known.at("rows"), known.at("cols"));
        const TensorFile file(file_of(folder / "w.safetensors", matrix, shape_of(matrix)));
        const TensorEntry& entry = file.entries().front();
        const Vector values = tensor_values(file, entry).finish();
        ASSERT_EQ(values.size(), static_cast<Index>(known.at("values").size()));
        for (Index k = 0; k < values.size(); ++k)
            EXPECT_NEAR(values(k), known.at("values").at(k).get<double>(), 1e-11 * values(0)) << k;
        const SpectrumSummary summary = summary_of(entries_of(values), *matrix_shape(entry));
        const std::pair<const char*, double> numbers[] = {
            {"norm", summary.norm},
            {"stable_rank", summary.stable_rank},
            {"entropy", summary.entropy},
            {"condition", summary.condition},
            {"gap", summary.gap},
            {"tail", summary.tail},
            {"least", power_law_tail(entries_of(values)).least}};
        for (const auto& [name, value] : numbers)
            EXPECT_NEAR(value / known.at(name).get<double>(), 1, 1e-8) << name;
    }
}

TEST(TensorSpectrum, parts_of_tall_and_wide_matrices_come_to_the_same_as_all_at_once) {
    ScratchFolder folder;
    for (const auto& [rows, cols] :
         {std::pair<Index, Index>{2500, 3}, {3, 2500}, {600, 90}, {90, 3000}}) {
        const Matrix matrix = GoldenDraws(7).matrix(rows, cols);
        const TensorFile file(file_of(folder / "w.safetensors", matrix, shape_of(matrix)));
        const Vector values = tensor_values(file, file.entries().front()).finish();
        const Vector known = singular_values(matrix);
        EXPECT_LT((values - known).norm(), 1e-11 * known(0)) << rows << " x " << cols;
    }
}

TEST(TensorSpectrum, a_tensor_of_more_dimensions_is_its_first_by_all_others) {
    ScratchFolder folder;
    const Matrix matrix = GoldenDraws(3).matrix(6, 20);
    const TensorFile file(file_of(folder / "w.safetensors", matrix, "[6,4,5]"));
    const TensorEntry& entry = file.entries().front();
    ASSERT_TRUE(matrix_shape(entry));
    EXPECT_EQ(matrix_shape(entry)->rows, 6);
    EXPECT_EQ(matrix_shape(entry)->cols, 20);
    EXPECT_EQ(read_matrix(file, entry), matrix);
    for (const char* shape : {"[120]", "[120,1]", "[1,120]"}) {
        const TensorFile other(file_of(folder / "w.safetensors", matrix, shape));
        EXPECT_FALSE(matrix_shape(other.entries().front())) << shape;
        EXPECT_TRUE(contains(why_no_spectrum(other.entries().front()), "no matrix")) << shape;
    }
}

TEST(TensorSpectrum, a_number_that_is_none_gives_none) {
    ScratchFolder folder;
    for (const auto& [rows, cols] : {std::pair<Index, Index>{8, 8}, {40, 4}, {4, 40}}) {
        Matrix matrix = GoldenDraws(7).matrix(rows, cols);
        matrix(2, 1) = std::numeric_limits<double>::quiet_NaN();
        const TensorFile file(file_of(folder / "w.safetensors", matrix, shape_of(matrix)));
        const Vector values = tensor_values(file, file.entries().front()).finish();
        EXPECT_TRUE(values.array().isNaN().all());
        EXPECT_TRUE(std::isnan(summary_of(entries_of(values), {rows, cols}).largest));
    }
}

TEST(TensorSpectrum, vectors_rebuild_the_matrix_with_signs_by_one_rule) {
    Matrix poor = GoldenDraws(5).matrix(12, 8);
    poor.col(7) = poor.col(0) + 1e-9 * poor.col(1);  // the Gram matrix does not see this one
    for (const Matrix& matrix :
         {heavy(1, 9, 7), heavy(2, 7, 9), Matrix(GoldenDraws(4).matrix(8, 8)), poor}) {
        const ThinSvd svd = tensor_svd(matrix);
        const Index rank = svd.s.size();
        const Matrix unit = Matrix::Identity(rank, rank);
        EXPECT_LT((svd.u * svd.s.asDiagonal() * svd.v.transpose() - matrix).norm(),
                  1e-13 * svd.s(0));
        EXPECT_LT((svd.u.transpose() * svd.u - unit).norm(), 1e-9);
        EXPECT_LT((svd.v.transpose() * svd.v - unit).norm(), 1e-9);
        for (Index k = 0; k < rank; ++k) {
            Index largest = 0;
            svd.v.col(k).cwiseAbs().maxCoeff(&largest);
            EXPECT_GT(svd.v(largest, k), 0) << k;
            EXPECT_LE(svd.s(k), svd.s(std::max<Index>(k - 1, 0)));
        }
    }
}

TEST(NoiseEdges, hold_the_values_of_independent_entries) {
    const Matrix noise = GoldenDraws(11).matrix(300, 100);
    const Vector values = singular_values(noise);
    const NoiseEdges edges = noise_edges(norm(values), {300, 100});
    EXPECT_NEAR(values(0) / edges.largest, 1, .03);
    EXPECT_NEAR(values(99) / edges.least, 1, .06);
    EXPECT_LE(summary_of(entries_of(values), {300, 100}).beyond_edge, 1);
    Matrix spiked = noise;
    spiked += 5 * Vector::Ones(300) * Vector::Ones(100).transpose() / std::sqrt(300.);
    EXPECT_EQ(summary_of(entries_of(singular_values(spiked)), {300, 100}).beyond_edge, 1);
}

// Means over many draws of each value, against those of matrices that are drawn entry by entry.
TEST(NoiseSpectrum, has_the_law_of_a_matrix_of_independent_entries) {
    constexpr int draws = 4000;
    for (const MatrixShape& shape : {MatrixShape{5, 3}, MatrixShape{3, 40}, MatrixShape{4, 4}}) {
        Vector sum = Vector::Zero(shape.rank()), direct = sum, squares = sum;
        for (int i = 0; i < draws; ++i) {
            const Vector one = noise_values(shape, 1, static_cast<std::uint64_t>(i));
            Generator generator(static_cast<std::uint64_t>(i), Purpose::lab);
            Vector other = singular_values(generator.normal_matrix(shape.rows, shape.cols));
            other /= norm(other);
            sum += one;
            direct += other;
            squares += (one - other).cwiseAbs2();
            EXPECT_NEAR(norm(one), 1, 1e-12);
        }
        for (Index k = 0; k < shape.rank(); ++k) {
            const double error = std::sqrt(squares(k)) / draws;
            EXPECT_LT(std::abs(sum(k) - direct(k)) / draws, 4 * error) << k;
        }
    }
    const Vector large = noise_values({49152, 576}, 10, 0);
    const NoiseEdges edges = noise_edges(10, {49152, 576});
    EXPECT_NEAR(large(0) / edges.largest, 1, .01);
    EXPECT_NEAR(large(575) / edges.least, 1, .01);
}

TEST(Edits, make_of_a_matrix_what_numpy_makes) {
    const Matrix matrix = heavy(5, 9, 7);
    const ThinSvd factors = tensor_svd(matrix);
    for (const Json& known : golden().at("edits")) {
        const std::vector<WeightEdit> stack{edit_in(known.at("edit").get<std::string>())};
        const EditedTensor after = edited(stack, "w", {9, 7}, factors.s, [&] { return factors; });
        EXPECT_LT((edited_matrix(matrix, factors, after) - matrix_of(known.at("matrix"))).norm(),
                  1e-12 * factors.s(0))
            << known.at("edit");
    }
}

TEST(Edits, are_written_as_they_are_read) {
    for (const char* text :
         {"blk.11.ffn_down:drop-top=1", "*:keep=25%", "a+b:energy=0.9,norm=frobenius", "w:flatten",
          "w:flatten,norm=free", "w:power=-0.5", "w:clip=0.5", "w:scale=2-8:0.25", "w:set=1:0",
          "w:orthogonalise=jordan:5", "w:orthogonalise=svd,norm=spectral", "w:noise=7,muted"}) {
        EXPECT_EQ(text_of(edit_in(text)), text);
        EXPECT_EQ(edit_in(text_of(edit_in(text))), edit_in(text)) << text;
        EXPECT_FALSE(words_of(edit_in(text)).empty());
    }
}

TEST(Edits, that_cannot_be_are_refused_with_the_part_at_fault) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "which matrices"},
        {"w", "which matrices"},
        {":keep=1", "which matrices"},
        {"w:kep=1", "did you mean keep"},
        {"w:keep", "how much"},
        {"w:keep=", "'' is not a number"},
        {"w:keep=x", "'x' is not a number"},
        {"w:keep=1.5", "whole number"},
        {"w:keep=-1", "from 0"},
        {"w:keep=120%", "from 0 to 100"},
        {"w:energy=0", "from"},
        {"w:energy=1.5", "to 1"},
        {"w:power=9", "to 4"},
        {"w:power=nan", "is not a number"},
        {"w:flatten=1", "no amount"},
        {"w:scale=.5", "which values"},
        {"w:scale=0:.5", "range of ranks"},
        {"w:scale=5-2:.5", "range of ranks"},
        {"w:scale=1-2-3:.5", "range"},
        {"w:set=1:-1", "from 0"},
        {"w:orthogonalise=jordon", "did you mean jordan"},
        {"w:orthogonalise=svd:3", "iterations"},
        {"w:orthogonalise=jordan:99", "iterations"},
        {"w:keep=1,norm=big", "norm=frobenius"},
        {"w:keep=1,loud", "norm=free"}};
    for (const auto& [text, part] : cases)
        EXPECT_TRUE(contains(error_of([&] { static_cast<void>(edit_in(text)); }), part))
            << text << ": " << error_of([&] { static_cast<void>(edit_in(text)); });
}

TEST(EditStack, each_edit_finds_what_those_before_it_left_and_counts_anew) {
    const Vector values = Vector{{8, 4, 2, 1}};
    const auto none = []() -> ThinSvd { throw std::logic_error("vectors are not needed"); };
    const std::vector<WeightEdit> stack{edit_in("w:scale=1:.125"), edit_in("w:drop-top=1"),
                                        edit_in("x:flatten"), edit_in("w:keep=2,muted")};
    const EditedTensor after = edited(stack, "w.weight", {4, 4}, values, none);
    // 8 -> 1; then 4 is the largest.
    EXPECT_EQ(after.values, (Vector{{1, 0, 2, 1}}));
    EXPECT_EQ(after.sorted(), (Vector{{2, 1, 1, 0}}));
    ASSERT_EQ(after.effects.size(), 2u);
    EXPECT_EQ(after.effects[1].edit, 1u);
    EXPECT_EQ(after.effects[0].changed, 1);
    EXPECT_DOUBLE_EQ(after.effects[0].energy, 22. / 85);
    EXPECT_DOUBLE_EQ(*after.effects[0].change, std::sqrt(49. / 85));
    EXPECT_DOUBLE_EQ(after.effects[1].energy, 6. / 22);
}

TEST(EditStack, muting_everything_restores_every_bit) {
    const Matrix matrix = heavy(5, 9, 7);
    const ThinSvd factors = tensor_svd(matrix);
    const auto vectors = [&] { return factors; };
    std::vector<WeightEdit> stack{edit_in("w:drop-top=1"), edit_in("w:noise=3"),
                                  edit_in("w:power=.5")};
    EXPECT_NE(edited_matrix(matrix, factors, edited(stack, "w", {9, 7}, factors.s, vectors)),
              matrix);
    for (WeightEdit& edit : stack) edit.muted = true;
    EXPECT_EQ(edited_matrix(matrix, factors, edited(stack, "w", {9, 7}, factors.s, vectors)),
              matrix);
}

TEST(EditStack, noise_has_the_spectrum_and_none_of_the_vectors) {
    const Matrix matrix = heavy(5, 30, 20);
    const ThinSvd factors = tensor_svd(matrix);
    const std::vector<WeightEdit> stack{edit_in("w:noise=3")};
    const EditedTensor after = edited(stack, "w", {30, 20}, factors.s, [&] { return factors; });
    const Matrix noise = edited_matrix(matrix, factors, after);
    EXPECT_LT((singular_values(noise) - factors.s).norm(), 1e-12 * factors.s(0));
    EXPECT_NEAR(*after.effects[0].change, (noise - matrix).norm() / matrix.norm(), 1e-12);
    EXPECT_GT(*after.effects[0].change, 1);
    const std::vector<WeightEdit> other{edit_in("w:noise=4")};
    EXPECT_NE(edited_matrix(matrix, factors,
                            edited(other, "w", {30, 20}, factors.s, [&] { return factors; })),
              noise);
}

TEST(RandomVectors, of_tall_matrices_are_those_of_householders_reflections) {
    for (const auto& [rows, cols] : {std::pair{200, 50}, {200, 51}, {900, 30}, {7, 1}, {40, 40}}) {
        Generator fast(5, Purpose::random_matrices, 1), plain(5, Purpose::random_matrices, 1);
        const Matrix vectors = random_vectors(fast, rows, cols);
        EXPECT_LT((vectors - plain.orthogonal_matrix(rows, cols)).norm(), 1e-12) << rows << cols;
        EXPECT_LT((vectors.transpose() * vectors - Matrix::Identity(cols, cols)).norm(),
                  1e-14 * cols);
        EXPECT_EQ(fast.normal_matrix(3, 3), plain.normal_matrix(3, 3)) << "as many draws";
    }
}

TEST(RandomVectors, can_be_abandoned) {
    const std::atomic<bool> unwanted{true};
    const WorkScope scope(&unwanted);
    Generator generator(5, Purpose::random_matrices, 1);
    EXPECT_THROW(random_vectors(generator, 90, 9), Abandoned);
}

TEST(EditStack, an_engine_without_a_transfer_function_acts_on_the_matrix) {
    const Matrix matrix = heavy(5, 9, 7);
    const ThinSvd factors = tensor_svd(matrix);
    const std::vector<WeightEdit> stack{edit_in("w:orthogonalise=qr,norm=free")};
    EXPECT_FALSE(keeps_vectors(stack[0]));
    const Matrix q = edited_matrix(matrix, factors,
                                   edited(stack, "w", {9, 7}, factors.s, [&] { return factors; }));
    EXPECT_LT((q.transpose() * q - Matrix::Identity(7, 7)).norm(), 1e-10);
    // Q^T W is triangular.
    EXPECT_LT(
        (q.transpose() * matrix).triangularView<Eigen::StrictlyLower>().toDenseMatrix().norm(),
        1e-10);
}

TEST(EditStack, a_file_has_an_edit_a_line_and_says_which_is_at_fault) {
    const std::string text = "# five\nblk.1.ffn_down:drop-top=1   # one number\r\n\n  *:flatten\n";
    const std::vector<WeightEdit> stack = stack_in(text, "edits.txt");
    ASSERT_EQ(stack.size(), 2u);
    EXPECT_EQ(stack[1].kind, EditKind::flatten);
    EXPECT_EQ(stack_in(text_of(stack), "again"), stack);
    EXPECT_TRUE(contains(error_of([] { stack_in("w:keep=1\nw:kep=1\n", "edits.txt"); }),
                         "edits.txt, line 2"));
    EXPECT_TRUE(contains(error_of([] { stack_in("a..b:keep=1\n", "edits.txt"); }), "line 1"));
}

TEST(EditedFile, holds_what_the_edits_make_and_the_rest_as_it_was) {
    ScratchFolder folder;
    const Matrix first = heavy(5, 9, 7), second = GoldenDraws(4).matrix(4, 6);
    const Matrix bias = GoldenDraws(6).matrix(1, 9);
    const TensorType& f64 = tensor_type("F64");
    const std::vector<WrittenTensor> tensors{{"w.weight", {9, 7}, &f64, values_from(first)},
                                             {"w.bias", {9}, &f64, values_from(bias)},
                                             {"other.weight", {4, 6}, &f64, values_from(second)}};
    Metadata metadata;
    metadata.set_text("from", "a test");
    write_safetensors(folder / "a.safetensors", tensors, metadata);
    const TensorFile file(folder / "a.safetensors");
    const std::vector<WeightEdit> stack{edit_in("w:drop-top=1"), edit_in("nothing:flatten")};
    std::vector<std::string> told;
    const EditedFile written = write_edited(file, stack, folder / "b.safetensors", f64,
                                            [&](const std::string& name) { told.push_back(name); });
    EXPECT_EQ(told, (std::vector<std::string>{"w.weight", "w.bias", "other.weight"}));
    ASSERT_EQ(written.edits.size(), 1u);
    EXPECT_EQ(written.edits[0].name, "w.weight");
    ASSERT_EQ(written.edits[0].effects.size(), 1u);
    const Vector s = singular_values(first);
    EXPECT_NEAR(written.edits[0].effects[0].energy, 1 - s(0) * s(0) / s.squaredNorm(), 1e-12);
    EXPECT_EQ(written.loss.largest, 0);
    const TensorFile after(folder / "b.safetensors");
    EXPECT_EQ(*after.metadata().text("from"), "a test");
    EXPECT_EQ(read_matrix(after, *after.find("other.weight")), second);
    const Vector left = singular_values(read_matrix(after, *after.find("w.weight")));
    EXPECT_LT((left.head(6) - s.tail(6)).norm(), 1e-13 * s(0));
    EXPECT_LT(left(6), 1e-13 * s(0));

    const EditedFile halves = write_edited(file, stack, folder / "c.gguf", tensor_type("F16"), {});
    EXPECT_GT(halves.loss.largest, 0);
    const TensorFile narrow(folder / "c.gguf");
    EXPECT_EQ(narrow.find("w.bias")->type_name, "F32");
    EXPECT_EQ(narrow.find("w.weight")->type_name, "F16");
    EXPECT_LE((read_matrix(narrow, *narrow.find("other.weight")) - second).cwiseAbs().maxCoeff(),
              halves.loss.largest);
    EXPECT_MESSAGE(write_edited(file, stack, folder / "d.npy", f64, {}), "one tensor");
    EXPECT_MESSAGE(write_edited(file, stack, folder / "d.txt", f64, {}), ".safetensors");

    // Called off at the second tensor.
    std::atomic<bool> stop{false};
    const WorkScope scope(&stop);
    EXPECT_THROW(write_edited(file, stack, folder / "e.safetensors", f64,
                              [&](const std::string&) { stop = true; }),
                 Abandoned);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        EXPECT_FALSE(contains(entry.path().string(), "e.safetensors")) << entry.path();
}

TEST(EditStack, what_comes_behind_new_vectors_is_done_without_them) {
    const Matrix matrix = GoldenDraws(4).matrix(9, 7);
    const MatrixShape shape{9, 7};
    const Vector values = singular_values(matrix);
    std::vector<WeightEdit> stack{edit_in("w:drop-top=1"), edit_in("w:noise=3"),
                                  edit_in("other:noise=1"), edit_in("w:noise=3,muted"),
                                  edit_in("w:scale=1-2:3")};
    EXPECT_EQ(end_of_new_vectors(stack, "w"), 2u);
    EXPECT_EQ(end_of_new_vectors(stack, "other"), 3u);
    EXPECT_EQ(end_of_new_vectors(stack, "third"), 0u);
    const EditedTensor all = edited(stack, "w", shape, values, [&] { return tensor_svd(matrix); });
    EditedTensor further =
        edited(std::span(stack).first(2), "w", shape, values, [&] { return tensor_svd(matrix); });
    further.replaced.reset();
    edit_further(stack, 2, "w", shape, further);
    EXPECT_EQ(further.values, all.values);
    ASSERT_EQ(further.effects.size(), all.effects.size());
    for (std::size_t i = 0; i < all.effects.size(); ++i) {
        EXPECT_EQ(further.effects[i].edit, all.effects[i].edit);
        EXPECT_EQ(further.effects[i].changed, all.effects[i].changed);
        EXPECT_EQ(further.effects[i].change, all.effects[i].change);
    }
}

TEST(Selection, names_are_met_in_parts) {
    const std::pair<const char*, std::vector<const char*>> cases[] = {
        {"blk.1", {"blk.1.ffn_down.weight"}},
        {"attn_v", {"blk.3.attn_v.weight", "attn_v"}},
        {"blk.10-20.attn_*", {"blk.10.attn_q.weight", "blk.20.attn_output.weight"}},
        {"output", {"output.weight"}},
        {"*", {"anything", "a.b.c"}},
        {"a*c", {"abc", "ac", "x.abbc"}},
        {"q+k", {"q.weight", "x.k"}},
        {"blk.1.ffn_down.weight", {"blk.1.ffn_down.weight"}}};
    for (const auto& [pattern, names] : cases)
        for (const char* name : names) EXPECT_TRUE(Selection(pattern).has(name)) << pattern << name;
    const std::pair<const char*, const char*> not_met[] = {
        {"blk.1", "blk.11.ffn_down"},          {"output", "output_norm.weight"},
        {"output", "blk.1.attn_output"},       {"blk.10-20.attn_q", "blk.9.attn_q"},
        {"blk.10-20.attn_q", "blk.21.attn_q"}, {"a*c", "abd"},
        {"blk.ffn_down", "blk.1.ffn_down"},    {"a.b.c", "a.b"}};
    for (const auto& [pattern, name] : not_met)
        EXPECT_FALSE(Selection(pattern).has(name)) << pattern << " " << name;
    for (const char* text : {"", "a..b", "a.", "+a"})
        EXPECT_TRUE(contains(error_of([&] { Selection selection(text); }), "empty part")) << text;
}

}  // namespace
}  // namespace muonscope
