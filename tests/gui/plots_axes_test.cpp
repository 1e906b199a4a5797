// Every plot of the program behaves alike: what the wheel, a drag, a box and a double click do is
// read back from the labels that are drawn, and every plot's menu exports in three forms.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "app/gui/frame.h"
#include "app/gui/lab.h"
#include "app/gui/paper_runs.h"
#include "app/gui/path_dialog.h"
#include "app/gui/theme.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 screen{1100, 760};

Spec small(const char* name) {
    Spec spec = preset(name);
    if (std::string_view(name) == "two-ways-up") {
        set(spec, "network.width", std::string_view("12"));
        set(spec, "target.modes", std::string_view("6"));
        set(spec, "lanes.0.optimizer.schedule", std::string_view("cosine"));
    }
    // Four plots side by side would have a label each once they are zoomed.
    if (std::string_view(name) == "rare-facts") spec.lanes.resize(2);
    return spec;
}

// A panel, and what was chosen in it.
struct Kind {
    const char *name, *panel, *preset;
    std::size_t plots;  // how many it draws
    void (*choose)(Harness&) = [](Harness&) {};
    bool equal = false;          // a unit is as long up as it is across
    bool strip = true;           // labels stand outside the frame
    const char* svg = "points";  // what its drawing has for each thing drawn
};

void show_times(Harness& harness) {
    harness.chosen<LabChoices>().view = 2;
    for (const int n : {16, 32, 64, 128, 256, 512}) {
        const double seconds = 1e-9 * n * n * n;
        harness.kept<Lab>().timings.push_back(
            {Engine::jordan, n, {0.8 * seconds, seconds, 1.3 * seconds, 7}});
    }
}

void show_seeds(Harness& harness) {
    std::vector<SweepSeed>& seeds = harness.kept<PaperRuns>().seeds;
    for (int i = 0; i < 40; ++i) {
        SweepSeed seed{static_cast<std::uint64_t>(i)};
        const double steps = 9000 + 100 * i;
        for (auto& arms : seed.arms)
            arms = {{{600, 0.03, steps}, {600, 0.05, steps - 50 + 7 * (i % 13)}}};
        seeds.push_back(seed);
    }
}

const std::vector<Kind> kinds{
    {"curves over steps", "loss", "two-ways-up", 1,
     [](Harness& h) { switch_of(h.preferences, "loss_log") = false; }},
    {"the probe", "downstream-probe", "two-ways-up", 1,
     [](Harness& h) { switch_of(h.preferences, "probe_log") = false; }},
    {"modes as lines", "singular-values", "two-ways-up", 2},
    {"modes as a heatmap", "singular-values", "two-ways-up", 2,
     [](Harness& h) { switch_of(h.preferences, "sv_heatmap") = true; }, false, true, "<rect"},
    {"parts of updates", "weight-norms", "two-ways-up", 4},
    {"series", "conditioning", "two-ways-up", 2},
    {"thirds of facts", "rare-facts", "rare-facts", 3,
     [](Harness& h) { number_of(h.preferences, "facts_view") = 0; }},
    {"facts at one step", "rare-facts", "rare-facts", 1,
     [](Harness& h) { number_of(h.preferences, "facts_view") = 1; }},
    {"facts as pictures", "rare-facts", "rare-facts", 2,
     [](Harness& h) { number_of(h.preferences, "facts_view") = 2; }, false, true, "<rect"},
    {"ways in the plane", "trade-off", "two-ways-up", 3},
    {"arrows in the plane", "why", "two-ways-up", 1},
    {"bars", "singular-values", "two-ways-up", 1,
     [](Harness& h) { switch_of(h.preferences, "sv_bars") = true; }, false, true, "<rect"},
    {"squares", "alignment", "two-ways-up", 2, [](Harness&) {}, true, true, "<rect"},
    {"points", "representations", "two-ways-up", 6, [](Harness&) {}, true, false, "<path d="},
    {"functions", "orthogonaliser-lab", "two-ways-up", 1},
    {"histograms", "random-matrices", "two-ways-up", 2},
    {"a schedule", "lanes", "two-ways-up", 1},
    {"times with their quartiles", "orthogonaliser-lab", "two-ways-up", 1, show_times},
    {"stems", "staged-planner", "staged", 1, show_seeds, false, true, "<rect"},
};

