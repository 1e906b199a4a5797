#include "core/llama/text_change.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/linalg/kernels/kernels.h"
#include "core/llama/next_token.h"

namespace muonscope {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Reads all tokens anew, with pauses.
Work<> read_anew(Llama& llama, std::span<const int> tokens, const LlamaWatch& watch) {
    if (tokens.empty()) throw Error("text", "it has no tokens", "write something");
    const int blocks = llama.weights().shape().blocks;
    const auto batches = static_cast<int>((tokens.size() - 1) / Llama::most_at_once + 1);
    const int parts = batches * (blocks + 1);
    llama.keep(0);
    llama.begin(tokens, &watch);
    for (int part = 1; llama.go_on(); ++part) {
        work_point("block", part, parts);
        co_await pause();
    }
}

void to_log_probabilities(std::span<const float> logits, float* result) {
    const double off = log_of_sum(logits);
    for (std::size_t i = 0; i < logits.size(); ++i)
        result[i] = static_cast<float>(static_cast<double>(logits[i]) - off);
}

double length(const float* x, int width) {
    return std::sqrt(kernels().sum_of_float_squares(x, width));
}

ResidualSize size_of(const float* x, int width) {
    const float* peak =
        std::max_element(x, x + width, [](float a, float b) { return std::abs(a) < std::abs(b); });
    return {length(x, width), *peak, static_cast<int>(peak - x)};
}

std::size_t first_largest(std::span<const float> row) {
    return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

// Divergences of rows of log-probabilities.
class RowDivergence {
  public:
    double operator()(std::span<const float> before, std::span<const float> after) {
        const std::size_t count = before.size();
        p_.assign(before.begin(), before.end());
        q_.assign(after.begin(), after.end());
        kernels().exp(p_.data(), static_cast<Size>(count));
        kernels().exp(q_.data(), static_cast<Size>(count));
        for (std::size_t i = 0; i < count; ++i) {
            const double apart = static_cast<double>(after[i]) - static_cast<double>(before[i]);
            // Of what cannot come, all that comes of it.
            p_[i] = p_[i] == 0 ? q_[i] : q_[i] - p_[i] - p_[i] * apart;
        }
        return kernels().sum(p_.data(), static_cast<Size>(count));
    }

  private:
    std::vector<double> p_, q_;
};

double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double mean(const std::vector<double>& numbers) {
    return kernels().sum(numbers.data(), static_cast<Size>(numbers.size())) /
           static_cast<double>(numbers.size());
}

void summarise(TextChange& change) {
    std::vector<double> sorted = change.divergence;
    const auto count = static_cast<double>(sorted.size());
    change.same_top_share =
        static_cast<double>(std::count(change.same_top.begin(), change.same_top.end(), true)) /
        count;
    if (!std::all_of(sorted.begin(), sorted.end(), [](double d) { return !std::isnan(d); })) {
        change.mean = change.error = change.median = change.quantile_99 = change.largest = none;
        return;
    }
    std::sort(sorted.begin(), sorted.end());
    change.mean = mean(sorted);
    change.median = quantile(sorted, .5);
    change.quantile_99 = quantile(sorted, .99);
    change.largest = sorted.back();
    for (double& d : sorted) d = (d - change.mean) * (d - change.mean);
    change.error =
        count > 1 ? std::sqrt(mean(sorted) / (count - 1)) : std::numeric_limits<double>::infinity();
}

double perplexity(const std::vector<double>& surprise) {
    return surprise.empty() ? none : elementary::exp(mean(surprise));
}

}  // namespace

Work<TextReading> read_text(Llama& llama, std::vector<int> tokens) {
    const LlamaShape& shape = llama.weights().shape();
    TextReading reading;
    reading.tokens = std::move(tokens);
    reading.vocabulary = shape.vocabulary;
    reading.width = shape.width;
    reading.log_probabilities.resize(reading.tokens.size() *
                                     static_cast<std::size_t>(shape.vocabulary));
    reading.residual.resize(static_cast<std::size_t>(shape.blocks) + 1);
    LlamaWatch watch;
    watch.logits = [&](int position, std::span<const float> logits) {
        to_log_probabilities(logits, reading.log_probabilities.data() +
                                         static_cast<std::size_t>(position) * logits.size());
    };
    watch.residual = [&](int layer, int, std::span<const float> columns) {
        auto& rows = reading.residual[static_cast<std::size_t>(layer)];
        rows.insert(rows.end(), columns.begin(), columns.end());
    };
    co_await read_anew(llama, reading.tokens, watch);
    co_return reading;
}

ResidualSizes residual_sizes(const TextReading& reading) {
    ResidualSizes sizes;
    sizes.layers = static_cast<int>(reading.residual.size());
    sizes.positions = static_cast<int>(reading.tokens.size());
    for (const std::vector<float>& rows : reading.residual)
        for (std::size_t at = 0; at < rows.size(); at += static_cast<std::size_t>(reading.width))
            sizes.sizes.push_back(size_of(rows.data() + at, reading.width));
    return sizes;
}

Work<TextChange> change_of_text(Llama& llama, const TextReading& before) {
    if (llama.weights().shape().vocabulary != before.vocabulary ||
        llama.weights().shape().width != before.width ||
        static_cast<std::size_t>(llama.weights().shape().blocks) + 1 != before.residual.size())
        throw Error("text", "it was read by a llama of another shape", "compare two of one shape");
    TextChange change;
    change.drift.resize(before.residual.size());
    change.residual.layers = static_cast<int>(before.residual.size());
    change.residual.positions = static_cast<int>(before.tokens.size());
    change.residual.sizes.resize(before.residual.size() * before.tokens.size());
    RowDivergence divergence;
    std::vector<float> row(static_cast<std::size_t>(before.vocabulary));
    std::vector<double> surprise_before, surprise_after;
    LlamaWatch watch;
    watch.logits = [&](int position, std::span<const float> logits) {
        const std::span<const float> known = before.row(position);
        to_log_probabilities(logits, row.data());
        change.divergence.push_back(divergence(known, row));
        change.same_top.push_back(first_largest(known) == first_largest(row));
        const auto next = static_cast<std::size_t>(position) + 1;
        if (next == before.tokens.size()) return;
        const auto token = static_cast<std::size_t>(before.tokens[next]);
        surprise_before.push_back(-static_cast<double>(known[token]));
        surprise_after.push_back(-static_cast<double>(row[token]));
    };
    std::vector<float> apart(static_cast<std::size_t>(before.width));
    watch.residual = [&](int layer, int first, std::span<const float> columns) {
        const auto at = static_cast<std::size_t>(layer);
        const float* known = before.residual[at].data() + std::ptrdiff_t(first) * before.width;
        ResidualSize* sizes = change.residual.sizes.data() + at * before.tokens.size() +
                              static_cast<std::size_t>(first);
        for (std::size_t i = 0; i < columns.size(); i += apart.size(), known += before.width) {
            for (std::size_t j = 0; j < apart.size(); ++j) apart[j] = columns[i + j] - known[j];
            change.drift[at] += length(apart.data(), before.width) / length(known, before.width);
            *sizes++ = size_of(columns.data() + i, before.width);
        }
    };
    co_await read_anew(llama, before.tokens, watch);
    for (double& drift : change.drift) drift /= static_cast<double>(before.tokens.size());
    summarise(change);
    change.perplexity_before = perplexity(surprise_before);
    change.perplexity_after = perplexity(surprise_after);
    co_return change;
}

}  // namespace muonscope
