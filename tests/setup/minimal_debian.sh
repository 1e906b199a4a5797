# shellcheck shell=bash
# Sourced by the scripts beside it: a minimal Debian bookworm in a folder, to prove things in.
# The mirror, the proxies, pip's settings and the certificates are this machine's own.

if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap > /dev/null; then
    echo "This needs root and debootstrap." >&2
    exit 2
fi

lap() { printf '\n=== %s\n' "$*"; SECONDS=0; }
done_in() { echo "--- $SECONDS s"; }

# What a command inside needs of this machine's environment.
# shellcheck disable=SC2034  # used by those who source this
mapfile -t network < <(env | grep -iE '^(pip_|https?_proxy=|no_proxy=|ssl_cert)')

mounted=()
unmount() {
    local point
    for point in "${mounted[@]}"; do umount "$point" || umount -l "$point"; done
}

# make_minimal_debian folder packages: made once; mounted until the script ends.
make_minimal_debian() {
    local there="$1" packages="$2" mirror file point
    # The first mirror in either format of apt's sources.
    mirror="$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/debian* 2> /dev/null || true; } |
        sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\) bookworm .*/\2/p' | sed 1q)"
    lap "A minimal Debian in $there"
    mkdir -p "$there"
    if [ ! -x "$there/usr/bin/dpkg" ]; then
        debootstrap --variant=minbase --include="$packages,ca-certificates" bookworm "$there" "$mirror" \
            > "$there.debootstrap.log" 2>&1 || { tail -n 20 "$there.debootstrap.log" >&2; exit 1; }
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

    trap unmount EXIT
    for point in proc dev; do
        mkdir -p "$there/$point"
        if mount --rbind "/$point" "$there/$point" 2> /dev/null; then
            mount --make-rslave "$there/$point"
            mounted+=("$there/$point")
        fi
    done
}
