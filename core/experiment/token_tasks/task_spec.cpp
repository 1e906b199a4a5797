#include "core/experiment/token_tasks/task_spec.h"

#include "core/experiment/token_tasks/copy_task.h"
#include "core/experiment/token_tasks/facts_task.h"
#include "core/experiment/token_tasks/modular_task.h"
#include "core/experiment/token_tasks/small_text.h"
#include "core/experiment/token_tasks/text_task.h"
#include "core/formats/files.h"

namespace muonscope {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;

}  // namespace

int vocabulary_of(const TaskSpec& task) {
    switch (task.kind) {
        case TaskKind::facts:
            return 1 + task.subjects + task.relations + task.objects;
        case TaskKind::text:
            return 256;
        case TaskKind::copy:
            return task.symbols;
        case TaskKind::modular:
            break;
    }
    return task.modulus + 1;
}

int facts_of(const TaskSpec& task) {
    return task.kind == TaskKind::facts ? task.subjects * task.relations : 0;
}

int shortest_context(const TaskSpec& task) {
    switch (task.kind) {
        case TaskKind::facts:
            return 4;
        case TaskKind::text:
            return 2;
        case TaskKind::copy:
        case TaskKind::modular:
            break;
    }
    return 3;
}

std::unique_ptr<const TokenTask> make_task(const TaskSpec& task, int context, std::uint64_t seed) {
    switch (task.kind) {
        case TaskKind::facts: {
            FactsSpec spec;
            spec.subjects = task.subjects;
            spec.relations = task.relations;
            spec.objects = task.objects;
            spec.exponent = task.exponent;
            spec.facts_a_line = context / 4;
            spec.seed = seed;
            return std::make_unique<FactsTask>(spec);
        }
        case TaskKind::text:
            return std::make_unique<TextTask>(
                TextSpec{task.file.empty() ? small_text() : read_file(task.file, most_bytes),
                         context, seed});
        case TaskKind::copy:
            return std::make_unique<CopyTask>(CopySpec{task.symbols, (context + 1) / 2, seed});
        case TaskKind::modular:
            break;
    }
    return std::make_unique<ModularTask>(ModularSpec{task.modulus, task.training, seed});
}

}  // namespace muonscope
