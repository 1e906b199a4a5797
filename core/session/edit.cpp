#include "core/session/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <string_view>

#include "core/base/error.h"
#include "core/experiment/lane.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameters.h"

namespace muonscope {
namespace {

std::size_t at(int index) {
    return index;
}

std::string label_of(OptimizerKind kind) {
    return std::string(rule_of(kind).label);
}

// "Muon" and "Muon 2" are names after the kind Muon; "Muon, hot" is not.
bool named_after(std::string_view name, std::string_view kind) {
    if (!name.starts_with(kind)) return false;
    name.remove_prefix(kind.size());
    return name.empty() || (name.size() > 1 && name[0] == ' ' &&
                            std::all_of(name.begin() + 1, name.end(), [](char c) {
                                return std::isdigit(static_cast<unsigned char>(c)) != 0;
                            }));
}

std::vector<OptimizerKind> first_kinds(const Spec& spec) {
    std::vector<OptimizerKind> kinds;
    for (const Recipe& recipe : spec.lanes) kinds.push_back(recipe.phases.front().optimizer.kind);
    return kinds;
}

void rename_after_kind(Spec& spec, const std::vector<OptimizerKind>& before) {
    for (std::size_t i = 0; i < spec.lanes.size(); ++i) {
        const OptimizerKind was = before[i];
        const OptimizerKind is = spec.lanes[i].phases.front().optimizer.kind;
        if (was == is || !named_after(spec.lanes[i].name, label_of(was))) continue;
        const std::string base = label_of(is);
        std::string name = base;
        const auto taken = [&] {
            for (std::size_t j = 0; j < spec.lanes.size(); ++j)
                if (j != i && spec.lanes[j].name == name) return true;
            return false;
        };
        for (int number = 2; taken(); ++number) name = fmt::format("{} {}", base, number);
        spec.lanes[i].name = name;
    }
}

void apply_to(Spec& spec, const SetParameter& edit) {
    const std::vector<OptimizerKind> before = first_kinds(spec);
    set(spec, edit.path, edit.value);
    rename_after_kind(spec, before);
}

void check_lane(const Spec& spec, int lane) {
    if (lane < 0 || at(lane) >= spec.lanes.size())
        throw Error("lane " + std::to_string(lane), "there is no such lane",
                    fmt::format("lanes are counted from 0 to {}", spec.lanes.size() - 1));
}

void apply_to(Spec& spec, const SetLane& edit) {
    check_lane(spec, edit.lane);
    spec.lanes[at(edit.lane)] = edit.recipe;
}

void apply_to(Spec& spec, const SwapOptimizers&) {
    const std::vector<Recipe> before = spec.lanes;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Recipe& next = before[(i + 1) % before.size()];
        Recipe& recipe = spec.lanes[i];
        if (next.phases.size() != recipe.phases.size())
            throw Error("swap", "lanes with different phases cannot exchange their optimisers",
                        "give them the same number of phases");
        recipe.name = next.name;
        for (std::size_t p = 0; p < next.phases.size(); ++p) {
            recipe.phases[p].optimizer = next.phases[p].optimizer;
            recipe.phases[p].layer_optimizers = next.phases[p].layer_optimizers;
        }
    }
}

void apply_to(Spec& spec, const LowerRate& edit) {
    check_lane(spec, edit.lane);
    if (!(edit.by > 0 && edit.by < 1))
        throw Error("lower rate", fmt::format("by {}", edit.by),
                    "give a number above 0 and below 1");
    for (Phase& phase : spec.lanes[at(edit.lane)].phases) {
        phase.optimizer.lr *= edit.by;
        for (auto& own : phase.layer_optimizers)
            if (own) own->lr *= edit.by;
    }
}

template <class F>
void for_each_optimizer(const Spec& spec, F f) {
    for (const Recipe& recipe : spec.lanes)
        for (const Phase& phase : recipe.phases)
            for (int layer = 1; layer <= count_of_matrices(spec.experiment); ++layer)
                f(optimizer_of(phase, layer));
}

// Labels are written as headings; in a sentence they start small, unless an acronym.
std::string lowered(std::string label) {
    if (label.size() > 1 && std::islower(static_cast<unsigned char>(label[1])))
        label[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(label[0])));
    return label;
}

