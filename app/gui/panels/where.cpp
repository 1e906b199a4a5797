#include "app/gui/panels/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/where_study.h"
#include "app/gui/widgets.h"
#include "core/study/configuration.h"
#include "imgui.h"

// On which matrices Muon pays, from a study that was run.
namespace muonscope::gui {

namespace {

constexpr const char* copies = "Copy as configuration";

std::vector<Remembered> remembered(Preferences& preferences) {
    WhereChoices& own = preferences.panels.of<WhereChoices>();
    return {{"where_study", &own.file},
            {"where_metric", &own.metric, 0, 1000},
            {"where_setting", &own.setting, 0, 1'000'000}};
}

// What is chosen, within what there is.
std::size_t within(int chosen, std::size_t count) {
    return std::min(static_cast<std::size_t>(std::max(chosen, 0)), count - 1);
}

struct Chosen {
    std::vector<MatrixGain> gains;
    RuleTest test;
};

Chosen chosen_in(const PanelContext& context, const WhereFound& found) {
    const WhereChoices& chosen = context.chosen<WhereChoices>();
    const std::size_t metrics = found.study.metrics.size(), metric = within(chosen.metric, metrics),
                      setting = within(chosen.setting, found.study.settings.size());
    return {gains_at(found.gains, setting, metric), found.tests[setting * metrics + metric]};
}

void copy_configuration(PanelContext& context, const WhereFound& found, Library library) {
    attempt(context.view, [&] {
        const Chosen now = chosen_in(context, found);
        ImGui::SetClipboardText(
            configuration_text(configuration_of(found.study, now.gains, now.test), library)
                .c_str());
        say(context.view, fmt::format("Copied: the optimisers of this rule for {}, as Python",
                                      library_choices[place_of(library)].label));
    });
}

void copy_list(PanelContext& context, const WhereFound& found, float width) {
    if (!begin_word_combo(context, "##copy", copies, width)) {
        hover_help(context, copies,
                   "The rule as Python that makes the optimisers: Muon for the matrices where it "
                   "was better, at the rates tuned for them, AdamW for all else.");
        return;
    }
    for (std::size_t i = 0; i < library_choices.size(); ++i)
        if (list_row(std::string(library_choices[i].label).c_str(), false))
            copy_configuration(context, found, static_cast<Library>(i));
    ImGui::EndCombo();
}

// Drop-downs of metric and setting, the latter where there are several.
struct Lists {
    std::vector<std::string> settings;
    std::vector<const char*> metric_names, setting_names;

