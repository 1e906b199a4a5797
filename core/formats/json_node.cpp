#include "core/formats/json_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::size_t longest_text = 4096;

}  // namespace

std::string JsonNode::shown() const {
    if (value_->is_string()) return in_quotes(value_->get_ref<const std::string&>());
    if (value_->is_object()) return "an object";
    if (value_->is_array()) return "a list";
    return value_->dump();
}

void JsonNode::fail(const std::string& what, const std::string& remedy) const {
    throw Error(place_.text(), what, remedy);
}

void JsonNode::refuse(const std::string& allowed) const {
    fail(shown() + " is not allowed", "give " + allowed);
}

void JsonNode::check_keys(const std::vector<std::string>& known) const {
    if (!value_->is_object()) refuse("an object: {\"key\": value, …}");
    for (const auto& [key, unused] : value_->items()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        std::string remedy = did_you_mean(key, known);
        if (remedy.empty()) {
            for (const std::string& name : known) remedy += (remedy.empty() ? "" : ", ") + name;
            remedy = "the keys here are " + remedy;
        }
        fail("the key " + in_quotes(key) + " is unknown", remedy);
    }
}

std::optional<JsonNode> JsonNode::find(const std::string& key) const {
    const auto found = value_->find(key);
    if (found == value_->end()) return std::nullopt;
    return JsonNode(*found, place_.at(key));
}

std::vector<JsonNode> JsonNode::elements() const {
    if (!value_->is_array()) refuse("a list: [value, …]");
    std::vector<JsonNode> elements;
    for (std::size_t i = 0; i < value_->size(); ++i)
        elements.emplace_back((*value_)[i], place_.at(i));
    return elements;
}

std::string JsonNode::text() const {
    if (!value_->is_string() || value_->get_ref<const std::string&>().size() > longest_text)
        refuse(fmt::format("a text of at most {} bytes", longest_text));
    return value_->get<std::string>();
}

bool JsonNode::flag() const {
    if (!value_->is_boolean()) refuse("true or false");
    return value_->get<bool>();
}

std::int64_t JsonNode::integer(std::int64_t min, std::int64_t max,
                               const std::string& allowed) const {
    if (!value_->is_number_integer() || *value_ < min || *value_ > max) refuse(allowed);
    return value_->get<std::int64_t>();
}

}  // namespace muonscope
