#!/usr/bin/env bash
# usage: run.sh [SECONDS [target…]]: feeds each target for so long, 60 otherwise, as many at once as there are
# processors; 0: what is there already, once. What it found new is kept below build/fuzz/corpus and is where
# the next run begins; what broke lies below build/fuzz/found.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
cd "$root"

# feed TARGET SECONDS: one line of figures, and its last words where it broke.
feed() {
    local target="$1" seconds="$2" log="build/fuzz/$1.log" end=(-max_total_time="$2") code=0 figures
    [ "$seconds" != 0 ] || end=(-runs=0)
    mkdir -p "build/fuzz/corpus/$target"
    # A file of at most 64 KB has 5 s and, with what the sanitizer takes for itself, 1 GB.
    build/fuzz/"fuzz_$target" "${end[@]}" -timeout=5 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" \
        > "$log" 2>&1 || code=$?
    figures="$(grep -E 'executed_units|peak_rss' "$log" | tr '\n' ' ' || true)"
    echo "$target: $figures$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 || true)"
    [ $code -eq 0 ] || tail -n 40 "$log"
    return $code
}
if [ "${1:-}" = --feed ]; then
    feed "$2" "$3"
    exit
fi

seconds="${1:-60}"
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for source in tests/fuzz/*.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi
jobs="${MUONSCOPE_JOBS:-$(nproc)}"
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz > /dev/null
cmake --build build/fuzz -j "$jobs" --target fuzz_seeds "${targets[@]/#/fuzz_}"
rm -rf build/fuzz/seeds
tests/fuzz/seeds.py build/fuzz/seeds
build/fuzz/fuzz_seeds build/fuzz/seeds
mkdir -p build/fuzz/found
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I TARGET tests/fuzz/run.sh --feed TARGET "$seconds" ||
    { echo "Something broke: what it was fed lies in build/fuzz/found."; exit 1; }