struct Frame {
    ImVec2 from, to;
    ImVec2 at(float across, float down) const {
        return {from.x + across * (to.x - from.x), from.y + down * (to.y - from.y)};
    }
};

class Plots {
  public:
    explicit Plots(const Kind& kind) : harness(screen), kind_(kind) {
        harness.show(trained(small(kind.preset), 60));
        kind.choose(harness);
        look();
    }
    Drawing look() {
        for (int i = 0; i < 30; ++i) harness.panel_frame(panel_by_slug(kind_.panel));
        return drawing();
    }
    // Outlines of plots, from above and then from the left.
    std::vector<Frame> frames() {
        const ImU32 border = u32(theme_for(harness.preferences, 1).border);
        std::vector<Frame> found;
        for (const Shape& shape : drawing().of_colour(border))
            if (shape.corners.size() <= 16 && shape.max.x - shape.min.x > 60 &&
                shape.max.y - shape.min.y > 25)
                found.push_back({shape.min, shape.max});
        std::sort(found.begin(), found.end(), [](const Frame& a, const Frame& b) {
            return std::abs(a.from.y - b.from.y) > 2 ? a.from.y < b.from.y : a.from.x < b.from.x;
        });
        return found;
    }
    // What the labels of one plot's axes say: those right below its frame or right above its lower
    // edge, and those that end left of it.
    static Scale across(const Frame& frame) {
        return Scale::across(labels(frame, false), {0, 0}, screen);
    }
    static Scale up(const Frame& frame) { return Scale::up(labels(frame, true), {0, 0}, screen); }
    static Drawing labels(const Frame& frame, bool up) {
        Drawing found;
        for (const Word& word : drawing().words) {
            if (word.window.find("##Tooltip") == 0) continue;
            const bool below =
                std::abs(word.min.y - frame.to.y) < 8 || std::abs(word.max.y - frame.to.y) < 6;
            const bool beside = frame.from.x - word.max.x > -1 && frame.from.x - word.max.x < 9;
            if (up ? beside && word.max.y > frame.from.y && word.min.y < frame.to.y
                   : below && word.middle().x > frame.from.x - 3 &&
                         word.middle().x < frame.to.x + 3)
                found.words.push_back(word);
        }
        for (Word& word : found.words)
            if (word.text.find("seed ") == 0) word.text.erase(0, 5);
        return found;
    }
    void move(ImVec2 to) {
        ImGui::GetIO().AddMousePosEvent(to.x, to.y);
        look();
    }
    void wheel(ImVec2 at, float notches) {
        move(at);
        ImGui::GetIO().AddMouseWheelEvent(0, notches);
        look();
    }
    void drag(ImVec2 from, ImVec2 to, ImGuiMouseButton button) {
        move(from);
        ImGui::GetIO().AddMouseButtonEvent(button, true);
        look();
        for (int i = 1; i <= 8; ++i) {
            const float part = static_cast<float>(i) / 8;
            ImGui::GetIO().AddMousePosEvent(from.x + part * (to.x - from.x),
                                            from.y + part * (to.y - from.y));
            harness.panel_frame(panel_by_slug(kind_.panel));
        }
        ImGui::GetIO().AddMouseButtonEvent(button, false);
        look();
    }
    void click(ImVec2 at, ImGuiMouseButton button, int times = 1) {
        move(at);
        for (int i = 0; i < times; ++i)
            for (const bool down : {true, false}) {
                ImGui::GetIO().AddMouseButtonEvent(button, down);
                harness.panel_frame(panel_by_slug(kind_.panel));
            }
        look();
    }
    // Every word of one plot and where it stands, with the mouse elsewhere.
    std::multiset<std::string> words(const Frame& frame) {
        move({screen.x / 2, 3});
        std::multiset<std::string> found;
        for (const Word& word : drawing().words)
            if (word.min.x > frame.from.x - 75 && word.max.x < frame.to.x + 12 &&
                word.min.y > frame.from.y - 8 && word.max.y < frame.to.y + 24)
                found.insert(word.text + " " + std::to_string(std::lround(word.min.x)));
        return found;
    }

    Harness harness;

  private:
    const Kind& kind_;
};

