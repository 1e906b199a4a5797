#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/base/error.h"

// What every target holds its subject to. Whatever is no Error ends the program, which is what
// libFuzzer looks for.
namespace muonscope {

inline void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

// Done, or refused by an Error in one line of at most `longest` bytes that names `source`. 0, for
// libFuzzer.
template <class Read>
int try_or_refuse(const std::string& source, std::size_t longest, Read&& read) {
    try {
        read();
    } catch (const Error& error) {
        const std::string message = error.what();
        expect(message.find(source) != std::string::npos, "a refusal names its source");
        expect(message.find('\n') == std::string::npos, "a refusal is one line");
        expect(message.size() < longest, "a refusal is one sentence");
    }
    return 0;
}

// A list of keys or presets may stand in it.
inline constexpr std::size_t sentence = 500, sentence_with_a_list = 2000;

}  // namespace muonscope
