#include "app/gui/plots/ghost_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/ghosts.h"
#include "app/gui/plots/curve.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::u32;

namespace {

constexpr float pale = 0.45F;  // of a lane's colour

ImVec4 colour_of(const gui::PanelContext& context, const GhostCurve& curve,
                 const std::vector<ImVec4>& colours, std::size_t i) {
    const ImVec4 full = i < colours.size() ? colours[i] : context.theme.lane(curve.index);
    return gui::with_alpha(full, pale * full.w);
}

}  // namespace

std::vector<GhostCurve> ghost_curves(const gui::PanelContext& context, std::string_view axis,
                                     std::size_t channel, int lane) {
    std::vector<GhostCurve> curves;
    const gui::Ghosts& ghosts = context.kept<gui::Ghosts>();
    if (ghosts.pinned.empty() || context.snapshot == nullptr) return curves;
    const std::vector<std::string>&names = ghosts.names, &titles = ghosts.titles;
    if (channel >= names.size()) return curves;
    for (const gui::Ghosts::Pinned& pinned : ghosts.pinned) {
        if (!pinned.shown) continue;
        std::optional<std::size_t> there = pinned.ghost->channel(names[channel]);
        if (!there) there = pinned.ghost->channel(titles[channel]);
        for (std::size_t l = 0; there && l < pinned.ghost->lanes.size(); ++l)
            if (lane < 0 || static_cast<int>(l) == lane)
                curves.push_back({pinned.name, &pinned.ghost->lanes[l], static_cast<int>(l), *there,
                                  fmt::format("{} ghost {} {}", axis, pinned.id, channel)});
    }
    return curves;
}

void follow_ghost_curves(gui::PanelContext& context, const std::vector<GhostCurve>& curves,
                         const Bins& bins, Extent& extent) {
    for (const GhostCurve& curve : curves) {
        HistoryReduction& reduction = memory(context).reductions[{curve.key, curve.index}];
        reduction.update(curve.lane->history, curve.channel, 1, bins);
        const std::int64_t sound = curve.lane->sound_step;
        extent.add(reduction.reduction(), 0, 1,
                   sound == LaneSnapshot::every_step ? INFINITY : static_cast<double>(sound));
    }
}

void draw_ghost_curves(gui::PanelContext& context, const Axes& plot,
                       const std::vector<GhostCurve>& curves, const std::vector<ImVec4>& colours) {
    for (std::size_t i = curves.size(); i-- > 0;) {
        const Reduction& reduction =
            memory(context).reductions[{curves[i].key, curves[i].index}].reduction();
        if (reduction.channels() == 0) continue;
        draw_curve(context, plot, reduction, 0, u32(colour_of(context, curves[i], colours, i)),
                   std::max(1.0F, context.theme.line() * 0.6F));
    }
}

void add_ghosts(gui::PanelContext& context, const std::vector<GhostCurve>& curves,
                std::size_t live_channel, double step, std::vector<ReadoutRow>& rows) {
    const auto& lanes = context.snapshot->lanes;
    for (const GhostCurve& curve : curves) {
        const HistoryView& history = curve.lane->history;
        const std::size_t sample = nearest_sample(history, step);
        if (sample >= history.size()) continue;
        const double value = history.value(sample, curve.channel);
        std::string text = value_text(value);
        if (static_cast<std::size_t>(curve.index) < lanes.size()) {
            const HistoryView& live = lanes[static_cast<std::size_t>(curve.index)].history;
            const std::size_t now = nearest_sample(live, static_cast<double>(history.step(sample)));
            if (now < live.size()) {
                const double is = live.value(now, live_channel);
                text += fmt::format("   gap {}", value_text(is - value));
                if (value != 0) text += fmt::format("   × {}", value_text(is / value));
            }
        }
        rows.push_back({fmt::format("{}: {}", curve.name, curve.lane->name), std::move(text),
                        gui::with_alpha(context.theme.lane(curve.index), pale)});
    }
}

void add_ghosts(const gui::PanelContext& context, const std::vector<GhostCurve>& curves,
                std::vector<KeyRow>& key) {
    std::vector<std::string> named;
    for (const GhostCurve& curve : curves) {
        if (std::find(named.begin(), named.end(), curve.name) != named.end()) continue;
        named.push_back(curve.name);
        key.push_back({curve.name, gui::with_alpha(context.theme.dim, 0.7F)});
    }
}

void mark_ghosts(const gui::PanelContext& paper, const std::vector<GhostCurve>& curves,
                 Chart& chart, const std::vector<ImVec4>& colours) {
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const GhostCurve& from = curves[i];
        Curve curve;
        curve.name = fmt::format("{}: {}", from.name, from.lane->name);
        curve.ink = {colour_of(paper, from, colours, i), Dash::solid, 0.6F};
        for (std::size_t s = 0; s < from.lane->history.size(); ++s) {
            curve.x.push_back(static_cast<double>(from.lane->history.step(s)));
            curve.y.push_back(from.lane->history.value(s, from.channel));
        }
        chart.marks.insert(chart.marks.begin(), std::move(curve));
    }
}

}  // namespace muonscope::plots
