#include "core/study/study_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/formats/json_node.h"
#include "core/formats/json_text.h"
#include "core/formats/sha256.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

// A study of 100,000 settings in its own list is some 20 MB.
constexpr std::size_t most_study_bytes = std::size_t{64} << 20;
constexpr std::size_t most_settings = 100'000;
constexpr std::size_t most_changes = 600'000;  // of all settings, each counted too
constexpr std::int64_t most_study_steps = 1'000'000'000;
constexpr std::size_t most_seeds = 100'000, most_rates = 1000;

// ---- values as --set takes them ----

std::string change_text(const JsonNode& node) {
    const Json& value = node.value();
    if (value.is_string()) return node.text();
    if (value.is_number() || value.is_boolean()) return value.dump();
    if (!value.is_array()) node.refuse("a number, a text, true, false or a list");
    std::string text;
    for (const JsonNode& element : node.elements())
        text += (text.empty() ? "" : ",") + change_text(element);
    return text;
}

// Checked here, so that a fault names its place in the file.
Change read_change(const std::string& key, const JsonNode& node) {
    Change change{key, change_text(node)};
    try {
        parse_value(parameter_at(key), node.place().text(), change.value);
    } catch (const Error& fault) {
        const std::string said = fault.what(), place = node.place().text();
        if (said.starts_with(place)) throw;
        throw Error(place, said.substr(0, said.rfind("; ")), said.substr(said.rfind("; ") + 2));
    }
    return change;
}

std::vector<Change> read_changes(const JsonNode& node) {
    if (!node.value().is_object()) node.refuse("an object of keys as --set takes them");
    std::vector<Change> changes;
    for (const auto& [key, unused] : node.value().items())
        changes.push_back(read_change(key, *node.find(key)));
    return changes;
}

Json changes_json(const std::vector<Change>& changes) {
    Json tree = Json::object();
    for (const Change& change : changes) tree[change.key] = change.value;
    return tree;
}

// ---- settings ----

[[noreturn]] void too_many(const JsonNode& node, std::size_t settings) {
    node.fail(fmt::format("it comes to {} settings", settings),
              fmt::format("give at most {}", most_settings));
}

std::vector<std::vector<Change>> read_settings(const JsonNode& tree) {
    std::vector<std::vector<Change>> settings;
    if (const auto list = tree.find("list")) {
        for (const JsonNode& element : list->elements()) settings.push_back(read_changes(element));
        if (settings.empty()) list->fail("is empty", "give a setting, or leave the key out");
        if (settings.size() > most_settings) too_many(*list, settings.size());
    } else {
        settings.push_back({});
    }
    const auto grid = tree.find("grid");
    if (!grid) return settings;
    if (!grid->value().is_object()) grid->refuse("an object: {\"network.depth\": [1, 2], …}");
    for (const auto& [key, unused] : grid->value().items()) {
        const JsonNode axis = *grid->find(key);
        std::vector<Change> values;
        for (const JsonNode& value : axis.elements()) values.push_back(read_change(key, value));
        if (values.empty()) axis.fail("is empty", "give a value, or leave the key out");
        // Said before it is done. What is kept of a study lists them all, and must be read again.
        const std::size_t all = settings.size() * values.size();
        if (all > most_settings) too_many(*grid, all);
        std::size_t changes = 0;
        for (const std::vector<Change>& setting : settings) changes += setting.size() + 2;
        if (changes * values.size() > most_changes)
            grid->fail(
                fmt::format("it comes to {} changes in {} settings",
                            (changes - settings.size()) * values.size(), all),
                fmt::format("give fewer: {} are the most, settings counted too", most_changes));
        std::vector<std::vector<Change>> finer;
        for (const std::vector<Change>& setting : settings)
            for (const Change& value : values) {
                finer.push_back(setting);
                finer.back().push_back(value);
            }
        settings = std::move(finer);
    }
    return settings;
}

// ---- arms, rates, seeds, budget ----

