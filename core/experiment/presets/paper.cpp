#include <utility>

#include "core/experiment/presets/list.h"
#include "core/experiment/published/specs.h"

// The published runs (arXiv 2607.01124).
namespace muonscope {

using namespace preset_parts;

Preset staged_preset() {
    Spec spec = staged_spec();
    Caption caption;
    caption.watch =
        "Two stages: a layer learned by SGD or by Muon, then the next one by SGD on top of it. "
        "Muon's layer is the worse copy of its target and the better ground to build on.";
    caption.attempts = {
        {.label = "Exact polar",
         .expect = "Layer one by the exact factor, from the start: too exact, as the second stage "
                   "shows.",
         .settings = {{"lanes.1.phases.0.optimizer.engine", "svd"}, {"seed", "0"}}},
        {.label = "Another seed",
         .expect = "The gain is not the same for every start; the panel Results sweeps them.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), paper, "staged-planner", std::move(caption)};
}

Preset black_box_preset() {
    Spec spec = blackbox_spec();
    Caption caption;
    caption.watch =
        "What comes after the first layer knows nothing of how it was trained. It still needs "
        "fewer steps after Muon.";
    caption.attempts = {
        {.label = "Another seed",
         .expect = "See how much of the gain is chance.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), paper, "results", std::move(caption)};
}

Preset ce_probe_preset() {
    Spec spec = ce_spec();
    Caption caption;
    caption.watch =
        "Classes read off the first layer by a softmax regression of fixed length: lower "
        "cross-entropy on Muon's layer.";
    caption.attempts = {
        {.label = "Longer probe",
         .expect = "With more steps of the head the difference shrinks.",
         .settings = {{"probe.steps", "400"}}},
        {.label = "Another seed",
         .expect = "See how much of the gain is chance.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), paper, "downstream-probe", std::move(caption)};
}

Preset tau_preset() {
    Spec spec = tau_spec(10);
    Caption caption;
    caption.watch =
        "The layers take turns, and the second only ever uses SGD. Muon on the first still "
        "saves it steps.";
    caption.attempts = {
        {.label = "Another seed",
         .expect = "See how much of the gain is chance.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), paper, "trade-off", std::move(caption)};
}

Preset schedules_of_powers_preset() {
    Spec spec = schedules_spec(screened_schedules());
    Caption caption;
    caption.watch =
        "The greedy choice is not the best one: what is ahead after one step is behind after "
        "twenty.";
    caption.attempts = {
        {.label = "Smaller steps",
         .expect = "With half the rate the order takes longer to turn.",
         .settings = {{"optimizer.lr", "0.01"}}},
    };
    return {std::move(spec), paper, "trade-off", std::move(caption)};
}

Preset planned_preset() {
    Spec spec = planned_spec();
    Caption caption;
    caption.watch =
        "Evening first, descending later: both planners find it, one by trying, one from a "
        "single step.";
    caption.attempts = {
        {.label = "Another seed",
         .expect = "A plan made for one start, followed from another.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), paper, "results", std::move(caption)};
}

Preset adjacent_preset() {
    Spec spec = adjacent_spec(1);
    Caption caption;
    caption.watch =
        "Two schemes that differ in one layer. Their own descent is made alike; what differs "
        "is how far the layers above can then go down.";
    caption.attempts = {
        {.label = "Another seed",
         .expect = "See how much of the gain is chance.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), paper, "results", std::move(caption)};
}

}  // namespace muonscope
