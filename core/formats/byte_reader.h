#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace muonscope {

// Takes numbers and texts from the front of some bytes, little-endian, and never looks behind their
// end: what is not there is not taken, and `false` says so.
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    std::string_view rest() const { return rest_; }

    template <class Number>
    [[nodiscard]] bool take(Number& number) {
        static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");
        std::string_view bytes;
        if (!take(sizeof number, bytes)) return false;
        std::memcpy(&number, bytes.data(), sizeof number);
        return true;
    }
    [[nodiscard]] bool take(std::uint64_t size, std::string_view& bytes) {
        if (size > rest_.size()) return false;
        bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
    }

  private:
    std::string_view rest_;
};

}  // namespace muonscope
