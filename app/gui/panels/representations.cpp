#include "app/gui/panels/representations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// The same points after each layer: where they are, how they got there, and how alike they are.
namespace muonscope::gui {

namespace {

using namespace plots;

constexpr std::array view_names{"2-D", "3-D", "similarity", "CKA"};
constexpr std::array frame_names{"target's", "start's", "principal"};
constexpr std::array trail_choices{0, 4, 8, 16, 32, 64};
constexpr int most_layers = 16, most_directions = 1024, most_levels = 10;

std::vector<Remembered> remembered(Preferences& preferences) {
    RepresentationsChoices& own = preferences.panels.of<RepresentationsChoices>();
    std::vector<Remembered> choices{{"show_ghost", &own.start},
                                    {"representations_view", &own.view, -1, 3},
                                    {"representations_directions", &own.directions, 0, 2},
                                    {"representations_first", &own.first, 0, most_directions},
                                    {"representations_level", &own.level, 1, most_levels},
                                    {"representations_coloured", &own.coloured, 1, 2},
                                    {"representations_trail", &own.trail, 0, trail_choices.back()},
                                    {"representations_layer", &own.layer, 0, most_layers},
                                    {"representations_spread", &own.spread},
                                    {"representations_own_scale", &own.own_scale},
                                    {"representations_leading", &own.leading, 1, 16},
                                    {"representations_over_steps", &own.over_steps},
                                    {"representations_measure", &own.measure, 0, 1},
                                    {"representations_with", &own.with, 0, 2}};
    remember_orbit(choices, "representations", own);
    return choices;
}

const RepresentationsView& view_of(const PanelContext& context) {
    return context.kept<RepresentationsView>();
}

bool has_pictures(const RepresentationsChoices& chosen) {
    return chosen.as() == RepresentationsAs::plane || chosen.as() == RepresentationsAs::space;
}

// ---- the header ----

int directions_of(const PanelContext& context) {
    return chosen_first(context) +
           (context.chosen<RepresentationsChoices>().as() == RepresentationsAs::space ? 3 : 2);
}

const char* const directions_help =
    "From where points are seen. Target's: the images of its right singular vectors in each layer, "
    "its left ones at the output. Start's: the left singular vectors of what the layers made of "
    "unit vectors then. Principal: those along which the points spread most, about their mean.";
const char* const stream_directions_help =
    "From where points are seen. Start's: those along which they spread most then. Principal: "
    "along which they do now, about their mean.";

void direction_rows(PanelContext& context) {
    RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    RepresentationsView& kept = context.kept<RepresentationsView>();
    const int first_of = chosen.chain ? 0 : 1;  // a transformer has no target's
    int directions = kept.held ? -1 : static_cast<int>(chosen.frames()) - first_of;
    if (chosen.chain ? segmented(context, "directions", {"target's", "start's", "principal"},
                                 directions, directions_help)
                     : segmented(context, "directions", {"start's", "principal"}, directions,
                                 stream_directions_help)) {
        chosen.directions = directions + first_of;
        kept.held = false;
    }
    int first = chosen_first(context) + 1;
    ImGui::SetNextItemWidth(em(7));
    if (ImGui::InputInt("first direction", &first)) {
        chosen.first = std::clamp(first, 1, most_directions);
        kept.held = false;
    }
    ImGui::SameLine(0, em(0.6F));
    toggle(context, "hold", kept.held,
           "Keeps the directions of this step, whatever the weights do from here on; off: they "
           "follow.");
}

void trail_row(PanelContext& context, int& trail) {
    ImGui::TextColored(context.theme.dim, "trails");
    for (const int samples : trail_choices) {
        ImGui::SameLine(0, em(0.3F));
        bool on = trail == samples;
        if (toggle(context, samples == 0 ? "off" : fmt::format("{}", samples).c_str(), on,
                   "Where each point was in the newest samples that were drawn, each from the "
                   "directions of its own step."))
            trail = samples;
    }
}

void colour_row(PanelContext& context, int& coloured) {
    const ShownPoints& shown = *view_of(context).shown;
    ImGui::TextColored(context.theme.dim, "coloured by");
    for (std::size_t i = 0; i < shown.level_names.size(); ++i) {
        ImGui::SameLine(0, em(0.3F));
        bool on = colour_level(context) == i;
        if (toggle(context, shown.level_names[i].c_str(), on,
                   "What the colours of positions tell apart."))
            coloured = static_cast<int>(i) + 1;
    }
}

void level_row(PanelContext& context, int& level) {
    const ShownPoints& shown = *view_of(context).shown;
    ImGui::TextColored(context.theme.dim, "branches");
    for (std::size_t i = 0; i < shown.levels.size(); ++i) {
        ImGui::SameLine(0, em(0.3F));
        bool on = colour_level(context) == i;
        ImGui::PushID(static_cast<int>(i));
        if (toggle(context, fmt::format("{}", shown.classes[i]).c_str(), on,
                   "Colours by branch of the tree: from two broad ones to single items."))
            level = static_cast<int>(i) + 1;
        ImGui::PopID();
    }
}

void layer_row(PanelContext& context, int& layer) {
    const char* const all =
        context.chosen<RepresentationsChoices>().chain ? "all layers" : "all places";
    const std::string now =
        layer == 0 ? all : layer_name(context, std::min(layer, layers_of(context)) - 1);
    ImGui::SetNextItemWidth(em(9));
    if (!begin_combo(context, "##layer", now.c_str())) return;
    if (list_row(all, layer == 0)) layer = 0;
    for (int l = 1; l <= layers_of(context); ++l)
        if (list_row(layer_name(context, l - 1).c_str(), layer == l)) layer = l;
    ImGui::EndCombo();
}

// What is shown, and how. The word is what the pictures depend on most.
std::string show_text(const PanelContext& context) {
    return has_pictures(context.chosen<RepresentationsChoices>()) ? directions_text(context)
                                                                  : "show";
}

void show_picker(PanelContext& context, float width) {
    RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    if (!begin_word_combo(context, "##show", show_text(context).c_str(), width)) {
        hover_help(context, "",
                   "From where points are seen; which layers; the start, means and spreads, "
                   "trails, colours.");
        return;
    }
    if (has_pictures(chosen)) direction_rows(context);
    if (context.snapshot && view_of(context).shown) {
        layer_row(context, chosen.layer);
        if (view_of(context).shown->tree) level_row(context, chosen.level);
        if (!view_of(context).shown->level_names.empty()) colour_row(context, chosen.coloured);
    }
    if (has_pictures(chosen)) {
        trail_row(context, chosen.trail);
        toggle(context, "start", chosen.start, "Shows where the points were at step 0, in grey.");
        ImGui::SameLine(0, em(0.3F));
        toggle(context, "means and spread", chosen.spread,
               "The mean of each class and one standard deviation around it, of the points that "
               "are drawn.");
        ImGui::SameLine(0, em(0.3F));
        toggle(context, "own scales", chosen.own_scale,
               "Each picture as large as its own points, instead of one scale for all lanes of a "
               "layer.");
    }
    if (chosen.as() == RepresentationsAs::likeness) {
        ImGui::SetNextItemWidth(em(8));
        if (ImGui::InputInt("leading directions", &chosen.leading))
            chosen.leading = std::clamp(chosen.leading, 1, 16);
    }
    ImGui::EndCombo();
}

void header(PanelContext& context) {
    RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const float between = em(0.5F);
    const float view = picker_width(view_names);
    const float show = word_combo_width(ImGui::CalcTextSize(show_text(context).c_str()).x);
    const bool space = chosen.as() == RepresentationsAs::space;
    const bool spans = chosen.as() == RepresentationsAs::likeness &&
                       !context.kept<RepresentationsView>().both_spans;
    float width = view + between + show;
    if (space) width += between + view_picker_width();
    if (spans) width += between + segmented_width({"now", "over steps"});
    begin_header_controls(context, width);
    int as = static_cast<int>(chosen.as());
    picker(context, "##as", view_names, as,
           "The points themselves in two or three directions. Similarity: the cosine between any "
           "two of them, seen from their mean. CKA: how alike each layer is to the start, to the "
           "target or the right answers, and to the other lane.");
    if (as != static_cast<int>(chosen.as())) chosen.view = as;
    if (space) {
        next_header_control(context, between, view_picker_width());
        view_picker(context, chosen, view_picker_width());
    }
    if (spans) {
        next_header_control(context, between, segmented_width({"now", "over steps"}));
        segmented(
            context, "span", {"now", "over steps"}, chosen.over_steps,
            "Now: a table of the state that is drawn. Over steps: all states that were seen.");
    }
    next_header_control(context, between, show);
    show_picker(context, show);
    end_header_controls(context);
}

// ---- below the pictures: what is not shown ----

void pager(PanelContext& context, const RepresentationPlaces& places) {
    int& page = context.kept<RepresentationsView>().page;
    const auto count = static_cast<int>(places.shown.size());
    const int last = places.layers - count;
    page = std::clamp(page, 0, last);
    const float button = button_width("‹");
    if (quiet_button(context, "‹##before", button, "Layers before these."))
        page = std::max(page - count, 0);
    ImGui::SameLine(0, em(0.3F));
    ImGui::AlignTextToFramePadding();
    const char* const what = context.chosen<RepresentationsChoices>().chain ? "layer" : "place";
    const std::string text =
        count == 1 ? fmt::format("{} {} of {}", what, places.shown.front() + 1, places.layers)
                   : fmt::format("{}s {}–{} of {}", what, places.shown.front() + 1,
                                 places.shown.back() + 1, places.layers);
    ImGui::TextColored(context.theme.dim, "%s", text.c_str());
    ImGui::SameLine(0, em(0.3F));
    if (quiet_button(context, "›##after", button, "Layers after these."))
        page = std::min(page + count, last);
}

void draw_pictures(PanelContext& context) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    ImVec2 room = ImGui::GetContentRegionAvail();
    const float whole = room.y;
    RepresentationSheet sheet = representation_sheet(context, room);
    const bool paged = !sheet.places.all();
    if (paged) {
        room.y -= ImGui::GetFrameHeight() + em(0.2F);
        sheet = representation_sheet(context, room);
    }
    if (sheet.places.extent.x >= em(2) && sheet.places.extent.y >= em(2)) {
        switch (context.chosen<RepresentationsChoices>().as()) {
            case RepresentationsAs::space:
                draw_space(context, sheet, origin);
                break;
            case RepresentationsAs::similarity:
                draw_similarity(context, sheet, origin);
                break;
            default:
                draw_plane(context, sheet, origin);
        }
        if (paged) {
            ImGui::SetCursorScreenPos({origin.x, origin.y + room.y + em(0.2F)});
            pager(context, sheet.places);
        }
        ImGui::SetCursorScreenPos(origin);
    }
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, whole)});
}

