#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <random>

#include "core/formats/files.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

// A .npy file put together by hand from numpy.lib.format's description.
std::string npy(const std::string& header, const std::string& data, int version = 1) {
    std::string bytes = "\x93NUMPY";
    bytes += static_cast<char>(version);
    bytes += '\0';
    const std::size_t before = bytes.size() + (version == 1 ? 2 : 4);
    std::string padded = header;
    while ((before + padded.size() + 1) % 64 != 0) padded += ' ';
    padded += '\n';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
        bytes += static_cast<char>(padded.size() >> (8 * i) & 0xff);
    return bytes + padded + data;
}

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
    std::string bytes(numbers.size() * sizeof(Number), '\0');
    std::memcpy(bytes.data(), numbers.data(), bytes.size());
    return bytes;
}

std::string header(const std::string& type, bool fortran, const std::string& shape) {
    return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
           ", 'shape': " + shape + ", }";
}

const std::vector<double> six{1, 2, 3, 4, 5, 6};

class Npy : public testing::Test {
  protected:
    std::string file(const std::string& bytes) {
        // Not through write_file, which waits for the disk: thousands of files are read here.
        std::ofstream(folder_ / "a.npy", std::ios::binary) << bytes;
        return folder_ / "a.npy";
    }
    std::string message(const std::string& bytes) {
        const std::string path = file(bytes);
        const std::string text = error_of([&] { read_npy(path); });
        EXPECT_TRUE(contains(text, path)) << text;
        EXPECT_FALSE(contains(text, "\n")) << text;
        return text;
    }
    ScratchFolder folder_;
};

TEST_F(Npy, reads_rows_or_columns_first_in_either_precision_and_any_version) {
    Matrix expected(2, 3);
    expected << 1, 2, 3, 4, 5, 6;
    const std::vector<float> floats{1, 2, 3, 4, 5, 6};
    for (const int version : {1, 2, 3}) {
        EXPECT_EQ(read_npy(file(npy(header("<f8", false, "(2, 3)"), bytes_of(six), version))),
                  expected);
        EXPECT_EQ(read_npy(file(npy(header("<f4", false, "(2, 3)"), bytes_of(floats), version))),
                  expected);
        EXPECT_EQ(read_npy(file(npy(header("<f8", true, "(3, 2)"), bytes_of(six), version))),
                  expected.transpose());
        EXPECT_EQ(read_npy(file(npy(header("<f4", true, "(3, 2)"), bytes_of(floats), version))),
                  expected.transpose());
    }
}

TEST_F(Npy, reads_halves) {
    // 1, -2, 0.5 and the largest half, 65504.
    const std::vector<std::uint16_t> halves{0x3c00, 0xc000, 0x3800, 0x7bff};
    Matrix expected(2, 2);
    expected << 1, -2, 0.5, 65504;
    EXPECT_EQ(read_npy(file(npy(header("<f2", false, "(2, 2)"), bytes_of(halves)))), expected);
    EXPECT_EQ(read_npy(file(npy(header("<f2", true, "(2, 2)"), bytes_of(halves)))),
              expected.transpose());
}

// Lengths whose bytes are over 127, and such that need all of their bytes.
TEST_F(Npy, reads_a_header_of_any_length) {
    for (const std::size_t blanks : {0, 40, 100, 180, 250, 40000, 65000, 70000})
        for (const int version : {1, 2, 3}) {
            const std::string text = header("<f8", false, "(2, 3)") + std::string(blanks, ' ');
            if (version == 1 && blanks > 65400) continue;  // two bytes
            const Matrix matrix = read_npy(file(npy(text, bytes_of(six), version)));
            ASSERT_EQ(matrix.rows(), 2) << blanks;
            EXPECT_EQ(matrix(0, 0), 1) << blanks;
            EXPECT_EQ(matrix(1, 2), 6) << blanks;
        }
}

// numpy.save('a.npy', numpy.array([[1., 2., 3.], [4., 5., 6.]])), NumPy 1.24, byte for byte.
TEST_F(Npy, reads_what_numpy_wrote) {
    const std::string bytes = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                              "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }" +
                              std::string(58, ' ') + "\n" + bytes_of(six);
    ASSERT_EQ(bytes.size(), 128u + 48u);
    EXPECT_EQ(read_npy(file(bytes))(1, 0), 4);
}

TEST_F(Npy, reads_back_what_it_wrote_bit_by_bit) {
    Matrix matrix(3, 2);
    matrix << 0.1, -0.0, 5e-324, 1e308, 1.0 / 3, std::numeric_limits<double>::denorm_min();
    write_npy(folder_ / "b.npy", matrix);
    const Matrix again = read_npy(folder_ / "b.npy");
    ASSERT_EQ(again.rows(), 3);
    ASSERT_EQ(again.cols(), 2);
    EXPECT_EQ(std::memcmp(again.data(), matrix.data(), 6 * sizeof(double)), 0);
    // Elements begin at a multiple of 64, as numpy.lib.format asks.
    EXPECT_EQ((read_file(folder_ / "b.npy", 1 << 20).size() - 48) % 64, 0u);
}

