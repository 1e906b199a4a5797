#include "core/model/transformer/causal_attention.h"

#include <algorithm>
#include <cmath>

#include "core/model/transformer/column.h"

namespace muonscope {

namespace {

// Numbers of the maps of one head up to the part that begins with query `first`, all parts before
// it being whole.
std::size_t map_numbers(int first, int queries_at_once) {
    std::size_t numbers = 0;
    for (int begin = 0; begin < first; begin += queries_at_once) {
        const int end = std::min(begin + queries_at_once, first);
        numbers += std::size_t(end) * std::size_t(end - begin);
    }
    return numbers;
}

}  // namespace

template <typename Scalar>
void CausalAttention<Scalar>::reserve(int sequences, int length) {
    const std::size_t numbers =
        std::size_t(sequences) * std::size_t(heads_) * map_numbers(length, queries_at_once);
    if (maps_.size() < numbers) maps_.resize(numbers);
    if (slopes_.rows() < length) slopes_.resize(length, queries_at_once);
}

template <typename Scalar>
template <typename F>
void CausalAttention<Scalar>::for_each_part(const F& f) const {
    for (int first = 0; first < length_; first += queries_at_once) {
        const int count = std::min(queries_at_once, length_ - first);
        f(Part{first, count, first + count});
    }
}

template <typename Scalar>
std::size_t CausalAttention<Scalar>::map_offset(int sequence, int head, int first) const {
    return (std::size_t(sequence) * std::size_t(heads_) + std::size_t(head)) *
               map_numbers(length_, queries_at_once) +
           map_numbers(first, queries_at_once);
}

template <typename Scalar>
Eigen::Map<DenseOf<Scalar>> CausalAttention<Scalar>::map_of(int sequence, int head,
                                                            const Part& part) {
    return {maps_.data() + map_offset(sequence, head, part.first), part.keys, part.count};
}

template <typename Scalar>
void CausalAttention<Scalar>::softmax(Eigen::Map<DenseOf<Scalar>> scores, int first) const {
    const auto scale = static_cast<Scalar>(1 / std::sqrt(static_cast<double>(head_width_)));
    for (Eigen::Index j = 0; j < scores.cols(); ++j) {
        const Eigen::Index seen = first + j + 1;
        auto column = scores.col(j);
        auto shares = column.head(seen);
        const Scalar sum = column::exponentials(shares.maxCoeff(), scale, column.data(), seen);
        shares *= 1 / sum;
        column.tail(scores.rows() - seen).setZero();
    }
}

template <typename Scalar>
void CausalAttention<Scalar>::forward(const ConstColumns& queries, const ConstColumns& keys,
                                      const ConstColumns& values, int length, Columns gathered) {
    length_ = length;
    const auto sequences = static_cast<int>(queries.cols()) / length;
    reserve(sequences, length);
    for (int sequence = 0; sequence < sequences; ++sequence)
        for (int head = 0; head < heads_; ++head) {
            const Eigen::Index row = Eigen::Index(head) * head_width_;
            const Eigen::Index column = Eigen::Index(sequence) * length;
            for_each_part([&](const Part& part) {
                auto map = map_of(sequence, head, part);
                const Eigen::Index query = column + part.first;
                product_.multiply(keys.block(row, column, head_width_, part.keys).transpose(),
                                  queries.block(row, query, head_width_, part.count), map);
                softmax(map, part.first);
                product_.multiply(values.block(row, column, head_width_, part.keys), map,
                                  gathered.block(row, query, head_width_, part.count));
            });
        }
}

// With S = k^T q/sqrt(head_width), P = softmax S and O = v P: dv = dO P^T, dP = v^T dO,
// dS_ij = P_ij (dP_ij - dO_j . O_j).
template <typename Scalar>
void CausalAttention<Scalar>::backward(const ConstColumns& queries, const ConstColumns& keys,
                                       const ConstColumns& values, const ConstColumns& gathered,
                                       const ConstColumns& d_gathered, Columns d_queries,
                                       Columns d_keys, Columns d_values) {
    const auto sequences = static_cast<int>(queries.cols()) / length_;
    const auto scale = static_cast<Scalar>(1 / std::sqrt(static_cast<double>(head_width_)));
    d_keys.setZero();
    d_values.setZero();
    for (int sequence = 0; sequence < sequences; ++sequence)
        for (int head = 0; head < heads_; ++head) {
            const Eigen::Index row = Eigen::Index(head) * head_width_;
            const Eigen::Index column = Eigen::Index(sequence) * length_;
            for_each_part([&](const Part& part) {
                const auto map = map_of(sequence, head, part);
                const Eigen::Index query = column + part.first;
                const auto of_keys = [&](auto& matrix) {
                    return matrix.block(row, column, head_width_, part.keys);
                };
                const auto of_queries = [&](auto& matrix) {
                    return matrix.block(row, query, head_width_, part.count);
                };
                const auto d_out = of_queries(d_gathered);
                auto slopes = slopes_.topLeftCorner(part.keys, part.count);
                product_.multiply(of_keys(values).transpose(), d_out, slopes);
                product_.combine(1, d_out, map.transpose(), 1, of_keys(d_values),
                                 of_keys(d_values));
                const auto out = of_queries(gathered);
                for (Eigen::Index j = 0; j < part.count; ++j) {
                    const auto along = static_cast<Scalar>(
                        column::dot(d_out.col(j).data(), out.col(j).data(), head_width_));
                    slopes.col(j) =
                        map.col(j).cwiseProduct((slopes.col(j).array() - along).matrix()) * scale;
                }
                product_.multiply(of_keys(keys), slopes, of_queries(d_queries));
                product_.combine(1, of_queries(queries), slopes.transpose(), 1, of_keys(d_keys),
                                 of_keys(d_keys));
            });
        }
}

template <typename Scalar>
Matrix CausalAttention<Scalar>::map(int sequence, int head) const {
    Matrix map = Matrix::Zero(length_, length_);
    for_each_part([&](const Part& part) {
        map.block(0, part.first, part.keys, part.count) =
            Eigen::Map<const DenseOf<Scalar>>(maps_.data() + map_offset(sequence, head, part.first),
                                              part.keys, part.count)
                .template cast<double>();
    });
    return map;
}

template class CausalAttention<float>;
template class CausalAttention<double>;

}  // namespace muonscope
