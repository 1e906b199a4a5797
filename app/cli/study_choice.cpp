#include "app/cli/study_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/study/study_json.h"
#include "embedded.h"

namespace muonscope::cli {
namespace {

constexpr std::string_view study_folder = "assets/studies/", study_ending = ".json";

bool exists(const std::string& path) {
    std::error_code fault;
    return std::filesystem::exists(path, fault);
}

}  // namespace

std::vector<std::string> shipped_studies() {
    std::vector<std::string> names;
    for (const embedded::File& file : embedded::files())
        if (file.name.starts_with(study_folder))
            names.emplace_back(file.name.substr(
                study_folder.size(), file.name.size() - study_folder.size() - study_ending.size()));
    return names;
}

bool is_shipped_study(const std::string& name) {
    const std::vector<std::string> names = shipped_studies();
    return !exists(name) && std::find(names.begin(), names.end(), name) != names.end();
}

Study chosen_study(const std::string& name) {
    if (exists(name)) return read_study_file(name);
    if (is_shipped_study(name))
        return study_from_json(embedded::text("assets/studies/" + name + ".json"), name);
    throw Error(in_quotes(name), "is neither a study that ships nor an existing file",
                fmt::format("those that ship are {}", fmt::join(shipped_studies(), ", ")));
}

}  // namespace muonscope::cli
