#include "core/optim/optimizer.h"

#include "core/base/elementary.h"
#include "core/optim/schedule.h"
#include "core/optim/weight_decay.h"

namespace muonscope {

LayerOptimizer::LayerOptimizer(Eigen::Index rows, Eigen::Index cols, const OptimizerSpec& spec)
    : rows_(rows),
      cols_(cols),
      spec_(spec),
      momentum_(rows, cols),
      direction_(rule_of(spec.kind).make(rows, cols)) {
    reconfigure(spec, false);
}

MomentumFate LayerOptimizer::pass_on_momentum(const OptimizerSpec& spec, bool keep_momentum) {
    const OptimizerRule& before = rule_of(spec_.kind);
    const OptimizerRule& after = rule_of(spec.kind);
    const bool same_kind = spec.kind == spec_.kind;
    const double unit = momentum_unit(spec);
    const bool own_average = before.average != nullptr;
    MomentumFate fate = MomentumFate::none;
    if (own_average ? seen_ > 0 : momentum_.unit > 0 || (!own_.empty() && seen_ > 0)) {
        const bool understood =
            same_kind || (before.momentum_of_gradients && after.momentum_of_gradients);
        bool kept = same_kind, passes_on = same_kind;
        if (!own_average && momentum_.unit > 0) {
            kept = understood && unit == momentum_.unit;
            passes_on = understood && unit > 0;
        } else if (own_average && !same_kind) {
            passes_on = understood && unit > 0;
        }
        fate = !keep_momentum || !passes_on ? MomentumFate::flushed
               : kept                       ? MomentumFate::kept
                                            : MomentumFate::converted;
    }
    if (fate == MomentumFate::converted && own_average) {
        momentum_.buffer = own_.front();
        momentum_.unit = 1;
        momentum_.bias = elementary::pow(before.average(spec_), static_cast<double>(seen_));
    } else if (fate != MomentumFate::kept && fate != MomentumFate::converted) {
        // Also without momentum: a buffer that is no longer fed would push in a stale direction
        // once momentum came back.
        momentum_.clear();
    }
    const std::vector<Direction::Shape> shapes = direction_->buffers(spec);
    bool fits = same_kind && fate != MomentumFate::flushed && own_.size() == shapes.size();
    for (std::size_t i = 0; fits && i < own_.size(); ++i)
        fits = own_[i].rows() == shapes[i].first && own_[i].cols() == shapes[i].second;
    if (!fits) {
        if (same_kind && seen_ > 0 && fate == MomentumFate::kept) fate = MomentumFate::flushed;
        own_.clear();
        for (const auto& [rows, cols] : shapes) own_.emplace_back(Matrix::Zero(rows, cols));
        seen_ = 0;
    }
    return fate;
}

MomentumFate LayerOptimizer::reconfigure(const OptimizerSpec& spec, bool keep_momentum) {
    OptimizerSpec at_its_rate = spec_;
    at_its_rate.lr = spec.lr;
    at_its_rate.schedule = spec.schedule;
    turned_ = turned_ || !(at_its_rate == spec);
    if (spec.kind != spec_.kind)
        direction_ = Cloned<Direction>(rule_of(spec.kind).make(rows_, cols_));
    const MomentumFate fate = pass_on_momentum(spec, keep_momentum);
    configure(spec);
    return fate;
}

void LayerOptimizer::configure(const OptimizerSpec& spec) {
    spec_ = spec;
    if (spec.decay == Decay::coupled)
        coupled_.resize(rows_, cols_);
    else
        coupled_.resize(0, 0);
    direction_->reconfigure(spec);
}

LayerOptimizer::State LayerOptimizer::state() const {
    return {spec_,
            steps_,
            seen_,
            newest_rate_,
            momentum_.unit,
            momentum_.bias,
            momentum_.unit > 0 ? momentum_.buffer : Matrix(),
            own_,
            turned_};
}

void LayerOptimizer::set_state(const State& state) {
    if (state.spec.kind != spec_.kind)
        direction_ = Cloned<Direction>(rule_of(state.spec.kind).make(rows_, cols_));
    configure(state.spec);
    steps_ = state.steps;
    seen_ = state.seen;
    newest_rate_ = state.newest_rate;
    turned_ = state.turned;
    momentum_.clear();
    momentum_.unit = state.momentum_unit;
    momentum_.bias = state.momentum_bias;
    if (state.momentum.size() > 0) momentum_.buffer = state.momentum;
    own_ = state.own;
}

std::size_t LayerOptimizer::state_bytes() const {
    Eigen::Index entries = momentum_.unit > 0 ? momentum_.buffer.size() : 0;
    for (const Matrix& buffer : own_) entries += buffer.size();
    return sizeof(double) * static_cast<std::size_t>(entries);
}

const Matrix& LayerOptimizer::with_coupled_decay(const Matrix& gradient, const Matrix& weight) {
    if (spec_.decay != Decay::coupled) return gradient;
    coupled_ = gradient + spec_.weight_decay * weight;
    return coupled_;
}

void LayerOptimizer::update(const Matrix& gradient, const Matrix& weight, Matrix& update) {
    const double rate = newest_rate_ = learning_rate(spec_, steps_++);
    turned_ = false;
    LayerStep step{spec_, rate, with_coupled_decay(gradient, weight), weight, momentum_,
                   own_,  seen_};
    direction_->update(step, update);
    if (!own_.empty()) ++seen_;
    if (step.rests) return;
    add_decay(spec_, rate, weight, update);
    if (spec_.radial_only) keep_across_from_growing(weight, update);
}

}  // namespace muonscope
