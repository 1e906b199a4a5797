#include "core/formats/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>

#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Names = std::vector<std::string>;

// No file may grow beyond so many bytes while one lives: a disk that is full, as a program sees it.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, SIG_DFL);
    }

  private:
    rlimit before_{};
};

TEST(Files, what_was_written_is_read_back_and_nothing_else_is_left) {
    const ScratchFolder folder;
    const std::string text("a\0b\n", 4);
    write_file(folder / "x.txt", text);
    EXPECT_EQ(read_file(folder / "x.txt", 4), text);
    EXPECT_EQ(folder.names(), Names{"x.txt"});
}

TEST(Files, an_old_file_is_replaced_as_a_whole) {
    const ScratchFolder folder;
    write_file(folder / "x", std::string(100000, 'a'));
    write_file(folder / "x", "b");
    EXPECT_EQ(read_file(folder / "x", 10), "b");
    EXPECT_EQ(folder.names(), Names{"x"});
}

TEST(Files, what_a_killed_process_left_goes_with_the_next_and_what_is_being_written_stays) {
    const ScratchFolder folder;
    for (const char* name : {".x.4711.0.tmp", ".x.4712.3.tmp", ".x.notes.tmp", ".y.4711.0.tmp"})
        std::ofstream(folder / name) << "half";
    const int busy = ::open((folder / ".x.4712.3.tmp").c_str(), O_RDONLY);
    ASSERT_EQ(::flock(busy, LOCK_EX), 0);
    write_file(folder / "x", "whole");
    ::close(busy);
    Names names = folder.names();
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (Names{".x.4712.3.tmp", ".x.notes.tmp", ".y.4711.0.tmp", "x"}));
}

TEST(Files, others_may_read_a_new_file_as_far_as_the_umask_lets_them) {
    const ScratchFolder folder;
    const mode_t before = ::umask(022);
    write_file(folder / "x", "b");
    ::umask(before);
    struct stat found {};
    ASSERT_EQ(::stat((folder / "x").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0644u);
}

TEST(Files, a_link_stays_a_link) {
    const ScratchFolder folder;
    write_file(folder / "x", "a");
    std::filesystem::create_symlink("x", folder / "link");
    write_file(folder / "link", "b");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(read_file(folder / "x", 10), "b");
}

TEST(Files, a_writer_that_fails_leaves_the_old_file_and_nothing_else) {
    const ScratchFolder folder;
    write_file(folder / "x", "old");
    EXPECT_THROW(write_file(folder / "x",
                            [](std::ostream& stream) {
                                stream << "half";
                                throw std::runtime_error("no");
                            }),
                 std::runtime_error);
    EXPECT_EQ(read_file(folder / "x", 10), "old");
    EXPECT_EQ(folder.names(), Names{"x"});
}

TEST(Files, a_full_disk_is_one_message_and_leaves_the_old_file) {
    const ScratchFolder folder;
    write_file(folder / "x", "old");
    {
        const FileSizeLimit limit(200000);
        EXPECT_MESSAGE(write_file(folder / "x", std::string(1 << 20, 'a')),
                       (folder / "x") + "': cannot be written (");
        EXPECT_MESSAGE(write_file(folder / "new", std::string(1 << 20, 'a')), "free some space");
    }
    EXPECT_EQ(read_file(folder / "x", 10), "old");
    EXPECT_EQ(folder.names(), Names{"x"});
}

TEST(Files, a_full_device_is_one_message_and_stays_a_device) {
    EXPECT_MESSAGE(write_file("/dev/full", "hello"), "No space left on device");
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST(Files, a_place_that_cannot_be_written_is_named) {
    const ScratchFolder folder;
    EXPECT_MESSAGE(write_file(folder / "none/x", "a"), "none/x': cannot be written (No such file");
    EXPECT_MESSAGE(write_file(folder.path(), "a"), "Is a directory");
    write_file(folder / "x", "a");
    EXPECT_MESSAGE(write_file(folder / "x/y", "a"), "Not a directory");
    EXPECT_MESSAGE(write_file("/proc/muonscope", "a"), "cannot be written");
    EXPECT_MESSAGE(write_file("", "a"), "empty");
}

TEST(Files, a_folder_without_permission_is_named) {
    if (::geteuid() == 0) GTEST_SKIP() << "permissions do not bind root";
    const ScratchFolder folder;
    ::chmod(folder.path().c_str(), 0555);
    EXPECT_MESSAGE(write_file(folder / "x", "a"), "Permission denied");
    ::chmod(folder.path().c_str(), 0755);
}

TEST(Files, what_cannot_be_read_is_named) {
    const ScratchFolder folder;
    EXPECT_MESSAGE(read_file(folder / "none", 10), "No such file");
    EXPECT_MESSAGE(read_file(folder.path(), 10), "is a folder");
    EXPECT_MESSAGE(read_file("/dev/zero", 10), "not a regular file");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_MESSAGE(read_file(folder / "pipe", 10), "not a regular file");
    write_file(folder / "x", "0123456789a");
    EXPECT_MESSAGE(read_file(folder / "x", 10), "holds 11 bytes, more than the 10");
}

}  // namespace
}  // namespace muonscope
