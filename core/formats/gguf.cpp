// GGUF 2 and 3: docs/gguf.md of ggml. Magic, version, numbers of tensors and keys; the keys, the
// tensors' names and shapes, and behind a gap to the next multiple of the alignment their numbers.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/byte_reader.h"
#include "core/formats/tensor_list.h"

namespace muonscope {
namespace {

constexpr std::string_view copy_again = "copy or download it again";
constexpr std::string_view convert_again = "convert the model again";
constexpr std::uint32_t list_kind = 9;
constexpr std::uint64_t longest = std::uint64_t{1} << 30;  // text or list
constexpr std::size_t most_keys = 65536;

std::uint64_t rounded_up(std::uint64_t offset, std::uint64_t alignment) {
    return (offset + alignment - 1) / alignment * alignment;
}

class GgufReader {
  public:
    GgufReader(std::string_view bytes, const std::string& source)
        : bytes_(bytes), reader_(bytes), source_(source) {}

    TensorList read() {
        TensorList list;
        read_head(list);
        read_keys(list.metadata);
        read_alignment(list.metadata);
        list.entries.reserve(tensors_);
        for (std::uint64_t i = 0; i < tensors_; ++i) list.entries.push_back(read_tensor(i));
        check_names(list.entries, source_);
        place(list.entries);
        return list;
    }

  private:
    [[noreturn]] void fail(const std::string& what, std::string_view remedy) const {
        throw Error(in_quotes(source_), what, std::string(remedy));
    }
    [[noreturn]] void ends_within(const std::string& what) const {
        fail(fmt::format("ends after {} bytes, within {}", bytes_.size(), what), copy_again);
    }

    void read_head(TensorList& list) {
        std::string_view magic;
        std::uint32_t version = 0;
        if (!reader_.take(4, magic) || magic != "GGUF")
            fail("is no GGUF file: it does not begin with GGUF", "check that it is the right file");
        if (!reader_.take(version)) ends_within("its head");
        if (version != 0 && (version & 0xffffU) == 0)
            fail("is big-endian", "convert it with gguf-py's gguf_convert_endian.py");
        if (version != 2 && version != 3)
            fail(fmt::format("is of GGUF version {}, and 2 and 3 are read", version),
                 convert_again);
        if (!reader_.take(tensors_) || !reader_.take(keys_)) ends_within("its head");
        list.format = fmt::format("GGUF {}", version);
        if (tensors_ > most_tensors)
            fail(fmt::format("says that it holds {} tensors; at most {} are read", tensors_,
                             most_tensors),
                 copy_again);
        if (keys_ > most_keys)
            fail(fmt::format("says that it holds {} keys; at most {} are read", keys_, most_keys),
                 copy_again);
    }

    // `what` is called only where it is needed.
    template <class What>
    std::string_view read_text(What what) {
        std::uint64_t length = 0;
        if (!reader_.take(length)) ends_within(what());
        if (length > longest)
            fail(fmt::format("{} is {} bytes long; at most 2^30 are read", what(), length),
                 copy_again);
        std::string_view text;
        if (!reader_.take(length, text)) ends_within(what());
        return text;
    }

    void read_keys(Metadata& metadata) {
        std::vector<std::string_view> names;
        for (std::uint64_t i = 0; i < keys_; ++i) {
            const auto name = read_text([&] { return fmt::format("the name of key {}", i + 1); });
            names.push_back(name);
            metadata.append(read_value(name));
        }
        std::ranges::sort(names);
        const auto twice = std::ranges::adjacent_find(names);
        if (twice != names.end())
            fail("the key " + in_quotes(*twice) + " stands twice", convert_again);
    }

    Metadata::Entry read_value(std::string_view name) {
        const auto what = [&] { return "the value of key " + in_quotes(name); };
        std::uint32_t number = 0;
        std::uint64_t count = 1;
        if (!reader_.take(number)) ends_within(what());
        const bool list = number == list_kind;
        if (list && (!reader_.take(number) || !reader_.take(count))) ends_within(what());
        if (list && number == list_kind)
            fail(what() + " is a list of lists, which is not read", convert_again);
        if (number > 12)
            fail(fmt::format("{} is of kind {}, and there are 0 to 12", what(), number),
                 convert_again);
        if (count > longest)
            fail(fmt::format("{} is a list of {} items; at most 2^30 are read", what(), count),
                 copy_again);
        const Metadata::Kind kind{number};
        const std::string_view value = kind != Metadata::Kind::text
                                           ? read_numbers(kind, count, what)
                                       : list ? read_texts(count, what)
                                              : read_text(what);
        kept_ += name.size() + value.size();
        if (kept_ > most_metadata_bytes)
            fail(fmt::format("{} brings its keys to more than {} MB", what(),
                             most_metadata_bytes >> 20),
                 convert_again);
        if (kind == Metadata::Kind::flag) check_flags(value, what);
        return {std::string(name), kind, list, count, std::string(value)};
    }

    // Not much more than is kept is looked at.
    template <class What>
    std::string_view read_texts(std::uint64_t count, What what) {
        const std::string_view all = reader_.rest();
        if (all.size() / 8 < count) ends_within(what());
        std::size_t size = 0;
        for (std::uint64_t i = 0; i < count && size <= most_metadata_bytes; ++i) {
            read_text(what);
            size = all.size() - reader_.rest().size();
        }
        return all.substr(0, size);
    }

