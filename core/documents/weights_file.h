#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/session/snapshot.h"

namespace muonscope {

// The weights of a lane at a step, as they leave the program.
struct LaneWeights {
    std::string preset, lane;                           // the spec's and the lane's names
    std::size_t place = 0;                              // of the lane
    std::int64_t step = 0;                              // that the weights are of
    std::shared_ptr<const std::vector<Matrix>> layers;  // null: the snapshot has none
};
// Of a snapshot that is measured where it is, or shows what is sound: of a lane that is lost they
// are those of its last sound step then.
LaneWeights lane_weights(const Snapshot& snapshot, std::size_t lane);

// "lane-2-muon": the folder of a lane's files.
std::string lane_folder(std::size_t place, const std::string& name);
// "step-500.safetensors": a folder of them is a series.
std::string weights_file_name(std::int64_t step);

// A safetensors file of "layers.0.weight" …, out x in, F64, every bit as it was trained; its
// metadata name preset, lane, step and program. Throws Error where it cannot be written.
void write_weights(const std::string& path, const LaneWeights& weights);

}  // namespace muonscope
