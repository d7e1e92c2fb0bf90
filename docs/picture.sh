#!/usr/bin/env bash
# Makes docs/dashboard.png anew: the page of the demo as a browser shows it. Needs Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo run --quiet -- demo --quiet --keep "$folder/demo" > "$folder/shown"
# As root a browser has no sandbox.
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" \
    --window-size=1120,1000 --force-device-scale-factor=1.5 \
    --screenshot="$PWD/docs/dashboard.png" "file://$folder/demo/dashboard.html" 2> "$folder/told"
