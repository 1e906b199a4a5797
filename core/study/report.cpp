#include "core/study/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace muonscope {
namespace {

constexpr std::uint64_t bootstrap_seed = 1;

// Numbers by job and metric, and who is missing.
class Numbers {
  public:
    Numbers(const Study& study, std::span<const StoredResult> results)
        : study_(study), results_(static_cast<std::size_t>(job_count(study)), nullptr) {
        for (const StoredResult& stored : results)
            if (stored.job >= 0 && stored.job < static_cast<std::int64_t>(results_.size()))
                results_[static_cast<std::size_t>(stored.job)] = &stored.result;
    }

    const JobResult* at(const JobPlace& place) const {
        return results_[static_cast<std::size_t>(number_of_job(study_, place))];
    }

  private:
    const Study& study_;
    std::vector<const JobResult*> results_;
};

std::size_t metric_named(const Study& study, const std::string& name) {
    std::size_t metric = 0;
    while (study.metrics[metric].name != name) ++metric;
    return metric;
}

// The first so many choose rates.
std::size_t choosing_seeds(const Study& study) {
    if (!study.tuning) return 0;
    return study.tuning->seeds > 0 ? static_cast<std::size_t>(study.tuning->seeds)
                                   : study.seeds.size();
}

struct ChosenRate {
    std::size_t rate = 0;
    bool by_none =
        false;  // no seed came to a number at any of them, so that the first stands for all
};

ChosenRate chosen_rate(const Study& study, const Numbers& numbers, std::size_t setting,
                       std::size_t arm) {
    if (study.arms[arm].rates.empty()) return {};
    const std::size_t metric = metric_named(study, study.tuning->by);
    const std::size_t seeds = choosing_seeds(study);
    const double sign = study.metrics[metric].larger_is_better ? -1 : 1;
    ChosenRate best;
    std::tuple<std::size_t, double> least{SIZE_MAX, 0};
    for (std::size_t rate = 0; rate < study.arms[arm].rates.size(); ++rate) {
        std::vector<double> found;
        for (std::size_t seed = 0; seed < seeds; ++seed)
            if (const JobResult* result = numbers.at({setting, seed, arm, rate});
                result && std::isfinite(result->numbers[metric]))
                found.push_back(result->numbers[metric]);
        const std::tuple<std::size_t, double> here{seeds - found.size(),
                                                   found.empty() ? 0 : sign * sample_mean(found)};
        if (here < least) {
            least = here;
            best = {rate, found.empty()};
        }
    }
    return best;
}

bool at_end(const Arm& arm, std::size_t rate) {
    if (arm.rates.size() < 2) return false;
    std::vector<double> rates;
    for (const std::string& text : arm.rates) rates.push_back(std::strtod(text.c_str(), nullptr));
    const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
    return rates[rate] == *least || rates[rate] == *most;
}

ArmSummary arm_summary(const Study& study, const Numbers& numbers, const JobPlace& at,
                       std::size_t metric, bool chosen_by_none) {
    ArmSummary summary{at.setting,    at.arm, metric, at.rate, at_end(study.arms[at.arm], at.rate),
                       chosen_by_none};
    std::vector<double> found;
    for (std::size_t seed = first_compared_seed(study); seed < study.seeds.size(); ++seed) {
        const JobResult* result = numbers.at({at.setting, seed, at.arm, at.rate});
        if (!result) continue;
        ++summary.seeds;
        if (result->outcome == Outcome::diverged) ++summary.diverged;
        if (std::isfinite(result->numbers[metric])) found.push_back(result->numbers[metric]);
    }
    summary.numbers = static_cast<int>(found.size());
    summary.mean = sample_mean(found);
    summary.deviation = sample_deviation(found);
    return summary;
}

// Whether a mean is so near to zero that no difference can be told as a share of it: not clear of
// it by two standard errors, or beyond all comparison.
bool is_near_zero(std::span<const double> values, double difference) {
    constexpr double most_times = 20;
    const double mean = std::abs(sample_mean(values));
    const double error = sample_deviation(values) / std::sqrt(static_cast<double>(values.size()));
    return mean <= 2 * error || mean * most_times < std::abs(difference);
}

PairSummary pair_summary(const Study& study, const Numbers& numbers, const JobPlace& first,
                         const JobPlace& second, std::size_t pair, std::size_t metric) {
    PairSummary summary{first.setting, pair, metric};
    const bool larger = study.metrics[metric].larger_is_better;
    std::vector<double> differences, firsts;
    for (std::size_t seed = first_compared_seed(study); seed < study.seeds.size(); ++seed) {
        const JobResult* one = numbers.at({first.setting, seed, first.arm, first.rate});
        const JobResult* two = numbers.at({second.setting, seed, second.arm, second.rate});
        if (!one || !two) continue;
        const double a = one->numbers[metric], b = two->numbers[metric];
        const bool has_a = std::isfinite(a), has_b = std::isfinite(b);
        if (has_a && has_b) {
            differences.push_back(a - b);
            firsts.push_back(a);
        }
        if (has_a != has_b)
            ++(has_b ? summary.second_better : summary.first_better);
        else if (has_a && a != b)
            ++((b < a) != larger ? summary.second_better : summary.first_better);
    }
    summary.pairs = static_cast<int>(differences.size());
    summary.mean = sample_mean(differences);
    summary.first_mean = sample_mean(firsts);
    summary.share = summary.mean / summary.first_mean;
    summary.first_near_zero = is_near_zero(firsts, summary.mean);
    summary.interval = bootstrap_interval(differences, bootstrap_seed);
    summary.chance = sign_test(summary.first_better, summary.second_better);
    return summary;
}

// ---- as text ----

std::string share_text(const PairSummary& pair) {
    if (pair.pairs == 0) return "-";
    if (pair.first_near_zero || !std::isfinite(pair.share)) return "first ≈ 0";
    return fmt::format("{:+.1f} %", 100 * pair.share);
}

std::string number_text(double value) {
    if (std::isnan(value)) return "-";
    if (value == 0 || (std::abs(value) >= 0.01 && std::abs(value) < 1e5))
        return fmt::format("{:.4g}", value);
    return fmt::format("{:.3g}", value);
}

std::string signed_text(double value) {
    return std::isnan(value) ? "-" : (value > 0 ? "+" : "") + number_text(value);
}

std::string rate_text(const Study& study, const ArmSummary& summary) {
    const Arm& arm = study.arms[summary.arm];
    if (arm.rates.empty()) return "";
    if (summary.rate_by_none) return arm.rates[summary.rate] + " (none)";
    return arm.rates[summary.rate] + (summary.rate_at_end ? " (end)" : "");
}

}  // namespace

