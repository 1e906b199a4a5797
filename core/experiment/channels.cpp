#include "core/experiment/channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/choice.h"
#include "core/experiment/loss_text.h"

namespace muonscope {
namespace {

#define MUONSCOPE_ROW(name, scope, known, unit, column, title, help) \
    ChannelInfo{Channel::name, Scope::scope, Known::known, Unit::unit, column, title, help},
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
    const ProbeSpec& probe = experiment.probe;
    const bool softmax = probe.task == ProbeTask::softmax;
    const int layer = std::min(probe.layer, experiment.network.depth);
    switch (channel) {
        case Channel::loss:
            return loss_formula(experiment) + ".";
        case Channel::probe_floor:
            return softmax ? "Cross-entropy of the least-squares head on the probed layer: a mark "
                             "to compare with and no floor, a trained head may go below it."
                           : "Loss of the least-squares head on the probed layer: no head can do "
                             "better.";
        case Channel::probe_after_k:
            return fmt::format("The head's loss after {} steps from zero, layer {}.", probe.steps,
                               layer);
        case Channel::probe_steps:
            return fmt::format(
                "Gradient steps until the head's {} is at most {:g}; > n where no "
                "more than n steps were looked at.",
                softmax ? "share misclassified" : "relative error", probe.threshold);
        case Channel::probe_critical_rate:
            return fmt::format(
                "2/s₁(H)²: at this rate and beyond the head diverges; its rate is {:g}.", probe.lr);
        default:
            return sentence(with_matrix(info(channel).help, matrix));
    }
}

bool applies(Channel channel, const Experiment& experiment) {
    return channel != Channel::probe_critical_rate || experiment.probe.task != ProbeTask::softmax;
}

std::vector<ColumnWords> column_words() {
    std::vector<ColumnWords> words{
        {"step", "the step this line was taken at, counted from the start"},
        {"lane", "the lane's name"},
        {"steps", "how many steps the line stands for: those since the line before"},
        {"…_min, …_max",
         "smallest and largest value over these steps, of a column known at every step"}};
    for (const ChannelInfo& channel : table) {
        switch (channel.scope) {
            case Scope::lane:
                words.push_back(words_of(channel, "", "", ""));
                break;
            case Scope::map:
                words.push_back(words_of(channel, "product_", "", "the product P"));
                [[fallthrough]];
            case Scope::matrix:
                words.push_back(words_of(channel, "layer_L_", "", "layer L"));
                break;
            case Scope::product_values:
                words.push_back(words_of(channel, "product_", "_K", "the product P"));
                break;
            case Scope::mode_values:
                words.push_back(words_of(channel, "", "_K", ""));
                break;
            case Scope::matrix_values:
                words.push_back(words_of(channel, "layer_L_", "_K", "layer L"));
                break;
        }
    }
    return words;
}

}  // namespace muonscope
