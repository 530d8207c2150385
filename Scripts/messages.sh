# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How the scripts speak: sourced by the others. Steps go to standard error, so that output stays usable.

# say TEXT: one line about what is done now.
say() { printf '==> %s\n' "$*" >&2; }

# note TEXT: a line that belongs to the step before.
note() { printf '    %s\n' "$*" >&2; }

# give_up WHAT WHY MEND: what went wrong, why, and how to mend it; ends the script.
give_up() {
    printf '\nfailed: %s\n' "$1" >&2
    printf '   why: %s\n' "$2" >&2
    printf '  mend: %s\n' "$3" >&2
    exit 1
}

# as_root COMMAND...: runs it as root, with sudo where that is needed and there.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        give_up "this needs root: $*" "you are $(id -un), and sudo is not installed" \
            "run it as root, or install sudo"
    fi
}