double position(const Scale& scale, float pixel) {
    const double value = scale.value(pixel);
    return scale.logarithmic() ? std::log10(value) : value;
}

double height(const Scale& scale, const Frame& frame) {
    return std::abs(position(scale, frame.from.y) - position(scale, frame.to.y));
}
double span(const Scale& scale, const Frame& frame) {
    return position(scale, frame.to.x) - position(scale, frame.from.x);
}

TEST(Axes, of_every_plot_zoom_where_the_mouse_is) {
    for (const Kind& kind : kinds) {
        SCOPED_TRACE(kind.name);
        Plots plots(kind);
        ASSERT_EQ(plots.frames().size(), kind.plots);
        const Frame frame = plots.frames().front();
        const ImVec2 at = frame.at(0.6F, 0.45F);
        plots.wheel(at, 3);
        const Scale before = Plots::across(frame);
        ASSERT_GE(before.labels(), 2) << drawing().text();
        plots.wheel(at, 2);
        const Scale after = Plots::across(frame);
        ASSERT_GE(after.labels(), 2) << drawing().text();
        EXPECT_NEAR(span(after, frame) / span(before, frame), std::pow(1.1, -2), 0.02);
        EXPECT_NEAR(position(after, at.x), position(before, at.x), 0.015 * span(before, frame));
        if (!kind.strip) continue;
        // Over the labels of one axis that axis alone.
        if (kind.equal) continue;
        const Scale values = Plots::up(frame);
        plots.wheel({frame.from.x - 6, at.y}, 2);
        const Scale same = Plots::across(frame), higher = Plots::up(frame);
        EXPECT_NEAR(span(same, frame), span(after, frame), 0.01 * span(after, frame));
        EXPECT_NEAR(position(same, at.x), position(after, at.x), 0.01 * span(after, frame));
        plots.wheel({at.x, frame.to.y + 6}, -2);
        EXPECT_NEAR(span(Plots::across(frame), frame), span(before, frame),
                    0.02 * span(before, frame));
        if (values.labels() < 2 || higher.labels() < 2) continue;
        EXPECT_NEAR(height(higher, frame) / height(values, frame), std::pow(1.1, -2), 0.03);
        EXPECT_NEAR(height(Plots::up(frame), frame), height(higher, frame),
                    1e-3 * height(higher, frame));
    }
}

// Values over steps keep what they show until they are taken by their own labels.
TEST(Axes, of_values_over_steps_rest_until_they_are_moved_at_their_labels) {
    const auto kind = std::find_if(std::begin(kinds), std::end(kinds), [](const Kind& one) {
        return std::string(one.panel) == "loss";
    });
    ASSERT_NE(kind, std::end(kinds));
    Plots plots(*kind);
    const Frame frame = plots.frames().front();
    const Scale before = Plots::up(frame);
    ASSERT_GE(before.labels(), 2) << drawing().text();
    const ImVec2 from = frame.at(0.5F, 0.3F);
    plots.drag(from, {from.x, from.y + 40}, ImGuiMouseButton_Left);
    EXPECT_NEAR(position(Plots::up(frame), from.y), position(before, from.y),
                0.01 * height(before, frame));
    plots.drag({frame.from.x - 6, from.y}, {frame.from.x - 6, from.y + 40}, ImGuiMouseButton_Left);
    const Scale moved = Plots::up(frame);
    EXPECT_NEAR(position(moved, from.y + 40), position(before, from.y),
                0.03 * height(before, frame));
    plots.drag(from, {from.x, from.y + 30}, ImGuiMouseButton_Left);
    EXPECT_NEAR(position(Plots::up(frame), from.y + 30), position(moved, from.y),
                0.03 * height(before, frame));
}

