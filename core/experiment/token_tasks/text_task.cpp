#include "core/experiment/token_tasks/text_task.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

const TextSpec& checked(const TextSpec& spec) {
    if (spec.length < 2 || spec.length > 256)
        throw Error("text", fmt::format("sequences of {} bytes", spec.length), "take 2 to 256");
    const std::size_t least = 10 * (std::size_t(spec.length) + 1);
    if (spec.text.size() < least)
        throw Error("text", fmt::format("{} bytes", spec.text.size()),
                    fmt::format("sequences of {} need a text of {} or more", spec.length, least));
    return spec;
}

}  // namespace

TextTask::TextTask(TextSpec spec) : TokenTask(256, checked(spec).length), spec_(std::move(spec)) {}

void TextTask::draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const {
    make_room(sequences, 1, into);
    Generator generator(spec_.seed, Purpose::minibatch, stream_of(step, part));
    const std::size_t kept = spec_.text.size() / 10, rest = spec_.text.size() - kept;
    const bool trains = part == TokenPart::training;
    const std::size_t begin = trains ? 0 : rest, size = trains ? rest : kept;
    const auto length = static_cast<std::size_t>(spec_.length);
    const auto byte = [&](std::size_t at) {
        return static_cast<int>(static_cast<unsigned char>(spec_.text[at]));
    };
    for (std::size_t at = 0; at < into.tokens.positions(); at += length) {
        const std::size_t from = begin + generator.below(size - length);
        for (std::size_t i = 0; i < length; ++i) {
            into.tokens.tokens[at + i] = byte(from + i);
            into.tokens.targets[at + i] = byte(from + i + 1);
        }
    }
}

std::string TextTask::text(int token) const {
    return token >= 32 && token < 127 ? std::string(1, static_cast<char>(token))
                                      : fmt::format("\\x{:02x}", token);
}

}  // namespace muonscope
