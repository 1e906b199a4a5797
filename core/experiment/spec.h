#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/choice.h"
#include "core/experiment/token_tasks/task_spec.h"
#include "core/model/network_spec.h"
#include "core/model/regression.h"
#include "core/model/transformer/transformer_spec.h"
#include "core/optim/optimizer_spec.h"

// The spec: one plain value that says everything about a run. The experiment is shared by all
// lanes; a recipe belongs to one lane. What differs between lanes therefore stands in one place,
// and a comparison is fair by construction.
namespace muonscope {

// What is trained.
enum class ModelKind { chain, transformer };
inline constexpr auto model_choices = choices_of<ModelKind::transformer>(
    {{"chain", "Chain", "Layers one behind the other: P = W_L … W_1."},
     {"transformer", "Transformer",
      "A decoder of tokens: embedding, blocks of attention and MLP, head."}});

// Whose random numbers: the project's own generator, or those of PyTorch's randn, which published
// runs start from (core/random/torch_streams.h).
enum class Stream { own, torch_cpu, torch_cuda };
inline constexpr auto stream_choices = choices_of<Stream::torch_cuda>(
    {{"own", "Own", "The project's own generator, from the experiment's seed."},
     {"torch_cpu", "PyTorch, CPU", "randn in float64 with a CPU generator (MT19937)."},
     {"torch_cuda", "PyTorch, CUDA", "randn in float64 with a CUDA generator (Philox)."}});

// Which of u_k, v_k and -u_k, -v_k the layer targets are made of: the singular vectors of A leave
// it open, and the way from a given start depends on it.
enum class TargetSigns {
    own,               // of PyTorch's targets as our decomposition leaves them, of others the next
    largest_positive,  // the entry of v_k that is largest in size is positive
    random,            // drawn
};
inline constexpr auto sign_choices = choices_of<TargetSigns::random>(
    {{"own", "Own",
      "Targets of PyTorch's streams: as our decomposition leaves them, which is "
      "what the published figures come out with. Others: largest positive."},
     {"largest_positive", "Largest positive",
      "The entry of vₖ that is largest in size is positive."},
     {"random", "Random", "Drawn from the seed and the signs' seed."}});

enum class TargetKind { gaussian, exponential, power_law, low_rank, tree, file, teacher };
inline constexpr auto target_choices = choices_of<TargetKind::teacher>(
    {{"gaussian", "Gaussian", "Independent entries of sd scale/√in: a quarter-circle."},
     {"exponential", "Exponential", "s_k = scale · decay^k for k < modes, random bases."},
     {"power_law", "Power law", "s_k = scale · (k+1)^−exponent for k < modes."},
     {"low_rank", "Low rank + noise",
      "s_k = scale · (1 − k/modes) for k < modes, evenly spaced, plus noise."},
     {"tree", "Tree", "A binary hierarchy of items and features (Saxe et al. 2019)."},
     {"file", "File", "A .npy matrix, out x in."},
     {"teacher", "Teacher",
      "A net of the same shape with entries of sd scale/√(fan in); labels are its "
      "output."}});

struct TargetSpec {
    TargetKind kind = TargetKind::exponential;
    double scale = 4;     // largest singular value (gaussian: entries have sd scale/sqrt(in))
    double decay = 0.82;  // exponential: s_k = scale * decay^k
    double exponent = 1;  // power law: s_k = scale * (k + 1)^-exponent
    int modes = 12;       // number of non-zero modes (exponential, power law, low rank)
    double noise = 0.02;  // low rank: sd of the noise added to every entry, over sqrt(in)
    std::string file;     // .npy, out x in
    // Gaussian and teacher. PyTorch's streams take `stream_seed` and not the experiment's.
    Stream stream = Stream::own;
    int stream_seed = 0;
    // Layer targets split A between this many layers, from the first on; 0: all of them.
    int factors = 0;
    TargetSigns signs = TargetSigns::own;
    int signs_seed = 0;  // random: another draw for the same experiment

    bool operator==(const TargetSpec&) const = default;
};

enum class InitKind { gaussian, orthogonal, scaled_identity, aligned, files, conditioned };
inline constexpr auto start_choices = choices_of<InitKind::conditioned>(
    {{"gaussian", "Gaussian", "Independent entries of sd scale/√(fan in)."},
     {"orthogonal", "Orthogonal", "Every singular value of every layer equals scale."},
     {"scaled_identity", "Scaled identity", "scale · I, cut to the layer's shape."},
     {"aligned", "Balanced, aligned", "In the target's bases, all values = scale."},
     {"files", "Files", "One .npy a layer, out x in."},
     {"conditioned", "Conditioned",
      "Random vectors, singular values falling evenly on a log axis from scale to "
      "scale/condition."}});

struct InitSpec {
    InitKind kind = InitKind::gaussian;
    double scale = 0.45;             // gaussian: sd scale/sqrt(fan in); others: singular value
    double condition = 10;           // conditioned: singular values from scale to scale/condition
    std::vector<std::string> files;  // one .npy a layer
    Stream stream = Stream::own;     // gaussian
    // PyTorch's streams: a seed for each layer; layers of one seed take its draws in turn. Fewer
    // than layers: the last one holds for the rest. Empty: 0.
    std::vector<int> stream_seeds;

