#include "app/gui/panels/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/panels.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/source.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// One step of each lane: its spectra on the way from the gradient to the weights, and what
// it moves of the gradient's singular directions.
namespace muonscope::gui {

namespace {

using namespace plots;

std::vector<Remembered> remembered(Preferences& preferences) {
    UpdateChoices& own = preferences.panels.of<UpdateChoices>();
    return {{"update_layer", &own.layer, 0, most_matrices - 1},
            {"update_directions", &own.directions},
            {"update_log", &own.logarithmic},
            {"update_linear", &own.linear}};
}

void header(PanelContext& context) {
    if (ImGui::GetWindowHeight() < em(10.8F)) return;
    UpdateChoices& chosen = context.chosen<UpdateChoices>();
    const float between = em(0.6F);
    const float scale = segmented_width({"linear", "log"});
    const float views = segmented_width({"spectra", "directions"});
    begin_header_controls(context, source_picker_width(context) + scale + views + 2 * between);
    layer_picker(context, "##layer", chosen.layer, "Of which layer the step is shown.");
    next_header_control(context, between, scale);
    if (chosen.directions) {
        bool logarithmic = !chosen.linear;
        segmented(context, "scale", {"linear", "log"}, logarithmic,
                  "Log: a step in proportion to the gradient is a slanted line, one that moves all "
                  "directions alike a level one; triangles point down where it goes uphill.");
        chosen.linear = !logarithmic;
    } else {
        segmented(context, "scale", {"linear", "log"}, chosen.logarithmic,
                  "The axis of what leaves. Log: what passes in proportion is a slanted line.");
    }
    next_header_control(context, between, views);
    segmented(
        context, "view", {"spectra", "directions"}, chosen.directions,
        "Spectra: gradient, momentum, what enters the orthogonaliser and what leaves it, with "
        "its transfer curve between them. Directions: how far the step moves each singular "
        "direction of the gradient.");
    end_header_controls(context);
}

std::string reason(const DrawnLane& lane, std::size_t at) {
    if (lane.lost) return "diverged";
    if (lane.name.step == 0) return "no step yet";
    if (lane.past && !lane.move) return move_not_kept;
    if (!lane.move || at >= lane.move->updates.size()) return "Waiting for a step";
    return lane.move->updates[at].size() == 0 ? "did not move" : "";
}

void widen(const Vector& values, double& low, double& high) {
    for (const double value : values)
        if (value > 0 && std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
}

// Six decades below the end at most.
double bounded(double low, double high) {
    return std::max(low, 1e-6 * high);
}

UpdateAxes axes_of(const UpdateView& view) {
    UpdateAxes axes;
    double share = 0.1, share_high = 0;
    double s_low = INFINITY, s_high = 0, moved_low = INFINITY, moved_high = 0;
    axes.share_top = 0;
    for (const auto& [lane, update] : view.lanes) {
        if (!update.missing.empty()) continue;
        const SeenUpdate& seen = update.seen;
        const auto shares = [&](const Vector& values, double norm) {
            if (norm > 0) widen(values / norm, share, share_high);
        };
        shares(seen.gradient, seen.gradient_norm);
        shares(seen.momentum, seen.momentum_norm);
        shares(seen.entering, seen.entering_norm);
        double least = 1;
        widen(seen.leaving, least, axes.leaves_top);
        widen(seen.along.s, s_low, s_high);
        widen(seen.along.moved.cwiseAbs(), moved_low, moved_high);
        for (const double moved : seen.along.moved)
            if (std::isfinite(moved)) axes.moved_least = std::min(axes.moved_least, moved);
        widen(seen.along.share, least, axes.share_top);
        if (seen.gradient_norm > 0)
            axes.share_top =
                std::max(axes.share_top, std::pow(seen.gradient(0) / seen.gradient_norm, 2));
        axes.count = std::max({axes.count, static_cast<int>(seen.step.size()),
                               static_cast<int>(seen.gradient.size())});
    }
    axes.share_low = std::pow(10, std::floor(std::log10(std::max(share, 1e-6) * 0.999)));
    axes.leaves_top = std::min(axes.leaves_top, 100.0);
    if (s_high > 0) {
        axes.s_low = bounded(s_low, s_high) / 1.3;
        axes.s_high = 1.3 * s_high;
    }
    if (moved_high > 0) {
        axes.moved_low = bounded(moved_low, moved_high) / 1.5;
        axes.moved_high = 1.5 * moved_high;
    }
    axes.share_top = axes.share_top > 0 ? std::min(1.0, 1.1 * axes.share_top) : 1;
    return axes;
}

// As many cells side by side as make them the least narrow and flat.
std::vector<UpdateCell> cells_in(ImVec2 origin, ImVec2 room, int lanes) {
    const float gap = em(0.8F), name = ImGui::GetTextLineHeight() + em(0.2F);
    int columns = 1;
    float best = 0;
    for (int c = 1; c <= lanes; ++c) {
        const int rows = (lanes + c - 1) / c;
        const float width = (room.x - gap * static_cast<float>(c - 1)) / static_cast<float>(c);
        const float height = room.y / static_cast<float>(rows) - name;
        if (const float least = std::min(width / 1.2F, height); least > best) {
            best = least;
            columns = c;
        }
    }
    const int rows = (lanes + columns - 1) / columns;
    const ImVec2 size{
        std::floor((room.x - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns)),
        std::floor(room.y / static_cast<float>(rows))};
    std::vector<UpdateCell> cells;
    for (int lane = 0; lane < lanes; ++lane) {
        const int column = lane % columns, row = lane / columns;
        const auto across = static_cast<float>(column), down = static_cast<float>(row);
        cells.push_back({lane,
                         {origin.x + across * (size.x + gap), origin.y + down * size.y + name},
                         {size.x, size.y - name}});
    }
    return cells;
}

void name_above(const PanelContext& context, const UpdateCell& cell, const LaneUpdate& update) {
    const StateName& name = update.missing.empty() ? update.state : update.wanted;
    ImGui::PushFont(context.fonts.heading, 0);
    fitted_text(ImGui::GetWindowDrawList(),
                {cell.origin.x, cell.origin.y - ImGui::GetTextLineHeight() - em(0.1F)}, cell.size.x,
                context.theme.lane_text(cell.lane), name.text().c_str());
    ImGui::PopFont();
}

void note_in(const PanelContext& context, const UpdateCell& cell, const std::string& note) {
    const ImVec2 words = ImGui::CalcTextSize(note.c_str());
    ImGui::GetWindowDrawList()->AddText(
        {cell.origin.x + (cell.size.x - words.x) / 2, cell.origin.y + (cell.size.y - words.y) / 2},
        u32(context.theme.dim), note.c_str());
}

void draw_update(PanelContext& context) {
    header(context);
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->problem || snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    context.view.moves_shown = true;
    const UpdateChoices& chosen = context.chosen<UpdateChoices>();
    const int layer = std::clamp(chosen.layer, 0, std::max(0, snapshot->layout.layers() - 1));
    watch_run(context);
    const UpdateView& view = follow_updates(context, layer);
    const ImVec2 origin = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    if (room.x < em(6) || room.y < em(5)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    const UpdateAxes axes = axes_of(view);
    for (const UpdateCell& cell :
         cells_in(origin, room, static_cast<int>(snapshot->lanes.size()))) {
        const LaneUpdate& update = view.lanes.at(cell.lane);
        name_above(context, cell, update);
        if (!update.missing.empty()) {
            note_in(context, cell, update.missing);
            continue;
        }
        ImGui::PushID(cell.lane);
        if (chosen.directions)
            draw_update_directions(context, view, axes, cell);
        else
            draw_update_spectra(context, view, axes, cell);
        ImGui::PopID();
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

// A step of another problem, or of a run that is no more, does not stay until the next one comes.
void forget_stale(UpdateView& view, const Snapshot& snapshot) {
    const bool other = view.problem != snapshot.problem;
    const std::int64_t standing = std::min(snapshot.returns.standing(view.returns), snapshot.step);
    std::erase_if(view.lanes, [&](const auto& one) {
        const LaneUpdate& lane = one.second;
        return other || lane.state.step > standing || lane.asked.step > standing;
    });
    view.problem = snapshot.problem;
    view.returns = snapshot.returns.count();
}

void begin_on(PanelContext& context, LaneUpdate& kept, const DrawnLane& lane, int layer) {
    const auto at = static_cast<std::size_t>(layer);
    kept.move = lane.move;
    kept.asked = lane.name;
    kept.asked_layer = layer;
    kept.later.begin(
        context, seen_update_cost(lane.move->updates[at], lane.move->optimizers[at].get()),
        [move = lane.move, weights = lane.weights, name = lane.name, layer, at] {
            const Matrix& gradient = move->gradients[at];
            return DrawnUpdate{
                name, layer,
                seen_update(gradient.size() > 0 ? &gradient : nullptr, move->updates[at],
                            weights->at(at), move->optimizers[at].get())};
        },
        kept);
}

}  // namespace

const UpdateView& follow_updates(PanelContext& context, int layer) {
    UpdateView& view = context.kept<UpdateView>();
    forget_stale(view, *context.snapshot);
    const auto at = static_cast<std::size_t>(layer);
    const auto count = static_cast<int>(context.snapshot->lanes.size());
    std::erase_if(view.lanes, [count](const auto& lane) { return lane.first >= count; });
    for (int l = 0; l < count; ++l) {
        const DrawnLane lane = drawn_lane(context, static_cast<std::size_t>(l));
        LaneUpdate& kept = view.lanes[l];
        kept.wanted = lane.name;
        kept.later.look(context, kept);
        if (!kept.later.busy()) {
            const bool known = kept.layer == layer && kept.seen.step.size() > 0;
            std::string missing = reason(lane, at);
            // While the trainer has not heard of it yet, the step before stays.
            if (lane.move == nullptr && !lane.lost && !lane.past && known) missing = {};
            const bool anew =
                lane.move != nullptr &&
                (kept.move != lane.move || kept.asked_layer != layer || !(kept.asked == lane.name));
            if (missing.empty() && anew && lane.weights != nullptr)
                begin_on(context, kept, lane, layer);
            kept.missing = std::move(missing);
        }
        if (kept.missing.empty() && kept.seen.step.size() == 0) kept.missing = "working it out";
        if (kept.missing.empty() && !kept.seen.step.allFinite()) kept.missing = "not finite";
    }
    return view;
}

Chart update_chart(const LaneUpdate& update, int lane, const char* part) {
    Chart chart;
    chart.title = fmt::format("{}: {}", update.state.text(), part);
    chart.place = {{"lane", lane + 1},
                   {"layer", update.layer + 1},
                   {"step", static_cast<double>(update.state.step)}};
    return chart;
}

Ticks direction_ticks(double min, double max, float length, int count, int sign) {
    Ticks ticks;
    const double each = static_cast<double>(length) / std::max(max - min, 1e-9);
    int stride = 1;
    for (const int wanted : {1, 2, 5, 10, 20, 50, 100, 200, 500})
        if (stride = wanted; each * wanted >= static_cast<double>(em(1.7F))) break;
    for (int k = stride == 1 ? 1 : stride; k <= count; k += stride) {
        const double at = sign * (k - 0.5);
        if (at >= min && at <= max) ticks.add(at, fmt::format("{}", k));
    }
    return ticks;
}

void update_menu(PanelContext& context, const ChartOptions& options, bool hovered) {
    const UpdateView& view = context.kept<UpdateView>();
    const bool directions = context.chosen<UpdateChoices>().directions;
    const auto charts = [&view, directions](const PanelContext& on) {
        std::vector<Chart> all;
        const UpdateAxes axes = axes_of(view);
        for (const auto& [lane, update] : view.lanes) {
            if (!update.missing.empty()) continue;
            std::vector<Chart> one = directions ? direction_charts(on, update, lane, axes)
                                                : spectra_charts(on, update, lane, axes);
            std::move(one.begin(), one.end(), std::back_inserter(all));
        }
        return all;
    };
    ImGui::PushID(options.id);  // or the pictures of a lane would share one menu, thrice as long
    export_menu(context, "##export", options.name, hovered,
                {.table = [&] { return table_of(charts(context)); },
                 .charts = charts,
                 .fit = [&] { fit_chart(context, options); },
                 .columns = directions ? 2 : 3,
                 .step = past_step(context)});
    ImGui::PopID();
}

constinit const Panel update_panel{
    .title = "Update",
    .explanation = "from the gradient to the step",
    .help =
        "What a step of a layer is made of, the newest or the one that is looked back at. Below: "
        "singular values of the gradient, of "
        "the "
        "momentum and of what enters the orthogonaliser, each in shares of its own Frobenius norm. "
        "A point for each of them goes up the transfer curve; right: what leaves. SGD passes all "
        "in "
        "proportion, Muon brings all to about one. Directions: how far the step moves each "
        "singular "
        "direction of the gradient, and which share of the step that is.",
    .draw = draw_update,
    .least = {22, 13},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui
