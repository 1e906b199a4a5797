#include "core/study/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/split.h"
#include "core/experiment/matrix_groups.h"

namespace muonscope {
namespace {

[[noreturn]] void refuse(const Study& study, const std::string& what) {
    throw Error("configuration of study " + study.name, what,
                "show a study of Muon beside AdamW, such as where-facts");
}

std::vector<int> matrices_of_group(const Experiment& experiment, const std::string& group) {
    std::vector<int> all;
    for (std::string_view name : split(group, ',')) {
        while (name.starts_with(' ')) name.remove_prefix(1);
        const std::vector<int> some = matrices_called(experiment, name);
        all.insert(all.end(), some.begin(), some.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

// By gain: 1 where Muon is better beyond doubt, -1 where it is worse, 0 of all others.
std::vector<int> sides_of(std::span<const MatrixGain> gains) {
    std::vector<int> sides(gains.size(), 0);
    for (const RuleClass& one : rule_of(gains))
        for (const std::size_t member : one.members) sides[member] = one.side;
    return sides;
}

// The gain that decides on each matrix: of the groups that hold it and leave no doubt, that of the
// smallest; none: there is no such.
std::vector<std::optional<std::size_t>> deciders(const Experiment& experiment,
                                                 std::span<const MatrixGain> gains,
                                                 const std::vector<int>& sides) {
    const auto count = static_cast<std::size_t>(count_of_matrices(experiment));
    std::vector<std::optional<std::size_t>> by(count);
    std::vector<std::size_t> size(count, count + 1);
    for (std::size_t i = 0; i < gains.size(); ++i) {
        if (sides[i] == 0) continue;
        const std::vector<int> own = matrices_of_group(experiment, gains[i].group);
        for (const int number : own) {
            const std::size_t at = static_cast<std::size_t>(number) - 1;
            if (own.size() >= size[at]) continue;
            size[at] = own.size();
            by[at] = i;
        }
    }
    return by;
}

// Of a run in one phase, that of a matrix.
const OptimizerSpec& optimizer_in(const Spec& spec, int matrix) {
    return optimizer_of(spec.lanes.front().phases.front(), matrix);
}

OptimizerSpec baseline_in(const Study& study, const Spec& spec) {
    const OptimizerSpec& first = optimizer_in(spec, 1);
    for (int matrix = 2; matrix <= count_of_matrices(spec.experiment); ++matrix)
        if (!(optimizer_in(spec, matrix) == first))
            refuse(study, "its baseline is not the same on all matrices");
    if (first.kind != OptimizerKind::adamw)
        refuse(study, "its baseline, " + spec.lanes.front().name + ", is not AdamW");
    return first;
}

// AdamW's rate in an arm, on the first matrix that is not Muon's; none: Muon has all of them.
std::optional<double> rate_beside_muon(const Spec& arm) {
    for (int matrix = 1; matrix <= count_of_matrices(arm.experiment); ++matrix)
        if (optimizer_in(arm, matrix).kind == OptimizerKind::adamw)
            return optimizer_in(arm, matrix).lr;
    return {};
}

bool alike_but_the_rate(OptimizerSpec one, const OptimizerSpec& other) {
    one.lr = other.lr;
    return one == other;
}

std::vector<std::string> facts_of(const Study& study, std::span<const MatrixGain> gains,
                                  const RuleTest& test) {
    std::vector<std::string> facts{
        fmt::format("Muon where the study {} found it better, AdamW for all else.", study.name)};
    if (!study.title.empty()) facts.push_back(study.title + ".");
    if (gains.empty()) return facts;
    const MatrixGain& first = gains.front();
    if (!study.settings[first.setting].empty())
        facts.push_back("Setting: " + setting_text(study, first.setting) + ".");
    int seeds = 0;
    for (const MatrixGain& gain : gains) seeds = std::max(seeds, gain.seeds);
    facts.push_back(fmt::format("Metric: {}, on {} seeds, each run at the rate tuned for it.",
                                metric_text(study.metrics[first.metric]), seeds));
    facts.push_back("Rule: " + rule_sentence(study, gains, test));
    facts.emplace_back(
        "Each gain is that of Muon on one group alone: all of them together are "
        "another run.");
    return facts;
}

// ---- what a library is told ----

struct KindNames {
    std::string_view slug, names;  // names: alternatives of a regular expression
};
// Modules and parameters of PyTorch's, Hugging Face's and llama's kind.
constexpr std::array<KindNames, 10> kind_names{{
    {"embedding", "embed|embedding|embeddings|embed_tokens|tok_embeddings|token_embedding|wte"},
    {"positions", "positions|position_embedding|position_embeddings|pos_emb|wpe"},
    {"query", "query|q_proj|to_q|wq"},
    {"key", "key|k_proj|to_k|wk"},
    {"value", "value|v_proj|to_v|wv"},
    {"output", "o_proj|out_proj|to_out|attn_out|attention_output|wo"},
    {"mlp_in", "mlp_in|up_proj|fc1|c_fc|linear1|w3"},
    {"mlp_gate", "mlp_gate|gate_proj|w1"},
    {"mlp_out", "mlp_out|down_proj|fc2|linear2|w2"},
    {"head", "head|lm_head|unembed|output"},
}};

std::string kind_in(const MatrixInfo& matrix) {
    if (matrix.block == 0) return matrix.slug;
    return matrix.slug.substr(fmt::format("block_{}_", matrix.block).size());
}

// A kind's matrices at one rate.
struct Entry {
    std::string kind;
    bool inside = false;      // blocks
    std::vector<int> blocks;  // of them, from 0
    double rate = 0;
};

std::string blocks_text(const Entry& entry, int all) {
    if (!entry.inside) return "()";
    if (static_cast<int>(entry.blocks.size()) == all) return "None";
    return fmt::format("({},)", fmt::join(entry.blocks, ", "));
}

std::vector<Entry> entries_of(const Configuration& configuration) {
    const std::vector<MatrixInfo> all = matrices_of(configuration.experiment);
    std::vector<Entry> entries;
    for (const MuonMatrices& some : configuration.muon) {
        const std::size_t before = entries.size();
        for (const int number : some.matrices) {
            const MatrixInfo& matrix = all[static_cast<std::size_t>(number) - 1];
            const std::string kind = kind_in(matrix);
            auto found =
                std::find_if(entries.begin() + static_cast<std::ptrdiff_t>(before), entries.end(),
                             [&](const Entry& e) { return e.kind == kind; });
            if (found == entries.end())
                found = entries.insert(entries.end(), {kind, matrix.block > 0, {}, some.rate});
            if (matrix.block > 0) found->blocks.push_back(matrix.block - 1);
        }
    }
    return entries;
}

std::string transformer_rates(const Configuration& configuration) {
    const std::vector<Entry> entries = entries_of(configuration);
    std::string text =
        "# What its matrices are called in your model: parts of a path, as "
        "alternatives of a\n# regular expression. Change them to yours.\nNAMES = {\n";
    for (const KindNames& kind : kind_names)
        if (std::any_of(entries.begin(), entries.end(),
                        [&](const Entry& entry) { return entry.kind == kind.slug; }))
            text += fmt::format("    \"{}\": \"{}\",\n", kind.slug, kind.names);
    text +=
        "}\n# Muon's: kind, blocks (from 0; None: all; (): outside of them), learning rate.\nMUON "
        "= [\n";
    for (const Entry& entry : entries)
        text += fmt::format("    (\"{}\", {}, {}),\n", entry.kind,
                            blocks_text(entry, configuration.experiment.transformer.blocks),
                            entry.rate);
    return text + R"py(]


def muon_rates(parameters):
    """Of (path, number of dimensions) each: Muon's rate, or None where AdamW has it."""
    rates, missing = [None] * len(parameters), []
    for kind, blocks, rate in MUON:
        found = False
        for i, (path, dimensions) in enumerate(parameters):
            block = re.search(r"(?:^|[./_])(\d+)(?:[./_]|$)", path)
            inside = bool(block)
            there = int(block[1]) in blocks if inside and blocks else inside == (blocks is None)
            named = re.search(rf"(?:^|[./])(?:{NAMES[kind]})(?:[./]|$)", path)
            if dimensions == 2 and there and named:
                rates[i], found = rate, True
        if not found:
            missing.append(kind)
    if missing:
        raise ValueError(f"no matrix is called {missing}: change NAMES, or MUON")
    return rates
)py";
}

std::string chain_rates(const Configuration& configuration) {
    std::string text = fmt::format(
        "# Muon's: which of the {} matrices, counted from 0 as the model has them, and its rate.\n"
        "MUON = {{\n",
        count_of_matrices(configuration.experiment));
    for (const MuonMatrices& some : configuration.muon)
        for (const int number : some.matrices)
            text += fmt::format("    {}: {},\n", number - 1, some.rate);
    return text + R"py(}


def muon_rates(parameters):
    """Of (path, number of dimensions) each: Muon's rate, or None where AdamW has it."""
    matrices = [i for i, (_, dimensions) in enumerate(parameters) if dimensions == 2]
    if len(matrices) <= max(MUON, default=-1):
        raise ValueError(f"the model has {len(matrices)} matrices: change MUON")
    rates = [None] * len(parameters)
    for place, rate in MUON.items():
        rates[matrices[place]] = rate
    return rates
)py";
}

// Python's of what a matrix of out x into is scaled by.
std::string scale_text(ShapeScale scale) {
    switch (scale) {
        case ShapeScale::none:
            return "1";
        case ShapeScale::jordan:
            return "max(1, out / into) ** 0.5";
        case ShapeScale::rms:
            return "0.2 * max(out, into) ** 0.5";
        case ShapeScale::spectral:
            return "(out / into) ** 0.5";
        case ShapeScale::larger:
            return "max(out, into) ** 0.5";
    }
    return "1";
}

// How the library itself scales with what it is told below.
ShapeScale scale_of(Library library) {
    return library == Library::keras ? ShapeScale::none : ShapeScale::jordan;
}

std::string scale_function(const Configuration& configuration, Library library) {
    const ShapeScale wanted = configuration.muon_spec.shape_scale, has = scale_of(library);
    std::string value = scale_text(wanted), why = "the study's scale by shape";
    if (wanted == has) {
        value = "1";
        why = "the study's scale by shape is the library's own";
    } else if (has != ShapeScale::none) {
        value = wanted == ShapeScale::none ? "1" : "(" + value + ")";
        value += fmt::format(" / {}", scale_text(has));
        why = wanted == ShapeScale::none
                  ? "the study's steps have no scale by shape: the library's is taken out"
                  : "the study's scale by shape over the library's";
    }
    return fmt::format(
        "\n\ndef factor(out, into):\n    \"\"\"Of a rate: {}.\"\"\"\n    return {}\n", why, value);
}

double decay_of(const OptimizerSpec& spec) {
    return spec.decay == Decay::rate ? spec.weight_decay : 0;
}

// Decays times the rate that the library is told, of which `f` is the factor.
std::string muon_decay_text(const OptimizerSpec& muon) {
    return decay_of(muon) == 0 ? "0" : fmt::format("{} / f", decay_of(muon));
}

std::string truth(bool value) {
    return value ? "True" : "False";
}

std::string pytorch_code(const Configuration& c) {
    const OptimizerSpec &muon = c.muon_spec, &rest = c.rest;
    std::string text = R"py(

def optimizers(model):
    """Both take a step each time; model.parameters() are in one of them each."""
    named = list(model.named_parameters())
    muon, adamw = [], []
    for (_, p), rate in zip(named, muon_rates([(name, p.ndim) for name, p in named])):
        if rate is None:
            adamw.append(p)
            continue
        f = factor(*p.shape)
)py";
    text += fmt::format(
        "        muon.append({{\"params\": [p], \"lr\": rate * f, \"weight_decay\": {}}})\n"
        "    made = [torch.optim.AdamW(adamw, lr={}, betas=({}, {}), eps={}, weight_decay={})]\n"
        "    if muon:\n"
        "        made.append(torch.optim.Muon(muon, momentum={}, nesterov={}, ns_steps={}))\n"
        "    return made\n",
        muon_decay_text(muon), rest.lr, rest.beta1, rest.beta2, rest.epsilon, decay_of(rest),
        muon.momentum, truth(muon.nesterov), muon.orthogonaliser.iterations);
    return text;
}

std::string optax_code(const Configuration& c) {
    const OptimizerSpec &muon = c.muon_spec, &rest = c.rest;
    std::string text = R"py(

def optimizer(params):
    """Of kernels that are into x out, as Flax has them."""
    leaves, tree = jax.tree_util.tree_flatten_with_path(params)
    named = [(jax.tree_util.keystr(path, simple=True, separator="/"), p) for path, p in leaves]
    labels, made = [], {}
)py";
    text += fmt::format(
        "    made[\"adamw\"] = optax.adamw({}, b1={}, b2={}, eps={}, weight_decay={})\n", rest.lr,
        rest.beta1, rest.beta2, rest.epsilon, decay_of(rest));
    text +=
        R"py(    for (_, p), rate in zip(named, muon_rates([(name, p.ndim) for name, p in named])):
        if rate is None:
            labels.append("adamw")
            continue
        f = factor(p.shape[1], p.shape[0])
        labels.append(f"muon {rate * f!r}")
        made[labels[-1]] = optax.contrib.muon(
)py";
    text += fmt::format(
        "            rate * f, beta={}, nesterov={}, ns_steps={}, weight_decay={}\n        )\n"
        "    return optax.multi_transform(made, jax.tree_util.tree_unflatten(tree, labels))\n",
        muon.momentum, truth(muon.nesterov), muon.orthogonaliser.iterations, muon_decay_text(muon));
    return text;
}

std::string keras_code(const Configuration& c) {
    const OptimizerSpec &muon = c.muon_spec, &rest = c.rest;
    std::string text = fmt::format("\n\nADAMW = {}  # learning rate\n", rest.lr);
    text += R"py(

class Muon(keras.optimizers.Muon):
    """Its learning rate is AdamW's; `shares` has by how much a matrix's is another."""

    shares = {}

    def update_step(self, gradient, variable, learning_rate):
        share = self.shares.get(variable.path, 1)
        super().update_step(gradient, variable, learning_rate * share)


def optimizer(model):
    """Of a model that is built. Kernels are into x out."""
    variables = model.trainable_variables
    rates = muon_rates([(v.path, len(v.shape)) for v in variables])
    made = Muon(
        learning_rate=ADAMW,
        adam_lr_ratio=1,
        exclude_embeddings=False,
        exclude_layers=[f"^{re.escape(v.path)}$" for v, r in zip(variables, rates) if r is None],
        rms_rate=None,
)py";
    text += fmt::format(
        "        adam_beta_1={},\n        adam_beta_2={},\n        epsilon={},\n"
        "        adam_weight_decay={},\n        weight_decay={},\n        momentum={},\n"
        "        nesterov={},\n        ns_steps={},\n    )\n",
        rest.beta1, rest.beta2, rest.epsilon, decay_of(rest),
        c.muon.empty() ? 0.0 : decay_of(muon) * c.muon.front().rate / rest.lr, muon.momentum,
        truth(muon.nesterov), muon.orthogonaliser.iterations);
    text += R"py(    made.shares = {
        v.path: rate * factor(v.shape[1], v.shape[0]) / ADAMW
        for v, rate in zip(variables, rates)
        if rate is not None
    }
    return made
)py";
    return text;
}

