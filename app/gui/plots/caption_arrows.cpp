#include "app/gui/plots/caption_arrows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "app/gui/caption.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// How far an arrow's lane has been looked through, so that no sample is looked at twice.
struct Search {
    const Problem* problem = nullptr;
    std::uint64_t generation = 0;
    std::size_t looked_at = 0;
    bool found = false;
};
struct Searches {
    std::map<std::pair<const Arrow*, int>, Search> of;
};

// The first sample at which it has happened; size() where it has not.
std::size_t happened(Search& search, const ArrowWait& wait, const Snapshot& snapshot, int lane) {
    const HistoryView& history = snapshot.lanes[lane].history;
    if (search.problem != snapshot.problem.get() || search.generation != history.generation() ||
        search.looked_at > history.size())
        search = {snapshot.problem.get(), history.generation(), 0, false};
    while (!search.found && search.looked_at < history.size()) {
        search.found = wait.is_over(history.value(search.looked_at, wait.place));
        if (!search.found) ++search.looked_at;
    }
    return search.found ? search.looked_at : history.size();
}

struct Rectangle {
    ImVec2 from, to;
    bool meets(const Rectangle& other) const {
        return from.x < other.to.x && other.from.x < to.x && from.y < other.to.y &&
               other.from.y < to.y;
    }
};

// Where its words go: beside the place, within the plot, clear of those that are there already.
bool place_words(const Axes& plot, ImVec2 at, ImVec2 extent, const std::vector<Rectangle>& taken,
                 Rectangle& words) {
    const float across = em(1.6F), along = em(1.5F);
    const std::array<ImVec2, 6> corners{ImVec2{at.x + across, at.y + along},
                                        ImVec2{at.x - across - extent.x, at.y - along - extent.y},
                                        ImVec2{at.x + across, at.y - along - extent.y},
                                        ImVec2{at.x - across - extent.x, at.y + along},
                                        ImVec2{at.x + across, at.y + 3 * along},
                                        ImVec2{at.x + across, at.y - 3 * along - extent.y}};
    for (const ImVec2& corner : corners) {
        words = {corner, {corner.x + extent.x, corner.y + extent.y}};
        if (words.from.x < plot.position.x + 2 || words.from.y < plot.position.y + 2 ||
            words.to.x > plot.position.x + plot.extent.x - 2 ||
            words.to.y > plot.position.y + plot.extent.y - 2)
            continue;
        if (std::none_of(taken.begin(), taken.end(),
                         [&](const Rectangle& other) { return words.meets(other); }))
            return true;
    }
    return false;
}

// A line from the words to the place, with a head.
void draw_arrow(const gui::Theme& theme, const Rectangle& words, ImVec2 at) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 from{std::clamp(at.x, words.from.x, words.to.x),
                      at.y > words.to.y ? words.to.y : std::max(words.from.y, at.y)};
    const float dx = at.x - from.x, dy = at.y - from.y, length = std::hypot(dx, dy);
    if (length < 1) return;
    const ImVec2 along{dx / length, dy / length};
    const float head = std::min(em(0.55F), length), half = head * 0.42F;
    const ImVec2 tip{at.x - along.x * em(0.2F), at.y - along.y * em(0.2F)};
    const ImVec2 neck{tip.x - along.x * head, tip.y - along.y * head};
    const ImU32 colour = u32(theme.text);
    draw->AddLine(from, neck, colour, std::max(1.0F, em(0.09F)));
    draw->AddTriangleFilled(tip, {neck.x - along.y * half, neck.y + along.x * half},
                            {neck.x + along.y * half, neck.y - along.x * half}, colour);
}

void draw_words(const gui::Theme& theme, const Rectangle& words, const char* text) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(words.from, words.to, u32(gui::with_alpha(theme.card, 0.92F)), em(0.25F));
    draw->AddRect(words.from, words.to, u32(theme.border), em(0.25F));
    draw->AddText(nullptr, ImGui::GetFontSize() * 0.86F,
                  {words.from.x + em(0.35F), words.from.y + em(0.12F)}, u32(theme.text), text);
}

}  // namespace

std::vector<ArrowPlace> arrow_places(gui::PanelContext& context) {
    std::vector<ArrowPlace> places;
    const Caption* caption = gui::shown_caption(context);
    if (caption == nullptr || context.snapshot->problem == nullptr) return places;
    const Snapshot& snapshot = *context.snapshot;
    auto& searches = context.kept<Searches>().of;
    for (const Arrow& arrow : caption->arrows) {
        if (arrow.lane >= static_cast<int>(snapshot.lanes.size())) continue;
        const std::optional<ArrowWait> wait = waits_for(arrow, *snapshot.problem, snapshot.layout);
        const HistoryView& history = snapshot.lanes[arrow.lane].history;
        const std::size_t channel = snapshot.layout.at(arrow.channel, 0, arrow.k);
        if (!wait || std::max(channel, wait->place) >= history.channels()) continue;
        const std::size_t sample =
            happened(searches[{&arrow, arrow.lane}], *wait, snapshot, arrow.lane);
        if (sample < history.size())
            places.push_back({&arrow, channel, static_cast<double>(history.step(sample)),
                              history.value(sample, channel)});
    }
    return places;
}

void draw_caption_arrows(gui::PanelContext& context, const Axes& plot, int lane, std::size_t first,
                         int channels) {
    std::vector<Rectangle> taken;
    for (const ArrowPlace& place : arrow_places(context)) {
        if ((lane >= 0 && place.arrow->lane != lane) || place.channel < first ||
            place.channel >= first + static_cast<std::size_t>(channels))
            continue;
        const ImVec2 at{plot.pixel_x(place.step), plot.pixel_y(place.value)};
        if (at.x < plot.position.x || at.x > plot.position.x + plot.extent.x ||
            !(at.y >= plot.position.y && at.y <= plot.position.y + plot.extent.y))
            continue;
        const char* text = place.arrow->words.c_str();
        const ImVec2 extent =
            ImGui::GetFont()->CalcTextSizeA(ImGui::GetFontSize() * 0.86F, 1e6F, 0, text);
        Rectangle words{};
        if (!place_words(plot, at, {extent.x + em(0.7F), extent.y + em(0.24F)}, taken, words))
            continue;
        taken.push_back(words);
        draw_arrow(context.theme, words, at);
        draw_words(context.theme, words, text);
    }
}

}  // namespace muonscope::plots
