// safetensors: README of huggingface/safetensors, "Format". Length of the header in 64 bits, the
// header (JSON), then the numbers without a gap. Read event by event, so that a hostile header
// costs no more than its length.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/byte_reader.h"
#include "core/formats/json_text.h"
#include "core/formats/tensor_list.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

constexpr std::string_view copy_again = "copy or download it again";
constexpr std::string_view save_again = "save it again with safetensors";
constexpr std::uint64_t most_header_bytes = 100'000'000;
constexpr std::size_t most_word_bytes = std::size_t{8} << 20;
constexpr std::size_t most_text_bytes = std::size_t{16} << 20;  // names, __metadata__

[[noreturn]] void fail(const std::string& source, const std::string& what,
                       std::string_view remedy) {
    throw Error(in_quotes(source), what, std::string(remedy));
}

// The header as it is parsed: {"__metadata__": {key: text}, name: {"dtype": …, "shape": […],
// "data_offsets": [begin, end]}}. Anything else is refused where it begins.
class HeaderEvents : public nlohmann::json_sax<Json> {
  public:
    HeaderEvents(TensorList& list, const std::string& source) : list_(list), source_(source) {}

    bool null() override { return unexpected("null"); }
    bool boolean(bool value) override { return unexpected(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override {
        return unexpected(std::to_string(value));
    }
    bool number_float(number_float_t, const string_t& text) override { return unexpected(text); }
    bool binary(binary_t&) override { return unexpected("bytes"); }

    bool number_unsigned(number_unsigned_t value) override {
        if (level_ != Level::shape && level_ != Level::offsets)
            return unexpected(std::to_string(value));
        std::vector<std::uint64_t>& numbers = level_ == Level::shape ? tensor().shape : offsets_;
        const std::size_t most = level_ == Level::shape ? most_dimensions : 2;
        if (numbers.size() == most)
            fail(source_, fmt::format("{} has more than {} numbers", key_place(), most),
                 save_again);
        numbers.push_back(value);
        return true;
    }

    bool string(string_t& value) override {
        if (level_ == Level::metadata) {
            keep(value.size());
            list_.metadata.append({key_, Metadata::Kind::text, false, 1, value});
        } else if (level_ == Level::tensor && key_ == "dtype") {
            keep(value.size());
            tensor().type_name = value;
        } else {
            return unexpected("a text");
        }
        return true;
    }

    bool start_object(std::size_t) override {
        if (level_ == Level::outside) {
            level_ = Level::header;
        } else if (level_ == Level::header && key_ == "__metadata__") {
            if (has_metadata_) fail(source_, "__metadata__ stands twice", save_again);
            has_metadata_ = true;
            level_ = Level::metadata;
        } else if (level_ == Level::header) {
            if (list_.entries.size() == most_tensors)
                fail(source_, fmt::format("holds more than {} tensors", most_tensors), copy_again);
            list_.entries.push_back(TensorEntry{key_});
            offsets_.clear();
            has_type_ = has_shape_ = has_offsets_ = false;
            level_ = Level::tensor;
        } else {
            return unexpected("an object");
        }
        return true;
    }

    bool key(string_t& value) override {
        keep(value.size());
        key_ = value;
        if (level_ == Level::metadata && ++keys_ > most_tensors)
            fail(source_, fmt::format("__metadata__ has more than {} keys", most_tensors),
                 copy_again);
        if (level_ != Level::tensor) return true;
        bool* const has = value == "dtype"          ? &has_type_
                          : value == "shape"        ? &has_shape_
                          : value == "data_offsets" ? &has_offsets_
                                                    : nullptr;
        if (has == nullptr || *has)
            fail(source_, fmt::format("{} is unknown or stands twice", key_place()), save_again);
        *has = true;
        return true;
    }

    bool end_object() override {
        if (level_ == Level::tensor) end_tensor();
        level_ = level_ == Level::header ? Level::outside : Level::header;
        return true;
    }

    bool start_array(std::size_t) override {
        if (level_ != Level::tensor || key_ == "dtype") return unexpected("a list");
        level_ = key_ == "shape" ? Level::shape : Level::offsets;
        return true;
    }

    bool end_array() override {
        level_ = Level::tensor;
        return true;
    }

    bool parse_error(std::size_t byte, const std::string&, const Json::exception& fault) override {
        fail(source_,
             fmt::format("its header is no JSON at byte {}: {}", byte, json_complaint(fault)),
             copy_again);
    }

  private:
    enum class Level { outside, header, metadata, tensor, shape, offsets };

    TensorEntry& tensor() { return list_.entries.back(); }

    std::string key_place() const {
        if (level_ == Level::header || level_ == Level::outside) return "the header";
        if (level_ == Level::metadata) return "the key " + in_quotes(key_) + " of __metadata__";
        return fmt::format("{} of the tensor {}", in_quotes(key_),
                           in_quotes(list_.entries.back().name));
    }

    bool unexpected(const std::string& what) const {
        const std::string place =
            level_ == Level::header ? "the tensor " + in_quotes(key_) : key_place();
        fail(source_, fmt::format("{} holds {} where it does not belong", place, in_quotes(what)),
             save_again);
    }

    void keep(std::size_t size) {
        kept_ += size;
        if (kept_ > most_text_bytes)
            fail(source_,
                 fmt::format("the header's names and __metadata__ are more than {} MB",
                             most_text_bytes >> 20),
                 copy_again);
    }

    void end_tensor() {
        TensorEntry& entry = tensor();
        const std::string what = "the tensor " + in_quotes(entry.name);
        if (!has_type_ || !has_shape_ || offsets_.size() != 2)
            fail(source_, what + " lacks dtype, shape or data_offsets", save_again);
        const TensorType* const type = safetensors_type(entry.type_name);
        entry.type = type ? type : &unknown_type();
        const auto [begin, end] = std::pair(offsets_[0], offsets_[1]);
        if (begin > end)
            fail(source_, fmt::format("{} ends at {}, before it begins at {}", what, end, begin),
                 save_again);
        entry.offset = begin;
        entry.bytes = end - begin;
        check_size(entry, what);
    }

    void check_size(const TensorEntry& entry, const std::string& what) const {
        const std::optional<std::uint64_t> values = values_of(entry.shape);
        // Types narrower than a byte fill the tensor as one, not row by row.
        const std::array<std::uint64_t, 1> flat{values.value_or(0)};
        const std::optional<std::uint64_t> bytes =
            values ? bytes_of(*entry.type, flat) : std::nullopt;
        if (!values || (!bytes && entry.type != &unknown_type()))
            fail(source_,
                 fmt::format("{} has the shape {}, which is too large or no whole bytes", what,
                             shape_text(entry.shape)),
                 save_again);
        if (bytes && *bytes != entry.bytes)
            fail(source_,
                 fmt::format("{} is {} of {}, {} bytes, and its data_offsets hold {}", what,
                             shape_text(entry.shape), entry.type->name, *bytes, entry.bytes),
                 save_again);
    }

    TensorList& list_;
    const std::string& source_;
    Level level_ = Level::outside;
    std::string key_;
    std::vector<std::uint64_t> offsets_;
    bool has_metadata_ = false, has_type_ = false, has_shape_ = false, has_offsets_ = false;
    std::size_t kept_ = 0, keys_ = 0;
};

// Throws where a text, a number or a gap is longer than any needs to be, before the parser takes it
// into memory.
void check_words(std::string_view header, const std::string& source) {
    bool within = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const char c = header[i];
        if (c == '"') within = !within;
        if (c == '"' || (!within && (c == ',' || c == '{' || c == '}' || c == '[' || c == ']')))
            begin = i;
        if (i - begin > most_word_bytes)
            fail(source,
                 fmt::format("a text or gap of its header is longer than {} MB",
                             most_word_bytes >> 20),
                 copy_again);
        if (within && c == '\\') ++i;
    }
}

void check_keys(const Metadata& metadata, const std::string& source) {
    std::vector<std::string_view> keys;
    keys.reserve(metadata.entries().size());
    for (const Metadata::Entry& entry : metadata.entries()) keys.emplace_back(entry.key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice != keys.end())
        fail(source, "the key " + in_quotes(*twice) + " of __metadata__ stands twice", save_again);
}

// From offsets in the buffer to offsets in the file: without hole or overlap, to its last byte.
void place(std::vector<TensorEntry>& entries, std::uint64_t start, std::uint64_t room,
           const std::string& source) {
    std::vector<TensorEntry*> order;
    order.reserve(entries.size());
    for (TensorEntry& entry : entries) order.push_back(&entry);
    std::ranges::sort(
        order, {}, [](const TensorEntry* entry) { return std::pair(entry->offset, entry->bytes); });
    std::uint64_t end = 0;
    for (TensorEntry* const entry : order) {
        const std::string name = in_quotes(entry->name);
        if (entry->offset < end)
            fail(source,
                 fmt::format("the tensor {} begins {} bytes before the end of the one before it",
                             name, end - entry->offset),
                 save_again);
        if (entry->offset > end)
            fail(source,
                 fmt::format("{} bytes before the tensor {} belong to no tensor",
                             entry->offset - end, name),
                 save_again);
        end = entry->offset + entry->bytes;
        if (end > room)
            fail(source,
                 fmt::format("the tensor {} needs {} bytes from {} on, and the file ends at {}",
                             name, entry->bytes, start + entry->offset, start + room),
                 copy_again);
        entry->offset += start;
    }
    if (end < room)
        fail(source, fmt::format("{} bytes follow its last tensor", room - end),
             "cut them off, or save it again with safetensors");
}

}  // namespace

TensorList parse_safetensors(std::string_view bytes, const std::string& source) {
    ByteReader reader(bytes);
    std::uint64_t length = 0;
    if (!reader.take(length))
        fail(source,
             fmt::format("ends after {} bytes, within the length of its header", bytes.size()),
             copy_again);
    if (length > most_header_bytes)
        fail(source,
             fmt::format("says that its header is {} bytes long; at most {} are allowed", length,
                         most_header_bytes),
             "check that it is a safetensors file");
    std::string_view header;
    if (!reader.take(length, header))
        fail(source, fmt::format("ends after {} bytes, within its header", bytes.size()),
             copy_again);
    if (!header.starts_with('{'))
        fail(source, "its header does not begin with {", "check that it is a safetensors file");
    check_words(header, source);

    TensorList list{.format = "safetensors", .entries = {}, .metadata = {}};
    HeaderEvents events(list, source);
    Json::sax_parse(header.begin(), header.end(), &events);
    check_names(list.entries, source);
    check_keys(list.metadata, source);
    place(list.entries, bytes.size() - reader.rest().size(), reader.rest().size(), source);
    return list;
}

}  // namespace muonscope
