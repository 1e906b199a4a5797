#pragma once

#include "core/experiment/token_tasks/token_task.h"

namespace muonscope {

struct FactsSpec {
    int subjects = 64, relations = 4, objects = 32;
    double exponent = 1;   // the fact of rank k comes up in proportion to (k + 1)^-exponent
    int facts_a_line = 8;  // in a sequence
    std::uint64_t seed = 1;
};

// Facts with a heavy tail: lines of "subject relation object ;", each subject and relation with an
// object of its own, drawn once. A fact's rank is drawn too. The object alone counts in the loss,
// at the position of the relation. Both parts draw from the same facts: nothing could be known of
// others.
class FactsTask final : public TokenTask {
  public:
    // Throws Error for fewer than one of anything, more than 4096 tokens in all, and an exponent
    // that is no number of 0 to 4.
    explicit FactsTask(const FactsSpec& spec);

    int facts() const { return static_cast<int>(objects_.size()); }
    double frequency(int rank) const;  // of sum 1
    // Each fact once, by rank, a sequence of its own: "subject relation", and the object is asked.
    TokenBatch questions() const;
    void draw(int sequences, std::uint64_t step, TokenPart part, TaskBatch& into) const override;
    std::string text(int token) const override;

  private:
    // Its subject, relation and object as tokens.
    struct Fact {
        int subject = 0, relation = 0, object = 0;
    };
    Fact of_rank(std::size_t rank) const;

    FactsSpec spec_;
    std::vector<int> objects_;   // of fact subject x relations + relation
    std::vector<int> by_rank_;   // facts, the most frequent first
    std::vector<double> up_to_;  // of each rank: the frequencies up to it, its own included
};

}  // namespace muonscope
