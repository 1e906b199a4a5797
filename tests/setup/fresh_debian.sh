#!/usr/bin/env bash
# usage: fresh_debian.sh [folder]     (as root, needs debootstrap; about a gigabyte)
# Proves that a new machine needs nothing but git and the clone: makes a minimal Debian bookworm in
# a folder, clones the last commit into it and there calls ./run without a display and ./test -L core,
# first as root with nothing installed, then as a user without rights for whom the packages are there.
# The mirror, the proxies, pip's settings and the certificates are this machine's own.
set -euo pipefail
repo="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
there="${1:-$(mktemp -d /tmp/fresh-debian.XXXXXX)}"

if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap > /dev/null; then
    echo "This needs root and debootstrap." >&2
    exit 2
fi

lap() { printf '\n=== %s\n' "$*"; SECONDS=0; }
done_in() { echo "--- $SECONDS s"; }

# The first mirror in either format of apt's sources.
mirror="$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/debian* 2> /dev/null || true; } |
    sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\) bookworm .*/\2/p' | sed 1q)"

lap "A minimal Debian in $there"
mkdir -p "$there"
if [ ! -x "$there/usr/bin/git" ]; then
    debootstrap --variant=minbase --include=git,ca-certificates bookworm "$there" "$mirror" > "$there.debootstrap.log" 2>&1 ||
        { tail -n 20 "$there.debootstrap.log" >&2; exit 1; }
fi
done_in

# What lets this machine reach its mirror and PyPI.
rm -f "$there"/etc/apt/sources.list
cp /etc/apt/sources.list.d/debian* "$there/etc/apt/sources.list.d/" 2> /dev/null ||
    cp /etc/apt/sources.list "$there/etc/apt/"
cp -L /etc/resolv.conf /etc/hosts "$there/etc/"
mkdir -p "$there/etc/ssl/certs"
cp -L /etc/ssl/certs/ca-certificates.crt "$there/etc/ssl/certs/"
for file in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
    if [ -e "$file" ]; then cp -L "$file" "$there/etc/pip.conf"; fi
done
rm -rf "$there/clone.git"
git clone --quiet --bare "$repo" "$there/clone.git"
chmod -R a+rX "$there/clone.git"

mounted=()
unmount() {
    local point
    for point in "${mounted[@]}"; do umount "$point" || umount -l "$point"; done
}
trap unmount EXIT
for point in proc dev; do
    mkdir -p "$there/$point"
    if mount --rbind "/$point" "$there/$point" 2> /dev/null; then
        mount --make-rslave "$there/$point"
        mounted+=("$there/$point")
    fi
done

# inside user command: no variable of ours but those of the network, and no input.
inside() {
    local user="$1" network=()
    mapfile -t network < <(env | grep -iE '^(pip_|https?_proxy=|no_proxy=|ssl_cert)')
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
