#include "core/experiment/token_tasks/modular_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

const ModularSpec& checked(const ModularSpec& spec) {
    if (spec.modulus < 2 || spec.modulus > 512)
        throw Error("modular addition", fmt::format("modulus {}", spec.modulus), "take 2 to 512");
    if (!(spec.training > 0 && spec.training < 1))
        throw Error("modular addition", fmt::format("a share of {} to train on", spec.training),
                    "take a number between 0 and 1");
    return spec;
}

}  // namespace

ModularTask::ModularTask(const ModularSpec& spec)
    : TokenTask(checked(spec).modulus + 1, 3), spec_(spec) {
    pairs_.resize(std::size_t(spec.modulus) * std::size_t(spec.modulus));
    std::iota(pairs_.begin(), pairs_.end(), 0);
    Generator generator(spec.seed, Purpose::classes);
    for (std::size_t i = pairs_.size(); i > 1; --i)
        std::swap(pairs_[i - 1], pairs_[generator.below(i)]);
    const auto count = static_cast<int>(pairs_.size());
    training_ = std::clamp(static_cast<int>(spec.training * count), 1, count - 1);
}

int ModularTask::pairs(TokenPart part) const {
    return part == TokenPart::training ? training_ : static_cast<int>(pairs_.size()) - training_;
}

void ModularTask::draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const {
    make_room(sequences, 0, into);
    Generator generator(spec_.seed, Purpose::minibatch, stream_of(step, part));
    const int begin = part == TokenPart::training ? 0 : training_, equals = spec_.modulus;
    for (std::size_t at = 0; at < into.tokens.positions(); at += 3) {
        const auto drawn = static_cast<int>(generator.below(pairs(part)));
        const int pair = pairs_[std::size_t(begin) + std::size_t(drawn)];
        const int a = pair / spec_.modulus, b = pair % spec_.modulus;
        const int tokens[] = {a, b, equals}, targets[] = {b, equals, (a + b) % spec_.modulus};
        std::copy_n(tokens, 3, into.tokens.tokens.begin() + at);
        std::copy_n(targets, 3, into.tokens.targets.begin() + at);
        into.tokens.weights[at + 2] = 1;
    }
}

std::string ModularTask::text(int token) const {
    return token == spec_.modulus ? "=" : fmt::format("{}", token);
}

}  // namespace muonscope
