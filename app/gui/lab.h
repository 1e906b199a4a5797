#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/lab_timing.h"
#include "app/gui/panel.h"
#include "core/measure/orthogonality.h"
#include "core/session/background.h"

// The orthogonalisers' bench: one matrix, the engines chosen for it, and what they make of it.
// Kept with the view; going with it ends what is worked out.
namespace muonscope::gui {

inline constexpr std::size_t engine_count = 18;  // of core/linalg/engine.h, in its order

// What of the bench is kept between sessions.
struct LabChoices {
    int view = 0;  // transfer, quality, cost
    std::array<bool, engine_count> on{};
    int focus = 0;  // whose iterates and landings are drawn
    LabChoices();   // four engines that differ
};

enum class LabSource { live, random, file };
enum class RandomSpectrum { gaussian, exponential, power_law };

// Everything that the numbers depend on: when it changes they are worked out anew.
struct LabWish {
    LabSource source = LabSource::live;
    int lane = 0, layer = 1;
    std::shared_ptr<const Problem> problem;              // live only, as is
    std::shared_ptr<const std::vector<Matrix>> weights;  // the lane's
    int rows = 64, cols = 64;
    RandomSpectrum spectrum = RandomSpectrum::exponential;
    double decay = 0.9, exponent = 1;
    int seed = 1;
    std::string path;
    std::array<bool, engine_count> on{};  // as is chosen in the preferences
    OrthogonaliserSpec options;           // of all engines; its own engine does not count
    int shuffle = 1;                      // of columns

    bool operator==(const LabWish&) const = default;
    OrthogonaliserSpec spec(Engine engine) const;
};

struct LabRow {
    EngineReport report;
    double column_order = 0;  // measure/column_order.h
};

// What came of one wish, as far as it has been worked out.
struct LabOutcome {
    LabWish wish;
    std::string error;  // the matrix cannot be had
    Eigen::Index rows = 0, cols = 0;
    double norm = 0;             // |G|_F
    std::vector<double> shares;  // s_i/|G|_F, largest first
    std::vector<LabRow> engines;
};

struct Lab {
    LabWish wish;
    LabOutcome outcome;
    Background<LabOutcome> work;
    LabWish begun;         // what is being worked out, or was last
    double begun_at = -1;  // seconds of ImGui::GetTime(); < 0: never
    double took = 0;       // seconds from then to its end
    std::vector<char> typed = std::vector<char>(1024, '\0');  // of the path

    Engine focus = Engine::jordan;     // as is chosen in the preferences
    std::optional<Interval> interval;  // chosen on the transfer plot's axis
    double dragged_from = 0;

    Background<EngineTiming> timing;
    std::vector<EngineTiming> timings;

    Lab();
    bool on(Engine engine) const { return wish.on[static_cast<std::size_t>(engine)]; }
};

// The bench of this view: takes over what came since the last frame, works out what is wished, and
// asks for frames while it does. While the training runs it follows four times a second at most,
// and rests three times as long as it worked: the training has the cores first.
Lab& lab(PanelContext& context);

// Times the engines that are on, on a thread of its own; timings of before are forgotten.
void begin_timing(Lab& lab);

}  // namespace muonscope::gui