std::size_t first_compared_seed(const Study& study) {
    return study.tuning ? static_cast<std::size_t>(study.tuning->seeds) : 0;
}

StudyReport report_of(const Study& study, std::span<const StoredResult> results) {
    const Numbers numbers(study, results);
    StudyReport report;
    report.jobs = job_count(study);
    report.done = static_cast<std::int64_t>(results.size());
    for (const StoredResult& stored : results) {
        if (stored.result.outcome == Outcome::diverged) ++report.diverged;
        if (stored.result.outcome == Outcome::not_reached) ++report.not_reached;
    }
    for (std::size_t setting = 0; setting < study.settings.size(); ++setting) {
        std::vector<JobPlace> at;
        std::vector<char> by_none;
        for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
            const ChosenRate chosen = chosen_rate(study, numbers, setting, arm);
            at.push_back({setting, 0, arm, chosen.rate});
            by_none.push_back(chosen.by_none ? 1 : 0);
        }
        for (std::size_t metric = 0; metric < study.metrics.size(); ++metric) {
            for (const JobPlace& place : at)
                report.arms.push_back(
                    arm_summary(study, numbers, place, metric, by_none[place.arm] != 0));
            for (std::size_t pair = 0; pair < study.comparisons.size(); ++pair)
                report.pairs.push_back(
                    pair_summary(study, numbers, at[study.comparisons[pair].first],
                                 at[study.comparisons[pair].second], pair, metric));
        }
    }
    return report;
}