TEST(Axes, of_every_plot_show_the_box_that_was_drawn_up) {
    for (const Kind& kind : kinds) {
        SCOPED_TRACE(kind.name);
        Plots plots(kind);
        const Frame frame = plots.frames().front();
        plots.wheel(frame.at(0.5F, 0.5F), 1);
        const Scale before = Plots::across(frame), values = Plots::up(frame);
        ASSERT_GE(before.labels(), 2) << drawing().text();
        const ImVec2 from = frame.at(0.3F, 0.25F), to = frame.at(0.75F, 0.7F);
        plots.drag(from, to, ImGuiMouseButton_Right);
        const Scale after = Plots::across(frame);
        ASSERT_GE(after.labels(), 2) << drawing().text();
        const double wide = position(before, to.x) - position(before, from.x);
        // The middle comes to the middle; what has to stay square may show more on its sides.
        EXPECT_NEAR(position(after, frame.at(0.5F, 0).x),
                    (position(before, from.x) + position(before, to.x)) / 2, 0.03 * wide);
        if (kind.equal) {
            EXPECT_LT(span(after, frame), 0.75 * span(before, frame));
            continue;
        }
        EXPECT_NEAR(span(after, frame), wide, 0.03 * wide);
        const Scale chosen = Plots::up(frame);
        if (values.labels() < 2 || chosen.labels() < 2) continue;
        const double high = std::abs(position(values, from.y) - position(values, to.y));
        // Labels stand on whole pixels, and some plots are flat.
        const double pixel = height(values, frame) / static_cast<double>(frame.to.y - frame.from.y);
        EXPECT_NEAR(position(chosen, frame.from.y), position(values, from.y),
                    0.02 * high + 1.5 * pixel);
        EXPECT_NEAR(position(chosen, frame.to.y), position(values, to.y),
                    0.02 * high + 1.5 * pixel);
    }
}

TEST(Axes, of_every_plot_show_everything_again_on_a_double_click) {
    for (const Kind& kind : kinds) {
        SCOPED_TRACE(kind.name);
        Plots plots(kind);
        const Frame frame = plots.frames().front();
        const auto before = plots.words(frame);
        ASSERT_FALSE(before.empty());
        plots.wheel(frame.at(0.4F, 0.6F), 4);
        plots.drag(frame.at(0.3F, 0.25F), frame.at(0.75F, 0.7F), ImGuiMouseButton_Right);
        EXPECT_NE(plots.words(frame), before);
        plots.click(frame.at(0.5F, 0.5F), ImGuiMouseButton_Left, 2);
        EXPECT_EQ(plots.words(frame), before);
    }
}

TEST(Axes, of_plots_that_are_dragged_move_with_the_mouse) {
    for (const Kind& kind : kinds) {
        if (std::string_view(kind.panel) == "orthogonaliser-lab")
            continue;  // an interval is chosen
        SCOPED_TRACE(kind.name);
        Plots plots(kind);
        const Frame frame = plots.frames().front();
        plots.wheel(frame.at(0.5F, 0.5F), 6);
        const Scale before = Plots::across(frame);
        const ImVec2 from = frame.at(0.6F, 0.5F), to = frame.at(0.5F, 0.5F);
        plots.drag(from, to, ImGuiMouseButton_Left);
        const Scale after = Plots::across(frame);
        // The first pixels of a drag tell it from a click.
        EXPECT_NEAR(position(after, to.x), position(before, from.x), 0.04 * span(before, frame));
        EXPECT_NEAR(span(after, frame), span(before, frame), 0.02 * span(before, frame));
    }
}

// How often something stands in a text.
std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

