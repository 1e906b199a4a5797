#!/usr/bin/env bash
# usage: bare_package.sh PACKAGE.deb [folder]     (as root, needs debootstrap and Xvfb; half a gigabyte)
# Proves that the package needs no more than it says: makes a minimal Debian bookworm in a folder with
# nothing but the C and C++ runtimes, installs the package there without what it recommends, and runs
# the command line; then adds a GL driver and an X11 client, and lets the window train on a display
# of this machine.
set -euo pipefail
here="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
package="$(readlink -f "${1:?usage: bare_package.sh PACKAGE.deb [folder]}")"
there="${2:-$(mktemp -d /tmp/bare-debian.XXXXXX)}"
# shellcheck source=tests/setup/minimal_debian.sh
. "$here/minimal_debian.sh"

make_minimal_debian "$there" libstdc++6
cp "$package" "$there/muonscope.deb"
enter() {
    chroot "$there" /usr/bin/env -i "${network[@]}" HOME=/root LANG=C.UTF-8 \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" < /dev/null
}

lap "Installed with what it depends on alone"
enter dpkg --install /muonscope.deb
enter muonscope --version
done_in

lap "The command line"
enter muonscope run two-ways-up --steps 300 --out /tmp/run > /dev/null
test -s "$there/tmp/run/summary.json"
for file in man/man1/muonscope.1 bash-completion/completions/muonscope zsh/vendor-completions/_muonscope \
    fish/vendor_completions.d/muonscope.fish; do test -s "$there/usr/share/$file"; done
enter muonscope orthogonalise gaussian:64x64 --compare all --no-time | head -n 6
done_in

lap "A window without a display is refused in one line"
code=0
enter muonscope 2> "$there/tmp/said" || code=$?
cat "$there/tmp/said"
test "$code" -eq 2 && test "$(wc -l < "$there/tmp/said")" -eq 1
done_in

lap "The window, with a GL driver and an X11 client"
enter apt-get update -qq > /dev/null
enter apt-get install -y -qq --no-install-recommends libgl1 libgl1-mesa-dri libx11-6 > /dev/null
exec 3< <(exec Xvfb -displayfd 1 -screen 0 1600x900x24 -nolisten unix -listen tcp -ac 2> /dev/null)
server=$!
trap 'kill $server; unmount' EXIT
read -r display <&3
code=0
enter DISPLAY="127.0.0.1:$display" timeout --signal=TERM 20 muonscope --state-file /tmp/state.json || code=$?
# timeout says 124 where the program had to be asked to end; it then ends in order.
test "$code" -eq 124 || test "$code" -eq 0
grep -o '"step": *[0-9]*' "$there/tmp/state.json"
grep -q '"step": *[1-9]' "$there/tmp/state.json"
done_in
