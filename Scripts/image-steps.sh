#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The steps of the Dockerfile, so that they are tried where there is no Docker too.
# usage: image-steps.sh build FOLDER     everything up to a finished installation in FOLDER
#        image-steps.sh run              what the image that runs needs beside that folder
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"

case "${1:-}" in
    build)
        "$here/setup.sh"
        "$here/install.sh" "${2:?usage: image-steps.sh build FOLDER}"
        [ -d "$2/lib/openvino" ] || give_up "the image" "OpenVINO is not there" "build it where PyPI can be reached"
        ;;
    run)
        "$here/setup-debian.sh" run
        # A user without rights; both folders, since compose files of the classic stack name the second one.
        id needletail >/dev/null 2>&1 || useradd --system --uid 10001 --home-dir /var/lib/needletail needletail
        install -d -o needletail -g needletail /var/lib/needletail /var/lib/weaviate
        rm -rf /var/lib/apt/lists/*
        ;;
    *) give_up "image-steps.sh" "there is no step '${1:-}'" "give build or run" ;;
esac
