#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/token_batch.h"

namespace muonscope {

// Tokens to learn from, and those that are kept back to see what was learnt.
enum class TokenPart { training, held_out };

// A batch, and which fact each position answers: its rank, 0 for the most frequent; -1 where it
// answers none. Empty where a task has no ranks.
struct TaskBatch {
    TokenBatch tokens;
    std::vector<int> ranks;
};

// What a transformer is to learn from sequences of tokens. A value: the same task, part and step
// give the same batch, whatever was asked before.
class TokenTask {
  public:
    virtual ~TokenTask() = default;

    int vocabulary() const { return vocabulary_; }
    int length() const { return length_; }  // positions of a sequence
    TaskBatch batch(int sequences, std::uint64_t step, TokenPart part) const {
        TaskBatch made;
        draw(sequences, step, part, made);
        return made;
    }
    // The same into memory that is there: none is taken where `into` has been as large.
    virtual void draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const = 0;
    // A token as people read it.
    virtual std::string text(int token) const = 0;

  protected:
    TokenTask(int vocabulary, int length) : vocabulary_(vocabulary), length_(length) {}
    TokenTask(const TokenTask&) = default;
    TokenTask& operator=(const TokenTask&) = default;

    // Room for so many sequences; `counted` is how much a position counts unless said otherwise.
    void make_room(int sequences, double counted, TaskBatch& into) const {
        TokenBatch& batch = into.tokens;
        batch.sequences = sequences;
        batch.length = length_;
        batch.tokens.resize(batch.positions());
        batch.targets.resize(batch.positions());
        batch.weights.assign(batch.positions(), counted);
        into.ranks.clear();
    }
    // The index of a stream of its own for each step and part.
    static std::uint64_t stream_of(std::uint64_t step, TokenPart part) {
        return 2 * step + (part == TokenPart::held_out ? 1 : 0);
    }

  private:
    int vocabulary_, length_;
};

}  // namespace muonscope
