#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes the Swift code of the messages again after a change of Schemas/**/*.proto or of the generator.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
cd "$here/.."
"$here/venv.sh" .venv-generate Scripts/requirements-generate.txt
exec .venv-generate/bin/python Scripts/generate-messages.py