void draw_representations(PanelContext& context) {
    const Snapshot* newest = context.snapshot;
    RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    chosen.chain = newest == nullptr || !newest->problem || !newest->problem->task;
    chosen.tree = newest != nullptr && newest->problem && chosen.chain &&
                  newest->problem->experiment.target.kind == TargetKind::tree;
    header(context);
    if (!context.snapshot || !context.snapshot->problem || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    if (context.snapshot->layout.layers() < 1) {
        centred_note(context, "No layers to show");
        return;
    }
    follow_points(context);
    if (view_of(context).shown->points() == 0) {
        centred_note(context, "No classes to show");
        return;
    }
    if (chosen.as() == RepresentationsAs::likeness)
        draw_likeness(context);
    else
        draw_pictures(context);
}

std::string explained(const Experiment& experiment) {
    if (is_transformer(experiment)) return "what is asked, along the stream";
    return experiment.target.kind == TargetKind::tree ? "items after each layer"
                                                      : "classes after each layer";
}

}  // namespace

// ---- what the views share ----

int layers_of(const PanelContext& context) {
    return static_cast<int>(view_of(context).shown->places.size());
}

const std::string& layer_name(const PanelContext& context, int layer) {
    return view_of(context).shown->places[static_cast<std::size_t>(layer)];
}

