// One step of a small transformer (width 64, 2 blocks of 4 heads, 256 hidden units and tokens,
// context 64, batch 16) on one thread: forward and backward, the same with AdamW on every matrix,
// and the pass's products alone. "of_products" is their share of the pass; the aim is .7.
// pytorch_transformer.py holds the times beside PyTorch's.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/model/transformer/transformer_pass.h"
#include "core/optim/optimizer.h"
#include "core/random/generator.h"
#include "tests/bench/stopwatch.h"

namespace muonscope {
namespace {

using Eigen::Index;

constexpr int sequences = 16;

TransformerSpec spec_of(MlpKind mlp) {
    TransformerSpec spec;
    spec.vocabulary = 256;
    spec.mlp = mlp;
    return spec;
}

TokenBatch random_batch(const TransformerSpec& spec) {
    TokenBatch batch;
    batch.sequences = sequences;
    batch.length = spec.context;
    Generator generator(1, Purpose::inputs);
    for (std::vector<int>* tokens : {&batch.tokens, &batch.targets})
        for (std::size_t i = 0; i < batch.positions(); ++i)
            tokens->push_back(static_cast<int>(generator.below(spec.vocabulary)));
    return batch;
}

template <typename Scalar>
class Training {
  public:
    explicit Training(const TransformerSpec& spec)
        : batch_(random_batch(spec)), pass_(spec), list_(pass_.matrices().list) {
        OptimizerSpec optimizer;
        optimizer.kind = OptimizerKind::adamw;
        optimizer.lr = 1e-3;
        for (const MatrixInfo& matrix : list_) {
            Generator generator(1, Purpose::start, weights_.size());
            weights_.push_back(generator.normal_matrix(matrix.rows, matrix.cols) * .1);
            in_precision_.push_back(weights_.back().template cast<Scalar>());
            optimizers_.emplace_back(matrix.rows, matrix.cols, optimizer);
            gradients_.push_back(weights_.back());
            updates_.push_back(weights_.back());
            trained_.push_back(static_cast<int>(weights_.size()));
        }
    }

    void pass() {
        benchmark::DoNotOptimize(pass_.forward(in_precision_, batch_));
        pass_.backward(in_precision_, batch_, trained_);
    }
    void step() {
        pass();
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            gradients_[i] = pass_.gradient(trained_[i]).template cast<double>();
            optimizers_[i].update(gradients_[i], weights_[i], updates_[i]);
            weights_[i] += updates_[i];
            in_precision_[i] = weights_[i].template cast<Scalar>();
        }
    }

  private:
    TokenBatch batch_;
    TransformerPass<Scalar> pass_;
    std::vector<MatrixInfo> list_;
    std::vector<Matrix> weights_, gradients_, updates_;
    std::vector<DenseOf<Scalar>> in_precision_;
    std::vector<LayerOptimizer> optimizers_;
    std::vector<int> trained_;
};

// The products of a pass, on other numbers of the same shapes and strides.
template <typename Scalar>
class Products {
  public:
    explicit Products(const TransformerSpec& spec)
        : spec_(spec), n_(Index(sequences) * spec.context), matrices_(spec) {
        const Index tall = std::max({spec.width, spec.hidden, spec.vocabulary});
        for (DenseOf<Scalar>* columns : {&in_, &out_}) *columns = DenseOf<Scalar>::Random(tall, n_);
        for (DenseOf<Scalar>* columns : {&queries_, &keys_, &gathered_})
            *columns = DenseOf<Scalar>::Random(spec.width, n_);
        map_ = DenseOf<Scalar>::Random(spec.context, spec.context);
        for (const MatrixInfo& matrix : matrices_.list)
            weights_.push_back(DenseOf<Scalar>::Random(matrix.rows, matrix.cols));
        gradients_ = weights_;
    }

    void run() {
        for (std::size_t i = 0; i < weights_.size(); ++i)
            if (matrices_.list[i].kind != MatrixKind::embedding) of_matrix(i);
        for (int block = 0; block < spec_.blocks; ++block)
            for (int sequence = 0; sequence < sequences; ++sequence)
                for (int head = 0; head < spec_.heads; ++head) of_head(sequence, head);
        benchmark::DoNotOptimize(out_.data());
    }

  private:
    void of_matrix(std::size_t i) {
        const DenseOf<Scalar>& weight = weights_[i];
        auto in = in_.topRows(weight.cols()), out = out_.topRows(weight.rows());
        product_.multiply(weight, in, out);
        product_.multiply(out, in.transpose(), gradients_[i]);
        product_.multiply(weight.transpose(), out, in);
    }
    void of_head(int sequence, int head) {
        const Index size = spec_.head_width(), row = head * size;
        const Index column = Index(sequence) * spec_.context;
        constexpr Index at_once = 32;  // as CausalAttention has them
        for (Index first = 0; first < spec_.context; first += at_once) {
            const Index seen = first + at_once;
            auto map = map_.topLeftCorner(seen, at_once);
            const auto query = queries_.block(row, column + first, size, at_once);
            const auto key = keys_.block(row, column, size, seen);
            auto to_query = gathered_.block(row, column + first, size, at_once);
            auto to_key = gathered_.block(row, column, size, seen);
            product_.multiply(key.transpose(), query, map);
            product_.multiply(key, map, to_query);
            product_.multiply(key.transpose(), query, map);
            product_.multiply(key, map, to_query);
            product_.combine(1, query, map.transpose(), 1, to_key, to_key);
            product_.combine(1, query, map.transpose(), 1, to_key, to_key);
        }
    }

    TransformerSpec spec_;
    Index n_;
    TransformerMatrices matrices_;
    DenseOf<Scalar> in_, out_, queries_, keys_, gathered_, map_;
    std::vector<DenseOf<Scalar>> weights_, gradients_;
    MatrixProduct<Scalar> product_;
};

double median(std::vector<double> times) {
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

template <typename Scalar>
void transformer(benchmark::State& state, MlpKind mlp) {
    const TransformerSpec spec = spec_of(mlp);
    Training<Scalar> training(spec);
    Products<Scalar> products(spec);
    training.step();
    products.run();
    std::vector<double> pass, step, product;
    for (auto _ : state) {
        pass.push_back(seconds([&] { training.pass(); }));
        step.push_back(seconds([&] { training.step(); }));
        product.push_back(seconds([&] { products.run(); }));
        state.SetIterationTime(pass.back());
    }
    state.counters["pass_us"] = median(pass) * 1e6;
    state.counters["step_us"] = median(step) * 1e6;
    state.counters["of_products"] = median(product) / median(pass);
}

const bool are_here = [] {
    for (std::size_t i = 0; i < mlp_choices.size(); ++i) {
        const auto mlp = static_cast<MlpKind>(i);
        const std::string name = "transformer/" + std::string(mlp_choices[i].slug);
        benchmark::RegisterBenchmark((name + "/double").c_str(), [=](benchmark::State& state) {
            transformer<double>(state, mlp);
        })->UseManualTime();
        benchmark::RegisterBenchmark((name + "/float").c_str(), [=](benchmark::State& state) {
            transformer<float>(state, mlp);
        })->UseManualTime();
    }
    return true;
}();

}  // namespace
}  // namespace muonscope
