#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/documents/published_json.h"
#include "core/experiment/presets.h"
#include "core/experiment/published/experiment.h"
#include "core/formats/files.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

TEST(PublishedExperiments, cover_every_published_figure_and_no_more) {
    const Published published = published_from_json(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/published.json", 1 << 20), "published.json");
    std::set<std::string> theirs, ours;
    for (const auto& [path, number] : published.numbers)
        theirs.insert(path.substr(0, path.find('/')));
    for (const PublishedExperiment& experiment : published_experiments())
        EXPECT_TRUE(ours.insert(experiment.section).second) << experiment.section;
    EXPECT_EQ(ours, theirs);
}

TEST(PublishedExperiments, say_what_they_ask_and_how_long_they_take) {
    for (const PublishedExperiment& experiment : published_experiments()) {
        SCOPED_TRACE(experiment.name);
        EXPECT_EQ(&published_experiment(experiment.name), &experiment);
        EXPECT_FALSE(experiment.title.empty());
        EXPECT_TRUE(experiment.question.ends_with("?"));
        EXPECT_EQ(preset(experiment.preset).name, experiment.preset);
        std::set<std::string> names;
        for (const Job& job : experiment.jobs(0)) {
            EXPECT_TRUE(names.insert(job.name).second) << job.name;
            EXPECT_GT(job.weight, 0);
        }
        EXPECT_FALSE(names.empty());
    }
}

TEST(PublishedExperiments, name_near_names_and_all_there_are) {
    EXPECT_MESSAGE(published_experiment("stagd"), "did you mean staged?");
    EXPECT_MESSAGE(published_experiment("xyzzy"), "there are staged, blackbox, ce");
}

}  // namespace
}  // namespace muonscope
