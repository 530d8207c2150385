#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes .venv, the Python environment of the tests, when it is missing or Tests/requirements.txt has changed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
cd "$here/.."

stamp=.venv/requirements.txt
cmp -s Tests/requirements.txt $stamp && exit 0
say "making .venv, the Python environment of the tests"
python3 -m venv .venv || give_up "the Python environment" "python3 has no venv" "apt-get install python3-venv"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/requirements.txt ||
    give_up "the Python packages of the tests" "PyPI can't be reached, or not from here" \
        "see the lines above; a mirror is named by PIP_INDEX_URL"
cp Tests/requirements.txt $stamp
