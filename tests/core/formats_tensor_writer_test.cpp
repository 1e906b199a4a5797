// What is written is what is read, and what is lost by rounding is said.

#include "core/formats/tensor_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>

#include "core/formats/files.h"
#include "tests/core/golden_tensors.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

// MUONSCOPE_SOURCE_DIR: golden_tensors.h asks for it.

namespace muonscope {
namespace {

class TensorWriter : public testing::Test {
  protected:
    std::string golden(const std::string& name) {
        std::ofstream(folder_ / name, std::ios::binary) << golden_file(name);
        return folder_ / name;
    }
    WrittenTensor tensor(const std::string& name, const std::string& type) const {
        return {name, {2, 3}, &tensor_type(type), values_from(std::span(numbers_))};
    }
    // Exact in bfloat16, and so in all.
    std::vector<double> numbers_{0.5, -1.25, 3, -0.0, 0x1p-10, 100};
    ScratchFolder folder_;
};

std::vector<double> values_in(const TensorFile& file, const std::string& name) {
    const TensorEntry* const entry = file.find(name);
    if (entry == nullptr) {
        ADD_FAILURE() << file.path() << " has no " << name;
        return {};
    }
    std::vector<double> values(entry->values());
    file.read(*entry, std::span(values));
    return values;
}

void expect_bits(const std::vector<double>& found, const std::vector<double>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_EQ(std::bit_cast<std::uint64_t>(found[i]),
                  std::bit_cast<std::uint64_t>(expected[i]));
}

TEST_F(TensorWriter, what_each_format_holds_comes_back_bit_by_bit) {
    std::vector<WrittenTensor> tensors;
    for (const char* type : {"F64", "F32", "F16", "BF16"}) tensors.push_back(tensor(type, type));
    tensors.push_back({"single", {}, &tensor_type("F16"), values_from(std::span(numbers_))});
    tensors.push_back({"nothing", {0, 4}, &tensor_type("F32"), values_from(std::span(numbers_))});
    Metadata keys;
    keys.set_text("format", "pt \"ö\"\n");
    EXPECT_EQ(write_safetensors(folder_ / "a.safetensors", tensors, keys).largest, 0);
    EXPECT_EQ(write_gguf(folder_ / "a.gguf", tensors, keys).largest, 0);
    for (const char* name : {"a.safetensors", "a.gguf"}) {
        const TensorFile file(folder_ / name);
        ASSERT_EQ(file.entries().size(), tensors.size()) << name;
        for (const char* type : {"F64", "F32", "F16", "BF16"}) {
            EXPECT_EQ(file.find(type)->type->name, type);
            EXPECT_EQ(file.find(type)->shape, (std::vector<std::uint64_t>{2, 3}));
            expect_bits(values_in(file, type), numbers_);
        }
        EXPECT_EQ(values_in(file, "single"), std::vector<double>{0.5});
        EXPECT_TRUE(values_in(file, "nothing").empty());
        EXPECT_EQ(file.metadata().text("format"), "pt \"ö\"\n");
    }
    for (const char* type : {"F64", "F32", "F16"}) {
        EXPECT_EQ(write_npy(folder_ / "a.npy", tensor("a", type)).largest, 0);
        const TensorFile file(folder_ / "a.npy");
        EXPECT_EQ(file.entries()[0].type->name, type);
        expect_bits(values_in(file, "a"), numbers_);
    }
    const std::vector<double> six = values_in(TensorFile(folder_ / "a.npy"), "a");
    EXPECT_EQ(read_npy(folder_ / "a.npy")(1, 0), six[3]);
}

// Shapes of one and no dimension are tuples that Python reads: (6,) and ().
TEST_F(TensorWriter, npy_of_any_rank_comes_back) {
    using Shape = std::vector<std::uint64_t>;
    for (const Shape& shape : {Shape{6}, Shape{}, Shape{1, 2, 3}, Shape{2, 0, 3}}) {
        write_npy(folder_ / "a.npy",
                  {"a", shape, &tensor_type("F32"), values_from(std::span(numbers_))});
        EXPECT_EQ(TensorFile(folder_ / "a.npy").entries()[0].shape, shape);
        EXPECT_EQ(values_in(TensorFile(folder_ / "a.npy"), "a").size(), *values_of(shape));
    }
    write_npy(folder_ / "a.npy", {"a", {6}, &tensor_type("F32"), values_from(std::span(numbers_))});
    EXPECT_TRUE(contains(read_file(folder_ / "a.npy", 4096), "'shape': (6,), }"));
}

TEST_F(TensorWriter, all_keys_of_a_gguf_are_kept_and_its_tensors_may_be_cast) {
    const TensorFile source(golden("gguf_8.gguf"));
    std::vector<WrittenTensor> tensors;
    for (const TensorEntry& entry : source.entries())
        if (entry.type->readable())
            tensors.push_back(
                {entry.name, entry.shape, &tensor_type("F32"), values_from(source, entry)});
    Metadata keys = source.metadata();
    set_file_type(keys, tensor_type("F32"));
    const CastLoss loss = write_gguf(folder_ / "b.gguf", tensors, keys);
    EXPECT_EQ(loss.tensor, "e");  // the only doubles
    EXPECT_GT(loss.largest, 0);
    EXPECT_LT(loss.largest, std::abs(loss.value) * 0x1p-24);
    const TensorFile file(folder_ / "b.gguf");
    ASSERT_EQ(file.metadata().entries().size(), source.metadata().entries().size() + 1);
    for (std::size_t i = 0; i < source.metadata().entries().size(); ++i) {
        const Metadata::Entry& was = source.metadata().entries()[i];
        const Metadata::Entry& is = file.metadata().entries()[i];
        EXPECT_EQ(is.key, was.key);
        EXPECT_EQ(is.kind, was.kind) << was.key;
        EXPECT_EQ(is.list, was.list) << was.key;
        EXPECT_EQ(is.bytes, was.bytes) << was.key;
    }
    EXPECT_EQ(file.metadata().whole("general.file_type"), 0);
    for (const WrittenTensor& tensor : tensors) {
        std::vector<double> floats;
        for (const double x : values_in(source, tensor.name))
            floats.push_back(static_cast<double>(static_cast<float>(x)));
        expect_bits(values_in(file, tensor.name), floats);
        EXPECT_EQ(file.find(tensor.name)->shape, source.find(tensor.name)->shape);
    }
}

// Half a unit in the last place of the narrow number is the most that is lost.
TEST_F(TensorWriter, the_largest_loss_is_named_with_its_value_and_tensor) {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    std::vector<double> many(50000);  // more than are written at once
    for (double& x : many) x = normal(random);
    for (const auto& [type, digits] :
         {std::pair("F32", 24), std::pair("F16", 11), std::pair("BF16", 8)}) {
        const std::vector<WrittenTensor> tensors{
            tensor("exact", type),
            {"many", {50000}, &tensor_type(type), values_from(std::span(many))}};
        const CastLoss loss = write_safetensors(folder_ / "a.safetensors", tensors, {});
        const std::vector<double> found = values_in(TensorFile(folder_ / "a.safetensors"), "many");
        double largest = 0, value = 0;
        for (std::size_t i = 0; i < many.size(); ++i) {
            const double lost = std::abs(many[i] - found[i]);
            EXPECT_LE(lost, std::max(std::abs(many[i]) * std::ldexp(1, -digits), 0x1p-25)) << type;
            if (lost > largest) value = many[i];
            largest = std::max(largest, lost);
        }
        EXPECT_EQ(loss.largest, largest) << type;
        EXPECT_EQ(loss.value, value) << type;
        EXPECT_EQ(loss.tensor, "many") << type;
    }
}

// Just above the middle of two halves, or of two bfloat16s, the upper one is nearest; the float
// nearest to it is the middle itself, from which the even one, the lower, would be taken.
TEST_F(TensorWriter, doubles_are_rounded_once) {
    const std::vector<double> values{1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-8 + 0x1p-40};
    const std::vector<WrittenTensor> tensors{
        {"F16", {2}, &tensor_type("F16"), values_from(std::span(values))},
        {"BF16", {2}, &tensor_type("BF16"), values_from(std::span(values))}};
    write_safetensors(folder_ / "a.safetensors", tensors, {});
    const TensorFile file(folder_ / "a.safetensors");
    EXPECT_EQ(values_in(file, "F16")[0], 1 + 0x1p-10);
    EXPECT_EQ(values_in(file, "BF16")[1], 1 + 0x1p-7);
}

TEST_F(TensorWriter, a_value_beyond_the_type_is_refused_and_the_old_file_stays) {
    write_file(folder_ / "a.safetensors", "old");
    numbers_[4] = 65520;
    EXPECT_MESSAGE(write_safetensors(folder_ / "a.safetensors", {tensor("w", "F16")}, {}),
                   "the tensor 'w': its value 4 is 65520, beyond what F16 holds; write it as F32");
    EXPECT_EQ(read_file(folder_ / "a.safetensors", 100), "old");
    EXPECT_EQ(folder_.names().size(), 1U);
    numbers_[4] = 65519;
    EXPECT_EQ(write_safetensors(folder_ / "a.safetensors", {tensor("w", "F16")}, {}).largest, 15);
    numbers_[4] = 1e39;
    EXPECT_MESSAGE(write_gguf(folder_ / "a.gguf", {tensor("w", "F32")}, {}), "write it as F64");
    EXPECT_MESSAGE(write_gguf(folder_ / "a.gguf", {tensor("w", "BF16")}, {}), "beyond what BF16");
}

TEST_F(TensorWriter, infinities_and_nan_stay_what_they_are) {
    numbers_[0] = std::numeric_limits<double>::infinity();
    numbers_[1] = std::numeric_limits<double>::quiet_NaN();
    for (const char* type : {"F64", "F32", "F16", "BF16"}) {
        EXPECT_EQ(write_safetensors(folder_ / "a.safetensors", {tensor("w", type)}, {}).largest, 0);
        const std::vector<double> found = values_in(TensorFile(folder_ / "a.safetensors"), "w");
        EXPECT_EQ(found[0], numbers_[0]) << type;
        EXPECT_TRUE(std::isnan(found[1])) << type;
        EXPECT_EQ(found[2], 3) << type;
    }
}

TEST_F(TensorWriter, what_a_format_cannot_hold_is_refused_by_name) {
    const std::string st = folder_ / "a.safetensors", gguf = folder_ / "a.gguf";
    EXPECT_MESSAGE(write_gguf(gguf, {tensor("w", "Q4_1")}, {}), "cannot be written as Q4_1");
    EXPECT_MESSAGE(write_gguf(gguf, {tensor("w", "F32"), tensor("w", "F16")}, {}), "stand twice");
    EXPECT_MESSAGE(write_safetensors(st, {tensor("w", "F32"), tensor("w", "F16")}, {}),
                   "stand twice");
    EXPECT_MESSAGE(write_safetensors(st, {tensor("__metadata__", "F32")}, {}), "another name");
    EXPECT_MESSAGE(write_gguf(gguf, {tensor(std::string(64, 'n'), "F32")}, {}), "64 bytes");
    EXPECT_MESSAGE(write_npy(folder_ / "a.npy", tensor("w", "BF16")), ".npy has no BF16");
    WrittenTensor wrong = tensor("w", "F32");
    wrong.shape = {1, 1, 2, 1, 3};
    EXPECT_MESSAGE(write_gguf(gguf, {wrong}, {}), "5 dimensions");
    wrong.shape = {1ULL << 40, 1ULL << 40};
    EXPECT_MESSAGE(write_safetensors(st, {wrong}, {}), "too large");
    Metadata keys;
    keys.set_u32("general.alignment", 24);
    EXPECT_MESSAGE(write_gguf(gguf, {tensor("w", "F32")}, keys), "general.alignment is 24");
    EXPECT_TRUE(folder_.names().empty());
}

TEST_F(TensorWriter, values_come_from_matrices_and_files_in_any_stretches) {
    const Matrix matrix = Matrix::Random(5, 7);
    const WrittenTensor whole{"w", {5, 7}, &tensor_type("F64"), values_from(matrix)};
    write_gguf(folder_ / "m.gguf", {whole}, {});
    const TensorFile file(folder_ / "m.gguf");
    EXPECT_EQ(values_in(file, "w")[8], matrix(1, 1));
    const ValueSource source = values_from(file, *file.find("w"));
    for (std::uint64_t first = 0; first < 35; first += 4) {
        std::vector<double> four(std::min<std::uint64_t>(4, 35 - first));
        source(first, four);
        for (std::size_t i = 0; i < four.size(); ++i) {
            const auto at = static_cast<Eigen::Index>(first + i);
            EXPECT_EQ(four[i], matrix(at / 7, at % 7));
        }
    }
}

}  // namespace
}  // namespace muonscope
