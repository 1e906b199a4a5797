#include "core/formats/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

using Kind = Metadata::Kind;

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

template <class Number>
Number number_at(std::string_view bytes, std::uint64_t index) {
    Number number;
    std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
    return number;
}

template <class Number>
std::string bytes_of_numbers(const Number* numbers, std::size_t count) {
    std::string bytes(count * sizeof(Number), '\0');
    if (count > 0) std::memcpy(bytes.data(), numbers, bytes.size());
    return bytes;
}

bool is_real(Kind kind) {
    return kind == Kind::f32 || kind == Kind::f64;
}

bool is_whole(Kind kind) {
    return kind != Kind::flag && kind != Kind::text && !is_real(kind);
}

// `use` of the item at `index`, a number in its own type.
template <class Use>
auto with_number(const Metadata::Entry& entry, std::uint64_t index, Use use) {
    switch (entry.kind) {
        case Kind::u8:
        case Kind::flag:
            return use(number_at<std::uint8_t>(entry.bytes, index));
        case Kind::i8:
            return use(number_at<std::int8_t>(entry.bytes, index));
        case Kind::u16:
            return use(number_at<std::uint16_t>(entry.bytes, index));
        case Kind::i16:
            return use(number_at<std::int16_t>(entry.bytes, index));
        case Kind::u32:
            return use(number_at<std::uint32_t>(entry.bytes, index));
        case Kind::i32:
            return use(number_at<std::int32_t>(entry.bytes, index));
        case Kind::u64:
            return use(number_at<std::uint64_t>(entry.bytes, index));
        case Kind::i64:
            return use(number_at<std::int64_t>(entry.bytes, index));
        case Kind::f32:
            return use(number_at<float>(entry.bytes, index));
        default:
            return use(number_at<double>(entry.bytes, index));
    }
}

std::int64_t whole_at(const Metadata::Entry& entry, std::uint64_t index) {
    const auto value =
        with_number(entry, index, [](auto x) { return static_cast<std::int64_t>(x); });
    if (entry.kind == Kind::u64 && value < 0)
        throw Error("key " + in_quotes(entry.key),
                    fmt::format("is {}", number_at<std::uint64_t>(entry.bytes, index)),
                    "whole numbers below 2^63 are read");
    return value;
}

double number_at_index(const Metadata::Entry& entry, std::uint64_t index) {
    return with_number(entry, index, [](auto x) { return static_cast<double>(x); });
}

// Takes the next text of a list from its bytes.
std::string_view next_text(std::string_view& bytes) {
    const auto length = number_at<std::uint64_t>(bytes, 0);
    const std::string_view text = bytes.substr(sizeof length, length);
    bytes.remove_prefix(sizeof length + length);
    return text;
}

std::string item_text(const Metadata::Entry& entry, std::uint64_t index) {
    if (entry.kind == Kind::flag)
        return number_at<std::uint8_t>(entry.bytes, index) != 0 ? "true" : "false";
    return with_number(entry, index, [](auto x) { return fmt::format("{}", x); });
}

}  // namespace

std::size_t size_of(Kind kind) {
    switch (kind) {
        case Kind::u8:
        case Kind::i8:
        case Kind::flag:
            return 1;
        case Kind::u16:
        case Kind::i16:
            return 2;
        case Kind::u32:
        case Kind::i32:
        case Kind::f32:
            return 4;
        case Kind::u64:
        case Kind::i64:
        case Kind::f64:
            return 8;
        default:
            return 0;
    }
}

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::u8:
            return "u8";
        case Kind::i8:
            return "i8";
        case Kind::u16:
            return "u16";
        case Kind::i16:
            return "i16";
        case Kind::u32:
            return "u32";
        case Kind::i32:
            return "i32";
        case Kind::f32:
            return "f32";
        case Kind::flag:
            return "flag";
        case Kind::text:
            return "text";
        case Kind::u64:
            return "u64";
        case Kind::i64:
            return "i64";
        default:
            return "f64";
    }
}

std::string value_text(const Metadata::Entry& entry) {
    constexpr std::uint64_t most = 8;
    if (!entry.list && entry.kind == Kind::text) return in_quotes(entry.bytes);
    if (!entry.list) return item_text(entry, 0);
    std::string text;
    std::string_view rest = entry.bytes;
    for (std::uint64_t i = 0; i < std::min(entry.count, most); ++i) {
        if (i > 0) text += ", ";
        text += entry.kind == Kind::text ? in_quotes(next_text(rest), 20) : item_text(entry, i);
    }
    if (entry.count > most) text += fmt::format(", … {} items", entry.count);
    return "[" + text + "]";
}

