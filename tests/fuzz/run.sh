#!/usr/bin/env bash
# usage: run.sh [SECONDS [target…]]: feeds each target for so long, 60 otherwise. What it found new is kept
# below build/fuzz/corpus and is where the next run begins; what broke lies below build/fuzz/found.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
seconds="${1:-60}"
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for source in "$root"/tests/fuzz/*.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi
cd "$root"
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz > /dev/null
cmake --build build/fuzz -j "${MUONSCOPE_JOBS:-$(nproc)}" --target "${targets[@]/#/fuzz_}"
tests/fuzz/seeds.py build/fuzz/seeds
mkdir -p build/fuzz/found
failed=()
for target in "${targets[@]}"; do
    mkdir -p "build/fuzz/corpus/$target"
    log="build/fuzz/$target.log"
    # A file of at most 64 KB has 5 s and, with what the sanitizer takes for itself, 1 GB.
    if ! build/fuzz/"fuzz_$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-" \
        "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" > "$log" 2>&1; then
        failed+=("$target")
        tail -40 "$log"
    fi
    grep -E 'executed_units|peak_rss' "$log" | tr '\n' ' ' | sed "s/^/$target: /"
    grep -E 'cov:' "$log" | tail -1 | sed 's/.*\(cov: [0-9]*\).*/\1/' || echo
done
[ ${#failed[@]} -eq 0 ] || { echo "Broke: ${failed[*]}"; exit 1; }
