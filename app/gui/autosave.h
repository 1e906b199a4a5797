#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/session/background.h"
#include "core/session/session_file.h"
#include "core/session/snapshot.h"

namespace muonscope::gui {

// A session that a window left in the state folder when it did not end as it should: killed,
// crashed, its display or the power lost.
struct LeftSession {
    std::string path;
    std::string what;  // "Two ways up, step 1,204, 3 edits, saved 17:35"
};

// Keeps the session of one window in the state folder as it goes, so that what ends the program
// loses half a minute at most. Several windows keep theirs side by side; whose window still lives
// is known by the lock that it holds, which the system lets go of with the process.
class Autosave {
  public:
    static constexpr double interval = 30;  // seconds

    using Copy = std::function<std::future<SessionFile>()>;

    Autosave() = default;
    ~Autosave();
    Autosave(const Autosave&) = delete;
    Autosave& operator=(const Autosave&) = delete;

    // Throws Error where the folder cannot be made or written to; then nothing is kept.
    void begin(const std::filesystem::path& folder);
    bool on() const { return lock_ >= 0; }
    // Whether it is at something; then it wants to be called again soon. Throws what went wrong
    // with the newest attempt; the next one is made all the same.
    bool go_on(double now, const Snapshot& snapshot, const Copy& copy, Workplace& workplace);
    // The window ends as it should: the session is the last one, and this one's is gone.
    void end(const SessionFile& file);

    // Of windows that are no more, the newest first; a file that cannot be read is none.
    std::vector<LeftSession> left_behind() const;
    // From now on this window keeps it: it is not left behind any more.
    void adopt(const LeftSession& left);
    // Out of the way, but for one that can still be opened by hand.
    void put_away(const LeftSession& left) const;

    // Where the session of the window that ended last lies; empty: nowhere.
    static std::string last_session(const std::filesystem::path& folder);

  private:
    std::filesystem::path folder_, path_;
    int lock_ = -1;
    double next_ = 0;
    std::uint64_t commands_ = 0;
    std::int64_t step_ = 0;
    std::future<SessionFile> asked_;
    Background<bool> writing_;
};

}  // namespace muonscope::gui
