#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds the loops over vectors (Sources/CVectorKernels) to their plain form, for each kind of processor: this machine's,
# and ARM's, which qemu runs elsewhere. Compiles Tests/Kernels for this machine as the server is compiled, once more with
# sanitizers, and for ARM.
# usage: check-kernels.sh
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=Scripts/messages.sh
source "$here/messages.sh"
# shellcheck source=Scripts/swift-path.sh
source "$here/swift-path.sh"
cd "$here/.."

# The vector types and attributes of the kernels are clang's; Swift brings it.
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
[ -x "$clang" ] || clang=$(command -v clang) ||
    give_up "the check of the kernels" "there is no clang" "run Scripts/install-swift.sh"
folder=.build/kernels
mkdir -p $folder

# compile PROGRAM OPTION...
compile() {
    local program=$1
    shift
    "$clang" "$@" -Wall -Wextra -Werror -I Sources/CVectorKernels/include Sources/CVectorKernels/*.c \
        Tests/Kernels/*.c -lm -o "$folder/$program" 2>"$folder/$program.log" ||
        give_up "compiling the kernels ($program)" "$(grep -m1 -E 'error|undefined' "$folder/$program.log")" \
            "see $folder/$program.log"
}

# check COMMAND...
check() { "$@" || give_up "the kernels" "the lines above" "mend the kind of processor they name"; }

has_arm=false
if [ "$(uname -m)" != aarch64 ]; then
    "$here/setup-debian.sh" arm
    has_arm=true
fi

say "compiling the kernels for each kind of processor"
jobs=()
compile native -O3 & jobs+=($!)
compile sanitized -g -O0 -fsanitize=address,undefined -fno-sanitize-recover=all & jobs+=($!)
if $has_arm; then compile arm --target=aarch64-linux-gnu -O3 -static & jobs+=($!); fi
for job in "${jobs[@]}"; do wait "$job" || exit 1; done

say "on this machine"
check $folder/native
say "on this machine, with sanitizers"
check $folder/sanitized
$has_arm || exit 0
say "on ARM, in qemu"
check qemu-aarch64 $folder/arm neon-dotprod
note "a processor without dot products gets the plain ones"
check qemu-aarch64 -cpu cortex-a53 $folder/arm plain only-name