TEST_F(Npy, lengths_as_python_2_writes_them_are_read) {
    for (const char* shape : {"(2L, 3L)", "(2, 3L)", "(2L,3L,)"})
        EXPECT_EQ(read_npy(file(npy(header("<f8", false, shape), bytes_of(six))))(1, 0), six[3])
            << shape;
    for (const char* shape : {"(L, 3)", "(2LL, 3)", "(2l, 3)", "(2 L, 3)"})
        EXPECT_NE(message(npy(header("<f8", false, shape), bytes_of(six))), "") << shape;
}

TEST_F(Npy, other_dimensions_than_two_are_refused) {
    EXPECT_TRUE(
        contains(message(npy(header("<f8", false, "(6,)"), bytes_of(six))), "has 1 dimension (6)"));
    EXPECT_TRUE(contains(message(npy(header("<f8", false, "(1, 2, 3)"), bytes_of(six))),
                         "has 3 dimensions (1 x 2 x 3)"));
    EXPECT_TRUE(contains(message(npy(header("<f8", false, "()"), bytes_of<double>({1}))),
                         "has 0 dimensions"));
}

TEST_F(Npy, other_types_and_byte_orders_are_refused) {
    EXPECT_TRUE(contains(message(npy(header("<i8", false, "(2, 3)"), bytes_of(six))), "'<i8'"));
    EXPECT_TRUE(contains(message(npy(header("<c16", false, "(1, 3)"), bytes_of(six))), "'<c16'"));
    EXPECT_TRUE(contains(message(npy(header("|O", false, "(2, 3)"), "pickle")), "'|O'"));
    EXPECT_TRUE(
        contains(message(npy(header(">f8", false, "(2, 3)"), bytes_of(six))), "big endian"));
    const std::string record =
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2, 3), }";
    EXPECT_TRUE(contains(message(npy(record, bytes_of(six))), "records"));
}

TEST_F(Npy, too_few_or_too_many_bytes_are_refused) {
    const std::string whole = npy(header("<f8", false, "(2, 3)"), bytes_of(six));
    EXPECT_TRUE(contains(message(whole.substr(0, whole.size() - 1)), "truncated"));
    EXPECT_TRUE(contains(message(whole + "x"), "too long"));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_NE(message(whole.substr(0, size)), "") << size;
}

TEST_F(Npy, absurd_shapes_are_refused_without_taking_memory) {
    // 2^32 x 2^32 elements of 8 bytes are 2^67 bytes, which is 0 in 64 bits.
    for (const char* shape :
         {"(4294967296, 4294967296)", "(2305843009213693952, 8)", "(18446744073709551615, 1)",
          "(99999999999999999999, 1)", "(-1, 6)", "(0, 6)", "(6, 0)", "(1048576, 1048576)"})
        EXPECT_NE(message(npy(header("<f8", false, shape), bytes_of(six))), "") << shape;
}

TEST_F(Npy, what_is_no_npy_file_is_refused) {
    EXPECT_TRUE(contains(message("hello, world"), "not a .npy file"));
    EXPECT_TRUE(contains(message(""), "not a .npy file"));
    EXPECT_TRUE(contains(message("PK\x03\x04"), "not a .npy file"));
    EXPECT_TRUE(
        contains(message(npy(header("<f8", false, "(2, 3)"), bytes_of(six), 4)), "version 4"));
    EXPECT_TRUE(contains(error_of([&] { read_npy(folder_ / "none.npy"); }), "No such file"));
}

TEST_F(Npy, headers_that_python_would_not_write_are_refused) {
    for (const char* text :
         {"", "{", "{}", "{'descr'}", "{'descr': '<f8'}", "{'descr': '<f8",
          "{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 3)}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': [2, 3]}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)} x",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (2 3)}",
          "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
          "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}"})
        EXPECT_NE(message(npy(text, bytes_of(six))), "") << text;
}

TEST_F(Npy, numbers_that_are_not_finite_are_refused_with_their_place) {
    std::vector<double> numbers = six;
    numbers[4] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(contains(message(npy(header("<f8", false, "(2, 3)"), bytes_of(numbers))),
                         "element [1, 1] is nan"));
    numbers[4] = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(contains(message(npy(header("<f8", true, "(3, 2)"), bytes_of(numbers))),
                         "element [1, 1] is inf"));
}

TEST_F(Npy, two_thousand_damaged_files_give_a_matrix_or_an_error) {
    const std::string whole = npy(header("<f8", false, "(2, 3)"), bytes_of(six));
    std::mt19937 random(20);
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string bytes = whole;
        for (unsigned change = 0; change <= random() % 4; ++change) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 3) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes.erase(at, 1 + random() % 8);
                    break;
                case 2:
                    bytes.insert(at, 1 + random() % 8, static_cast<char>(random()));
                    break;
            }
        }
        try {
            read_npy(file(bytes));
        } catch (const Error&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace muonscope
