#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up what is missing and becomes the server. Flags are handed on: Scripts/serve.sh --port 9090
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here/.."

"$here/setup.sh"
exec "$here/start.sh" "$@"
