#include "app/gui/where_study.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/gui/path_dialog.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/study/database.h"

namespace muonscope::gui {

namespace {

namespace fs = std::filesystem;

// Of a study's file the results that lie beside it.
std::string database_at(const std::string& path) {
    if (!path.ends_with(".json")) return path;
    const fs::path beside = fs::path(path).replace_extension(".db");
    std::error_code fault;
    if (!fs::exists(beside, fault))
        throw Error(in_quotes(path, 200), "has no results beside it",
                    "run the study first, and open the .db that it leaves");
    return beside.string();
}

// Gains are of the seeds that choose the rates, and of the others at the rates they chose.
std::int64_t missing_jobs(const Study& study, const std::vector<StoredResult>& results) {
    const std::vector<std::size_t> rates = chosen_rates(study, results);
    std::int64_t missing = 0;
    for (std::int64_t job = 0; job < job_count(study); ++job)
        missing += is_reported(study, rates, job) ? 1 : 0;
    for (const StoredResult& stored : results)
        missing -= is_reported(study, rates, stored.job) ? 1 : 0;
    return missing;
}

Work<> read_study(std::string path, Background<std::shared_ptr<const WhereFound>>::Outlet outlet) {
    auto found = std::make_shared<WhereFound>();
    std::vector<StoredResult> results;
    {
        const StudyDatabase database(database_at(path));
        found->study = database.study();
        results = database.results();
    }
    found->jobs = job_count(found->study);
    found->done = static_cast<std::int64_t>(results.size());
    found->missing = missing_jobs(found->study, results);
    found->definitions = where_definitions(found->study);
    for (std::size_t setting = 0; setting < found->study.settings.size(); ++setting)
        found->experiments.push_back(spec_of_job(found->study, {setting, 0, 0, 0}).experiment);
    co_await pause();
    found->gains = matrix_gains(found->study, results);
    co_await pause();
    found->tests = test_rules(found->study, results);
    outlet(std::move(found));
    co_await pause();
}

}  // namespace

WhereStudy& where_study(PanelContext& context) {
    WhereStudy& open = context.kept<WhereStudy>();
    const std::vector<std::string>& chosen = context.chosen<WhereChoices>().file;
    if (chosen != open.asked) {
        open.work.stop();
        open.fault.clear();
        open.found.reset();
        if (open.work.busy()) return open;
        open.asked = chosen;
        if (!chosen.empty())
            open.work.begin(context.workplace, [&](auto outlet) {
                return read_study(chosen.front(), std::move(outlet));
            });
    }
    for (auto& found : open.work.take()) open.found = std::move(found);
    if (const std::string fault = open.work.error(); !fault.empty() && !open.found)
        open.fault = fault;
    context.view.working = context.view.working || open.work.busy();
    return open;
}

void read_again(PanelContext& context) {
    context.kept<WhereStudy>().asked.clear();
}

void ask_study(PanelContext& context) {
    const char* home = std::getenv("HOME");
    ask_path(context, {.title = "Open a study",
                       .verb = "Open",
                       .path = std::string(home && *home ? home : ".") + "/",
                       .ending = ".db .json",
                       .saves = false,
                       .done = [&preferences = context.preferences,
                                &view = context.view](const std::string& path) {
                           preferences.panels.of<WhereChoices>().file = {path};
                           view.panels.of<WhereStudy>().asked.clear();
                       }});
}

}  // namespace muonscope::gui
