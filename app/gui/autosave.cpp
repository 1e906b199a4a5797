#include "app/gui/autosave.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/formats/files.h"
#include "core/formats/user_folders.h"

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{64} << 20U;
constexpr const char *last = "last.json", *put_aside = "discarded.json", *prefix = "window-";

// Whether nobody holds it: its window is no more. A lock that cannot be looked at is held.
bool is_free(const fs::path& lock) {
    const int file = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return errno == ENOENT;
    const bool free = ::flock(file, LOCK_EX | LOCK_NB) == 0;
    ::close(file);
    return free;
}

fs::path lock_of(fs::path path) {
    return path.replace_extension(".lock");
}

std::string clock_text(fs::file_time_type time) {
    const auto there = std::chrono::time_point_cast<std::chrono::system_clock::duration>(
        time - fs::file_time_type::clock::now() + std::chrono::system_clock::now());
    const std::time_t seconds = std::chrono::system_clock::to_time_t(there);
    std::tm local{};
    std::array<char, 64> text{};
    localtime_r(&seconds, &local);
    return {text.data(), std::strftime(text.data(), text.size(), "%d %B, %H:%M", &local)};
}

std::string described(const SessionFile& file, fs::file_time_type time) {
    const std::string& title = file.spec.title.empty() ? file.spec.name : file.spec.title;
    return fmt::format("{}, step {}, {} {}, kept {}", title, file.step, file.log.size(),
                       file.log.size() == 1 ? "edit" : "edits", clock_text(time));
}

Work<> write(std::string path, SessionFile file, Background<bool>::Outlet outlet) {
    write_file(path, to_json(file));
    outlet(true);
    co_return;
}

void take_away(const fs::path& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
    fs::remove(lock_of(path), ignored);
}

}  // namespace

Autosave::~Autosave() {
    if (lock_ >= 0) ::close(lock_);
}

void Autosave::begin(const fs::path& folder) {
    make_folder(folder, "XDG_STATE_HOME");
    const fs::path path = folder / fmt::format("{}{}.json", prefix, ::getpid());
    const std::string lock = lock_of(path).string();
    const int file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) != 0) {
        const int fault = errno;
        if (file >= 0) ::close(file);
        throw Error(lock, "cannot be written (" + std::generic_category().message(fault) + ")",
                    "check its folder's permissions or set XDG_STATE_HOME");
    }
    folder_ = folder;
    path_ = path;
    lock_ = file;
}

bool Autosave::go_on(double now, const Snapshot& snapshot, const Copy& copy, Workplace& workplace) {
    using namespace std::chrono_literals;
    if (!on()) return false;
    if (next_ == 0) next_ = now + interval;
    writing_.take();
    if (asked_.valid()) {
        if (asked_.wait_for(0s) != std::future_status::ready || writing_.busy()) return true;
        SessionFile file = asked_.get();
        writing_.begin(workplace, [&](auto outlet) {
            return write(path_.string(), std::move(file), std::move(outlet));
        });
        return true;
    }
    if (now < next_) {
        if (writing_.busy() || writing_.error().empty()) return writing_.busy();
        throw Error("the session", "is not kept as it goes: " + writing_.error(),
                    "save it by Ctrl S");
    }
    next_ = now + interval;
    if (!snapshot.problem || snapshot.building ||
        (snapshot.commands == commands_ && snapshot.step == step_))
        return false;
    commands_ = snapshot.commands;
    step_ = snapshot.step;
    asked_ = copy();
    return true;
}

void Autosave::end(const SessionFile& file) {
    if (!on()) return;
    write_file((folder_ / last).string(), to_json(file));
    take_away(path_);
    ::close(std::exchange(lock_, -1));
}

std::vector<LeftSession> Autosave::left_behind() const {
    struct Found {
        fs::file_time_type time;
        LeftSession left;
    };
    std::vector<Found> found;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
        const fs::path& path = entry.path();
        if (path.extension() != ".json" || !path.filename().string().starts_with(prefix) ||
            path == path_ || !is_free(lock_of(path)))
            continue;
        try {
            const fs::file_time_type time = fs::last_write_time(path);
            const std::string text = read_file(path.string(), largest_file);
            found.push_back(
                {time,
                 {path.string(), described(session_file_from_json(text, path.string()), time)}});
        } catch (const std::exception&) {
            // Another version's, or gone meanwhile: it stays where it is.
        }
    }
    std::sort(found.begin(), found.end(),
              [](const Found& a, const Found& b) { return a.time > b.time; });
    std::vector<LeftSession> left;
    for (Found& one : found) left.push_back(std::move(one.left));
    return left;
}

void Autosave::adopt(const LeftSession& left) {
    std::error_code ignored;
    fs::rename(left.path, path_, ignored);
    fs::remove(lock_of(left.path), ignored);
}

void Autosave::put_away(const LeftSession& left) const {
    std::error_code ignored;
    fs::rename(left.path, folder_ / put_aside, ignored);
    fs::remove(lock_of(left.path), ignored);
}

std::string Autosave::last_session(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / last, ignored) ? (folder / last).string() : std::string();
}

}  // namespace muonscope::gui