const Metadata::Entry* Metadata::find(std::string_view key) const {
    const auto found = std::ranges::find(entries_, key, &Entry::key);
    return found == entries_.end() ? nullptr : &*found;
}

const Metadata::Entry* Metadata::wanted(std::string_view key, bool list, std::string_view kind,
                                        bool (*fits)(Kind)) const {
    const Entry* const entry = find(key);
    if (entry == nullptr || (entry->list == list && fits(entry->kind))) return entry;
    throw Error(
        "key " + in_quotes(key),
        fmt::format("is {}{}", entry->list ? "a list of " : "of type ", name_of(entry->kind)),
        fmt::format("{}{} is wanted", list ? "a list of " : "", kind));
}

std::optional<std::int64_t> Metadata::whole(std::string_view key) const {
    const Entry* const entry = wanted(key, false, "a whole number", is_whole);
    if (entry == nullptr) return std::nullopt;
    return whole_at(*entry, 0);
}

std::optional<double> Metadata::number(std::string_view key) const {
    const Entry* const entry =
        wanted(key, false, "a number", [](Kind kind) { return is_whole(kind) || is_real(kind); });
    if (entry == nullptr) return std::nullopt;
    return number_at_index(*entry, 0);
}

std::optional<bool> Metadata::flag(std::string_view key) const {
    const Entry* const entry =
        wanted(key, false, "true or false", [](Kind kind) { return kind == Kind::flag; });
    if (entry == nullptr) return std::nullopt;
    return entry->bytes[0] != 0;
}

std::optional<std::string> Metadata::text(std::string_view key) const {
    const Entry* const entry =
        wanted(key, false, "a text", [](Kind kind) { return kind == Kind::text; });
    if (entry == nullptr) return std::nullopt;
    return entry->bytes;
}

std::optional<std::vector<std::int64_t>> Metadata::wholes(std::string_view key) const {
    const Entry* const entry = wanted(key, true, "whole numbers", is_whole);
    if (entry == nullptr) return std::nullopt;
    std::vector<std::int64_t> numbers(entry->count);
    for (std::uint64_t i = 0; i < entry->count; ++i) numbers[i] = whole_at(*entry, i);
    return numbers;
}

std::optional<std::vector<double>> Metadata::numbers(std::string_view key) const {
    const Entry* const entry =
        wanted(key, true, "numbers", [](Kind kind) { return is_whole(kind) || is_real(kind); });
    if (entry == nullptr) return std::nullopt;
    std::vector<double> numbers(entry->count);
    for (std::uint64_t i = 0; i < entry->count; ++i) numbers[i] = number_at_index(*entry, i);
    return numbers;
}

std::optional<std::vector<std::string>> Metadata::texts(std::string_view key) const {
    const Entry* const entry =
        wanted(key, true, "texts", [](Kind kind) { return kind == Kind::text; });
    if (entry == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    texts.reserve(entry->count);
    std::string_view rest = entry->bytes;
    for (std::uint64_t i = 0; i < entry->count; ++i) texts.emplace_back(next_text(rest));
    return texts;
}

void Metadata::set(Entry entry) {
    const auto found = std::ranges::find(entries_, entry.key, &Entry::key);
    if (found == entries_.end())
        entries_.push_back(std::move(entry));
    else
        *found = std::move(entry);
}

void Metadata::set_text(std::string_view key, std::string_view text) {
    set({std::string(key), Kind::text, false, 1, std::string(text)});
}

void Metadata::set_u32(std::string_view key, std::uint32_t number) {
    set({std::string(key), Kind::u32, false, 1, bytes_of_numbers(&number, 1)});
}

void Metadata::set_f32(std::string_view key, float number) {
    set({std::string(key), Kind::f32, false, 1, bytes_of_numbers(&number, 1)});
}

void Metadata::set_flag(std::string_view key, bool flag) {
    set({std::string(key), Kind::flag, false, 1, std::string(1, flag ? '\1' : '\0')});
}

void Metadata::set_texts(std::string_view key, const std::vector<std::string>& texts) {
    std::string bytes;
    for (const std::string& text : texts) {
        const std::uint64_t length = text.size();
        bytes += bytes_of_numbers(&length, 1) + text;
    }
    set({std::string(key), Kind::text, true, texts.size(), std::move(bytes)});
}

void Metadata::set_i32s(std::string_view key, const std::vector<std::int32_t>& numbers) {
    set({std::string(key), Kind::i32, true, numbers.size(),
         bytes_of_numbers(numbers.data(), numbers.size())});
}

void Metadata::set_f32s(std::string_view key, const std::vector<float>& numbers) {
    set({std::string(key), Kind::f32, true, numbers.size(),
         bytes_of_numbers(numbers.data(), numbers.size())});
}

void Metadata::remove(std::string_view key) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
}

}  // namespace muonscope
