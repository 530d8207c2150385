#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything that must pass. Sets up what is missing, then runs the steps, the last ones beside each other; all of them
# run even if one fails, and the end lists what passed, what failed and what was skipped.
# NEEDLETAIL_TEST_DATA names the folder with test pictures, networks and recorded answers; without it the tests that
# need them are skipped, and said so.
# usage: test.sh [STEP...]      steps: lint debug swift kernels programs release end-to-end console grpc crash model soak hostile openapi full conformance measure tenants store rpc
# TEST_FILTER: regular expressions with blanks between them; only the Swift suites and tests that match one are run, and
# no other step unless it is named.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
cd "$here/.." || exit 1

strict=(--explicit-target-dependency-import-check error)
passed=()
failed=()
# What each step said, and what was skipped.
told=$(mktemp -d)
# Names of the steps that run beside each other, by process.
declare -A running=()

steps=(lint debug swift kernels programs release end-to-end console grpc crash model soak hostile openapi full conformance measure tenants store rpc)
wanted=("$@")
for name in "${wanted[@]}"; do
    if ! grep -qx -- "$name" < <(printf '%s\n' "${steps[@]}"); then
        printf "test.sh: there is no step '%s'; steps: %s\n" "$name" "${steps[*]}" >&2
        exit 2
    fi
