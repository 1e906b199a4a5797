#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/formats/descriptor.h"

// Models that can be had as a Python package: fetched by the user's own pip, checked by their hash,
// and kept in the data folder.
namespace muonscope {

struct KnownModel {
    const char *slug, *title, *about, *licence;
    const char* package;  // as pip has it, version and all
    std::uint64_t package_bytes;
    const char *member, *file;  // in the package, and what it is called here
    std::uint64_t bytes;
    const char* sha256;
};
// SmolLM2 135M Instruct.
const KnownModel& smollm2();

// Where it lies once it was fetched. Throws Error where there is no home.
std::filesystem::path place_of(const KnownModel& model);
// Whether a file of its size lies there; its hash was looked at when it came. Never throws.
bool is_fetched(const KnownModel& model);
// What to do by hand where fetching fails.
std::string by_hand(const KnownModel& model);
// All of the file there is read. Throws Error where it is another file than it should be.
void check_fetched(const KnownModel& model);

// A folder of one's own beside where the model will be, gone with this, and at the latest when the
// next one is made.
class ScratchPlace {
  public:
    explicit ScratchPlace(const std::filesystem::path& beside);
    ~ScratchPlace();
    ScratchPlace(const ScratchPlace&) = delete;
    ScratchPlace& operator=(const ScratchPlace&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    Descriptor lock_{-1};
};

// pip at work as a process of its own. It ends with this.
class PackageDownload {
  public:
    // Begins it. Throws Error where there is no python3, no home, or too little room on the disk.
    explicit PackageDownload(const KnownModel& model);
    ~PackageDownload();
    PackageDownload(const PackageDownload&) = delete;
    PackageDownload& operator=(const PackageDownload&) = delete;

    // Looks, without waiting. Throws Error where it ended without the package: no pip, no package
    // index within reach, a full disk.
    bool is_done();
    double share() const;  // of the package that is there, 0 to 1
    // Once it is done: unpacks the model, holds its hash against the known one and moves it to
    // where it belongs. `tell` hears how many bytes are there and may throw. Throws Error, and
    // nothing is left then.
    void install(const std::function<void(std::uint64_t bytes)>& tell) const;

  private:
    std::string last_words() const;  // of pip

    const KnownModel& model_;
    std::filesystem::path place_;
    std::unique_ptr<ScratchPlace> scratch_;
    pid_t child_ = -1;
    bool done_ = false;
};

}  // namespace muonscope
