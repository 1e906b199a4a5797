// Matrices of model files, named in a spec.

#include "core/weights/tensor_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "core/session/session.h"
#include "core/weights/edit_stack.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

class References : public testing::Test {
  protected:
    References() { write(matrix_); }
    void write(const Matrix& matrix) {
        write_safetensors(path_,
                          {{"layers.0.weight", {6, 4}, &tensor_type("F64"), values_from(matrix)},
                           {"bias", {6}, &tensor_type("F64"), values_from(bias_)}},
                          {});
    }
    ScratchFolder folder_;
    std::string path_ = folder_ / "m.safetensors";
    Generator generator_{6, Purpose::lab};
    Matrix matrix_ = generator_.normal_matrix(6, 4), bias_ = Matrix::Ones(6, 1);
};

TEST_F(References, are_read_bit_for_bit_and_hold_to_what_they_were) {
    const std::string name = path_ + "#layers.0.weight";
    EXPECT_EQ(read_reference(name), matrix_);
    const std::string sealed = sealed_reference(name);
    const TensorReference parts = reference_in(sealed);
    EXPECT_EQ(parts.path, path_);
    EXPECT_EQ(parts.tensor, "layers.0.weight");
    EXPECT_EQ(parts.sha256.size(), 64u);
    EXPECT_EQ(text_of(parts), sealed);
    EXPECT_EQ(sealed_reference(sealed), sealed);
    EXPECT_EQ(read_reference(sealed), matrix_);
    // The hash is of the numbers, wherever they stand and whatever else the file says.
    write_safetensors(folder_ / "other.safetensors",
                      {{"w", {6, 4}, &tensor_type("F64"), values_from(matrix_)}}, {});
    EXPECT_EQ(reference_in(sealed_reference(folder_ / "other.safetensors#w")).sha256, parts.sha256);
    Matrix changed = matrix_;
    changed(5, 3) = std::nextafter(changed(5, 3), 10);
    write(changed);
    EXPECT_MESSAGE(read_reference(sealed), "other numbers than when it was named");
    EXPECT_EQ(read_reference(name), changed);
    std::filesystem::remove(path_);
    EXPECT_MESSAGE(read_reference(sealed), "m.safetensors");
}

TEST_F(References, have_the_hash_of_numbers_as_doubles_row_by_row) {
    Matrix matrix(2, 3);
    matrix << 1, 2.5, -3, 4, 5e-300, 6;
    write_safetensors(folder_ / "w.safetensors",
                      {{"w", {2, 3}, &tensor_type("F64"), values_from(matrix)}}, {});
    // Python: hashlib.sha256(struct.pack("<6d", 1, 2.5, -3, 4, 5e-300, 6)).hexdigest()
    EXPECT_EQ(reference_in(sealed_reference(folder_ / "w.safetensors#w")).sha256,
              "2f3ce754c1aaddbb9b31c2577db3945541690905395c9e0c08a63ae39195dea2");
}

