#include "core/documents/session_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/program.h"
#include "core/documents/spec_json.h"
#include "core/formats/json_node.h"
#include "core/formats/json_text.h"
#include "core/linalg/kernels/level.h"
#include "core/session/edit.h"
#include "core/weights/edit.h"
#include "core/weights/selection.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_bytes = 64u << 20;

[[noreturn]] void fail(const JsonNode& node, const std::string& what) {
    node.fail(what, "use a file that Muonscope saved");
}

// Recipes have no text of their own: they travel as the only lane of a spec.
Json json_of(const Recipe& recipe) {
    Spec spec;
    spec.lanes = {recipe};
    return Json::parse(to_json(spec))["lanes"][0];
}

Recipe recipe_of(const JsonNode& node, const Json& experiment) {
    // The experiment comes along because layers are checked against its depth.
    const Json spec = {{"version", Spec::current_version},
                       {"experiment", experiment},
                       {"lanes", Json::array({node.value()})}};
    return spec_from_tree(spec, node.place().text()).lanes.at(0);
}

Json json_of(const Edit& edit) {
    Json json;
    if (const auto* parameter = std::get_if<SetParameter>(&edit)) {
        json["set"] = parameter->path;
        std::visit([&](const auto& value) { json["to"] = value; }, parameter->value);
    } else if (const auto* lane = std::get_if<SetLane>(&edit)) {
        json["lane"] = lane->lane;
        json["recipe"] = json_of(lane->recipe);
    } else if (const auto* lower = std::get_if<LowerRate>(&edit)) {
        json["lower_rate"] = lower->lane;
        json["by"] = lower->by;
        return json;
    } else {
        json["swap"] = true;
    }
    json["keep_momentum"] = keeps_momentum(edit);
    return json;
}

JsonNode member(const JsonNode& node, const char* key) {
    if (node.value().is_object())
        if (auto found = node.find(key)) return *found;
    fail(node, fmt::format("\"{}\" is missing", key));
}

std::int64_t step_of(const JsonNode& node) {
    const JsonNode step = member(node, "step");
    const Json& value = step.value();
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0)
        fail(step, step.shown() + " is not a step");
    return value.get<std::int64_t>();
}

bool flag(const JsonNode& node, const char* key, bool fallback) {
    const auto found = node.find(key);
    if (!found) return fallback;
    if (!found->value().is_boolean()) fail(*found, "neither true nor false");
    return found->flag();
}

Value value_of(const JsonNode& node) {
    const Json& value = node.value();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    fail(node, node.shown() + " is no value of a parameter");
}

std::string string_of(const JsonNode& node) {
    if (!node.value().is_string()) fail(node, node.shown() + " is not a text");
    return node.value().get<std::string>();
}

// As a file has it: a number of 64 bits that is beyond an int is none.
std::optional<int> number_in(const JsonNode& node) {
    const Json& value = node.value();
    if (!value.is_number_integer() || value < 0 || value > INT32_MAX) return std::nullopt;
    return value.get<int>();
}

int lane_of(const JsonNode& node) {
    const std::optional<int> number = number_in(node);
    if (!number) fail(node, "not a lane's number");
    return *number;
}

Edit edit_of(const JsonNode& node, const Json& experiment) {
    const bool keep = flag(node, "keep_momentum", true);
    if (const auto path = node.find("set"))
        return SetParameter{string_of(*path), value_of(member(node, "to")), keep};
    if (const auto lane = node.find("lane"))
        return SetLane{lane_of(*lane), recipe_of(member(node, "recipe"), experiment), keep};
    if (const auto lane = node.find("lower_rate")) {
        const JsonNode by = member(node, "by");
        const int index = lane_of(*lane);
        if (!by.value().is_number()) fail(by, by.shown() + " is not a number");
        return LowerRate{index, by.value().get<double>()};
    }
    if (flag(node, "swap", false)) return SwapOptimizers{keep};
    fail(node, "neither \"set\" nor \"lane\" nor \"lower_rate\" nor \"swap\"");
}

// A run that met a bad edit half way would stop there.
void try_edits(const SessionFile& file, const std::vector<JsonNode>& log) {
    Spec spec = file.spec;
    for (std::size_t i = 0; i < file.log.size(); ++i) {
        const Edit& edit = file.log[i].edit;
        Spec after;
        try {
            after = edited(spec, edit);
        } catch (const Error& fault) {
            fail(log[i], fault.what());
        }
        if (restarts(edit, spec, after))
            fail(log[i], "an edit that starts over is not one of a run");
        spec = std::move(after);
    }
}

std::uint64_t hash_of(const JsonNode& node) {
    const std::string text = string_of(node);
    std::uint64_t hash = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
    if (fault != std::errc() || end != text.data() + text.size())
        fail(node, in_quotes(text) + " is not a hash");
    return hash;
}

SessionFile::Program program_of(const JsonNode& node) {
    return {string_of(member(node, "version")), string_of(member(node, "commit")),
            string_of(member(node, "level"))};
}

std::vector<std::string> texts_of(const JsonNode& node) {
    if (!node.value().is_array()) fail(node, "not a list");
    std::vector<std::string> texts;
    for (const JsonNode& one : node.elements()) texts.push_back(string_of(one));
    return texts;
}

