// Every preset with every panel open, frame after frame while it trains: no complaint of OpenGL, no
// picture that could not be drawn, and nothing that a sanitizer finds. A few frames each time;
// MUONSCOPE_FRAMES=600 draws as many.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/gui/frame.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"
#include "tests/gui/offscreen.h"
#include "tests/sanitized.h"

namespace muonscope::gui {
namespace {

int wanted_frames() {
    const char* wanted = std::getenv("MUONSCOPE_FRAMES");
    return wanted != nullptr ? std::max(1, std::atoi(wanted)) : sanitized ? 2 : 6;
}

class EveryPresetInEveryPanel : public testing::TestWithParam<std::string> {};

TEST_P(EveryPresetInEveryPanel, is_drawn_without_a_complaint) {
    Spec spec = preset(GetParam());
    spec.experiment.probe.samples = std::min(spec.experiment.probe.samples, 256);
    Session session(spec);
    WorkerPool pool(1);
    Offscreen offscreen(640, 480, true);
    std::vector<const Panel*> every;
    for (const Panel& panel : panels()) every.push_back(&panel);
    const int frames = wanted_frames();
    for (int frame = 0; frame < frames; ++frame) {
        session.advance_to(session.step() + 2, pool);
        const auto snapshot = session.snapshot({.show = Session::Show::what_is_sound});
        offscreen.frame(*snapshot, every);
        for (const std::string& complaint : offscreen.complaints())
            ADD_FAILURE() << "frame " << frame << ": " << complaint;
    }
    const std::vector<std::uint8_t> pixels = offscreen.pixels();
    EXPECT_NE(*std::max_element(pixels.begin(), pixels.end()),
              *std::min_element(pixels.begin(), pixels.end()));
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryPresetInEveryPanel, testing::ValuesIn([] {
                             std::vector<std::string> names;
                             for (const Spec& spec : presets()) names.push_back(spec.name);
                             return names;
                         }()),
                         [](const auto& each) {
                             std::string name = each.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace muonscope::gui
