#pragma once

#include <string>
#include <string_view>

#include "core/experiment/presets.h"

// The one list of presets, in the order of the number keys: each is a function of that name in a
// file of this folder.
#define MUONSCOPE_PRESETS(each)                                                                \
    each(two_ways_up) each(staged) each(deep) each(momentum) each(tree) each(tanh_net)         \
        each(minibatch) each(rectangular) each(matched_norm) each(small_modes)                 \
            each(three_dimensions) each(plateaus) each(depth) each(balance) each(theory)       \
                each(conditioning) each(between) each(norm_only) each(libraries)               \
                    each(weight_norms) each(ill_conditioned) each(too_large) each(noise_first) \
                        each(exact_polar) each(random_spectrum) each(black_box) each(ce_probe) \
                            each(tau) each(schedules_of_powers) each(planned) each(adjacent)   \
                                each(rare_facts) each(crowded_facts) each(stories)             \
                                    each(token_facts) each(induction) each(modular)

namespace muonscope {

struct Preset {
    Spec spec;
    std::string_view group, panel;  // see PresetPage
    Caption caption;
    std::string_view beside = {};
};

namespace preset_parts {

// Groups, in their order.
inline constexpr std::string_view first = "To begin with", nets = "Other nets, other data",
                                  ways = "Optimisers beside one another",
                                  known = "Theory and numbers", fails = "Where it fails",
                                  paper = "The paper";

// Jordan x5, no momentum, every step of the same size.
OptimizerSpec muon(double lr);
// The exact polar factor of the gradient, every step of the same size.
OptimizerSpec exact_polar_steps(double lr);
Recipe lane(std::string name, const OptimizerSpec& optimizer);
// Points at the product's singular value k of a lane once it is nearly the target's.
Arrow learned(int lane, int k, std::string words);

}  // namespace preset_parts

#define MUONSCOPE_PRESET(name) Preset name##_preset();
MUONSCOPE_PRESETS(MUONSCOPE_PRESET)
#undef MUONSCOPE_PRESET

}  // namespace muonscope
