#!/usr/bin/env bash
# usage: tests/golden/panel_pictures.sh
# Writes tests/golden/panel_pictures.json anew from the release build, where a panel is meant to look
# otherwise, and the pictures themselves into build/panel_pictures for a person to open.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
cmake --build build/release --target test_gui muonscope
echo "{}" > tests/golden/panel_pictures.json
MUONSCOPE_WRITE_PANEL_PICTURES=1 build/release/test_gui --gtest_filter='panels/PanelPictures.*'
build/release/test_gui --gtest_filter='*PanelPictures*'
