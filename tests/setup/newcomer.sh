#!/usr/bin/env bash
# usage: newcomer.sh [folder]     (default build/newcomer)
# Does what README.md says under "How to add…" in a copy of the last commit, with its words alone: a toy
# optimiser, a measure, a preset that uses it and a panel. They must compile, run, be listed, switch
# while they train, be recorded and be drawn; and the arrows must hold.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
there="${1:-$root/build/newcomer}"
rm -rf "$there"
mkdir -p "$there"
git -C "$root" archive HEAD | tar -x -C "$there"
cd "$there"
# What has been fetched once need not be fetched again.
if [ -d "$root/build/deps" ]; then mkdir -p build && ln -s "$root/build/deps" build/deps; fi

once() { # file, text, what takes its place: the text must stand there exactly once
    python3 - "$@" << 'PYTHON'
import sys
path, old, new = sys.argv[1:]
text = open(path, encoding="utf-8").read()
if text.count(old) != 1:
    sys.exit(f"{path}: “{old}” stands {text.count(old)} times")
open(path, "w", encoding="utf-8").write(text.replace(old, new))
PYTHON
}

# An optimiser: a file in kinds/, and its name in the one list.
cat > core/optim/kinds/toy.cpp << 'SOURCE'
#include "core/linalg/reductions.h"
#include "core/optim/rule.h"

// Steps of one length: update = -g c G/|G|.
namespace muonscope {
namespace {

constexpr OwnParameter own[] = {{.key = "toy_length",
                                 .label = "Length",
                                 .fallback = 1,
                                 .min = 0.1,
                                 .max = 10,
                                 .usual_min = 0.1,
                                 .usual_max = 10,
                                 .help = "How many times lr a step is long."}};

class Toy final : public Direction {
  public:
    Toy(Eigen::Index, Eigen::Index) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Toy>(*this); }
    void reconfigure(const OptimizerSpec& spec) override { length_ = own_value(spec, "toy_length"); }
    void update(LayerStep& step, Matrix& update) override {
        const double size = norm(step.gradient);
        update = step.gradient * (size > 0 ? -step.rate * length_ / size : 0.0);
    }

  private:
    double length_ = 1;
};

}  // namespace

extern constexpr OptimizerRule toy_rule{
    .slug = "toy",
    .label = "Toy",
    .help = "W ← W − lr · c · G/‖G‖.",
    .own = own,
    .make = make_direction<Toy>,
};

}  // namespace muonscope
SOURCE
once core/optim/kinds.h "each(dion)" "each(dion) each(toy)"

# A measure: a row in channels.h, and what fills it in lane_measures.cpp.
once core/experiment/channels.h 'each(stable_rank, map,' 'each(toy, map, with_a_row, number, "toy", "toy", "twice s₁ of {}")                                      \
    each(stable_rank, map,'
once core/experiment/lane_measures.cpp "    row[layout.flatness(source)] = flatness(values);" "    row[layout.flatness(source)] = flatness(values);
    row[layout.toy(source)] = 2 * values.front();"

# A preset: a file in presets/ with a function, and its name in the list there.
cat > core/experiment/presets/toys.cpp << 'SOURCE'
#include <utility>

#include "core/experiment/presets/list.h"

namespace muonscope {

using namespace preset_parts;

Preset toy_preset() {
    Spec spec;
    spec.name = "toy";
    spec.title = "Toy";
    spec.about = "Steps of one length beside Muon.";
    OptimizerSpec optimizer;
    optimizer.kind = OptimizerKind::toy;
    optimizer.own.set("toy_length", 2);
    spec.lanes = {lane("Toy", optimizer), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch = "Both take steps of one length, and only one of them evens the spectrum of what it moves.";
    caption.attempts = {{.label = "Swap the optimisers",
                         .expect = "Each goes on from what the other has learned.",
                         .swap = true}};
    caption.arrows = {learned(1, 0, "the largest is there")};
    return {std::move(spec), ways, "singular-values", std::move(caption)};
}

}  // namespace muonscope
SOURCE
once core/experiment/presets/list.h "each(two_ways_up)" "each(two_ways_up) each(toy)"

# A panel with a plot: its file with a Panel at its end, and a line each in panels.h and panels.cpp.
cat > app/gui/panels/toy.cpp << 'SOURCE'
#include "app/gui/panels/panels.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/theme.h"
#include "imgui.h"

namespace muonscope::gui {
namespace {

using namespace plots;

Chart losses(const PanelContext& context) {
    Chart chart;
    chart.x = {0, static_cast<double>(context.snapshot->lanes.size()), false, "lane"};
    chart.y = {0, 100, false, "loss"};
    Bars bars{{"loss"}, context.theme.lane(0), {}, {}, {}};
    for (const LaneSnapshot& lane : context.snapshot->lanes) {
        bars.from.push_back(static_cast<double>(bars.from.size()));
        bars.to.push_back(bars.from.back() + 0.8);
        bars.height.push_back(lane.now[context.snapshot->layout.loss()]);
    }
    chart.marks.emplace_back(bars);
    return chart;
}

void draw_toy(PanelContext& context) {
    if (context.snapshot == nullptr) return;
    const ChartOptions options{.id = "##toy", .name = "toy", .size = ImGui::GetContentRegionAvail()};
    const Chart chart = losses(context);
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    chart_menu(context, options, axes, losses);
}

}  // namespace

constinit const Panel toy_panel{
    .title = "Toy",
    .explanation = "where each lane is",
    .help = "The loss of each lane.",
    .draw = draw_toy,
    .least = {10, 4},
};

}  // namespace muonscope::gui
SOURCE
once app/gui/panels/panels.h "extern const Panel measures_panel;" "extern const Panel measures_panel;
extern const Panel toy_panel;"
once app/gui/panels.cpp "measures_panel};" "measures_panel, toy_panel};"

tests/setup/arrows.py
cmake --preset release -DBUILD_TESTING=OFF > build/configure.log
cmake --build --preset release --target muonscope > build/build.log || { tail -30 build/build.log; exit 1; }
program=build/release/muonscope
"$program" params > build/params.txt
grep -A 3 '^optimizer.toy_length$' build/params.txt | grep 'Has an effect with Toy'
"$program" presets > build/presets.txt
grep '^toy$' build/presets.txt
"$program" run toy --steps 50 --set lanes.1.optimizer.kind=toy --out build/run > build/run.txt
"$program" replay build/run/session.json > build/replay.txt
test "$(grep -c 'same bits' build/replay.txt)" -eq 2
"$program" run --help > build/run_help.txt
grep -q 'layer_L_toy  *twice s₁ of layer L' build/run_help.txt
python3 - build/run/history.csv << 'PYTHON'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
for name in ("product", "layer_1", "layer_2"):
    for row in rows:
        assert float(row[name + "_toy"]) == 2 * float(row[name + "_sv_1"]), (name, row["step"])
PYTHON
"$program" render toy --steps 20 --panel toy --size 400x260 -o build/toy.png > /dev/null
test -s build/toy.png
echo "A newcomer's optimiser, measure, preset and panel compile, run, replay and are drawn."
