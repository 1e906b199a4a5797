#!/usr/bin/env bash
# usage: fresh_debian.sh [folder]     (as root, needs debootstrap; about a gigabyte)
# Proves that a new machine needs nothing but git and the clone: makes a minimal Debian bookworm in
# a folder, clones the last commit into it and there calls ./run without a display and ./test -L core,
# first as root with nothing installed, then as a user without rights for whom the packages are there.
set -euo pipefail
repo="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
there="${1:-$(mktemp -d /tmp/fresh-debian.XXXXXX)}"

# shellcheck source=tests/setup/minimal_debian.sh
. "$repo/tests/setup/minimal_debian.sh"
make_minimal_debian "$there" git

rm -rf "$there/clone.git"
git clone --quiet --bare "$repo" "$there/clone.git"
chmod -R a+rX "$there/clone.git"

# inside user command: no variable of ours but those of the network, and no input.
inside() {
    local user="$1"
    chroot "$there" /usr/bin/env -i "${network[@]}" HOME="$(home_of "$user")" LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        setpriv --reuid="$user" --regid="$user" --init-groups bash -euc "$2" < /dev/null
}
home_of() { chroot "$there" getent passwd "$1" | cut -d: -f6; }

failed=0
check() {
    lap "$1"
    if ! inside "$2" "$3"; then
        echo "FAILED"
        failed=1
    fi
    done_in
}

clone='git config --global --add safe.directory "*"; rm -rf "a clone"; git clone --quiet /clone.git "a clone"'
headless='"a clone/run" && test -s "a clone/build/two-ways-up/two-ways-up.png"'

check "root: clone" root "cd; $clone"
check "root: ./run with no display, nothing installed" root "cd; $headless"
check "root: ./run --help again" root 'cd; time "a clone/run" --help > /dev/null'
check "root: ./test -L core" root 'cd; "a clone/test" -L core'

chroot "$there" id visitor > /dev/null 2>&1 || chroot "$there" useradd --create-home visitor
check "a user without rights: clone" visitor "cd; $clone"
check "a user without rights: ./run with no display" visitor "cd; $headless"
check "a user without rights: ./test -L core" visitor 'cd; "a clone/test" -L core'
check "a user without rights and a missing package is told what to ask for" visitor '
    cd; cp -r "a clone" "another clone"; rm -rf "another clone/build"
    sed -i "s/^\[gui\]/&\nsl/" "another clone/cmake/debian-packages.txt"
    code=0; "another clone/run" --help 2> said || code=$?; cat said
    test "$code" -eq 2; grep -q "apt-get install .* sl" said; rm -r "another clone"'
exit "$failed"
