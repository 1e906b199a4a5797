#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/likeness_now.h"
#include "app/gui/local_row.h"
#include "app/gui/lost_lanes.h"
#include "app/gui/panels/representations.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/series_plot.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// How alike each layer is to the start, to the target and to the other lane: now, and over steps.
namespace muonscope::gui {

using namespace plots;

namespace {

// A transformer's target are the right answers.
const char* with_name(const PanelContext& context, int with) {
    if (with == LayerLikeness::start) return "start";
    if (with == LayerLikeness::other) return "other";
    return context.chosen<RepresentationsChoices>().chain ? "target" : "answers";
}

const char* const cka_help =
    "Linear CKA of the points after the layer (Kornblith et al. 2019): the cosine of two Gram "
    "matrices of centred points, ‖YᵀX‖²/(‖XᵀX‖ ‖YᵀY‖) with a row a point. 1: the same up to a "
    "rotation and a scale.";
const char* const overlap_help =
    "‖UᵀV‖²/k of the leading k left singular vectors of the centred points, a row a point: the "
    "share of one subspace that lies in the other, however long its directions are. Fewer than k "
    "where there are no more.";

int with_count(const PanelContext& context) {
    return context.snapshot->lanes.size() > 1 ? 3 : 2;
}

std::string with_help(const PanelContext& context, int with) {
    switch (with) {
        case LayerLikeness::start:
            return "With the same layer at the start.";
        case LayerLikeness::target:
            return context.chosen<RepresentationsChoices>().chain
                       ? "With what the target makes of the same points."
                       : "With the right answers, one-hot: points that have the same one lie at "
                         "one place.";
        default:
            return context.snapshot->lanes.size() == 2
                       ? "With the same layer of the other lane at this step."
                       : "With the same layer of the first lane at this step; the first with the "
                         "second.";
    }
}

bool shows(const PanelContext& context, int layer) {
    const int chosen = context.chosen<RepresentationsChoices>().layer;
    return chosen == 0 || layer + 1 == std::min(chosen, layers_of(context));
}

void value_cell(const PanelContext& context, double value) {
    ImGui::TableNextColumn();
    if (std::isfinite(value))
        ImGui::TableSetBgColor(
            ImGuiTableBgTarget_CellBg,
            u32(with_alpha(context.theme.accent, static_cast<float>(0.03 + 0.3 * value))));
    right_text(std::isfinite(value) ? fmt::format("{:.3f} ", value) : "– ", context.theme.text);
}

Table table_of_likeness(const PanelContext& context, const StepLikeness& likeness) {
    Table table;
    table.columns = {"lane",      "layer",         "step",           "cka start",    "cka target",
                     "cka other", "overlap start", "overlap target", "overlap other"};
    for (std::size_t l = 0; l < likeness.lanes.size(); ++l)
        for (std::size_t layer = 0; layer < likeness.lanes[l].size(); ++layer) {
            if (!shows(context, static_cast<int>(layer))) continue;
            const LayerLikeness& one = likeness.lanes[l][layer];
            std::vector<double> row{static_cast<double>(l + 1), static_cast<double>(layer + 1),
                                    static_cast<double>(likeness.step)};
            row.insert(row.end(), one.cka.begin(), one.cka.end());
            row.insert(row.end(), one.overlap.begin(), one.overlap.end());
            table.rows.push_back(std::move(row));
        }
    return table;
}

void heading_row(PanelContext& context, int leading) {
    const int count = with_count(context);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    for (const bool overlap : {false, true})
        for (int with = 0; with < count; ++with) {
            ImGui::TableNextColumn();
            if (with > 0) continue;
            const std::string text = overlap ? fmt::format("overlap of {}", leading) : "CKA";
            ImGui::TextColored(context.theme.text, "%s", text.c_str());
            hover_help(context, text, overlap ? overlap_help : cka_help);
        }
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    for (int column = 0; column < 2 * count; ++column) {
        const int with = column % count;
        const char* const name = with_name(context, with);
        right_cell(fmt::format("{} ", name), context.theme.dim);
        hover_help(context, name, with_help(context, with));
    }
}

float table_height(const PanelContext& context, const StepLikeness& likeness) {
    float rows = 2;
    for (const auto& lane : likeness.lanes) {
        rows += 1;
        for (std::size_t layer = 0; layer < lane.size(); ++layer)
            rows += shows(context, static_cast<int>(layer)) ? 1.0F : 0.0F;
    }
    return std::ceil(rows * (ImGui::GetTextLineHeight() + em(0.2F))) + em(0.5F);
}

void draw_table(PanelContext& context, const LikenessNow& now, const StepLikeness& likeness,
                ImVec2 size) {
    const int count = with_count(context);
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.2F), em(0.1F)});
    if (ImGui::BeginTable("likeness", 2 * count + 1,
                          ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_ScrollY,
                          size)) {
        ImGui::TableSetupColumn("layer", ImGuiTableColumnFlags_WidthStretch, 1.7F);
        for (int column = 0; column < 2 * count; ++column)
            ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableSetupScrollFreeze(0, 2);
        heading_row(context, now.wish.leading);
        for (std::size_t l = 0; l < likeness.lanes.size(); ++l) {
            const auto lane = static_cast<int>(l);
            if (l >= context.snapshot->lanes.size()) break;
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(context.theme.lane_text(lane), "%s",
                               drawn_lane(context, l).name.text().c_str());
            for (std::size_t layer = 0; layer < likeness.lanes[l].size(); ++layer) {
                if (!shows(context, static_cast<int>(layer))) continue;
                const LayerLikeness& one = likeness.lanes[l][layer];
                ImGui::TableNextRow();
                ImGui::TableNextColumn();
                ImGui::TextColored(context.theme.dim, "%s",
                                   layer_name(context, static_cast<int>(layer)).c_str());
                ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
                for (int with = 0; with < count; ++with)
                    value_cell(context, one.cka[static_cast<std::size_t>(with)]);
                for (int with = 0; with < count; ++with)
                    value_cell(context, one.overlap[static_cast<std::size_t>(with)]);
                ImGui::PopFont();
            }
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
    export_menu(context, "##likeness export", "likeness", ImGui::IsItemHovered(),
                {.table = [&] { return table_of_likeness(context, likeness); },
                 .step = past_step(context)});
}

// ---- over steps ----

// Layers of one lane: its colour, paler towards the first, and a dash each.
Series series_of(const PanelContext& context, std::size_t lane, int layer) {
    const int layers = layers_of(context);
    Series series;
    series.name =
        fmt::format("{} {}", context.snapshot->lanes[lane].name, layer_name(context, layer));
    const float pale =
        layers > 1 ? 0.4F * static_cast<float>(layers - 1 - layer) / static_cast<float>(layers - 1)
                   : 0;
    series.colour = mix(context.theme.lane(static_cast<int>(lane)), context.theme.card, pale);
    series.dash = lane_dash(layers - 1 - layer);
    return series;
}

std::vector<Series> over_steps(const PanelContext& context, const LikenessNow& now) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const auto with = static_cast<std::size_t>(std::clamp(chosen.with, 0, with_count(context) - 1));
    std::vector<Series> all;
    for (std::size_t l = 0; l < context.snapshot->lanes.size(); ++l)
        for (int layer = 0; layer < layers_of(context); ++layer) {
            if (!shows(context, layer)) continue;
            Series series = series_of(context, l, layer);
            for (const auto& [step, likeness] : now.steps) {
                if (l >= likeness.lanes.size() ||
                    static_cast<std::size_t>(layer) >= likeness.lanes[l].size())
                    continue;
                const LayerLikeness& one = likeness.lanes[l][static_cast<std::size_t>(layer)];
                series.steps.push_back(static_cast<double>(step));
                series.values.push_back(chosen.measure == 0 ? one.cka[with] : one.overlap[with]);
            }
            all.push_back(std::move(series));
        }
    return all;
}

