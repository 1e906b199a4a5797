#!/bin/sh
# usage: ccache.sh ccache compiler argument…
# ccache, set up so that precompiled headers hit, and so that two clones share one cache.
here="$(cd "$(dirname "$0")/.." && pwd)"
export CCACHE_BASEDIR="$here" CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

# An older header of the same name would go into the new one, which then is no other clone's.
output=""
header=""
before=""
for argument in "$@"; do
    case "$before" in
    -o) output="$argument" ;;
    -x) header="$argument" ;;
    esac
    before="$argument"
done
if [ "$header" = c++-header ]; then rm -f "$output"; fi
exec "$@"
