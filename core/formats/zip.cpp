#include "core/formats/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::string_view copy_again = "copy or save it again";
constexpr std::size_t most_members = std::size_t{1} << 14;

[[noreturn]] void fail(const std::string& source, const std::string& what) {
    throw Error(in_quotes(source), what, std::string(copy_again));
}

template <class Number>
Number number(std::string_view bytes, std::size_t at) {
    Number value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::string file_words(const ZipMember& member) {
    return "the file " + in_quotes(member.name);
}

// What does not fit into 32 bits stands in a field of its own.
bool widen(ZipMember& member, ByteReader extra) {
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

}  // namespace

Inflater::Inflater(std::string_view deflated) : stream_(std::make_unique<z_stream_s>()) {
    // zlib's own declaration knows no const.
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
    rest_ = deflated.size();
    ready_ = inflateInit2(stream_.get(), -MAX_WBITS) == Z_OK;  // without a head of its own
}

Inflater::~Inflater() {
    inflateEnd(stream_.get());
}

std::size_t Inflater::take(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (ready_ && !ended_ && done < bytes.size()) {
        const auto room = static_cast<uInt>(std::min<std::size_t>(bytes.size() - done, 1U << 30));
        const auto given = static_cast<uInt>(std::min<std::uint64_t>(rest_, 1U << 30));
        stream_->next_out = bytes.data() + done;
        stream_->avail_out = room;
        stream_->avail_in = given;
        const int result = inflate(stream_.get(), Z_NO_FLUSH);
        rest_ -= given - stream_->avail_in;
        done += room - stream_->avail_out;
        ended_ = result == Z_STREAM_END;
        ready_ = result == Z_OK || ended_;
    }
    return done;
}

std::vector<ZipMember> ZipReader::members() {
    find_directory();
    ByteReader directory(bytes_.substr(begin_, size_));
    if (count_ > most_members)
        fail(source_, fmt::format("holds {} files; at most {} are read", count_, most_members));
    std::vector<ZipMember> members;
    for (std::uint64_t i = 0; i < count_; ++i) members.push_back(read_listed(directory, i));
    return members;
}

std::uint64_t ZipReader::begin_of(const ZipMember& member) const {
    ByteReader local(bytes_.substr(std::min<std::uint64_t>(member.local, bytes_.size())));
    std::string_view fixed;
    if (!local.take(30, fixed) || !fixed.starts_with("PK\x03\x04"))
        fail(source_, file_words(member) + " is not where the archive says");
    const std::uint64_t begin =
        member.local + 30 + number<std::uint16_t>(fixed, 26) + number<std::uint16_t>(fixed, 28);
    if (begin > bytes_.size() || member.packed > bytes_.size() - begin)
        fail(source_, fmt::format("{} needs {} bytes from {} on, and the archive ends at {}",
                                  file_words(member), member.packed, begin, bytes_.size()));
    return begin;
}

void ZipReader::check_packing(const ZipMember& member) const {
    if ((member.flags & 1U) != 0) fail(source_, file_words(member) + " is encrypted");
    if (member.method != 0 && member.method != 8)
        fail(source_, fmt::format("{} is packed by method {}", file_words(member), member.method));
    // Deflate never packs more than 1032 to one.
    if (member.method == 8 ? member.size / 1040 > member.packed : member.size != member.packed)
        fail(source_, fmt::format("{} says that it is {} bytes, of {} in the archive",
                                  file_words(member), member.size, member.packed));
}

void ZipReader::unpack(const ZipMember& member,
                       const std::function<void(std::span<const std::uint8_t>)>& take) const {
    const std::string_view packed = bytes_.substr(begin_of(member), member.packed);
    check_packing(member);
    Inflater inflater(packed);
    std::vector<std::uint8_t> part(std::size_t{1} << 18);
    std::uint64_t at = 0;
    auto crc = static_cast<std::uint32_t>(crc32_z(0, nullptr, 0));
    while (at < member.size) {
        const auto wanted = std::min<std::uint64_t>(part.size(), member.size - at);
        if (member.method == 0)
            std::memcpy(part.data(), packed.data() + at, wanted);
        else if (inflater.take(std::span(part).first(wanted)) != wanted)
            break;
        crc = static_cast<std::uint32_t>(crc32_z(crc, part.data(), wanted));
        at += wanted;
        take(std::span(part).first(wanted));
    }
    if (at != member.size || crc != member.crc)
        fail(source_,
             fmt::format("{} is damaged: {}", file_words(member),
                         at != member.size ? fmt::format("it ends before its {} bytes", member.size)
                                           : "its checksum is another"));
}

// Its end stands at the end of the file, behind it at most a comment.
void ZipReader::find_directory() {
    const std::size_t tail = bytes_.size() - std::min<std::size_t>(bytes_.size(), 22 + 0xffff);
    const std::size_t found = bytes_.substr(tail).rfind("PK\x05\x06");
    if (found == std::string_view::npos || bytes_.size() - tail - found < 22)
        fail(source_, "is truncated: the list of what the archive holds is not there");
    const std::size_t at = tail + found;
    const std::string_view end = bytes_.substr(at, 22);
    count_ = number<std::uint16_t>(end, 10);
    size_ = number<std::uint32_t>(end, 12);
    begin_ = number<std::uint32_t>(end, 16);
    if (count_ == 0xffff || size_ == 0xffffffffU || begin_ == 0xffffffffU) find_in_64_bits(at);
    if (begin_ > bytes_.size() || size_ > bytes_.size() - begin_)
        fail(source_, "the list of what the archive holds lies behind its end");
}

void ZipReader::find_in_64_bits(std::size_t end) {
    if (end < 20 || !bytes_.substr(end - 20).starts_with("PK\x06\x07")) return;
    const auto at = number<std::uint64_t>(bytes_, end - 20 + 8);
    if (at > bytes_.size() || bytes_.size() - at < 56 ||
        !bytes_.substr(at).starts_with("PK\x06\x06"))
        fail(source_, "the list of what the archive holds is not where it says");
    count_ = number<std::uint64_t>(bytes_, at + 32);
    size_ = number<std::uint64_t>(bytes_, at + 40);
    begin_ = number<std::uint64_t>(bytes_, at + 48);
}

ZipMember ZipReader::read_listed(ByteReader& directory, std::uint64_t index) const {
    const auto damaged = [&] {
        fail(source_, fmt::format("entry {} of its list of files is damaged", index + 1));
    };
    std::string_view fixed, extra, comment;
    ZipMember member;
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

}  // namespace muonscope
