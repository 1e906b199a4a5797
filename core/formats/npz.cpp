// .npz: a ZIP archive of .npy files. PKWARE's APPNOTE 6.3.10: 4.3.7 (local headers), 4.3.12
// (central directory), 4.3.14 to 16 (its end, also in 64 bits), 4.5.3 (sizes in 64 bits). The
// central directory alone is believed; of a local header only how long it is.

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/byte_reader.h"
#include "core/formats/tensor_values.h"

namespace muonscope {
namespace {

constexpr std::string_view copy_again = "copy or save it again";
constexpr std::string_view save_again = "save it again with numpy.savez";
constexpr std::size_t most_header_bytes = std::size_t{1}
                                          << 14;  // of a member; NumPy's are 128 to 10000
constexpr std::size_t most_members = std::size_t{1} << 14;

[[noreturn]] void fail(const std::string& source, const std::string& what,
                       std::string_view remedy) {
    throw Error(in_quotes(source), what, std::string(remedy));
}

// What is read of a deflated member, from its beginning to where nobody asks for more.
class Inflater {
  public:
    explicit Inflater(std::string_view deflated) {
        // zlib's own declaration knows no const.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
        rest_ = deflated.size();
        ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK;  // without a head of its own
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // How many bytes there were; fewer than asked for at its end, or where it is damaged.
    std::size_t take(std::span<std::uint8_t> bytes) {
        std::size_t done = 0;
        while (ready_ && !ended_ && done < bytes.size()) {
            const auto room =
                static_cast<uInt>(std::min<std::size_t>(bytes.size() - done, 1U << 30));
            const auto given = static_cast<uInt>(std::min<std::uint64_t>(rest_, 1U << 30));
            stream_.next_out = bytes.data() + done;
            stream_.avail_out = room;
            stream_.avail_in = given;
            const int result = inflate(&stream_, Z_NO_FLUSH);
            rest_ -= given - stream_.avail_in;
            done += room - stream_.avail_out;
            ended_ = result == Z_STREAM_END;
            ready_ = result == Z_OK || ended_;
        }
        return done;
    }

  private:
    z_stream stream_{};
    std::uint64_t rest_ = 0;
    bool ready_ = false, ended_ = false;
};

// A member as the central directory has it.
struct Listed {
    std::string_view name;
    std::uint16_t flags = 0, method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, size = 0, local = 0;  // bytes, bytes when inflated, its local header
};

class ZipReader {
  public:
    ZipReader(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(source) {}

    std::vector<Listed> members() {
        find_directory();
        ByteReader directory(bytes_.substr(begin_, size_));
        if (count_ > most_members)
            fail(source_, fmt::format("holds {} files; at most {} are read", count_, most_members),
                 copy_again);
        std::vector<Listed> members;
        for (std::uint64_t i = 0; i < count_; ++i) members.push_back(read_listed(directory, i));
        return members;
    }

    // Where its bytes begin, behind its local header.
    std::uint64_t begin_of(const Listed& member) const {
        ByteReader local(bytes_.substr(std::min<std::uint64_t>(member.local, bytes_.size())));
        std::string_view fixed;
        if (!local.take(30, fixed) || !fixed.starts_with("PK\x03\x04"))
            fail(source_, "the file " + in_quotes(member.name) + " is not where the archive says",
                 copy_again);
        const std::uint64_t begin =
            member.local + 30 + number<std::uint16_t>(fixed, 26) + number<std::uint16_t>(fixed, 28);
        if (begin > bytes_.size() || member.packed > bytes_.size() - begin)
            fail(source_,
                 fmt::format("the file {} needs {} bytes from {} on, and the archive ends at {}",
                             in_quotes(member.name), member.packed, begin, bytes_.size()),
                 copy_again);
        return begin;
    }

  private:
    template <class Number>
    static Number number(std::string_view bytes, std::size_t at) {
        Number value{};
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return value;
    }

    // Its end stands at the end of the file, behind it at most a comment.
    void find_directory() {
        const std::size_t tail = bytes_.size() - std::min<std::size_t>(bytes_.size(), 22 + 0xffff);
        const std::size_t found = bytes_.substr(tail).rfind("PK\x05\x06");
        if (found == std::string_view::npos || bytes_.size() - tail - found < 22)
            fail(source_, "is truncated: the list of what the archive holds is not there",
                 copy_again);
        const std::size_t at = tail + found;
        const std::string_view end = bytes_.substr(at, 22);
        count_ = number<std::uint16_t>(end, 10);
        size_ = number<std::uint32_t>(end, 12);
        begin_ = number<std::uint32_t>(end, 16);
        if (count_ == 0xffff || size_ == 0xffffffffU || begin_ == 0xffffffffU) find_in_64_bits(at);
        if (begin_ > bytes_.size() || size_ > bytes_.size() - begin_)
            fail(source_, "the list of what the archive holds lies behind its end", copy_again);
    }

    void find_in_64_bits(std::size_t end) {
        if (end < 20 || !bytes_.substr(end - 20).starts_with("PK\x06\x07")) return;
        const auto at = number<std::uint64_t>(bytes_, end - 20 + 8);
        if (at > bytes_.size() || bytes_.size() - at < 56 ||
            !bytes_.substr(at).starts_with("PK\x06\x06"))
            fail(source_, "the list of what the archive holds is not where it says", copy_again);
        count_ = number<std::uint64_t>(bytes_, at + 32);
        size_ = number<std::uint64_t>(bytes_, at + 40);
        begin_ = number<std::uint64_t>(bytes_, at + 48);
    }

    Listed read_listed(ByteReader& directory, std::uint64_t index) const {
        const auto damaged = [&] {
            fail(source_, fmt::format("entry {} of its list of files is damaged", index + 1),
                 copy_again);
        };
        std::string_view fixed, extra, comment;
        Listed member;
        if (!directory.take(46, fixed) || !fixed.starts_with("PK\x01\x02") ||
            !directory.take(number<std::uint16_t>(fixed, 28), member.name) ||
            !directory.take(number<std::uint16_t>(fixed, 30), extra) ||
            !directory.take(number<std::uint16_t>(fixed, 32), comment))
            damaged();
        member.flags = number<std::uint16_t>(fixed, 8);
        member.method = number<std::uint16_t>(fixed, 10);
        member.crc = number<std::uint32_t>(fixed, 16);
        member.packed = number<std::uint32_t>(fixed, 20);
        member.size = number<std::uint32_t>(fixed, 24);
        member.local = number<std::uint32_t>(fixed, 42);
        if (!widen(member, ByteReader(extra))) damaged();
        return member;
    }

    // What does not fit into 32 bits stands in a field of its own.
    static bool widen(Listed& member, ByteReader extra) {
        std::uint16_t id = 0, size = 0;
        std::string_view field;
        while (extra.take(id) && extra.take(size)) {
            if (!extra.take(size, field)) return false;
            if (id != 1) continue;
            ByteReader wide(field);
            for (std::uint64_t* const value : {&member.size, &member.packed, &member.local})
                if (*value == 0xffffffffU && !wide.take(*value)) return false;
        }
        return true;
    }

    std::string_view bytes_;
    const std::string& source_;
    std::uint64_t count_ = 0, size_ = 0, begin_ = 0;
};

// A member as a tensor.
TensorEntry entry_of(const Listed& listed, std::uint64_t begin, std::string_view bytes,
                     const std::string& source) {
    const std::string what = "the file " + in_quotes(listed.name);
    if ((listed.flags & 1U) != 0) fail(source, what + " is encrypted", save_again);
    if (listed.method != 0 && listed.method != 8)
        fail(source, fmt::format("{} is packed by method {}", what, listed.method), save_again);
    const bool deflated = listed.method == 8;
    // Deflate never packs more than 1032 to one.
    if (deflated ? listed.size / 1040 > listed.packed : listed.size != listed.packed)
        fail(source,
             fmt::format("{} says that it is {} bytes, of {} in the archive", what, listed.size,
                         listed.packed),
             copy_again);
    const std::string_view packed = bytes.substr(begin, listed.packed);
    std::string head(packed.substr(0, most_header_bytes));
    if (deflated) {
        std::vector<std::uint8_t> inflated(most_header_bytes);
        inflated.resize(Inflater(packed).take(inflated));
        head.assign(inflated.begin(), inflated.end());
    }
    TensorEntry entry = npy_entry(std::string_view(head).substr(0, listed.size), listed.size,
                                  source + ", " + std::string(listed.name));
    entry.name = listed.name.substr(0, listed.name.size() - 4);
    entry.member = {deflated, begin, listed.packed, entry.offset, listed.crc};
    entry.offset += begin;
    return entry;
}

}  // namespace

TensorList parse_npz(std::string_view bytes, const std::string& source) {
    TensorList list{.format = ".npz", .entries = {}, .metadata = {}};
    ZipReader zip(bytes, source);
    const std::vector<Listed> members = zip.members();
    for (const Listed& member : members) {
        if (member.name.ends_with("data.pkl"))
            fail(source, "is a pickle of PyTorch, which is code and not only numbers",
                 "save its tensors with safetensors.torch.save_file");
        if (member.name.ends_with(".npy"))
            list.entries.push_back(entry_of(member, zip.begin_of(member), bytes, source));
    }
    if (list.entries.empty() && !members.empty())
        fail(source, "is an archive without a .npy file", save_again);
    check_names(list.entries, source);
    return list;
}

void inflate_member(std::string_view file, const TensorEntry& entry, const std::string& source,
                    std::uint64_t from, std::span<std::uint8_t> bytes) {
    const TensorEntry::Member& member = *entry.member;
    Inflater inflater(file.substr(member.offset, member.bytes));
    std::array<std::uint8_t, std::size_t{1} << 15> skipped;
    std::uint64_t at = 0;
    auto crc = static_cast<std::uint32_t>(crc32_z(0, nullptr, 0));
    // All of it passes, so that its checksum can be held against the archive's.
    const std::uint64_t size = member.header + entry.bytes;
    while (at < size) {
        const bool wanted = at == from && !bytes.empty();
        const std::uint64_t end = at < from ? from : size;
        const std::span<std::uint8_t> part =
            wanted ? bytes
                   : std::span(skipped).first(std::min<std::uint64_t>(end - at, skipped.size()));
        if (inflater.take(part) != part.size()) break;
        crc = static_cast<std::uint32_t>(crc32_z(crc, part.data(), part.size()));
        at += part.size();
    }
    if (at != size || crc != member.crc)
        fail(source,
             fmt::format("the tensor {} is damaged: {}", in_quotes(entry.name),
                         at != size ? fmt::format("it ends before its {} bytes", size)
                                    : "its checksum is another"),
             copy_again);
}

}  // namespace muonscope
