#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/formats/files.h"
#include "core/formats/sha256.h"
#include "core/weights/fetched_model.h"
#include "tests/scratch_folder.h"

namespace muonscope {

// A python3 first in PATH whose pip does what a test says, and a data folder of its own, while this
// lives.
class FakePip {
  public:
    FakePip() {
        std::filesystem::create_directory(folder_ / "bin");
        set("PATH", (folder_ / "bin") + ":" + path_);
        set("XDG_DATA_HOME", folder_ / "data");
    }
    ~FakePip() {
        set("PATH", path_);
        if (had_data_)
            set("XDG_DATA_HOME", data_);
        else
            ::unsetenv("XDG_DATA_HOME");
    }
    FakePip(const FakePip&) = delete;
    FakePip& operator=(const FakePip&) = delete;

    // Lines of a shell; $folder is where pip downloads to, and $0 stands for python3.
    void does(const std::string& lines) {
        write_file(folder_ / "bin/python3",
                   fmt::format("#!/bin/sh\nPATH='{}'\n"
                               "while [ \"$1\" != -d ]; do shift; done\nfolder=$2\n{}\n",
                               path_, lines));
        std::filesystem::permissions(folder_ / "bin/python3", std::filesystem::perms::owner_all);
    }
    // Leaves a package whose member holds what a Python expression says.
    void leaves_package(const std::string& member, const std::string& expression) {
        does(
            fmt::format("exec python3 -c \"import zipfile\n"
                        "with zipfile.ZipFile('$folder/p-1-py3-none-any.whl', 'w', 8) as z:\n"
                        "    z.writestr('p/__init__.py', b'')\n"
                        "    z.writestr('{}', {})\"",
                        member, expression));
    }
    // What lies in the data folder's models.
    std::vector<std::string> models() const {
        std::vector<std::string> names;
        const std::filesystem::path folder = folder_ / "data/muonscope/models";
        if (std::filesystem::exists(folder))
            for (const auto& entry : std::filesystem::directory_iterator(folder))
                names.push_back(entry.path().filename().string());
        return names;
    }
    std::string operator/(const std::string& name) const { return folder_ / name; }

  private:
    static void set(const char* name, const std::string& value) {
        ::setenv(name, value.c_str(), 1);
    }

    ScratchFolder folder_;
    std::string path_ = std::getenv("PATH");
    bool had_data_ = std::getenv("XDG_DATA_HOME") != nullptr;
    std::string data_ = had_data_ ? std::getenv("XDG_DATA_HOME") : "";
};

inline std::string sha256_of(const std::string& text) {
    Sha256 hash;
    hash.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return hash.finish();
}

}  // namespace muonscope
