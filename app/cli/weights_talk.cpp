#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/text_table.h"
#include "app/cli/weights.h"
#include "app/cli/weights_choice.h"
#include "app/cli/weights_model.h"
#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Answer {
    std::vector<SaidToken> said;
    AnswerEnd end = AnswerEnd::end_token;
};

const char* words_of(AnswerEnd end) {
    switch (end) {
        case AnswerEnd::end_token:
            return "ended by itself";
        case AnswerEnd::most_tokens:
            return "cut after --tokens";
        case AnswerEnd::no_room:
            return "no room for more";
    }
    return "";
}

AnswerSpec spec_of(const WeightsTalkArguments& arguments) {
    AnswerSpec spec;
    spec.sampling.temperature = number_in(arguments.temperature, "--temperature", 0, 10);
    spec.sampling.top_p = number_in(arguments.top_p, "--top-p", 1e-6, 1);
    spec.seed = static_cast<std::uint64_t>(
        whole_number_in(arguments.seed, "--seed", 0, 999'999'999'999'999));
    spec.most_tokens = static_cast<int>(whole_number_in(arguments.tokens, "--tokens", 1, 4096));
    return spec;
}

// Printed as it comes, where it is read by a person.
Answer answered(TalkingModel& model, Llama& llama, const std::vector<int>& prompt,
                const AnswerSpec& spec, bool prints) {
    Answer answer;
    answer.end = muonscope::answer(llama, model.tokeniser(), prompt, spec, [&](SaidToken said) {
                     if (prints) {
                         fmt::print("{}", said.text);
                         std::fflush(stdout);
                     }
                     answer.said.push_back(std::move(said));
                 }).finish();
    if (prints) fmt::print("\n[{} tokens, {}]\n", answer.said.size(), words_of(answer.end));
    return answer;
}

Json to_json(const Answer& answer, const Tokeniser& tokeniser) {
    Json tokens = Json::array();
    std::string text;
    for (const SaidToken& said : answer.said) {
        text += said.text;
        Json best = Json::array();
        for (const RankedToken& one : said.best)
            best.push_back({{"token", one.token},
                            {"text", tokeniser.bytes(one.token)},
                            {"log_probability", one.log_probability}});
        tokens.push_back({{"token", said.token},
                          {"text", tokeniser.bytes(said.token)},
                          {"log_probability", said.log_probability},
                          {"gap", std::isfinite(said.gap()) ? Json(said.gap()) : Json()},
                          {"best", best}});
    }
    return {{"text", text}, {"end", words_of(answer.end)}, {"tokens", tokens}};
}

}  // namespace

int weights_talk(const WeightsTalkArguments& arguments) {
    const AnswerSpec spec = spec_of(arguments);
    const std::vector<WeightEdit> stack = chosen_edits(arguments.stack, arguments.edits);
    const std::vector<std::string> questions =
        arguments.questions.empty()
            ? std::vector<std::string>(common_questions().begin(), common_questions().end())
            : arguments.questions;
    OpenedModel opened = open_model(arguments.file, 4096, arguments.workers);
    check_targets(*opened.file, stack);
    TalkingModel& model = *opened.model;
    model.set_edits(stack).finish();
    Json list = Json::array();
    for (const std::string& question : questions) {
        const std::vector<int> prompt =
            arguments.plain ? model.plain(question) : model.question(question, arguments.system);
        if (!arguments.json) fmt::print("> {}\n", question);
        Json json{{"question", question}};
        if (!arguments.json && model.is_edited()) fmt::print("as it is: ");
        json["before"] = to_json(answered(model, model.before(), prompt, spec, !arguments.json),
                                 model.tokeniser());
        if (model.is_edited()) {
            if (!arguments.json) fmt::print("edited: ");
            json["after"] = to_json(answered(model, model.after(), prompt, spec, !arguments.json),
                                    model.tokeniser());
        }
        if (!arguments.json) fmt::print("\n");
        list.push_back(std::move(json));
    }
    if (arguments.json)
        fmt::print("{}\n", list.dump(2, ' ', false, Json::error_handler_t::replace));
    return done;
}

int weights_tokens(const WeightsTokensArguments& arguments) {
    const TensorFile file(llama_path(arguments.file));
    const Tokeniser tokeniser = tokeniser_in(file);
    const std::vector<int> tokens = arguments.plain ? tokeniser.encode(arguments.text)
                                                    : tokeniser.encode_template(arguments.text);
    if (arguments.json) {
        Json list = Json::array();
        for (int token : tokens)
            list.push_back({{"token", token}, {"text", tokeniser.bytes(token)}});
        fmt::print("{}\n", list.dump(2, ' ', false, Json::error_handler_t::replace));
        return done;
    }
    std::vector<std::vector<std::string>> cells{{"token", "stands for"}};
    for (int token : tokens)
        cells.push_back({fmt::format("{}", token), in_quotes(tokeniser.bytes(token))});
    fmt::print("{}", text_table(cells, {0}));
    return done;
}

}  // namespace muonscope::cli
