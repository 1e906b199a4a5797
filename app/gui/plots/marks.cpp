#include "app/gui/plots/marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "app/gui/plots/memory.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// The marks of one plot, drawn from left to right.
class Marks {
  public:
    Marks(gui::PanelContext& context, const Axes& plot)
        : context_(context),
          plot_(plot),
          bottom_(plot.position.y + plot.extent.y),
          free_from_(plot.position.x) {}

    // A further series of marks, each of them from the left again.
    void begin() { last_x_ = -1e9F; }

    void draw(std::int64_t step, const std::string& text, bool dashed) {
        const auto at = static_cast<double>(step);
        if (!plot_.x.shows(at)) return;
        const float x = std::round(plot_.pixel_x(at));
        if (plot_.hovered && std::abs(ImGui::GetMousePos().x - x) < em(0.35F)) {
            if (hovered_.size() < 8) hovered_.push_back({text, "", context_.theme.mark});
            hovered_step_ = step;
        }
        if (x - last_x_ < 2) return;
        last_x_ = x;
        line(x, dashed);
        words(x, text);
    }

    void draw_hovered_step(double step) const {
        if (step < 0 || !plot_.x.shows(step)) return;
        const float x = std::round(plot_.pixel_x(step));
        ImGui::GetWindowDrawList()->AddRectFilled({x, plot_.position.y},
                                                  {x + context_.theme.hairline(), bottom_},
                                                  u32(gui::with_alpha(context_.theme.mark, 0.35F)));
    }

    // The step of the past that every panel shows.
    void draw_looked_at(double step) const {
        if (!plot_.x.shows(step)) return;
        const float x = std::round(plot_.pixel_x(step));
        const float width = std::max(2.0F, 2 * context_.theme.hairline());
        ImGui::GetWindowDrawList()->AddRectFilled({x, plot_.position.y}, {x + width, bottom_},
                                                  u32(gui::with_alpha(context_.theme.text, 0.75F)));
    }

    void draw_readout_of_hovered() const {
        if (!hovered_.empty())
            draw_readout(context_, "step " + step_text(static_cast<double>(hovered_step_)),
                         hovered_);
    }

  private:
    void line(float x, bool dashed) const {
        ImDrawList* draw = ImGui::GetWindowDrawList();
        const float hair = context_.theme.hairline();
        const ImU32 colour = u32(context_.theme.event_line());
        if (dashed) {
            const std::array<ImVec2, 2> ends{ImVec2{x, plot_.position.y}, ImVec2{x, bottom_}};
            const std::array<float, 2> pattern{em(0.3F), em(0.3F)};
            add_dashes(draw, ends, colour, hair, pattern);
        } else {
            draw->AddRectFilled({x, plot_.position.y}, {x + hair, bottom_}, colour);
        }
    }

    // Labels do not overlap.
    void words(float x, const std::string& text) {
        ImDrawList* draw = ImGui::GetWindowDrawList();
        const gui::Theme& theme = context_.theme;
        const float size = ImGui::GetFontSize() * 0.82F;
        const float width =
            ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, text.c_str()).x + em(0.4F);
        const float y = bottom_ - size - em(0.25F);
        if (x + width >= plot_.position.x + plot_.extent.x || x < free_from_) return;
        draw->AddRectFilled({x + theme.hairline(), y - em(0.05F)}, {x + width, y + size + em(0.1F)},
                            u32(gui::with_alpha(theme.card, 0.85F)));
        draw->AddText(nullptr, size, {x + em(0.25F), y}, u32(theme.dim), text.c_str());
        free_from_ = x + width + em(0.3F);
    }

    gui::PanelContext& context_;
    const Axes& plot_;
    float bottom_, free_from_, last_x_ = -1e9F;
    std::vector<ReadoutRow> hovered_;
    std::int64_t hovered_step_ = 0;
};

// Edits of the run, and where lanes diverged, by step.
std::vector<Event> events_of(const Snapshot& snapshot, int lane) {
    std::vector<Event> events;
    if (snapshot.events) events = *snapshot.events;
    const auto& lanes = snapshot.lanes;
    for (std::size_t l = 0; l < lanes.size(); ++l)
        if (lanes[l].divergence)
            events.push_back({lanes[l].divergence->step, static_cast<int>(l),
                              lane < 0 ? lanes[l].name + " diverged" : "diverged"});
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.step < b.step; });
    return events;
}

void add_phase_ends(std::vector<StepMark>& marks, const LaneSnapshot& lane, const Recipe& recipe) {
    if (recipe.repeats) return;  // phases in turns change at too many steps to mark
    const auto& phases = recipe.phases;
    std::int64_t step = 0;
    bool first = true;
    for (std::size_t p = 0;
         p + 1 < phases.size() && p < lane.phase_steps.size() && static_cast<int>(p) < lane.phase;
         ++p) {
        step += lane.phase_steps[p];
        marks.push_back({step, phases[p + 1].name, true, first});
        first = false;
    }
}

}  // namespace

std::vector<StepMark> step_marks(const Snapshot& snapshot, int lane) {
    std::vector<StepMark> marks;
    for (const Event& event : events_of(snapshot, lane))
        if (lane < 0 || event.lane < 0 || event.lane == lane)
            marks.push_back({event.step, event.text, false, false});
    for (std::size_t l = 0; snapshot.spec && l < snapshot.lanes.size(); ++l)
        if ((lane < 0 || static_cast<int>(l) == lane) && l < snapshot.spec->lanes.size())
            add_phase_ends(marks, snapshot.lanes[l], snapshot.spec->lanes[l]);
    return marks;
}

void draw_marks(gui::PanelContext& context, const Axes& plot, int lane) {
    if (!context.snapshot) return;
    const Snapshot& snapshot = *context.snapshot;
    Marks marks(context, plot);
    for (const StepMark& mark : step_marks(snapshot, lane)) {
        if (mark.begins_series) marks.begin();
        marks.draw(mark.step, mark.text, mark.dashed);
    }
    if (snapshot.past >= 0) marks.draw_looked_at(static_cast<double>(snapshot.past));
    marks.draw_hovered_step(memory(context).hovered_step);
    marks.draw_readout_of_hovered();
}

}  // namespace muonscope::plots
