#include "core/experiment/token_tasks/copy_task.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

const CopySpec& checked(const CopySpec& spec) {
    if (spec.symbols < 2 || spec.symbols > 4096)
        throw Error("copy", fmt::format("{} symbols", spec.symbols), "take 2 to 4096");
    if (spec.length < 1 || spec.length > 128)
        throw Error("copy", fmt::format("a length of {}", spec.length), "take 1 to 128");
    return spec;
}

}  // namespace

// Of the 2 length symbols all but the last are read, and all but the first are to be told.
CopyTask::CopyTask(const CopySpec& spec)
    : TokenTask(checked(spec).symbols, 2 * spec.length - 1), spec_(spec) {}

void CopyTask::draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const {
    make_room(sequences, 0, into);
    Generator generator(spec_.seed, Purpose::minibatch, stream_of(step, part));
    const auto copied = static_cast<std::size_t>(spec_.length);
    for (int sequence = 0; sequence < sequences; ++sequence) {
        const std::size_t first = std::size_t(sequence) * std::size_t(length());
        int* const symbols = into.tokens.tokens.data() + first;
        for (std::size_t i = 0; i < copied; ++i)
            symbols[i] = static_cast<int>(generator.below(spec_.symbols));
        for (std::size_t i = 0; i < std::size_t(length()); ++i) {
            symbols[i] = symbols[i % copied];
            into.tokens.targets[first + i] = symbols[(i + 1) % copied];
            if (i >= copied) into.tokens.weights[first + i] = 1;
        }
    }
}

std::string CopyTask::text(int token) const {
    return fmt::format("{}", token + 1);
}

}  // namespace muonscope
