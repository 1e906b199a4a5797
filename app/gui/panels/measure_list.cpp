#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "app/gui/panels/measures.h"
#include "app/gui/plots/source.h"
#include "imgui.h"

// Which measures have a plot over steps: how that is kept, and how rows come into it.
namespace muonscope::gui {

namespace {

constexpr const char* dragged_kind = "measure";
constexpr int most_lanes = 64, most_sources = 64;
constexpr std::size_t most_plots = 32;

struct Dragged {
    Channel channel;
    int source;
};

bool one_number(Scope scope) {
    return !parts_of(scope).values;
}

}  // namespace

std::string to_text(const MeasurePlot& plot) {
    std::string text(info(plot.channel).column);
    if (plot.source > 0) text += fmt::format(" {}", plot.source);
    if (plot.logarithmic) text += " log";
    if (plot.gap) text += fmt::format(" gap {} {}", plot.gap->first, plot.gap->second);
    return text;
}

std::optional<MeasurePlot> measure_plot(const std::string& text) {
    std::istringstream words(text);
    std::string word;
    words >> word;
    const auto all = channels();
    const auto found = std::find_if(all.begin(), all.end(), [&](const ChannelInfo& channel) {
        return channel.column == word && one_number(channel.scope);
    });
    if (found == all.end()) return std::nullopt;
    MeasurePlot plot{.channel = found->channel};
    if (int source = 0; words >> source) {
        if (source < 0 || source > most_sources) return std::nullopt;
        plot.source = source_of(plot.channel, source);
    }
    words.clear();
    while (words >> word) {
        if (word == "log") plot.logarithmic = true;
        if (word != "gap") continue;
        int a = 0, b = 0;
        if (!(words >> a >> b) || a < 0 || b < 0 || a == b || std::max(a, b) >= most_lanes)
            return std::nullopt;
        plot.gap = std::pair{a, b};
    }
    return plot;
}

int source_of(Channel channel, int source) {
    switch (info(channel).scope) {
        case Scope::map:
            return source;
        case Scope::matrix:
            return std::max(source, 1);
        default:
            return 0;
    }
}

std::string measure_title(const Layout& layout, Channel channel, int source) {
    const std::string title(info(channel).title);
    return is_of_whole(info(channel).scope)
               ? title
               : fmt::format("{}, {}", title, plots::source_name(layout, source));
}

std::vector<MeasurePlot> plots_of(const MeasuresChoices& choices) {
    std::vector<MeasurePlot> plots;
    for (const std::string& text : choices.plots) {
        const auto plot = measure_plot(text);
        if (plot && std::none_of(plots.begin(), plots.end(), [&](const MeasurePlot& other) {
                return other.channel == plot->channel && other.source == plot->source;
            }))
            plots.push_back(*plot);
    }
    return plots;
}

bool is_plotted(const MeasuresChoices& choices, Channel channel, int source) {
    const std::vector<MeasurePlot> plots = plots_of(choices);
    return std::any_of(plots.begin(), plots.end(), [&](const MeasurePlot& plot) {
        return plot.channel == channel && plot.source == source_of(channel, source);
    });
}

void toggle_plot(MeasuresChoices& choices, Channel channel, int source) {
    const bool there =
        std::erase_if(choices.plots, [&](const std::string& text) {
            const auto plot = measure_plot(text);
            return plot && plot->channel == channel && plot->source == source_of(channel, source);
        }) > 0;
    if (!there && choices.plots.size() < most_plots)
        choices.plots.push_back(to_text({channel, source_of(channel, source)}));
}

void drag_measure(const std::string& title, Channel channel, int source) {
    if (!ImGui::BeginDragDropSource()) return;
    const Dragged dragged{channel, source};
    ImGui::SetDragDropPayload(dragged_kind, &dragged, sizeof dragged);
    ImGui::TextUnformatted((title + " over steps").c_str());
    ImGui::EndDragDropSource();
}

bool is_measure_dragged() {
    const ImGuiPayload* payload = ImGui::GetDragDropPayload();
    return payload != nullptr && payload->IsDataType(dragged_kind);
}

void take_dropped_measure(MeasuresChoices& choices) {
    if (!ImGui::BeginDragDropTarget()) return;
    if (const ImGuiPayload* payload = ImGui::AcceptDragDropPayload(dragged_kind)) {
        Dragged dragged{};
        std::copy_n(static_cast<const char*>(payload->Data), sizeof dragged,
                    reinterpret_cast<char*>(&dragged));
        if (!is_plotted(choices, dragged.channel, dragged.source))
            toggle_plot(choices, dragged.channel, dragged.source);
    }
    ImGui::EndDragDropTarget();
}

}  // namespace muonscope::gui
