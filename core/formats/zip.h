#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/byte_reader.h"

// ZIP archives, as .npz files and Python's packages are. PKWARE's APPNOTE 6.3.10: 4.3.7 (local
// headers), 4.3.12 (central directory), 4.3.14 to 16 (its end, also in 64 bits), 4.5.3 (sizes in 64
// bits). The central directory alone is believed; of a local header only how long it is.
struct z_stream_s;  // zlib's

namespace muonscope {

// What is read of a deflated member, from its beginning to where nobody asks for more.
class Inflater {
  public:
    explicit Inflater(std::string_view deflated);
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // How many bytes there were; fewer than asked for at its end, or where it is damaged.
    std::size_t take(std::span<std::uint8_t> bytes);

  private:
    std::unique_ptr<z_stream_s> stream_;
    std::uint64_t rest_ = 0;
    bool ready_ = false, ended_ = false;
};

// A member as the central directory has it.
struct ZipMember {
    std::string_view name;
    std::uint16_t flags = 0, method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, size = 0, local = 0;  // bytes, bytes when inflated, its local header
};

// `source` is what messages call the archive; both outlive this. All throw Error.
class ZipReader {
  public:
    ZipReader(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(source) {}

    std::vector<ZipMember> members();
    // Where its bytes begin, behind its local header.
    std::uint64_t begin_of(const ZipMember& member) const;
    // Throws where it is encrypted, packed by a method other than deflate, or of a size that it
    // cannot have.
    void check_packing(const ZipMember& member) const;
    // All of it, a part at a time; its checksum is held against the archive's.
    void unpack(const ZipMember& member,
                const std::function<void(std::span<const std::uint8_t>)>& take) const;

  private:
    void find_directory();
    void find_in_64_bits(std::size_t end);
    ZipMember read_listed(ByteReader& directory, std::uint64_t index) const;

    std::string_view bytes_;
    const std::string& source_;
    std::uint64_t count_ = 0, size_ = 0, begin_ = 0;
};

}  // namespace muonscope
