#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing, and nothing if none is.
# usage: setup-debian.sh run | build | bench | test | arm      (build includes run, bench and test include both)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"

case "${1:-build}" in
    run) kinds='run' ;;
    build) kinds='run|build' ;;
    bench) kinds='run|build|bench' ;;
    test) kinds='run|build|test' ;;
    arm) kinds='arm' ;;
    *) give_up "setup-debian.sh: there is no set of packages '$1'" "it takes run, build, bench, test or arm" "give one of them" ;;
esac

mapfile -t wanted < <(awk -v kinds="^($kinds)\$" '$1 ~ kinds { print $2 }' "$here/debian-packages")
if ! command -v dpkg-query >/dev/null; then
    give_up "the packages of needletail can't be installed" "this is not a Debian system" \
        "install by hand what $here/debian-packages lists, then build with Scripts/build.sh"
fi

# Packages that are installed, by name without architecture.
installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" { print $2 }')
missing=()
for package in "${wanted[@]}"; do
    grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

say "installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >"$log" 2>&1
}

# The package lists may be missing (a fresh container) or old: they are fetched only if the first try fails.
if ! install; then
    note "the package lists are missing or old: fetching them"
    if ! as_root apt-get update -q >"$log" 2>&1; then
        give_up "apt-get update" "$(grep -E '^(E|W|Err)' "$log" | head -3 | tr '\n' ' ')" \
            "check the network and /etc/apt/sources.list, then run this again"
    fi
    if ! install; then
        give_up "apt-get install ${missing[*]}" "$(grep -E '^E' "$log" | head -3 | tr '\n' ' ')" \
            "on Debian 12 these packages exist; check /etc/apt/sources.list, or install them by hand"
    fi
fi
note "done"
