#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts OpenVINO's libraries where the program looks for them. Without them the server runs and stores, but can't turn
# pictures into vectors: so a failure is told, and is no end.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"

# A folder that is set is the operator's own.
[ -z "${NEEDLETAIL_OPENVINO_LIB:-}" ] || exit 0

folder=$here/../.build/openvino
[ -e "$folder/libopenvino_c.so" ] || say "fetching OpenVINO, the inference engine, from PyPI"
if ! "$here/fetch-openvino.sh" "$folder"; then
    note "OpenVINO can't be fetched: the server will start, and refuse pictures until it is there"
    note "when PyPI can be reached, run Scripts/openvino.sh and start again"
fi
