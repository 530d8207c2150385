#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Becomes needletail. Before it serves, it gets the weights of the network that is set, the first time. The image and
# the systemd unit start with this too. Flags are handed on; a command of needletail is run as it is.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"

# In an installation the program lies beside this script's folder, in a checkout where it was built.
program=$here/../bin/needletail
[ -x "$program" ] || program=$here/../.build/release/needletail

case ${1:-serve} in
    serve) shift || true ;;
    -*) ;;
    *) exec "$program" "$@" ;;
esac

# The program itself says what it would run with: lines of NAME=value, blanks, # and where the value came from.
effective=$("$program" config "$@")
value() { sed -n "s/^$1=\(.*[^ ]\)\{0,1\}  *# [^#]*\$/\1/p" <<<"$effective"; }
is_default() { grep -q "^$1=.*# default\$" <<<"$effective"; }

data=$(value PERSISTENCE_DATA_PATH)
models=$(value NEEDLETAIL_MODELS_PATH)
models=${models:-$data/models}
if [ "$(value NEEDLETAIL_IMG2VEC_MODEL)" = resnet50 ]; then
    if is_default NEEDLETAIL_IMG2VEC_MODEL; then
        "$here/weights.sh" "$models"
        if [ -s "$models/network" ]; then set -- --model "$(cat "$models/network")" "$@"; fi
    else
        "$here/weights.sh" "$models" --again
    fi
fi

say "starting the server"
note "data lies in $(readlink -m "$data")"
note "try: curl http://localhost:$(value PORT)/v1/meta      then go on with README.md, 'A first search'"
exec "$program" serve "$@"
