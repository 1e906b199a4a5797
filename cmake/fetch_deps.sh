#!/usr/bin/env bash
# Fetches what Debian does not have, pinned by hash, below build/deps (or the folder given):
#   imgui/install  headers and static libraries of Dear ImGui, ImPlot and GLFW
#   icons          bootstrap-icons.ttf
#   glad           the OpenGL 3.3 core loader, generated
#   venv           the Python that runs the generator
# Nothing is done when the stamp says that it was done from the same list.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
deps="${1:-$here/../build/deps}"
python="${PYTHON:-python3}"
[ -z "${PYTHON:-}" ] && [ -x /usr/bin/python3 ] && python=/usr/bin/python3

stamp="$(cat "$here/requirements.txt" "${BASH_SOURCE[0]}" | sha256sum | cut -d' ' -f1)"
if [ "$(cat "$deps/stamp" 2>/dev/null || true)" = "$stamp" ]; then exit 0; fi

arch="$(uname -m)"
case "$arch" in
x86_64 | aarch64) ;;
*)
    echo "No prebuilt Dear ImGui for $arch: take imgui, implot and glfw3 from vcpkg (vcpkg.json)." >&2
    exit 1
    ;;
esac

rm -rf "$deps"
mkdir -p "$deps/wheels"
deps="$(cd "$deps" && pwd)"
"$python" -m venv "$deps/venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PYTHONDONTWRITEBYTECODE=1
pip() { "$deps/venv/bin/python" -m pip "$@"; }

# The first two are made for another Python than the machine's: downloaded, never installed.
grep -v '^#' "$here/requirements.txt" | awk '/^comma-deps/{on=1} /^[a-z]/&&!/^comma-deps/{on=0} on' > "$deps/libraries.txt"
grep -v '^#' "$here/requirements.txt" | awk '/^comma-deps/{on=1} /^[a-z]/&&!/^comma-deps/{on=0} !on' > "$deps/generator.txt"
pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 \
    --platform "manylinux_2_28_$arch" --require-hashes --dest "$deps/wheels" -r "$deps/libraries.txt"
pip install --quiet --no-deps --only-binary=:all: --require-hashes -r "$deps/generator.txt"

for wheel in "$deps"/wheels/*.whl; do "$python" -m zipfile -e "$wheel" "$deps/unpacked"; done
mv "$deps"/unpacked/comma_deps_imgui-*.data/purelib/imgui "$deps/imgui"
mv "$deps/unpacked/bootstrap_icons/install" "$deps/icons"
"$deps/venv/bin/python" -m glad --quiet --reproducible --out-path "$deps/glad" \
    --api gl:core=3.3 --extensions= c
rm -rf "$deps/unpacked" "$deps/wheels"
echo "$stamp" > "$deps/stamp"
