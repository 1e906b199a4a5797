#include "core/formats/checkpoints.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <string_view>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::array<std::string_view, 4> endings{".safetensors", ".gguf", ".npz", ".npy"};
constexpr std::size_t most_files = 100'000;

bool has_tensors(const std::filesystem::path& path) {
    return std::ranges::find(endings, path.extension().string()) != endings.end();
}

std::string without_ending(const std::string& path) {
    return std::filesystem::path(path).replace_extension().string();
}

// Each run of digits as a number; what is beyond 64 bits as the largest.
std::vector<std::uint64_t> numbers_in(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    std::vector<std::uint64_t> numbers;
    for (std::size_t begin = text.find_first_of(digits); begin != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_not_of(digits, begin), text.size());
        std::uint64_t number = 0;
        const auto read = std::from_chars(text.data() + begin, text.data() + end, number);
        numbers.push_back(read.ec == std::errc() ? number
                                                 : std::numeric_limits<std::uint64_t>::max());
        begin = text.find_first_of(digits, end);
    }
    return numbers;
}

// Which run of digits tells them apart; none where they have not as many of them, or there is none.
std::optional<std::size_t> telling(const std::vector<std::vector<std::uint64_t>>& numbers) {
    std::optional<std::size_t> found;
    for (const std::vector<std::uint64_t>& one : numbers) {
        if (one.size() != numbers.front().size()) return std::nullopt;
        for (std::size_t i = 0; i < one.size(); ++i)
            if (one[i] != numbers.front()[i] && i >= found.value_or(0)) found = i;
    }
    return found;
}

void find_files(const std::filesystem::path& folder, bool below, std::vector<std::string>& found) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::error_code ignored;
        if (entry.is_directory(ignored) && below)
            find_files(entry.path(), false, found);
        else if (entry.is_regular_file(ignored) && has_tensors(entry.path()))
            found.push_back(entry.path().string());
        if (found.size() > most_files)
            throw Error(in_quotes(folder.string()), "holds more than 100000 files of tensors",
                        "name a folder with fewer");
    }
}

}  // namespace

std::vector<Checkpoint> in_order(std::vector<std::string> paths) {
    std::ranges::sort(paths);
    std::vector<std::vector<std::uint64_t>> numbers;
    numbers.reserve(paths.size());
    for (const std::string& path : paths) numbers.push_back(numbers_in(without_ending(path)));
    const std::optional<std::size_t> which = telling(numbers);
    std::vector<Checkpoint> checkpoints;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        Checkpoint checkpoint{paths[i], {}};
        if (!numbers[i].empty()) checkpoint.number = which ? numbers[i][*which] : numbers[i].back();
        checkpoints.push_back(std::move(checkpoint));
    }
    std::ranges::stable_sort(checkpoints, {}, &Checkpoint::number);
    return checkpoints;
}

std::vector<Checkpoint> checkpoints_in(const std::string& folder) {
    std::vector<std::string> found;
    try {
        find_files(folder, true, found);
    } catch (const std::filesystem::filesystem_error& fault) {
        throw Error(in_quotes(folder), "cannot be read (" + fault.code().message() + ")",
                    "check the path and its permissions");
    }
    if (found.empty())
        throw Error(in_quotes(folder), "holds no file of tensors",
                    "files that end in .safetensors, .gguf, .npz or .npy are looked for");
    // Digits of the folder's own path are the same in all of them.
    std::vector<std::string> below;
    below.reserve(found.size());
    const std::filesystem::path base(folder);
    for (const std::string& path : found)
        below.push_back(std::filesystem::path(path).lexically_relative(base).string());
    std::vector<Checkpoint> checkpoints = in_order(std::move(below));
    for (Checkpoint& checkpoint : checkpoints) checkpoint.path = (base / checkpoint.path).string();
    return checkpoints;
}

}  // namespace muonscope
