#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copies what running needs, and no more, to a folder: program, OpenVINO's libraries, starter network, licenses.
# The image is made by this script too. usage: install.sh FOLDER
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
cd "$here/.."

prefix=${1:?usage: install.sh FOLDER}
program=.build/release/needletail
[ -x $program ] || give_up "nothing to install" "$program is not built" "run make build first"

say "installing to $prefix"
install -d "$prefix/bin" "$prefix/lib" "$prefix/models" "$prefix/scripts" "$prefix/share"
install -s -m 755 $program "$prefix/bin/needletail"
openvino=${NEEDLETAIL_OPENVINO_LIB:-.build/openvino}
if [ -d "$openvino" ]; then
    rm -rf "$prefix/lib/openvino"
    cp -a "$openvino" "$prefix/lib/openvino"
fi
cp -a Models/. "$prefix/models/"
cp -a Scripts/{start,weights,fetch-weights,messages}.sh "$prefix/scripts/"
cp -a LICENSE NOTICE Config Schemas "$prefix/share/"
note "done: $(du -sh "$prefix" | cut -f1)"
