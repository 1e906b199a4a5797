// `muonscope sweep` as its users have it.

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/formats/files.h"
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
    // The table of the budget asked for: a line a seed, with what the file has.
    std::size_t rows = 0;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        std::vector<double> numbers;
        for (double number; cells >> number;) numbers.push_back(number);
        if (numbers.size() != 8 || !cells.eof()) continue;
        const Json& seed = json["distance"]["seeds"][rows++];
        const Json &sgd = seed["sgd"], &muon = seed["muon"];
        const std::vector<double> expected{
            seed["seed"],     sgd["first_steps"],  muon["first_steps"],  sgd["distance"],
            muon["distance"], sgd["second_steps"], muon["second_steps"], seed["difference"]};
        for (std::size_t i = 0; i < 8; ++i)
            EXPECT_NEAR(numbers[i], expected[i], i == 3 || i == 4 ? 5.1e-5 : 0.51)
                << "column " << i << " of " << line;
        EXPECT_GT(std::abs(expected[5] - expected[6]), 2) << "or no column could be another";
    }
    EXPECT_EQ(rows, 2U) << outcome.out;
}

TEST(Sweep, takes_settings_for_every_seed_and_refuses_bad_ones_at_once) {
    const Outcome outcome =
        run_program({"sweep", "--seeds", "1", "--set", "target.signs=largest-positive"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("13436"), std::string::npos) << outcome.out;
    for (const auto& [change, complaint] :
         {std::pair{"target.signs=left", "own, largest_positive, random"},
          std::pair{"nothing", "key=value"}, std::pair{"network.depth=3", "sweep"}}) {
        const Outcome refused = run_program({"sweep", "--seeds", "1", "--set", change});
        EXPECT_EQ(refused.code, 2) << change;
        EXPECT_NE(refused.err.find(complaint), std::string::npos) << refused.err;
    }
}

TEST(Sweep, refuses_what_is_no_number_of_seeds_and_no_budget) {
    for (const char* seeds : {"0", "-1", "1.5", "1001", "99999999999999999999", "x"}) {
        const Outcome outcome = run_program({"sweep", "--seeds", seeds});
        EXPECT_EQ(outcome.code, 2) << seeds;
        EXPECT_NE(outcome.err.find("from 1 to 1000"), std::string::npos) << outcome.err;
    }
    const Outcome empty = run_program({"sweep", "--seeds", ""});
    EXPECT_EQ(empty.code, 2);
    EXPECT_NE(empty.err.find("--seeds: is empty"), std::string::npos) << empty.err;
    const Outcome outcome = run_program({"sweep", "--seeds", "1", "--budget", "none"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("fixed, distance, loss"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace muonscope
