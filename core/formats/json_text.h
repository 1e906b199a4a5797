#pragma once

#include <exception>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace muonscope {

// What a text of JSON may be, looked at before any memory is taken for it: as a tree it takes some
// 50 bytes a value, and a key is looked for among all of its object.
struct JsonLimits {
    std::size_t bytes = 0;
    std::size_t values = 800'000;  // numbers, texts, lists and objects in all
    std::size_t keys = 512;        // of one object
};

// The tree of a text within `limits`, at most 16 levels deep, in which no key of an object stands
// twice, no text is longer than a megabyte and no number or word than a thousand characters. Throws
// Error naming `source`; malformed JSON names line and column.
nlohmann::ordered_json parse_json(std::string_view text, std::string_view source,
                                  const JsonLimits& limits);

// What the parser of JSON says, without its own prefix and on one line.
std::string json_complaint(const std::exception& fault);

}  // namespace muonscope
