#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cloned.h"
#include "core/base/types.h"
#include "core/optim/flavours.h"
#include "core/optim/momentum.h"
#include "core/optim/optimizer_spec.h"

// What a kind of optimiser is: everything that anybody needs to know of it stands in one
// OptimizerRule, in one file of kinds/. LayerOptimizer does the rest for all of them: the schedule,
// decays, memory, hashing, copying, and what survives a switch.
namespace muonscope {

// A number that a kind has of its own. Its key is unique among all parameters of optimisers; kinds
// that mean the same by it may share one, with one default.
struct OwnParameter {
    enum class Type { real, integer, boolean };

    std::string_view key = {}, label = {};
    Type type = Type::real;
    double fallback = 0;
    double min = 0, max = 1, usual_min = 0, usual_max = 1;  // usual: what a slider spans
    bool logarithmic = false;
    std::string_view unit = {}, help = {};
};

// Of every kind whose averages may be corrected.
inline constexpr OwnParameter moments_corrected{
    .key = "moments_corrected",
    .label = "Corrected m, v",
    .type = OwnParameter::Type::boolean,
    .fallback = 1,
    .help = "Divides averages that began at zero by 1 − βᵗ at their t-th gradient, as AdamW does."};

// Of kinds that do something costly only now and then.
constexpr OwnParameter every_so_many_steps(std::string_view key, std::string_view label,
                                           double fallback, std::string_view help) {
    return {.key = key,
            .label = label,
            .type = OwnParameter::Type::integer,
            .fallback = fallback,
            .min = 1,
            .max = 1e6,
            .usual_min = 1,
            .usual_max = 100,
            .logarithmic = true,
            .unit = "steps",
            .help = help};
}

// Which parameters that several kinds share have an effect.
struct Uses {
    bool momentum = false;       // mu
    bool momentum_form = false;  // style, Nesterov, bias correction: of the shared buffer
    bool orthogonaliser = false;
    bool norm_law = false;  // and the shape scale
    bool power = false;
    bool beta1 = false, beta2 = false, epsilon = false;
};

// One step of one layer, as its direction sees it.
struct LayerStep {
    const OptimizerSpec& spec;
    double rate;             // of this step, schedule included
    const Matrix& gradient;  // with coupled decay, if any
    const Matrix& weight;
    Momentum& momentum;            // the shared buffer
    std::vector<Matrix>& buffers;  // the kind's own
    std::int64_t seen;             // gradients that those have taken in before this one
    bool rests = false;            // set: the weight stays where it is, decay included
};

// One kind on one layer: workspaces, no state. State is in the buffers that it asks for.
class Direction {
  public:
    using Shape = std::pair<Eigen::Index, Eigen::Index>;

    virtual ~Direction() = default;
    virtual std::unique_ptr<Direction> clone() const = 0;

    // Its own buffers, which begin at zero and are kept while their shapes stay.
    virtual std::vector<Shape> buffers(const OptimizerSpec&) const { return {}; }
    // Takes what memory it needs.
    virtual void reconfigure(const OptimizerSpec&) {}
    // update: what to add to the weight, decoupled decay apart; has its shape already.
    virtual void update(LayerStep& step, Matrix& update) = 0;
};

struct OptimizerRule {
    std::string_view slug = {}, label = {}, help = {};
    Uses uses{};
    MomentumStyle habit = MomentumStyle::heavy_ball;  // which style belongs to it
    std::span<const OwnParameter> own{};
    std::span<const Flavour> flavours{};
    // Where its own first buffer is an average of gradients m += (1 - beta)(G - m): that beta. On a
    // switch it becomes the momentum of what follows.
    double (*average)(const OptimizerSpec&) = nullptr;
    // Where one parameter makes another idle: whether what has this key does nothing now.
    bool (*idle)(const OptimizerSpec&, std::string_view key) = nullptr;
    // Whether the shared buffer holds gradients: else nobody can take it over.
    bool momentum_of_gradients = true;
    std::unique_ptr<Direction> (*make)(Eigen::Index rows, Eigen::Index cols) = nullptr;
};

const OptimizerRule& rule_of(OptimizerKind kind);
std::span<const OptimizerRule* const> optimizer_rules();  // in the order of the kinds

// The default of a number under this key, whichever kind has it; 0: none has.
double own_fallback(std::string_view key);
// The spec's number, or its default.
double own_value(const OptimizerSpec& spec, std::string_view key);
const OwnParameter* own_parameter(const OptimizerRule& rule, std::string_view key);

// For make.
template <class Kind>
std::unique_ptr<Direction> make_direction(Eigen::Index rows, Eigen::Index cols) {
    return std::make_unique<Kind>(rows, cols);
}

}  // namespace muonscope
