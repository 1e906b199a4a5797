#pragma once

#include <exception>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace muonscope {

// The tree of a text of at most `most_bytes`, at most 16 levels deep, in which no key of an object
// stands twice. Throws Error naming `source`; malformed JSON names line and column.
nlohmann::ordered_json parse_json(std::string_view text, std::string_view source,
                                  std::size_t most_bytes);

// What the parser of JSON says, without its own prefix and on one line.
std::string json_complaint(const std::exception& fault);

}  // namespace muonscope
