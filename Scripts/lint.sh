#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Format of the Swift files, whether generated code is up to date, license lines, shell scripts, YAML and the image's description.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
cd "$here/.."

mapfile -t swift_files < <(git ls-files '*.swift')
say "format of ${#swift_files[@]} Swift files"
swift format lint --strict --parallel "${swift_files[@]}" ||
    give_up "the format" "the lines above" "swift format --in-place FILE"

say "generated messages"
sha256sum --check --quiet --strict Schemas/generated.sha256 ||
    give_up "the generated messages" "the files above have changed since the messages were generated" "make generate"

say "the list of the console's files"
"$here/list-console-files.sh" --check

say "license lines"
unmarked=$(git ls-files '*.swift' '*.c' '*.cpp' '*.h' '*.sh' '*.py' '*.js' '*.css' 'Makefile' 'Dockerfile' '.ci/run' |
    while read -r file; do head -3 "$file" | grep -q 'SPDX-License-Identifier' || echo "$file"; done)
[ -z "$unmarked" ] || give_up "license lines" "missing in: $unmarked" "begin these files with SPDX-License-Identifier: Apache-2.0"

say "shell scripts"
mapfile -t scripts < <(git ls-files '*.sh' '.ci/run')
shellcheck -x "${scripts[@]}" || give_up "shellcheck" "the lines above" "mend them"

say "compose file and image"
yamllint --strict -d '{extends: default, rules: {document-start: disable, line-length: {max: 120}}}' docker-compose.yml \
    Examples/weaviate-inference/docker-compose.yml ||
    give_up "the compose files" "the lines above" "mend them"
if docker compose version >/dev/null 2>&1; then
    docker compose config -q || give_up "docker-compose.yml" "the lines above" "mend it"
fi
python3 Scripts/check-image.py
