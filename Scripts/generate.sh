#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes again what is made by scripts and committed: the messages of gRPC, after a change of Schemas/**/*.proto or of the
# generator, and the list of the console's files, after one came or went.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
cd "$here/.."
"$here/list-console-files.sh"
"$here/venv.sh" .venv-generate Scripts/requirements-generate.txt
exec .venv-generate/bin/python Scripts/generate-messages.py
