#include "core/formats/block_numbers.h"

#include <array>
#include <bit>
#include <cstring>

#include "core/formats/narrow_numbers.h"

namespace muonscope {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read as they lie");

template <class Number>
Number number_at(const std::uint8_t* bytes) {
    Number number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

float half_at(const std::uint8_t* bytes) {
    return half_value(number_at<std::uint16_t>(bytes));
}

float as_float(int integer) {
    return static_cast<float>(integer);
}

// The fifth bits of 32 numbers, where the fourth of their nibbles ends.
int fifth_bit(std::uint32_t bits, int at) {
    return static_cast<int>(bits >> at & 1U) << 4;
}

// Scale and least value of one of the eight parts of a block of 256, six bits each.
struct PartScale {
    int scale, least;
};

PartScale part_scale(const std::uint8_t* packed, int part) {
    if (part < 4) return {packed[part] & 63, packed[part + 4] & 63};
    return {(packed[part + 4] & 15) | (packed[part - 4] >> 6 << 4),
            (packed[part + 4] >> 4) | (packed[part] >> 6 << 4)};
}

}  // namespace

void read_f64(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (std::size_t i = 0; i < blocks; ++i)
        values[i] = static_cast<float>(number_at<double>(bytes + 8 * i));
}

void read_f32(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    if (blocks > 0) std::memcpy(values, bytes, 4 * blocks);
}

void read_f16(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (std::size_t i = 0; i < blocks; ++i) values[i] = half_at(bytes + 2 * i);
}

void read_bf16(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (std::size_t i = 0; i < blocks; ++i)
        values[i] = bfloat16_value(number_at<std::uint16_t>(bytes + 2 * i));
}

void read_q4_0(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 18, values += 32) {
        const float scale = half_at(bytes);
        for (int i = 0; i < 16; ++i) {
            values[i] = scale * as_float((bytes[2 + i] & 15) - 8);
            values[i + 16] = scale * as_float((bytes[2 + i] >> 4) - 8);
        }
    }
}

void read_q4_1(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 20, values += 32) {
        const float scale = half_at(bytes), least = half_at(bytes + 2);
        for (int i = 0; i < 16; ++i) {
            values[i] = scale * as_float(bytes[4 + i] & 15) + least;
            values[i + 16] = scale * as_float(bytes[4 + i] >> 4) + least;
        }
    }
}

void read_q5_0(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 22, values += 32) {
        const float scale = half_at(bytes);
        const auto high = number_at<std::uint32_t>(bytes + 2);
        for (int i = 0; i < 16; ++i) {
            const int low = bytes[6 + i];
            values[i] = scale * as_float(((low & 15) | fifth_bit(high, i)) - 16);
            values[i + 16] = scale * as_float(((low >> 4) | fifth_bit(high, i + 16)) - 16);
        }
    }
}

void read_q5_1(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 24, values += 32) {
        const float scale = half_at(bytes), least = half_at(bytes + 2);
        const auto high = number_at<std::uint32_t>(bytes + 4);
        for (int i = 0; i < 16; ++i) {
            const int low = bytes[8 + i];
            values[i] = scale * as_float((low & 15) | fifth_bit(high, i)) + least;
            values[i + 16] = scale * as_float((low >> 4) | fifth_bit(high, i + 16)) + least;
        }
    }
}

void read_q8_0(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 34, values += 32) {
        const float scale = half_at(bytes);
        for (int i = 0; i < 32; ++i)
            values[i] = as_float(static_cast<std::int8_t>(bytes[2 + i])) * scale;
    }
}

void read_q4_k(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 144, values += 256) {
        const float scale = half_at(bytes), least = half_at(bytes + 2);
        for (int part = 0; part < 8; ++part) {
            const PartScale own = part_scale(bytes + 4, part);
            const float by = scale * as_float(own.scale), minus = least * as_float(own.least);
            // Two parts share 32 bytes: the low nibbles are the first one's, the high the second's.
            const std::uint8_t* const low = bytes + 16 + part / 2 * 32;
            for (int i = 0; i < 32; ++i)
                values[part * 32 + i] = by * as_float(low[i] >> (part % 2 * 4) & 15) - minus;
        }
    }
}

void read_q5_k(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 176, values += 256) {
        const float scale = half_at(bytes), least = half_at(bytes + 2);
        for (int part = 0; part < 8; ++part) {
            const PartScale own = part_scale(bytes + 4, part);
            const float by = scale * as_float(own.scale), minus = least * as_float(own.least);
            const std::uint8_t* const high = bytes + 16;
            const std::uint8_t* const low = bytes + 48 + part / 2 * 32;
            for (int i = 0; i < 32; ++i) {
                const int number = (low[i] >> (part % 2 * 4) & 15) | (high[i] >> part & 1) << 4;
                values[part * 32 + i] = by * as_float(number) - minus;
            }
        }
    }
}

void read_q6_k(const std::uint8_t* bytes, std::size_t blocks, float* values) {
    for (; blocks > 0; --blocks, bytes += 210, values += 256) {
        const float scale = half_at(bytes + 208);
        std::array<float, 16> by;
        for (int i = 0; i < 16; ++i)
            by[i] = scale * as_float(static_cast<std::int8_t>(bytes[192 + i]));
        for (int half = 0; half < 2; ++half) {
            const std::uint8_t *const low = bytes + half * 64, *const high =
                                                                   bytes + 128 + half * 32;
            for (int part = 0; part < 4; ++part)
                for (int i = 0; i < 32; ++i) {
                    const int nibble = low[part % 2 * 32 + i] >> (part / 2 * 4) & 15;
                    const int number = (nibble | (high[i] >> (2 * part) & 3) << 4) - 32;
                    values[half * 128 + part * 32 + i] =
                        by[half * 8 + part * 2 + i / 16] * as_float(number);
                }
        }
    }
}

}  // namespace muonscope
