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
