#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes sure that a Swift toolchain is there: nothing to do if `swift` is on the PATH, else the official one for
# Debian 12 is fetched, its signature checked, and unpacked to the folder .swift of this checkout.
# Scripts that need Swift source Scripts/swift-path.sh, which finds it there.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"

version=6.3.1
# The Swift 6.x release signing key, as swift.org/keys lists it.
key=52BB7E3DE28A71BE22EC05FFEF80A866B47A981F
by_hand="install Swift $version for Debian 12 by hand: https://www.swift.org/install/linux/debian/12 (add its usr/bin to PATH)"

if command -v swift >/dev/null; then
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -1)
    if [ "$(printf '%s\n' 6.3 "$found" | sort -V | head -1)" != 6.3 ]; then
        give_up "the Swift on your PATH is too old" "it is $found, needletail needs 6.3 or later" "$by_hand"
    fi
    exit 0
fi

case "$(uname -m)" in
    x86_64) platform=debian12 ;;
    aarch64) platform=debian12-aarch64 ;;
    *) give_up "there is no Swift toolchain for $(uname -m)" "swift.org has x86_64 and aarch64" "use such a machine" ;;
esac
name=swift-$version-RELEASE-$platform
url=https://download.swift.org/swift-$version-release/${platform}/swift-$version-RELEASE/$name.tar.gz

say "fetching Swift $version (about 1 GB) from download.swift.org"
missing=()
for tool in curl gpg tar; do command -v $tool >/dev/null || missing+=("$tool"); done
if [ ${#missing[@]} -gt 0 ]; then
    give_up "Swift can't be fetched" "missing: ${missing[*]}" "apt-get install curl gnupg tar, then run this again"
fi
folder=$here/../.swift
mkdir -p "$folder"
archive=$folder/$name.tar.gz
if ! curl -fsSL --retry 3 --connect-timeout 15 -C - -o "$archive.part" "$url"; then
    give_up "Swift can't be fetched" "download.swift.org does not answer, or not with $name.tar.gz" "$by_hand"
fi

say "checking its signature"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
chmod 700 "$keys"
if ! curl -fsSL --retry 3 --connect-timeout 15 -o "$archive.sig" "$url.sig" ||
    ! curl -fsSL --retry 3 --connect-timeout 15 -o "$keys/all-keys.asc" https://www.swift.org/keys/all-keys.asc ||
    ! gpg --homedir "$keys" --quiet --import "$keys/all-keys.asc" 2>/dev/null; then
    give_up "the signature of Swift can't be fetched" "swift.org does not answer" "$by_hand"
fi
if ! gpg --homedir "$keys" --status-fd 1 --verify "$archive.sig" "$archive.part" 2>/dev/null |
    grep -q "^\[GNUPG:\] VALIDSIG .*$key"; then
    rm -f "$archive.part"
    give_up "the Swift toolchain that was fetched is not the official one" \
        "its signature is not of the release key $key" "run this again; if it happens again, $by_hand"
fi

say "unpacking it to .swift"
tar -xzf "$archive.part" -C "$folder" --strip-components=1
rm -f "$archive.part" "$archive.sig"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
command -v swift >/dev/null || give_up "the toolchain in .swift has no swift" "the archive is laid out otherwise" "$by_hand"
note "done"
