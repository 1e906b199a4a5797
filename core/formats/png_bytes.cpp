#include "core/formats/png_bytes.h"

#include <zlib.h>

#include <array>

#include "core/base/error.h"

namespace muonscope {
namespace {

std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFFU);
    return bytes;
}

// Length, name, what it holds, checksum of the latter two.
std::string chunk(std::string_view name, std::string_view inside) {
    const std::string body = std::string(name) + std::string(inside);
    const uLong sum =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(static_cast<std::uint32_t>(inside.size())) + body +
           big_endian(static_cast<std::uint32_t>(sum));
}

}  // namespace

std::string deflated(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string out(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                  reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()),
                  Z_BEST_COMPRESSION) != Z_OK)
        throw Error("drawing", "cannot be packed", "free some memory");
    out.resize(size);
    return out;
}

std::string png_bytes(int width, int height, std::span<const std::uint8_t> rgb) {
    const std::size_t row = 3 * static_cast<std::size_t>(width);
    std::string lines;
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
        lines += '\0';  // no filter
        lines.append(reinterpret_cast<const char*>(rgb.data()) + y * row, row);
    }
    // Eight bits a channel, RGB, the only methods there are, not interlaced.
    constexpr std::array<char, 5> kind{8, 2, 0, 0, 0};
    return "\x89PNG\r\n\x1a\n" +
           chunk("IHDR", big_endian(static_cast<std::uint32_t>(width)) +
                             big_endian(static_cast<std::uint32_t>(height)) +
                             std::string(kind.data(), kind.size())) +
           chunk("IDAT", deflated(lines)) + chunk("IEND", "");
}

}  // namespace muonscope