    explicit Lists(const Study& study) {
        for (const Metric& metric : study.metrics) metric_names.push_back(metric.name.c_str());
        for (std::size_t i = 0; i < study.settings.size(); ++i)
            settings.push_back(setting_text(study, i));
        for (const std::string& setting : settings) setting_names.push_back(setting.c_str());
    }
};

void header(PanelContext& context, const WhereStudy& open) {
    const float gap = em(0.5F), button = button_width("Open…");
    if (open.found) {
        const WhereFound& found = *open.found;
        const Lists lists(found.study);
        WhereChoices& chosen = context.chosen<WhereChoices>();
        const float copy = word_combo_width(ImGui::CalcTextSize(copies).x);
        const float setting =
            lists.settings.size() > 1 ? plots::picker_width(lists.setting_names) + gap : 0;
        begin_header_controls(
            context, plots::picker_width(lists.metric_names) + setting + copy + button + 2 * gap);
        plots::picker(context, "##metric", lists.metric_names, chosen.metric,
                      "By which of the study's metrics Muon is worth what.");
        if (setting > 0) {
            next_header_control(context, gap, setting - gap);
            plots::picker(context, "##setting", lists.setting_names, chosen.setting,
                          "Under which of the study's settings.");
        }
        next_header_control(context, gap, copy);
        copy_list(context, found, copy);
        next_header_control(context, gap, button);
    } else {
        begin_header_controls(context, button);
    }
    if (quiet_button(context, "Open…", button,
                     "The .db that a study leaves when it is run, or the study's .json beside it. "
                     "It is read and never changed.",
                     !open.found))
        ask_study(context);
    end_header_controls(context);
}

void invite(PanelContext& context) {
    dim_paragraph(context,
                  "No study is open. These make one, with an arm for Muon on each kind of a "
                  "transformer's matrices; then open the database that they leave:");
    ImGui::PushFont(context.fonts.mono, 0);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(
        "muonscope study run where-facts --chosen\nmuonscope study run where-text --chosen");
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
}

void draw_source(PanelContext& context, const WhereStudy& open) {
    const WhereFound& found = *open.found;
    const bool whole = found.missing == 0;
    const std::string text = fmt::format(
        "{}: {}, {}", std::filesystem::path(open.asked.front()).filename().string(),
        found.study.title.empty() ? found.study.name : found.study.title,
        !whole ? fmt::format("{} jobs so far, {} that gains are made of are missing", found.done,
                             found.missing)
        : found.done == found.jobs ? fmt::format("all {} jobs", found.jobs)
                                   : fmt::format("all {} jobs that gains are made of", found.done));
    const float button = whole ? 0 : button_width("Read again") + em(0.5F);
    fitted_line(std::max(1.0F, ImGui::GetContentRegionAvail().x - button),
                whole ? context.theme.dim : context.theme.warning, text);
    if (whole) return;
    ImGui::SameLine(0, em(0.5F));
    if (quiet_button(context, "Read again", button_width("Read again"),
                     "What has been added to the file since it was read."))
        read_again(context);
}

float height_of(const std::string& text, float width) {
    return ImGui::CalcTextSize(text.c_str(), nullptr, false, std::max(width, 1.0F)).y;
}

void draw_found(PanelContext& context, const WhereStudy& open) {
    const WhereFound& found = *open.found;
    draw_source(context, open);
    const Chosen now = chosen_in(context, found);
    const std::string rule = rule_sentence(found.study, now.gains, now.test);
    const WhereMap map = where_map(found.experiments[now.gains.front().setting], now.gains);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float gap = ImGui::GetStyle().ItemSpacing.y;
    // A line a row, and those of scale and columns; words below scroll before rows go.
    const float least = em(1.15F) * static_cast<float>(map.sheet.rows.size()) + em(4);
    const float words = height_of(rule, room.x) + height_of(found.definitions, room.x) + 3 * gap;
    const float below = std::min(words, std::max(em(2.6F), room.y - least));
    draw_where_map(context, found, map, now.gains, {room.x, room.y - below - gap});
    ImGui::BeginChild("rule", {0, 0}, ImGuiChildFlags_NavFlattened);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(rule.c_str());
    ImGui::PopTextWrapPos();
    dim_paragraph(context, found.definitions);
    ImGui::EndChild();
}

void draw_where(PanelContext& context) {
    const WhereStudy& open = where_study(context);
    header(context, open);
    if (open.found)
        draw_found(context, open);
    else if (!open.fault.empty())
        dim_paragraph(context, open.fault);
    else if (!open.asked.empty())
        centred_note(context, "reading the study…");
    else
        invite(context);
}

}  // namespace

constinit const Panel where_panel{
    .title = "Where",
    .explanation = "on which matrices Muon pays",
    .help =
        "From a study that was run: what Muon on one group of matrices is worth beside AdamW "
        "everywhere. Each square is an arm: its kind is the row, its block the column. Hatched: "
        "the "
        "interval holds zero. Below: the rule that follows, and how far off it is on seeds that it "
        "was not made of. A click runs both live, up to the first recorded step at which their "
        "losses differ by more than a tenth of the larger one, at most the study's steps.",
    .draw = draw_where,
    .least = {22, 12},
    .remembered = remembered,
};

}  // namespace muonscope::gui