TEST_F(References, with_edits_are_edited_as_a_list_of_edits_does_it_and_hashed_after_them) {
    const std::string name =
        path_ + "#layers.0.weight#edit=drop-top=1#edit=power=0.5/norm=free#edit=scale=2-3:0.5";
    const TensorReference parts = reference_in(name);
    EXPECT_EQ(parts.path, path_);
    EXPECT_EQ(parts.tensor, "layers.0.weight");
    ASSERT_EQ(parts.edits.size(), 3u);
    EXPECT_EQ(parts.edits[1].norm, KeptNorm::none);
    EXPECT_EQ(text_of(parts), name);
    EXPECT_EQ(name.find(','), std::string::npos);  // a list of references is cut there
    const std::vector<WeightEdit> stack{edit_in("*:drop-top=1"), edit_in("*:power=0.5,norm=free"),
                                        edit_in("*:scale=2-3:0.5")};
    const Matrix edited = read_reference(name);
    EXPECT_EQ(edited, edited_matrix(stack, "layers.0.weight", matrix_).matrix);
    // Dropped, then the roots of what is left, the second and the third halved.
    const Vector s = singular_values(matrix_), after = singular_values(edited);
    const auto root = [&](int k) { return s(1) * std::sqrt(s(k) / s(1)); };
    EXPECT_NEAR(after(0), root(1), 1e-12);
    EXPECT_NEAR(after(1), 0.5 * root(2), 1e-12);
    EXPECT_NEAR(after(2), 0.5 * root(3), 1e-12);
    EXPECT_NEAR(after(3), 0, 1e-12);
    const std::string sealed = sealed_reference(name);
    EXPECT_EQ(read_reference(sealed), edited);
    EXPECT_NE(reference_in(sealed).sha256,
              reference_in(sealed_reference(path_ + "#layers.0.weight")).sha256);
    EXPECT_EQ(read_sealed(name).reference, sealed);
    write(1.5 * matrix_);
    EXPECT_MESSAGE(read_reference(sealed), "other numbers than when it was named");
    EXPECT_MESSAGE(read_reference(path_ + "#layers.0.weight#edit=drop=1"), "drop");
    write_npy(folder_ / "w.npy", matrix_);
    EXPECT_MESSAGE(read_reference(folder_ / "w.npy#edit=drop-top=1"), "edits and no tensor");
}

TEST_F(References, of_what_is_no_matrix_are_refused_in_words) {
    EXPECT_MESSAGE(read_reference(path_ + "#layers.0.weigth"), "did you mean layers.0.weight");
    EXPECT_MESSAGE(read_reference(path_ + "#bias"), "bias is 6");
    matrix_(0, 0) = NAN;
    write(matrix_);
    EXPECT_MESSAGE(read_reference(path_ + "#layers.0.weight"), "not finite");
}

TEST_F(References, of_npy_files_are_their_paths_with_any_signs_in_them) {
    const std::string path = folder_ / "a#b.npy";
    write_npy(path, matrix_);
    EXPECT_EQ(read_reference(path), matrix_);
    EXPECT_EQ(sealed_reference(path), path);
}

TEST_F(References, in_a_spec_are_sealed_by_the_session_and_replayed_to_the_same_bits) {
    Spec spec = preset("two-ways-up");
    spec.experiment.network.depth = 2;
    spec.experiment.network.widths = {4, 5, 6};
    spec.experiment.target.kind = TargetKind::file;
    spec.experiment.target.file = path_ + "#layers.0.weight";
    spec.experiment.init.kind = InitKind::files;
    const Matrix first = generator_.normal_matrix(5, 4), second = generator_.normal_matrix(6, 5);
    const std::string start = folder_ / "start.safetensors";
    write_safetensors(start,
                      {{"l.0", {5, 4}, &tensor_type("F64"), values_from(first)},
                       {"l.1", {6, 5}, &tensor_type("F64"), values_from(second)}},
                      {});
    spec.experiment.init.files = {start + "#l.0#edit=clip=0.5/norm=spectral", start + "#l.1"};
    WorkerPool pool(1);
    Session session(spec);
    EXPECT_EQ(session.problem()->target, matrix_);
    const std::vector<WeightEdit> stack{edit_in("*:clip=0.5,norm=spectral")};
    EXPECT_EQ(session.problem()->start[0], edited_matrix(stack, "l.0", first).matrix);
    EXPECT_EQ(session.problem()->start[1], second);
    session.advance_to(5, pool);
    const SessionFile saved = session.saved();
    EXPECT_FALSE(reference_in(saved.spec.experiment.target.file).sha256.empty());
    EXPECT_FALSE(reference_in(saved.spec.experiment.init.files[1]).sha256.empty());
    EXPECT_EQ(Session::replay(saved, pool).step(), 5);
    write(2 * matrix_);
    EXPECT_MESSAGE(Session::replay(saved, pool), "other numbers than when it was named");
    std::filesystem::remove(path_);
    EXPECT_MESSAGE(Session::replay(saved, pool), "m.safetensors");
}

}  // namespace
}  // namespace muonscope