    template <class What>
    std::string_view read_numbers(Metadata::Kind kind, std::uint64_t count, What what) {
        std::string_view numbers;
        if (!reader_.take(count * size_of(kind), numbers)) ends_within(what());
        return numbers;
    }

    template <class What>
    void check_flags(std::string_view flags, What what) const {
        for (const char flag : flags)
            if (flag != 0 && flag != 1)
                fail(fmt::format("{} holds a flag of {}, and flags are 0 or 1", what(),
                                 static_cast<unsigned char>(flag)),
                     convert_again);
    }

    void read_alignment(const Metadata& metadata) {
        const Metadata::Entry* const entry = metadata.find("general.alignment");
        if (entry == nullptr) return;
        if (entry->list || entry->kind != Metadata::Kind::u32)
            fail("general.alignment is no number of 32 bits", convert_again);
        alignment_ = static_cast<std::uint64_t>(*metadata.whole("general.alignment"));
        if (!std::has_single_bit(alignment_))
            fail(fmt::format("general.alignment is {}, which is no power of two", alignment_),
                 convert_again);
    }

    TensorEntry read_tensor(std::uint64_t index) {
        const auto nameless = [&] { return fmt::format("the name of tensor {}", index + 1); };
        const std::string_view name = read_text(nameless);
        if (name.size() > 63)
            fail(
                fmt::format("{} is {} bytes long; at most 63 are allowed", nameless(), name.size()),
                convert_again);
        const std::string what = "the tensor " + in_quotes(name, 63);
        TensorEntry entry{std::string(name)};
        std::uint32_t dimensions = 0, number = 0;
        if (!reader_.take(dimensions)) ends_within(what);
        if (dimensions > 4)
            fail(fmt::format("{} has {} dimensions; at most 4 are allowed", what, dimensions),
                 convert_again);
        entry.shape.resize(dimensions);
        for (std::uint64_t& length : entry.shape)
            if (!reader_.take(length)) ends_within(what);
        std::ranges::reverse(entry.shape);
        if (!reader_.take(number) || !reader_.take(entry.offset)) ends_within(what);
        const TensorType* const type = gguf_type(number);
        entry.type = type ? type : &unknown_type();
        entry.type_name = type ? std::string(type->name) : std::to_string(number);
        measure(entry, what);
        return entry;
    }

    void measure(TensorEntry& entry, const std::string& what) const {
        if (!values_of(entry.shape))
            fail(fmt::format("{} has the shape {}, which is too large", what,
                             shape_text(entry.shape)),
                 copy_again);
        if (entry.offset % alignment_ != 0)
            fail(fmt::format("{} begins at {}, which is no multiple of {}", what, entry.offset,
                             alignment_),
                 convert_again);
        if (entry.columns() % entry.type->values != 0)
            fail(fmt::format("{} has rows of {} numbers, and {} has blocks of {}", what,
                             entry.columns(), entry.type->name, entry.type->values),
                 convert_again);
        if (entry.type == &unknown_type()) return;
        const std::optional<std::uint64_t> bytes = bytes_of(*entry.type, entry.shape);
        if (!bytes)
            fail(fmt::format("{} has the shape {}, which is too large", what,
                             shape_text(entry.shape)),
                 copy_again);
        entry.bytes = *bytes;
    }

    // From offsets among the numbers to offsets in the file: no hole, no overlap, nothing behind
    // its end.
    void place(std::vector<TensorEntry>& entries) const {
        const std::uint64_t head = bytes_.size() - reader_.rest().size();
        const std::uint64_t start = rounded_up(head, alignment_);
        const std::uint64_t room = start < bytes_.size() ? bytes_.size() - start : 0;
        std::vector<TensorEntry*> order;
        order.reserve(entries.size());
        for (TensorEntry& entry : entries) order.push_back(&entry);
        std::ranges::stable_sort(order, {}, &TensorEntry::offset);

        std::uint64_t end = 0;
        for (std::size_t i = 0; i < order.size(); ++i) {
            TensorEntry& entry = *order[i];
            const std::string_view name = entry.name;
            if (entry.offset < end)
                fail(
                    fmt::format("the tensor {} begins {} bytes before the end of the one before it",
                                in_quotes(name, 63), end - entry.offset),
                    convert_again);
            if (entry.offset > end)
                fail(fmt::format("{} bytes before the tensor {} belong to no tensor",
                                 entry.offset - end, in_quotes(name, 63)),
                     convert_again);
            // Of a type that nobody here knows only the next one says how long it is.
            const std::uint64_t next = i + 1 < order.size() ? order[i + 1]->offset : room;
            if (entry.type == &unknown_type() && next > entry.offset)
                entry.bytes = next - entry.offset;
            if (entry.offset > room || entry.bytes > room - entry.offset)
                fail(fmt::format("the tensor {} needs {} bytes from {} on, and the file ends at {}",
                                 in_quotes(name, 63), entry.bytes, start + entry.offset,
                                 bytes_.size()),
                     copy_again);
            end = rounded_up(entry.offset + entry.bytes, alignment_);
            entry.offset += start;
        }
    }

    std::string_view bytes_;
    ByteReader reader_;
    const std::string& source_;
    std::uint64_t tensors_ = 0, keys_ = 0;
    std::size_t kept_ = 0;  // bytes of keys and values
    std::uint64_t alignment_ = 32;
};

}  // namespace

TensorList parse_gguf(std::string_view bytes, const std::string& source) {
    return GgufReader(bytes, source).read();
}

}  // namespace muonscope
