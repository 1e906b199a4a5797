#include "core/llama/attention.h"

#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/kernels/kernels.h"

namespace muonscope {

KeyValueCache::KeyValueCache(const LlamaShape& shape, int positions)
    : positions_(positions), width_(static_cast<std::size_t>(shape.kv_width())) {
    // Left as it comes: a page that no position has reached costs nothing.
    const std::size_t size = offset(shape.blocks, 0);
    keys_ = std::make_unique_for_overwrite<float[]>(size);
    values_ = std::make_unique_for_overwrite<float[]>(size);
}

Rotation::Rotation(const LlamaShape& shape) : shape_(shape) {
    for (int i = 0; i < shape.rotary; i += 2)
        rates_.push_back(elementary::pow(shape.rope_base, -static_cast<double>(i) / shape.rotary));
}

void Rotation::prepare(int first, int count) {
    cosines_.clear();
    sines_.clear();
    for (int i = 0; i < count; ++i)
        for (const double rate : rates_) {
            const double angle = (first + i) * rate;
            cosines_.push_back(static_cast<float>(elementary::cos(angle)));
            sines_.push_back(static_cast<float>(elementary::sin(angle)));
        }
}

void Rotation::apply(int index, int heads, float* vectors) const {
    const std::size_t pairs = rates_.size();
    const float* const cosines = cosines_.data() + static_cast<std::size_t>(index) * pairs;
    const float* const sines = sines_.data() + static_cast<std::size_t>(index) * pairs;
    const bool adjacent = shape_.pairs == RotaryPairs::adjacent;
    for (int head = 0; head < heads; ++head, vectors += shape_.head_width)
        for (std::size_t i = 0; i < pairs; ++i) {
            float& x = vectors[adjacent ? 2 * i : i];
            float& y = vectors[adjacent ? 2 * i + 1 : i + pairs];
            const float turned = x * cosines[i] - y * sines[i];
            y = x * sines[i] + y * cosines[i];
            x = turned;
        }
}

Attention::Attention(const LlamaShape& shape, int positions, int parts)
    : shape_(shape), spaces_(static_cast<std::size_t>(parts)) {
    const auto group = static_cast<std::size_t>(shape.heads / shape.kv_heads);
    for (Space& space : spaces_) {
        space.scores.resize(group * static_cast<std::size_t>(positions));
        space.exponents.resize(static_cast<std::size_t>(positions));
    }
}

void Attention::gather_group(KeyValueCache& cache, int block, int position, int kv_head,
                             const float* queries, float* result, Space& space) const {
    const int group = shape_.heads / shape_.kv_heads, seen = position + 1;
    const Size stride = shape_.kv_width();
    const Size offset = Size(kv_head) * shape_.head_width;
    FloatDotsTask scores{};
    scores.rows = seen;
    scores.cols = group;
    scores.depth = shape_.head_width;
    scores.left = cache.keys(block, 0) + offset;
    scores.left_stride = stride;
    scores.right = queries;
    scores.right_stride = shape_.head_width;
    scores.result = space.scores.data();
    scores.result_stride = seen;
    kernels().float_dots(scores);

    const double scale = 1 / std::sqrt(static_cast<double>(shape_.head_width));
    for (int head = 0; head < group; ++head) {
        float* const row = space.scores.data() + Size(head) * seen;
        float largest = row[0];
        for (int i = 1; i < seen; ++i) largest = largest < row[i] ? row[i] : largest;
        double* const exponents = space.exponents.data();
        for (int i = 0; i < seen; ++i)
            exponents[i] = (static_cast<double>(row[i]) - static_cast<double>(largest)) * scale;
        kernels().exp(exponents, seen);
        const double sum = kernels().sum(exponents, seen);
        for (int i = 0; i < seen; ++i) row[i] = static_cast<float>(exponents[i] / sum);

        FloatRowsTask values{};
        values.rows = seen;
        values.count = shape_.head_width;
        values.weights = row;
        values.x = cache.values(block, 0) + offset;
        values.stride = stride;
        values.result = result + Size(head) * shape_.head_width;
        kernels().combine_float_rows(values);
    }
}

void Attention::gather(KeyValueCache& cache, int block, int first, int count, const float* queries,
                       float* result, const Workers& workers) {
    const int group = shape_.heads / shape_.kv_heads;
    workers.in_parts([&](int part) {
        const Share share = share_of(count * shape_.kv_heads, part, workers.parts);
        for (int i = share.begin; i < share.end; ++i) {
            const int column = i / shape_.kv_heads, kv_head = i % shape_.kv_heads;
            const Size offset =
                Size(column) * shape_.query_width() + Size(kv_head) * group * shape_.head_width;
            gather_group(cache, block, first + column, kv_head, queries + offset, result + offset,
                         spaces_[static_cast<std::size_t>(part)]);
        }
    });
}

}  // namespace muonscope
