// Every preset for 300 steps, transformers for 20: the bits of its lanes, and of all that is
// measured of them, are at every level of kernels that this processor has those of
// tests/golden/state_hashes.json, which another processor wrote. Where a change is meant to give
// other bits, tests/golden/state_hashes.sh writes them anew.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/linalg/kernels/level.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

// Where an addition to a product is not one instruction, a transformer's step takes long.
int steps_of(const Experiment& experiment) {
    return is_transformer(experiment) ? 20 : 300;
}
const std::string golden_path = MUONSCOPE_SOURCE_DIR "/tests/golden/state_hashes.json";

// Of one lane: the hash of its state, and one over every number measured there.
struct Bits {
    std::string state, measured;
};

Bits bits_after(const std::shared_ptr<const Problem>& problem, const Recipe& recipe) {
    Lane lane(problem, recipe);
    const int steps = steps_of(problem->experiment);
    for (int step = 0; step < steps; ++step) lane.advance();
    const Layout layout(*problem->model, problem->modes, facts_of(problem->experiment));
    std::vector<double> row(layout.channels());
    lane.measure(layout, problem->experiment.probe, row);
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const double value : row)
        hash =
            (hash ^ (std::isnan(value) ? 0 : std::bit_cast<std::uint64_t>(value))) * 0x100000001b3U;
    return {fmt::format("{:016x}", lane.state_hash()), fmt::format("{:016x}", hash)};
}

// Of every preset, a lane after the other.
struct Hashes {
    std::map<std::string, std::vector<std::string>> states, measured;
};

Hashes hashes_at(Level level) {
    const ScopedLevel scoped(level);
    Hashes hashes;
    for (const Spec& spec : presets()) {
        const auto problem = make_problem(spec.experiment);
        for (const Recipe& recipe : spec.lanes) {
            const Bits bits = bits_after(problem, recipe);
            hashes.states[spec.name].push_back(bits.state);
            hashes.measured[spec.name].push_back(bits.measured);
        }
    }
    return hashes;
}

void expect_the_stored_ones(const Hashes& here) {
    const auto stored = nlohmann::json::parse(read_file(golden_path, 1 << 20));
    const auto expect_same = [&](const char* what, const auto& found) {
        std::remove_cvref_t<decltype(found)> wanted;
        stored.at(what).get_to(wanted);
        ASSERT_EQ(found.size(), wanted.size()) << what;
        for (const auto& [name, hashes] : wanted) {
            ASSERT_TRUE(found.contains(name)) << what << ", " << name;
            EXPECT_EQ(found.at(name), hashes) << what << ", " << name;
        }
    };
    expect_same("states", here.states);
    expect_same("measured", here.measured);
}

TEST(StateHashes, are_the_stored_ones_at_the_highest_level) {
    if (sanitized) GTEST_SKIP() << "the same bits, slowly";
    const Hashes here = hashes_at(levels_here().back());
    if (std::getenv("MUONSCOPE_WRITE_STATE_HASHES") != nullptr) {
        std::ofstream(golden_path)
            << nlohmann::json{{"states", here.states}, {"measured", here.measured}}.dump(1) << "\n";
        GTEST_SKIP() << "written to " << golden_path;
    }
    expect_the_stored_ones(here);
}

class EveryLevel : public testing::TestWithParam<Level> {};

TEST_P(EveryLevel, gives_the_stored_states_and_measures) {
    if (sanitized) GTEST_SKIP() << "the same bits, slowly";
    expect_the_stored_ones(hashes_at(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Long, EveryLevel,
                         testing::ValuesIn(levels_here().begin(), levels_here().end() - 1),
                         [](const testing::TestParamInfo<Level>& each) {
                             return each.param == Level::baseline ? std::string("baseline")
                                                                  : level_name(each.param);
                         });
// Where there is one level only, there is nothing to compare.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryLevel);

}  // namespace
}  // namespace muonscope
