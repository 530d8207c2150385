# SPDX-License-Identifier: Apache-2.0
"""Sends what the OpenAPI document allows, and what it just does not, to a server: every status, content type and body has to be one
that the document declares, and none may be a fault of the server but those that it names.

usage: openapi_fuzz.py [--smoke] [--seed N]        --smoke takes about half a minute
Prints its seed; ends with 1 if something was found.
"""
from __future__ import annotations

import argparse
import copy
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))
from running_server import STARTER_NETWORK, Server  # noqa: E402

# What any endpoint may answer that is no fault of the server: `default` in the document.
REFUSALS = ["400", "404", "405", "406", "413", "414", "415", "417", "422", "429", "431", "501", "503", "507"]
CHECKS = "status_code_conformance,content_type_conformance,response_schema_conformance"


def strict(document: dict) -> dict:
    """The document without `default`, so that a status 500 counts unless an operation names it."""
    document = copy.deepcopy(document)
    for item in document["paths"].values():
        for operation in item.values():
            refusal = operation["responses"].pop("default", {"description": "A refusal"})
            for status in REFUSALS:
                operation["responses"].setdefault(status, refusal)
    return document


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name in ["pictures", "backups"]:
            (folder / name).mkdir()
        with Server(folder / "data", {
                "NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK, "NEEDLETAIL_IMPORT_ROOTS": str(folder / "pictures"),
                "BACKUP_FILESYSTEM_PATH": str(folder / "backups"),
                "ENABLE_MODULES": "img2vec-neural,backup-filesystem"}) as server:
            document = server.request("GET", "/v1/openapi.json")[1]
            (folder / "openapi.json").write_text(json.dumps(strict(document)))
            examples = document["paths"]["/v1/schema"]["post"]["requestBody"]["content"]["application/json"]["examples"]
            for example in examples.values():
                status, answer = server.request("POST", "/v1/schema", example["value"])
                assert status == 200, answer
            code = subprocess.run(
                [Path(sys.executable).parent / "schemathesis", "run", folder / "openapi.json", "--url", server.url,
                 "--seed", str(options.seed), "--max-examples", "3" if options.smoke else "200", "--checks", CHECKS,
                 "--phases", "examples,coverage,fuzzing", "--no-color"], cwd=folder).returncode
            assert server.is_ready(), f"the server is not ready:\n{server.log_tail(60)}"
            assert server.stop() == 0, "the server did not stop cleanly"
    return code


if __name__ == "__main__":
    sys.exit(main())
