#include "core/documents/setting_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/json_text.h"
#include "core/formats/packed_text.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view begins = "muonscope1:";
constexpr std::string_view source = "the pasted setting";
constexpr std::size_t most_bytes = std::size_t{1} << 20;

// What every setting is likely to say, the likeliest last.
std::string dictionary() {
    std::string text;
    for (const Parameter& parameter : experiment_parameters())
        text += fmt::format("/experiment/{}\",", parameter.key);
    for (const Parameter& parameter : optimizer_parameters())
        text += fmt::format("/optimizer/{}\",", parameter.key);
    for (const char* name : {"muon", "adamw", "sgd", "true", "false"})
        text += fmt::format("\"value\":\"{}\"}},", name);
    for (const Spec& preset : presets()) text += "{\"preset\":\"" + preset.name + "\",";
    return text +
           "\"sum\":\"\",\"changes\":[{\"op\":\"add\",\"path\":\"/lanes/1/layer_optimizers/"
           "{\"op\":\"replace\",\"path\":\"/experiment/network/"
           "{\"op\":\"replace\",\"path\":\"/lanes/0/phases/0/optimizer/lr\",\"value\":0.0"
           "{\"op\":\"replace\",\"path\":\"/lanes/1/phases/0/optimizer/";
}

Json tree_of(const Spec& spec) {
    return Json::parse(to_json(spec));
}

// FNV-1a, 32 bits, of what the spec says.
std::string sum_of(const Json& tree) {
    std::uint32_t hash = 2166136261U;
    for (const char c : tree.dump()) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return fmt::format("{:08x}", hash);
}

const Spec* preset_named(const std::string& name) {
    for (const Spec& one : presets())
        if (one.name == name) return &one;
    return nullptr;
}

[[noreturn]] void refuse(const std::string& what) {
    throw Error(std::string(source), what, "copy it once more, whole, or use a session file");
}

}  // namespace

std::string setting_text(const Spec& spec) {
    const Spec* base = preset_named(spec.name);
    const Spec fallback;
    const Json tree = tree_of(spec), from = tree_of(base != nullptr ? *base : fallback);
    const Json payload = {{"preset", base != nullptr ? base->name : ""},
                          {"changes", Json::diff(from, tree)},
                          {"sum", sum_of(tree)}};
    return std::string(begins) + packed_text(payload.dump(), dictionary());
}

bool is_setting_text(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text.substr(first).starts_with(begins);
}

Spec spec_from_setting_text(std::string_view text) {
    std::string packed;
    for (const char c : text)
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') packed += c;
    if (!packed.starts_with(begins)) refuse("does not begin with \"" + std::string(begins) + "\"");
    const Json payload =
        parse_json(unpacked_text(packed.substr(begins.size()), dictionary(), most_bytes, source),
                   source, {.bytes = most_bytes});
    if (!payload.is_object() || !payload.contains("preset") || !payload["preset"].is_string() ||
        !payload.contains("changes") || !payload.contains("sum") || !payload["sum"].is_string())
        refuse("is none of a setting");
    const std::string name = payload["preset"].get<std::string>();
    const Spec* base = preset_named(name);
    if (base == nullptr && !name.empty())
        refuse("is of a preset \"" + name + "\" that is not here");
    Json tree = tree_of(base != nullptr ? *base : Spec());
    try {
        tree = tree.patch(payload["changes"]);
    } catch (const Json::exception&) {
        refuse("changes what is not in its preset");
    }
    Spec spec = spec_from_tree(tree, source);
    if (sum_of(tree_of(spec)) != payload["sum"].get<std::string>())
        refuse("was made by another version, whose preset says another run");
    return spec;
}

}  // namespace muonscope
