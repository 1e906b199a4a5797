#!/usr/bin/env bash
# usage: fetch_deps.sh [folder] [--without-imgui]
# Fetches what Debian does not have, pinned by hash, below build/deps (or the folder given):
#   imgui/install  headers and static libraries of Dear ImGui and GLFW
#   icons          bootstrap-icons.ttf
#   glad           the OpenGL 3.3 core loader, generated
#   venv           the Python that runs the generator
# Nothing is done when the list says that it was done from the same one, comments aside.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
deps="${1:-$here/../build/deps}"
without_imgui="${2:-}"

wanted="$(sed '/^ *#/d' "$here/requirements.txt" "$here/fetch_deps.sh" | sha256sum | cut -d' ' -f1) $without_imgui"
fresh() { [ "$(cat "$deps/fetched" 2>/dev/null || true)" = "$wanted" ]; }
if fresh; then exit 0; fi

# Two configurations may start at once.
mkdir -p "$(dirname "$deps")"
exec 9> "$deps.lock"
if command -v flock > /dev/null; then flock 9; fi
if fresh; then exit 0; fi

arch="$(uname -m)"
if [ -z "$without_imgui" ]; then
    case "$(uname -s)-$arch" in
    Linux-x86_64 | Linux-aarch64) ;;
    *)
        echo "There is no prebuilt Dear ImGui for $(uname -s) on $arch:" \
            "take imgui and glfw3 from vcpkg (see vcpkg.json)." >&2
        exit 1
        ;;
    esac
fi

# The system's Python, not one that happens to come first in somebody's PATH.
python="${PYTHON:-/usr/bin/python3}"
command -v "$python" > /dev/null || python=python3

rm -rf "$deps"
mkdir -p "$deps/wheels"
deps="$(cd "$deps" && pwd)"
"$python" -m venv "$deps/venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PYTHONDONTWRITEBYTECODE=1
pip() { "$deps/venv/bin/python" -m pip --quiet "$@" --no-deps --only-binary=:all: --require-hashes; }

# requirements.txt has the libraries first, which are built for no particular Python and are only
# unpacked, and below this line what the generator imports, which is installed.
divider="# --- glad ---"
sed "/^$divider/,\$d" "$here/requirements.txt" > "$deps/libraries.txt"
sed "1,/^$divider/d" "$here/requirements.txt" > "$deps/generator.txt"
if [ -n "$without_imgui" ]; then
    sed -i '/^comma-deps-imgui/,/[^\\]$/d' "$deps/libraries.txt"
fi
pip download --python-version 3.12 --platform "manylinux_2_28_$arch" \
    --dest "$deps/wheels" -r "$deps/libraries.txt"
pip install -r "$deps/generator.txt"

for wheel in "$deps"/wheels/*.whl; do "$python" -m zipfile -e "$wheel" "$deps/unpacked"; done
mv "$deps/unpacked/bootstrap_icons/install" "$deps/icons"
if [ -z "$without_imgui" ]; then
    mv "$deps"/unpacked/comma_deps_imgui-*.data/purelib/imgui "$deps/imgui"
fi
"$deps/venv/bin/python" -m glad --quiet --reproducible --out-path "$deps/glad" \
    --api gl:core=3.3 --extensions= c
rm -r "$deps/unpacked" "$deps/wheels" "$deps/libraries.txt" "$deps/generator.txt"
echo "$wanted" > "$deps/fetched"
