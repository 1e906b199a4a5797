#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/progress_bar.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "app/cli/weights_model.h"
#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/weights/sweep.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

Json to_json(const TextScore& change, std::size_t positions) {
    return {{"positions", positions},
            {"kl",
             {{"mean", number(change.mean)},
              {"standard_error", number(change.error)},
              {"median", number(change.median)},
              {"quantile_99", number(change.quantile_99)},
              {"largest", number(change.largest)}}},
            {"same_top", number(change.same_top_share)},
            {"perplexity_before", number(change.perplexity_before)},
            {"perplexity_after", number(change.perplexity_after)},
            {"drift", change.drift}};
}

std::vector<int> tokens_of(TalkingModel& model, const std::string& text) {
    std::vector<int> tokens = model.plain(text);
    const auto most = static_cast<std::size_t>(model.positions());
    if (tokens.size() > most) tokens.resize(most);
    if (tokens.size() < 2) throw Error("--text", "it is less than two tokens", "give a longer one");
    return tokens;
}

}  // namespace

int weights_score(const WeightsScoreArguments& arguments) {
    const std::vector<WeightEdit> stack = chosen_edits(arguments.stack, arguments.edits);
    if (stack.empty())
        throw Error("weights score", "no edit is given", "give one by --op or --stack");
    const std::string text = text_from(arguments.text, arguments.text_file);
    OpenedModel opened = open_model(arguments.file, longest_text, arguments.workers);
    check_targets(*opened.file, stack);
    TalkingModel& model = *opened.model;
    model.set_edits(stack).finish();
    const TextChange change = model.change(tokens_of(model, text)).finish();
    if (arguments.json) {
        fmt::print("{}\n", to_json(change, change.divergence.size()).dump(2));
        return done;
    }
    fmt::print(
        "KL(before || after), nats a position: mean {:.4g} +- {:.2g}, median {:.4g}, 99 % {:.4g}, "
        "largest {:.4g}\n"
        "same likeliest token: {:.1f} % of {} positions\n"
        "perplexity: {:.5g} before, {:.5g} after\n\n",
        change.mean, change.error, change.median, change.quantile_99, change.largest,
        100 * change.same_top_share, change.divergence.size(), change.perplexity_before,
        change.perplexity_after);
    std::vector<std::vector<std::string>> cells{{"after block", "drift |x' - x|/|x|"}};
    for (std::size_t layer = 0; layer < change.drift.size(); ++layer)
        cells.push_back({layer == 0 ? "embedding" : fmt::format("{}", layer - 1),
                         fmt::format("{:.4g}", change.drift[layer])});
    fmt::print("{}", text_table(cells, {0, 1}));
    return done;
}

namespace {

using Scores = std::vector<std::pair<std::string, TextScore>>;

// Those that are kept are not computed again.
Scores swept(OpenedModel& opened, const SweepSpec& asked, bool anew) {
    const KeptSweep kept(hash_of(*opened.file).finish(), asked.edit, asked.tokens);
    std::map<std::string, TextScore> known;
    if (!anew) known = kept.load();
    SweepSpec spec = asked;
    std::erase_if(spec.matrices, [&](const std::string& name) { return known.contains(name); });
    std::size_t ready = asked.matrices.size() - spec.matrices.size();
    {
        ProgressLines progress;
        const auto show = [&](const std::string& name) {
            if (progress.due())
                progress.show({fmt::format("{} of {}: {}", ready, asked.matrices.size(), name)});
        };
        sweep(*opened.model, spec, [&](const std::string& name, TextScore score) {
            ++ready;
            show(name);
            known[name] = std::move(score);
        }).finish();
    }
    if (!spec.matrices.empty()) try {
            kept.save(known);
        } catch (const std::exception& fault) {
            fmt::print(stderr, "not kept for the next time: {}\n", fault_text(fault));
        }
    Scores scores;
    for (const std::string& name : asked.matrices)
        if (const auto found = known.find(name); found != known.end()) scores.push_back(*found);
    std::stable_sort(scores.begin(), scores.end(),
                     [](const auto& a, const auto& b) { return a.second.mean > b.second.mean; });
    return scores;
}

}  // namespace

int weights_sweep(const WeightsSweepArguments& arguments) {
    // The edit without its target, which is each matrix in turn.
    SweepSpec spec;
    spec.edit = edit_in("*:" + arguments.edit);
    const std::string text = text_from(arguments.text, arguments.text_file);
    OpenedModel opened = open_model(arguments.file, longest_text, arguments.workers);
    for (const TensorEntry* entry : chosen_tensors(*opened.file, arguments.select).matrices)
        spec.matrices.push_back(entry->name);
    spec.tokens = tokens_of(*opened.model, text);
    const Scores scores = swept(opened, spec, arguments.anew);
    if (arguments.json) {
        Json list = Json::array();
        for (const auto& [name, score] : scores) {
            Json json{{"tensor", name}};
            json.update(to_json(score, spec.tokens.size()));
            list.push_back(std::move(json));
        }
        fmt::print("{}\n", list.dump(2));
        return done;
    }
    std::vector<std::vector<std::string>> cells{
        {"tensor", "KL", "+-", "largest", "same token", "perplexity"}};
    for (const auto& [name, score] : scores)
        cells.push_back({name, fmt::format("{:.4g}", score.mean),
                         fmt::format("{:.2g}", score.error), fmt::format("{:.4g}", score.largest),
                         fmt::format("{:.1f} %", 100 * score.same_top_share),
                         fmt::format("{:.5g}", score.perplexity_after)});
    fmt::print("{} on each of {} matrices in turn, over {} tokens\n\n{}", arguments.edit,
               scores.size(), spec.tokens.size(), text_table(cells, {1, 2, 3, 4, 5}));
    return done;
}

}  // namespace muonscope::cli