Arm read_arm(const JsonNode& node) {
    node.check_keys({"name", "set", "rates", "rate"});
    Arm arm;
    const auto name = node.find("name");
    if (!name) node.fail("has no name", "add \"name\"");
    arm.name = name->text();
    if (arm.name.empty()) name->refuse("a text that is not empty");
    if (const auto changes = node.find("set")) arm.changes = read_changes(*changes);
    if (const auto rates = node.find("rates")) {
        for (const JsonNode& rate : rates->elements()) arm.rates.push_back(change_text(rate));
        if (arm.rates.empty() || arm.rates.size() > most_rates)
            rates->fail(fmt::format("has {} values", arm.rates.size()),
                        fmt::format("give 1 to {}", most_rates));
    }
    if (const auto key = node.find("rate")) {
        arm.rate_key = key->text();
        if (arm.rates.empty())
            key->fail("names a key to tune, and the arm has no values for it", "add \"rates\"");
        read_change(arm.rate_key, *node.find("rates")->elements().begin());
    }
    return arm;
}

std::vector<Arm> read_arms(const JsonNode& tree) {
    const auto node = tree.find("arms");
    if (!node) tree.fail("has no arms", "add \"arms\": [{\"name\": …, \"set\": {…}}, …]");
    std::vector<Arm> arms;
    std::set<std::string> names;
    for (const JsonNode& element : node->elements()) {
        arms.push_back(read_arm(element));
        if (!names.insert(arms.back().name).second)
            element.fail("a second arm is called " + in_quotes(arms.back().name),
                         "give each a name of its own");
    }
    if (arms.empty()) node->fail("is empty", "give at least one arm");
    return arms;
}

std::vector<std::int64_t> read_seeds(const JsonNode& node) {
    const std::string allowed =
        fmt::format("how many (1 to {}), or a list of seeds from 0 on", most_seeds);
    std::vector<std::int64_t> seeds;
    if (!node.value().is_array()) {
        const std::int64_t count = node.integer(1, most_seeds, allowed);
        for (std::int64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
        return seeds;
    }
    for (const JsonNode& seed : node.elements())
        seeds.push_back(seed.integer(0, INT32_MAX, allowed));
    if (seeds.empty() || seeds.size() > most_seeds) node.refuse(allowed);
    if (std::set(seeds.begin(), seeds.end()).size() != seeds.size())
        node.fail("a seed stands twice in it", "leave it once");
    return seeds;
}

double read_positive(const JsonNode& node) {
    const Json& value = node.value();
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() <= 0)
        node.refuse("a number above 0");
    return value.get<double>();
}

BudgetRule read_budget(const JsonNode& node) {
    std::vector<std::string> known{"most_steps"};
    for (const Choice& choice : budget_choices) known.emplace_back(choice.slug);
    node.check_keys(known);
    BudgetRule budget;
    int given = 0;
    for (std::size_t i = 0; i < budget_choices.size(); ++i)
        if (const auto amount = node.find(std::string(budget_choices[i].slug))) {
            budget.kind = static_cast<BudgetKind>(i);
            budget.amount = read_positive(*amount);
            ++given;
        }
    if (given != 1)
        node.fail(given == 0 ? "says no end" : "says more than one end",
                  "give one of steps, examples, seconds, distance, loss");
    const auto most = node.find("most_steps");
    const std::string steps = fmt::format("an integer from 1 to {}", most_study_steps);
    if (budget.kind == BudgetKind::steps) {
        if (most) most->fail("a budget of steps needs no cap", "leave it out");
        budget.most_steps = node.find("steps")->integer(1, most_study_steps, steps);
    } else if (budget.kind == BudgetKind::examples) {
        if (most) most->fail("a budget of examples needs no cap", "leave it out");
        node.find("examples")->integer(1, most_study_steps, steps);
    } else if (most) {
        budget.most_steps = most->integer(1, most_study_steps, steps);
    } else {
        node.fail("does not say when a job has not got there", "add \"most_steps\"");
    }
    return budget;
}

Json budget_json(const BudgetRule& budget) {
    Json tree = Json::object();
    const std::string slug(budget_choices[place_of(budget.kind)].slug);
    if (budget.kind == BudgetKind::steps || budget.kind == BudgetKind::examples)
        tree[slug] = static_cast<std::int64_t>(budget.amount);
    else
        tree[slug] = budget.amount;
    if (budget.kind != BudgetKind::steps && budget.kind != BudgetKind::examples)
        tree["most_steps"] = budget.most_steps;
    return tree;
}

