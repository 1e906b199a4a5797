#include "core/experiment/channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/choice.h"
#include "core/experiment/loss_text.h"
#include "core/experiment/probe.h"

namespace muonscope {
namespace {

bool is_softmax(const Experiment& experiment) {
    return experiment.probe.task == ProbeTask::softmax && !is_transformer(experiment);
}

std::string said_of_loss(const Experiment& experiment) {
    return loss_formula(experiment) + ".";
}

std::string said_of_floor(const Experiment& experiment) {
    return is_softmax(experiment)
               ? "Cross-entropy of the least-squares head on the probed layer: a mark to compare "
                 "with and no floor, a trained head may go below it."
               : "Loss of the least-squares head on the probed layer: no head can do better.";
}

std::string said_of_after_k(const Experiment& experiment) {
    return fmt::format("The head's loss after {} steps from zero, {}.", experiment.probe.steps,
                       probed_matrix(experiment));
}

std::string said_of_steps(const Experiment& experiment) {
    return fmt::format(
        "Gradient steps until the head's {} is at most {:g}; > n where no more than n steps were "
        "looked at.",
        is_softmax(experiment) ? "share misclassified" : "relative error",
        experiment.probe.threshold);
}

std::string said_of_critical_rate(const Experiment& experiment) {
    return fmt::format("2/s₁(H)²: at this rate and beyond the head diverges; its rate is {:g}.",
                       experiment.probe.lr);
}

// Of the product of all.
bool has_response(const Experiment& experiment) {
    return !is_transformer(experiment);
}

bool has_critical_rate(const Experiment& experiment) {
    return !is_softmax(experiment);
}

bool has_residual(const Experiment& experiment) {
    return loss_of(experiment) != LossKind::cross_entropy;
}

bool has_facts(const Experiment& experiment) {
    return facts_of(experiment) > 0;
}

bool has_task(const Experiment& experiment) {
    return is_transformer(experiment);
}

#define MUONSCOPE_ROW(name_, scope_, known_, unit_, column_, title_, ...) \
    ChannelInfo{.channel = Channel::name_,                                \
                .scope = Scope::scope_,                                   \
                .known = Known::known_,                                   \
                .unit = Unit::unit_,                                      \
                .column = column_,                                        \
                .title = title_,                                          \
                .help = __VA_ARGS__},
constexpr std::array table{MUONSCOPE_CHANNELS(MUONSCOPE_ROW)};
#undef MUONSCOPE_ROW

// Histories keep ranges of the first channels of a row.
static_assert(std::is_partitioned(table.begin(), table.end(), [](const ChannelInfo& channel) {
    return channel.known == Known::every_step;
}));

std::string with_matrix(std::string_view help, std::string_view matrix) {
    std::string text(help);
    if (const std::size_t at = text.find("{}"); at != std::string::npos)
        text.replace(at, 2, matrix);
    return text;
}

std::string sentence(std::string text) {
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text + ".";
}

ColumnWords words_of(const ChannelInfo& channel, std::string_view slug, std::string_view number,
                     std::string_view matrix) {
    std::string words = with_matrix(channel.help, matrix);
    if (channel.known == Known::every_step) words += "; _min, _max";
    return {fmt::format("{}{}{}", slug, channel.column, number), std::move(words)};
}

}  // namespace

std::span<const ChannelInfo> channels() {
    return table;
}

const ChannelInfo& info(Channel channel) {
    return table[place_of(channel)];
}

std::string definition(Channel channel, const Experiment& experiment, std::string_view matrix) {
    const ChannelInfo& row = info(channel);
    return row.said ? row.said(experiment) : sentence(with_matrix(row.help, matrix));
}

bool applies(Channel channel, const Experiment& experiment) {
    const ChannelInfo& row = info(channel);
    return !row.applies || row.applies(experiment);
}

std::vector<ColumnWords> column_words() {
    std::vector<ColumnWords> words{
        {"step", "the step this line was taken at, counted from the start"},
        {"lane", "the lane's name"},
        {"steps", "how many steps the line stands for: those since the line before"},
        {"…_min, …_max",
         "smallest and largest value over these steps, of a column known at every step"}};
    for (const ChannelInfo& channel : table) {
        const ScopeParts parts = parts_of(channel.scope);
        const char* const number = parts.values ? "_K" : "";
        if (parts.product) words.push_back(words_of(channel, "product_", number, "the product P"));
        if (parts.matrices) words.push_back(words_of(channel, "layer_L_", number, "layer L"));
        if (!parts.product && !parts.matrices) words.push_back(words_of(channel, "", number, ""));
    }
    return words;
}

}  // namespace muonscope
