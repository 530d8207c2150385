#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the console small for the program: each screen with what it is made of in one file, without comments and long names, by
# esbuild. Writes .build/console; a build that finds no such folder takes the site as it stands. Takes some tenths of a second.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
cd "$here/.."

command -v esbuild >/dev/null || give_up "the console" "esbuild is not installed" "Scripts/setup-debian.sh build"
site=Sources/WebConsole/Site
out=.build/console
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# What is loaded by its name: the beginning, a module a screen, every style sheet.
mapfile -t entries < <(
    printf '%s\n' $site/app.js $site/shell/theme-first.js
    for screen in "$site"/screens/*/; do printf '%s\n' "$screen$(basename "$screen").js"; done
    find $site -name '*.css' | sort
)
esbuild "${entries[@]}" --bundle --splitting --format=esm --minify --target=chrome123,firefox120,safari17.5 --charset=utf8 \
    --outbase=$site --outdir="$fresh" --log-level=warning ||
    give_up "the console" "esbuild has refused a file" "see the lines above"
cp $site/index.html $site/*.svg "$fresh"

mkdir -p $out/site
# Files that are the same keep their times, so that nothing is built for them.
mirror() {
    (cd "$fresh" && find . -type f) | while read -r file; do
        cmp -s "$fresh/$file" "$out/site/$file" || install -D -m 644 "$fresh/$file" "$out/site/$file"
    done
    (cd $out/site && find . -type f) | while read -r file; do
        [ -e "$fresh/$file" ] || rm "$out/site/$file"
    done
}
mirror
"$here/list-console-files.sh" $out/site $out/files.inc.h
