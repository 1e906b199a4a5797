#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/spec.h"

// The one table of what is measured of a lane. Rows of a history, the columns of history.csv and
// their words in `run --help`, --until, the Measures panel and names in plots are made from it:
//
//   each(name, scope, known, unit, column, title, help, …)
//
// `name` is the accessor in Layout and the enumerator in Channel. `column` stands in the name of a
// CSV column, after the matrix's slug and before the number of a value. `help` defines the number;
// {} in it stands for the matrix. After it may stand `.said`, the definition as the experiment has
// it, and `.applies`. A channel is one row here and what fills it in Lane::measure. The order is
// that of the columns, those that are followed first.
// clang-format off
#define MUONSCOPE_CHANNELS(each)                                                                   \
    each(loss, lane, every_step, number, "loss", "loss",                                           \
         "of all data, by the experiment's formula", .said = said_of_loss)                         \
    each(relative_error, lane, every_step, number, "relative_error", "relative error",             \
         "‖P − A‖/‖A‖; with data or tanh ‖F(X) − Y‖/‖Y‖", .applies = has_residual)                 \
    each(error_left, lane, every_step, number, "error_left", "error left",                         \
         "√(loss/loss one step before)", .applies = has_residual)                                  \
    each(weight_norm, matrix, every_step, number, "norm", "norm", "‖W‖, Frobenius, of {}")         \
    each(expected_norm, matrix, every_step, number, "expected_norm", "expected norm",              \
         "where ‖W‖ of {} is expected to settle under weight decay")                               \
    each(fidelity, matrix, every_step, number, "gradient_fidelity", "fidelity",                    \
         "cosine of the newest update of {}, reversed, with its gradient")                         \
    each(rate, matrix, every_step, number, "learning_rate", "learning rate",                       \
         "of the newest step of {}, schedule included")                                            \
    each(probe_floor, lane, with_a_row, number, "probe_floor", "probe floor",                      \
         "loss of the least-squares head on the probed layer", .said = said_of_floor)              \
    each(probe_after_k, lane, with_a_row, number, "probe_after_k", "probe after K",                \
         "loss of a head after K gradient steps from zero", .said = said_of_after_k)               \
    each(probe_steps, lane, with_a_row, steps, "probe_steps_to_threshold", "probe steps",          \
         "gradient steps of a head to the probe's threshold; empty: not among those searched",     \
         .said = said_of_steps)                                                                    \
    each(probe_searched, lane, with_a_row, steps, "probe_steps_searched", "steps searched",        \
         "gradient steps of a head that were looked at; inf: all")                                 \
    each(probe_critical_rate, lane, with_a_row, number, "probe_critical_rate", "probe's limit",    \
         "of the head, 2/s₁(H)²: at this rate and beyond it diverges",                             \
         .said = said_of_critical_rate, .applies = has_critical_rate)                              \
    each(product_sv, product_values, with_a_row, number, "sv", "σ",                                \
         "singular values of {}, largest first", .applies = has_response)                          \
    each(mode, mode_values, with_a_row, number, "mode", "mode",                                    \
         "u_K·P v_K: strength of the target's own mode K", .applies = has_response)                \
    each(weight_sv, matrix_values, with_a_row, number, "sv", "σ",                                  \
         "singular values of {}, largest first")                                                   \
    each(gradient_sv, matrix_values, with_a_row, number, "gradient_sv", "gradient σ",              \
         "singular values of the gradient of {} in the newest step")                               \
    each(update_sv, matrix_values, with_a_row, number, "update_sv", "update σ",                    \
         "singular values of the newest update of {}")                                             \
    each(preservation, matrix, with_a_row, number, "preservation", "preservation",                 \
         "1 − ‖ΔW h‖/‖W h‖ of the newest step, h the inputs of {}")                                \
    each(preservation_from_start, matrix, with_a_row, number, "preservation_from_start",           \
         "kept from start", "1 − ‖(W − W₀) h‖/‖W₀ h‖, h the inputs of {}")                         \
    each(update_along, matrix, with_a_row, number, "update_along", "update along",                 \
         "⟨W, ΔW⟩/‖W‖ of the newest update of {}")                                                 \
    each(update_across, matrix, with_a_row, number, "update_across", "update across",              \
         "length of the newest update's part across the weights of {}")                            \
    each(modes_learned, lane, with_a_row, count, "modes_learned", "modes learned",                 \
         "modes whose strength u_k·P v_k is at least 90 % of s_k", .applies = has_response)        \
    each(flatness, map, with_a_row, number, "flatness_h", "flatness H",                            \
         "exp(−Σ p ln p)/min(m, n) with p = s²/Σs², of {}: 1 when all singular values are equal")  \
    each(stable_rank, map, with_a_row, number, "stable_rank", "stable rank", "Σs²/s₁² of {}")      \
    each(effective_rank, map, with_a_row, number, "effective_rank", "effective rank",              \
         "exp(−Σ p ln p) with p = s/Σs, of {}")                                                    \
    each(condition, map, with_a_row, number, "condition", "condition",                             \
         "κ = s₁/s_n of {}; inf: singular")                                                        \
    each(numerical_rank, map, with_a_row, count, "numerical_rank", "numerical rank",               \
         "singular values of {} above max(m, n)·ε·s₁, ε = 2⁻⁵²: what rounding leaves of zero "     \
         "does not count")                                                                         \
    each(lambda_eff, matrix, with_a_row, number, "lambda_eff", "λ_eff",                            \
         "‖G‖²/‖E‖² where the newest step began, E the residual and G the gradient of ½‖E‖² by "   \
         "{}: how fast plain descent on it alone lowers the loss",                                 \
         .applies = has_residual)                                                                  \
    each(head_loss, facts, with_a_row, number, "head_loss", "head loss",                           \
         "mean loss of the third of the facts that is asked for most", .applies = has_facts)       \
    each(middle_loss, facts, with_a_row, number, "middle_loss", "middle loss",                     \
         "mean loss of the facts between the first third and the last", .applies = has_facts)      \
    each(tail_loss, facts, with_a_row, number, "tail_loss", "tail loss",                           \
         "mean loss of the third of the facts that is asked for least", .applies = has_facts)      \
    each(head_probability, facts, with_a_row, number, "head_probability",                          \
         "head probability", "mean probability of the right answer, "                              \
         "of the third of the facts that is asked for most", .applies = has_facts)                 \
    each(middle_probability, facts, with_a_row, number, "middle_probability",                      \
         "middle probability", "mean probability of the right answer, "                            \
         "of the facts between the first third and the last", .applies = has_facts)                \
    each(tail_probability, facts, with_a_row, number, "tail_probability",                          \
         "tail probability", "mean probability of the right answer, "                              \
         "of the third of the facts that is asked for least", .applies = has_facts)                \
    each(training_loss, task, with_a_row, number, "training_loss", "training loss",                \
         "the loss of as many sequences to train on as are held out", .applies = has_task)         \
    each(training_accuracy, task, with_a_row, number, "training_accuracy", "training accuracy",    \
         "how often the right token is the likeliest, of the same sequences to train on",          \
         .applies = has_task)                                                                      \
    each(held_out_accuracy, task, with_a_row, number, "held_out_accuracy", "held-out accuracy",    \
         "how often the right token is the likeliest, of the held-out sequences",                  \
         .applies = has_task)                                                                      \
    each(fact_loss, fact_values, with_a_row, number, "fact_loss", "loss of fact",                  \
         "loss of fact K alone, the one asked for most first", .applies = has_facts)               \
    each(fact_probability, fact_values, with_a_row, number, "fact_probability",                    \
         "probability of fact",                                                                    \
         "probability of fact K's right answer, the softmax of the scores Vᵀ F(e)",                \
         .applies = has_facts)