std::string shown(const Parameter& parameter, const Value& value) {
    if (const auto* slug = std::get_if<std::string>(&value))
        for (const Choice& choice : parameter.choices)
            if (choice.slug == *slug) return std::string(choice.label);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.4g}", *real);
    return to_text(value);
}

// "optimizer.lr" or "lanes.Muon.layers.2.optimizer.lr" as a path of one lane.
std::string in_lane(const std::string& path, int lane) {
    const std::string prefix = "lanes." + std::to_string(lane) + ".";
    if (path.starts_with("optimizer.")) return prefix + path;
    for (const std::string_view scope : {".phases.", ".layers.", ".optimizer."})
        if (const std::size_t begin = path.find(scope); begin != std::string::npos)
            return prefix + path.substr(begin + 1);
    return path;
}

std::vector<Mark> marks_of(const SetParameter& edit, std::int64_t step, const Spec& before,
                           const Spec& after) {
    std::vector<int> lanes;
    for (int i = 0; i < static_cast<int>(after.lanes.size()); ++i)
        if (before.lanes[at(i)] != after.lanes[at(i)]) lanes.push_back(i);

    // Of several lanes that change, the first speaks for all.
    const Parameter& parameter = parameter_at(edit.path);
    const auto value = [&](const Spec& spec) {
        return shown(parameter, lanes.empty() ? get(spec, edit.path)
                                              : get(spec, in_lane(edit.path, lanes.front())));
    };
    const std::string from = value(before), to = value(after);
    const std::string text =
        (parameter.says_itself ? "" : lowered(std::string(parameter.label)) + " ") + from + " → " +
        to;
    Mark mark{{step, -1, text}};
    mark.switches = parameter.type == ParameterType::choice;
    if (parameter.key.starts_with("momentum")) mark.buffer = "buffer";
    if (!mark.switches) {
        mark.path = edit.path;
        mark.from = from;
    }
    if (lanes.size() == 1) {
        const std::string& name = before.lanes[at(lanes[0])].name;
        mark.event.lane = lanes[0];
        if (!parameter.says_itself || name != from) mark.event.text = name + ": " + text;
    }
    return {mark};
}

std::vector<Mark> marks_of(const SetLane& edit, std::int64_t step, const Spec& before,
                           const Spec& after) {
    const Recipe& was = before.lanes[at(edit.lane)];
    const Recipe& is = after.lanes[at(edit.lane)];
    Recipe renamed = was;
    renamed.name = is.name;
    if (renamed == is) return {Mark{{step, edit.lane, was.name + " is now " + is.name}}};
    const std::string text =
        was.name == is.name ? is.name + ": new recipe" : was.name + " → " + is.name;
    Mark mark{{step, edit.lane, text}};
    mark.switches = true;
    return {mark};
}

std::vector<Mark> marks_of(const SwapOptimizers&, std::int64_t step, const Spec& before,
                           const Spec& after) {
    std::vector<Mark> marks;
    for (std::size_t i = 0; i < after.lanes.size(); ++i) {
        Mark mark{{step, static_cast<int>(i), before.lanes[i].name + " → " + after.lanes[i].name}};
        mark.switches = true;
        marks.push_back(std::move(mark));
    }
    return marks;
}

std::vector<Mark> marks_of(const LowerRate& edit, std::int64_t step, const Spec& before,
                           const Spec& after) {
    const auto rate = [&](const Spec& spec) {
        return spec.lanes[at(edit.lane)].phases.front().optimizer.lr;
    };
    return {Mark{{step, edit.lane,
                  fmt::format("{}: learning rate {:.4g} → {:.4g}", after.lanes[at(edit.lane)].name,
                              rate(before), rate(after))}}};
}

const char* word_of(MomentumFate fate) {
    switch (fate) {
        case MomentumFate::none:
            break;
        case MomentumFate::kept:
            return "kept";
        case MomentumFate::converted:
            return "converted";
        case MomentumFate::flushed:
            return "flushed";
    }
    return "";
}