done
filters=()
for pattern in ${TEST_FILTER:-}; do filters+=(--filter "$pattern"); done
if [ ${#filters[@]} -gt 0 ] && [ ${#wanted[@]} -eq 0 ]; then wanted=(swift); fi

# What needs the debug build asks for it.
for name in "${wanted[@]}"; do
    case $name in swift | programs) wanted+=(debug) ;; esac
done

is_wanted() { [ ${#wanted[@]} -eq 0 ] || grep -qx -- "$1" < <(printf '%s\n' "${wanted[@]}"); }

# step NAME FUNCTION: runs it if it is wanted, and notes how it went and how long it took.
step() {
    local name=$1
    shift
    is_wanted "$name" || return
    printf '\n== %s\n' "$name" >&2
    timed "$name" "$@" 2>&1 | tee "$told/$name" >&2
    ended "$name" "${PIPESTATUS[0]}"
}

# beside NAME FUNCTION: the same beside others, as many as there are processors. What it says is shown when it has ended.
beside() {
    local name=$1
    shift
    is_wanted "$name" || return
    [ ${#running[@]} -lt "$(nproc)" ] || wait_for_one
    # A process group of its own, which ends as a whole.
    set -m
    timed "$name" "$@" >"$told/$name" 2>&1 &
    set +m
    running[$!]=$name
}

# wait_for_one: until one of the steps that run has ended.
wait_for_one() {
    local process name result
    wait -n -p process "${!running[@]}"
    result=$?
    name=${running[$process]}
    unset "running[$process]"
    printf '\n== %s\n' "$name" >&2
    cat "$told/$name" >&2
    ended "$name" "$result"
}

wait_for_all() { while [ ${#running[@]} -gt 0 ]; do wait_for_one; done; }

# timed NAME FUNCTION: runs it and keeps how long it took.
timed() {
    local name=$1 since=$SECONDS result
    shift
    "$@"
    result=$?
    echo $((SECONDS - since)) >"$told/$name.seconds"
    return $result
}

# ended NAME STATUS
ended() {
    local line
    line="$1 ($(cat "$told/$1.seconds") s)"
    if [ "$2" -eq 0 ]; then passed+=("$line"); else failed+=("$line"); fi
}

# skip TEXT: notes what can't be tried here, and why.
skip() { printf '%s\n' "$1" >>"$told/skipped"; }

clean_up() {
    local process
    for process in "${!running[@]}"; do kill -- "-$process"; done
    rm -rf "$told"
}
trap clean_up EXIT

# Tests, fuzzers and benchmarks; leaves the names of the latter two for the step that runs them.
debug_build() {
    swift build --build-tests "${strict[@]}" 2>&1 | grep -vE '^\[[0-9]+/[0-9]+\]'
    [ "${PIPESTATUS[0]}" -eq 0 ] || return 1
    swift package describe --type json 2>/dev/null | python3 -c '
import json, sys
for target in json.load(sys.stdin)["targets"]:
    if target["type"] == "executable" and target["path"].startswith(("Fuzz/", "Benchmarks/")):
        print(target["name"])' >"$told/program-names"
}

swift_tests() {
    # With all tests begun at once, what one awaits comes behind all the others, minutes later.
    local width=(--experimental-maximum-parallelization-width "$((2 * $(nproc)))")
    # The Pythons of the tests have the oracles: for pictures, and for messages of gRPC.
    NEEDLETAIL_TEST_PYTHON=$PWD/.venv/bin/python NEEDLETAIL_GRPC_PYTHON=$PWD/.venv-grpc/bin/python swift test "${strict[@]}" "${width[@]}" "${filters[@]}" 2>&1 | grep -vE '^\[[0-9]+/|^◇|^✔ Test "|^✔ Suite|^✔ Test case'
    [ "${PIPESTATUS[0]}" -eq 0 ]
}

# Fuzzers and benchmarks in their short form, those that this version has.
programs() {
    local name result=0
    [ -s "$told/program-names" ] || return 1
    while read -r name; do
        note "$name --smoke"
        ".build/debug/$name" --smoke </dev/null || { note "$name failed"; result=1; }
    done <"$told/program-names"
    return $result
}

conformance() {
    if [ ! -d "${NEEDLETAIL_TEST_DATA:-}/conformance" ]; then
        skip "conformance: it needs the recorded answers in NEEDLETAIL_TEST_DATA/conformance"
        return 0
    fi
    .venv/bin/python Tests/Conformance/compare.py
}

end_to_end() {
    [ -d "${NEEDLETAIL_TEST_DATA:-}/images" ] || skip "end-to-end tests on pictures: they need NEEDLETAIL_TEST_DATA"
    .venv/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadfile Tests/EndToEnd
}

# The web console in Chromium; screenshots go to .build/console-screenshots.
console() {
    [ -d "${NEEDLETAIL_TEST_DATA:-}/images" ] || { skip "console: it needs pictures in NEEDLETAIL_TEST_DATA/images"; return 0; }
    .venv/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadfile Tests/Console
}

# The client that speaks gRPC, weaviate-client 4.x.
grpc() {
    .venv-grpc/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist loadfile Tests/EndToEndGRPC
}

crash() {
    .venv/bin/python Tests/Crash/crash.py --smoke && .venv/bin/python Tests/Crash/backups.py --smoke &&
        .venv/bin/python Tests/Crash/imports.py --smoke
}

# The store, and SQLite in its place: the answers of both are checked.
store() {
    .venv/bin/python Benchmarks/EndToEnd/store.py --smoke && .venv/bin/python Benchmarks/EndToEnd/store_yardstick.py --smoke
}

full() {
    [ "$EUID" -eq 0 ] || skip "full: the half with a full disk mounts a tmpfs, which needs root"
    .venv/bin/python Tests/Robustness/full.py --smoke
}

[ -n "${NEEDLETAIL_TEST_DATA:-}" ] || skip "tests on real pictures and recorded vectors: they need NEEDLETAIL_TEST_DATA"

"$here/setup-debian.sh" test && "$here/install-swift.sh" && "$here/venv.sh" &&
    "$here/venv.sh" .venv-grpc Tests/requirements-grpc.txt || exit 1
"$here/openvino.sh" || exit 1
"$here/build-console.sh" || exit 1
export NEEDLETAIL_OPENVINO_LIB=${NEEDLETAIL_OPENVINO_LIB:-$PWD/.build/openvino}

step lint "$here/lint.sh"
step debug debug_build
step swift swift_tests
# An optimised build keeps about one processor busy.
beside kernels "$here/check-kernels.sh"
beside programs programs
step release "$here/build.sh"
wait_for_all
step end-to-end end_to_end
step console console
step grpc grpc
# Each of these keeps about one processor busy; the longest come first.
beside crash crash
beside soak .venv/bin/python Tests/Soak/index_soak.py --smoke
beside openapi .venv/bin/python Tests/Robustness/openapi_fuzz.py --smoke
beside full full
beside model .venv/bin/python Tests/Model/model_test.py --smoke
beside conformance conformance
beside hostile .venv/bin/python Tests/Robustness/hostile.py --smoke
beside store store
beside rpc .venv-grpc/bin/python Benchmarks/EndToEnd/rpc.py --smoke
beside measure .venv/bin/python Benchmarks/EndToEnd/measure.py --smoke
beside tenants .venv/bin/python Benchmarks/EndToEnd/tenants.py --smoke
wait_for_all

printf '\n' >&2
for line in "${passed[@]}"; do printf 'passed   %s\n' "$line" >&2; done
[ ! -f "$told/skipped" ] || sed 's/^/skipped  /' "$told/skipped" >&2
for line in "${failed[@]}"; do
    printf 'FAILED   %s\n' "$line" >&2
    # What it said of its failures, once more where it is seen.
    grep -aE '✘|^(FAILED|ERROR) |error: |warning: ' "$told/${line%% *}" | head -n 20 | cut -c 1-500 >&2
done
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nmake test: FAILED\n' >&2
    exit 1
fi
printf '\nmake test: passed\n' >&2
