#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/rest.h"
#include "core/experiment/engine_bench.h"
#include "core/measure/engine_timing.h"
#include "core/session/background.h"

// The bench of orthogonalisers in the window.
// Kept with the view; going with it ends what is worked out.
namespace muonscope::gui {

// What of the bench is kept between sessions.
struct LabChoices {
    int view = 0;  // transfer, quality, cost
    std::array<bool, engine_count> on{};
    int focus = 0;  // whose iterates and landings are drawn
    LabChoices();   // four engines that differ
};

struct Lab {
    LabWish wish;
    LabOutcome outcome;
    Background<LabOutcome> work;
    LabWish begun;  // what is being worked out, or was last
    Rest rest{0.25};
    std::vector<char> typed = std::vector<char>(5120, '\0');  // of the path

    Engine focus = Engine::jordan;     // as is chosen in the preferences
    std::optional<Interval> interval;  // chosen on the transfer plot's axis
    double dragged_from = 0;

    Background<EngineTiming> timing;
    std::vector<EngineTiming> timings;

    Lab();
    bool on(Engine engine) const { return wish.on[place_of(engine)]; }
};

// The bench of this view: takes over what came since the last frame, works out what is wished, and
// asks for frames while it does. While the training runs it follows four times a second at most,
// and rests three times as long as it worked: the training has the cores first.
Lab& lab(PanelContext& context);

// Takes its matrix from that file: a path, or a tensor's name as tensor_reference.h has it.
void load_file(Lab& lab, const std::string& reference);

// Times the engines that are on, beside the frames; timings of before are forgotten.
void begin_timing(PanelContext& context, Lab& lab);

}  // namespace muonscope::gui
