#include <algorithm>

#include "core/linalg/factorisations.h"
#include "core/optim/norm_law.h"
#include "core/optim/rule.h"

// Spectral power: O = U (S + 1e-12/lr)^p V^T of the momentum B = U S V^T over the numerical rank
// (arXiv 2607.01124's spec_p); norms as Muon's, matched without the 1e-7.
namespace muonscope {
namespace {

// The published runs' guard, which keeps a power of zero finite. Added to the singular values of
// lr G.
constexpr double spectral_floor = 1e-12;

class SpectralPower final : public Direction {
  public:
    SpectralPower(Eigen::Index, Eigen::Index) {}
    std::unique_ptr<Direction> clone() const override {
        return std::make_unique<SpectralPower>(*this);
    }

    void update(LayerStep& step, Matrix& update) override {
        const OptimizerSpec& spec = step.spec;
        const Matrix& direction = step.momentum.direction(spec, step.gradient);
        spectral_power(direction, spec.orthogonaliser.power,
                       spectral_floor / std::max(spec.lr, spectral_floor), update);
        update *= -(step.rate * norm_scale(spec, direction, update));
    }
};

}  // namespace

extern constexpr OptimizerRule spectral_rule{
    .slug = "spectral",
    .label = "Spectral power",
    .help = "W ← W − lr · U Sᵖ Vᵀ of G = U S Vᵀ: p = 1 is SGD, p → 0 Muon.",
    .uses = {.momentum = true, .momentum_form = true, .norm_law = true, .power = true},
    .make = make_direction<SpectralPower>,
};

}  // namespace muonscope
