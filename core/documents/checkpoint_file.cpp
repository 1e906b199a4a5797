#include "core/documents/checkpoint_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/program.h"
#include "core/documents/checkpoint_tensors.h"
#include "core/documents/session_json.h"
#include "core/formats/json_node.h"
#include "core/formats/json_text.h"
#include "core/formats/sha256.h"
#include "core/linalg/kernels/level.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format_name = "muonscope checkpoint 1";
constexpr const char* format_family = "muonscope checkpoint ";
constexpr std::size_t most_text = std::size_t{8} << 20;  // what is read of one text
constexpr std::int64_t most_steps = 1'000'000'000'000'000;

constexpr std::array status_names{"training", "finished", "diverged"};

[[noreturn]] void refuse_file(const std::string& path, const std::string& what,
                              const std::string& remedy) {
    throw Error(in_quotes(path, 200), what, remedy);
}

std::span<const std::uint8_t> bytes_of(const void* data, std::size_t size) {
    return {static_cast<const std::uint8_t*>(data), size};
}

// Each part behind its length, so that none can take from the next.
void add_text(Sha256& sum, std::string_view text) {
    const std::uint64_t size = text.size();
    sum.add(bytes_of(&size, sizeof size));
    sum.add(bytes_of(text.data(), text.size()));
}

void add_metadata(Sha256& sum, const Metadata& metadata) {
    for (const Metadata::Entry& entry : metadata.entries()) {
        if (entry.key == "sha256") continue;
        add_text(sum, entry.key);
        add_text(sum, entry.bytes);
    }
}

std::string sum_of(const Metadata& metadata, const std::vector<WrittenTensor>& tensors) {
    Sha256 sum;
    add_metadata(sum, metadata);
    std::vector<double> values(16384);
    for (const WrittenTensor& tensor : tensors) {
        add_text(sum, tensor.name);
        add_text(sum, shape_text(tensor.shape));
        const std::uint64_t all = *values_of(tensor.shape);
        for (std::uint64_t first = 0; first < all; first += values.size()) {
            const std::span part(values.data(),
                                 std::min<std::uint64_t>(values.size(), all - first));
            tensor.values(first, part);
            sum.add(bytes_of(part.data(), part.size_bytes()));
        }
    }
    return sum.finish();
}

std::string sum_of(const TensorFile& file) {
    Sha256 sum;
    add_metadata(sum, file.metadata());
    for (const TensorEntry& entry : file.entries()) {
        add_text(sum, entry.name);
        add_text(sum, shape_text(entry.shape));
        const std::string_view bytes = file.raw(entry);
        sum.add(bytes_of(bytes.data(), bytes.size()));
    }
    return sum.finish();
}

Json json_of(const Mark& mark) {
    Json fates = Json::array();
    for (const auto& lane : mark.fates) {
        Json layers = Json::array();
        for (const MomentumFate fate : lane) layers.push_back(static_cast<int>(fate));
        fates.push_back(std::move(layers));
    }
    return {{"step", mark.event.step},   {"lane", mark.event.lane},  {"text", mark.event.text},
            {"path", mark.path},         {"from", mark.from},        {"buffer", mark.buffer},
            {"switches", mark.switches}, {"fates", std::move(fates)}};
}

Json json_of(const Lane::State::Trained& trained) {
    Json layers = Json::array();
    for (std::size_t i = 0; i < trained.layers.size(); ++i) {
        const LayerOptimizer::State& state = trained.optimizers[i];
        layers.push_back({{"layer", trained.layers[i]},
                          {"steps", state.steps},
                          {"seen", state.seen},
                          {"turned", state.turned}});
    }
    return layers;
}

Json json_of(const SessionState::LaneState& lane) {
    const Lane::State& now = lane.now;
    Json json = {{"step", now.step},
                 {"phase", now.phase},
                 {"phase_steps", now.phase_steps},
                 {"entered_at", now.entered_at},
                 {"newest_phase", now.newest_phase},
                 {"looked_ahead", now.looked_ahead},
                 {"status", status_names[static_cast<std::size_t>(now.status)]},
                 {"followed_after", now.followed.row()},
                 {"thinning", lane.history.thinning},
                 {"measured_at", lane.measured.step},
                 {"sound_at", lane.sound.step},
                 {"looked_at", lane.looked.step},
                 {"state_hash", fmt::format("{:016x}", lane.hash)}};
    if (now.fault)
        json["fault"] = {
            {"step", now.fault->step}, {"layer", now.fault->layer}, {"what", now.fault->what}};
    json["phases"] = Json::array();
    for (const Lane::State::Trained& trained : now.trained)
        json["phases"].push_back(json_of(trained));
    return json;
}

