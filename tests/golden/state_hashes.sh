#!/usr/bin/env bash
# usage: tests/golden/state_hashes.sh
# Writes tests/golden/state_hashes.json anew from the release build, where a change is meant to give
# other bits. Say in the commit which and why; every level must agree with it afterwards.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
cmake --build build/release --target test_core
MUONSCOPE_WRITE_STATE_HASHES=1 build/release/test_core \
    --gtest_filter=StateHashes.are_the_stored_ones_at_the_highest_level
build/release/test_core --gtest_filter='StateHashes.*:Long/EveryLevel.*'
