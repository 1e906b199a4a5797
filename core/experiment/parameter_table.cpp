#include "core/experiment/parameter_table.h"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

#include "core/optim/flavours.h"

namespace muonscope {
namespace {

constexpr double largest_seed = 2147483647.0;                 // of a stream: 2^31 - 1
constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53: what JSON carries everywhere

// ---- a member of a spec as a Value and back ----

template <class T>
constexpr ParameterType type_of() {
    if constexpr (std::is_same_v<T, bool>)
        return ParameterType::boolean;
    else if constexpr (std::is_enum_v<T>)
        return ParameterType::choice;
    else if constexpr (std::is_integral_v<T>)
        return ParameterType::integer;
    else if constexpr (std::is_same_v<T, double>)
        return ParameterType::real;
    else if constexpr (std::is_same_v<T, std::string>)
        return ParameterType::path;
    else if constexpr (std::is_same_v<T, std::vector<int>>)
        return ParameterType::integers;
    else
        return ParameterType::paths;
}

const std::string& text_of(const std::string& element) {
    return element;
}
std::string text_of(int element) {
    return std::to_string(element);
}

template <class Elements>
std::string joined(const Elements& elements) {
    std::string text;
    for (const auto& element : elements) {
        if (!text.empty()) text += ',';
        text += text_of(element);
    }
    return text;
}

void assign_element(int& element, std::string_view text) {
    std::from_chars(text.data(), text.data() + text.size(), element);
}
void assign_element(std::string& element, std::string_view text) {
    element = text;
}

template <class Elements>
Elements split(std::string_view text) {
    Elements elements;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        assign_element(elements.emplace_back(), text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return elements;
}

// Choices stand in the order of their enumerators.
template <class T>
Value value_of(const T& member, const std::vector<Choice>& choices) {
    if constexpr (std::is_enum_v<T>)
        return choices[static_cast<std::size_t>(member)].slug;
    else if constexpr (type_of<T>() == ParameterType::integer)
        return static_cast<std::int64_t>(member);
    else if constexpr (type_of<T>() == ParameterType::integers ||
                       type_of<T>() == ParameterType::paths)
        return joined(member);
    else
        return member;
}

template <class T>
void assign(T& member, const Value& value, const std::vector<Choice>& choices) {
    if constexpr (std::is_enum_v<T>) {
        const auto found = std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) {
            return choice.slug == std::get<std::string>(value);
        });
        member = static_cast<T>(found - choices.begin());
    } else if constexpr (type_of<T>() == ParameterType::integer) {
        member = static_cast<T>(std::get<std::int64_t>(value));
    } else if constexpr (type_of<T>() == ParameterType::integers ||
                         type_of<T>() == ParameterType::paths) {
        member = split<T>(std::get<std::string>(value));
    } else {
        member = std::get<T>(value);
    }
}

// `at` maps an owner to one of its members.
template <class Owner, class At>
Field<Owner> field(Parameter parameter, At at) {
    using T = std::remove_cvref_t<decltype(at(std::declval<Owner&>()))>;
    parameter.type = type_of<T>();
    if (parameter.usual_min == 0 && parameter.usual_max == 0) {
        parameter.usual_min = parameter.min;
        parameter.usual_max = parameter.max;
    }
    Field<Owner> result;
    result.read = [at, choices = parameter.choices](const Owner& owner) {
        return value_of<T>(at(owner), choices);
    };
    result.write = [at, choices = parameter.choices](Owner& owner, const Value& value) {
        assign<T>(at(owner), value, choices);
    };
    parameter.fallback = result.read(Owner{});
    result.parameter = std::move(parameter);
    return result;
}

// Runs `after` once the field is written, with the owner as it was before.
template <class Owner>
Field<Owner> and_then(Field<Owner> field, void (*after)(Owner&, const Owner& before)) {
    field.write = [write = std::move(field.write), after](Owner& owner, const Value& value) {
        const Owner before = owner;
        write(owner, value);
        after(owner, before);
    };
    return field;
}

void drop_widths_that_do_not_fit(Experiment& experiment, const Experiment&) {
    NetworkSpec& network = experiment.network;
    if (network.widths.size() != static_cast<std::size_t>(network.depth) + 1)
        network.widths.clear();
}

void drop_widths(Experiment& experiment, const Experiment&) {
    experiment.network.widths.clear();
}

void follow_widths(Experiment& experiment, const Experiment&) {
    NetworkSpec& network = experiment.network;
    if (!network.widths.empty()) network.depth = static_cast<int>(network.widths.size()) - 1;
}

// Whose random numbers; the same three words wherever a stream is chosen.
std::vector<Choice> streams() {
    return {{"own", "Own", "The project's own generator, from the experiment's seed."},
            {"torch_cpu", "PyTorch, CPU", "randn in float64 with a CPU generator (MT19937)."},
            {"torch_cuda", "PyTorch, CUDA", "randn in float64 with a CUDA generator (Philox)."}};
}

MomentumStyle habit(OptimizerKind kind) {
    return kind == OptimizerKind::muon ? MomentumStyle::ema : MomentumStyle::heavy_ball;
}

void take_the_habit(OptimizerSpec& optimizer, const OptimizerSpec& before) {
    if (optimizer.kind != before.kind && before.momentum_style == habit(before.kind))
        optimizer.momentum_style = habit(optimizer.kind);
}

std::vector<Choice> engines() {
    std::vector<Choice> choices;
    for (const EngineName& name : engine_names())
        choices.push_back(
            {std::string(name.slug), std::string(name.label), std::string(name.help)});
    return choices;
}

// No member: it is read off the others and writes them.
Field<OptimizerSpec> flavour_field() {
    Parameter parameter{
        .key = "flavour",
        .label = "Conventions",
        .type = ParameterType::choice,
        .help =
            "Whose momentum, Nesterov, scale, decay and orthogonaliser these are. Choosing a "
            "library "
            "takes its conventions and its defaults of learning rate, momentum and λ. Another "
            "orthogonaliser keeps the name: “dion Muon, with Jordan x5”.",
        .choices = {{"own", "Own", "No library's: keeps everything as it is."}}};
    for (const Flavour& flavour : flavours())
        parameter.choices.push_back(
            {std::string(flavour.slug), std::string(flavour.label), std::string(flavour.help)});
    Field<OptimizerSpec> result;
    result.read = [](const OptimizerSpec& spec) -> Value {
        const Flavour* flavour = flavour_of(spec);
        return std::string(flavour ? flavour->slug : "own");
    };
    result.write = [](OptimizerSpec& spec, const Value& value) {
        for (const Flavour& flavour : flavours())
            if (flavour.slug == std::get<std::string>(value)) take_flavour(spec, flavour);
    };
    parameter.fallback = result.read(OptimizerSpec{});
    result.parameter = std::move(parameter);
    return result;
}

// ---- the table ----

constexpr ParameterScale logarithmic = ParameterScale::logarithmic;

std::vector<Field<Experiment>> make_experiment_fields() {
    using E = Experiment;
    std::vector<Field<E>> fields;
    const auto add = [&](Parameter parameter, auto at) {
        fields.push_back(field<E>(std::move(parameter), at));
    };

    add(
        {.key = "seed",
         .label = "Seed",
         .max = largest_exact_integer,
         .usual_max = 99,
         .help = "Every random number of a run follows from it: target, start, data, probe.",
         .restarts = true},
        [](auto& e) -> auto& { return e.seed; });

    add(
        {.key = "network.depth",
         .label = "Depth",
         .min = 1,
         .max = 16,
         .usual_min = 1,
         .usual_max = 8,
         .unit = "layers",
         .help =
             "Number of weight matrices L in P = W_L … W_1. Deeper nets learn in sharper steps: "
             "da/dt = L a^(2−2/L) (s − a) under SGD. Sensible: 2 to 4.",
         .restarts = true},
        [](auto& e) -> auto& { return e.network.depth; });
    fields.back() = and_then(std::move(fields.back()), drop_widths_that_do_not_fit);
    add(
        {.key = "network.width",
         .label = "Width",
         .min = 1,
         .max = 1024,
         .usual_min = 4,
         .usual_max = 128,
         .help = "Rows and columns of every weight matrix, unless widths are given one by one. A "
                 "step costs about width³. Sensible: 16 to 64 to watch, 256 to measure.",
         .restarts = true},
        [](auto& e) -> auto& { return e.network.width; });
    fields.back() = and_then(std::move(fields.back()), drop_widths);
    add(
        {.key = "network.widths",
         .label = "Widths",
         .min = 1,
         .max = 1024,
         .help = "Depth + 1 widths, input first: 32,16,8 is two layers, 16 x 32 and 8 x 16. Empty: "
                 "every layer has the same width. The narrowest bounds the rank of P.",
         .fewest = 2,
         .most = 17,
         .restarts = true},
        [](auto& e) -> auto& { return e.network.widths; });
    fields.back() = and_then(std::move(fields.back()), follow_widths);
    add(
        {.key = "network.activation",
         .label = "Activation",
         .help = "Of the hidden layers: H_l = act(W_l H_{l−1}).",
         .choices = {{"linear", "Linear", "The identity: P is the product of the weights."},
                     {"tanh", "Tanh", "tanh between layers; P is the response to unit vectors."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.network.activation; });
    add(
        {.key = "network.tanh_from",
         .label = "Tanh from layer",
         .min = 1,
         .max = 16,
         .usual_min = 1,
         .usual_max = 8,
         .help = "The first hidden layer whose output passes through tanh; layers before it are "
                 "linear.",
         .restarts = true},
        [](auto& e) -> auto& { return e.network.tanh_from; });

    add(
        {.key = "target.kind",
         .label = "Target",
         .help = "What the product of the layers is to become: A = U diag(s) Vᵀ, out x in.",
         .choices =
             {{"gaussian", "Gaussian", "Independent entries of sd scale/√in: a quarter-circle."},
              {"exponential", "Exponential", "s_k = scale · decay^k for k < modes, random bases."},
              {"power_law", "Power law", "s_k = scale · (k+1)^−exponent for k < modes."},
              {"low_rank", "Low rank + noise",
               "s_k = scale · (1 − k/modes) for k < modes, evenly spaced, plus noise."},
              {"tree", "Tree", "A binary hierarchy of items and features (Saxe et al. 2019)."},
              {"file", "File", "A .npy matrix, out x in."},
              {"teacher", "Teacher",
               "A net of the same shape with entries of sd scale/√(fan in); labels are its "
               "output."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.target.kind; });
    add(
        {.key = "target.scale",
         .label = "Scale",
         .min = 1e-6,
         .max = 1e6,
         .usual_min = 0.1,
         .usual_max = 10,
         .scale = logarithmic,
         .help = "Largest singular value s_1 (Gaussian: entries have sd scale/√in). SGD is stable "
                 "below lr of about 1/s_1 at depth 2. Sensible: 1 to 8.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.scale; });
    add(
        {.key = "target.decay",
         .label = "Decay",
         .min = 0.001,
         .max = 1,
         .usual_min = 0.3,
         .usual_max = 1,
         .help = "Exponential target: s_k = scale · decay^k. 1 makes all modes equal. Sensible: .6 "
                 "to .95.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.decay; });
    add(
        {.key = "target.exponent",
         .label = "Exponent",
         .min = 0,
         .max = 8,
         .usual_min = 0,
         .usual_max = 3,
         .help = "Power-law target: s_k = scale · (k+1)^−exponent. Sensible: .5 to 2.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.exponent; });
    add(
        {.key = "target.modes",
         .label = "Modes",
         .min = 1,
         .max = 1024,
         .usual_min = 1,
         .usual_max = 32,
         .help =
             "Number of non-zero singular values (exponential, power law, low rank); never more "
             "than the smaller of input and output width.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.modes; });
    add(
        {.key = "target.noise",
         .label = "Noise",
         .min = 0,
         .max = 100,
         .usual_min = 0.001,
         .usual_max = 1,
         .scale = logarithmic,
         .help = "Low-rank target: every entry gets normal noise of sd noise/√in.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.noise; });
    add(
        {.key = "target.file",
         .label = "File",
         .help = "NumPy .npy, float32 or float64, out x in as the network's last and first width.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.file; });
    add(
        {.key = "target.stream",
         .label = "Target's stream",
         .help = "Gaussian and teacher targets: whose random numbers.",
         .choices = streams(),
         .restarts = true},
        [](auto& e) -> auto& { return e.target.stream; });
    add(
        {.key = "target.stream_seed",
         .label = "Stream's seed",
         .max = largest_seed,
         .usual_max = 99,
         .help = "PyTorch's streams: the generator's seed. Our own takes the experiment's.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.stream_seed; });
    add(
        {.key = "target.factors",
         .label = "Layer targets",
         .max = 16,
         .usual_max = 4,
         .unit = "layers",
         .help = "Phases that train towards layer targets split A = U S Vᵀ evenly between this "
                 "many layers, from the first on (√S Vᵀ and U √S for two). 0: all of them.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.factors; });
    add(
        {.key = "target.signs",
         .label = "Target signs",
         .help = "A = U S Vᵀ leaves open which of uₖ, vₖ and −uₖ, −vₖ is meant, but √S Vᵀ and U √S "
                 "depend on it, and so does the way to them from one start: by hundreds of steps "
                 "in the staged experiment.",
         .choices = {{"own", "Own",
                      "Targets of PyTorch's streams: as our decomposition leaves them, which is "
                      "what the published figures come out with. Others: largest positive."},
                     {"largest_positive", "Largest positive",
                      "The entry of vₖ that is largest in size is positive."},
                     {"random", "Random", "Drawn from the seed and the signs' seed."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.target.signs; });
    add(
        {.key = "target.signs_seed",
         .label = "Signs' seed",
         .max = largest_seed,
         .usual_max = 99,
         .help = "Random signs: another draw for the same experiment.",
         .restarts = true},
        [](auto& e) -> auto& { return e.target.signs_seed; });

    add(
        {.key = "init.kind",
         .label = "Start",
         .help = "The weights at step 0, the same for every lane.",
         .choices = {{"gaussian", "Gaussian", "Independent entries of sd scale/√(fan in)."},
                     {"orthogonal", "Orthogonal",
                      "Every singular value of every layer equals scale."},
                     {"scaled_identity", "Scaled identity", "scale · I, cut to the layer's shape."},
                     {"aligned", "Balanced, aligned", "In the target's bases, all values = scale."},
                     {"files", "Files", "One .npy a layer, out x in."},
                     {"conditioned", "Conditioned",
                      "Random vectors, singular values falling evenly on a log axis from scale to "
                      "scale/condition."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.init.kind; });
    add(
        {.key = "init.scale",
         .label = "Start scale",
         .min = 0,
         .max = 100,
         .usual_min = 0.001,
         .usual_max = 2,
         .scale = logarithmic,
         .help = "Gaussian: sd times √(fan in); otherwise the singular value. Small starts learn "
                 "feature by feature (the rich regime), large ones all at once. At exactly 0 no "
                 "deep net ever moves. Sensible: .01 to 1.",
         .restarts = true},
        [](auto& e) -> auto& { return e.init.scale; });
    add(
        {.key = "init.condition",
         .label = "Start condition",
         .min = 1,
         .max = 1e6,
         .usual_min = 1,
         .usual_max = 1000,
         .scale = logarithmic,
         .help =
             "Conditioned start: κ = s_1/s_n of every layer. Gradient descent on one layer, the "
             "others fixed, shrinks the error by (κ² − 1)/(κ² + 1) a step at its best rate. "
             "Sensible: 1 to 100.",
         .restarts = true},
        [](auto& e) -> auto& { return e.init.condition; });
    add(
        {.key = "init.files",
         .label = "Files",
         .help = "One .npy a layer, first layer first, separated by commas.",
         .restarts = true},
        [](auto& e) -> auto& { return e.init.files; });
    add(
        {.key = "init.stream",
         .label = "Start's stream",
         .help = "Gaussian start: whose random numbers.",
         .choices = streams(),
         .restarts = true},
        [](auto& e) -> auto& { return e.init.stream; });
    add(
        {.key = "init.stream_seeds",
         .label = "Streams' seeds",
         .max = largest_seed,
         .help = "PyTorch's streams: a seed for each layer. Layers of one seed take its draws in "
                 "turn; beyond the list its last seed holds. Empty: 0.",
         .restarts = true},
        [](auto& e) -> auto& { return e.init.stream_seeds; });

    add(
        {.key = "data.kind",
         .label = "Data",
         .help = "What the loss sees.",
         .choices = {{"whitened", "Whitened", "X = I: the loss compares P with A itself."},
                     {"samples", "Samples", "Normal inputs X and labels Y = A X + noise."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.data.kind; });
    add(
        {.key = "data.samples",
         .label = "Samples",
         .min = 1,
         .max = 65536,
         .usual_min = 16,
         .usual_max = 4096,
         .scale = logarithmic,
         .help = "Columns n of X. Below the input width some directions are never seen.",
         .restarts = true},
        [](auto& e) -> auto& { return e.data.samples; });
    add(
        {.key = "data.noise",
         .label = "Label noise",
         .min = 0,
         .max = 100,
         .usual_min = 0.001,
         .usual_max = 1,
         .scale = logarithmic,
         .help = "Standard deviation of the noise added to every label.",
         .restarts = true},
        [](auto& e) -> auto& { return e.data.noise; });
    add(
        {.key = "data.batch",
         .label = "Batch",
         .min = 0,
         .max = 65536,
         .usual_min = 0,
         .usual_max = 256,
         .unit = "samples",
         .help = "Columns a step, drawn without replacement until all were seen. 0: all of them.",
         .restarts = true},
        [](auto& e) -> auto& { return e.data.batch; });
    add(
        {.key = "data.stream",
         .label = "Inputs' stream",
         .help = "Whose random numbers X is.",
         .choices = streams(),
         .restarts = true},
        [](auto& e) -> auto& { return e.data.stream; });
    add(
        {.key = "data.stream_seed",
         .label = "Stream's seed",
         .max = largest_seed,
         .usual_max = 99,
         .help = "PyTorch's streams: the generator's seed.",
         .restarts = true},
        [](auto& e) -> auto& { return e.data.stream_seed; });

    add(
        {.key = "loss",
         .label = "Loss",
         .help = "All three have the same minima and differ by a factor: relative takes the steps "
                 "of half at learning rate 2 lr/‖A‖², with data 2 lr n/‖Y‖².",
         .choices = {{"half", "Half", "½‖P − A‖²; with data ½‖PX − Y‖²/n."},
                     {"relative", "Relative", "‖P − A‖²/‖A‖²; with data ‖PX − Y‖²/‖Y‖²."},
                     {"mean", "Mean", "Half the mean square over every residual."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.loss; });

    add(
        {.key = "probe.layer",
         .label = "Probed layer",
         .min = 1,
         .max = 16,
         .usual_min = 1,
         .usual_max = 4,
         .help = "The head reads this layer's output, frozen; beyond the depth it reads the last."},
        [](auto& e) -> auto& { return e.probe.layer; });
    add(
        {.key = "probe.task",
         .label = "Probe task",
         .help = "What the linear head is to learn from the frozen representation.",
         .choices = {{"target", "Target", "The target map A."},
                     {"random_labels", "Random labels", "A random linear map."},
                     {"softmax", "Softmax", "Eight classes of a random teacher."}},
         .restarts = true},
        [](auto& e) -> auto& { return e.probe.task; });
    add(
        {.key = "probe.steps",
         .label = "Probe steps K",
         .min = 1,
         .max = 100000,
         .usual_min = 1,
         .usual_max = 200,
         .unit = "steps",
         .help = "The probe's loss is reported after K gradient steps from B = 0, beside the "
                 "least-squares floor that no number of steps can beat."},
        [](auto& e) -> auto& { return e.probe.steps; });
    add(
        {.key = "probe.lr",
         .label = "Probe rate",
         .min = 0,
         .max = 100,
         .usual_min = 0.001,
         .usual_max = 1,
         .scale = logarithmic,
         .help =
             "Learning rate of the head: E_t = E_0 (I − lr HᵀH)^t. From 2/s_1(H)² on it diverges."},
        [](auto& e) -> auto& { return e.probe.lr; });
    add(
        {.key = "probe.threshold",
         .label = "Probe threshold",
         .min = 1e-9,
         .max = 1,
         .usual_min = 0.001,
         .usual_max = 0.5,
         .scale = logarithmic,
         .help = "Relative error of the head (softmax: share misclassified) whose first step is "
                 "reported; with softmax it is looked for up to step K, or step 2000 where that "
                 "may help."},
        [](auto& e) -> auto& { return e.probe.threshold; });
    add(
        {.key = "probe.samples",
         .label = "Probe samples",
         .min = 8,
         .max = 65536,
         .usual_min = 64,
         .usual_max = 4096,
         .scale = logarithmic,
         .help = "Softmax: number of normal inputs that the teacher labels.",
         .restarts = true},
        [](auto& e) -> auto& { return e.probe.samples; });
    add(
        {.key = "probe.stream",
         .label = "Probe's stream",
         .help = "Softmax: whose random numbers the inputs are, and then the teacher.",
         .choices = streams(),
         .restarts = true},
        [](auto& e) -> auto& { return e.probe.stream; });
    add(
        {.key = "probe.stream_seed",
         .label = "Stream's seed",
         .max = largest_seed,
         .usual_max = 99,
         .help = "PyTorch's streams: the generator's seed.",
         .restarts = true},
        [](auto& e) -> auto& { return e.probe.stream_seed; });

    add(
        {.key = "classes.count",
         .label = "Classes",
         .min = 1,
         .max = 16,
         .usual_min = 2,
         .usual_max = 10,
         .help = "Clouds of points that the representations panel maps through the layers.",
         .restarts = true},
        [](auto& e) -> auto& { return e.classes.count; });
    add(
        {.key = "classes.points",
         .label = "Points a class",
         .min = 1,
         .max = 1000,
         .usual_min = 5,
         .usual_max = 100,
         .help = "Points drawn around each class mean.",
         .restarts = true},
        [](auto& e) -> auto& { return e.classes.points; });
    add(
        {.key = "classes.spread",
         .label = "Spread",
         .min = 0,
         .max = 10,
         .usual_min = 0.01,
         .usual_max = 1,
         .scale = logarithmic,
         .help = "Standard deviation around a class mean, whose length is 1.",
         .restarts = true},
        [](auto& e) -> auto& { return e.classes.spread; });

    add(
        {.key = "record.dense",
         .label = "Dense until",
         .min = 1,
         .max = 1e6,
         .usual_min = 16,
         .usual_max = 4096,
         .scale = logarithmic,
         .unit = "steps",
         .help =
             "Every step is recorded up to here, unless measuring so many would take minutes; then "
             "pairs of neighbouring steps, twice as far apart with each doubling of the step. "
             "Losses, norms, rates and fidelity are followed at every step all the same.",
         .restarts = true},
        [](auto& e) -> auto& { return e.record.dense; });
    add(
        {.key = "record.megabytes",
         .label = "History",
         .min = 1,
         .max = 4096,
         .usual_min = 8,
         .usual_max = 256,
         .scale = logarithmic,
         .unit = "MB",
         .help =
             "Bound of the recorded history, all lanes together; of a full one every second pair "
             "of steps is dropped, never the smallest and largest of what is followed.",
         .restarts = true},
        [](auto& e) -> auto& { return e.record.megabytes; });

    add(
        {.key = "run.steps",
         .label = "Steps",
         .min = 0,
         .max = 1e12,
         .usual_min = 100,
         .usual_max = 1e6,
         .scale = logarithmic,
         .unit = "steps",
         .help = "Where a run without a window ends. 0: at its start."},
        [](auto& e) -> auto& { return e.run.steps; });
    add(
        {.key = "run.speed",
         .label = "Speed",
         .min = 0,
         .max = 1e6,
         .usual_min = 1,
         .usual_max = 1e5,
         .scale = logarithmic,
         .unit = "steps/s",
         .help = "Steps a second wanted in the window. 0: as fast as the machine goes."},
        [](auto& e) -> auto& { return e.run.speed; });
    return fields;
}

// `add` puts a field behind those that are there.
void add_decay(const auto& add) {
    add(
        {.key = "decay",
         .label = "Weight decay",
         .help =
             "What shrinks the weights beside the gradient; γ is the learning rate of the step.",
         .choices = {{"none", "None", "Nothing."},
                     {"rate", "~ γ", "W ← (1 − γλ) W: AdamW's decoupled decay."},
                     {"rate_squared", "~ γ²",
                      "W ← (1 − γ²λ/lr) W: holds ‖W‖ while a schedule lowers γ."},
                     {"cautious", "Cautious",
                      "~ γ, but only in entries that the update shrinks as well."},
                     {"coupled", "Coupled", "G ← G + λW, before momentum and orthogonaliser."}}},
        [](auto& o) -> auto& { return o.decay; });
    add(
        {.key = "weight_decay",
         .label = "λ",
         .min = 0,
         .max = 1000,
         .usual_min = 1e-4,
         .usual_max = 10,
         .scale = logarithmic,
         .help = "Strength of the weight decay. ‖W‖ settles where decay and updates balance: "
                 "‖W‖² = γC/(2λ), C = E‖u‖², if updates do not depend on the weights."},
        [](auto& o) -> auto& { return o.weight_decay; });
    add(
        {.key = "radial_only",
         .label = "Turn across W",
         .help = "After each step W is put to the length that its change along W has given it: "
                 "the update's part across W then turns it without making it longer."},
        [](auto& o) -> auto& { return o.radial_only; });
}

void add_schedule(const auto& add) {
    add(
        {.key = "schedule",
         .label = "Schedule",
         .help = "How the learning rate follows the optimiser's steps, from the phase's first on.",
         .choices = {{"constant", "Constant", "lr."},
                     {"linear", "Linear", "Straight down to its last share."},
                     {"cosine", "Cosine", "Half a cosine down to its last share."},
                     {"inverse_sqrt", "Inverse square root", "√(w/(t + 1)), w the warm-up or 1."},
                     {"exponential", "Exponential", "By one factor a step to its last share."},
                     {"spike", "Spike", "Many times lr for a few steps."}}},
        [](auto& o) -> auto& { return o.schedule.kind; });
    add(
        {.key = "warmup",
         .label = "Warm-up",
         .min = 0,
         .max = 1e9,
         .usual_min = 0,
         .usual_max = 500,
         .unit = "steps",
         .help = "Steps of a linear rise to lr, before any schedule."},
        [](auto& o) -> auto& { return o.schedule.warmup; });
    add(
        {.key = "schedule_length",
         .label = "Length",
         .min = 1,
         .max = 1e9,
         .usual_min = 100,
         .usual_max = 1e5,
         .scale = logarithmic,
         .unit = "steps",
         .help = "Linear, cosine, exponential: after so many steps the rate has come down to its "
                 "last share and stays there."},
        [](auto& o) -> auto& { return o.schedule.length; });
    add(
        {.key = "last_share",
         .label = "Last share",
         .min = 1e-9,
         .max = 1,
         .usual_min = 1e-4,
         .usual_max = 1,
         .scale = logarithmic,
         .unit = "of lr",
         .help = "Linear, cosine, exponential: the share of lr that they come down to."},
        [](auto& o) -> auto& { return o.schedule.last; });
    add(
        {.key = "spike_at",
         .label = "Spike at",
         .min = 0,
         .max = 1e9,
         .usual_min = 0,
         .usual_max = 2000,
         .unit = "steps",
         .help = "The spike's first step."},
        [](auto& o) -> auto& { return o.schedule.spike_at; });
    add(
        {.key = "spike_length",
         .label = "Spike's length",
         .min = 1,
         .max = 1e9,
         .usual_min = 1,
         .usual_max = 500,
         .scale = logarithmic,
         .unit = "steps",
         .help = "For how many steps the rate is raised."},
        [](auto& o) -> auto& { return o.schedule.spike_length; });
    add(
        {.key = "spike",
         .label = "Spike's height",
         .min = 0,
         .max = 1e6,
         .usual_min = 1,
         .usual_max = 100,
         .scale = logarithmic,
         .unit = "x lr",
         .help = "How many times lr the rate is during the spike."},
        [](auto& o) -> auto& { return o.schedule.spike; });
}

std::vector<Field<OptimizerSpec>> make_optimizer_fields() {
    using O = OptimizerSpec;
    std::vector<Field<O>> fields;
    const auto add = [&](Parameter parameter, auto at) {
        fields.push_back(field<O>(std::move(parameter), at));
    };

    add(
        {.key = "kind",
         .label = "Optimiser",
         .help = "Which way a gradient turns a layer. The average of the gradients, which the "
                 "momentum buffer holds, survives a change, in the new one's units.",
         .choices = {{"sgd", "SGD", "W ← W − lr · G: large modes first."},
                     {"muon", "Muon", "W ← W − lr · NS(G): every mode at the same pace."},
                     {"spectral", "Spectral power",
                      "W ← W − lr · U Sᵖ Vᵀ of G = U S Vᵀ: p = 1 is SGD, p → 0 Muon."},
                     {"adamw", "AdamW",
                      "W ← W − lr · m̂/(√v̂ + ε): every entry at its own pace. Its moments begin "
                      "anew on a switch to it; its first becomes the momentum of what follows."}}},
        [](auto& o) -> auto& { return o.kind; });
    fields.back() = and_then(std::move(fields.back()), take_the_habit);
    fields.push_back(flavour_field());
    add(
        {.key = "lr",
         .label = "Learning rate",
         .min = 0,
         .max = 100,
         .usual_min = 1e-4,
         .usual_max = 1,
         .scale = logarithmic,
         .help = "Step size. SGD diverges above about 2/λ_max; Muon with constant norm moves every "
                 "singular value by about lr a step and ends up swinging by ±lr. Sensible: .001 to "
                 ".1."},
        [](auto& o) -> auto& { return o.lr; });
    add(
        {.key = "momentum",
         .label = "Momentum",
         .min = 0,
         .max = 0.9999,
         .usual_min = 0,
         .usual_max = 0.99,
         .help =
             "μ of the momentum buffer B; 0: no buffer. With SGD's heavy ball the step grows by "
             "1/(1 − μ). Sensible: 0, .9, .95."},
        [](auto& o) -> auto& { return o.momentum; });
    add(
        {.key = "momentum_style",
         .label = "Momentum style",
         .help = "How the buffer takes a gradient in. Muon's path is the same either way, since "
                 "orthogonalisation forgets scale, also when the style changes on the way: the "
                 "buffer is converted.",
         .choices = {{"heavy_ball", "Heavy ball", "B ← μB + G."},
                     {"ema", "EMA", "B ← B + (1 − μ)(G − B)."}}},
        [](auto& o) -> auto& { return o.momentum_style; });
    add(
        {.key = "nesterov",
         .label = "Nesterov",
         .help = "Looks one step ahead: G + μB (heavy ball) or (1 − μ)G + μB (EMA) in place of B."},
        [](auto& o) -> auto& { return o.nesterov; });
    add(
        {.key = "bias_corrected",
         .label = "Bias-corrected",
         .help = "Divides the momentum by 1 − μᵗ at its t-th gradient, for it began at zero; with "
                 "Nesterov the gradient by 1 − μᵗ and the momentum by 1 − μᵗ⁺¹, as optax does."},
        [](auto& o) -> auto& { return o.bias_corrected; });
    add(
        {.key = "engine",
         .label = "Orthogonaliser",
         .help = "Muon: how the momentum B becomes O, whose singular values are nearly equal.",
         .choices = engines()},
        [](auto& o) -> auto& { return o.orthogonaliser.engine; });
    add(
        {.key = "iterations",
         .label = "Iterations",
         .min = 1,
         .max = 20,
         .usual_min = 1,
         .usual_max = 10,
         .help = "Muon: of a polynomial engine (Newton–Schulz: X ← aX + (bA + cA²)X, A = XXᵀ) or "
                 "of Newton's inverse iteration. Directions with s/‖G‖ below 1/slope are not "
                 "flattened; with Jordan's coefficients the slope is 41 at 3, 485 at 5, and it "
                 "never converges: values stay in .68 to 1.13."},
        [](auto& o) -> auto& { return o.orthogonaliser.iterations; });
    add(
        {.key = "precision",
         .label = "Precision",
         .help = "Muon: the arithmetic of Newton–Schulz; weights and measures stay in double.",
         .choices = {{"float64", "double", "64-bit floating point."},
                     {"float32", "float", "32-bit floating point: faster, the same picture."},
                     {"bfloat16", "bfloat16",
                      "Every operation rounded to bfloat16, products summed as processors' matrix "
                      "units sum them: several times as fast where there are such units."},
                     {"tensor_core", "bfloat16, GPU",
                      "The same with products summed as tensor cores do: the published runs."},
                     {"bfloat16_fused", "bfloat16, fused",
                      "As torch.optim.Muon rounds: bA + cAA and aX + BX once each, and the norm "
                      "clamped from below."}}},
        [](auto& o) -> auto& { return o.orthogonaliser.precision; });
    add(
        {.key = "custom_a",
         .label = "Custom a",
         .min = -100,
         .max = 100,
         .usual_min = 0,
         .usual_max = 9,
         .help = "Muon, custom coefficients: of x in p(x) = a x + b x³ + c x⁵, every iteration."},
        [](auto& o) -> auto& { return o.orthogonaliser.custom.a; });
    add(
        {.key = "custom_b",
         .label = "Custom b",
         .min = -100,
         .max = 100,
         .usual_min = -24,
         .usual_max = 0,
         .help = "Muon, custom coefficients: of x³ in p(x) = a x + b x³ + c x⁵, every iteration."},
        [](auto& o) -> auto& { return o.orthogonaliser.custom.b; });
    add(
        {.key = "custom_c",
         .label = "Custom c",
         .min = -100,
         .max = 100,
         .usual_min = 0,
         .usual_max = 18,
         .help = "Muon, custom coefficients: of x⁵ in p(x) = a x + b x³ + c x⁵, every iteration."},
        [](auto& o) -> auto& { return o.orthogonaliser.custom.c; });
    add(
        {.key = "low",
         .label = "Lower end l",
         .min = 1e-12,
         .max = 1,
         .usual_min = 1e-6,
         .usual_max = 1,
         .scale = logarithmic,
         .help = "Muon, optimal cubic: the smallest s/‖G‖ it is made for. Values in [l, 1] end as "
                 "near to 1 as cubics allow."},
        [](auto& o) -> auto& { return o.orthogonaliser.low; });
    add(
        {.key = "floor",
         .label = "Floor ε",
         .min = 1e-12,
         .max = 1,
         .usual_min = 1e-6,
         .usual_max = 1,
         .scale = logarithmic,
         .help = "Muon, floored polar: each x = s/‖G‖ becomes min(1, x/ε)."},
        [](auto& o) -> auto& { return o.orthogonaliser.floor; });
    add(
        {.key = "engine_seed",
         .label = "Engine's seed",
         .max = largest_seed,
         .usual_max = 99,
         .help = "Muon, random spectrum: which random singular values."},
        [](auto& o) -> auto& { return o.orthogonaliser.seed; });
    add(
        {.key = "norm_law",
         .label = "Norm law",
         .help = "Muon and spectral power: how long the step is whose direction is O.",
         .choices = {{"constant", "Constant", "lr · O times the shape scale."},
                     {"matched", "Matched", "lr · O ‖G‖/(‖O‖ + 1e-7): as long as SGD's step."},
                     {"dual", "Dual",
                      "lr · O ⟨G, O⟩, which is ‖G‖_* for the exact polar factor: the steepest "
                      "descent step in the spectral norm."},
                     {"rms", "RMS", "lr · O √(out·in)/‖O‖: entries of root mean square lr."}}},
        [](auto& o) -> auto& { return o.norm_law; });
    add(
        {.key = "shape_scale",
         .label = "Shape scale",
         .help = "Muon, constant norm: a factor by the layer's shape, out x in.",
         .choices = {{"none", "None", "1."},
                     {"jordan", "Jordan", "√max(1, out/in)."},
                     {"rms", "RMS", ".2 √max(out, in): the size of an AdamW update."},
                     {"spectral", "Spectral", "√(out/in)."},
                     {"larger", "Larger side", "√max(out, in): RMS's without the .2."}}},
        [](auto& o) -> auto& { return o.shape_scale; });
    add(
        {.key = "power",
         .label = "Power p",
         .min = -0.5,
         .max = 1,
         .help = "Spectral power: U diag((s + 1e-12/lr)ᵖ) Vᵀ. 1 keeps the gradient, 0 makes all "
                 "singular values equal, negative ones favour the small. Sensible: 0 to 1."},
        [](auto& o) -> auto& { return o.orthogonaliser.power; });
    add(
        {.key = "beta1",
         .label = "β₁",
         .min = 0,
         .max = 0.9999,
         .help = "AdamW: of the gradients' average m. Sensible: .9."},
        [](auto& o) -> auto& { return o.beta1; });
    add(
        {.key = "beta2",
         .label = "β₂",
         .min = 0,
         .max = 0.999999,
         .help = "AdamW: of the squared gradients' average v. Sensible: .95 to .999."},
        [](auto& o) -> auto& { return o.beta2; });
    add(
        {.key = "epsilon",
         .label = "ε",
         .min = 1e-16,
         .max = 1,
         .usual_min = 1e-12,
         .usual_max = 1e-2,
         .scale = logarithmic,
         .help = "AdamW: added to √v̂. Entries with gradients far below it hardly move."},
        [](auto& o) -> auto& { return o.epsilon; });
    add_decay(add);
    add_schedule(add);
    return fields;
}

Parameter make_lane_name_parameter() {
    Parameter parameter;
    parameter.key = "name";
    parameter.label = "Name";
    parameter.type = ParameterType::text;
    parameter.fallback = Recipe{}.name;
    parameter.help = "What the lane is called in tables and legends.";
    return parameter;
}

template <class Owner>
std::vector<Parameter> parameters_of(const std::vector<Field<Owner>>& fields) {
    std::vector<Parameter> parameters;
    for (const Field<Owner>& field : fields) parameters.push_back(field.parameter);
    return parameters;
}

// Constant from before main() on. Nothing that runs earlier may ask for them.
const std::vector<Field<Experiment>> the_experiment_fields = make_experiment_fields();
const std::vector<Field<OptimizerSpec>> the_optimizer_fields = make_optimizer_fields();
const std::vector<Parameter> the_experiment_parameters = parameters_of(the_experiment_fields);
const std::vector<Parameter> the_optimizer_parameters = parameters_of(the_optimizer_fields);
const Parameter the_lane_name_parameter = make_lane_name_parameter();

}  // namespace

std::span<const Field<Experiment>> experiment_fields() {
    return the_experiment_fields;
}
std::span<const Field<OptimizerSpec>> optimizer_fields() {
    return the_optimizer_fields;
}
std::span<const Parameter> experiment_parameters() {
    return the_experiment_parameters;
}
std::span<const Parameter> optimizer_parameters() {
    return the_optimizer_parameters;
}
const Parameter& lane_name_parameter() {
    return the_lane_name_parameter;
}

}  // namespace muonscope