const DrawnPoints* points_in(const PanelContext& context, const RepresentationCell& cell) {
    const auto& lanes = view_of(context).lanes;
    const auto found = lanes.find(cell.lane);
    return found == lanes.end() || found->second.now.at.empty() ? nullptr : &found->second.now;
}

std::string lane_title(const PanelContext& context, int lane) {
    const auto& lanes = view_of(context).lanes;
    const auto found = lanes.find(lane);
    return found == lanes.end() || found->second.now.at.empty()
               ? drawn_lane(context, static_cast<std::size_t>(lane)).name.text()
               : found->second.now.of.state.text();
}

std::string picture_title(const PanelContext& context, const RepresentationCell& cell) {
    return lane_title(context, cell.lane) + ", " + layer_name(context, cell.layer);
}

const Matrix* drawn_at(const PanelContext& context, const RepresentationCell& cell) {
    const DrawnPoints* points = points_in(context, cell);
    const auto layer = static_cast<std::size_t>(cell.layer);
    return points == nullptr || layer >= points->at.size() ? nullptr : &points->at[layer];
}

namespace {

// Worked out once for what is drawn: a frame draws it several times.
struct KeptSpreads {
    std::map<std::pair<int, int>, CellSpreads> cells;  // lane, layer
};

}  // namespace

