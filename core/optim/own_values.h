#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace muonscope {

// Numbers that one kind of optimiser alone has, by their keys; what is not there has its default.
// Sorted, so that equal values compare equal. Keys are literals: they outlive every spec.
class OwnValues {
  public:
    struct Entry {
        std::string_view key;  // empty: none
        double value = 0;

        bool operator==(const Entry&) const = default;
    };

    constexpr const double* find(std::string_view key) const {
        for (const Entry& entry : entries_)
            if (entry.key == key) return &entry.value;
        return nullptr;
    }
    constexpr void set(std::string_view key, double value) {
        erase(key);
        std::size_t at = 0;
        while (at < entries_.size() && !entries_[at].key.empty() && entries_[at].key < key) ++at;
        if (!entries_.back().key.empty()) throw std::length_error("optimiser's own numbers");
        for (std::size_t i = entries_.size() - 1; i > at; --i) entries_[i] = entries_[i - 1];
        entries_[at] = {key, value};
    }
    constexpr void erase(std::string_view key) {
        std::size_t to = 0;
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (entries_[i].key != key) entries_[to++] = entries_[i];
        while (to < entries_.size()) entries_[to++] = {};
    }

    bool operator==(const OwnValues&) const = default;

  private:
    std::array<Entry, 16> entries_{};
};

}  // namespace muonscope
