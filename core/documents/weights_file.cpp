#include "core/documents/weights_file.h"

#include <fmt/format.h>

#include <cctype>

#include "core/base/program.h"
#include "core/formats/tensor_writer.h"

namespace muonscope {
namespace {

// "SGD, heavy ball" -> "sgd-heavy-ball"
std::string slug(const std::string& name) {
    std::string result;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte))
            result += static_cast<char>(std::tolower(byte));
        else if (!result.empty() && result.back() != '-')
            result += '-';
    }
    while (!result.empty() && result.back() == '-') result.pop_back();
    return result;
}

Metadata metadata_of(const LaneWeights& weights) {
    Metadata metadata;
    metadata.set_text("preset", weights.preset);
    metadata.set_text("lane", weights.lane);
    metadata.set_text("step", fmt::format("{}", weights.step));
    metadata.set_text("program",
                      fmt::format("muonscope {} ({})", program_version(), program_commit()));
    return metadata;
}

}  // namespace

LaneWeights lane_weights(const Snapshot& snapshot, std::size_t lane) {
    const LaneSnapshot& seen = snapshot.lanes[lane];
    LaneWeights weights;
    if (snapshot.spec) weights.preset = snapshot.spec->name;
    weights.lane = seen.name;
    weights.place = lane;
    weights.step = seen.lost() ? seen.now_step : seen.step;
    weights.layers = seen.weights;
    return weights;
}

std::string lane_folder(std::size_t place, const std::string& name) {
    const std::string words = slug(name);
    return fmt::format("lane-{}{}{}", place + 1, words.empty() ? "" : "-", words);
}

std::string weights_file_name(std::int64_t step) {
    return fmt::format("step-{}.safetensors", step);
}

void write_weights(const std::string& path, const LaneWeights& weights) {
    std::vector<WrittenTensor> tensors;
    const TensorType& type = tensor_type("F64");
    for (const Matrix& layer : *weights.layers)
        tensors.push_back(
            {fmt::format("layers.{}.weight", tensors.size()),
             {static_cast<std::uint64_t>(layer.rows()), static_cast<std::uint64_t>(layer.cols())},
             &type,
             values_from(layer)});
    write_safetensors(path, tensors, metadata_of(weights));
}

}  // namespace muonscope
