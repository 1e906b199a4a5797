// Files of tensors that are damaged, or made to do damage: one sentence, soon, in little memory.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <ctime>
#include <fstream>
#include <random>
#include <sstream>

#include "core/formats/tensor_values.h"
#include "tests/core/golden_tensors.h"
#include "tests/core/tensor_bytes.h"
#include "tests/errors.h"
#include "tests/sanitized.h"

// MUONSCOPE_SOURCE_DIR: golden_tensors.h asks for it.

namespace muonscope {
namespace {

// Everything that can be read of it.
void read_all(const std::string& bytes, const std::string& source) {
    const TensorList list = parse_tensors(bytes, source);
    for (const Metadata::Entry& entry : list.metadata.entries()) value_text(entry);
    for (const TensorEntry& entry : list.entries) {
        if (!entry.type->readable()) continue;
        std::vector<float> values(entry.values());
        read_rows(bytes, entry, source, 0, entry.rows(), std::span(values));
    }
}

// Whether it is refused; nothing but an Error, in one line with the file's name, may come of it.
bool refused(const std::string& bytes, const std::string& source) {
    const std::string message = error_of([&] { read_all(bytes, source); });
    if (message.empty()) return false;
    EXPECT_TRUE(contains(message, source)) << message;
    EXPECT_FALSE(contains(message, "\n")) << message;
    EXPECT_LT(message.size(), 500U) << message;
    return true;
}

std::vector<std::string> small_files() {
    return {"gguf_32.gguf", "gguf_8.gguf", "a.safetensors", "a.npy", "a.npz"};
}

TEST(DamagedTensors, a_file_cut_anywhere_is_refused) {
    for (const std::string& name : small_files()) {
        const std::string whole = golden_file(name);
        ASSERT_FALSE(refused(whole, name)) << name;
        // What fills the last tensor of a GGUF up to its alignment may be missing.
        const std::size_t filling = name.ends_with(".gguf") ? 31 : 0;
        for (std::size_t size = 0; size + filling < whole.size(); ++size)
            ASSERT_TRUE(refused(whole.substr(0, size), name)) << name << " cut at " << size;
    }
}

TEST(DamagedTensors, a_file_with_any_byte_changed_is_read_or_refused) {
    std::mt19937 random(5);
    for (const std::string& name : small_files()) {
        const std::string whole = golden_file(name);
        std::size_t refusals = 0;
        for (std::size_t at = 0; at < whole.size(); ++at)
            for (int again = 0; again < 3; ++again) {
                std::string bytes = whole;
                bytes[at] = static_cast<char>(bytes[at] ^ (again == 0 ? 0xff : 1 << random() % 8));
                if (refused(bytes, name)) ++refusals;
            }
        EXPECT_GT(refusals, whole.size() / 10) << name;
    }
}

TEST(DamagedTensors, stretches_cut_out_put_in_or_filled_with_one_byte_are_read_or_refused) {
    std::mt19937 random(6);
    for (const std::string& name : small_files()) {
        const std::string whole = golden_file(name);
        int refusals = 0;
        for (int i = 0; i < 2000; ++i) {
            std::string bytes = whole;
            const std::size_t at = random() % bytes.size();
            const std::size_t size = 1 + random() % 12;
            const char byte = static_cast<char>(i % 3 == 0 ? 0xff : random());
            if (i % 4 == 0)
                bytes.erase(at, size);
            else if (i % 4 == 1)
                bytes.insert(at, size, byte);
            else
                bytes.replace(at, std::min(size, bytes.size() - at),
                              std::min(size, bytes.size() - at), byte);
            if (refused(bytes, name)) ++refusals;
        }
        EXPECT_GT(refusals, 300) << name;
    }
}

// Found by tests/fuzz: a parser's words quote what it read last, four characters a byte.
TEST(DamagedTensors, a_refusal_is_one_sentence_whatever_it_quotes) {
    const std::string header = "{\"" + std::string(180, '\x7f') + "\"\xc6}";
    EXPECT_TRUE(refused(safetensors_file(header, 0), "m.safetensors"));
}

void expect_gguf(const std::string& bytes, const std::string& part) {
    EXPECT_MESSAGE(parse_gguf(bytes, "m.gguf"), part);
}

const std::string one_tensor = gguf_head(1, 0) + gguf_tensor("w", {2, 3}, 0, 0);

TEST(GgufLimits, hold_for_the_head) {
    EXPECT_EQ(parse_gguf(gguf_file(one_tensor, 24), "m.gguf").entries[0].shape,
              (std::vector<std::uint64_t>{3, 2}));
    expect_gguf("GGML", "does not begin with GGUF");
    expect_gguf(gguf_head(0, 0, 1), "is of GGUF version 1");
    expect_gguf(gguf_head(0, 0, 4), "is of GGUF version 4");
    expect_gguf(gguf_head(0, 0, 0x03000000), "is big-endian");
    expect_gguf(gguf_head(1ULL << 40, 0), "says that it holds 1099511627776 tensors");
    expect_gguf(gguf_head(0, 1ULL << 40), "says that it holds 1099511627776 keys");
    EXPECT_TRUE(parse_gguf(gguf_head(0, 0), "m.gguf").entries.empty());
    EXPECT_EQ(parse_gguf(gguf_head(0, 0, 2), "m.gguf").format, "GGUF 2");
}

TEST(GgufLimits, hold_for_keys) {
    const std::string head = gguf_head(0, 1);
    const std::uint64_t many = (1ULL << 30) + 1;
    expect_gguf(head + little_endian(many), "the name of key 1 is 1073741825 bytes long");
    expect_gguf(head + gguf_key("k", 8, little_endian(many)), "the value of key 'k' is 1073741825");
    expect_gguf(head + gguf_key("k", 9, gguf_list(0, many, "")), "is a list of 1073741825 items");
    expect_gguf(head + gguf_key("k", 9, gguf_list(9, 1, gguf_list(0, 1, "x"))), "list of lists");
    expect_gguf(head + gguf_key("k", 13, "x"), "is of kind 13");
    expect_gguf(head + gguf_key("k", 9, gguf_list(13, 1, "x")), "is of kind 13");
    expect_gguf(head + gguf_key("k", 7, "\x02"), "holds a flag of 2");
    expect_gguf(head + gguf_key("k", 9, gguf_list(7, 2, "\x01\xff")), "holds a flag of 255");
    expect_gguf(head + gguf_key("k", 9, gguf_list(8, 1000, gguf_text("a"))),
                "within the value of key 'k'");
    expect_gguf(head + gguf_key("k", 9, gguf_list(10, 1ULL << 30, "12345678")), "within the value");
    expect_gguf(gguf_head(0, 2) + gguf_key("k", 0, "x") + gguf_key("k", 0, "y"),
                "the key 'k' stands twice");
}

TEST(GgufLimits, hold_for_the_alignment) {
    const std::string a = "general.alignment";
    expect_gguf(gguf_head(0, 1) + gguf_key(a, 4, little_endian(24U)),
                "is 24, which is no power of two");
    expect_gguf(gguf_head(0, 1) + gguf_key(a, 4, little_endian(0U)),
                "is 0, which is no power of two");
    expect_gguf(gguf_head(0, 1) + gguf_key(a, 10, little_endian(std::uint64_t{32})),
                "is no number of 32 bits");
    expect_gguf(gguf_head(0, 1) + gguf_key(a, 8, gguf_text("32")), "is no number of 32 bits");
    // So far off that there is nothing of the file.
    expect_gguf(
        gguf_head(1, 1) + gguf_key(a, 4, little_endian(1U << 31)) + gguf_tensor("w", {2}, 0, 0),
        "the tensor 'w' needs 8 bytes from 2147483648 on");
}

TEST(GgufLimits, hold_for_tensors) {
    const std::string head = gguf_head(1, 0);
    const auto tensor = [&](const std::vector<std::uint64_t>& dimensions, std::uint32_t type,
                            std::uint64_t offset = 0) {
        return gguf_file(head + gguf_tensor("w", dimensions, type, offset), 64);
    };
    expect_gguf(gguf_file(head + gguf_tensor(std::string(64, 'n'), {2}, 0, 0), 64),
                "the name of tensor 1 is 64 bytes long");
    expect_gguf(tensor({1, 1, 1, 1, 1}, 0), "the tensor 'w' has 5 dimensions");
    expect_gguf(tensor({1ULL << 32, 1ULL << 32}, 0), "which is too large");
    expect_gguf(tensor({1ULL << 62}, 0), "which is too large");
    expect_gguf(tensor({48}, 2), "has rows of 48 numbers, and Q4_0 has blocks of 32");
    expect_gguf(tensor({16, 2}, 2), "has rows of 16 numbers");
    expect_gguf(tensor({2}, 0, 8), "begins at 8, which is no multiple of 32");
    expect_gguf(tensor({2}, 0, 32), "32 bytes before the tensor 'w' belong to no tensor");
    expect_gguf(tensor({17}, 0),
                "the tensor 'w' needs 68 bytes from 64 on, and the file ends at 128");
    const auto two = [](std::uint64_t second) {
        return gguf_file(
            gguf_head(2, 0) + gguf_tensor("a", {9}, 0, 0) + gguf_tensor("b", {1}, 0, second), 128);
    };
    EXPECT_EQ(parse_gguf(two(64), "m.gguf").entries.size(), 2U);
    expect_gguf(two(32), "the tensor 'b' begins 32 bytes before the end of the one before it");
    expect_gguf(two(96), "32 bytes before the tensor 'b' belong to no tensor");
    expect_gguf(two(~std::uint64_t{31}), "belong to no tensor");
    expect_gguf(
        gguf_file(gguf_head(2, 0) + gguf_tensor("a", {8}, 0, 0) + gguf_tensor("a", {8}, 0, 32), 64),
        "the tensor 'a' stands twice");
}

TEST(GgufLimits, a_type_that_nobody_knows_reaches_to_the_next_tensor_and_is_not_read) {
    const std::string bytes = gguf_file(
        gguf_head(2, 0) + gguf_tensor("a", {7}, 99, 0) + gguf_tensor("b", {1}, 0, 64), 96);
    const TensorList list = parse_gguf(bytes, "m.gguf");
    EXPECT_EQ(list.entries[0].type, &unknown_type());
    EXPECT_EQ(list.entries[0].bytes, 64U);
    std::vector<float> seven(7);
    EXPECT_MESSAGE(read_rows(bytes, list.entries[0], "m.gguf", 0, 1, std::span(seven)),
                   "the tensor 'a' is of type '99', which is not read");
}

void expect_safetensors(const std::string& bytes, const std::string& part) {
    EXPECT_MESSAGE(parse_safetensors(bytes, "m.safetensors"), part);
}

std::string tensor_json(const std::string& name, const std::string& type, const std::string& shape,
                        const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
}

TEST(SafetensorsLimits, hold_for_the_header) {
    EXPECT_TRUE(parse_safetensors(safetensors_file("{}   ", 0), "m.safetensors").entries.empty());
    expect_safetensors("1234567", "ends after 7 bytes");
    expect_safetensors(little_endian(std::uint64_t{100'000'001}),
                       "its header is 100000001 bytes long");
    expect_safetensors(little_endian(std::uint64_t{10}) + "{}",
                       "ends after 10 bytes, within its header");
    expect_safetensors(safetensors_file(" {}", 0), "does not begin with {");
    expect_safetensors(safetensors_file("", 0), "does not begin with {");
    expect_safetensors(safetensors_file("{} x", 0), "is no JSON at byte 4");
    expect_safetensors(safetensors_file("{\"a\":", 0), "is no JSON at byte");
    expect_safetensors(safetensors_file("{\"\xff\":{}}", 0), "is no JSON at byte");
    expect_safetensors(safetensors_file("{\"a\":[]}", 0), "the tensor 'a' holds 'a list'");
    expect_safetensors(safetensors_file("{\"a\":null}", 0), "the tensor 'a' holds 'null'");
    expect_safetensors(safetensors_file("{\"__metadata__\":{\"a\":1}}", 0),
                       "the key 'a' of __metadata__ holds '1'");
    expect_safetensors(safetensors_file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
                       "stands twice");
    expect_safetensors(safetensors_file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0),
                       "the key 'a' of __metadata__ stands twice");
}

TEST(SafetensorsLimits, hold_for_tensors) {
    const auto one = [](const std::string& tensor, std::size_t numbers) {
        return safetensors_file("{" + tensor + "}", numbers);
    };
    const auto two = [](const std::string& a, const std::string& b, std::size_t numbers) {
        return safetensors_file("{" + a + "," + b + "}", numbers);
    };
    const std::string w = tensor_json("w", "F32", "[2,3]", "[0,24]");
    EXPECT_EQ(parse_safetensors(one(w, 24), "m.safetensors").entries[0].offset, 65U);
    expect_safetensors(one(w, 23),
                       "the tensor 'w' needs 24 bytes from 65 on, and the file ends at 88");
    expect_safetensors(one(w, 25), "1 bytes follow its last tensor");
    expect_safetensors(two(w, w, 24), "the tensor 'w' stands twice");
    expect_safetensors(two(w, tensor_json("v", "F32", "[1]", "[20,24]"), 24),
                       "the tensor 'v' begins 4 bytes before the end of the one before it");
    expect_safetensors(two(w, tensor_json("v", "F32", "[1]", "[28,32]"), 32),
                       "4 bytes before the tensor 'v' belong to no tensor");
    expect_safetensors(one(tensor_json("w", "F32", "[2,3]", "[0,20]"), 20),
                       "24 bytes, and its data_offsets hold 20");
    expect_safetensors(one(tensor_json("w", "F32", "[2,3]", "[24,0]"), 24),
                       "ends at 0, before it begins at 24");
    expect_safetensors(one(tensor_json("w", "F32", "[4294967296,4294967296]", "[0,0]"), 0),
                       "too large");
    expect_safetensors(one(tensor_json("w", "F32", "[4611686018427387904]", "[0,0]"), 0),
                       "too large");
    expect_safetensors(one(tensor_json("w", "F32", "[18446744073709551616]", "[0,0]"), 0),
                       "where it does not belong");
    expect_safetensors(one(tensor_json("w", "F32", "[-1]", "[0,0]"), 0), "holds '-1'");
    expect_safetensors(one(tensor_json("w", "F32", "[1.0]", "[0,4]"), 4), "holds '1.0'");
    expect_safetensors(one(tensor_json("w", "F32", "[[1]]", "[0,4]"), 4), "holds 'a list'");
    expect_safetensors(one(tensor_json("w", "F32", "[1]", "[0,4,8]"), 4),
                       "has more than 2 numbers");
    expect_safetensors(one(tensor_json("w", "F32", "[1]", "[0]"), 4),
                       "lacks dtype, shape or data_offsets");
    expect_safetensors(one("\"w\":{\"dtype\":\"F32\",\"shape\":[1]}", 4), "lacks dtype");
    expect_safetensors(one("\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}", 4),
                       "'dtype' of the tensor 'w' is unknown or stands twice");
    expect_safetensors(one("\"w\":{\"colour\":1}", 4), "'colour' of the tensor 'w' is unknown");
    expect_safetensors(one("\"w\":{\"dtype\":5}", 4), "'dtype' of the tensor 'w' holds '5'");
    std::string ones = "[1";
    for (int i = 0; i < 32; ++i) ones += ",1";
    expect_safetensors(one(tensor_json("w", "F32", ones + "]", "[0,4]"), 4),
                       "has more than 32 numbers");
}

TEST(SafetensorsLimits, types_that_are_not_read_are_listed) {
    const TensorList list =
        parse_safetensors(safetensors_file("{" + tensor_json("a", "F8_E4M3", "[3]", "[0,3]") + "," +
                                               tensor_json("b", "Q77", "[5]", "[3,10]") + "," +
                                               tensor_json("c", "F4", "[2,3]", "[10,13]") + "}",
                                           13),
                          "m.safetensors");
    ASSERT_EQ(list.entries.size(), 3U);
    EXPECT_EQ(list.entries[0].type->name, "F8_E4M3");
    EXPECT_EQ(list.entries[1].type_name, "Q77");
    EXPECT_EQ(list.entries[1].bytes, 7U);
    for (const TensorEntry& entry : list.entries) EXPECT_FALSE(entry.type->readable());
}

TEST(NpzLimits, hold) {
    const std::string whole = golden_file("a.npz");
    const auto changed = [&](const std::string& mark, std::size_t at, const std::string& bytes) {
        std::string copy = whole;
        return copy.replace(copy.rfind(mark) + at, bytes.size(), bytes);
    };
    const std::string listed = "PK\x01\x02", end = "PK\x05\x06";
    const auto expect = [](const std::string& bytes, const std::string& part) {
        EXPECT_MESSAGE(parse_npz(bytes, "m.npz"), part);
    };
    EXPECT_EQ(parse_npz(whole + "", "m.npz").entries.size(), 4U);
    expect(changed(end, 10, little_endian(std::uint16_t{5})),
           "entry 5 of its list of files is damaged");
    expect(changed(end, 16, little_endian(0xfffffff0U)), "lies behind its end");
    expect(changed(listed, 8, little_endian(std::uint16_t{1})), "is encrypted");
    expect(changed(listed, 10, little_endian(std::uint16_t{14})), "is packed by method 14");
    expect(changed(listed, 20, little_endian(1U << 30)), "needs 1073741824 bytes from");
    expect(changed(listed, 24, little_endian(1U << 30)), "says that it is 1073741824 bytes");
    expect(changed(listed, 42, little_endian(1U << 30)), "is not where the archive says");
    expect("PK\x05\x06", "is truncated");
    std::string renamed = whole;
    for (std::size_t at = 0; (at = renamed.find("conv.npy", at)) != std::string::npos;)
        renamed.replace(at, 8, "data.pkl");
    expect(renamed, "is a pickle of PyTorch");
}

TEST(NpzLimits, a_damaged_number_is_noticed_by_its_checksum) {
    // The last of the golden archives is the one that is deflated.
    const auto& files = golden_tensors().at("files");
    std::string bytes = bytes_of_hex(files.back().at("bytes"));
    const TensorList list = parse_npz(bytes, "m.npz");
    const TensorEntry& entry = list.entries[0];
    ASSERT_TRUE(entry.member && entry.member->deflated);
    int refusals = 0;
    for (std::size_t at = entry.member->bytes - 40; at < entry.member->bytes - 10; ++at) {
        std::string damaged = bytes;
        damaged[entry.member->offset + at] ^= 0x10;
        std::vector<float> values(entry.values());
        const std::string message = error_of(
            [&] { read_rows(damaged, entry, "m.npz", 0, entry.rows(), std::span(values)); });
        if (contains(message, "the tensor 'W1' is damaged")) ++refusals;
    }
    EXPECT_EQ(refusals, 30);
}

// In a process of its own that may take 100 MB more than it has: 0 where an Error or a list comes
// of it within a second of the processor's time.
void parse_in_little_memory(const std::string& bytes, const std::string& name) {
    std::ifstream file("/proc/self/statm");
    rlim_t pages = 0;
    file >> pages;
    const rlim_t most = pages * 4096 + (rlim_t{100} << 20);
    const rlimit limit{most, most};
    if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(4);
    const std::clock_t begin = std::clock();
    try {
        parse_tensors(bytes, name);
    } catch (const Error&) {
    } catch (const std::exception&) {
        _exit(2);
    };
    _exit(std::clock() - begin < CLOCKS_PER_SEC ? 0 : 3);
}

std::string repeated(const std::string& begin, const std::function<std::string(int)>& item,
                     std::size_t size) {
    std::string text = begin;
    for (int i = 0; text.size() < size; ++i) text += item(i);
    text.resize(size);
    return text;
}

TEST(HostileTensors, cost_at_most_a_second_and_100_MB) {
    if (sanitized) GTEST_SKIP() << "a sanitizer takes more than that itself";
    GTEST_FLAG_SET(death_test_style, "fast");
    constexpr std::size_t all = 99'999'000, some = 20'000'000;
    const auto expect_cheap = [](const std::string& what, const std::string& bytes,
                                 const std::string& name) {
        EXPECT_EXIT(parse_in_little_memory(bytes, name), testing::ExitedWithCode(0), "") << what;
        ;
    };
    const auto header = [&](const std::string& what, const std::string& text) {
        expect_cheap(what, safetensors_file(text, 0), "m.safetensors");
    };
    header("blanks", "{" + std::string(all, ' '));
    header("one long number", "{\"a\":{\"shape\":[" + std::string(all, '1'));
    header("one long text", "{\"" + std::string(all, 'x'));
    header("one text of marks", "{\"" + std::string(all, '\\'));
    header("texts of 7 MB", repeated(
                                "{\"__metadata__\":{",
                                [](int i) {
                                    return "\"" + std::to_string(i) + "\":\"" +
                                           std::string(7'000'000, 'x') + "\",";
                                },
                                all));
    header("many short texts",
           repeated(
               "{\"__metadata__\":{", [](int i) { return "\"" + std::to_string(i) + "\":\"\","; },
               some));
    header(
        "many empty tensors",
        repeated(
            "{", [](int i) { return tensor_json(std::to_string(i), "F32", "[]", "[0,0]") + ","; },
            some));
    header("many tensors of many dimensions",
           repeated(
               "{",
               [](int i) {
                   return tensor_json(std::to_string(i), "F32",
                                      "[0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
                                      "[0,0]") +
                          ",";
               },
               some));
    header("many dimensions",
           repeated(
               "{\"a\":{\"shape\":[", [](int) { return std::string("1,"); }, some));
    header("deep", "{\"a\":{\"shape\":" + std::string(all, '['));

    const std::string texts = repeated(
        "", [](int) { return std::string(8, '\0'); }, 160'000'000);
    expect_cheap("a list of empty texts",
                 gguf_head(0, 1) + gguf_key("k", 9, gguf_list(8, 20'000'000, texts)), "m.gguf");
    expect_cheap("a long list",
                 gguf_head(0, 1) + gguf_key("k", 9, gguf_list(0, 160'000'000, texts)), "m.gguf");
    expect_cheap("a long name of a key", gguf_head(0, 1) + gguf_text(texts), "m.gguf");
    expect_cheap("tensors without a name", gguf_head(131072, 0) + texts.substr(0, 131072 * 24),
                 "m.gguf");
    std::string keys;
    for (int i = 0; i < 65536; ++i)
        keys += gguf_key(std::to_string(i), 8, gguf_text(std::string(1000, 'x')));
    expect_cheap("64 MB of keys", gguf_head(0, 65536) + keys, "m.gguf");
}

// Each entry of the list is another name for the same member, whose header is as long as any.
TEST(HostileTensors, an_archive_of_many_names_for_one_file_is_cheap) {
    if (sanitized) GTEST_SKIP() << "a sanitizer takes more than that itself";
    const std::string whole = bytes_of_hex(golden_tensors().at("files").back().at("bytes"));
    const std::size_t first = whole.find("PK\x01\x02"),
                      second = whole.find("PK\x01\x02", first + 4);
    const std::string listed = whole.substr(first, second - first);
    std::string bytes = whole.substr(0, first);
    for (int i = 0; i < 16384; ++i) bytes += listed;
    std::string end = "PK\x05\x06" + std::string(18, '\0');
    end.replace(10, 2, little_endian(std::uint16_t{16384}));
    end.replace(12, 4, little_endian(static_cast<std::uint32_t>(bytes.size() - first)));
    end.replace(16, 4, little_endian(static_cast<std::uint32_t>(first)));
    EXPECT_MESSAGE(parse_npz(bytes + end, "m.npz"), "the tensor 'W1' stands twice");
    GTEST_FLAG_SET(death_test_style, "fast");
    EXPECT_EXIT(parse_in_little_memory(bytes + end, "m.npz"), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace muonscope