// ---- metrics ----

void read_bound(const JsonNode& node, Metric& metric) {
    const std::string text = node.text();
    const std::size_t sign = std::min(text.find("<="), text.find(">="));
    const std::string wanted = "\"column<=value\" or \"column>=value\"";
    if (sign == std::string::npos) node.refuse(wanted);
    metric.kind = MetricKind::steps_to;
    metric.column = text.substr(0, sign);
    metric.at_most = text[sign] == '<';
    const char* end = text.data() + text.size();
    const auto [stopped, fault] = std::from_chars(text.data() + sign + 2, end, metric.level);
    if (fault != std::errc() || stopped != end || !std::isfinite(metric.level)) node.refuse(wanted);
}

Metric read_metric(const JsonNode& node) {
    node.check_keys({"name", "end", "steps_to", "area", "over", "every", "better"});
    Metric metric;
    int kinds = 0;
    if (const auto column = node.find("end")) metric.column = column->text(), ++kinds;
    if (const auto bound = node.find("steps_to")) read_bound(*bound, metric), ++kinds;
    if (const auto column = node.find("area")) {
        metric.kind = MetricKind::area;
        metric.column = column->text();
        ++kinds;
    }
    if (kinds != 1)
        node.fail(kinds == 0 ? "says nothing to measure" : "says more than one thing to measure",
                  "give one of end, steps_to, area");
    if (const auto over = node.find("over")) {
        if (metric.kind != MetricKind::area) over->fail("only an area has it", "leave it out");
        if (over->text() != "steps") metric.over = over->text();
    }
    if (const auto every = node.find("every"))
        metric.every = every->integer(1, most_study_steps, "steps between two looks, at least 1");
    if (const auto better = node.find("better")) {
        if (better->value() != "smaller" && better->value() != "larger")
            better->refuse("smaller or larger");
        metric.larger_is_better = better->value() == "larger";
    }
    metric.name = metric_text(metric);
    if (const auto name = node.find("name")) metric.name = name->text();
    return metric;
}

Json metric_json(const Metric& metric) {
    Json tree = Json::object();
    tree["name"] = metric.name;
    if (metric.kind == MetricKind::at_end) tree["end"] = metric.column;
    if (metric.kind == MetricKind::steps_to)
        tree["steps_to"] =
            fmt::format("{}{}{}", metric.column, metric.at_most ? "<=" : ">=", metric.level);
    if (metric.kind == MetricKind::area) tree["area"] = metric.column;
    if (!metric.over.empty()) tree["over"] = metric.over;
    if (metric.every > 0) tree["every"] = metric.every;
    tree["better"] = metric.larger_is_better ? "larger" : "smaller";
    return tree;
}

std::vector<Metric> read_metrics(const JsonNode& tree) {
    const auto node = tree.find("metrics");
    if (!node)
        tree.fail("has no metrics", "add \"metrics\": [{\"steps_to\": \"relative_error<=0.05\"}]");
    std::vector<Metric> metrics;
    std::set<std::string> names;
    for (const JsonNode& element : node->elements()) {
        metrics.push_back(read_metric(element));
        if (!names.insert(metrics.back().name).second)
            element.fail("a second metric is called " + in_quotes(metrics.back().name),
                         "give each a name of its own");
    }
    if (metrics.empty() || metrics.size() > 100) node->refuse("1 to 100 metrics");
    return metrics;
}

// ---- what refers to the rest ----

Tuning read_tuning(const JsonNode& node, const Study& study) {
    node.check_keys({"by", "seeds", "key"});
    Tuning tuning;
    if (const auto key = node.find("key")) tuning.key = key->text();
    const auto by = node.find("by");
    if (!by) node.fail("does not say by what", "add \"by\", the name of a metric");
    tuning.by = by->text();
    if (std::none_of(study.metrics.begin(), study.metrics.end(),
                     [&](const Metric& metric) { return metric.name == tuning.by; }))
        by->refuse("the name of a metric");
    const auto seeds = node.find("seeds");
    if (!seeds) node.fail("does not say on which seeds", "add \"seeds\": how many, or \"same\"");
    const auto most = static_cast<std::int64_t>(study.seeds.size()) - 1;
    if (seeds->value() != "same")
        tuning.seeds = static_cast<int>(seeds->integer(
            1, most, fmt::format("\"same\", or how many of the first seeds (1 to {})", most)));
    return tuning;
}

