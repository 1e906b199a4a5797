#include "core/study/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"

namespace muonscope {
namespace {

// Below it the bootstrap draws so few means that an interval is on one side of 0 by chance alone.
constexpr int least_rule_seeds = 3;

// NAME of lanes.L.layers.NAME.optimizer.kind; empty of any other key.
std::string matrices_in(const std::string& key) {
    constexpr std::string_view before = ".layers.", behind = ".optimizer.kind";
    const std::size_t at = key.find(before);
    if (at == std::string::npos || !key.ends_with(behind)) return "";
    const std::size_t begin = at + before.size();
    return key.substr(begin, key.size() - behind.size() - begin);
}

// What an arm's Muon stands on by name; empty where it is on none alone.
std::string muon_group(const Arm& arm) {
    std::string group;
    for (const Change& change : arm.changes) {
        const std::string name = matrices_in(change.key);
        if (!name.empty() && change.value == "muon") group += (group.empty() ? "" : ", ") + name;
    }
    return group;
}

bool has_muon(const Recipe& recipe) {
    const auto is_muon = [](const OptimizerSpec& optimizer) {
        return optimizer.kind == OptimizerKind::muon;
    };
    return std::any_of(recipe.phases.begin(), recipe.phases.end(), [&](const Phase& phase) {
        return is_muon(phase.optimizer) ||
               std::any_of(phase.layer_optimizers.begin(), phase.layer_optimizers.end(),
                           [&](const auto& own) { return own && is_muon(*own); });
    });
}

std::size_t baseline_of(const Study& study) {
    for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
        if (!has_muon(spec_of_job(study, {0, 0, arm, 0}).lanes.front())) return arm;
    throw Error("study " + study.name, "has no arm without Muon to hold the others against",
                "show a study with one, such as where-facts");
}

// The same study, each arm with Muon on some matrices beside the baseline.
Study beside_the_baseline(Study study) {
    const std::size_t baseline = baseline_of(study);
    study.comparisons.clear();
    for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
        if (arm != baseline && !muon_group(study.arms[arm]).empty())
            study.comparisons.push_back({baseline, arm});
    if (study.comparisons.empty())
        throw Error("study " + study.name, "has no arm with Muon on some matrices alone",
                    "give arms keys such as lanes.0.layers.query.optimizer.kind");
    return study;
}

MatrixGain gain_of(const Study& study, const StudyReport& report, const PairSummary& pair) {
    const std::size_t first = study.comparisons[pair.pair].first,
                      arm = study.comparisons[pair.pair].second;
    const auto summary_of = [&](std::size_t which) -> const ArmSummary& {
        return report
            .arms[(pair.setting * study.metrics.size() + pair.metric) * study.arms.size() + which];
    };
    const auto rate_of = [&](std::size_t which) { return summary_of(which).rate; };
    const Arm& second = study.arms[arm];
    const double unit =
        (study.metrics[pair.metric].larger_is_better ? -1 : 1) / std::abs(pair.first_mean);
    const double one = unit * pair.interval.low, other = unit * pair.interval.high;
    return {.setting = pair.setting,
            .arm = arm,
            .metric = pair.metric,
            .job = {pair.setting, first_compared_seed(study), arm, rate_of(arm)},
            .baseline = {pair.setting, first_compared_seed(study), first, rate_of(first)},
            .group = muon_group(second),
            .rate = second.rates.empty() ? "" : second.rates[rate_of(arm)],
            .rate_at_end = summary_of(arm).rate_at_end,
            .seeds = pair.pairs,
            .gain = unit * pair.mean,
            .interval = {std::min(one, other), std::max(one, other)},
            .better = pair.second_better,
            .worse = pair.first_better,
            .chance = pair.chance};
}

// Those that choose the rates, and of the compared seeds every second, from `first` on.
std::vector<StoredResult> half_of(const Study& study, std::span<const StoredResult> results,
                                  std::size_t first) {
    const std::size_t tuning = first_compared_seed(study);
    std::vector<StoredResult> half;
    for (const StoredResult& stored : results) {
        const std::size_t seed = place_of_job(study, stored.job).seed;
        if (seed < tuning || (seed - tuning) % 2 == first) half.push_back(stored);
    }
    return half;
}

RuleTest test_of(std::span<const MatrixGain> fitted, std::span<const MatrixGain> seen) {
    RuleTest test;
    test.error = std::nan("");
    double sum = 0;
    int groups = 0;
    for (const RuleClass& one : rule_of(fitted))
        for (const std::size_t member : one.members) {
            if (seen[member].seeds < 1) continue;
            test.fitted = std::max(test.fitted, fitted[member].seeds);
            test.held_out = std::max(test.held_out, seen[member].seeds);
            const double error = std::abs(one.gain - seen[member].gain);
            if (error > one.half) test.fails.push_back(in_words(seen[member].group));
            sum += error;
            ++groups;
        }
    if (groups > 0) test.error = sum / groups;
    return test;
}

std::string gain_text(double gain) {
    return std::isnan(gain) ? "-" : fmt::format("{:+.1f} %", 100 * gain);
}

}  // namespace

std::vector<MatrixGain> matrix_gains(const Study& study, std::span<const StoredResult> results) {
    const Study compared = beside_the_baseline(study);
    const StudyReport report = report_of(compared, results);
    std::vector<MatrixGain> gains;
    for (const PairSummary& pair : report.pairs) gains.push_back(gain_of(compared, report, pair));
    return gains;
}

std::string in_words(std::string group) {
    std::replace(group.begin(), group.end(), '_', ' ');
    for (std::size_t at = group.find(", "); at != std::string::npos; at = group.find(", "))
        group.replace(at, 2, " with ");
    return group;
}

std::vector<MatrixGain> gains_at(std::span<const MatrixGain> gains, std::size_t setting,
                                 std::size_t metric) {
    std::vector<MatrixGain> some;
    for (const MatrixGain& gain : gains)
        if (gain.setting == setting && gain.metric == metric) some.push_back(gain);
    return some;
}

namespace {

int side_of(const MatrixGain& gain) {
    return !gain.is_clear() ? 0 : gain.gain > 0 ? 1 : -1;
}

RuleClass class_of(std::span<const MatrixGain> gains, std::vector<std::size_t> members, int side) {
    std::sort(members.begin(), members.end());
    RuleClass one{std::move(members), side};
    for (const std::size_t member : one.members) {
        const MatrixGain& gain = gains[member];
        if (side != 0) one.gain += gain.gain;
        one.half += (gain.interval.high - gain.interval.low) / 2;
    }
    const auto count = static_cast<double>(one.members.size());
    one.gain /= count;
    one.half /= count;
    return one;
}

}  // namespace

std::vector<RuleClass> rule_of(std::span<const MatrixGain> gains) {
    std::vector<RuleClass> classes;
    for (const int side : {1, 0, -1}) {
        std::vector<std::size_t> groups;
        for (std::size_t i = 0; i < gains.size(); ++i)
            if (gains[i].seeds >= least_rule_seeds && side_of(gains[i]) == side)
                groups.push_back(i);
        std::stable_sort(groups.begin(), groups.end(), [&](std::size_t a, std::size_t b) {
            return gains[a].gain > gains[b].gain;
        });
        std::vector<std::size_t> members;
        MeanInterval common{};  // what all intervals of the members hold
        for (const std::size_t group : groups) {
            const MeanInterval& own = gains[group].interval;
            const MeanInterval met{std::max(common.low, own.low), std::min(common.high, own.high)};
            const bool joins = !members.empty() && met.low <= met.high;
            if (!members.empty() && !joins)
                classes.push_back(class_of(gains, std::exchange(members, {}), side));
            common = joins ? met : own;
            members.push_back(group);
        }
        if (!members.empty()) classes.push_back(class_of(gains, std::move(members), side));
    }
    return classes;
}

std::string rule_text(std::span<const MatrixGain> gains) {
    std::string text;
    for (const RuleClass& one : rule_of(gains)) {
        text += text.empty() ? "" : "; ";
        for (std::size_t i = 0; i < one.members.size(); ++i)
            text += (i == 0 ? "" : ", ") + in_words(gains[one.members[i]].group);
        text += one.side == 0 ? std::string(": none that shows")
                              : fmt::format(": {:.1f} ± {:.1f} % {}", 100 * std::abs(one.gain),
                                            100 * one.half, one.side > 0 ? "better" : "worse");
    }
    return text.empty() ? "too few seeds for a rule" : text;
}

std::vector<RuleTest> test_rules(const Study& study, std::span<const StoredResult> results) {
    const std::vector<MatrixGain> fitted = matrix_gains(study, half_of(study, results, 0)),
                                  seen = matrix_gains(study, half_of(study, results, 1));
    std::vector<RuleTest> tests;
    for (std::size_t setting = 0; setting < study.settings.size(); ++setting)
        for (std::size_t metric = 0; metric < study.metrics.size(); ++metric)
            tests.push_back(
                test_of(gains_at(fitted, setting, metric), gains_at(seen, setting, metric)));
    return tests;
}

ReportTable gains_table(const Study& study, std::span<const MatrixGain> gains) {
    ReportTable table{"Muon there",
                      {{"setting", "metric", "Muon in", "rate", "n", "gain", "95 % low",
                        "95 % high", "better", "p"}},
                      {3, 4, 5, 6, 7, 8, 9}};
    for (const MatrixGain& gain : gains)
        table.lines.push_back({setting_text(study, gain.setting), study.metrics[gain.metric].name,
                               gain.group, gain.rate + (gain.rate_at_end ? " (end)" : ""),
                               fmt::format("{}", gain.seeds), gain_text(gain.gain),
                               gain_text(gain.interval.low), gain_text(gain.interval.high),
                               fmt::format("{} of {}", gain.better, gain.better + gain.worse),
                               fmt::format("{:.3g}", gain.chance)});
    return table;
}

std::string rule_sentence(const Study& study, std::span<const MatrixGain> gains,
                          const RuleTest& test) {
    std::string text;
    if (!gains.empty()) {
        text = study.metrics[gains.front().metric].name;
        if (study.settings.size() > 1) text += ", " + setting_text(study, gains.front().setting);
        text += ": ";
    }
    text += rule_text(gains) + ".";
    if (std::isnan(test.error)) return text;
    text += fmt::format(" Made of {} seeds, it is {:.1f} % off on {} others", test.fitted,
                        100 * test.error, test.held_out);
    return text + (test.fails.empty()
                       ? "."
                       : fmt::format(", and outside its ± for {}.", fmt::join(test.fails, ", ")));
}

std::vector<std::string> rule_sentences(const Study& study, std::span<const MatrixGain> gains,
                                        std::span<const RuleTest> tests) {
    std::vector<std::string> sentences;
    for (std::size_t setting = 0; setting < study.settings.size(); ++setting)
        for (std::size_t metric = 0; metric < study.metrics.size(); ++metric)
            sentences.push_back(rule_sentence(study, gains_at(gains, setting, metric),
                                              tests[setting * study.metrics.size() + metric]));
    return sentences;
}

std::string where_definitions(const Study& study) {
    return fmt::format(
        "Gain: baseline − arm as a share of the baseline's mean, the same seeds; above 0 Muon is "
        "better. Baseline: {}. Rule: groups whose interval is on one side of 0, together as far as "
        "their intervals meet: their mean gain ± the mean of half their intervals; none that "
        "shows: those whose interval holds 0. Off: "
        "mean distance of the rule made of every second compared seed from the gains on the "
        "others. ",
        study.arms[baseline_of(study)].name);
}

}  // namespace muonscope
