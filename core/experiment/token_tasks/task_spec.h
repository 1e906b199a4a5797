#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/choice.h"
#include "core/experiment/token_tasks/token_task.h"

namespace muonscope {

enum class TaskKind { facts, text, copy, modular };
inline constexpr auto task_choices = choices_of<TaskKind::modular>(
    {{"facts", "Facts",
      "Lines of \"subject relation object ;\", the k-th fact with a frequency that falls as k^−α; "
      "the object is asked for."},
     {"text", "Text", "The next byte of a text, at every position."},
     {"copy", "Copying", "Drawn symbols, and the same once more: the second time is asked for."},
     {"modular", "Modular addition", "a b = (a + b) mod p; pairs are held out."}});

// What a transformer learns. Sequences are as long as its context has room for.
struct TaskSpec {
    TaskKind kind = TaskKind::facts;
    int batch = 16;     // sequences a step, drawn anew each step
    int held_out = 16;  // sequences that losses are measured on, always the same
    std::string file;   // text; empty: small_text()
    // Facts.
    int subjects = 64, relations = 4, objects = 32;
    double exponent = 1;
    int symbols = 32;       // copying
    int modulus = 31;       // modular addition ...
    double training = 0.5;  // ... and the share of all pairs to learn from

    bool operator==(const TaskSpec&) const = default;
};

// Tokens that a task has, known without making it.
int vocabulary_of(const TaskSpec& task);
// Its facts; 0 where it has none.
int facts_of(const TaskSpec& task);
// The shortest context it fits into.
int shortest_context(const TaskSpec& task);

// Of sequences of at most `context` tokens. Throws Error: a file that cannot be read or is too
// short, numbers out of range.
std::unique_ptr<const TokenTask> make_task(const TaskSpec& task, int context, std::uint64_t seed);

}  // namespace muonscope
