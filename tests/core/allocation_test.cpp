// Counts every request to the heap, whoever makes it, so that a step that takes memory fails here.
// A sanitizer brings its own heap, which cannot be counted.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MUONSCOPE_OWN_HEAP 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MUONSCOPE_OWN_HEAP 0
#endif
#if !defined(MUONSCOPE_OWN_HEAP) && defined(__GLIBC__)
#define MUONSCOPE_OWN_HEAP 1
#endif

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/experiment/lane.h"
#include "core/experiment/problem.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/orthogonaliser.h"
#include "core/linalg/spectrum.h"
#include "core/llama/llama.h"
#include "core/llama/next_token.h"
#include "core/model/transformer/transformer_pass.h"
#include "tests/core/tiny_llama.h"
#include "tests/core/tiny_transformer.h"

#if MUONSCOPE_OWN_HEAP

namespace {
thread_local long requests = 0;
}

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
    ++requests;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++requests;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    ++requests;
    return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    ++requests;
    return __libc_memalign(alignment, size);
}
}

namespace muonscope {
namespace {

long requests_of_steps(const Experiment& experiment, const OptimizerSpec& optimizer, int steps) {
    Recipe recipe;
    recipe.phases[0].optimizer = optimizer;
    recipe.phases[0].until.loss = 1e-300;
    if (loss_of(experiment) != LossKind::cross_entropy)
        recipe.phases[0].until.relative_error = 1e-300;
    const auto problem = make_problem(experiment);
    Lane lane(problem, recipe);
    lane.follow(Layout(*problem->model, problem->modes, facts_of(problem->experiment)));
    lane.advance();
    const long before = requests;
    for (int i = 0; i < steps; ++i) lane.advance();
    const long made = requests - before;
    EXPECT_EQ(lane.step(), steps + 1);
    return made;
}

std::vector<OptimizerSpec> optimizers() {
    std::vector<OptimizerSpec> all;
    for (double momentum : {0.0, 0.9})
        for (bool nesterov : {false, true}) {
            OptimizerSpec spec;
            spec.lr = 1e-5;
            spec.momentum = momentum;
            spec.nesterov = nesterov;
            all.push_back(spec);
            spec.kind = OptimizerKind::muon;
            for (Precision precision : {Precision::float64, Precision::float32, Precision::bfloat16,
                                        Precision::tensor_core}) {
                spec.orthogonaliser.precision = precision;
                spec.norm_law = momentum == 0 ? NormLaw::matched : NormLaw::constant;
                all.push_back(spec);
            }
        }
    return all;
}

TEST(Allocation, the_counter_sees_what_the_heap_is_asked_for) {
    const long before = requests;
    { const Matrix matrix(40, 40); }
    std::vector<double>(1000).swap(*std::make_unique<std::vector<double>>());
    EXPECT_GE(requests - before, 3);
}

TEST(Allocation, a_step_after_the_first_takes_no_memory) {
    for (const auto& widths :
         std::vector<std::vector<int>>{{8, 8, 8}, {5, 40, 3, 17}, {64, 64, 64}, {256, 256, 256}})
        for (Activation activation : {Activation::linear, Activation::tanh})
            for (int batch : {-1, 0, 10}) {  // -1: whitened
                if (widths[0] == 256 && (activation == Activation::tanh || batch > 0)) continue;
                Experiment experiment;
                experiment.network.depth = static_cast<int>(widths.size()) - 1;
                experiment.network.widths = widths;
                experiment.network.activation = activation;
                experiment.data.kind = batch < 0 ? DataKind::whitened : DataKind::samples;
                experiment.data.samples = 64;
                experiment.data.batch = std::max(batch, 0);
                for (const OptimizerSpec& optimizer : optimizers())
                    EXPECT_EQ(requests_of_steps(experiment, optimizer, widths[0] < 256 ? 8 : 1), 0)
                        << widths[0] << (activation == Activation::tanh ? " tanh" : " linear")
                        << ", batch " << batch << ", momentum " << optimizer.momentum;
            }
}

TEST(Allocation, a_step_with_facts_takes_no_memory) {
    for (const int depth : {1, 3})
        for (const LossKind loss : {LossKind::cross_entropy, LossKind::half})
            for (const int batch : {0, 7}) {
                Experiment experiment;
                experiment.network.depth = depth;
                experiment.network.width = 24;
                experiment.network.activation = depth > 1 ? Activation::tanh : Activation::linear;
                experiment.loss = loss;
                experiment.data.kind = DataKind::associations;
                experiment.data.facts = 40;
                experiment.data.keys = experiment.data.values = VectorKind::gaussian;
                experiment.data.batch = batch;
                for (const OptimizerSpec& optimizer : optimizers())
                    EXPECT_EQ(requests_of_steps(experiment, optimizer, 8), 0)
                        << "depth " << depth << ", batch " << batch
                        << (loss == LossKind::half ? ", half" : ", cross-entropy") << ", momentum "
                        << optimizer.momentum;
            }
}

TEST(Allocation, a_step_of_a_transformer_after_the_first_takes_no_memory) {
    for (const TaskKind task :
         {TaskKind::facts, TaskKind::text, TaskKind::copy, TaskKind::modular}) {
        Experiment experiment;
        experiment.model = ModelKind::transformer;
        experiment.transformer = {
            .blocks = 2, .width = 32, .heads = 4, .hidden = 40, .context = 24};
        experiment.task.kind = task;
        OptimizerSpec optimizer;
        optimizer.lr = 1e-4;
        optimizer.momentum = 0.9;
        EXPECT_EQ(requests_of_steps(experiment, optimizer, 5), 0);
        optimizer.kind = OptimizerKind::muon;
        EXPECT_EQ(requests_of_steps(experiment, optimizer, 5), 0);
    }
}

TEST(Allocation, a_token_after_the_first_takes_no_memory) {
    LlamaShape shape;
    shape.blocks = 2;
    shape.width = 40;
    shape.hidden = 56;
    shape.heads = 4;
    shape.kv_heads = 2;
    shape.head_width = shape.rotary = 10;
    shape.vocabulary = 300;
    Llama llama(tiny_llama(shape, 1, true), 100);
    Sampler sampler({1, .9}, 1);
    llama.read(std::vector<int>(20, 7));
    int token = sampler.choose(llama.logits());
    const long before = requests;
    for (int i = 0; i < 50; ++i) {
        llama.read(std::span(&token, 1));
        token = sampler.choose(llama.logits());
    }
    EXPECT_EQ(requests - before, 0);
    EXPECT_EQ(llama.length(), 70);
}

template <typename Scalar>
long requests_of_passes(const TransformerSpec& spec) {
    const TinyTransformer tiny = tiny_transformer(spec, 3, spec.context, true, 1);
    const TinyTransformer smaller = tiny_transformer(spec, 2, spec.context - 5, false, 2);
    const auto weights = in_precision<Scalar>(tiny.weights);
    const std::vector<int> trained = all_indices(tiny.weights);
    TransformerPass<Scalar> pass(spec);
    pass.forward(weights, tiny.batch);
    pass.backward(weights, tiny.batch, trained);
    const long before = requests;
    for (const TokenBatch* batch : {&tiny.batch, &smaller.batch}) {
        pass.forward(weights, *batch);
        pass.backward(weights, *batch, trained);
    }
    return requests - before;
}

TEST(Allocation, a_transformers_pass_after_the_first_takes_no_memory) {
    for (const MlpKind mlp : {MlpKind::relu_squared, MlpKind::gelu, MlpKind::swiglu})
        for (const PositionKind positions : {PositionKind::rotary, PositionKind::learned})
            for (const int context : {20, 90}) {
                TransformerSpec spec;
                spec.width = 32;
                spec.hidden = 70;
                spec.context = context;
                spec.vocabulary = 51;
                spec.mlp = mlp;
                spec.positions = positions;
                spec.tied = context == 20;
                EXPECT_EQ(requests_of_passes<double>(spec), 0) << context;
                EXPECT_EQ(requests_of_passes<float>(spec), 0) << context;
            }
}

TEST(Allocation, a_polynomial_orthogonaliser_takes_no_memory) {
    for (const EngineName& name : engine_names()) {
        if (!is_polynomial(name.engine)) continue;
        for (Precision precision :
             {Precision::float64, Precision::float32, Precision::bfloat16, Precision::tensor_core})
            for (const auto& [rows, cols] : {std::pair{64, 64}, {100, 30}, {30, 100}, {256, 256}}) {
                if (rows == 256 && precision > Precision::float32) continue;
                OrthogonaliserSpec spec;
                spec.engine = name.engine;
                spec.precision = precision;
                const Matrix gradient = Matrix::Random(rows, cols);
                Matrix result(rows, cols);
                Orthogonaliser orthogonaliser(rows, cols, spec);
                const long before = requests;
                orthogonaliser.orthogonalise(gradient, result);
                spec.iterations = 7;
                orthogonaliser.reconfigure(spec);
                orthogonaliser.orthogonalise(gradient, result);
                EXPECT_EQ(requests - before, 0) << name.slug << " " << rows << " x " << cols;
            }
    }
}

TEST(Allocation, singular_values_take_no_memory) {
    for (Eigen::Index n : {8, 64, 256}) {
        const Matrix matrix = Matrix::Random(n, n);
        Spectrum spectrum(n, n);
        Vector values(n);
        kernels();  // chosen when they are first asked for
        const long before = requests;
        spectrum.singular_values(matrix, std::span(values.data(), n));
        EXPECT_EQ(requests - before, 0) << n;
    }
}

}  // namespace
}  // namespace muonscope

#endif
