#include "core/formats/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr int deepest = 16;

std::string position_of(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}", line, before.size() - start + 1);
}

}  // namespace

std::string json_complaint(const std::exception& fault) {
    std::string text = fault.what();
    text.erase(0, text.find("] ") == std::string::npos ? 0 : text.find("] ") + 2);
    if (const auto column = text.find("column "); column != std::string::npos)
        if (const auto colon = text.find(": ", column); colon != std::string::npos)
            text.erase(0, colon + 2);
    std::string clean = in_quotes(text, 200);
    if (clean.size() > 250) clean = in_quotes(text, 60);  // of bytes shown by their numbers
    return clean.substr(1, clean.size() - 2);
}

Json parse_json(std::string_view text, std::string_view source, std::size_t most_bytes) {
    if (text.size() > most_bytes)
        throw Error(std::string(source), fmt::format("holds {} bytes", text.size()),
                    fmt::format("at most {} are read", most_bytes));
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > deepest)
            throw Error(std::string(source),
                        fmt::format("is nested deeper than {} levels", deepest),
                        "give a file as this program writes it");
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key &&
            !keys.back().insert(parsed.get_ref<const std::string&>()).second)
            throw Error(
                std::string(source),
                "the key " + in_quotes(parsed.get_ref<const std::string&>()) + " stands twice",
                "remove one of them");
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), watch);
    } catch (const Json::parse_error& fault) {
        throw Error(std::string(source),
                    position_of(text, fault.byte) + ": " + json_complaint(fault),
                    "mend the JSON there");
    } catch (const Json::out_of_range& fault) {
        throw Error(std::string(source), json_complaint(fault), "give finite numbers");
    }
}

}  // namespace muonscope
