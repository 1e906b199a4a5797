// A session is kept as it goes, and what a window that did not end as it should left behind is
// found, offered, and taken or put away.

#include "app/gui/autosave.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "app/gui/left_sessions.h"
#include "app/gui/saving.h"
#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/small_run.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;

SessionFile session_at(std::int64_t step) {
    WorkerPool pool(1);
    Session session(narrow());
    session.advance_to(step, pool);
    return session.saved();
}

struct Autosaving : testing::Test {
    ScratchFolder folder;
    Workplace workplace{0};
    Autosave autosave;
    int copies = 0;

    // What the window does in each frame.
    bool go_on(double now, std::int64_t step) {
        Snapshot snapshot;
        snapshot.problem = std::make_shared<const Problem>();
        snapshot.step = step;
        const bool more = autosave.go_on(
            now, snapshot,
            [&] {
                ++copies;
                std::promise<SessionFile> promise;
                promise.set_value(session_at(step));
                return promise.get_future();
            },
            workplace);
        workplace.work(0.01);
        return more;
    }
    std::string own() const { return folder / ("window-" + std::to_string(::getpid()) + ".json"); }
    // As one of another process, whose lock nobody holds.
    std::string left(const std::string& name, std::int64_t step) const {
        const std::string path = folder / ("window-" + name + ".json");
        write_file(path, to_json(session_at(step)));
        write_file(folder / ("window-" + name + ".lock"), "");
        return path;
    }
};

TEST_F(Autosaving, writes_the_session_after_a_while_and_again_where_it_went_on) {
    autosave.begin(folder.path());
    for (const double now : {1.0, 2.0, 30.0}) go_on(now, 10);
    EXPECT_EQ(copies, 0);
    for (const double now : {31.5, 31.6, 31.7}) go_on(now, 20);
    ASSERT_TRUE(fs::exists(own()));
    EXPECT_EQ(session_file_from_json(read_file(own(), 1U << 20U), own()).step, 20);
    for (const double now : {62.0, 93.0, 124.0}) go_on(now, 20);  // it stands still
    EXPECT_EQ(copies, 1);
    for (const double now : {155.0, 155.1, 155.2}) go_on(now, 21);
    EXPECT_EQ(copies, 2);
    EXPECT_EQ(session_file_from_json(read_file(own(), 1U << 20U), own()).step, 21);
}

TEST_F(Autosaving, says_what_it_could_not_write_and_tries_again) {
    autosave.begin(folder.path());
    go_on(1, 5);
    fs::create_directory(own());
    for (const double now : {31.5, 31.6}) go_on(now, 20);
    EXPECT_THROW(go_on(31.7, 20), Error);
    fs::remove(own());
    for (const double now : {62.0, 62.1, 62.2}) go_on(now, 21);
    EXPECT_TRUE(fs::exists(own()));
}

TEST_F(Autosaving, refuses_a_folder_that_cannot_be_made) {
    write_file(folder / "file", "");
    EXPECT_THROW(autosave.begin(fs::path(folder / "file") / "below"), Error);
    EXPECT_FALSE(autosave.on());
    EXPECT_FALSE(go_on(100, 3));
}

TEST_F(Autosaving, ends_with_the_last_session_and_leaves_nothing_behind) {
    autosave.begin(folder.path());
    EXPECT_EQ(Autosave::last_session(folder.path()), "");
    go_on(1, 5);
    for (const double now : {31.5, 31.6, 31.7}) go_on(now, 20);
    autosave.end(session_at(25));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"last.json"});
    const std::string last = Autosave::last_session(folder.path());
    EXPECT_EQ(session_file_from_json(read_file(last, 1U << 20U), last).step, 25);
}

TEST_F(Autosaving, finds_what_windows_that_are_no_more_left_the_newest_first) {
    autosave.begin(folder.path());
    const std::string first = left("100", 7), second = left("200", 8), alive = left("300", 9);
    fs::last_write_time(first, fs::file_time_type::clock::now() - std::chrono::hours(2));
    write_file(folder / "window-400.json", "half a fi");
    write_file(folder / "last.json", to_json(session_at(3)));
    const int lock = ::open((folder / "window-300.lock").c_str(), O_RDWR);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    const std::vector<LeftSession> found = autosave.left_behind();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].path, second);
    EXPECT_EQ(found[1].path, first);
    EXPECT_NE(found[0].what.find("Two ways up, step 8, 0 edits, kept "), std::string::npos)
        << found[0].what;
    ::close(lock);
    EXPECT_EQ(autosave.left_behind().size(), 3U);
    EXPECT_TRUE(fs::exists(folder / "window-400.json"));
    EXPECT_TRUE(fs::exists(alive));
}