const CellSpreads& spreads_in(const PanelContext& context, const RepresentationCell& cell) {
    CellSpreads& kept = context.kept<KeptSpreads>().cells[{cell.lane, cell.layer}];
    const Matrix* at = drawn_at(context, cell);
    if (at == nullptr) {
        kept = {};
        return kept;
    }
    const PointsOf& of = points_in(context, cell)->of;
    const std::size_t level = colour_level(context);
    if (kept.of == of && kept.level == level) return kept;
    const std::vector<int>& kinds = kinds_of(context);
    const int classes = classes_of(context);
    kept = {of, level, class_spreads(*at, kinds, classes),
            class_spreads(at->topRows(2), kinds, classes)};
    return kept;
}

std::size_t colour_level(const PanelContext& context) {
    const ShownPoints& shown = *view_of(context).shown;
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const int level = shown.level_names.empty() ? chosen.level : chosen.coloured;
    return static_cast<std::size_t>(std::clamp(level, 1, static_cast<int>(shown.levels.size())) -
                                    1);
}

int classes_of(const PanelContext& context) {
    return view_of(context).shown->classes[colour_level(context)];
}

const std::vector<int>& kinds_of(const PanelContext& context) {
    return view_of(context).shown->levels[colour_level(context)];
}

// More than there are colours: neighbours in the tree, or in the order of tokens, have neighbouring
// ones.
ImVec4 kind_colour(const PanelContext& context, int kind) {
    const int classes = classes_of(context);
    const ShownPoints& shown = *view_of(context).shown;
    const bool ordered = shown.tree || !shown.class_names.empty();
    if (!ordered || classes <= static_cast<int>(context.theme.classes.size()))
        return context.theme.class_colour(kind);
    return rank_colour(context.theme, kind, classes);
}

std::string kind_name(const PanelContext& context, int kind) {
    const ShownPoints& shown = *view_of(context).shown;
    const std::size_t level = colour_level(context);
    if (!shown.class_names.empty())
        return shown.level_names[level] + ": " +
               shown.class_names[level][static_cast<std::size_t>(kind)];
    return shown.tree ? fmt::format("branch {} of {}", kind + 1, classes_of(context))
                      : fmt::format("class {}", kind + 1);
}

std::string point_name(const PanelContext& context, std::size_t point) {
    const ShownPoints& shown = *view_of(context).shown;
    if (!shown.words.empty()) return shown.words[point];
    return fmt::format("{} {}", shown.tree ? "item" : "point", shown.numbers[point] + 1);
}

std::string directions_text(const PanelContext& context) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const RepresentationsView& kept = view_of(context);
    std::string text = kept.held ? fmt::format("held at {}:", kept.held_step)
                                 : frame_names[static_cast<std::size_t>(chosen.frames())];
    for (int k = chosen_first(context); k < directions_of(context); ++k)
        text += fmt::format("{} {}", k == chosen_first(context) ? "" : ",", k + 1);
    return text;
}

RepresentationSheet representation_sheet(PanelContext& context, ImVec2 size) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const Snapshot& snapshot = *context.snapshot;
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const int layers = layers_of(context);
    RepresentationSheet sheet;
    sheet.size = size;
    if (chosen.layer > 0) {
        sheet.places = places_in(size, lanes, 1, 0);
        sheet.places.shown = {std::min(chosen.layer, layers) - 1};
    } else {
        sheet.places = places_in(size, lanes, layers, view_of(context).page);
    }
    for (int lane = 0; lane < lanes; ++lane)
        for (std::size_t i = 0; i < sheet.places.shown.size(); ++i)
            sheet.cells.push_back({lane,
                                   sheet.places.shown[i],
                                   sheet.places.corner(lane, i),
                                   sheet.places.size(lane, i),
                                   {}});
    if (has_pictures(chosen)) set_boxes(context, sheet);
    return sheet;
}

bool shows_spreads(const PanelContext& context) {
    const bool few = classes_of(context) <= static_cast<int>(context.theme.classes.size());
    return context.chosen<RepresentationsChoices>().spread &&
           (few || view_of(context).shown->class_names.empty());
}

