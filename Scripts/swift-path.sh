# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Puts the toolchain that Scripts/install-swift.sh fetched on the PATH, if there is one; sourced by the others.
swift_folder=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.swift
if [ -x "$swift_folder/usr/bin/swift" ]; then
    PATH=$(readlink -f "$swift_folder/usr/bin"):$PATH
    export PATH
fi
