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
#include "core/formats/json_text.h"
#include "core/linalg/kernels/level.h"
#include "core/session/edit.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_bytes = 64u << 20;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
    throw Error(where, what, "use a file that Muonscope saved");
}

// Recipes have no text of their own: they travel as the only lane of a spec.
Json json_of(const Recipe& recipe) {
    Spec spec;
    spec.lanes = {recipe};
    return Json::parse(to_json(spec))["lanes"][0];
}

Recipe recipe_of(const Json& json, const Json& experiment, const std::string& where) {
    // The experiment comes along because layers are checked against its depth.
    const Json spec = {{"version", Spec::current_version},
                       {"experiment", experiment},
                       {"lanes", Json::array({json})}};
    return spec_from_tree(spec, where).lanes.at(0);
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

const Json& member(const Json& json, const char* key, const std::string& where) {
    if (!json.is_object() || !json.contains(key))
        fail(where, fmt::format("\"{}\" is missing", key));
    return json.at(key);
}

std::int64_t step_of(const Json& json, const std::string& where) {
    const Json& step = member(json, "step", where);
    if (!step.is_number_integer() || step.get<std::int64_t>() < 0)
        fail(where + ".step", step.dump() + " is not a step");
    return step.get<std::int64_t>();
}

bool flag(const Json& json, const char* key, bool fallback, const std::string& where) {
    if (!json.contains(key)) return fallback;
    if (!json.at(key).is_boolean()) fail(where + "." + key, "neither true nor false");
    return json.at(key).get<bool>();
}

Value value_of(const Json& json, const std::string& where) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    fail(where, json.dump() + " is no value of a parameter");
}

std::string string_of(const Json& json, const std::string& where) {
    if (!json.is_string()) fail(where, json.dump() + " is not a text");
    return json.get<std::string>();
}

Edit edit_of(const Json& json, const Json& experiment, const std::string& where) {
    const bool keep = flag(json, "keep_momentum", true, where);
    if (json.contains("set"))
        return SetParameter{string_of(json["set"], where + ".set"),
                            value_of(member(json, "to", where), where + ".to"), keep};
    if (json.contains("lane")) {
        if (!json["lane"].is_number_integer()) fail(where + ".lane", "not a lane's number");
        return SetLane{json["lane"].get<int>(),
                       recipe_of(member(json, "recipe", where), experiment, where + ".recipe"),
                       keep};
    }
    if (json.contains("lower_rate")) {
        const Json& by = member(json, "by", where);
        if (!json["lower_rate"].is_number_integer())
            fail(where + ".lower_rate", "not a lane's number");
        if (!by.is_number()) fail(where + ".by", by.dump() + " is not a number");
        return LowerRate{json["lower_rate"].get<int>(), by.get<double>()};
    }
    if (flag(json, "swap", false, where)) return SwapOptimizers{keep};
    fail(where, "neither \"set\" nor \"lane\" nor \"lower_rate\" nor \"swap\"");
}

// A run that met a bad edit half way would stop there.
void try_edits(const SessionFile& file, const std::string& source) {
    Spec spec = file.spec;
    for (std::size_t i = 0; i < file.log.size(); ++i) {
        const Edit& edit = file.log[i].edit;
        const std::string where = fmt::format("{}: log.{}", source, i);
        Spec after;
        try {
            after = edited(spec, edit);
        } catch (const Error& fault) {
            fail(where, fault.what());
        }
        if (restarts(edit, spec, after))
            fail(where, "an edit that starts over is not one of a run");
        spec = std::move(after);
    }
}

std::uint64_t hash_of(const Json& json, const std::string& where) {
    const std::string text = string_of(json, where);
    std::uint64_t hash = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
    if (fault != std::errc() || end != text.data() + text.size())
        fail(where, "\"" + text + "\" is not a hash");
    return hash;
}

SessionFile::Program program_of(const Json& json) {
    const auto text = [&](const char* key) {
        return string_of(member(json, key, "program"), std::string("program.") + key);
    };
    return {text("version"), text("commit"), text("level")};
}

// `source` is what a message begins with.
SessionFile session_of(const Json& json, const std::string& source) {
    const Json& version = member(json, "version", source);
    SessionFile file;
    if (!version.is_number_integer() || version.get<std::int64_t>() < 1 ||
        version.get<std::int64_t>() > SessionFile::current_version)
        fail(source + ": version",
             fmt::format("{} instead of 1 to {}", version.dump(), SessionFile::current_version));
    file.version = version.get<int>();
    if (json.contains("program")) file.program = program_of(json["program"]);
    file.spec = spec_from_tree(member(json, "spec", source), source + ": spec");
    file.step = step_of(json, source);
    file.ended = flag(json, "ended", false, source);

    const Json& log = member(json, "log", source);
    if (!log.is_array()) fail(source + ": log", "not a list");
    const Json experiment = Json::parse(to_json(file.spec))["experiment"];
    std::int64_t previous = 0;
    for (std::size_t i = 0; i < log.size(); ++i) {
        const std::string where = fmt::format("{}: log.{}", source, i);
        const std::int64_t step = step_of(log[i], where);
        if (step < previous || step > file.step)
            fail(where + ".step", fmt::format("{} is out of order", step));
        file.log.push_back({step, edit_of(log[i], experiment, where)});
        previous = step;
    }
    try_edits(file, source);

    const Json& lanes = member(json, "lanes", source);
    if (!lanes.is_array() || lanes.size() != file.spec.lanes.size())
        fail(source + ": lanes", "not one entry for each lane of the spec");
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const std::string where = fmt::format("{}: lanes.{}", source, i);
        file.lanes.push_back(
            {string_of(member(lanes[i], "name", where), where + ".name"), step_of(lanes[i], where),
             hash_of(member(lanes[i], "state_hash", where), where + ".state_hash")});
    }
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
    const Json json = parse_json(text, source, max_bytes);
    const bool any_session = json.is_object() && (json.contains("log") || json.contains("spec"));
    if (!any_session) return spec_from_tree(json, source);
    return session_of(json, std::string(source));
}

}  // namespace muonscope
