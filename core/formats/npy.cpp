// The .npy format: numpy.lib.format, NEP 1. Magic "\x93NUMPY", version, length of the header, the
// header (a Python dictionary's text), then the elements.

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <ostream>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"

namespace muonscope {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as they lie");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t most_bytes = std::size_t{256} << 20;
constexpr std::string_view save_again =
    "save it again as numpy.save(path, a.astype('<f8')) with a two-dimensional a";

struct Header {
    std::string type;  // "<f8"
    bool fortran_order = false;
    std::vector<std::uint64_t> shape;
};

// The little of Python's syntax that numpy writes: {'key': value, ...} with strings, booleans and
// tuples of integers.
class HeaderReader {
  public:
    HeaderReader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

    Header read() {
        Header header;
        bool has_type = false, has_order = false, has_shape = false;
        expect('{');
        while (!accept('}')) {
            const std::string key = string();
            expect(':');
            if (key == "descr" && !has_type) {
                has_type = true;
                header.type = type();
            } else if (key == "fortran_order" && !has_order) {
                has_order = true;
                header.fortran_order = boolean();
            } else if (key == "shape" && !has_shape) {
                has_shape = true;
                header.shape = tuple();
            } else {
                fail("the header's key " + in_quotes(key) + " is unknown or given twice");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skip_blanks();
        if (!text_.empty()) fail("the header does not end where it should");
        if (!has_type || !has_order || !has_shape)
            fail("the header lacks descr, fortran_order or shape");
        return header;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(in_quotes(path_), what, std::string(save_again));
    }
    void skip_blanks() {
        while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n'))
            text_.remove_prefix(1);
    }
    bool accept(char c) {
        skip_blanks();
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        if (!accept(c)) fail(fmt::format("the header lacks '{}' before {}", c, in_quotes(text_)));
    }
    bool accept_word(std::string_view word) {
        skip_blanks();
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    std::string string() {
        skip_blanks();
        const char mark = text_.empty() ? ' ' : text_.front();
        const std::size_t end =
            mark == '\'' || mark == '"' ? text_.find(mark, 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            fail("the header holds " + in_quotes(text_) + " where a string belongs");
        std::string result(text_.substr(1, end - 1));
        text_.remove_prefix(end + 1);
        return result;
    }
    std::string type() {
        skip_blanks();
        if (text_.starts_with('[')) fail("its elements are records, " + in_quotes(text_));
        return string();
    }
    bool boolean() {
        if (accept_word("True")) return true;
        if (accept_word("False")) return false;
        fail("the header holds " + in_quotes(text_) + " where True or False belongs");
    }
    std::vector<std::uint64_t> tuple() {
        std::vector<std::uint64_t> numbers;
        expect('(');
        while (!accept(')')) {
            skip_blanks();
            std::uint64_t number = 0;
            const auto [end, fault] =
                std::from_chars(text_.data(), text_.data() + text_.size(), number);
            if (fault != std::errc())
                fail("the header's shape holds " + in_quotes(text_) + ", which is no length");
            text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
            if (text_.starts_with('L')) text_.remove_prefix(1);  // a long of Python 2
            numbers.push_back(number);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return numbers;
    }

    std::string_view text_;
    const std::string& path_;
};

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

// Splits the file into header text and elements.
std::pair<std::string_view, std::string_view> split_npy(const std::string& path,
                                                        std::string_view bytes) {
    const auto truncated = [&] {
        throw Error(in_quotes(path),
                    fmt::format("ends after {} bytes, within its header", bytes.size()),
                    "copy or save it again");
    };
    if (!bytes.starts_with(magic.substr(0, bytes.size())) || bytes.empty())
        throw Error(in_quotes(path), "is not a .npy file", "write one with numpy.save");
    if (bytes.size() < magic.size() + 2) truncated();
    const int version = static_cast<unsigned char>(bytes[magic.size()]);
    if (version < 1 || version > 3)
        throw Error(in_quotes(path), fmt::format("is of .npy version {}", version),
                    "versions 1.0 to 3.0 are read; " + std::string(save_again));
    const std::size_t length_at = magic.size() + 2;
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    if (bytes.size() < length_at + length_bytes) truncated();
    const std::uint64_t length = little_endian(bytes.substr(length_at, length_bytes));
    bytes.remove_prefix(length_at + length_bytes);
    if (bytes.size() < length) truncated();
    return {bytes.substr(0, length), bytes.substr(length)};
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
    std::string text;
    for (std::size_t i = 0; i < shape.size() && i < 8; ++i)
        text += (i ? " x " : "") + std::to_string(shape[i]);
    return shape.size() > 8 ? text + " x …" : text;
}

std::size_t element_size(const std::string& path, const std::string& type) {
    if (type == "<f8") return 8;
    if (type == "<f4") return 4;
    const bool big_endian = type.starts_with('>');
    throw Error(in_quotes(path),
                "its elements are of type " + in_quotes(type) + (big_endian ? ", big endian" : ""),
                "little-endian float32 and float64 are read: " + std::string(save_again));
}

void check_shape(const std::string& path, const std::vector<std::uint64_t>& shape) {
    if (shape.size() != 2)
        throw Error(in_quotes(path),
                    fmt::format("has {} dimension{}{}", shape.size(), shape.size() == 1 ? "" : "s",
                                shape.empty() ? "" : " (" + shape_text(shape) + ")"),
                    "a matrix of two dimensions is needed: " + std::string(save_again));
    // Both bounds together keep every product below far from overflow.
    for (const std::uint64_t length : shape)
        if (length < 1 || length > most_bytes)
            throw Error(in_quotes(path), "has the shape " + shape_text(shape),
                        "every side must be at least 1 and the file at most 256 MB");
}

template <class Element>
Matrix elements(std::string_view data, const Header& header) {
    using Order = Eigen::Matrix<Element, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
    using Rows = Eigen::Matrix<Element, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto rows = static_cast<Eigen::Index>(header.shape[0]);
    const auto cols = static_cast<Eigen::Index>(header.shape[1]);
    if (header.fortran_order) {
        Order matrix(rows, cols);
        std::memcpy(matrix.data(), data.data(), data.size());
        return matrix.template cast<double>();
    }
    Rows matrix(rows, cols);
    std::memcpy(matrix.data(), data.data(), data.size());
    return matrix.template cast<double>();
}

void check_finite(const std::string& path, const Matrix& matrix) {
    for (Eigen::Index row = 0; row < matrix.rows(); ++row)
        for (Eigen::Index col = 0; col < matrix.cols(); ++col)
            if (!std::isfinite(matrix(row, col)))
                throw Error(in_quotes(path),
                            fmt::format("element [{}, {}] is {}", row, col, matrix(row, col)),
                            "every element must be a finite number");
}

}  // namespace

Matrix read_npy(const std::string& path) {
    const std::string bytes = read_file(path, most_bytes);
    const auto [text, data] = split_npy(path, bytes);
    const Header header = HeaderReader(text, path).read();
    const std::size_t size = element_size(path, header.type);
    check_shape(path, header.shape);
    const std::uint64_t needed = header.shape[0] * header.shape[1] * size;
    if (data.size() != needed)
        throw Error(
            in_quotes(path),
            fmt::format("is {}: a matrix of {} needs {} bytes of elements, and {} are there",
                        data.size() < needed ? "truncated" : "too long", shape_text(header.shape),
                        needed, data.size()),
            "copy or save it again");
    Matrix matrix = size == 8 ? elements<double>(data, header) : elements<float>(data, header);
    check_finite(path, matrix);
    return matrix;
}

void write_npy(const std::string& path, const Matrix& matrix) {
    std::string header =
        fmt::format("{{'descr': '<f8', 'fortran_order': True, 'shape': ({}, {}), }}", matrix.rows(),
                    matrix.cols());
    // Elements begin at a multiple of 64 bytes, and a line break ends the header.
    const std::size_t before = magic.size() + 4;
    header.append(63 - (before + header.size()) % 64, ' ');
    header += '\n';
    write_file(path, [&](std::ostream& stream) {
        stream << magic << '\x01' << '\0' << static_cast<char>(header.size() & 0xff)
               << static_cast<char>(header.size() >> 8) << header;
        stream.write(reinterpret_cast<const char*>(matrix.data()),
                     static_cast<std::streamsize>(sizeof(double)) * matrix.size());
    });
}

}  // namespace muonscope