// "converted", or "kept in layers 1, 3, flushed in layer 2" where layers differ; empty: nothing to
// say.
std::string fates_of_layers(const std::vector<MomentumFate>& layers, bool kept_is_news) {
    std::string text;
    std::size_t ways = 0;
    for (const MomentumFate fate :
         {MomentumFate::kept, MomentumFate::converted, MomentumFate::flushed}) {
        if (fate == MomentumFate::kept && !kept_is_news) continue;
        std::string list;
        std::size_t count = 0;
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            if (layers[layer] != fate) continue;
            list += fmt::format("{}{}", list.empty() ? "" : ", ", layer + 1);
            ++count;
        }
        if (count == 0) continue;
        ++ways;
        text += fmt::format("{}{} in {} {}", text.empty() ? "" : ", ", word_of(fate),
                            count == 1 ? "layer" : "layers", list);
    }
    if (ways == 1) text.resize(text.find(" in "));
    return text;
}

}  // namespace

Spec edited(const Spec& spec, const Edit& edit) {
    Spec result = spec;
    std::visit([&](const auto& e) { apply_to(result, e); }, edit);
    validate(result);
    return result;
}

bool restarts(const Edit& edit, const Spec& before, const Spec& after) {
    if (const auto* parameter = std::get_if<SetParameter>(&edit))
        return parameter_at(parameter->path).restarts();
    for (std::size_t i = 0; i < after.lanes.size(); ++i)
        if (!same_phases(before.lanes[i], after.lanes[i], count_of_matrices(after.experiment)))
            return true;
    return false;
}

bool leaves_buffers(const Edit& edit, const Spec& before, const Spec& after) {
    std::vector<std::reference_wrapper<const OptimizerSpec>> was, is;
    for_each_optimizer(before, [&](const OptimizerSpec& o) { was.emplace_back(o); });
    for_each_optimizer(after, [&](const OptimizerSpec& o) { is.emplace_back(o); });
    return std::equal(was.begin(), was.end(), is.begin(), is.end(),
                      [&](const OptimizerSpec& a, const OptimizerSpec& b) {
                          return a.kind == b.kind && (a.momentum > 0) == (b.momentum > 0) &&
                                 (keeps_momentum(edit) || !switches(a, b));
                      });
}

std::size_t weight_of(const Edit& edit) {
    const auto* lane = std::get_if<SetLane>(&edit);
    if (!lane) return 1;
    std::size_t weight = 2;
    for (const Phase& phase : lane->recipe.phases) {
        weight += 7;  // its optimiser, its name and where it ends
        for (const auto& own : phase.layer_optimizers) weight += own ? 5 : 0;
    }
    return weight;
}

bool keeps_momentum(const Edit& edit) {
    return std::visit(
        [](const auto& e) {
            if constexpr (requires { e.keep_momentum; })
                return e.keep_momentum;
            else
                return true;
        },
        edit);
}

std::vector<Mark> marks_of(const Edit& edit, std::int64_t step, const Spec& before,
                           const Spec& after) {
    if (before == after) return {};
    return std::visit([&](const auto& e) { return marks_of(e, step, before, after); }, edit);
}

std::string text_of(const Mark& mark, const std::vector<Recipe>& lanes) {
    // By lane; where all that have something to say say the same, once for all.
    std::vector<std::pair<std::string, std::string>> said;  // lane, fate
    for (std::size_t i = 0; i < mark.fates.size(); ++i) {
        if (mark.event.lane >= 0 && at(mark.event.lane) != i) continue;
        std::string fate = fates_of_layers(mark.fates[i], mark.switches);
        if (!fate.empty()) said.emplace_back(lanes[i].name, std::move(fate));
    }
    if (said.empty()) return mark.event.text;
    const bool alike = std::all_of(said.begin(), said.end(), [&](const auto& lane) {
        return lane.second == said.front().second;
    });
    if (alike) return mark.event.text + ", " + mark.buffer + " " + said.front().second;
    std::string text = mark.event.text + ", " + mark.buffer;
    for (std::size_t i = 0; i < said.size(); ++i)
        text += (i == 0 ? " " : "; ") + said[i].second + " in " + said[i].first;
    return text;
}

}  // namespace muonscope