// clang-format on

namespace muonscope {

// What there is one of.
enum class Scope {
    lane,
    facts,           // one where the data are facts, else none
    task,            // one where tokens are learned, else none
    matrix,          // one for each matrix of the model
    map,             // one for the product of all and one for each matrix
    product_values,  // as many as the product has singular values
    mode_values,     // as many as the target has
    matrix_values,   // for each matrix as many as it has
    fact_values,     // as many as there are facts
};

// A scope by its parts: of the product of all, of each matrix (of neither: of the lane), and
// whether there are several values.
struct ScopeParts {
    bool product = false, matrices = false, values = false;
};
constexpr ScopeParts parts_of(Scope scope) {
    return {scope == Scope::map || scope == Scope::product_values,
            scope == Scope::matrix || scope == Scope::map || scope == Scope::matrix_values,
            scope >= Scope::product_values};
}

// At most one number of a lane as a whole.
constexpr bool is_of_whole(Scope scope) {
    const ScopeParts parts = parts_of(scope);
    return !parts.product && !parts.matrices && !parts.values;
}

// Followed: known at every step without further work, so that a history keeps the smallest and the
// largest over the steps between two rows. The others take singular values or products of matrices.
enum class Known { every_step, with_a_row };

enum class Unit { number, steps, count };

#define MUONSCOPE_ENUMERATOR(name, ...) name,
enum class Channel { MUONSCOPE_CHANNELS(MUONSCOPE_ENUMERATOR) };
#undef MUONSCOPE_ENUMERATOR
#define MUONSCOPE_ONE(...) 1,
inline constexpr std::size_t channel_count =
    std::initializer_list<int>{MUONSCOPE_CHANNELS(MUONSCOPE_ONE)}.size();
#undef MUONSCOPE_ONE

struct ChannelInfo {
    Channel channel;
    Scope scope;
    Known known;
    Unit unit;
    std::string_view column, title, help;
    // The definition as the experiment has it, where that is another; and whether it says anything
    // in this one.
    std::string (*said)(const Experiment&) = nullptr;
    bool (*applies)(const Experiment&) = nullptr;
};

// In the order of the enumerators.
std::span<const ChannelInfo> channels();
const ChannelInfo& info(Channel channel);

// The definition, of this matrix ("layer 2", "the product P") and as the experiment has it: "½‖P −
// A‖²." for the loss of one.
std::string definition(Channel channel, const Experiment& experiment, std::string_view matrix);
// Whether it says anything in this experiment.
bool applies(Channel channel, const Experiment& experiment);

// What the columns of history.csv mean: every name in it is one of these, K and L standing for the
// index of a singular value or fact and of a layer.
struct ColumnWords {
    std::string name, words;
};
std::vector<ColumnWords> column_words();

}  // namespace muonscope
