#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "app/gui/panel.h"
#include "core/session/background.h"

// Random matrices that are drawn beside the training, and what they have come to so far. Kept
// with the view; going with it ends the drawing.
namespace muonscope::gui {

// Drawn numbers between equal bins of [from, to] of the value, or of its log10; what lies outside
// is in no bin.
struct Histogram {
    double from = 0, to = 1;
    bool logarithmic = false;
    std::vector<double> shares;  // of all drawn

    double edge(std::size_t bin) const;  // the value at a bin's lower end
    // Per unit of the axis: of the value, or of log10 of it.
    double density(std::size_t bin) const;
};

// A quantity of every matrix: its histogram and how it compares with its law.
struct DrawnLaw {
    Histogram histogram;
    double median = 0, ninth_decile = 0;
    double distance = 0;  // Kolmogorov's
};

struct SampleSummary {
    std::int64_t drawn = 0, singular = 0;
    DrawnLaw condition, smallest, smallest_square;  // kappa/n, sqrt(n) s_n, n s_n^2
};

struct RandomSample {
    int n = 32, seed = 1;
    int wanted = 20000;
    bool stopped = false;  // by the user; changing n or the seed begins anew
    int shown = 0;         // which law, by the panel's own count

    struct Numbers;  // every number drawn, sorted; touched by the drawing thread while it runs
    std::shared_ptr<Numbers> numbers;
    SampleSummary summary;
    int summary_n = 0;  // of which the summary speaks
    Background<SampleSummary> work;
    int poll_frame = -1;

    bool drawing() const { return work.busy(); }
};

// The sample of this view: takes over what came since the last frame, begins to draw what is
// wanted and not there, and asks for frames while it draws.
RandomSample& random_sample(PanelContext& context);

}  // namespace muonscope::gui