// Every tag that opens is closed by its own name.
void expect_well_formed(const std::string& svg) {
    std::vector<std::string> open;
    for (std::size_t at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
        const std::size_t end = svg.find('>', at);
        ASSERT_NE(end, std::string::npos);
        const std::string tag = svg.substr(at + 1, end - at - 1);
        if (tag.front() == '/') {
            ASSERT_FALSE(open.empty());
            ASSERT_EQ(open.back(), tag.substr(1));
            open.pop_back();
        } else if (tag.back() != '/') {
            open.push_back(tag.substr(0, tag.find(' ')));
        }
    }
    EXPECT_TRUE(open.empty());
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(Menus, of_every_plot_export_values_a_drawing_and_the_picture) {
    const ScratchFolder folder;
    for (const Kind& kind : kinds) {
        Plots plots(kind);
        const std::vector<Frame> frames = plots.frames();
        for (std::size_t i = 0; i < frames.size(); ++i) {
            SCOPED_TRACE(std::string(kind.name) + ", plot " + std::to_string(i));
            const auto choose = [&](const char* entry) {
                plots.click(frames[i].at(0.5F, 0.5F), ImGuiMouseButton_Right);
                const auto item = drawing().word(entry);
                ASSERT_TRUE(item) << drawing().text();
                plots.click(item->middle(), ImGuiMouseButton_Left);
            };
            const auto save = [&](const char* entry, const char* ending) {
                choose(entry);
                const std::string path = folder / (std::string("plot.") + ending);
                if (!plots.harness.view.path_dialog) {
                    ADD_FAILURE() << "no dialog";
                    return path;
                }
                plots.harness.view.path_dialog->request.done(path);
                plots.harness.view.path_dialog.reset();
                return path;
            };
            choose("Copy values as CSV");
            const char* const clipboard = ImGui::GetClipboardText();
            ASSERT_NE(clipboard, nullptr);
            const std::string copied = clipboard;
            const std::string csv =
                read_file(save("Save values as CSV…", "csv"), std::size_t{1} << 24U);
            // Matrices are drawn meanwhile.
            const bool grows = std::string_view(kind.panel) == "random-matrices";
            const std::size_t same = grows ? csv.find('\n') : std::string::npos;
            EXPECT_EQ(csv.substr(0, same), copied.substr(0, same));
            EXPECT_GT(count(csv, "\n"), 4U) << csv.substr(0, 300);
            EXPECT_GE(count(csv.substr(0, csv.find('\n')), ","), 1U) << csv.substr(0, 300);
            const std::string svg =
                read_file(save("Save drawing as SVG…", "svg"), std::size_t{1} << 24U);
            expect_well_formed(svg);
            EXPECT_GE(count(svg, kind.svg), 1U);
            EXPECT_GE(count(svg, "<text"), 5U);
            const std::string pdf =
                read_file(save("Save drawing as PDF…", "pdf"), std::size_t{1} << 24U);
            EXPECT_EQ(pdf.rfind("%PDF-", 0), 0U);
            EXPECT_NE(pdf.find("/FontFile3"), std::string::npos);
            const std::string script =
                read_file(save("Save as Python script…", "py"), std::size_t{1} << 24U);
            EXPECT_GE(count(script, "\nax = axes("), 1U);
            const std::string picture = save("Save picture as PNG…", "png");
            ASSERT_FALSE(plots.harness.pictures.empty());
            EXPECT_EQ(plots.harness.pictures.back(), picture);
        }
    }
}

// Numbers on the axis up of a drawing.
std::vector<double> values_in(const std::string& svg) {
    std::vector<double> found;
    constexpr std::string_view anchored = "text-anchor=\"end\"";
    for (std::size_t at = svg.find(anchored); at != std::string::npos;
         at = svg.find(anchored, at + 1)) {
        const std::size_t from = svg.find('>', at) + 1;
        if (const auto value = number_in(svg.substr(from, svg.find('<', from) - from)))
            found.push_back(*value);
    }
    return found;
}

TEST(Menus, draw_the_values_that_were_chosen) {
    const ScratchFolder folder;
    for (const std::size_t k : {0, 2, 6}) {
        const Kind& kind = kinds[k];
        SCOPED_TRACE(kind.name);
        Plots plots(kind);
        const Frame frame = plots.frames().front();
        const Scale before = Plots::up(frame);
        const ImVec2 from = frame.at(0.2F, 0.3F), to = frame.at(0.8F, 0.6F);
        plots.drag(from, to, ImGuiMouseButton_Right);
        plots.click(frame.at(0.5F, 0.5F), ImGuiMouseButton_Right);
        const auto item = drawing().word("Save drawing as SVG…");
        ASSERT_TRUE(item);
        plots.click(item->middle(), ImGuiMouseButton_Left);
        ASSERT_TRUE(plots.harness.view.path_dialog);
        const std::string path = folder / "plot.svg";
        plots.harness.view.path_dialog->request.done(path);
        const std::vector<double> values = values_in(read_file(path, std::size_t{1} << 24U));
        ASSERT_GE(values.size(), 3U);
        const double low = before.value(to.y), high = before.value(from.y);
        for (const double value : values) {
            EXPECT_GE(value, low - 0.05 * (high - low));
            EXPECT_LE(value, high + 0.05 * (high - low));
        }
        EXPECT_GT(*std::max_element(values.begin(), values.end()), low + 0.6 * (high - low));
    }
}

}  // namespace
}  // namespace muonscope::gui
