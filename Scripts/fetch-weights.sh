#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Downloads the weights of the default network, ResNet50 of the ONNX Model Zoo (Apache-2.0), and checks them. A download
# that was cut off goes on where it stopped. Does nothing if they are there already.
# usage: fetch-weights.sh FOLDER         NEEDLETAIL_WEIGHTS_URL: another place that has the same file
# exit:  0 FOLDER/resnet50-v1-12.onnx is there; 2 wrong usage or FOLDER can't be written;
#        3 it could not be downloaded, 4 what came is not the file; the last line on standard error says why
set -uo pipefail

name=resnet50-v1-12.onnx
size=102576593
sha256=3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526
revision=1f95315d8bd3b3ca2ceabe54d274e0cdf5a83bbe
url=${NEEDLETAIL_WEIGHTS_URL:-https://huggingface.co/onnxmodelzoo/resnet50-v1-12/resolve/$revision/$name}

if [ $# -ne 1 ]; then
    echo "usage: fetch-weights.sh FOLDER" >&2
    exit 2
fi
file=$1/$name
part=$file.part
# A file gets its name only after it was checked.
[ -s "$file" ] && exit 0
if ! mkdir -p "$1" || ! touch "$part"; then
    echo "$1 can't be written" >&2
    exit 2
fi
if ! command -v curl >/dev/null; then
    echo "curl is missing: install the Debian package curl" >&2
    exit 3
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Goes on behind what $part has. A person who watches sees a bar; else the reason of a failure goes to $log.
download() {
    local options=(--fail --location --continue-at - --output "$part" --proto '=https,http,file' --connect-timeout 10
        --speed-limit 1000 --speed-time 30 --retry 2 --max-filesize "$size" "$url")
    if [ -t 2 ]; then
        curl --progress-bar "${options[@]}"
    else
        curl --silent --show-error "${options[@]}" 2>"$log"
    fi
}

if [ "$(stat -c %s "$part")" -lt "$size" ]; then
    download
    code=$?
    if [ $code -ne 0 ]; then
        why=$(grep -v '^$' "$log" | tail -1)
        # What came before stays for the next try; an empty beginning is no use.
        [ -s "$part" ] || rm -f "$part"
        echo "the download failed: ${why:-curl ended with code $code}" >&2
        exit 3
    fi
fi
if ! echo "$sha256  $part" | sha256sum --check --status; then
    rm -f "$part"
    echo "what was downloaded is not the file that was expected (its sha256 differs); it was thrown away" >&2
    exit 4
fi
mv "$part" "$file"
