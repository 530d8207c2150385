#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gets the weights of the default network, ResNet50, once. If that fails, the starter network that comes along is
# noted (in FOLDER/network) as the one to use, so that a folder of data is never filled by two networks by chance.
# usage: weights.sh [FOLDER [--again]]     --again: fetch them although the starter network was noted
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"

folder=${1:-${NEEDLETAIL_MODELS_PATH:-${PERSISTENCE_DATA_PATH:-$PWD/data}/models}}
noted=$folder/network

[ "${2:-}" = --again ] && rm -f "$noted"
[ -s "$folder/resnet50-v1-12.onnx" ] && exit 0
[ -s "$noted" ] && exit 0

mkdir -p "$folder" || give_up "the folder of weights can't be made" "$folder: no right to write there" \
    "set PERSISTENCE_DATA_PATH or NEEDLETAIL_MODELS_PATH to a folder of yours"
say "fetching the weights of ResNet50 (103 MB, once)"
# What goes wrong it says itself, in one line; ours says what happens now.
if "$here/fetch-weights.sh" "$folder"; then
    note "done: $folder/resnet50-v1-12.onnx"
    exit 0
fi
echo efficientnet-lite0 >"$noted"
note "so the starter network, EfficientNet-Lite0, is used; to switch later, server stopped: make weights, then" \
    ".build/release/needletail revectorize --all"
