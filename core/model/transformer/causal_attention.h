#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/linalg/matrix_product.h"

namespace muonscope {

// What each query gathers: softmax(k^T q/sqrt(head_width)) of the values of the positions up to its
// own, by heads, which are rows of each column one below the other. Columns are sequences of
// `length` positions, one behind the other.
template <typename Scalar>
class CausalAttention {
  public:
    using Columns = Eigen::Ref<DenseOf<Scalar>>;
    using ConstColumns = Eigen::Ref<const DenseOf<Scalar>>;

    CausalAttention(int heads, int head_width) : heads_(heads), head_width_(head_width) {}
    void reserve(int sequences, int length);

    void forward(const ConstColumns& queries, const ConstColumns& keys, const ConstColumns& values,
                 int length, Columns gathered);
    // Of the newest forward(), with the same factors and what it gathered.
    void backward(const ConstColumns& queries, const ConstColumns& keys, const ConstColumns& values,
                  const ConstColumns& gathered, const ConstColumns& d_gathered, Columns d_queries,
                  Columns d_keys, Columns d_values);

    // Who attends to whom in the newest forward(): keys x queries, each column of sum 1.
    Matrix map(int sequence, int head) const;

  private:
    // Queries that meet their keys together, none of which is beyond the last of them: what lies
    // above the diagonal is left out but for half of a square.
    static constexpr int queries_at_once = 32;
    struct Part {
        int first, count, keys;
    };
    template <typename F>
    void for_each_part(const F& f) const;
    Eigen::Map<DenseOf<Scalar>> map_of(int sequence, int head, const Part& part);
    std::size_t map_offset(int sequence, int head, int first) const;
    void softmax(Eigen::Map<DenseOf<Scalar>> scores, int first) const;

    int heads_, head_width_;
    int length_ = 0;
    std::vector<Scalar> maps_;  // of every sequence, head and part: keys x queries
    DenseOf<Scalar> slopes_;    // of a part
    MatrixProduct<Scalar> product_;
};

}  // namespace muonscope