std::string state_text(const RunCheckpoint& checkpoint) {
    const SessionState& state = checkpoint.state;
    Json json = {{"step", state.step},
                 {"applied", state.applied},
                 {"marked", state.marked},
                 {"seconds", checkpoint.seconds},
                 {"until", checkpoint.until},
                 {"events", Json::array()},
                 {"last_mark", json_of(state.last_mark)},
                 {"lanes", Json::array()}};
    for (const Event& event : state.events)
        json["events"].push_back(
            {{"step", event.step}, {"lane", event.lane}, {"text", event.text}});
    for (const SessionState::LaneState& lane : state.lanes) json["lanes"].push_back(json_of(lane));
    return json.dump();
}

std::string session_text(const RunCheckpoint& checkpoint) {
    const SessionState& state = checkpoint.state;
    SessionFile file;
    file.weights = checkpoint.weights;
    file.spec = state.spec;
    file.log = state.log;
    file.step = state.log.empty() ? state.step : std::max(state.step, state.log.back().step);
    for (const SessionState::LaneState& lane : state.lanes)
        file.lanes.push_back({lane.now.recipe.name, lane.now.step, lane.hash});
    return Json::parse(to_json(file)).dump();
}

std::string program_text(const SessionFile::Program& program) {
    if (program.version.empty())
        return program_text({program_version(), program_commit(), level_name(level())});
    return Json{{"version", program.version}, {"commit", program.commit}, {"level", program.level}}
        .dump();
}

JsonNode in(const JsonNode& node, const char* key) {
    if (!node.value().is_object()) node.fail("it is no object", "use a file that Muonscope saved");
    auto found = node.find(key);
    if (!found) node.fail(fmt::format("\"{}\" is missing", key), "use a file that Muonscope saved");
    return *found;
}

std::int64_t count_in(const JsonNode& node, const char* key, std::int64_t least = 0,
                      std::int64_t most = most_steps) {
    return in(node, key).integer(least, most, "a whole number");
}

std::int64_t whole(const JsonNode& node) {
    return node.integer(0, most_steps, "a whole number");
}

std::string words_in(const JsonNode& node, const char* key) {
    return in(node, key).text();
}

Event event_in(const JsonNode& node) {
    return {count_in(node, "step"), static_cast<int>(count_in(node, "lane", -1, 1000)),
            words_in(node, "text")};
}

Mark mark_in(const JsonNode& node) {
    Mark mark{event_in(node),           words_in(node, "path"),      words_in(node, "from"),
              words_in(node, "buffer"), in(node, "switches").flag(), {}};
    for (const JsonNode& lane : in(node, "fates").elements()) {
        auto& layers = mark.fates.emplace_back();
        for (const JsonNode& fate : lane.elements())
            layers.push_back(static_cast<MomentumFate>(fate.integer(0, 3, "a fate's number")));
    }
    return mark;
}

Lane::State::Trained trained_in(const JsonNode& node) {
    Lane::State::Trained trained;
    for (const JsonNode& layer : node.elements()) {
        // Ascending: none is read twice.
        const std::int64_t before = trained.layers.empty() ? 0 : trained.layers.back();
        trained.layers.push_back(static_cast<int>(count_in(layer, "layer", before + 1, 1'000'000)));
        LayerOptimizer::State state;
        state.steps = count_in(layer, "steps");
        state.seen = count_in(layer, "seen");
        state.turned = in(layer, "turned").flag();
        trained.optimizers.push_back(std::move(state));
    }
    return trained;
}

Lane::Status status_in(const JsonNode& node) {
    const JsonNode status = in(node, "status");
    const auto* found = std::find(status_names.begin(), status_names.end(), status.text());
    if (found == status_names.end()) status.refuse("training, finished or diverged");
    return static_cast<Lane::Status>(found - status_names.begin());
}

std::uint64_t hash_in(const JsonNode& node) {
    const JsonNode hash = in(node, "state_hash");
    const std::string text = hash.text();
    if (text.size() != 16 || text.find_first_not_of("0123456789abcdef") != std::string::npos)
        hash.refuse("16 hexadecimal digits");
    return std::stoull(text, nullptr, 16);
}

SessionState::LaneState lane_in(const JsonNode& node) {
    SessionState::LaneState lane;
    Lane::State& now = lane.now;
    now.step = count_in(node, "step");
    now.phase = static_cast<int>(count_in(node, "phase", 0, 1'000'000));
    for (const JsonNode& steps : in(node, "phase_steps").elements())
        now.phase_steps.push_back(whole(steps));
    now.entered_at = count_in(node, "entered_at");
    now.newest_phase = static_cast<std::size_t>(count_in(node, "newest_phase"));
    now.looked_ahead = in(node, "looked_ahead").flag();
    now.status = status_in(node);
    now.followed.begin_after(count_in(node, "followed_after"));
    lane.history.thinning = count_in(node, "thinning", 1);
    lane.measured.step = count_in(node, "measured_at", -1);
    lane.sound.step = count_in(node, "sound_at", -1);
    lane.looked.step = count_in(node, "looked_at", -1);
    lane.hash = hash_in(node);
    if (const auto fault = node.find("fault"))
        now.fault = Lane::Fault{count_in(*fault, "step"),
                                static_cast<int>(count_in(*fault, "layer", 0, 1'000'000)),
                                words_in(*fault, "what")};
    for (const JsonNode& phase : in(node, "phases").elements())
        now.trained.push_back(trained_in(phase));
    return lane;
}