namespace {

// What colours stand for, at the right end of the first line, where they have names and room.
void draw_class_key(PanelContext& context, ImDrawList* list, const RepresentationSheet& sheet,
                    ImVec2 origin) {
    const ShownPoints& shown = *view_of(context).shown;
    const int classes = classes_of(context);
    if (shown.class_names.empty() || sheet.places.across > 1 ||
        classes > static_cast<int>(context.theme.classes.size()))
        return;
    const std::vector<std::string>& names = shown.class_names[colour_level(context)];
    const std::string what = shown.level_names[colour_level(context)] + ": ";
    const float dot = em(0.9F), gap = em(0.6F);
    float wide = ImGui::CalcTextSize(what.c_str()).x;
    for (const std::string& name : names) wide += dot + ImGui::CalcTextSize(name.c_str()).x + gap;
    wide -= gap;
    const float lane = ImGui::CalcTextSize(lane_title(context, 0).c_str()).x;
    if (lane * 1.1F + em(1) + wide > sheet.size.x) return;
    ImVec2 at{std::round(origin.x + sheet.size.x - wide), origin.y};
    const auto word = [&](const std::string& text) {
        list->AddText(at, u32(context.theme.dim), text.c_str());
        at.x += ImGui::CalcTextSize(text.c_str()).x;
    };
    word(what);
    for (int kind = 0; kind < classes; ++kind) {
        list->AddCircleFilled({at.x + em(0.35F), at.y + ImGui::GetTextLineHeight() / 2}, em(0.25F),
                              u32(kind_colour(context, kind)));
        at.x += dot;
        word(names[static_cast<std::size_t>(kind)]);
        at.x += gap;
    }
}

}  // namespace

void draw_names(PanelContext& context, ImDrawList* list, const RepresentationSheet& sheet,
                ImVec2 origin) {
    const RepresentationPlaces& places = sheet.places;
    if (has_pictures(context.chosen<RepresentationsChoices>()))
        draw_class_key(context, list, sheet, origin);
    ImGui::PushFont(context.fonts.heading, 0);
    for (int l = 0; l < places.lanes; ++l) {
        const ImVec2 at = places.block_corner(l);
        fitted_text(list, {origin.x + at.x, origin.y + at.y}, places.block.x,
                    context.theme.lane_text(l), lane_title(context, l).c_str());
    }
    ImGui::PopFont();
    for (const RepresentationCell& cell : sheet.cells) {
        if (places.names_once() && cell.lane + places.across < places.lanes) continue;
        const std::string& label = layer_name(context, cell.layer);
        const float width = ImGui::CalcTextSize(label.c_str()).x;
        const float x = origin.x + cell.corner.x + std::max(0.0F, (cell.size.x - width) / 2);
        fitted_text(list, {std::round(x), origin.y + cell.corner.y + cell.size.y}, cell.size.x,
                    context.theme.dim, label.c_str());
    }
}

void say_point(PanelContext& context, const RepresentationCell& cell, int point) {
    const Matrix* at = drawn_at(context, cell);
    if (at == nullptr || point < 0 || point >= at->cols()) return;
    const auto index = static_cast<std::size_t>(point);
    const int kind = kinds_of(context)[index];
    std::string place =
        fmt::format("{} , {}", value_text((*at)(0, point)), value_text((*at)(1, point)));
    if (context.chosen<RepresentationsChoices>().as() == RepresentationsAs::space)
        place += fmt::format(" , {}", value_text((*at)(2, point)));
    const std::array rows{ReadoutRow{kind_name(context, kind), place, kind_colour(context, kind)},
                          ReadoutRow{point_name(context, index), "", context.theme.dim}};
    draw_readout(context, picture_title(context, cell), rows);
}

constinit const Panel representations_panel{
    .title = "Representations",
    .explanation = "classes after each layer",
    .help =
        "The same points after each layer, coloured by class: in the target's leading directions, "
        "the start's, or those along which they spread most. Grey: where they were at the start. "
        "A tree's points are its items. Similarity and CKA say how alike points, and layers, "
        "are.\n\n"
        "Of a transformer: the residual stream at some positions where something is asked, of "
        "held-out sequences, before the first block and behind each, normed as what reads it has "
        "it; "
        "of facts each by itself.",
    .draw = draw_representations,
    .least = {15, 11},
    .weights = true,
    .explain = explained,
    .remembered = remembered,
};

}  // namespace muonscope::gui
