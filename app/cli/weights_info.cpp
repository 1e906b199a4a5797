#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_series.h"
#include "core/formats/tensor_file.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct TypeCount {
    std::uint64_t tensors = 0, values = 0;
};
std::map<std::string, TypeCount> types_of(const TensorFile& file) {
    std::map<std::string, TypeCount> types;
    for (const TensorEntry& entry : file.entries()) {
        TypeCount& count = types[entry.type_name];
        ++count.tensors;
        count.values += entry.values();
    }
    return types;
}

std::uint64_t values_of(const TensorFile& file) {
    std::uint64_t values = 0;
    for (const TensorEntry& entry : file.entries()) values += entry.values();
    return values;
}

void print_json(const TensorFile& file) {
    Json json;
    json["file"] = file.path();
    json["format"] = file.format();
    json["values"] = values_of(file);
    Json keys = Json::object();
    for (const Metadata::Entry& entry : file.metadata().entries())
        keys[entry.key] = value_text(entry);
    json["keys"] = keys;
    json["tensors"] = Json::array();
    for (const TensorEntry& entry : file.entries())
        json["tensors"].push_back({{"name", entry.name},
                                   {"shape", entry.shape},
                                   {"type", entry.type_name},
                                   {"bytes", entry.bytes}});
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int weights_info(const WeightsInfoArguments& arguments) {
    if (std::filesystem::is_directory(arguments.file)) return series_info(arguments);
    const TensorFile file(arguments.file);
    if (arguments.json) {
        print_json(file);
        return done;
    }
    std::vector<std::string> types;
    for (const auto& [name, count] : types_of(file))
        types.push_back(fmt::format("{} {}", count.tensors, name));
    fmt::print("{}\n", text_below(fmt::format("{}: {}, {} tensors ({}), {} values", file.path(),
                                              file.format(), file.entries().size(),
                                              fmt::join(types, ", "), values_of(file))));
    std::vector<std::vector<std::string>> keys{{"key", "value"}};
    for (const Metadata::Entry& entry : file.metadata().entries())
        keys.push_back({entry.key, value_text(entry)});
    if (keys.size() > 1) fmt::print("{}\n", text_table(keys, {}));
    std::vector<std::vector<std::string>> tensors{{"tensor", "shape", "type", "bytes"}};
    for (const TensorEntry& entry : file.entries())
        tensors.push_back(
            {entry.name, shape_text(entry.shape), entry.type_name, fmt::format("{}", entry.bytes)});
    if (tensors.size() > 1) fmt::print("{}", text_table(tensors, {3}));
    return done;
}

}  // namespace muonscope::cli
