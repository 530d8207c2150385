#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Does what is missing before the server can start: packages, toolchain, inference engine, program.
# Says only what it does; a second run finds everything there and says nothing.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

"$here/setup-debian.sh" build
"$here/install-swift.sh"
"$here/openvino.sh"
"$here/build.sh"
