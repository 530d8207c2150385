#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills a running server with the objects that the fixture holds: fill.py URL"""

import base64
import json
import math
import sys
import urllib.request

URL = sys.argv[1]


def call(method, path, body=None):
    request = urllib.request.Request(URL + path, method=method, headers={"Content-Type": "application/json"})
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(request, data, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def vector(number):
    return [round(math.sin(number * 0.37 + k), 3) for k in range(4)]


def identifier(number):
    return f"00000000-0000-0000-0000-{number:012d}"


call("POST", "/v1/schema", {
    "class": "Article", "vectorizer": "none",
    "properties": [
        {"name": "title", "dataType": ["text"]}, {"name": "year", "dataType": ["int"]},
        {"name": "score", "dataType": ["number"]}, {"name": "tags", "dataType": ["text[]"], "tokenization": "field"},
        {"name": "when", "dataType": ["date"]}, {"name": "where", "dataType": ["geoCoordinates"]},
        {"name": "cover", "dataType": ["blob"]},
    ],
})
call("POST", "/v1/schema", {"class": "Flat", "vectorizer": "none", "vectorIndexType": "flat",
                            "properties": [{"name": "name", "dataType": ["text"]}]})
for start in range(0, 400, 100):
    objects = [{
        "class": "Article", "id": identifier(number), "vector": vector(number),
        "properties": {
            "title": f"article number {number}", "year": 1900 + number % 100, "score": number / 8,
            "tags": [f"tag {number % 7}", "all"], "when": "2024-02-29T12:00:00.5Z",
            "where": {"latitude": 52.5, "longitude": 13.25},
            "cover": base64.b64encode(bytes([number % 256]) * 20).decode(),
        },
    } for number in range(start, start + 100)]
    answers = call("POST", "/v1/batch/objects", {"objects": objects})
    assert all(answer["result"]["status"] == "SUCCESS" for answer in answers), answers[0]
call("POST", "/v1/batch/objects", {"objects": [
    {"class": "Flat", "id": identifier(number), "vector": vector(number), "properties": {"name": f"flat {number}"}}
    for number in range(10)]})
for number in range(0, 40, 2):
    call("DELETE", f"/v1/objects/Article/{identifier(number)}")
call("PATCH", f"/v1/objects/Article/{identifier(1)}",
     {"class": "Article", "id": identifier(1), "properties": {"title": "changed later"}})
