#include "core/experiment/token_tasks/facts_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

constexpr int most_tokens = 4096, tokens_a_fact = 4;

int checked_vocabulary(const FactsSpec& spec) {
    for (const auto& [name, count] : {std::pair{"subjects", spec.subjects},
                                      {"relations", spec.relations},
                                      {"objects", spec.objects},
                                      {"facts a line", spec.facts_a_line}})
        if (count < 1 || count > most_tokens)
            throw Error("facts", fmt::format("{} {}", count, name),
                        fmt::format("take 1 to {}", most_tokens));
    if (!(spec.exponent >= 0 && spec.exponent <= 4))
        throw Error("facts", fmt::format("exponent {}", spec.exponent), "take 0 to 4");
    const int vocabulary = 1 + spec.subjects + spec.relations + spec.objects;
    if (vocabulary > most_tokens)
        throw Error(
            "facts", fmt::format("{} tokens in all", vocabulary),
            fmt::format("take fewer subjects, relations or objects: {} are the most", most_tokens));
    return vocabulary;
}

}  // namespace

FactsTask::FactsTask(const FactsSpec& spec)
    : TokenTask(checked_vocabulary(spec), tokens_a_fact * spec.facts_a_line), spec_(spec) {
    const int count = spec.subjects * spec.relations;
    Generator generator(spec.seed, Purpose::classes);
    for (int fact = 0; fact < count; ++fact)
        objects_.push_back(static_cast<int>(generator.below(spec.objects)));
    by_rank_.resize(objects_.size());
    std::iota(by_rank_.begin(), by_rank_.end(), 0);
    for (std::size_t i = by_rank_.size(); i > 1; --i)
        std::swap(by_rank_[i - 1], by_rank_[generator.below(i)]);
    double sum = 0;
    for (int rank = 0; rank < count; ++rank) {
        sum += elementary::pow(rank + 1.0, -spec.exponent);
        up_to_.push_back(sum);
    }
    for (double& part : up_to_) part /= sum;
}

double FactsTask::frequency(int rank) const {
    const auto place = static_cast<std::size_t>(rank);
    return rank == 0 ? up_to_[0] : up_to_[place] - up_to_[place - 1];
}

// Tokens: ";", subjects, relations, objects.
FactsTask::Fact FactsTask::of_rank(std::size_t rank) const {
    const int fact = by_rank_[rank], relations = 1 + spec_.subjects;
    return {1 + fact / spec_.relations, relations + fact % spec_.relations,
            relations + spec_.relations + objects_[static_cast<std::size_t>(fact)]};
}

TokenBatch FactsTask::questions() const {
    TokenBatch asked;
    asked.sequences = facts();
    asked.length = 2;
    for (std::size_t rank = 0; rank < objects_.size(); ++rank) {
        const Fact fact = of_rank(rank);
        asked.tokens.insert(asked.tokens.end(), {fact.subject, fact.relation});
        asked.targets.insert(asked.targets.end(), {fact.relation, fact.object});
        asked.weights.insert(asked.weights.end(), {0, 1});
    }
    return asked;
}

void FactsTask::draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const {
    make_room(sequences, 0, into);
    into.ranks.assign(into.tokens.positions(), -1);
    Generator generator(spec_.seed, Purpose::minibatch, stream_of(step, part));
    for (std::size_t at = 0; at < into.tokens.positions(); at += tokens_a_fact) {
        const auto found = std::upper_bound(up_to_.begin(), up_to_.end(), generator.uniform());
        const auto rank = std::min<std::size_t>(found - up_to_.begin(), up_to_.size() - 1);
        const Fact fact = of_rank(rank);
        const int line[tokens_a_fact] = {fact.subject, fact.relation, fact.object, 0};
        std::copy_n(line, tokens_a_fact, into.tokens.tokens.begin() + at);
        into.tokens.weights[at + 1] = 1;
        into.ranks[at + 1] = static_cast<int>(rank);
    }
    // What comes next; behind a line, of which nothing is asked, its end once more.
    std::copy(into.tokens.tokens.begin() + 1, into.tokens.tokens.end(),
              into.tokens.targets.begin());
    into.tokens.targets.back() = 0;
}

std::string FactsTask::text(int token) const {
    if (token == 0) return ";";
    token -= 1;
    if (token < spec_.subjects) return fmt::format("subject {}", token + 1);
    token -= spec_.subjects;
    if (token < spec_.relations) return fmt::format("relation {}", token + 1);
    return fmt::format("object {}", token - spec_.relations + 1);
}

}  // namespace muonscope