// What the study's optimisers had and the library's, as told above, has not.
std::vector<std::string> differences(const Configuration& c, Library library) {
    const OptimizerSpec &muon = c.muon_spec, &rest = c.rest;
    std::vector<std::string> list;
    const auto add = [&](bool differs, std::string what) {
        if (differs) list.push_back(std::move(what));
    };
    add(rest.schedule.kind != RateSchedule::constant || rest.schedule.warmup > 0,
        "the rates' schedule");
    add(rest.decay != Decay::none && rest.decay != Decay::rate, "AdamW's kind of decay");
    if (c.muon.empty()) return list;
    add(muon.schedule != rest.schedule, "the schedule of Muon's rate");
    add(muon.orthogonaliser.engine != Engine::jordan,
        fmt::format("the orthogonaliser, {}", name_of(muon.orthogonaliser)));
    add(library == Library::pytorch && muon.orthogonaliser.precision != Precision::bfloat16,
        "the precision: PyTorch orthogonalises in bfloat16");
    add(muon.norm_law != NormLaw::constant, "the norm law of Muon's steps");
    add(muon.decay != Decay::none && muon.decay != Decay::rate, "Muon's kind of decay");
    add(library == Library::keras && c.muon.size() > 1 && decay_of(muon) > 0,
        "Muon's decay, which is right at the first of its rates alone");
    add(muon.radial_only, "steps along W alone");
    add(muon.bias_corrected != (library == Library::optax),
        library == Library::optax ? "the first steps: optax corrects the momentum's bias"
                                  : "the correction of the momentum's bias");
    return list;
}

