#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace muonscope {

// Where each measured number of a lane stands in one flat row of doubles. A row is what a history
// stores and a panel reads; NaN stands for "not measured" (a gradient before the first step, a
// probe that never reaches its threshold).
//
// The first channels are followed: known at every step without further work, so a history keeps
// the smallest and the largest of each over the steps between two rows. The others take singular
// values or products of matrices and are known where a row was measured.
class Layout {
  public:
    Layout() = default;
    Layout(const Model& model, int modes);

    // What a matrix is called in tables: "layer_2".
    const std::string& slug(int layer) const { return slug_[static_cast<std::size_t>(layer - 1)]; }
    int layers() const { return static_cast<int>(rank_.size()); }
    int rank(int layer) const { return rank_[static_cast<std::size_t>(layer - 1)]; }  // 1-based
    int product_rank() const { return product_rank_; }
    int modes() const { return modes_; }
    std::size_t channels() const { return channels_; }

    // Followed channels: 0 ... followed() - 1.
    std::size_t followed() const { return probe_; }
    std::size_t loss() const { return 0; }
    std::size_t relative_error() const { return 1; }
    // sqrt(loss/loss one step before): the share of the error that a step left.
    std::size_t error_left() const { return 2; }
    // |W|, and the level where it is expected to settle (core/optim/expected_norm.h).
    std::size_t weight_norm(int layer) const { return followed_of(0, layer); }
    std::size_t expected_norm(int layer) const { return followed_of(1, layer); }
    // Of the newest step: cos of the update reversed with the gradient (1 for plain SGD), and the
    // learning rate it was made with.
    std::size_t fidelity(int layer) const { return followed_of(2, layer); }
    std::size_t rate(int layer) const { return followed_of(3, layer); }

    // Measured with a row.
    std::size_t probe_floor() const { return probe_; }  // least-squares floor of the probe's loss
    std::size_t probe_after_k() const { return probe_ + 1; }   // loss after K gradient steps from 0
    std::size_t probe_steps() const { return probe_ + 2; }     // steps to the threshold
    std::size_t probe_searched() const { return probe_ + 3; }  // steps looked at; infinity: all
    std::size_t probe_critical_rate() const {
        return probe_ + 4;
    }  // of the head: beyond it diverges
    std::size_t product_sv(int k) const { return product_ + static_cast<std::size_t>(k); }
    std::size_t mode(int k) const { return mode_ + static_cast<std::size_t>(k); }  // u_k^T P v_k
    std::size_t weight_sv(int layer, int k) const { return at(weight_, layer, k); }
    std::size_t gradient_sv(int layer, int k) const { return at(gradient_, layer, k); }
    std::size_t update_sv(int layer, int k) const { return at(update_, layer, k); }
    // What the layer kept of its output on its inputs in the newest step (see
    // core/measure/preservation.h), and against the start.
    std::size_t preservation(int layer) const { return per_layer(0, layer); }
    std::size_t preservation_from_start(int layer) const { return per_layer(1, layer); }
    // The update's part along the weights (signed), <W, dW>/|W|, and across them.
    std::size_t update_along(int layer) const { return per_layer(2, layer); }
    std::size_t update_across(int layer) const { return per_layer(3, layer); }

    bool operator==(const Layout&) const = default;

  private:
    std::size_t at(std::size_t base, int layer, int k) const {
        return base + offset_[static_cast<std::size_t>(layer - 1)] + static_cast<std::size_t>(k);
    }
    std::size_t per_layer(std::size_t which, int layer) const {
        return per_layer_ + 4 * static_cast<std::size_t>(layer - 1) + which;
    }
    static std::size_t followed_of(std::size_t which, int layer) {
        return 3 + 4 * static_cast<std::size_t>(layer - 1) + which;
    }
    std::vector<std::string> slug_;
    std::vector<int> rank_;
    std::vector<std::size_t> offset_;
    int product_rank_ = 0, modes_ = 0;
    std::size_t probe_ = 3, product_ = 0, mode_ = 0, weight_ = 0, gradient_ = 0, update_ = 0;
    std::size_t per_layer_ = 0, channels_ = 0;
};

}  // namespace muonscope