std::size_t arm_named(const JsonNode& node, const Study& study) {
    const std::string name = node.text();
    for (std::size_t i = 0; i < study.arms.size(); ++i)
        if (study.arms[i].name == name) return i;
    std::vector<std::string> names;
    for (const Arm& arm : study.arms) names.push_back(arm.name);
    node.refuse(fmt::format("an arm: {}", fmt::join(names, ", ")));
}

std::vector<ArmPair> read_comparisons(const JsonNode& tree, const Study& study) {
    std::vector<ArmPair> pairs;
    const auto node = tree.find("compare");
    if (!node) {
        for (std::size_t arm = 0; arm + 1 < study.arms.size(); ++arm)
            pairs.push_back({arm, study.arms.size() - 1});
        return pairs;
    }
    for (const JsonNode& element : node->elements()) {
        const auto names = element.elements();
        if (names.size() != 2) element.refuse("two arms: [\"AdamW\", \"Muon\"]");
        pairs.push_back({arm_named(names[0], study), arm_named(names[1], study)});
        if (pairs.back().first == pairs.back().second) element.refuse("two different arms");
    }
    return pairs;
}

std::size_t lane_of(const JsonNode& node, const Spec& spec) {
    const auto last = static_cast<std::int64_t>(spec.lanes.size()) - 1;
    const std::string allowed = fmt::format("a lane's name, or its index from 0 to {}", last);
    if (!node.value().is_string()) return static_cast<std::size_t>(node.integer(0, last, allowed));
    for (std::size_t i = 0; i < spec.lanes.size(); ++i)
        if (spec.lanes[i].name == node.text()) return i;
    node.refuse(allowed);
}

Spec read_base(const JsonNode& tree, const std::filesystem::path& folder) {
    const auto node = tree.find("base");
    Spec spec = presets().front();
    if (node && node->value().is_object()) {
        spec = spec_from_tree(node->value(), node->place().text());
    } else if (node) {
        const std::string name = node->text();
        const auto all = presets();
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const Spec& preset) { return preset.name == name; });
        std::error_code unreadable;
        if (found != all.end())
            spec = *found;
        else if (std::filesystem::is_regular_file(folder / name, unreadable))
            spec = read_spec_file((folder / name).string());
        else
            node->refuse("a preset (`muonscope presets` lists them), a file that exists or a spec");
    }
    std::size_t lane = 0;
    if (const auto wanted = tree.find("lane")) lane = lane_of(*wanted, spec);
    spec.lanes = {spec.lanes[lane]};
    return spec;
}

// Every setting of every arm as a spec, and the rates of each once.
void try_all(const Study& study, std::string_view source) {
    JobPlace place;
    try {
        for (place.setting = 0; place.setting < study.settings.size(); ++place.setting)
            for (place.arm = 0; place.arm < study.arms.size(); ++place.arm) {
                const std::size_t rates =
                    place.setting == 0 ? rate_count(study.arms[place.arm]) : 1;
                for (place.rate = 0; place.rate < rates; ++place.rate) spec_of_job(study, place);
                place.rate = 0;
            }
    } catch (const Error& fault) {
        const std::string said = fault.what();
        const std::size_t cut = said.rfind("; ");
        // On one line, whatever an arm is called.
        const std::string job = in_quotes(job_text(study, place), 200);
        throw Error(fmt::format("{}: {}", source, job.substr(1, job.size() - 2)),
                    said.substr(0, cut), said.substr(cut + 2));
    }
}

void check_version(const JsonNode& tree) {
    const auto version = tree.find("version");
    if (!version)
        tree.fail("has no version",
                  fmt::format("begin with \"version\": {}", Study::current_version));
    if (version->value() != Study::current_version)
        version->refuse(fmt::format("{}, which is all this program reads", Study::current_version));
}