TEST_F(Autosaving, takes_over_what_was_left_and_puts_another_away) {
    autosave.begin(folder.path());
    left("100", 7);
    left("200", 8);
    const std::vector<LeftSession> found = autosave.left_behind();
    ASSERT_EQ(found.size(), 2U);
    autosave.adopt(found[0]);
    autosave.put_away(found[1]);
    EXPECT_TRUE(autosave.left_behind().empty());
    EXPECT_TRUE(fs::exists(own()));
    EXPECT_TRUE(fs::exists(folder / "discarded.json"));
    EXPECT_FALSE(fs::exists(folder / "window-100.lock"));
    EXPECT_FALSE(fs::exists(folder / "window-200.lock"));
}

// ---- in the window ----

struct LeftCard : Autosaving {
    Harness harness;
    void offer() {
        autosave.begin(folder.path());
        harness.train(narrow());
        harness.context().send(RunTo{30});
        harness.now();
        LeftSessions& left = harness.kept<LeftSessions>();
        left.sessions = autosave.left_behind();
        left.adopt = [this](const LeftSession& session) { autosave.adopt(session); };
        left.put_away = [this](const LeftSession& session) { autosave.put_away(session); };
        harness.frames(3);
    }
    void press(const char* words) {
        harness.frame();
        const auto button = drawing().word(words);
        ASSERT_TRUE(button) << drawing().text();
        harness.click(button->middle());
        harness.now();
        harness.frames(2);
    }
};

TEST_F(LeftCard, leads_on_to_the_session_and_undo_back_to_what_was_there) {
    left("100", 17);
    offer();
    press("Go on with it");
    EXPECT_EQ(harness.now().step, 17);
    EXPECT_TRUE(harness.kept<LeftSessions>().sessions.empty());
    EXPECT_TRUE(fs::exists(own()));
    harness.press(ImGuiKey_Z, ImGuiMod_Ctrl);
    EXPECT_EQ(harness.now().step, 30);
}

TEST_F(LeftCard, shows_one_after_the_other_until_none_is_left) {
    left("100", 17);
    left("200", 18);
    offer();
    EXPECT_EQ(drawing().in("##left sessions").starting("Two ways up, step").size(), 1U);
    EXPECT_NE(drawing().text().find("and 1 more"), std::string::npos) << drawing().text();
    press("Put it away");
    EXPECT_EQ(harness.kept<LeftSessions>().sessions.size(), 1U);
    press("Later");
    EXPECT_TRUE(harness.kept<LeftSessions>().sessions.empty());
    EXPECT_EQ(autosave.left_behind().size(), 1U);  // the next window asks again
    EXPECT_EQ(harness.now().step, 30);
}

TEST_F(LeftCard, says_what_is_wrong_with_a_session_and_keeps_it) {
    const std::string path = left("100", 17);
    offer();
    write_file(path, "{}");
    press("Go on with it");
    EXPECT_TRUE(harness.view.toast_is_error) << harness.view.toast;
    EXPECT_TRUE(fs::exists(path));
    EXPECT_EQ(harness.now().step, 30);
}

// ---- what is dropped onto the window, or opened by its path ----

TEST_F(LeftCard, a_dropped_file_is_opened_by_what_it_is) {
    offer();
    const std::string session = folder / "some.json";
    write_file(session, to_json(session_at(12)));
    PanelContext context = harness.context();
    open_file(context, session);
    EXPECT_EQ(harness.now().step, 12);
    EXPECT_THROW(open_file(context, folder / "some.txt"), Error);
    EXPECT_THROW(open_file(context, folder / "none.safetensors"), Error);
    EXPECT_EQ(harness.now().step, 12);
}

}  // namespace
}  // namespace muonscope::gui
