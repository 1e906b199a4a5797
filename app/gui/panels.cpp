#include "app/gui/panels/panels.h"
#include "app/gui/plots/source.h"
#include "core/experiment/loss_text.h"

#include <array>

namespace muonscope::gui {

namespace {
constexpr std::array<Panel, 14> all{{
    {"Lanes",
     "same start, same data",
     "Each lane runs the shared experiment by its own recipe. A change acts on the running "
     "training from the next step on and leaves a mark on every step axis.",
     draw_lanes,
     {16, 10},
     false},
    {"Singular values",
     "σ over steps; dotted: target",
     "How strongly the network passes each of its own directions. SGD learns the large modes "
     "of the target first, one after the other: a fan. Muon moves all of them at one rate: a "
     "bundle. Dotted lines are the target's levels; dashed ones what theory says, where the "
     "start is balanced and aligned: a sigmoid for each mode of SGD, one pace for all of Muon's.",
     draw_singular_values,
     {22, 11},
     true,
     plots::modes_formula},
    {"Trade-off",
     "fidelity to the gradient against what a layer keeps",
     "What an orthogonalised update gives up and what it buys: right is nearer to the gradient's "
     "own direction, up is more of the layer's output left for the layers that build on it. "
     "Below: how far the layer is from its own target, and how many steps what comes next takes.",
     draw_trade_off,
     {22, 12},
     true,
     explain_trade_off},
    {"Results",
     "every printed figure of the paper beside ours",
     "Runs the published experiments beside the training, on all cores but one, and holds each "
     "figure against the printed one. The training goes on meanwhile.",
     draw_results,
     {20, 8}},
    {"Staged planner",
     "how long layer 2 will take, told from layer 1",
     "Once layer 1 stands still, layer 2 is a linear problem: its steps can be counted from the "
     "weights as they are, without training. Below: the same over many seeds.",
     draw_staged_planner,
     {22, 12}},
    {"Orthogonaliser lab",
     "what each engine makes of one matrix",
     "A bench for the ways from a gradient to an orthogonal update: what each does to every "
     "singular value, how orthogonal the result is and how near to the exact polar factor and to "
     "the gradient, and what it costs on this machine.",
     draw_lab,
     {24, 12}},
    {"Conditioning",
     "how stretched each layer's problem is",
     "κ = s₁/sₙ of each layer, of the product, and of the problem that each layer faces while the "
     "others stand still. Where one layer is trained alone, the rate at which gradient descent "
     "shrinks the error is known from it: drawn beside the rate of the run.",
     draw_conditioning,
     {22, 12}},
    {"Random matrices",
     "how near to singular they are",
     "Draws square Gaussian matrices beside the training and holds their condition numbers and "
     "smallest singular values against the laws of A. Edelman (1988).",
     draw_random_matrices,
     {22, 12}},
    {"Weight norms",
     "what decay and updates do to ‖W‖",
     "Each update has a part along W, which changes its length at once, and a part across it, "
     "which lengthens it in the second order. Weight decay works against both; where updates do "
     "not "
     "depend on the weights, ‖W‖ settles at √(γC/2λ): dotted.",
     draw_weight_norms,
     {22, 12}},
    {"Loss",
     "½‖P − A‖²",
     "What the training minimises. A plateau means that the modes learned so far are done and "
     "the next one is still too small to be seen.",
     draw_loss,
     {17, 10},
     true,
     loss_formula},
    {"Downstream probe",
     "a fresh linear head",
     "A linear head is trained from zero on one layer's frozen output. Its loss after a few "
     "steps says how easily what comes later could use this representation.",
     draw_probe,
     {17, 10},
     true,
     plots::probe_formula},
    {"Representations",
     "classes after each layer",
     "The same points after each layer, in the target's two leading directions, coloured by "
     "class. Grey: where they were at the start.",
     draw_representations,
     {15, 11}},
    {"Spectrum now",
     "at this step",
     "Singular values of one matrix at the newest measured step, lanes side by side.",
     draw_spectrum_now,
     {15, 10}},
    {"Measures",
     "at this step",
     "Numbers of the newest measured step, each with its definition on hover.",
     draw_measures,
     {15, 7}},
}};
}  // namespace

std::span<const Panel> panels() {
    return all;
}

}  // namespace muonscope::gui
