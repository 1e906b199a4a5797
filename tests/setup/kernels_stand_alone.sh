#!/usr/bin/env bash
# usage: kernels_stand_alone.sh program object…
# A program that is for every processor may meet an instruction that is not for all of them in the
# kernels of a level only. So no object of a level may define a symbol that the linker could take for
# another's (a weak one: an inline function, a template), and in the program nothing but those kernels
# may use registers or encodings that came after plain x86-64.
set -euo pipefail
program="$1"
shift

weak="$(nm --print-file-name --defined-only "$@" | grep -E ' [WwVvuiC] ' || true)"
if [ -n "$weak" ]; then
    echo "The linker could take these for those of another level:"
    echo "$weak"
    exit 1
fi

case "$(uname -m)" in
x86_64) ;;
*) exit 0 ;;
esac
objdump -d --no-show-raw-insn "$program" | awk '
    / <.*>:$/ { place = $2; kernel = place ~ /at_(avx2|avx512|amx)/; if (kernel) kernels++; next }
    !kernel && /%[yz]mm|%tmm|%k[0-7]|\tv[a-z0-9]+ .*%xmm/ { strays[place] = $0 }
    END {
        for (place in strays) print "not for every processor: " place strays[place]
        if (length(strays)) exit 1
        if (!kernels) { print "no kernel found: is the program stripped?"; exit 1 }
    }'
