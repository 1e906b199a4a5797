// Files of tensors as the packages of their formats write them.

#include "core/formats/tensor_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>

#include "core/formats/tensor_writer.h"
#include "tests/core/golden_tensors.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

// MUONSCOPE_SOURCE_DIR: golden_tensors.h asks for it.

namespace muonscope {
namespace {

using Json = nlohmann::json;

class TensorFiles : public testing::Test {
  protected:
    std::string file(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return folder_ / name;
    }
    TensorFile golden(const std::string& name) { return TensorFile(file(name, golden_file(name))); }
    ScratchFolder folder_;
};

void expect_tensor(const TensorFile& file, const Json& golden) {
    const std::string name = golden.at("name");
    const TensorEntry* const entry = file.find(name);
    ASSERT_NE(entry, nullptr) << name;
    EXPECT_EQ(entry->type_name == golden.at("type") || entry->type->name == golden.at("type"), true)
        << name << " is " << entry->type_name;
    EXPECT_EQ(entry->shape, golden.at("shape").get<std::vector<std::uint64_t>>()) << name;
    if (!golden.contains("values")) {
        EXPECT_FALSE(entry->type->readable()) << name;
        std::vector<float> values(entry->values());
        EXPECT_MESSAGE(file.read(*entry, std::span(values)), "which is not read");
        return;
    }
    const auto expected = numbers_of<float>(bytes_of_hex(golden.at("values")));
    ASSERT_EQ(entry->values(), expected.size()) << name;
    std::vector<float> floats(expected.size());
    file.read(*entry, std::span(floats));
    std::vector<double> doubles(expected.size());
    file.read(*entry, std::span(doubles));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(floats[i]),
                  std::bit_cast<std::uint32_t>(expected[i]))
            << file.path() << " " << name << " at " << i;
        ASSERT_EQ(static_cast<float>(doubles[i]), expected[i]) << name << " at " << i;
    }
    for (std::uint64_t row = 0; row < entry->rows(); ++row) {
        std::vector<float> one(entry->columns());
        file.read_rows(*entry, row, 1, std::span(one));
        for (std::size_t i = 0; i < one.size(); ++i)
            ASSERT_EQ(one[i], expected[row * one.size() + i]) << name << ", row " << row;
    }
}

TEST_F(TensorFiles, of_every_format_hold_what_was_written) {
    for (const Json& golden : golden_tensors().at("files")) {
        const TensorFile found(file(golden.at("name"), bytes_of_hex(golden.at("bytes"))));
        EXPECT_EQ(found.entries().size(), golden.at("tensors").size()) << golden.at("name");
        for (const Json& tensor : golden.at("tensors")) expect_tensor(found, tensor);
    }
}

TEST_F(TensorFiles, doubles_are_not_rounded_to_floats) {
    const TensorFile found = golden("gguf_32.gguf");
    const TensorEntry& entry = *found.find("e");
    ASSERT_EQ(entry.type->name, "F64");
    std::vector<double> values(entry.values());
    found.read(entry, std::span(values));
    EXPECT_EQ(values, numbers_of<double>(std::string(found.raw(entry))));
    EXPECT_NE(values[0], static_cast<double>(static_cast<float>(values[0])));
}

TEST_F(TensorFiles, are_known_by_their_first_bytes_whatever_they_are_called) {
    EXPECT_EQ(TensorFile(file("a.safetensors", golden_file("gguf_32.gguf"))).format(), "GGUF 3");
    EXPECT_EQ(TensorFile(file("b", golden_file("a.safetensors"))).format(), "safetensors");
    EXPECT_EQ(TensorFile(file("c.bin", golden_file("a.npz"))).format(), ".npz");
    EXPECT_EQ(TensorFile(file("d", golden_file("a.npy"))).format(), ".npy");
    EXPECT_MESSAGE(TensorFile(file("e", "hello, world, how are you?")), "holds no tensors");
    EXPECT_MESSAGE(TensorFile(file("f.pt", "\x80\x02}q\x01")), "is a pickle");
    EXPECT_MESSAGE(TensorFile(file("g", "")), "holds no tensors");
    EXPECT_MESSAGE(TensorFile(folder_ / "none"), "No such file");
    EXPECT_MESSAGE(TensorFile(folder_.path()), "is a folder");
}

TEST_F(TensorFiles, keys_of_gguf_have_their_values) {
    const TensorFile found = golden("gguf_32.gguf");
    const Metadata& keys = found.metadata();
    EXPECT_EQ(keys.text("general.architecture"), "llama");
    EXPECT_EQ(keys.text("text"), "Grüße\n");
    EXPECT_EQ(keys.whole("n.u8"), 200);
    EXPECT_EQ(keys.whole("n.i8"), -100);
    EXPECT_EQ(keys.whole("n.u16"), 60000);
    EXPECT_EQ(keys.whole("n.i16"), -30000);
    EXPECT_EQ(keys.whole("n.u32"), 4000000000);
    EXPECT_EQ(keys.whole("n.i32"), -2000000000);
    EXPECT_EQ(keys.whole("n.i64"), -(std::int64_t{1} << 62));
    EXPECT_MESSAGE(keys.whole("n.u64"), "9223372036854775808");
    EXPECT_EQ(keys.number("n.u64"), 0x1p63);
    EXPECT_EQ(keys.number("n.f32"), static_cast<double>(0.1F));
    EXPECT_EQ(keys.number("n.f64"), 0.1);
    EXPECT_EQ(keys.number("n.u8"), 200);
    EXPECT_EQ(keys.flag("flag"), true);
    EXPECT_EQ(keys.texts("texts"), (std::vector<std::string>{"a", "", "<|im_start|>", "日本"}));
    EXPECT_EQ(keys.wholes("wholes"), (std::vector<std::int64_t>{3, -1, 4}));
    EXPECT_EQ(keys.numbers("wholes"), (std::vector<double>{3, -1, 4}));
    EXPECT_EQ(keys.numbers("numbers"), (std::vector<double>{0.5, -1.25}));
    EXPECT_EQ(keys.whole("nobody"), std::nullopt);
    EXPECT_MESSAGE(keys.whole("text"), "key 'text': is of type text; a whole number is wanted");
    EXPECT_MESSAGE(keys.texts("wholes"), "is a list of i32; a list of texts is wanted");
    EXPECT_MESSAGE(keys.text("texts"), "is a list of text; a text is wanted");
    EXPECT_MESSAGE(keys.flag("n.u8"), "is of type u8");
    EXPECT_EQ(value_text(*keys.find("wholes")), "[3, -1, 4]");
    EXPECT_EQ(value_text(*keys.find("flags")), "[true, false, true]");
    EXPECT_EQ(value_text(*keys.find("n.f64")), "0.1");
    EXPECT_EQ(golden("gguf_8.gguf").metadata().whole("general.alignment"), 8);
}

