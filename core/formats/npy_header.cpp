// The .npy format: numpy.lib.format, NEP 1. Magic "\x93NUMPY", version, length of the header, the
// header (a Python dictionary's text), then the elements.

#include "core/formats/npy_header.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

// The little of Python's syntax that numpy writes: {'key': value, ...} with strings, booleans and
// tuples of integers.
class HeaderReader {
  public:
    HeaderReader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

    NpyHeader read() {
        NpyHeader header;
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
        throw Error(in_quotes(path_), what, "save it again with numpy.save");
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
                    "versions 1.0 to 3.0 are read; save it again with numpy.save");
    const std::size_t length_at = magic.size() + 2;
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    if (bytes.size() < length_at + length_bytes) truncated();
    const std::uint64_t length = little_endian(bytes.substr(length_at, length_bytes));
    bytes.remove_prefix(length_at + length_bytes);
    if (bytes.size() < length) truncated();
    return {bytes.substr(0, length), bytes.substr(length)};
}

}  // namespace

NpyHeader read_npy_header(std::string_view bytes, const std::string& source) {
    const auto [text, elements] = split_npy(source, bytes);
    NpyHeader header = HeaderReader(text, source).read();
    header.size = bytes.size() - elements.size();
    return header;
}

std::string npy_header(std::string_view type, bool fortran_order,
                       const std::vector<std::uint64_t>& shape) {
    std::string lengths;
    for (const std::uint64_t length : shape) lengths += fmt::format("{}, ", length);
    if (shape.size() > 1) lengths.resize(lengths.size() - 2);  // (2, 3), but (6,)
    if (shape.size() == 1) lengths.pop_back();
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': ({}), }}", type,
                                   fortran_order ? "True" : "False", lengths);
    // Elements begin at a multiple of 64 bytes, and a line break ends the header.
    const std::size_t before = magic.size() + 4;
    text.append(63 - (before + text.size()) % 64, ' ');
    text += '\n';
    std::string bytes(magic);
    bytes +=
        {'\x01', '\0', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
    return bytes + text;
}

}  // namespace muonscope