void draw_over_steps(PanelContext& context, const LikenessNow& now, ImVec2 size) {
    RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const float top = ImGui::GetCursorPosY();
    segmented(context, "measure", {"CKA", "overlap"}, chosen.measure,
              chosen.measure == 0 ? cka_help : overlap_help);
    ImGui::SameLine(0, em(0.8F));
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(context.theme.dim, "with");
    ImGui::SameLine(0, em(0.4F));
    chosen.with = std::clamp(chosen.with, 0, with_count(context) - 1);
    const char* const target = with_name(context, LayerLikeness::target);
    if (with_count(context) == 3)
        segmented(context, "with", {"start", target, "other"}, chosen.with,
                  with_help(context, chosen.with).c_str());
    else
        segmented(context, "with", {"start", target}, chosen.with,
                  with_help(context, chosen.with).c_str());
    const std::vector<Series> series = over_steps(context, now);
    std::vector<KeyRow> key;
    for (const Series& one : series) key.push_back({one.name, one.colour, one.dash});
    const float used = ImGui::GetCursorPosY() - top;
    const LegendPlaces places = place_legend(key, {size.x, size.y - used});
    if (places.height > 0) {
        draw_legend(context, ImGui::GetCursorScreenPos(), places, key);
        ImGui::Dummy({1, places.height});
    }
    const float left = size.y - (ImGui::GetCursorPosY() - top);
    draw_series_plot(context,
                     {.axis = "likeness",
                      .id = "##likeness over steps",
                      .name = "likeness-over-steps",
                      .awaited = "Waiting for the next state"},
                     {size.x, left}, series, {});
}

// Both where there is room for both, side by side or below one another.
void draw_parts(PanelContext& context, const LikenessNow& now, const StepLikeness& drawn,
                ImVec2 room) {
    const float rows = table_height(context, drawn);
    const bool beside = room.x > em(56), below = room.y > rows + em(13);
    context.kept<RepresentationsView>().both_spans = beside || below;
    if (beside) {
        const float table = std::floor(0.42F * room.x);
        ImGui::BeginGroup();
        draw_table(context, now, drawn, {table, std::min(rows, room.y)});
        ImGui::EndGroup();
        ImGui::SameLine(0, em(1));
        ImGui::BeginGroup();
        draw_over_steps(context, now, {room.x - table - em(1), room.y});
        ImGui::EndGroup();
    } else if (below) {
        draw_table(context, now, drawn, {room.x, rows});
        draw_over_steps(context, now, {room.x, room.y - rows - em(0.5F)});
    } else if (context.chosen<RepresentationsChoices>().over_steps) {
        draw_over_steps(context, now, room);
    } else {
        draw_table(context, now, drawn, {room.x, std::min(rows, room.y)});
    }
}

}  // namespace

void draw_likeness(PanelContext& context) {
    RepresentationsView& kept = context.kept<RepresentationsView>();
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const WatchedRun& run = context.kept<WatchedRun>();
    const LikenessNow& now = likeness_now(context, {kept.problem, kept.shown, chosen.leading}, run);
    if (!now.work.error().empty()) {
        dim_paragraph(context, now.work.error());
        return;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const StepLikeness* drawn = now.drawn(run);
    if (drawn == nullptr) {
        centred_note(context, "working it out");
    } else if (room.x < em(8) || room.y < em(3)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
    } else {
        draw_parts(context, now, *drawn, room);
    }
}

}  // namespace muonscope::gui
