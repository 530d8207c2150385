#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures a server of its own from outside. Flags go to Benchmarks/EndToEnd/measure.py (--help lists them).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
"$here/setup.sh"
"$here/venv.sh"
cd "$here/.."
exec .venv/bin/python Benchmarks/EndToEnd/measure.py "$@"
