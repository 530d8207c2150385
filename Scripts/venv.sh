#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a Python environment when it is missing or its list of packages has changed: .venv, that of the tests, of
# Tests/requirements.txt, or another one.
# usage: venv.sh [FOLDER REQUIREMENTS]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
cd "$here/.."

folder=${1:-.venv}
requirements=${2:-Tests/requirements.txt}
stamp=$folder/requirements.txt
cmp -s "$requirements" "$stamp" && exit 0
say "making $folder, the Python environment of $requirements"
python3 -m venv "$folder" || give_up "the Python environment" "python3 has no venv" "apt-get install python3-venv"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" ||
    give_up "the Python packages of $requirements" "PyPI can't be reached, or not from here" \
        "see the lines above; a mirror is named by PIP_INDEX_URL"
cp "$requirements" "$stamp"
