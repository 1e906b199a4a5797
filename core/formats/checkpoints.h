#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muonscope {

// A file of a series: "checkpoint-500/model.safetensors" is number 500.
struct Checkpoint {
    std::string path;
    std::optional<std::uint64_t> number;  // none: nothing in its name tells it from the others
};

// Files of tensors (by their endings) in a folder and in the folders right below it, by number. It
// is the last run of digits, of name and folder without the ending, that is not the same in all of
// them; where they differ in more than numbers, each one's last. Throws Error when the folder
// cannot be read, or when it holds none.
std::vector<Checkpoint> checkpoints_in(const std::string& folder);
// The part that is about names: paths below one folder.
std::vector<Checkpoint> in_order(std::vector<std::string> paths);

}  // namespace muonscope
