#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/step_heatmap.h"
#include "core/experiment/predicted_facts.h"

// The panel of facts that are asked for often and rarely: what was chosen in it, what it keeps
// between frames, and its views.
namespace muonscope::gui {

enum class FactsView { thirds, by_fact, map };

struct RareFactsChoices {
    int view = static_cast<int>(FactsView::by_fact);
    bool probability = true;   // of the right answer, instead of the loss
    bool logarithmic = false;  // losses
};

// A lane's facts as theory has them, worked out as far as they were asked for.
class FactTheory {
  public:
    // Comes first; of another problem or recipe nothing is kept.
    void follow(const std::shared_ptr<const Problem>& problem, const Recipe& recipe);
    // Means over head, middle and tail at some of the steps up to `last`: at each to begin with,
    // then as far apart as a plot can show.
    struct Course {
        std::vector<double> steps;
        std::array<std::vector<double>, 3> loss, probability;
    };
    const Course& course(std::int64_t last);
    // At one step; null where that is too far to be worked out within a frame.
    const PredictedFacts* at(std::int64_t step);

  private:
    void record(const PredictedFacts& facts);

    std::shared_ptr<const Problem> problem_;
    Recipe recipe_;
    Course course_;
    std::optional<PredictedFacts> ahead_, now_;
};

struct RareFactsView {
    std::map<int, FactTheory> theories;      // by lane
    std::map<int, plots::StepHeatmap> maps;  // likewise
};

// What theory says of a lane, or null where it says nothing: not of what was edited on its way.
FactTheory* theory_of(const PanelContext& context, std::size_t lane);
inline constexpr const char* theory_help =
    " Dotted, where it is exact (one linear layer from zero, keys and values orthonormal, all "
    "facts "
    "in each step, no momentum and no decay): theory.";

double frequency_of(const Snapshot& snapshot, int fact);  // from 0
// "loss"; "P(right answer)".
const char* quantity_name(const RareFactsChoices& chosen);
// Of fact k, from 0.
std::size_t fact_channel(const Layout& layout, const RareFactsChoices& chosen, int k);

// Facts in the order of their frequencies as at most so many rows: one each, or where there are
// more, ranges that widen by one factor, so that the head is told apart. rows + 1 beginnings, the
// last is the end.
std::vector<int> fact_rows(int facts, int most);
// "fact 3"; "facts 129–145, mean".
std::string facts_text(int begin, int end);

// Head, middle and tail over steps.
void draw_thirds(PanelContext& context, ImVec2 room);
// Every fact at one step.
void draw_by_fact(PanelContext& context, ImVec2 room);
// Every fact over steps, a picture a lane.
void draw_fact_maps(PanelContext& context, ImVec2 room);

}  // namespace muonscope::gui
