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

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

Json to_json(const TextChange& change) {
    return {{"positions", change.divergence.size()},
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
    const auto most = static_cast<std::size_t>(model.before().positions());
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
    OpenedModel opened = open_model(arguments.file, 2048, arguments.workers);
    check_targets(*opened.file, stack);
    TalkingModel& model = *opened.model;
    model.set_edits(stack).finish();
    const TextChange change = model.change(tokens_of(model, text)).finish();
    if (arguments.json) {
        fmt::print("{}\n", to_json(change).dump(2));
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

int weights_sweep(const WeightsSweepArguments& arguments) {
    // The edit without its target, which is each matrix in turn.
    const WeightEdit edit = edit_in("*:" + arguments.edit);
    const std::string text = text_from(arguments.text, arguments.text_file);
    OpenedModel opened = open_model(arguments.file, 2048, arguments.workers);
    const ChosenTensors chosen = chosen_tensors(*opened.file, arguments.select);
    TalkingModel& model = *opened.model;
    const std::vector<int> tokens = tokens_of(model, text);
    struct Line {
        std::string name;
        TextChange change;
    };
    std::vector<Line> lines;
    {
        ProgressLines progress;
        for (const TensorEntry* entry : chosen.matrices) {
            if (progress.due())
                progress.show({fmt::format("{} of {}: {}", lines.size() + 1, chosen.matrices.size(),
                                           entry->name)});
            WeightEdit one = edit;
            one.target = entry->name;
            model.set_edits({one}).finish();
            if (!model.is_edited()) continue;
            lines.push_back({entry->name, model.change(tokens).finish()});
        }
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.change.mean > b.change.mean; });
    if (arguments.json) {
        Json list = Json::array();
        for (const Line& line : lines) {
            Json json{{"tensor", line.name}};
            json.update(to_json(line.change));
            list.push_back(std::move(json));
        }
        fmt::print("{}\n", list.dump(2));
        return done;
    }
    std::vector<std::vector<std::string>> cells{
        {"tensor", "KL", "+-", "largest", "same token", "perplexity"}};
    for (const Line& line : lines)
        cells.push_back({line.name, fmt::format("{:.4g}", line.change.mean),
                         fmt::format("{:.2g}", line.change.error),
                         fmt::format("{:.4g}", line.change.largest),
                         fmt::format("{:.1f} %", 100 * line.change.same_top_share),
                         fmt::format("{:.5g}", line.change.perplexity_after)});
    fmt::print("{} on each of {} matrices in turn, over {} tokens\n\n{}", arguments.edit,
               lines.size(), tokens.size(), text_table(cells, {1, 2, 3, 4, 5}));
    return done;
}

}  // namespace muonscope::cli
