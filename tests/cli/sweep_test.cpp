// `muonscope sweep` as its users have it.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/io/files.h"
#include "tests/cli/program.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

TEST(Sweep, tells_each_seed_and_the_sums_of_all_budgets) {
    const ScratchFolder folder;
    const std::string file = folder / "sweep.json";
    const Outcome outcome =
        run_program({"sweep", "--seeds", "2", "--budget", "distance", "--json", file});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("over 2 seeds, phase 1: matched distance"), std::string::npos);
    for (const char* title : {"fixed steps", "matched distance", "matched loss"})
        EXPECT_NE(outcome.out.find(title), std::string::npos) << title;
    const Json json = Json::parse(read_file(file, 1 << 20));
    EXPECT_EQ(json["fixed"]["seeds"][0]["sgd"]["second_steps"], 13436);
    EXPECT_EQ(json["fixed"]["seeds"][0]["difference"], 115);
    EXPECT_EQ(json["distance"]["seeds"].size(), 2U);
}

TEST(Sweep, refuses_what_is_no_number_of_seeds_and_no_budget) {
    for (const char* seeds : {"0", "-1", "1.5", "1001", "99999999999999999999", "x", ""}) {
        const Outcome outcome = run_program({"sweep", "--seeds", seeds});
        EXPECT_EQ(outcome.code, 2) << seeds;
        EXPECT_NE(outcome.err.find("from 1 to 1000"), std::string::npos) << outcome.err;
    }
    const Outcome outcome = run_program({"sweep", "--seeds", "1", "--budget", "none"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("fixed, distance, loss"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace muonscope
