# The steps that ./run, ./test and .ci/run share: packages, configuration, build.
# shellcheck shell=bash
# Expects $root, the repository. Quiet on success; a step that fails shows all it said and stops.

log="$root/build/setup.log"

say() { printf '%s\n' "$*" >&2; }

# step "What is being done" command…: a step that takes longer than a moment says so, and on a
# terminal shows how far a build has come.
step() {
    local what="$1" code=0 watcher
    shift
    mkdir -p "$root/build"
    : > "$log"
    (
        sleep 0.7
        if [ -t 2 ]; then
            while :; do
                printf '\r%s %s\033[K' "$what" "$(grep -o '^\[[0-9]*/[0-9]*\]' "$log" | tail -n 1)" >&2
                sleep 0.3
            done
        fi
        say "$what"
    ) < /dev/null > /dev/null 9>&- &
    watcher=$!
    "$@" < /dev/null >> "$log" 2>&1 || code=$?
    kill "$watcher" 2> /dev/null || true
    wait "$watcher" 2> /dev/null || true
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
    if [ "$code" -ne 0 ]; then
        say "$what: failed (exit $code)"
        cat "$log" >&2
        exit 1
    fi
}

# The packages of some sections of cmake/debian-packages.txt, one a line.
packages() {
    local wanted=" $* " section=""
    while read -r line; do
        case "$line" in
        "" | "#"*) ;;
        "["*) section="${line//[\[\]]/}" ;;
        *) if [[ "$wanted" == *" $section "* ]]; then echo "$line"; fi ;;
        esac
    done < "$root/cmake/debian-packages.txt"
}

missing_packages() {
    # Also holds for a package that another one provides, as libgl1-mesa-dri does on newer systems.
    comm -23 <(packages "$@" | sort -u) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n${db:Status-Status} ${Provides}\n' |
            sed -n 's/^installed //p' | sed 's/ ([^)]*)//g' | tr -d ' ' | tr ',' '\n' | sort -u)
}

require_known_system() {
    case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-aarch64) if command -v dpkg-query > /dev/null; then return; fi ;;
    esac
    say "This script knows Debian and its relatives on x86_64 and aarch64; this is $(uname -sm)."
    say "Elsewhere vcpkg can bring the libraries (vcpkg.json lists them; nobody has tried this yet):"
    say "  cmake -B build/release -DCMAKE_BUILD_TYPE=Release \\"
    say "        -DCMAKE_TOOLCHAIN_FILE=<vcpkg>/scripts/buildsystems/vcpkg.cmake -DMUONSCOPE_FONTS=<fonts>"
    say "  cmake --build build/release"
    say "or add -DMUONSCOPE_GUI=OFF for the command line alone: Eigen, fmt, nlohmann-json, CLI11, zlib and SQLite."
    exit 2
}

install_packages() {
    local missing prefix=()
    missing="$(missing_packages "$@" | tr '\n' ' ')"
    if [ -z "$missing" ]; then return; fi
    say "Debian packages to install: $missing"
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo > /dev/null && { sudo -n true 2> /dev/null || { [ -t 0 ] && sudo -v; }; }; then
            prefix=(sudo -n)
        else
            say "They need an administrator. Please run:"
            say "  sudo apt-get install --no-install-recommends $missing"
            exit 2
        fi
    fi
    # shellcheck disable=SC2086 # one word a package
    set -- env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
    # The lists may be missing or older than the mirror: only then is the network asked for them.
    step "Installing packages" bash -c '"$@" || { apt=("$@"); n=0
        for word in "${apt[@]}"; do if [ "$word" = install ]; then break; fi; n=$((n + 1)); done
        "${apt[@]:0:n}" update && "$@"; }' install "${prefix[@]}" "$@"
}

# Nothing is asked again while what decides the answer stays the same.
setup_key() {
    cat "$root"/cmake/{debian-packages.txt,requirements.txt,fetch_deps.sh,setup.sh} \
        "$root/CMakePresets.json" | cksum
    echo "$root" "$@"
}

# set_up preset section…: packages, wheels and configuration.
set_up() {
    local preset="$1" stamp key
    shift
    stamp="$root/build/$preset/setup.stamp"
    key="$(setup_key "$@")"
    if [ -f "$root/build/$preset/build.ninja" ] && [ "$(cat "$stamp" 2> /dev/null)" = "$key" ]; then
        return
    fi
    require_known_system
    install_packages "$@"
    step "Fetching pinned packages" "$root/cmake/fetch_deps.sh" "$root/build/deps"
    cd "$root"
    step "Configuring ($preset)" cmake --preset "$preset"
    cd - > /dev/null
    echo "$key" > "$stamp"
}

# build preset target…
build() {
    local preset="$1" built="$root/build/$1"
    shift
    # A source that was given a name which another of its text has stands elsewhere when configured again.
    step "Building ($preset; the first time takes some minutes)" bash -c \
        'ninja -C "$0" -j "$@" || { cmake "$0" && ninja -C "$0" -j "$@"; }' "$built" "$(nproc)" "$@"
}
