#include "core/documents/published_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

// Numbers of the file that are no figures.
constexpr std::array labels = {"pair", "muon_tolerance_steps"};

bool is_label(std::string_view key) {
    return std::find(labels.begin(), labels.end(), key) != labels.end();
}

std::string below(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}/{}", path, key);
}

void flatten(const Json& node, const std::string& path, Published& result) {
    if (node.is_number()) {
        result.numbers.emplace(path, node.get<double>());
    } else if (node.is_array()) {
        for (std::size_t i = 0; i < node.size(); ++i)
            flatten(node[i], below(path, std::to_string(i)), result);
    } else if (node.is_object()) {
        for (const auto& [key, value] : node.items())
            if (!is_label(key)) flatten(value, below(path, key), result);
    }
}

Json parsed(std::string_view text, std::string_view source) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        throw Error(std::string(source), "is not a JSON object", "give the published figures");
    return json;
}

// ---- writing ----

// As many digits as were printed; all of them where none were. Formats of 10 decimals stand for
// more than two machines share.
Json number(const Figure& figure) {
    if (!std::isfinite(figure.value)) return {};
    if (figure.format.empty() || figure.format == "{:.10f}") return figure.value;
    return Json::parse(fmt::format(fmt::runtime(figure.format), figure.value), nullptr, false);
}

// An empty list or object, as the published one is, with the labels that the latter has.
Json empty_like(const Json* published) {
    if (published && published->is_array()) return Json::array();
    Json object = Json::object();
    if (published && published->is_object())
        for (const char* label : labels)
            if (published->contains(label)) object[label] = (*published)[label];
    return object;
}

// The place of `key` in a list or object, made where it is missing.
Json& place(Json& node, const std::string& key) {
    if (!node.is_array()) return node[key];
    const std::size_t index = std::stoul(key);
    while (node.size() <= index) node.push_back(nullptr);
    return node[index];
}

const Json* published_place(const Json* node, const std::string& key) {
    if (node && node->is_array()) {
        const std::size_t index = std::stoul(key);
        return index < node->size() ? &(*node)[index] : nullptr;
    }
    return node && node->is_object() && node->contains(key) ? &(*node)[key] : nullptr;
}

void put(Json& root, const Json& published_root, const Figure& figure) {
    Json* node = &root;
    const Json* published = &published_root;
    std::string_view rest = figure.path;
    for (;;) {
        const std::size_t slash = rest.find('/');
        const std::string key(rest.substr(0, slash));
        node = &place(*node, key);
        published = published_place(published, key);
        if (slash == std::string_view::npos) break;
        if (node->is_null()) *node = empty_like(published);
        rest.remove_prefix(slash + 1);
    }
    *node = number(figure);
}

}  // namespace

Published published_from_json(std::string_view text, std::string_view source) {
    const Json json = parsed(text, source);
    Published result;
    try {
        result.source = json.value("source", "");
        if (json.contains("tau"))
            result.muon_tolerance_steps = json["tau"].value("muon_tolerance_steps", 0.0);
        flatten(json, "", result);
    } catch (const Json::exception&) {
        throw Error(std::string(source), "does not hold published figures", "give published.json");
    }
    return result;
}

std::string figures_json(std::span<const Figure> figures, std::string_view published_text,
                         std::string_view origin) {
    const Json published = parsed(published_text, "published figures");
    Json json = Json::object();
    json["source"] = origin;
    for (const Figure& figure : figures) put(json, published, figure);
    return json.dump(1) + "\n";
}

}  // namespace muonscope
