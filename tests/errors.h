#pragma once

#include <string>

#include "core/base/error.h"

namespace muonscope {

// The message of the Error that `call` throws; empty when it throws none.
template <class Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace muonscope

#define EXPECT_MESSAGE(call, part)                                                   \
    do {                                                                             \
        const std::string message = ::muonscope::error_of([&] { call; });            \
        EXPECT_TRUE(::muonscope::contains(message, part)) << "it says: " << message; \
        EXPECT_FALSE(::muonscope::contains(message, "\n"));                          \
    } while (false)
