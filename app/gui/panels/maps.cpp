#include "app/gui/panels/maps.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// What each layer, and the product of all, makes of the unit sphere.
namespace muonscope::gui {

namespace {

using namespace plots;

constexpr int most_directions = 1024;

std::vector<Remembered> remembered(Preferences& preferences) {
    MapsChoices& own = preferences.panels.of<MapsChoices>();
    std::vector<Remembered> choices{{"maps_update", &own.update},
                                    {"maps_shape", &own.shape},
                                    {"maps_target", &own.target},
                                    {"maps_source", &own.source, -1, most_matrices},
                                    {"maps_first", &own.which[0], 0, most_directions - 1},
                                    {"maps_second", &own.which[1], 0, most_directions - 1},
                                    {"maps_third", &own.which[2], 0, most_directions - 1}};
    remember_orbit(choices, "maps", own);
    return choices;
}

// ---- the header ----

bool has_product(const PanelContext& context) {
    return context.snapshot && context.snapshot->layout.product_rank() > 0;
}

std::string map_name(const PanelContext& context, int source) {
    if (source < 0 || !context.snapshot || (source == 0 && !has_product(context)))
        return "all maps";
    return source_name(context.snapshot->layout, source);
}

void map_picker(PanelContext& context, float width) {
    MapsChoices& chosen = context.chosen<MapsChoices>();
    const int layers = context.snapshot ? context.snapshot->layout.layers() : 1;
    const int shown = std::min(chosen.source, layers);
    if (!begin_word_combo(context, "##map", map_name(context, shown).c_str(), width)) {
        hover_help(context, "",
                   "Which maps: all, the product of all layers, or one layer; of a transformer "
                   "one matrix.");
        return;
    }
    for (int source = -1; source <= layers; ++source)
        if ((source != 0 || has_product(context)) &&
            list_row(map_name(context, source).c_str(), source == shown))
            chosen.source = source;
    ImGui::EndCombo();
}

int directions(const PanelContext& context) {
    if (!context.snapshot || !context.snapshot->problem) return 3;
    int most = 0;
    for (const MatrixInfo& matrix : context.snapshot->problem->model->matrices())
        most = std::max(most, static_cast<int>(matrix.rank()));
    return std::max(most, 1);
}

// Three different ones that there are.
void put_right(std::array<int, 3>& which, int most) {
    for (std::size_t k = 0; k < 3; ++k) {
        which[k] = std::clamp(which[k], 0, std::max(most - 1, 2));
        while (std::find(which.begin(), which.begin() + static_cast<std::ptrdiff_t>(k), which[k]) !=
               which.begin() + static_cast<std::ptrdiff_t>(k))
            which[k] = (which[k] + 1) % std::max(most, 3);
    }
    std::sort(which.begin(), which.end());
}

std::string directions_text(const std::array<int, 3>& which) {
    return fmt::format("σ {}, {}, {}", which[0] + 1, which[1] + 1, which[2] + 1);
}

void direction_picker(PanelContext& context, float width) {
    MapsChoices& chosen = context.chosen<MapsChoices>();
    const int most = directions(context);
    if (!begin_word_combo(context, "##which", directions_text(chosen.which).c_str(), width)) {
        hover_help(context, "",
                   "Which three singular directions, from the largest: each axis is as long as its "
                   "singular value.");
        return;
    }
    const int last = std::max(most, 3);
    const auto row = [&](const char* name, int first) {
        const std::array<int, 3> which{first, first + 1, first + 2};
        if (list_row(fmt::format("{}: {}", name, directions_text(which)).c_str(),
                     chosen.which == which))
            chosen.which = which;
    };
    row("largest", 0);
    if (last > 5) row("middle", last / 2 - 1);
    if (last > 3) row("smallest", last - 3);
    for (std::size_t k = 0; k < 3; ++k) {
        int number = chosen.which[k] + 1;
        ImGui::PushID(static_cast<int>(k));
        ImGui::SetNextItemWidth(em(7));
        if (ImGui::InputInt("##direction", &number)) chosen.which[k] = std::max(number - 1, 0);
        ImGui::PopID();
    }
    put_right(chosen.which, most);
    ImGui::EndCombo();
}

void header(PanelContext& context) {
    if (ImGui::GetWindowHeight() < em(10.8F)) return;
    MapsChoices& chosen = context.chosen<MapsChoices>();
    put_right(chosen.which, directions(context));
    const float between = em(0.6F);
    const float map =
        std::max(word_combo_width(ImGui::CalcTextSize("all maps").x),
                 has_product(context) || !context.snapshot ? 0 : source_picker_width(context));
    const bool target = has_product(context);
    const float which = word_combo_width(
        std::max(ImGui::CalcTextSize(directions_text(chosen.which).c_str()).x, em(4)));
    const float view = view_picker_width();
    const float size = segmented_width({"to scale", "shape"});
    const float both = segmented_width({"weights", "update"});
    float width = map + between + which + between + view + between + both;
    if (!chosen.update) width += between + size + (target ? between + toggle_width("target") : 0);
    begin_header_controls(context, width);
    map_picker(context, map);
    next_header_control(context, between, which);
    direction_picker(context, which);
    next_header_control(context, between, view);
    view_picker(context, chosen, view);
    if (!chosen.update && target) {
        next_header_control(context, between, toggle_width("target"));
        toggle(context, "target", chosen.target,
               "Dashed: the ellipsoid that the target makes, of a layer its share σ^(1/L). In "
               "hidden layers it lies along the layer's own axes, for any rotation there gives the "
               "same product.");
    }
    if (!chosen.update) {
        next_header_control(context, between, size);
        segmented(context, "size", {"to scale", "shape"}, chosen.shape,
                  "To scale: one scale for all lanes of a map. Shape: each as large as its longest "
                  "axis, so that what is still small is seen.");
    }
    next_header_control(context, between, both);
    segmented(context, "what", {"weights", "update"}, chosen.update,
              "Weights: what W, and the product, make of the unit sphere. Update: what −G would "
              "and what the step that was taken does, along −G's own singular directions.");
    end_header_controls(context);
}

// ---- the mouse ----

int cell_at(const MapsSheet& sheet, ImVec2 at) {
    for (std::size_t i = 0; i < sheet.cells.size(); ++i) {
        const MapCell& cell = sheet.cells[i];
        if (at.x >= cell.corner.x && at.x < cell.corner.x + cell.size.x && at.y >= cell.corner.y &&
            at.y < cell.corner.y + cell.size.y)
            return static_cast<int>(i);
    }
    return -1;
}

void say_numbers(PanelContext& context, const MapCell& cell) {
    if (!cell.body.missing.empty()) return;
    const SphereImage& image = cell.body.image;
    std::vector<ReadoutRow> rows;
    const char* const sign = cell.body.body == Body::step ? "axis " : "σ";
    for (int k = 0; k < 3; ++k)
        if (const int which = image.which[static_cast<std::size_t>(k)]; which >= 0)
            rows.push_back(
                {fmt::format("{}{}", sign, cell.body.body == Body::step ? k + 1 : which + 1),
                 value_text(image.lengths(k)), axis_colour(context.theme, k)});
    if (cell.target.squaredNorm() > 0) {
        const Eigen::Vector3d lengths = target_lengths(*context.snapshot->problem, cell.body.source,
                                                       context.chosen<MapsChoices>().which);
        for (int k = 0; k < 3; ++k)
            if (lengths(k) > 0)
                rows.push_back(
                    {fmt::format(
                         "target's {}",
                         context.chosen<MapsChoices>().which[static_cast<std::size_t>(k)] + 1),
                     value_text(lengths(k)), context.theme.target});
    }
    if (!cell.body.exact())
        rows.push_back({of_outputs(*context.snapshot->problem, cell.body.source)
                            ? "lies in the target's directions"
                            : "lies in the start's directions",
                        fmt::format("{:.0f} %", 100 * image.inside), context.theme.dim});
    draw_readout(context, fmt::format("{}, {}", cell.body.state.text(), cell.title), rows);
}

void menu(PanelContext& context, const MapsSheet& sheet, bool hovered) {
    export_menu(context, "##maps export", "maps", hovered,
                {.table = [&] { return maps_table(sheet); },
                 .charts = [&](const PanelContext& paper) { return maps_charts(paper, sheet); },
                 .print = [&context, size = sheet.size](
                              const std::string& path,
                              int width) { save_maps_picture(context, size, path, width); },
                 .columns = sheet.columns * sheet.lanes_across,
                 .step = past_step(context)});
}

void draw_maps(PanelContext& context) {
    header(context);
    if (!context.snapshot || !context.snapshot->problem || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    MapsChoices& chosen = context.chosen<MapsChoices>();
    context.view.moves_shown = context.view.moves_shown || chosen.update;
    watch_run(context);
    const ImVec2 origin = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const ImVec2 size{std::floor(room.x), std::floor(room.y)};
    if (size.x < em(4) || size.y < em(4)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    MapsView& kept = context.kept<MapsView>();
    follow_maps(context, kept.lanes, sources_shown(context, size), chosen.which, chosen.update);
    ImGui::InvisibleButton("##maps", size);
    const bool hovered = ImGui::IsItemHovered(), pressed = ImGui::IsItemActive();
    use_orbit_mouse(chosen, hovered, pressed);
    const MapsSheet sheet = maps_sheet(context, size);
    draw_sheet(context, ImGui::GetWindowDrawList(), sheet, origin, "maps");
    const ImVec2 mouse = ImGui::GetMousePos();
    kept.hovered = hovered ? cell_at(sheet, {mouse.x - origin.x, mouse.y - origin.y}) : -1;
    if (kept.hovered >= 0 && !pressed)
        say_numbers(context, sheet.cells[static_cast<std::size_t>(kept.hovered)]);
    menu(context, sheet, hovered);
}

}  // namespace

constinit const Panel maps_panel{
    .title = "Maps",
    .explanation = "what becomes of the unit sphere",
    .help =
        "A matrix turns the unit sphere into an ellipsoid: its axes are the singular values, along "
        "the left singular vectors. A ball is an orthogonal map, a needle one that has collapsed "
        "onto one direction, a disc one that has lost one. Drag turns all pictures, the wheel "
        "zooms, a double click goes back.",
    .draw = draw_maps,
    .least = {15, 11},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
