#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/work.h"

// The runs of "Muon as a Residual Connection" (Hao Huang, arXiv 2607.01124) whose printed figures
// are public. Each is a handful of jobs on top of lanes; a job gives figures, and a figure knows
// where it stands among the published ones.
namespace muonscope {

struct Figure {
    std::string path;    // in published.json: "staged/sgd/phase2_steps", "mlp/0/b_up"
    std::string label;   // "SGD: steps of phase 2"
    double value = 0;    // ours
    std::string format;  // how it was printed, for fmt: "{:.0f}", "{:.4f}", "{:.3e}"
};

// How a job says how far it has come, at its pauses: co_await watch.at(0.5).
class Watch {
  public:
    // share: 0..1. Cheap: call it every few steps.
    [[nodiscard]] PausePoint at(double share) {
        share_.store(share, std::memory_order_relaxed);
        return pause();
    }
    double share() const { return share_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> share_{0};
};

struct Job {
    std::string name;   // "SGD", "tau = 10, Muon"
    double weight = 1;  // about how long it takes, in seconds: the long ones are begun first
    // `watch` outlives the work.
    std::function<Work<std::vector<Figure>>(Watch& watch)> run;
};

// Seeds of PyTorch's streams have 31 bits here: with a larger shift the published ones come again.
inline constexpr long largest_shift = 0x7fffffff;

struct PublishedExperiment {
    std::string name;      // slug: "staged"
    std::string section;   // its key in published.json: "staged"; of "ce": "ce_probe"
    std::string title;     // "Staged training"
    std::string question;  // one sentence: what is asked
    std::string preset;    // slug of the preset that shows it: "staged"
    // Every generator seed of the recipe is shifted by `shift`, 0 to largest_shift; 0 is the
    // published run.
    std::function<std::vector<Job>(std::uint64_t shift)> jobs;
};

// In the order of the paper: staged, blackbox, ce, tau, dp, screening, mlp.
std::span<const PublishedExperiment> published_experiments();
const PublishedExperiment& published_experiment(std::string_view name);  // throws Error

}  // namespace muonscope