std::vector<std::size_t> chosen_rates(const Study& study, std::span<const StoredResult> results) {
    const Numbers numbers(study, results);
    std::vector<std::size_t> rates;
    for (std::size_t setting = 0; setting < study.settings.size(); ++setting)
        for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
            rates.push_back(chosen_rate(study, numbers, setting, arm).rate);
    return rates;
}

bool is_reported(const Study& study, const std::vector<std::size_t>& rates, std::int64_t job) {
    const JobPlace place = place_of_job(study, job);
    return place.seed < choosing_seeds(study) ||
           place.rate == rates[place.setting * study.arms.size() + place.arm];
}

std::string setting_text(const Study& study, std::size_t setting) {
    return study.settings[setting].empty() ? "as it is" : text_of(study.settings[setting]);
}

ReportTable arms_table(const Study& study, const StudyReport& report) {
    ReportTable table{"Arms",
                      {{"setting", "metric", "arm", "rate", "n", "of", "diverged", "mean", "sd"}},
                      {3, 4, 5, 6, 7, 8}};
    for (const ArmSummary& arm : report.arms)
        table.lines.push_back({setting_text(study, arm.setting), study.metrics[arm.metric].name,
                               study.arms[arm.arm].name, rate_text(study, arm),
                               fmt::format("{}", arm.numbers), fmt::format("{}", arm.seeds),
                               fmt::format("{}", arm.diverged), number_text(arm.mean),
                               number_text(arm.deviation)});
    return table;
}

ReportTable pairs_table(const Study& study, const StudyReport& report) {
    ReportTable table{"Paired differences",
                      {{"setting", "metric", "difference", "n", "mean", "share", "95 % low",
                        "95 % high", "second better", "p"}},
                      {3, 4, 5, 6, 7, 8, 9}};
    for (const PairSummary& pair : report.pairs) {
        const ArmPair& arms = study.comparisons[pair.pair];
        table.lines.push_back(
            {setting_text(study, pair.setting), study.metrics[pair.metric].name,
             study.arms[arms.first].name + " − " + study.arms[arms.second].name,
             fmt::format("{}", pair.pairs), signed_text(pair.mean), share_text(pair),
             signed_text(pair.interval.low), signed_text(pair.interval.high),
             fmt::format("{} of {}", pair.second_better, pair.second_better + pair.first_better),
             fmt::format("{:.3g}", pair.chance)});
    }
    return table;
}

std::string definitions(const Study& study) {
    std::string text =
        "n: seeds that came to a number, of those that ran; "
        "one that diverged or did not get there has none and is in no mean. "
        "Difference: first − second on the same seed, where both have a number; "
        "share: of the mean that first has there; first ≈ 0: it is within two standard errors of "
        "zero or below a twentieth of the difference. "
        "95 %: percentile bootstrap of the mean difference, 10000 resamples, seed 1; of more than "
        "2000 seeds the quantiles that it tends to. "
        "Second better: of the seeds where they differ, one without a number being worse; "
        "p: two-sided exact sign test of that, of each line alone.";
    if (!study.tuning) return text;
    const std::string judged =
        study.tuning->seeds > 0
            ? fmt::format("on the first {} of {} seeds; all else is of the others",
                          study.tuning->seeds, study.seeds.size())
            : "on the seeds that are compared too, which flatters every arm that has rates";
    const bool own = std::any_of(study.arms.begin(), study.arms.end(),
                                 [](const Arm& arm) { return !arm.rate_key.empty(); });
    text += fmt::format(
        " Rate: {}{} with the fewest seeds without a number, then the best mean of {}, {}.",
        study.tuning->key, own ? ", or the arm's own key," : "", study.tuning->by, judged);
    text +=
        " (end): the smallest or largest that was tried, so that a better one may lie beyond. "
        "(none): no seed came to a number at any rate, and the first stands for all.";
    return text;
}

}  // namespace muonscope
