#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches OpenVINO's wheel from PyPI, checks it, and unpacks only the libraries that running an ONNX network on the
# processor needs. Does nothing if they are there already.
# usage: fetch-openvino.sh [FOLDER]      default: .build/openvino of the checkout
# exit:  0 they are there; 1 they could not be fetched, and the last line on standard error says why
set -euo pipefail

version=2026.4.1
# The C libraries are the same in the wheel of every Python version; one is pinned.
case $(uname -m) in
x86_64)
    platform=manylinux_2_28_x86_64
    sha256=2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf
    ;;
aarch64 | arm64)
    platform=manylinux_2_35_aarch64
    sha256=bea1eb3733c34ef331adc945da0ccda5937865031139073663be84c517ffda22
    ;;
*)
    echo "OpenVINO has no wheel for $(uname -m)" >&2
    exit 1
    ;;
esac

here=$(dirname "$(readlink -f "$0")")
folder=${1:-$here/../.build/openvino}
mark="$version $sha256"
if [ -e "$folder/libopenvino_c.so" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$mark" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work" "$folder.new"' EXIT

# A pip: the system's, that of the checkout's tests, or one of a virtual environment made for this.
pip=()
if ! command -v python3 >/dev/null; then
    echo "python3 is missing: install the Debian packages python3 and python3-pip" >&2
    exit 1
elif python3 -m pip --version >/dev/null 2>&1; then
    pip=(python3 -m pip)
elif [ -x "$here/../.venv/bin/pip" ]; then
    pip=("$here/../.venv/bin/pip")
elif python3 -m venv "$work/venv" >/dev/null 2>&1; then
    pip=("$work/venv/bin/pip")
else
    echo "pip is missing: install the Debian package python3-pip" >&2
    exit 1
fi

echo "openvino==$version --hash=sha256:$sha256" >"$work/requirements.txt"
if ! "${pip[@]}" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --implementation cp --python-version 3.11 --abi cp311 --platform "$platform" \
    --dest "$work" --requirement "$work/requirements.txt" 2>"$work/log"; then
    grep -v '^$' "$work/log" >&2 || true
    echo "PyPI did not give openvino $version ($(grep -v '^$' "$work/log" | tail -1 | cut -c1-120))" >&2
    exit 1
fi

rm -rf "$folder.new"
mkdir -p "$folder.new"
python3 - "$work"/openvino-*.whl "$folder.new" <<'PYTHON'
import pathlib, re, sys, zipfile

wanted = re.compile(
    r"openvino/libs/(libopenvino(_c|_onnx_frontend)?\.so\.\d+|libopenvino_(intel|arm)_cpu_plugin\.so|libtbb\.so\.\d+)$")
folder = pathlib.Path(sys.argv[2])
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        license = re.search(r"\.dist-info/licenses/(.*[^/])$", name)
        if wanted.match(name):
            target = folder / name.rsplit("/", 1)[1]
        elif license:
            target = folder / "licenses" / license[1].replace("/", "-")
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(wheel.read(name))
PYTHON
for library in "$folder.new"/libopenvino_c.so.*; do
    ln -s "$(basename "$library")" "$folder.new/libopenvino_c.so"
done
if [ ! -e "$folder.new/libopenvino_c.so" ]; then
    echo "the wheel of openvino $version does not hold libopenvino_c.so" >&2
    exit 1
fi
chmod 755 "$folder.new"/*.so*
echo "$mark" >"$folder.new/version"
rm -rf "$folder"
mv "$folder.new" "$folder"