double seconds_in(const JsonNode& node) {
    const JsonNode seconds = in(node, "seconds");
    if (!seconds.value().is_number() || !(seconds.value().get<double>() >= 0))
        seconds.refuse("a number of seconds");
    return seconds.value().get<double>();
}

// All of "state".
void read_state(const JsonNode& root, RunCheckpoint& checkpoint) {
    SessionState& state = checkpoint.state;
    state.applied = static_cast<std::size_t>(count_in(root, "applied"));
    state.marked = static_cast<std::size_t>(count_in(root, "marked"));
    for (const JsonNode& event : in(root, "events").elements())
        state.events.push_back(event_in(event));
    state.last_mark = mark_in(in(root, "last_mark"));
    for (const JsonNode& lane : in(root, "lanes").elements()) state.lanes.push_back(lane_in(lane));
}

std::string metadata_text(const TensorFile& file, const char* key) {
    auto text = file.metadata().text(key);
    if (!text)
        refuse_file(file.path(), fmt::format("is no checkpoint of a run: it says no \"{}\"", key),
                    "name the folder of a run with --out");
    return *text;
}

SessionFile::Program program_in(const TensorFile& file, const std::string& source) {
    const Json json = parse_json(metadata_text(file, "program"), source, {most_text});
    const JsonNode node(json, {source, "program"});
    return {words_in(node, "version"), words_in(node, "commit"), words_in(node, "level")};
}

void check_whole(const TensorFile& file) {
    const std::string format = metadata_text(file, "format");
    if (!format.starts_with(format_family))
        refuse_file(file.path(), "is no checkpoint of a run: its format is " + in_quotes(format),
                    "name the folder of a run with --out");
    if (format != format_name)
        refuse_file(file.path(),
                    fmt::format("is of the format {}, and {} is read", in_quotes(format),
                                in_quotes(format_name)),
                    "use the program that wrote it");
    if (metadata_text(file, "sha256") != sum_of(file))
        refuse_file(file.path(), "is damaged: its bytes are not those that were written",
                    "take a copy of it that is whole, or train again");
}

}  // namespace

bool of_this_program(const SessionFile::Program& program) {
    return program.version == program_version() && program.commit == program_commit();
}

void write_checkpoint(const std::string& path, const RunCheckpoint& checkpoint) {
    Metadata metadata;
    metadata.set_text("format", format_name);
    metadata.set_text("program", program_text(checkpoint.program));
    metadata.set_text("session", session_text(checkpoint));
    metadata.set_text("state", state_text(checkpoint));
    for (const Metadata::Entry& entry : metadata.entries())
        if (entry.bytes.size() > most_text / 2)
            refuse_file(path, "cannot hold a log of so many edits",
                        "save the session instead: session.json has no such bound");
    const CheckpointTensors tensors(checkpoint.state);
    metadata.set_text("sha256", sum_of(metadata, tensors.tensors()));
    write_safetensors(path, tensors.tensors(), metadata);
}

RunCheckpoint read_checkpoint(const std::string& path) {
    const TensorFile file(path);
    check_whole(file);
    const std::string source = in_quotes(path, 200);
    RunCheckpoint checkpoint;
    checkpoint.program = program_in(file, source);
    SessionFile session = session_file_from_json(metadata_text(file, "session"), source);
    checkpoint.state.spec = std::move(session.spec);
    checkpoint.state.log = std::move(session.log);
    checkpoint.weights = std::move(session.weights);

    const Json json = parse_json(metadata_text(file, "state"), source, {most_text});
    const JsonNode root(json, {source, "state"});
    checkpoint.state.step = count_in(root, "step");
    checkpoint.seconds = seconds_in(root);
    for (const JsonNode& condition : in(root, "until").elements())
        checkpoint.until.push_back(condition.text());
    if (!of_this_program(checkpoint.program)) return checkpoint;
    read_state(root, checkpoint);
    const CheckpointReader reader(file);
    for (std::size_t i = 0; i < checkpoint.state.lanes.size(); ++i)
        reader.read(i, checkpoint.state.lanes[i]);
    return checkpoint;
}

}  // namespace muonscope
