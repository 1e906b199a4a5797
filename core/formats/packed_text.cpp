#include "core/formats/packed_text.h"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <new>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string in_letters(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    std::uint32_t bits = 0;
    int held = 0;
    for (const std::uint8_t byte : bytes) {
        bits = (bits << 8U) | byte;
        held += 8;
        while (held >= 6) {
            held -= 6;
            text += alphabet[(bits >> static_cast<unsigned>(held)) & 63U];
        }
    }
    if (held > 0) text += alphabet[(bits << static_cast<unsigned>(6 - held)) & 63U];
    return text;
}

std::vector<std::uint8_t> bytes_in(std::string_view text, std::string_view source) {
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::size_t digit = alphabet.find(c);
        if (digit == std::string_view::npos)
            throw Error(std::string(source),
                        "holds " + in_quotes(std::string(1, c)) + ", which belongs to no such text",
                        "copy it once more, whole");
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<std::uint8_t>((bits >> static_cast<unsigned>(held)) & 255U));
    }
    return bytes;
}

const Bytef* bytes_of(std::string_view text) {
    return reinterpret_cast<const Bytef*>(text.data());
}

// Ends a stream when it goes.
struct Stream {
    z_stream z{};
    int (*end)(z_streamp) = nullptr;
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
        if (end != nullptr) end(&z);
    }
};

[[noreturn]] void broken(std::string_view source) {
    throw Error(std::string(source), "is not whole, or was changed", "copy it once more, whole");
}

}  // namespace

std::string packed_text(std::string_view text, std::string_view dictionary) {
    Stream stream;
    if (deflateInit(&stream.z, Z_BEST_COMPRESSION) != Z_OK) throw std::bad_alloc();
    stream.end = deflateEnd;
    deflateSetDictionary(&stream.z, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
    std::vector<std::uint8_t> bytes(deflateBound(&stream.z, text.size()));
    stream.z.next_in = const_cast<Bytef*>(bytes_of(text));
    stream.z.avail_in = static_cast<uInt>(text.size());
    stream.z.next_out = bytes.data();
    stream.z.avail_out = static_cast<uInt>(bytes.size());
    if (deflate(&stream.z, Z_FINISH) != Z_STREAM_END) throw std::bad_alloc();
    bytes.resize(stream.z.total_out);
    return in_letters(bytes);
}

std::string unpacked_text(std::string_view packed, std::string_view dictionary, std::size_t most,
                          std::string_view source) {
    const std::vector<std::uint8_t> bytes = bytes_in(packed, source);
    Stream stream;
    if (inflateInit(&stream.z) != Z_OK) throw std::bad_alloc();
    stream.end = inflateEnd;
    stream.z.next_in = const_cast<Bytef*>(bytes.data());
    stream.z.avail_in = static_cast<uInt>(bytes.size());
    std::string text;
    std::array<char, 4096> part{};
    int state = Z_OK;
    while (state != Z_STREAM_END) {
        stream.z.next_out = reinterpret_cast<Bytef*>(part.data());
        stream.z.avail_out = static_cast<uInt>(part.size());
        state = inflate(&stream.z, Z_NO_FLUSH);
        if (state == Z_NEED_DICT) {
            if (inflateSetDictionary(&stream.z, bytes_of(dictionary),
                                     static_cast<uInt>(dictionary.size())) != Z_OK)
                throw Error(std::string(source), "was made by another version of Muonscope",
                            "open it there and save a session file");
            state = inflate(&stream.z, Z_NO_FLUSH);
        }
        const std::size_t came = part.size() - stream.z.avail_out;
        if (state != Z_OK && state != Z_STREAM_END) broken(source);
        if (state == Z_OK && came == 0) broken(source);  // it ends before its end
        text.append(part.data(), came);
        if (text.size() > most)
            throw Error(std::string(source), "holds more than a setting does",
                        "give what Muonscope copied");
    }
    return text;
}

}  // namespace muonscope