void try_weight_edit(const JsonNode& node) {
    try {
        static_cast<void>(Selection(edit_in(string_of(node)).target));
    } catch (const Error& fault) {
        fail(node, fault.what());
    }
}

bool is_sha256(const std::string& text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

SessionFile::Weights weights_of(const JsonNode& node) {
    SessionFile::Weights weights;
    const JsonNode files = member(node, "files"), edits = member(node, "edits");
    weights.files = texts_of(files);
    if (weights.files.empty() || weights.files.size() > 2)
        fail(files, fmt::format("{} paths instead of 1 or 2", weights.files.size()));
    weights.shown = string_of(member(node, "shown"));
    weights.edits = texts_of(edits);
    for (const JsonNode& edit : edits.elements()) try_weight_edit(edit);
    if (const auto matrix = node.find("matrix")) weights.matrix = string_of(*matrix);
    const auto hash = node.find("sha256");
    if (!hash) return weights;
    weights.sha256 = string_of(*hash);
    if (!is_sha256(weights.sha256)) fail(*hash, "not 64 hexadecimal digits");
    return weights;
}

Json json_of(const SessionFile::Weights& weights) {
    Json json = {{"files", weights.files}, {"shown", weights.shown}};
    if (!weights.sha256.empty()) json["sha256"] = weights.sha256;
    if (!weights.matrix.empty()) json["matrix"] = weights.matrix;
    json["edits"] = weights.edits;
    return json;
}

SessionFile session_of(const JsonNode& root) {
    const JsonNode version = member(root, "version");
    SessionFile file;
    if (!version.value().is_number_integer() || version.value().get<std::int64_t>() < 1 ||
        version.value().get<std::int64_t>() > SessionFile::current_version)
        fail(version,
             fmt::format("{} instead of 1 to {}", version.shown(), SessionFile::current_version));
    file.version = version.value().get<int>();
    if (const auto program = root.find("program")) file.program = program_of(*program);
    const JsonNode spec = member(root, "spec");
    file.spec = spec_from_tree(spec.value(), spec.place().text());
    file.step = step_of(root);
    file.ended = flag(root, "ended", false);

    const JsonNode log = member(root, "log");
    if (!log.value().is_array()) fail(log, "not a list");
    const std::vector<JsonNode> entries = log.elements();
    const auto refuse_length = [&] {
        fail(log, fmt::format("{} edits are more than the {} that are read, in which a whole "
                              "recipe is some dozen",
                              entries.size(), SessionFile::most_edits));
    };
    if (entries.size() > SessionFile::most_edits) refuse_length();
    std::size_t weight = 0;
    const Json experiment = Json::parse(to_json(file.spec))["experiment"];
    std::int64_t previous = 0;
    for (const JsonNode& entry : entries) {
        const std::int64_t step = step_of(entry);
        if (step < previous || step > file.step)
            fail(member(entry, "step"), fmt::format("{} is out of order", step));
        file.log.push_back({step, edit_of(entry, experiment)});
        weight += weight_of(file.log.back().edit);
        if (weight > SessionFile::most_edits) refuse_length();
        previous = step;
    }
    try_edits(file, entries);

    const JsonNode lanes = member(root, "lanes");
    if (!lanes.value().is_array() || lanes.value().size() != file.spec.lanes.size())
        fail(lanes, "not one entry for each lane of the spec");
    for (const JsonNode& lane : lanes.elements())
        file.lanes.push_back(
            {string_of(member(lane, "name")), step_of(lane), hash_of(member(lane, "state_hash"))});
    if (const auto weights = root.find("weights")) file.weights = weights_of(*weights);
    return file;
}

}  // namespace

std::string to_json(const SessionFile& file) {
    Json json;
    json["version"] = SessionFile::current_version;
    json["program"] = {{"version", program_version()},
                       {"commit", program_commit()},
                       {"level", level_name(level())}};
    json["spec"] = Json::parse(to_json(file.spec));
    json["log"] = Json::array();
    for (const LoggedEdit& logged : file.log) {
        Json entry = {{"step", logged.step}};
        entry.update(json_of(logged.edit));
        json["log"].push_back(entry);
    }
    json["step"] = file.step;
    json["ended"] = file.ended;
    json["lanes"] = Json::array();
    for (const SessionFile::LaneEnd& lane : file.lanes)
        json["lanes"].push_back({{"name", lane.name},
                                 {"step", lane.step},
                                 {"state_hash", fmt::format("{:016x}", lane.state_hash)}});
    if (file.weights) json["weights"] = json_of(*file.weights);
    return json.dump(2) + "\n";
}

SessionFile session_file_from_json(std::string_view text, std::string_view source) {
    auto file = spec_or_session_from_json(text, source);
    if (std::holds_alternative<Spec>(file))
        throw Error(std::string(source), "is a spec, not a session file",
                    "train it with `muonscope run " + shell_word(source) + "`");
    return std::get<SessionFile>(std::move(file));
}

std::variant<Spec, SessionFile> spec_or_session_from_json(std::string_view text,
                                                          std::string_view source) {
    const Json json = parse_json(text, source, {max_bytes});
    const bool any_session = json.is_object() && (json.contains("log") || json.contains("spec"));
    if (!any_session) return spec_from_tree(json, source);
    return session_of(JsonNode(json, {source, ""}));
}

}  // namespace muonscope