// Words as comments of at most so many columns.
std::string comment(const std::string& words) {
    constexpr std::size_t columns = 88;
    std::string text, line = "#";
    for (std::string_view word : split(words, ' ')) {
        if (line.size() + 1 + word.size() > columns && line != "#") {
            text += line + "\n";
            line = "#";
        }
        line += " " + std::string(word);
    }
    return text + line + "\n";
}

}  // namespace

Configuration configuration_of(const Study& study, std::span<const MatrixGain> gains,
                               const RuleTest& test) {
    if (gains.empty()) refuse(study, "there is no gain to make one of");
    const Spec baseline = spec_of_job(study, gains.front().baseline);
    if (baseline.lanes.front().phases.size() > 1) refuse(study, "its runs have several phases");
    Configuration made{.experiment = baseline.experiment,
                       .muon = {},
                       .muon_spec = {},
                       .rest = baseline_in(study, baseline),
                       .facts = facts_of(study, gains, test)};
    const std::vector<int> sides = sides_of(gains);
    const auto by = deciders(made.experiment, gains, sides);
    std::set<double> beside;
    for (std::size_t i = 0; i < gains.size(); ++i) {
        MuonMatrices own{gains[i].group, {}, 0};
        for (std::size_t at = 0; at < by.size(); ++at)
            if (sides[i] > 0 && by[at] == i) own.matrices.push_back(static_cast<int>(at) + 1);
        if (own.matrices.empty()) continue;
        const Spec arm = spec_of_job(study, gains[i].job);
        const OptimizerSpec muon = optimizer_in(arm, own.matrices.front());
        if (const auto rate = rate_beside_muon(arm); rate && *rate != made.rest.lr)
            beside.insert(*rate);
        if (!made.muon.empty() && !alike_but_the_rate(muon, made.muon_spec))
            refuse(study, "its Muons differ in more than the rate");
        made.muon_spec = muon;
        own.rate = muon.lr;
        made.muon.push_back(std::move(own));
    }
    if (!beside.empty())
        made.facts.push_back(fmt::format(
            "AdamW's rate here, {}, was tuned for it alone; beside Muon in these arms it was {}.",
            made.rest.lr, fmt::join(beside, " or ")));
    return made;
}

std::string configuration_text(const Configuration& configuration, Library library) {
    std::string text;
    for (const std::string& fact : configuration.facts) text += comment(fact);
    if (configuration.muon.empty())
        text += comment("On no group was Muon better beyond doubt: AdamW has everything.");
    const std::vector<std::string> other = differences(configuration, library);
    if (!other.empty())
        text += comment(fmt::format("Not as in the study: {}.", fmt::join(other, "; ")));
    text += comment(std::string(library_choices[place_of(library)].help));
    constexpr std::array imports{"import torch", "import jax\nimport optax\nimport optax.contrib",
                                 "import keras"};
    text += fmt::format("import re\n\n{}\n\n", imports[place_of(library)]);
    text += is_transformer(configuration.experiment) ? transformer_rates(configuration)
                                                     : chain_rates(configuration);
    text += scale_function(configuration, library);
    switch (library) {
        case Library::pytorch:
            return text + pytorch_code(configuration);
        case Library::optax:
            return text + optax_code(configuration);
        case Library::keras:
            return text + keras_code(configuration);
    }
    return text;
}

}  // namespace muonscope
