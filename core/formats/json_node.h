#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/place.h"

namespace muonscope {

// One value of a JSON tree and where it stands: whoever reads a tree walks it by these, so that
// every fault names its place. The tree and the source's name outlive it.
class JsonNode {
  public:
    using Json = nlohmann::ordered_json;

    JsonNode(const Json& value, Place place) : value_(&value), place_(std::move(place)) {}

    const Json& value() const { return *value_; }
    const Place& place() const { return place_; }

    // As a message shows it: a text in quotes and cut when long, "a list", "an object", or a
    // number.
    std::string shown() const;
    // Throw Error at its place: what is wrong, and what to do about it.
    [[noreturn]] void fail(const std::string& what, const std::string& remedy) const;
    [[noreturn]] void refuse(const std::string& allowed) const;  // "5 is not allowed; give …"

    // Of an object; the first throws where it is none or has another key.
    void check_keys(const std::vector<std::string>& known) const;
    std::optional<JsonNode> find(const std::string& key) const;  // none: it has no such key
    std::vector<JsonNode> elements() const;                      // throws where it is no list
    std::string text() const;                                    // at most 4096 bytes, or throws
    bool flag() const;                                           // true or false, or throws
    // A whole number in [min, max], or throws with what is allowed: "a layer's number".
    std::int64_t integer(std::int64_t min, std::int64_t max, const std::string& allowed) const;

  private:
    const Json* value_;
    Place place_;
};

}  // namespace muonscope
