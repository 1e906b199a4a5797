#include "core/base/fault_text.h"

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "core/base/error.h"

namespace muonscope {

std::string fault_text(const std::exception& fault) {
    if (dynamic_cast<const Error*>(&fault) != nullptr) return fault.what();
    if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr ||
        dynamic_cast<const std::length_error*>(&fault) != nullptr)
        return "memory: there is not enough for this; give smaller widths or fewer samples";
    if (const auto* files = dynamic_cast<const std::filesystem::filesystem_error*>(&fault)) {
        const std::string path = files->path1().string();
        return (path.empty() ? "file system" : path) + ": " + files->code().message() +
               "; check the path, its permissions and the current folder";
    }
    if (const auto* system = dynamic_cast<const std::system_error*>(&fault)) {
        if (system->code() == std::errc::resource_unavailable_try_again)
            return "threads: no further one can be started; end other programs or raise the limit "
                   "of processes (ulimit -u)";
        return "system: " + system->code().message() + "; free what is short and try again";
    }
    return fault.what();
}

}  // namespace muonscope
