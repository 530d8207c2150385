#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: import.sh VECTORS.npy PROPERTIES.jsonl: takes in vectors (float32, one a row) and, line by line, what they stand for.
set -euo pipefail
server=${NEEDLETAIL_SERVER:-http://localhost:8080}
# The class says where hits have their pictures: in their own property 'url'.
curl -fsS -o /dev/null "$server/v1/schema/Product" 2>/dev/null ||
    curl -sS --fail-with-body -o /dev/null "$server/v1/schema" -H 'Content-Type: application/json' -d '{
    "class": "Product", "vectorizer": "none", "imageUrlProperty": "url",
    "properties": [{"name": "url", "dataType": ["text"], "indexSearchable": false}, {"name": "title", "dataType": ["text"]}]}'
needletail import "$1" --properties "$2" --class Product --server "$server"