    bool operator==(const InitSpec&) const = default;
};

enum class DataKind { whitened, samples, associations };
inline constexpr auto data_choices = choices_of<DataKind::associations>(
    {{"whitened", "Whitened", "X = I: the loss compares P with A itself."},
     {"samples", "Samples", "Normal inputs X and labels Y = A X + noise."},
     {"associations", "Associations",
      "N keys e_k, each with a value v_k to say to it; the k-th is asked for with a "
      "frequency that falls as k^−α. A = Σ v_k e_kᵀ."}});

// Vectors of keys and of values.
enum class VectorKind { orthonormal, gaussian };
inline constexpr auto vector_choices = choices_of<VectorKind::gaussian>(
    {{"orthonormal", "Orthonormal", "At right angles, of length 1; at most as many as the width."},
     {"gaussian", "Gaussian",
      "Independent entries of sd 1/√width: nearly at right angles where they are few."}});

struct DataSpec {
    DataKind kind = DataKind::whitened;
    int samples = 256;            // columns of X, standard normal
    double noise = 0;             // sd of the label noise
    int batch = 0;                // columns a step, drawn without replacement each epoch; 0: all
    Stream stream = Stream::own;  // of X
    int stream_seed = 0;
    // Associations.
    int facts = 64;       // N, keys and as many values
    double exponent = 1;  // of the frequencies p_k ~ k^-exponent
    VectorKind keys = VectorKind::orthonormal, values = VectorKind::orthonormal;

    bool operator==(const DataSpec&) const = default;
};
// Columns that the loss sees, of this many inputs where they are whitened.
int columns_of(const DataSpec& data, int inputs);

enum class ProbeTask { target, random_labels, softmax };
inline constexpr auto probe_task_choices =
    choices_of<ProbeTask::softmax>({{"target", "Target", "The target map A."},
                                    {"random_labels", "Random labels", "A random linear map."},
                                    {"softmax", "Softmax", "Eight classes of a random teacher."}});

struct ProbeSpec {
    int layer = 2;  // the frozen representation: output of this layer (clamped to the depth)
    ProbeTask task = ProbeTask::target;
    int steps = 20;           // gradient steps from zero
    double lr = 0.05;         // of the head
    double threshold = 0.05;  // relative error (softmax: share misclassified) to reach
    // Softmax.
    int samples = 512;
    Stream stream = Stream::own;  // of X, then of the teacher
    int stream_seed = 0;

    bool operator==(const ProbeSpec&) const = default;
};

// What the representation panel draws: points around class means in input space.
struct ClassesSpec {
    int count = 6;
    int points = 40;       // of each class
    double spread = 0.12;  // sd around the mean, whose length is 1

    bool operator==(const ClassesSpec&) const = default;
};

struct RecordSpec {
    int dense = 256;      // every step is recorded up to here, then the stride doubles by rule
    int megabytes = 48;   // bound of the history, all lanes together
    int keyframes = 256;  // bound in megabytes of the lanes that are kept for going back

    bool operator==(const RecordSpec&) const = default;
};

struct RunSpec {
    std::int64_t steps = 1200;  // where a headless run ends: the preset's point
    double speed = 60;          // steps a second wanted in the window; 0: as fast as possible

    bool operator==(const RunSpec&) const = default;
};

struct Experiment {
    std::uint64_t seed = 4;
    ModelKind model = ModelKind::chain;
    NetworkSpec network;
    TransformerSpec transformer;  // and what it learns, in place of target, data and loss
    TaskSpec task;
    TargetSpec target;
    InitSpec init;
    DataSpec data;
    LossKind loss = LossKind::half;
    ProbeSpec probe;
    ClassesSpec classes;
    RecordSpec record;
    RunSpec run;

    bool operator==(const Experiment&) const = default;
};
bool is_transformer(const Experiment& experiment);
// The loss that is trained towards: a transformer's is the cross-entropy, whatever `loss` says.
LossKind loss_of(const Experiment& experiment);
// Whether a step sees some of the data only.
bool has_minibatches(const Experiment& experiment);
// Facts that it learns; 0 where it learns something else.
int facts_of(const Experiment& experiment);

enum class Objective {
    network,       // the experiment's loss
    layer_target,  // half or relative |W_l - W_l*|^2 with the balanced factors of the target
};

// When a phase ends: at the first condition met, each checked before a step. Nothing set: never.
struct Until {
    std::optional<std::int64_t> steps;     // of this phase (of a recipe: of all phases)
    std::optional<double> loss;            // network loss <= this
    std::optional<double> relative_error;  // |P - A|/|A| <= this

    bool operator==(const Until&) const = default;
};

struct Phase {
    std::string name = "train";
    std::vector<int> layers;  // 1-based; empty: all
    Objective objective = Objective::network;
    OptimizerSpec optimizer;
    std::vector<std::optional<OptimizerSpec>> layer_optimizers;  // by layer; empty: none differ
    Until until;

    bool operator==(
        const Phase& other) const;  // a layer without its own, or beyond the list: alike
};
// Number of layers that layer targets split A between.
int target_factors(const Experiment& experiment);
const OptimizerSpec& optimizer_of(const Phase& phase, int layer);  // layer is 1-based
bool trains(const Phase& phase, int layer);

struct Recipe {
    std::string name = "SGD";
    std::vector<Phase> phases{Phase{}};
    bool repeats = false;  // after the last phase comes the first again
    Until until;           // ends the whole run, whatever the phase

    bool operator==(const Recipe&) const = default;
};

struct Spec {
    static constexpr int current_version = 1;
    std::string name = "custom";  // slug of the preset it came from
    std::string title = "Custom";
    std::string about;  // one or two sentences: what to look for
    Experiment experiment;
    std::vector<Recipe> lanes;

    bool operator==(const Spec&) const = default;
};

// Throws Error naming the key, the value and what is allowed, when parts contradict each other
// (widths against depth, a phase's layer beyond the depth, layer targets on a net that is not
// two-layered...), or when a single value is not one the parameter table allows. Messages begin
// with `source`, the file the spec was read from, unless it is empty.
void validate(const Spec& spec, std::string_view source = {});

}  // namespace muonscope
