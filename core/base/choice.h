#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace muonscope {

// What an enumerator is called: by files and flags, on screen, and in a sentence. Literals.
struct Choice {
    std::string_view slug = {};
    std::string_view label = {};
    std::string_view help = {};
};

// Where an enumerator stands in the table beside its enum.
template <class Enum>
constexpr std::size_t place_of(Enum enumerator) {
    return static_cast<std::size_t>(enumerator);
}

// One a enumerator, in their order: choices_of<Activation::tanh>({{"linear", …}, {"tanh", …}}).
// What is forgotten does not compile.
template <auto last, std::size_t n>
constexpr std::array<Choice, n> choices_of(const Choice (&choices)[n]) {
    static_assert(n == place_of(last) + 1, "one choice for each enumerator");
    std::array<Choice, n> result{};
    for (std::size_t i = 0; i < n; ++i) result[i] = choices[i];
    return result;
}

}  // namespace muonscope
