#include "core/experiment/parameter_table.h"

#include <algorithm>
#include <utility>

#include "core/experiment/parameter_row.h"
#include "core/optim/flavours.h"

namespace muonscope {
namespace {

constexpr double largest_seed = 2147483647.0;                 // of a stream: 2^31 - 1
constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53: what JSON carries everywhere

using E = Experiment;
using O = OptimizerSpec;

// ---- when: what a parameter depends on ----

template <class Owner>
bool always(const Owner&) {
    return true;
}
bool has_samples(const E& e) {
    return e.data.kind == DataKind::samples;
}
bool has_facts(const E& e) {
    return e.data.kind == DataKind::associations;
}
bool has_target(const E& e) {
    return !has_facts(e);  // which make their own
}
template <TargetKind... kinds>
bool is_target(const E& e) {
    return has_target(e) && ((e.target.kind == kinds) || ...);
}
bool is_softmax(const E& e) {
    return e.probe.task == ProbeTask::softmax;
}
bool has_buffer(const O& o) {
    return o.momentum > 0;
}
template <Engine engine>
bool has_engine(const O& o) {
    return o.orthogonaliser.engine == engine;
}
bool has_power(const O& o) {
    const Uses& uses = rule_of(o.kind).uses;
    return uses.power || (uses.orthogonaliser && has_engine<Engine::spectral_power>(o));
}
bool comes_down(const O& o) {
    const RateSchedule kind = o.schedule.kind;
    return kind == RateSchedule::linear || kind == RateSchedule::cosine ||
           kind == RateSchedule::exponential;
}
bool has_spike(const O& o) {
    return o.schedule.kind == RateSchedule::spike;
}

// ---- after: what a parameter pulls along ----

void drop_widths_that_do_not_fit(E& experiment, const E&) {
    NetworkSpec& network = experiment.network;
    if (network.widths.size() != static_cast<std::size_t>(network.depth) + 1)
        network.widths.clear();
}
// A transformer has two kinds of start.
void follow_the_model(E& experiment, const E&) {
    const InitKind kind = experiment.init.kind;
    if (is_transformer(experiment) && kind != InitKind::gaussian && kind != InitKind::orthogonal)
        experiment.init.kind = InitKind::gaussian;
}
// The context that a task needs.
void fit_the_context(E& experiment, const E&) {
    experiment.transformer.context =
        std::max(experiment.transformer.context, shortest_context(experiment.task));
}
template <TaskKind kind>
bool is_task(const E& e) {
    return e.task.kind == kind;
}
void drop_widths(E& experiment, const E&) {
    experiment.network.widths.clear();
}
void follow_widths(E& experiment, const E&) {
    NetworkSpec& network = experiment.network;
    if (!network.widths.empty()) network.depth = static_cast<int>(network.widths.size()) - 1;
}
// Orthonormal vectors: as many as there is room for.
void fit_the_facts(E& experiment, const E& before) {
    DataSpec& data = experiment.data;
    if (data.kind == before.data.kind || !has_facts(experiment)) return;
    const std::vector<int> widths = layer_widths(experiment.network);
    if (data.keys == VectorKind::orthonormal) data.facts = std::min(data.facts, widths.front());
    if (data.values == VectorKind::orthonormal) data.facts = std::min(data.facts, widths.back());
}
// A style that is the old kind's habit becomes the new kind's; numbers that the new kind has not
// got are forgotten.
void follow_the_kind(O& optimizer, const O& before) {
    if (optimizer.kind == before.kind) return;
    const OptimizerRule& rule = rule_of(optimizer.kind);
    if (before.momentum_style == rule_of(before.kind).habit) optimizer.momentum_style = rule.habit;
    for (const OwnParameter& parameter : rule_of(before.kind).own)
        if (!own_parameter(rule, parameter.key)) optimizer.own.erase(parameter.key);
}

// ---- choices that the optimisers' files give ----

std::span<const Choice> kind_choices() {
    static const std::vector<Choice> choices = [] {
        std::vector<Choice> all;
        for (const OptimizerRule* rule : optimizer_rules())
            all.push_back({rule->slug, rule->label, rule->help});
        return all;
    }();
    return choices;
}
std::span<const Choice> flavour_choices() {
    static const std::vector<Choice> choices = [] {
        std::vector<Choice> all{{"own", "Own", "No library's: keeps everything as it is."}};
        for (const OptimizerRule* rule : optimizer_rules())
            for (const Flavour& flavour : rule->flavours)
                all.push_back({flavour.slug, flavour.label, flavour.help});
        return all;
    }();
    return choices;
}

// No member: it is read off the others and writes them.
Value read_flavour(const O& spec, const Described&) {
    const Flavour* flavour = flavour_of(spec);
    return std::string(flavour ? flavour->slug : "own");
}
void write_flavour(O& spec, const Value& value, const Described&) {
    for (const OptimizerRule* rule : optimizer_rules())
        for (const Flavour& flavour : rule->flavours)
            if (flavour.slug == std::get<std::string>(value)) take_flavour(spec, flavour);
}

// ---- the table ----

// In the order of JSON files; what pulls others along stands before them.
constexpr Row<E> experiment_rows[] = {
    row<&E::seed>("seed", "Seed", range(0, largest_exact_integer, 0, 99),
                  "Every random number of a run follows from it: target, start, data, probe.")
        .restarts(),
    row<&E::model>("model", "Model", {}, "What is trained.")
        .of(model_choices)
        .restarts()
        .after(follow_the_model),
    row<&E::network, &NetworkSpec::depth>(
        "network.depth", "Depth", range(1, 16, 1, 8),
        "Number of weight matrices L in P = W_L … W_1. Deeper nets learn in sharper steps: da/dt = "
        "L a^(2−2/L) (s − a) under SGD. Sensible: 2 to 4.")
        .in("layers")
        .restarts()
        .after(drop_widths_that_do_not_fit),
    row<&E::network, &NetworkSpec::width>(
        "network.width", "Width", range(1, 1024, 4, 128),
        "Rows and columns of every weight matrix, unless widths are given one by one. A step costs "
        "about width³. Sensible: 16 to 64 to watch, 256 to measure.")
        .restarts()
        .after(drop_widths),
    row<&E::network, &NetworkSpec::widths>(
        "network.widths", "Widths", range(1, 1024),
        "Depth + 1 widths, input first: 32,16,8 is two layers, 16 x 32 and 8 x 16. Empty: every "
        "layer has the same width. The narrowest bounds the rank of P.")
        .with(2, 17)
        .rare([](const E& e) { return e.network.widths.empty(); })
        .restarts()
        .after(follow_widths),
    row<&E::network, &NetworkSpec::activation>("network.activation", "Activation", {},
                                               "Of the hidden layers: H_l = act(W_l H_{l−1}).")
        .of(activation_choices)
        .restarts(),
    row<&E::network, &NetworkSpec::tanh_from>(
        "network.tanh_from", "Tanh from layer", range(1, 16, 1, 8),
        "The first hidden layer whose output passes through tanh; layers before it are linear.")
        .when([](const E& e) { return e.network.activation == Activation::tanh; })
        .rare(always<E>)
        .restarts(),
    row<&E::transformer, &TransformerSpec::blocks>(
        "transformer.blocks", "Blocks", range(1, 4),
        "Attention and a network of one hidden layer each, both added to the residual stream.")
        .restarts(),
    row<&E::transformer, &TransformerSpec::width>(
        "transformer.width", "Width", range(16, 256, 16, 128),
        "Numbers of the residual stream; query, key, value and output are width x width. Sensible: "
        "32 to 64 to watch.")
        .restarts(),
    row<&E::transformer, &TransformerSpec::heads>(
        "transformer.heads", "Heads", range(1, 16, 1, 8),
        "Of a block's attention; they divide the width, with rotary positions into even parts.")
        .restarts(),
    row<&E::transformer, &TransformerSpec::hidden>(
        "transformer.hidden", "Hidden units", range(1, 1024, 16, 512),
        "Of a block's network: mlp in is hidden x width, mlp out width x hidden.")
        .restarts(),
    row<&E::transformer, &TransformerSpec::context>(
        "transformer.context", "Context", range(2, 256, 8, 128),
        "Tokens of a sequence: a position sees those before it. Facts take four a line; copying "
        "takes a half, and the same once more; modular addition three.")
        .in("tokens")
        .restarts(),
    row<&E::transformer, &TransformerSpec::positions>("transformer.positions", "Positions", {},
                                                      "How a block knows where a token stands.")
        .of(position_choices)
        .rare(always<E>)
        .restarts(),
    row<&E::transformer, &TransformerSpec::mlp>("transformer.mlp", "Hidden units are", {},
                                                "What the hidden units of a block's network do.")
        .of(mlp_choices)
        .rare(always<E>)
        .restarts(),
    row<&E::transformer, &TransformerSpec::tied>(
        "transformer.tied", "Tied head", {},
        "The head is the embedding's transpose: one matrix less, trained by both.")
        .rare(always<E>)
        .restarts(),
    row<&E::transformer, &TransformerSpec::precision>(
        "transformer.precision", "Precision", {},
        "What the way forward and back is computed in; weights and optimisers stay in double.")
        .of(pass_number_choices)
        .rare(always<E>)
        .restarts(),
    row<&E::task, &TaskSpec::kind>("task.kind", "Task", {}, "What the transformer learns.")
        .of(task_choices)
        .restarts()
        .after(fit_the_context),
    row<&E::task, &TaskSpec::batch>("task.batch", "Batch", range(1, 256, 1, 64),
                                    "Sequences a step, drawn anew each step, the same for every "
                                    "lane.")
        .in("sequences")
        .restarts(),
    row<&E::task, &TaskSpec::held_out>(
        "task.held_out", "Held out", range(1, 256, 4, 64),
        "Sequences that losses are measured on, never trained on; facts are drawn from the same "
        "ones.")
        .in("sequences")
        .rare(always<E>)
        .restarts(),
    row<&E::task, &TaskSpec::file>(
        "task.file", "File", {},
        "A text of your own, its bytes the tokens; the last tenth is held out. Empty: little "
        "stories made by rules, 64 KB.")
        .when(is_task<TaskKind::text>)
        .restarts(),
    row<&E::task, &TaskSpec::subjects>("task.subjects", "Subjects", range(3, 1024, 8, 128),
                                       "Of facts: each has an object for each relation.")
        .when(is_task<TaskKind::facts>)
        .restarts(),
    row<&E::task, &TaskSpec::relations>("task.relations", "Relations", range(1, 64, 1, 8),
                                        "Facts are subjects x relations, at most 4096.")
        .when(is_task<TaskKind::facts>)
        .restarts(),
    row<&E::task, &TaskSpec::objects>("task.objects", "Objects", range(2, 1024, 2, 64),
                                      "What facts are answered with: each drawn from so many.")
        .when(is_task<TaskKind::facts>)
        .restarts(),
    row<&E::task, &TaskSpec::exponent>("task.exponent", "Tail exponent", range(0, 4, 0, 2),
                                       "α: the k-th fact comes up with a frequency that falls as "
                                       "k^−α. 0: all alike; 1: Zipf's law, as words in a text.")
        .when(is_task<TaskKind::facts>)
        .restarts(),
    row<&E::task, &TaskSpec::symbols>("task.symbols", "Symbols", range(2, 4096, 4, 64),
                                      "Copying: how many there are to draw from.")
        .when(is_task<TaskKind::copy>)
        .restarts(),
    row<&E::task, &TaskSpec::modulus>("task.modulus", "Modulus", range(2, 512, 5, 97),
                                      "p of a + b mod p.")
        .when(is_task<TaskKind::modular>)
        .restarts(),
    row<&E::task, &TaskSpec::training>("task.training", "Trained on", range(0.01, 0.99, 0.2, 0.9),
                                       "The share of all pairs a, b; losses are of the others.")
        .when(is_task<TaskKind::modular>)
        .restarts(),
    row<&E::target, &TargetSpec::kind>(
        "target.kind", "Target", {},
        "What the product of the layers is to become: A = U diag(s) Vᵀ, out x in.")
        .of(target_choices)
        .when(has_target)
        .restarts(),
    row<&E::target, &TargetSpec::scale>(
        "target.scale", "Scale", log_range(1e-6, 1e6, 0.1, 10),
        "Largest singular value s_1 (Gaussian: entries have sd scale/√in). SGD is stable below lr "
        "of about 1/s_1 at depth 2. Sensible: 1 to 8.")
        .when([](const E& e) { return has_target(e) && e.target.kind != TargetKind::file; })
        .restarts(),
    row<&E::target, &TargetSpec::decay>(
        "target.decay", "Decay", range(0.001, 1, 0.3, 1),
        "Exponential target: s_k = scale · decay^k. 1 makes all modes equal. Sensible: .6 to .95.")
        .when(is_target<TargetKind::exponential>)
        .restarts(),
    row<&E::target, &TargetSpec::exponent>(
        "target.exponent", "Exponent", range(0, 8, 0, 3),
        "Power-law target: s_k = scale · (k+1)^−exponent. Sensible: .5 to 2.")
        .when(is_target<TargetKind::power_law>)
        .restarts(),
    row<&E::target, &TargetSpec::modes>(
        "target.modes", "Modes", range(1, 1024, 1, 32),
        "Number of non-zero singular values (exponential, power law, low rank); never more than "
        "the smaller of input and output width.")
        .when(is_target<TargetKind::exponential, TargetKind::power_law, TargetKind::low_rank>)
        .restarts(),
    row<&E::target, &TargetSpec::noise>(
        "target.noise", "Noise", log_range(0, 100, 0.001, 1),
        "Low-rank target: every entry gets normal noise of sd noise/√in.")
        .when(is_target<TargetKind::low_rank>)
        .restarts(),
    row<&E::target, &TargetSpec::file>(
        "target.file", "File", {},
        "NumPy .npy, float16, float32 or float64, out x in as the network's last and first width; "
        "or FILE#TENSOR of a model file, #edit=EDIT behind it for each edit of its singular "
        "values; "
        "to it a session adds the hash of the numbers.")
        .when(is_target<TargetKind::file>)
        .restarts(),
    row<&E::target, &TargetSpec::stream>("target.stream", "Target's stream", {},
                                         "Gaussian and teacher targets: whose random numbers.")
        .of(stream_choices)
        .when(is_target<TargetKind::gaussian, TargetKind::teacher>)
        .rare(always<E>)
        .restarts(),
    row<&E::target, &TargetSpec::stream_seed>(
        "target.stream_seed", "Stream's seed", range(0, largest_seed, 0, 99),
        "PyTorch's streams: the generator's seed. Our own takes the experiment's.")
        .when([](const E& e) { return has_target(e) && e.target.stream != Stream::own; })
        .rare(always<E>)
        .restarts(),
    row<&E::target, &TargetSpec::factors>(
        "target.factors", "Layer targets", range(0, 16, 0, 4),
        "Phases that train towards layer targets split A = U S Vᵀ evenly between this many layers, "
        "from the first on (√S Vᵀ and U √S for two). 0: all of them.")
        .in("layers")
        .rare(always<E>)
        .restarts(),
    row<&E::target, &TargetSpec::signs>(
        "target.signs", "Target signs",
        {},
        "A = U S Vᵀ leaves open which of uₖ, vₖ and −uₖ, −vₖ is meant, but √S Vᵀ and U √S depend "
        "on it, and so does the way to them from one start: by hundreds of steps in the staged "
        "experiment.")
        .of(sign_choices)
        .rare(always<E>)
        .restarts(),
    row<&E::target, &TargetSpec::signs_seed>("target.signs_seed", "Signs' seed",
                                             range(0, largest_seed, 0, 99),
                                             "Random signs: another draw for the same experiment.")
        .when([](const E& e) { return e.target.signs == TargetSigns::random; })
        .rare(always<E>)
        .restarts(),
    row<&E::init, &InitSpec::kind>("init.kind", "Start", {},
                                   "The weights at step 0, the same for every lane.")
        .of(start_choices)
        .restarts(),
    row<&E::init, &InitSpec::scale>(
        "init.scale", "Start scale", log_range(0, 100, 0.001, 2),
        "Gaussian: sd times √(fan in); otherwise the singular value. Small starts learn feature by "
        "feature (the rich regime), large ones all at once. At exactly 0 no deep net ever moves. "
        "Sensible: .01 to 1.")
        .when([](const E& e) { return e.init.kind != InitKind::files; })
        .restarts(),
    row<&E::init, &InitSpec::condition>(
        "init.condition", "Start condition", log_range(1, 1e6, 1, 1000),
        "Conditioned start: κ = s_1/s_n of every layer. Gradient descent on one layer, the others "
        "fixed, shrinks the error by (κ² − 1)/(κ² + 1) a step at its best rate. Sensible: 1 to "
        "100.")
        .when([](const E& e) { return e.init.kind == InitKind::conditioned; })
        .restarts()
        .of_chains(),
    row<&E::init, &InitSpec::files>("init.files", "Files", {},
                                    "One .npy or FILE#TENSOR a layer, first layer first, separated "
                                    "by commas.")
        .when([](const E& e) { return e.init.kind == InitKind::files; })
        .restarts()
        .of_chains(),
    row<&E::init, &InitSpec::stream>("init.stream", "Start's stream", {},
                                     "Gaussian start: whose random numbers.")
        .of(stream_choices)
        .when([](const E& e) { return e.init.kind == InitKind::gaussian; })
        .rare(always<E>)
        .restarts()
        .of_chains(),
    row<&E::init, &InitSpec::stream_seeds>(
        "init.stream_seeds", "Streams' seeds", range(0, largest_seed),
        "PyTorch's streams: a seed for each layer. Layers of one seed take its draws in turn; "
        "beyond the list its last seed holds. Empty: 0.")
        .when([](const E& e) { return e.init.stream != Stream::own; })
        .rare(always<E>)
        .restarts()
        .of_chains(),
    row<&E::data, &DataSpec::kind>("data.kind", "Data", {}, "What the loss sees.")
        .of(data_choices)
        .restarts()
        .after(fit_the_facts),
    row<&E::data, &DataSpec::samples>(
        "data.samples", "Samples", log_range(1, 65536, 16, 4096),
        "Columns n of X. Below the input width some directions are never seen.")
        .when(has_samples)
        .restarts(),
    row<&E::data, &DataSpec::noise>("data.noise", "Label noise", log_range(0, 100, 0.001, 1),
                                    "Standard deviation of the noise added to every label.")
        .when(has_samples)
        .restarts(),
    row<&E::data, &DataSpec::batch>(
        "data.batch", "Batch", range(0, 65536, 0, 256),
        "Columns a step, drawn without replacement until all were seen; facts are drawn by their "
        "frequencies, with replacement. 0: all of them, facts weighted by frequency.")
        .in("samples")
        .when([](const E& e) { return has_samples(e) || has_facts(e); })
        .restarts(),
    row<&E::data, &DataSpec::facts>(
        "data.facts", "Facts", range(3, 4096, 8, 128),
        "N keys with a value each, columns of E and V. Orthonormal ones are at most as many as the "
        "width; beyond it Gaussian ones get in each other's way.")
        .when(has_facts)
        .restarts(),
    row<&E::data, &DataSpec::exponent>("data.exponent", "Tail exponent", range(0, 8, 0, 2),
                                       "α: fact k is asked for with a frequency that falls as "
                                       "k^−α. 0: all alike; 1: Zipf's law, as words in a "
                                       "text.")
        .when(has_facts)
        .restarts(),
    row<&E::data, &DataSpec::keys>("data.keys", "Keys", {}, "Columns of E: what is asked with.")
        .of(vector_choices)
        .when(has_facts)
        .restarts(),
    row<&E::data, &DataSpec::values>("data.values", "Values", {},
                                     "Columns of V: what is answered. The score of value i for key "
                                     "k is v_i·F(e_k).")
        .of(vector_choices)
        .when(has_facts)
        .restarts(),
    row<&E::data, &DataSpec::stream>("data.stream", "Inputs' stream", {},
                                     "Whose random numbers X is.")
        .of(stream_choices)
        .when(has_samples)
        .rare(always<E>)
        .restarts(),
    row<&E::data, &DataSpec::stream_seed>("data.stream_seed", "Stream's seed",
                                          range(0, largest_seed, 0, 99),
                                          "PyTorch's streams: the generator's seed.")
        .when([](const E& e) { return has_samples(e) && e.data.stream != Stream::own; })
        .rare(always<E>)
        .restarts(),
    row<&E::loss>("loss", "Loss", {},
                  "The three squared ones have the same minima and differ by a factor: relative "
                  "takes the steps of half at learning rate 2 lr/‖A‖², with data 2 lr n/‖Y‖². "
                  "Cross-entropy counts right answers; it falls as long as the scores grow.")
        .of(loss_choices)
        .restarts(),
    row<&E::probe, &ProbeSpec::layer>(
        "probe.layer", "Probed layer", range(1, 16, 1, 4),
        "The head reads this layer's output, frozen; beyond the depth it reads the last.")
        .measures(),
    row<&E::probe, &ProbeSpec::task>(
        "probe.task", "Probe task", {},
        "What the linear head is to learn from the frozen representation.")
        .of(probe_task_choices)
        .restarts()
        .of_chains(),
    row<&E::probe, &ProbeSpec::steps>(
        "probe.steps", "Probe steps K", range(1, 100000, 1, 200),
        "The probe's loss is reported after K gradient steps from B = 0, beside the least-squares "
        "floor that no number of steps can beat.")
        .in("steps")
        .measures(),
    row<&E::probe, &ProbeSpec::lr>(
        "probe.lr", "Probe rate", log_range(0, 100, 0.001, 1),
        "Learning rate of the head: E_t = E_0 (I − lr HᵀH)^t. From 2/s_1(H)² on it diverges.")
        .measures(),
    row<&E::probe, &ProbeSpec::threshold>(
        "probe.threshold", "Probe threshold", log_range(1e-9, 1, 0.001, 0.5),
        "Relative error of the head (softmax: share misclassified) whose first step is reported; "
        "with softmax it is looked for up to step K, or step 2000 where that may help.")
        .measures(),
    row<&E::probe, &ProbeSpec::samples>("probe.samples", "Probe samples",
                                        log_range(8, 65536, 64, 4096),
                                        "Softmax: number of normal inputs that the teacher labels.")
        .when(is_softmax)
        .rare(always<E>)
        .restarts()
        .of_chains(),
    row<&E::probe, &ProbeSpec::stream>(
        "probe.stream", "Probe's stream", {},
        "Softmax: whose random numbers the inputs are, and then the teacher.")
        .of(stream_choices)
        .when(is_softmax)
        .rare(always<E>)
        .restarts()
        .of_chains(),
    row<&E::probe, &ProbeSpec::stream_seed>("probe.stream_seed", "Stream's seed",
                                            range(0, largest_seed, 0, 99),
                                            "PyTorch's streams: the generator's seed.")
        .when([](const E& e) { return is_softmax(e) && e.probe.stream != Stream::own; })
        .rare(always<E>)
        .restarts()
        .of_chains(),
    row<&E::classes, &ClassesSpec::count>(
        "classes.count", "Classes", range(1, 16, 2, 10),
        "Clouds of points that the representations panel maps through the layers.")
        .rare(always<E>)
        .restarts(),
    row<&E::classes, &ClassesSpec::points>("classes.points", "Points a class",
                                           range(1, 1000, 5, 100),
                                           "Points drawn around each class mean.")
        .rare(always<E>)
        .restarts(),
    row<&E::classes, &ClassesSpec::spread>(
        "classes.spread", "Spread", log_range(0, 10, 0.01, 1),
        "Standard deviation around a class mean, whose length is 1.")
        .rare(always<E>)
        .restarts(),
    row<&E::record, &RecordSpec::dense>(
        "record.dense", "Dense until", log_range(1, 1e6, 16, 4096),
        "Every step is recorded up to here, unless measuring so many would take minutes; then "
        "pairs of neighbouring steps, twice as far apart with each doubling of the step. Losses, "
        "norms, rates and fidelity are followed at every step all the same.")
        .in("steps")
        .rare(always<E>)
        .restarts(),
    row<&E::record, &RecordSpec::megabytes>(
        "record.megabytes", "History", log_range(1, 4096, 8, 256),
        "Bound of the recorded history, all lanes together; of a full one every second pair of "
        "steps is dropped, never the smallest and largest of what is followed.")
        .in("MB")
        .rare(always<E>)
        .restarts(),
    row<&E::record, &RecordSpec::keyframes>(
        "record.keyframes", "Going back", log_range(0, 65536, 16, 4096),
        "Bound of the copies of all lanes that are kept on the way: going back trains again from "
        "the nearest one before. 0: always from the start. Runs that Undo brings back may take as "
        "much again; those that do not fit are run again.")
        .in("MB")
        .rare(always<E>)
        .restarts(),
    row<&E::run, &RunSpec::steps>("run.steps", "Steps", log_range(0, 1e12, 100, 1e6),
                                  "Where a run without a window ends. 0: at its start.")
        .in("steps")
        .rare(always<E>)
        .changes_nothing(),
    row<&E::run, &RunSpec::speed>(
        "run.speed", "Speed", log_range(0, 1e6, 1, 1e5),
        "Steps a second wanted in the window. 0: as fast as the machine goes.")
        .in("steps/s")
        .rare(always<E>)
        .changes_nothing(),
};

constexpr Row<O> first_optimizer_rows[] = {
    row<&O::kind>("kind", "Optimiser", {},
                  "Which way a gradient turns a layer. The average of the gradients, which the "
                  "momentum buffer holds, survives a change, in the new one's units.")
        .from(kind_choices)
        .names_itself()
        .after(follow_the_kind),
    special<O>("flavour", "Conventions", read_flavour, write_flavour,
               "Whose momentum, Nesterov, scale, decay and orthogonaliser these are. Choosing a "
               "library takes its conventions and its defaults of learning rate, momentum and λ. "
               "Another orthogonaliser keeps the name: “dion Muon, with Jordan x5”.")
        .from(flavour_choices)
        .rare(always<O>),
    row<&O::lr>(
        "lr", "Learning rate", log_range(0, 100, 1e-4, 1),
        "Step size. SGD diverges above about 2/λ_max; Muon with constant norm moves every singular "
        "value by about lr a step and ends up swinging by ±lr. Sensible: .001 to .1."),
    row<&O::momentum>("momentum", "Momentum", range(0, 0.9999, 0, 0.99),
                      "μ of the momentum buffer B; 0: no buffer. With SGD's heavy ball the step "
                      "grows by 1/(1 − μ). Sensible: 0, .9, .95.")
        .used_by(&Uses::momentum),
    row<&O::momentum_style>("momentum_style", "Momentum style", {},
                            "How the buffer takes a gradient in. Muon's path is the same either "
                            "way, since orthogonalisation forgets scale, also when the style "
                            "changes on the way: the buffer is converted.")
        .of(momentum_choices)
        .used_by(&Uses::momentum_form)
        .when(has_buffer),
    row<&O::nesterov>(
        "nesterov", "Nesterov", {},
        "Looks one step ahead: G + μB (heavy ball) or (1 − μ)G + μB (EMA) in place of B.")
        .used_by(&Uses::momentum_form)
        .when(has_buffer),
    row<&O::bias_corrected>(
        "bias_corrected", "Bias-corrected", {},
        "Divides the momentum by 1 − μᵗ at its t-th gradient, for it began at zero; with Nesterov "
        "the gradient by 1 − μᵗ and the momentum by 1 − μᵗ⁺¹, as optax does.")
        .used_by(&Uses::momentum_form)
        .when(has_buffer)
        .rare([](const O& o) { return !o.bias_corrected; }),
    row<&O::orthogonaliser, &OrthogonaliserSpec::engine>(
        "engine", "Orthogonaliser", {},
        "How the momentum B becomes O, whose singular values are nearly equal.")
        .from(engine_choices)
        .used_by(&Uses::orthogonaliser)
        .rare([](const O& o) { return o.orthogonaliser.engine == Engine::jordan; }),
    row<&O::orthogonaliser, &OrthogonaliserSpec::iterations>(
        "iterations", "Iterations", range(1, 20, 1, 10),
        "Of a polynomial engine (Newton–Schulz: X ← aX + (bA + cA²)X, A = XXᵀ) or of Newton's "
        "inverse iteration. Directions with s/‖G‖ below 1/slope are not flattened; with Jordan's "
        "coefficients the slope is 41 at 3, 485 at 5, and it never converges: values stay in .68 "
        "to 1.13.")
        .used_by(&Uses::orthogonaliser)
        .when([](const O& o) { return takes_iterations(o.orthogonaliser.engine); }),
    row<&O::orthogonaliser, &OrthogonaliserSpec::precision>(
        "precision", "Precision", {},
        "The arithmetic of Newton–Schulz; weights and measures stay in double.")
        .of(precision_choices)
        .used_by(&Uses::orthogonaliser)
        .rare(always<O>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::custom, &Quintic::a>(
        "custom_a", "Custom a", range(-100, 100, 0, 9),
        "Custom coefficients: of x in p(x) = a x + b x³ + c x⁵, every iteration.")
        .used_by(&Uses::orthogonaliser)
        .when(has_engine<Engine::custom>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::custom, &Quintic::b>(
        "custom_b", "Custom b", range(-100, 100, -24, 0),
        "Custom coefficients: of x³ in p(x) = a x + b x³ + c x⁵, every iteration.")
        .used_by(&Uses::orthogonaliser)
        .when(has_engine<Engine::custom>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::custom, &Quintic::c>(
        "custom_c", "Custom c", range(-100, 100, 0, 18),
        "Custom coefficients: of x⁵ in p(x) = a x + b x³ + c x⁵, every iteration.")
        .used_by(&Uses::orthogonaliser)
        .when(has_engine<Engine::custom>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::low>(
        "low", "Lower end l", log_range(1e-12, 1, 1e-6, 1),
        "Optimal cubic: the smallest s/‖G‖ it is made for. Values in [l, 1] end as near to 1 as "
        "cubics allow.")
        .used_by(&Uses::orthogonaliser)
        .when(has_engine<Engine::optimal_cubic>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::floor>(
        "floor", "Floor ε", log_range(1e-12, 1, 1e-6, 1),
        "Floored polar: each x = s/‖G‖ becomes min(1, x/ε).")
        .used_by(&Uses::orthogonaliser)
        .when(has_engine<Engine::floored>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::seed>(
        "engine_seed", "Engine's seed", range(0, largest_seed, 0, 99),
        "Random spectrum: which random singular values.")
        .used_by(&Uses::orthogonaliser)
        .when(has_engine<Engine::random_spectrum>),
    row<&O::norm_law>("norm_law", "Norm law", {}, "How long the step is whose direction is O.")
        .of(norm_law_choices)
        .used_by(&Uses::norm_law),
    row<&O::shape_scale>("shape_scale", "Shape scale", {},
                         "Constant norm: a factor by the layer's shape, out x in.")
        .of(shape_choices)
        .used_by(&Uses::norm_law)
        .when([](const O& o) { return o.norm_law == NormLaw::constant; })
        .rare(always<O>),
    row<&O::orthogonaliser, &OrthogonaliserSpec::power>(
        "power", "Power p", range(-0.5, 1),
        "Spectral power: U diag((s + 1e-12/lr)ᵖ) Vᵀ. 1 keeps the gradient, 0 makes all singular "
        "values equal, negative ones favour the small. Sensible: 0 to 1.")
        .when(has_power),
    row<&O::beta1>("beta1", "β₁", range(0, 0.9999), "Of the gradients' average m. Sensible: .9.")
        .used_by(&Uses::beta1),
    row<&O::beta2>("beta2", "β₂", range(0, 0.999999),
                   "Of the squared gradients' average v. Sensible: .95 to .999.")
        .used_by(&Uses::beta2),
    row<&O::epsilon>("epsilon", "ε", log_range(1e-16, 1, 1e-12, 1e-2),
                     "Added to √v̂. Entries with gradients far below it hardly move.")
        .used_by(&Uses::epsilon)
        .rare(always<O>),
};
// Between them stand the numbers that one kind alone has.
constexpr Row<O> last_optimizer_rows[] = {
    row<&O::decay>(
        "decay", "Weight decay", {},
        "What shrinks the weights beside the gradient; γ is the learning rate of the step.")
        .of(decay_choices)
        .rare([](const O& o) { return o.decay == Decay::none; }),
    row<&O::weight_decay>(
        "weight_decay", "λ", log_range(0, 1000, 1e-4, 10),
        "Strength of the weight decay. ‖W‖ settles where decay and updates balance: ‖W‖² = "
        "γC/(2λ), C = E‖u‖², if updates do not depend on the weights.")
        .when([](const O& o) { return o.decay != Decay::none; }),
    row<&O::radial_only>("radial_only", "Turn across W", {},
                         "After each step W is put to the length that its change along W has given "
                         "it: the update's part across W then turns it without making it longer.")
        .rare([](const O& o) { return !o.radial_only; }),
    row<&O::schedule, &ScheduleSpec::kind>(
        "schedule", "Schedule", {},
        "How the learning rate follows the optimiser's steps, from the phase's first on.")
        .of(schedule_choices)
        .rare([](const O& o) { return o.schedule.kind == RateSchedule::constant; }),
    row<&O::schedule, &ScheduleSpec::warmup>("warmup", "Warm-up", range(0, 1e9, 0, 500),
                                             "Steps of a linear rise to lr, before any schedule.")
        .in("steps")
        .rare([](const O& o) { return o.schedule == ScheduleSpec{}; }),
    row<&O::schedule, &ScheduleSpec::length>(
        "schedule_length", "Length", log_range(1, 1e9, 100, 1e5),
        "Linear, cosine, exponential: after so many steps the rate has come down to its last share "
        "and stays there.")
        .in("steps")
        .when(comes_down),
    row<&O::schedule, &ScheduleSpec::last>(
        "last_share", "Last share", log_range(1e-9, 1, 1e-4, 1),
        "Linear, cosine, exponential: the share of lr that they come down to.")
        .in("of lr")
        .when(comes_down),
    row<&O::schedule, &ScheduleSpec::spike_at>("spike_at", "Spike at", range(0, 1e9, 0, 2000),
                                               "The spike's first step.")
        .in("steps")
        .when(has_spike),
    row<&O::schedule, &ScheduleSpec::spike_length>("spike_length", "Spike's length",
                                                   log_range(1, 1e9, 1, 500),
                                                   "For how many steps the rate is raised.")
        .in("steps")
        .when(has_spike),
    row<&O::schedule, &ScheduleSpec::spike>("spike", "Spike's height", log_range(0, 1e6, 1, 100),
                                            "How many times lr the rate is during the spike.")
        .in("x lr")
        .when(has_spike),
};

}  // namespace

std::span<const Row<Experiment>> rows_of_the_experiment() {
    return experiment_rows;
}
std::span<const Row<OptimizerSpec>> first_rows_of_optimizers() {
    return first_optimizer_rows;
}
std::span<const Row<OptimizerSpec>> last_rows_of_optimizers() {
    return last_optimizer_rows;
}

}  // namespace muonscope
