#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures everything in one run, and ends with a table of what Needletail means to reach and whether it does:
#   index       the index on 2048-d vectors, M 32, efConstruction 128, and the yardsticks on the same vectors
#   clustered   the index on 500,000 generated vectors of 128 dimensions, M 16, efConstruction 200, and the yardsticks
#   server      own vectors through HTTP, with one and with two clients
#   pictures    pictures through HTTP
#   store       filters, keyword search, sorting, aggregation, import, restarts, many clients through HTTP, on 200,000
#               objects, and SQLite with FTS5 on the same objects
#   rpc         gRPC beside REST and GraphQL: import, searches, memory over many calls
#   layout      the map of 5,000 vectors, and scikit-learn's t-SNE of the same vectors
# The 2048-d vectors are NEEDLETAIL_TEST_DATA/vectors if that is set, else generated.
# usage: bench.sh [--parts index,clustered,server,pictures,store,rpc,layout] [--count N] [--objects N] [--out FOLDER] [--smoke] [--docs]
#   --count N     at most so many vectors in 'index' and 'clustered'
#   --objects N   so many objects in 'server' (59000)
#   --out FOLDER  where the JSON files, plots and tables go (.build/bench)
#   --smoke       few vectors: only shows that all of it runs
#   --docs        puts figures and plots into Docs/benchmarks as well, and its page makes its tables of all that is there
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"

parts=index,clustered,server,pictures,store,rpc,layout
out=
count=()
objects=59000
smoke=()
docs=
while [ $# -gt 0 ]; do
    case "$1" in
        --parts) parts=$2 && shift ;;
        --count) count=(--count "$2") && shift ;;
        --objects) objects=$2 && shift ;;
        --out) out=$2 && shift ;;
        --smoke) smoke=(--smoke) ;;
        --docs) docs=yes ;;
        *) give_up "bench.sh: unknown option '$1'" "it takes those that its first lines list" "see Scripts/bench.sh" ;;
    esac
    shift
done
for part in ${parts//,/ }; do
    case $part in
        index | clustered | server | pictures | store | rpc | layout) ;;
        *) give_up "bench.sh: unknown part '$part'" "there are index, clustered, server, pictures, store, rpc and layout" "name some of them" ;;
    esac
done
[ -z "$out" ] || out=$(realpath -m "$out")
cd "$here/.."
out=${out:-$PWD/.build/bench}
has() { [[ ,$parts, == *,$1,* ]]; }

# Set-up: the program only for the parts that ask it over HTTP.
"$here/setup-debian.sh" build
# hnswlib is compiled on this machine, for this machine.
python3 -c 'import os, sysconfig; exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
    "$here/setup-debian.sh" bench
"$here/install-swift.sh"
if has server || has pictures || has store || has rpc; then "$here/setup.sh"; fi
"$here/venv.sh" .build/bench-venv Benchmarks/requirements.txt
python=$PWD/.build/bench-venv/bin/python
if has index || has clustered; then
    say "building IndexBenchmark"
    swift build -c release --product IndexBenchmark --explicit-target-dependency-import-check error >&2
fi
index_benchmark=$PWD/.build/release/IndexBenchmark

mkdir -p "$out"
rm -f "$out"/*.json "$out"/*.svg "$out"/summary.md
"$python" Benchmarks/machine.py "$out/machine.json"

# compare NAME TITLE M EFC VECTORS PARTS: the index, then the yardsticks on the same vectors.
compare() {
    local name=$1 title=$2 m=$3 efc=$4 vectors=$5 measured=$6 folder
    local generated=$out/vectors-$name
    # What follows --vectors or --clustered.
    if [ -d "$vectors" ]; then
        folder=$vectors
        set -- --vectors "$vectors"
    else
        folder=$generated
        set -- --clustered "$vectors" --write "$generated"
    fi
    say "$name: the index"
    "$index_benchmark" "$@" "${count[@]}" "${smoke[@]}" --m "$m" --efc "$efc" --parts "$measured" --json "$out/$name.json"
    say "$name: the yardsticks"
    "$python" Benchmarks/yardsticks.py --vectors "$folder" "${count[@]}" "${smoke[@]}" --m "$m" --efc "$efc" \
        --json "$out/$name-yardsticks.json"
    rm -rf "$generated"
    "$python" Benchmarks/plot.py --title "$title" --svg "$out/$name-recall.svg" "$out/$name.json" "$out/$name-yardsticks.json"
}

if has index; then
    vectors=${NEEDLETAIL_TEST_DATA:-}/vectors
    title="ResNet50 vectors of 2048 dimensions, cosine"
    if [ ! -e "$vectors/base.f16.npy" ]; then
        note "NEEDLETAIL_TEST_DATA/vectors is not there: 16,000 vectors of 2048 dimensions are generated"
        vectors=16000,2048
        title="Generated vectors of 2048 dimensions, cosine"
    fi
    compare index "$title" 32 128 "$vectors" search,threads,filters,large,snapshot,tail,replaced
fi
if has clustered; then
    # Replacing every document three times would take as long as all the rest together.
    compare clustered "Generated vectors of 128 dimensions, cosine" 16 200 500000,128 \
        search,threads,filters,large,snapshot,tail
fi
if has server; then
    say "server: vectors through HTTP"
    "$python" Benchmarks/EndToEnd/measure.py "${smoke[@]}" --only vectors --objects "$objects" --json "$out/server.json"
fi
if has pictures; then
    say "pictures through HTTP"
    "$python" Benchmarks/EndToEnd/measure.py "${smoke[@]}" --only pictures --json "$out/pictures.json"
fi
if has store; then
    say "the store through HTTP"
    "$python" Benchmarks/EndToEnd/store.py "${smoke[@]}" --json "$out/store.json"
    say "the store: SQLite on the same objects"
    "$python" Benchmarks/EndToEnd/store_yardstick.py "${smoke[@]}" --json "$out/store-yardstick.json"
fi
if has rpc; then
    say "gRPC beside REST and GraphQL"
    "$here/venv.sh" .venv-grpc Tests/requirements-grpc.txt
    .venv-grpc/bin/python Benchmarks/EndToEnd/rpc.py "${smoke[@]}" --json "$out/rpc.json"
fi

if has layout; then
    say "the map of vectors"
    swift build -c release --product LayoutBenchmark --explicit-target-dependency-import-check error >&2
    mkdir -p "$out/layout"
    input=()
    if [ -z "${smoke[*]}" ] && [ -e "${NEEDLETAIL_TEST_DATA:-}/vectors/base.f16.npy" ]; then
        "$python" Benchmarks/layout_yardstick.py "$out/layout" --prepare "$NEEDLETAIL_TEST_DATA/vectors"
        input=(--vectors "$out/layout/input.f32")
    fi
    .build/release/LayoutBenchmark "${smoke[@]}" "${input[@]}" --out "$out/layout"
    "$python" Benchmarks/layout_yardstick.py "$out/layout"
    cp "$out/layout/layout.json" "$out/layout.json"
    rm -r "$out/layout"
fi

printf '\n'
"$python" Benchmarks/summary.py "$out" --markdown "$out/summary.md"
if [ -n "$docs" ]; then
    # What was not measured now keeps its figures; the first line of the page tells of the machine that measured the index.
    for file in "$out"/*.json "$out"/*.svg; do
        if [ -e "$file" ] && { [ "${file##*/}" != machine.json ] || has index; }; then cp "$file" Docs/benchmarks/; fi
    done
    "$python" Benchmarks/summary.py Docs/benchmarks --page Docs/benchmarks/index.md >/dev/null
fi
note "tables, figures and plots are in $out"
