#!/usr/bin/env bash
# Draws the pictures of README.md and the guide with the program itself: tests/pictures.sh [PROGRAM]
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
program="${1:-$root/build/release/muonscope}"
out="$root/assets/pictures"
mkdir -p "$out"

for theme in dark light; do
    "$program" render two-ways-up --steps 140 --size 1600x900 --theme "$theme" \
        -o "$out/two-ways-up-$theme.png"
done
"$program" render staged --steps 4000 --size 1600x900 --theme light -o "$out/staged-light.png"

# A panel of each published experiment, for assets/guide/paper.md.
panel() { # name, preset, steps, panel
    "$program" render "$2" --steps "$3" --panel "$4" --size 900x480 --theme light \
        -o "$out/paper-$1.png"
}
panel staged staged 600 trade-off
panel blackbox black-box 12000 loss
panel ce ce-probe 600 downstream-probe
panel tau tau 24000 loss
panel dp planned 100 loss
panel screening schedules 100 loss
panel mlp adjacent 300 singular-values

# Panels of the guide.
guide() { # name, preset, steps, panel, arguments…
    local name=$1 preset=$2 steps=$3 panel=$4
    shift 4
    "$program" render "$preset" --steps "$steps" --panel "$panel" --size 1100x620 --theme light \
        "$@" -o "$out/$name.png"
}
guide lab two-ways-up 60 orthogonaliser-lab
guide maps three-dimensions 60 maps
guide maps-update three-dimensions 60 maps --choose maps_update=true
guide why two-ways-up 1360 why
guide update two-ways-up 60 update
guide alignment two-ways-up 140 alignment
guide weight-norms weight-norms 4000 weight-norms
guide rare-facts rare-facts 10 rare-facts --choose facts_view=1 --choose facts_probability=true
guide conditioning conditioning 300 conditioning
guide random-matrices two-ways-up 10 random-matrices
guide kinds token-facts 300 kinds-and-blocks
guide grokking modular 1000 loss
guide tokens induction 300 tokens --looks 60 --choose tokens_block=1 --choose tokens_lane=1

# Where Muon pays, by the study that ships where its results are at hand; otherwise by a small part of it.
studies="$root/build/studies"
where="$studies/where-facts.db"
if [ ! -e "$where" ]; then
    where="$studies/where-small.db"
    mkdir -p "$studies"
    python3 - "$root/assets/studies/where-facts.json" > "$studies/where-small.json" << 'EOF'
import json
import sys
study = json.load(open(sys.argv[1]))
study.update(name="where-small", seeds=9, budget={"steps": 100}, metrics=study["metrics"][:1])
study["tuning"]["seeds"] = 1
for arm in study["arms"]:
    arm["rates"] = [0.01] if arm["name"] == "AdamW" else [0.02]
print(json.dumps(study))
EOF
    "$program" study run "$studies/where-small.json" --db "$where"
fi
guide where token-facts 60 where --looks 60 --choose "where_study=[\"$where\"]"

# Real weights, where `muonscope weights fetch smollm2` has put them.
model=${XDG_DATA_HOME:-$HOME/.local/share}/muonscope/models/SmolLM2-135M-Instruct.Q4_1.gguf
if [ -e "$model" ]; then
    "$program" weights sweep "$model" > "$out/sweep.txt" # kept, and found by the window
    rm "$out/sweep.txt"
    guide model-weights two-ways-up 10 model-weights --looks 600 --choose "model_file=[\"$model\"]" \
        --choose model_view=1 --choose model_measure=8 --choose 'model_sweep=["drop-top=1"]' \
        --choose 'model_matrix=["blk.11.ffn_down.weight"]'
else
    echo "No SmolLM2 at $model: its picture stays as it is" >&2
fi

# A room's screen, and numbers over steps with the gap of two lanes.
"$program" render two-ways-up --steps 140 --size 1280x720 --theme light \
    --present singular-values,loss,downstream-probe -o "$out/presentation.png"
"$program" render two-ways-up --steps 140 --panel measures --size 1100x480 --theme light \
    --choose 'measures_plots=["relative_error log", "flatness_h gap 0 1"]' -o "$out/measures.png"
