#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds .build/release/needletail, if anything it is made of is newer. Swift's runtime is linked into it, so that it
# runs where no toolchain is. Warnings are errors (Package.swift says so), and so are imports of modules that a target
# doesn't declare.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
cd "$here/.."

program=.build/release/needletail
if [ -x $program ] && [ -z "$(find Sources Docs Package.swift Scripts/build.sh Scripts/build-console.sh -newer $program -print -quit)" ]; then
    exit 0
fi

"$here/build-console.sh"
say "building needletail (the first time takes some minutes)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! swift build -c release --product needletail --static-swift-stdlib \
    --explicit-target-dependency-import-check error >"$log" 2>&1; then
    grep -E 'error:|note:|fatal' "$log" | head -40 >&2 || tail -40 "$log" >&2
    give_up "the build" "$(grep -E -m1 'error:' "$log" || tail -1 "$log")" \
        "if a C header or library is missing, run Scripts/setup-debian.sh build; else see the lines above"
fi
# A build that found nothing to do leaves the old program in place: it is as new as its sources all the same.
touch $program
note "done: $program, $(du -h --apparent-size $program | cut -f1)"
