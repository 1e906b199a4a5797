// .npz: a ZIP archive of .npy files.

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/tensor_values.h"
#include "core/formats/zip.h"

namespace muonscope {
namespace {

constexpr std::string_view copy_again = "copy or save it again";
constexpr std::string_view save_again = "save it again with numpy.savez";
constexpr std::size_t most_header_bytes = std::size_t{1}
                                          << 14;  // of a member; NumPy's are 128 to 10000

[[noreturn]] void fail(const std::string& source, const std::string& what,
                       std::string_view remedy) {
    throw Error(in_quotes(source), what, std::string(remedy));
}

// A member as a tensor.
TensorEntry entry_of(const ZipMember& listed, std::uint64_t begin, std::string_view bytes,
                     const std::string& source) {
    const bool deflated = listed.method == 8;
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
    const std::vector<ZipMember> members = zip.members();
    for (const ZipMember& member : members) {
        if (member.name.ends_with("data.pkl"))
            fail(source, "is a pickle of PyTorch, which is code and not only numbers",
                 "save its tensors with safetensors.torch.save_file");
        if (!member.name.ends_with(".npy")) continue;
        const std::uint64_t begin = zip.begin_of(member);
        zip.check_packing(member);
        list.entries.push_back(entry_of(member, begin, bytes, source));
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
