#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muonscope {

// What a file of tensors says of itself besides them: keys with values, in the file's order. GGUF
// has numbers, flags, texts and lists of them; safetensors has texts; .npy and .npz have none.
class Metadata {
  public:
    enum class Kind : std::uint32_t {  // GGUF's numbers for them; 9 is a list there
        u8 = 0,
        i8 = 1,
        u16 = 2,
        i16 = 3,
        u32 = 4,
        i32 = 5,
        f32 = 6,
        flag = 7,
        text = 8,
        u64 = 10,
        i64 = 11,
        f64 = 12
    };
    // `bytes` are the value as GGUF has it: numbers little-endian, texts in lists behind their
    // length in 64 bits; a text that stands alone is itself.
    struct Entry {
        std::string key;
        Kind kind;
        bool list;
        std::uint64_t count;  // of items; 1 where it is no list
        std::string bytes;
    };

    const std::vector<Entry>& entries() const { return entries_; }
    const Entry* find(std::string_view key) const;  // nullptr: it has no such key

    // None where there is no such key; throw Error that names it where its value is of another
    // kind.
    std::optional<std::int64_t> whole(std::string_view key) const;  // any whole number
    std::optional<double> number(std::string_view key) const;       // any number
    std::optional<bool> flag(std::string_view key) const;
    std::optional<std::string> text(std::string_view key) const;
    std::optional<std::vector<std::int64_t>> wholes(std::string_view key) const;
    std::optional<std::vector<double>> numbers(std::string_view key) const;
    std::optional<std::vector<std::string>> texts(std::string_view key) const;

    // In place of what the key had, or behind all others.
    void set(Entry entry);
    void set_text(std::string_view key, std::string_view text);
    void set_u32(std::string_view key, std::uint32_t number);
    void set_f32(std::string_view key, float number);
    void set_flag(std::string_view key, bool flag);
    void set_texts(std::string_view key, const std::vector<std::string>& texts);
    void set_i32s(std::string_view key, const std::vector<std::int32_t>& numbers);
    void set_f32s(std::string_view key, const std::vector<float>& numbers);
    void remove(std::string_view key);
    // Behind all others; whoever reads a file sees to it that no key stands twice.
    void append(Entry entry) { entries_.push_back(std::move(entry)); }

  private:
    const Entry* wanted(std::string_view key, bool list, std::string_view kind,
                        bool (*fits)(Kind)) const;

    std::vector<Entry> entries_;
};

// Bytes of an item; 0 for a text, whose bytes are its own.
std::size_t size_of(Metadata::Kind kind);
std::string_view name_of(Metadata::Kind kind);  // "u32"
// As a person reads it, on one line: "30", "1e-05", "true", "llama", "[0, 0, 3, … 49152 items]".
std::string value_text(const Metadata::Entry& entry);

}  // namespace muonscope