TEST_F(TensorFiles, metadata_of_safetensors_are_texts) {
    const TensorFile found = golden("a.safetensors");
    EXPECT_EQ(found.metadata().entries().size(), 3U);
    EXPECT_EQ(found.metadata().text("format"), "pt");
    EXPECT_EQ(found.metadata().text("step"), "140");
    EXPECT_EQ(found.metadata().text("ä\""), "ö\n");
}

TEST_F(TensorFiles, a_key_is_set_in_its_place_or_behind_the_others) {
    Metadata keys;
    keys.set_text("a", "x");
    keys.set_u32("b", 7);
    keys.set_texts("c", {"one", "", "three"});
    keys.set_i32s("d", {-1, 2});
    keys.set_f32s("e", {0.5F});
    keys.set_flag("f", true);
    keys.set_f32("g", 1.5F);
    keys.set_text("a", "y");
    ASSERT_EQ(keys.entries().size(), 7U);
    EXPECT_EQ(keys.entries()[0].key, "a");
    EXPECT_EQ(keys.text("a"), "y");
    EXPECT_EQ(keys.whole("b"), 7);
    EXPECT_EQ(keys.texts("c"), (std::vector<std::string>{"one", "", "three"}));
    EXPECT_EQ(keys.wholes("d"), (std::vector<std::int64_t>{-1, 2}));
    EXPECT_EQ(keys.numbers("e"), std::vector<double>{0.5});
    EXPECT_EQ(keys.flag("f"), true);
    EXPECT_EQ(keys.number("g"), 1.5);
    keys.remove("b");
    EXPECT_EQ(keys.whole("b"), std::nullopt);
}

TEST_F(TensorFiles, rows_that_are_not_there_are_refused) {
    const TensorFile found = golden("a.safetensors");
    const TensorEntry& entry = *found.find("layer.0.weight");
    std::vector<float> three(3), six(6);
    EXPECT_MESSAGE(found.read_rows(entry, 2, 1, std::span(three)), "it has 2 rows of 3");
    EXPECT_MESSAGE(found.read_rows(entry, 1, ~std::uint64_t{0}, std::span(three)), "2 rows of 3");
    EXPECT_MESSAGE(found.read_rows(entry, 0, 1, std::span(six)), "as 6 values");
    found.read_rows(entry, 1, 1, std::span(three));
    found.read(entry, std::span(six));
    EXPECT_EQ(three, std::vector<float>(six.begin() + 3, six.end()));
}

TEST_F(TensorFiles, one_that_was_cut_since_is_refused_and_not_read) {
    const std::string path = file("a.safetensors", golden_file("a.safetensors"));
    const TensorFile found(path);
    std::filesystem::resize_file(path, 100);
    std::vector<float> six(6);
    EXPECT_MESSAGE(found.read(*found.find("layer.0.weight"), std::span(six)), "was cut from");
    EXPECT_MESSAGE(found.raw(*found.find("layer.0.weight")), "was cut from");
}

// Resident kilobytes of what is mapped of a file.
int resident(const std::string& path) {
    std::ifstream maps("/proc/self/smaps");
    std::string line;
    int found = 0;
    for (bool here = false; std::getline(maps, line);) {
        if (line.find('-') < line.find(' ')) here = line.ends_with(path);
        if (here && line.starts_with("Rss:")) found += std::stoi(line.substr(4));
    }
    return found;
}

TEST_F(TensorFiles, what_was_read_takes_no_memory) {
    const Matrix matrix = Matrix::Constant(1024, 512, 1.5);
    const std::string path = folder_ / "large.safetensors";
    write_safetensors(path, {{"w", {1024, 512}, &tensor_type("F32"), values_from(matrix)}}, {});
    const TensorFile file(path);
    const TensorEntry& entry = file.entries().front();
    EXPECT_LT(std::ranges::count(file.raw(entry), 'x'), 2 << 20);  // all of it is looked at
    EXPECT_GE(resident(path), 2048);
    std::vector<float> values(std::size_t{1024} * 512);
    file.read(entry, std::span(values));
    EXPECT_LE(resident(path), 64);
    // It can be read again.
    file.read_rows(entry, 1023, 1, std::span(values).first(512));
    EXPECT_EQ(values[511], 1.5F);
}

TEST_F(TensorFiles, may_be_moved_while_open) {
    TensorFile first = golden("a.safetensors");
    const TensorFile second = std::move(first);
    std::vector<float> six(6);
    second.read(*second.find("layer.0.weight"), std::span(six));
    EXPECT_NE(six[0], 0);
}

}  // namespace
}  // namespace muonscope