Study study_from(std::string_view text, std::string_view source,
                 const std::filesystem::path& folder) {
    const Json json = parse_json(text, source, {most_study_bytes});
    const JsonNode tree(json, {source, ""});
    if (!json.is_object()) tree.refuse("an object: {\"key\": value, …}");
    check_version(tree);
    tree.check_keys({"version", "name", "title", "about", "base", "lane", "grid", "list", "arms",
                     "tuning", "seeds", "budget", "metrics", "compare"});
    Study study;
    if (const auto node = tree.find("name")) study.name = node->text();
    if (const auto node = tree.find("title")) study.title = node->text();
    if (const auto node = tree.find("about")) study.about = node->text();
    study.base = read_base(tree, folder);
    study.settings = read_settings(tree);
    study.arms = read_arms(tree);
    const auto seeds = tree.find("seeds");
    if (!seeds) tree.fail("has no seeds", "add \"seeds\": how many, or a list");
    study.seeds = read_seeds(*seeds);
    const auto budget = tree.find("budget");
    if (!budget) tree.fail("has no budget", "add \"budget\": {\"steps\": 1000}");
    study.budget = read_budget(*budget);
    study.metrics = read_metrics(tree);
    if (const auto node = tree.find("tuning")) study.tuning = read_tuning(*node, study);
    for (const Arm& arm : study.arms)
        if (!arm.rates.empty() && !study.tuning)
            tree.fail(
                "arm " + in_quotes(arm.name) + " has rates, and nothing says how one is chosen",
                "add \"tuning\": {\"by\": a metric, \"seeds\": 3}");
    study.comparisons = read_comparisons(tree, study);
    if (job_count(study) > Study::most_jobs)
        tree.fail(fmt::format("it comes to {} jobs", job_count(study)),
                  fmt::format("give at most {}: fewer settings, seeds or rates", Study::most_jobs));
    try_all(study, source);
    return study;
}

}  // namespace

Study study_from_json(std::string_view text, std::string_view source) {
    return study_from(text, source, ".");
}

Study read_study_file(const std::string& path) {
    return study_from(read_file(path, most_study_bytes), path,
                      std::filesystem::path(path).parent_path());
}

std::string to_json(const Study& study) {
    Json tree = Json::object();
    tree["version"] = Study::current_version;
    tree["name"] = study.name;
    tree["title"] = study.title;
    tree["about"] = study.about;
    tree["base"] = Json::parse(to_json(study.base));
    tree["list"] = Json::array();
    for (const auto& setting : study.settings) tree["list"].push_back(changes_json(setting));
    tree["arms"] = Json::array();
    for (const Arm& arm : study.arms) {
        Json one = {{"name", arm.name}, {"set", changes_json(arm.changes)}};
        if (!arm.rates.empty()) one["rates"] = arm.rates;
        if (!arm.rate_key.empty()) one["rate"] = arm.rate_key;
        tree["arms"].push_back(std::move(one));
    }
    if (study.tuning) {
        tree["tuning"] = {{"key", study.tuning->key}, {"by", study.tuning->by}};
        tree["tuning"]["seeds"] =
            study.tuning->seeds == 0 ? Json("same") : Json(study.tuning->seeds);
    }
    tree["seeds"] = study.seeds;
    const Json measured = Json::parse(measured_json(study));
    tree["budget"] = measured["budget"];
    tree["metrics"] = measured["metrics"];
    tree["compare"] = Json::array();
    for (const ArmPair& pair : study.comparisons)
        tree["compare"].push_back({study.arms[pair.first].name, study.arms[pair.second].name});
    return tree.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string measured_json(const Study& study) {
    Json tree = {{"budget", budget_json(study.budget)}, {"metrics", Json::array()}};
    for (const Metric& metric : study.metrics) tree["metrics"].push_back(metric_json(metric));
    return tree.dump();
}

std::string study_hash(const Study& study) {
    const std::string text = to_json(study);
    Sha256 hash;
    hash.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return hash.finish();
}

}  // namespace muonscope
