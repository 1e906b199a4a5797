#!/bin/sh
# Renders the whole window, without a display, in the sizes, scales and themes that the layout is
# tested in, and every preset in the smallest of them: pictures to look at, none to compare with.
#   tests/looks.sh [FOLDER]    default: build/looks
# Needs the program, MUONSCOPE or build/release/muonscope, and OSMesa.
set -eu

cd "$(dirname "$0")/.."
program=${MUONSCOPE:-build/release/muonscope}
folder=${1:-build/looks}
mkdir -p "$folder"

look() { # SPEC NAME ARGUMENTS…
    spec=$1 name=$2
    shift 2
    "$program" render "$spec" --steps 300 "$@" -o "$folder/$name.png"
    echo "$folder/$name.png"
}

for theme in dark light; do
    for size in 1600x900 1280x720 1024x640 800x500 3840x2160; do
        look two-ways-up "$theme-$size" --theme $theme --size $size
    done
    for scale in 1.5 2 3 4; do
        look two-ways-up "$theme-1600x900-at-$scale" --theme $theme --size 1600x900 --scale $scale
    done
    look two-ways-up "$theme-3840x2160-at-2" --theme $theme --size 3840x2160 --scale 2
done
"$program" presets | grep "^[a-z]" | while read -r preset; do
    look "$preset" "preset-$preset" --size 1280x720
done
