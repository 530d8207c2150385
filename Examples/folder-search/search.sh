#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: search.sh FOLDER PICTURE: takes in the pictures of FOLDER/LABEL/… and shows what is most like PICTURE.
set -euo pipefail
server=${NEEDLETAIL_SERVER:-http://localhost:8080}
needletail import "$1" --class Picture --label-from-folder label --server "$server"
curl -sS --fail-with-body "$server/v1/search/Picture/near-image" -F image=@"$2" -F limit="${LIMIT:-10}"
