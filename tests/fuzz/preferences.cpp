// The window's preferences of any text, and a line of it as --choose takes it: refused in a
// sentence, or the same when written and read again. Its panels are three that choose one of each
// kind, so that no window has to be compiled for it.

#include "app/gui/preferences.h"

#include <cmath>

#include "app/gui/caption.h"
#include "app/gui/plots/page_choices.h"
#include "app/gui/plots/step_axis.h"
#include "tests/fuzz/expect.h"

namespace muonscope::gui {
namespace {

struct Choices {
    bool on = false;
    int whole = 2;
    double real = 0.5;
    std::vector<std::string> words{"loss"};
};

std::vector<Remembered> remembered(Preferences& preferences) {
    auto& choices = preferences.panels.of<Choices>();
    return {{"on", &choices.on},
            {"whole", &choices.whole, -3, 7},
            {"real", &choices.real, 0.25, 4},
            {"words", &choices.words}};
}

void expect_within(Preferences& preferences) {
    for (const Remembered& one : all_remembered(preferences)) {
        if (int* const* whole = std::get_if<int*>(&one.at))
            expect(**whole >= one.low && **whole <= one.high, "a number is within its range");
        if (double* const* real = std::get_if<double*>(&one.at))
            expect(**real >= one.low && **real <= one.high, "a number is within its range");
        if (auto* const* list = std::get_if<std::vector<std::string>*>(&one.at))
            expect((*list)->size() <= 64, "a list is short");
    }
}

}  // namespace

std::vector<Remembered> remembered_of_caption(Preferences& /*preferences*/) {
    return {};
}

}  // namespace muonscope::gui
namespace muonscope::plots {

std::vector<gui::Remembered> remembered_of_page(gui::Preferences& /*preferences*/) {
    return {};
}
std::vector<gui::Remembered> remembered_of_steps(gui::Preferences& /*preferences*/) {
    return {};
}

}  // namespace muonscope::plots
namespace muonscope::gui {

std::span<const Panel> panels() {
    static const Panel panel{.title = "Loss",
                             .explanation = "",
                             .help = "",
                             .draw = nullptr,
                             .least = {},
                             .remembered = remembered};
    return {&panel, 1};
}

}  // namespace muonscope::gui

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace muonscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    try_or_refuse("any.json", sentence, [&] {
        gui::Preferences read = gui::preferences_from_json(text, "any.json");
        gui::expect_within(read);
        const std::string written = to_json(read);
        expect(to_json(gui::preferences_from_json(written, "any.json")) == written,
               "preferences are the same written and read again");
    });
    return try_or_refuse("--choose", sentence, [&] {
        gui::Preferences preferences;
        gui::choose(preferences, text);
        gui::expect_within(preferences);
    });
}
