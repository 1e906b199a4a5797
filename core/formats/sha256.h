#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace muonscope {

// SHA-256 (FIPS 180-4, 6.2) of bytes that come in parts.
class Sha256 {
  public:
    void add(std::span<const std::uint8_t> bytes);
    // Of all that was added, in 64 hexadecimal digits; once only, and nothing may follow.
    std::string finish();

  private:
    void take_block(const std::uint8_t* block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, 64> rest_{};
    std::size_t filled_ = 0;  // of rest_
    std::uint64_t bytes_ = 0;
};

}  // namespace muonscope
