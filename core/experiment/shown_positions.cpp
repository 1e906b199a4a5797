#include "core/experiment/shown_positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "core/experiment/associations.h"
#include "core/experiment/projection.h"

namespace muonscope {

namespace {

constexpr double most_positions = 256, most_work = 3e8;
constexpr std::ptrdiff_t most_words = 8;  // tokens before the one that is asked for

// Where something is asked: sequences side by side, and the right tokens.
struct Asked {
    Matrix sequences;            // length x sequences
    std::vector<int> positions;  // sequence after sequence
    std::vector<int> answers;    // of as many
    std::vector<int> numbers;    // likewise: of a fact its rank
};

int evenly(int i, int count, int all) {
    return static_cast<int>(std::int64_t{i} * all / count);
}

// So many sequences of that length as there is time for.
int affordable(const Problem& problem, int all, Eigen::Index length) {
    const double each = multiply_adds(problem, static_cast<int>(length));
    return static_cast<int>(std::clamp(most_work / each, 1.0, std::max(1.0, double(all))));
}

Asked asked_facts(const Problem& problem) {
    const TokenBatch& questions = problem.fact_questions;
    const int all = std::min(affordable(problem, questions.sequences, questions.length),
                             static_cast<int>(most_positions));
    const int count = std::min(all, questions.sequences);
    Asked asked;
    asked.sequences.resize(questions.length, count);
    for (int i = 0; i < count; ++i) {
        const int rank = evenly(i, count, questions.sequences);
        const std::size_t first = std::size_t(rank) * std::size_t(questions.length);
        for (Eigen::Index t = 0; t < questions.length; ++t)
            asked.sequences(t, i) = questions.tokens[first + std::size_t(t)];
        asked.positions.push_back((i + 1) * questions.length - 1);
        asked.answers.push_back(questions.targets[first + std::size_t(questions.length) - 1]);
        asked.numbers.push_back(rank);
    }
    return asked;
}

Asked asked_sequences(const Problem& problem) {
    const Regression& data = problem.data;
    const Eigen::Index length = data.inputs.rows();
    Asked asked;
    asked.sequences =
        data.inputs.leftCols(affordable(problem, static_cast<int>(data.inputs.cols()), length));
    std::vector<int> all;
    for (Eigen::Index i = 0; i < asked.sequences.size(); ++i)
        if (data.labels.data()[i] >= 0) all.push_back(static_cast<int>(i));
    const int there = static_cast<int>(all.size());
    const int count = std::min(there, static_cast<int>(most_positions));
    for (int i = 0; i < count; ++i) {
        const int number = evenly(i, count, there);
        asked.positions.push_back(all[static_cast<std::size_t>(number)]);
        asked.answers.push_back(static_cast<int>(data.labels.data()[asked.positions.back()]));
        asked.numbers.push_back(number);
    }
    return asked;
}

// ---- what they are coloured by ----

constexpr std::string_view byte_classes[] = {"vowel", "consonant", "space", "other"};

int class_of_byte(int byte) {
    if (byte == ' ') return 2;
    const int letter = byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
    if (letter < 'a' || letter > 'z') return 3;
    return std::string_view("aeiou").find(static_cast<char>(letter)) != std::string_view::npos ? 0
                                                                                               : 1;
}

struct Level {
    std::string name;
    std::vector<std::string> classes;
    std::vector<int> kinds;
};

int token_at(const Asked& asked, std::size_t point) {
    return static_cast<int>(asked.sequences.data()[asked.positions[point]]);
}

// By tokens: a class for each that there is, in their order.
Level by_token(const TokenTask& task, std::string name, const std::vector<int>& tokens) {
    std::vector<int> there = tokens;
    std::sort(there.begin(), there.end());
    there.erase(std::unique(there.begin(), there.end()), there.end());
    Level level{std::move(name), {}, {}};
    for (const int token : there) level.classes.push_back(task.text(token));
    for (const int token : tokens)
        level.kinds.push_back(
            static_cast<int>(std::lower_bound(there.begin(), there.end(), token) - there.begin()));
    return level;
}

Level by_byte(std::string name, const std::vector<int>& bytes) {
    Level level{std::move(name), {std::begin(byte_classes), std::end(byte_classes)}, {}};
    for (const int byte : bytes) level.kinds.push_back(class_of_byte(byte));
    return level;
}

Level by_part(const Problem& problem, const std::vector<int>& ranks) {
    const FactParts parts = parts_of_facts(problem.fact_questions.sequences);
    Level level{"asked for", {"head", "middle", "tail"}, {}};
    for (const int rank : ranks)
        level.kinds.push_back(rank < parts.head.end ? 0 : rank < parts.middle.end ? 1 : 2);
    return level;
}

std::vector<Level> levels_of(const Problem& problem, const Asked& asked) {
    const TokenTask& task = *problem.task;
    std::vector<int> here;
    for (std::size_t i = 0; i < asked.positions.size(); ++i) here.push_back(token_at(asked, i));
    switch (problem.experiment.task.kind) {
        case TaskKind::facts:
            return {by_part(problem, asked.numbers), by_token(task, "relation", here)};
        case TaskKind::text:
            return {by_byte("next byte", asked.answers), by_byte("this byte", here)};
        case TaskKind::copy:
            return {by_token(task, "next symbol", asked.answers),
                    by_token(task, "this symbol", here)};
        case TaskKind::modular:
            break;
    }
    return {by_token(task, "sum", asked.answers)};
}

// "… relation 3 → object 7".
std::string words_of(const Problem& problem, const Asked& asked, std::size_t point) {
    const TokenTask& task = *problem.task;
    const std::ptrdiff_t length = asked.sequences.rows();
    const std::ptrdiff_t end = asked.positions[point] + 1;
    const std::ptrdiff_t begin = (end - 1) / length * length;
    const std::ptrdiff_t from = std::max(begin, end - most_words);
    const char* between = problem.experiment.task.kind == TaskKind::text ? "" : " ";
    std::string words = from > begin ? "… " : "";
    for (std::ptrdiff_t i = from; i < end; ++i)
        words += (i > from ? between : "") + task.text(static_cast<int>(asked.sequences.data()[i]));
    return words + " → " + task.text(asked.answers[point]);
}

}  // namespace

ShownPoints shown_positions(const Problem& problem) {
    const Asked asked =
        problem.fact_questions.sequences > 0 ? asked_facts(problem) : asked_sequences(problem);
    const std::vector<Level> levels = levels_of(problem, asked);
    std::vector<std::size_t> order(asked.positions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return levels.front().kinds[a] < levels.front().kinds[b];
    });
    ShownPoints shown;
    shown.inputs = asked.sequences;
    shown.targets = Matrix::Zero(problem.model->outputs(), static_cast<Eigen::Index>(order.size()));
    for (const Level& level : levels) {
        shown.level_names.push_back(level.name);
        shown.class_names.push_back(level.classes);
        shown.classes.push_back(static_cast<int>(level.classes.size()));
        std::vector<int>& kinds = shown.levels.emplace_back();
        for (const std::size_t i : order) kinds.push_back(level.kinds[i]);
    }
    for (const std::size_t i : order) {
        shown.targets(asked.answers[i], static_cast<Eigen::Index>(shown.numbers.size())) = 1;
        shown.numbers.push_back(asked.numbers[i]);
        shown.positions.push_back(asked.positions[i]);
        shown.words.push_back(words_of(problem, asked, i));
    }
    shown.places.emplace_back("embedding");
    for (int block = 1; block <= problem.experiment.transformer.blocks; ++block)
        shown.places.push_back(fmt::format("block {}", block));
    return shown;
}

}  // namespace muonscope
