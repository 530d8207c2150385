# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document that the server tells: valid, and true of what the server answers."""
from __future__ import annotations

import http.client
import io
import json
import time
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from PIL import Image
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from running_server import Server

FILE = "<the bytes of a picture>"
# Carried out first, in this order: the examples of others build on them.
FIRST = ["schema.objects.create", "tenants.create", "batch.objects.create", "aliases.create"]
# What finds nothing to act on when all went well before, and says so.
REFUSED = {
    "backups.cancel": 422, "quality.cancel": 404, "map.cancel": 404, "recall.cancel": 404,
    "objects.delete": 404, "weaviate.wellknown.openid": 404,
}


@pytest.fixture
def examined(tmp_path) -> Server:
    """A server on which everything is switched on that is off by default."""
    for name in ["pictures", "backups"]:
        (tmp_path / name).mkdir()
    (tmp_path / "pictures" / "cats").mkdir()
    (tmp_path / "pictures" / "cats" / "1.png").write_bytes(picture())
    with Server(tmp_path / "data", {
            "NEEDLETAIL_IMPORT_ROOTS": str(tmp_path / "pictures"), "BACKUP_FILESYSTEM_PATH": str(tmp_path / "backups"),
            "ENABLE_MODULES": "img2vec-neural,backup-filesystem"}) as server:
        yield server


def picture() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(file, "PNG")
    return file.getvalue()


def form(example: dict) -> tuple[bytes, str]:
    """The parts that an example stands for: texts as they are, all else as JSON."""
    body = b""
    for name, value in example.items():
        for one in value if isinstance(value, list) and value[0] == FILE else [value]:
            filename, content = "", one if isinstance(one, str) else json.dumps(one)
            if one == FILE:
                filename, content = '; filename="x.png"', picture()
            body += f'--edge\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'.encode()
            body += (content if isinstance(content, bytes) else content.encode()) + b"\r\n"
    return body + b"--edge--\r\n", "multipart/form-data; boundary=edge"


class Document:
    def __init__(self, server: Server) -> None:
        self.server = server
        status, self.content = server.request("GET", "/v1/openapi.json")
        assert status == 200
        self.registry = Registry().with_resource(
            "urn:document", Resource.from_contents(closed(self.content), default_specification=DRAFT202012))

    def operations(self) -> list[tuple[str, str, dict]]:
        """Method, path and operation: first what others build on, last what deletes, the parts of things before the things."""
        def rank(entry) -> tuple[int, int, bool]:
            method, path, operation = entry
            if operation["operationId"] in FIRST:
                return 0, FIRST.index(operation["operationId"]), False
            return (2, -path.count("/"), "/schema" in path) if method == "delete" else (1, 0, False)

        return sorted((
            (method, path, operation) for path, item in self.content["paths"].items()
            for method, operation in item.items()), key=rank)

    def bodies(self, operation: dict):
        """What may be sent: bytes and content type, for each type and example."""
        contents = operation.get("requestBody", {}).get("content", {})
        if not contents:
            yield None, None
        for kind, content in contents.items():
            examples = [example["value"] for example in content.get("examples", {}).values()]
            if kind == "multipart/form-data":
                yield from map(form, examples)
            elif kind == "application/json":
                for example in examples:
                    self.check(example, content["schema"])
                    yield json.dumps(example).encode(), kind
            else:
                yield picture(), kind.replace("*", "png")

    def check(self, value, schema: dict) -> None:
        """Fails also for members that the schema does not name, where it names any."""
        schema = {"$id": "urn:schema", **pointing_into_document(closed(schema))}
        Draft202012Validator(schema, registry=self.registry).validate(value)

    def send(self, method: str, path: str, operation: dict, body=None, kind=None, own: dict | None = None):
        """Sends a request with the examples of its parameters and checks the answer: its status and its value."""
        query = []
        for parameter in operation.get("parameters", []):
            value = (own or {}).get(parameter["name"], parameter.get("example"))
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", quote(str(value)))
            elif parameter.get("required"):
                query.append(f"{parameter['name']}={quote(str(value))}")
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            headers = {"Content-Type": kind} if kind else {}
            connection.request(method.upper(), path + ("?" + "&".join(query) if query else ""), body, headers)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        place = f"{operation['operationId']}: {answer.status} {raw[:300]!r}"
        declared = operation["responses"].get(str(answer.status))
        assert declared is not None, place
        contents = declared.get("content", {})
        if not raw:
            assert method == "head" or not contents, place
            return answer.status, None
        given = answer.getheader("Content-Type")
        wanted = contents.get(given) or contents.get(given.split("/")[0] + "/*")
        assert wanted is not None, place
        if given != "application/json":
            return answer.status, raw
        value = json.loads(raw)
        try:
            self.check(value, wanted["schema"])
        except Exception as error:
            raise AssertionError(f"{place}\n{error}") from error
        return answer.status, value


def closed(schema):
    """The schema, or the whole document, with no members of objects but those that are named."""
    if isinstance(schema, list):
        return [closed(element) for element in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        found.setdefault("additionalProperties", False)
    return found


def pointing_into_document(schema):
    """The schema with its references made to lead into the document."""
    if isinstance(schema, dict):
        return {
            name: "urn:document" + value if name == "$ref" else pointing_into_document(value)
            for name, value in schema.items()}
    return [pointing_into_document(element) for element in schema] if isinstance(schema, list) else schema


def test_the_document_is_valid(server):
    document = server.request("GET", "/v1/openapi.json")[1]
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_example_is_carried_out_and_every_answer_is_as_declared(examined):
    document = Document(examined)
    own: dict[str, str] = {}
    seen = set()
    for method, path, operation in document.operations():
        name, tag = operation["operationId"], operation["tags"][0]
        if seen == set(FIRST):
            prepare(examined, own)
        seen.add(name)
        # A tenant that an example has put to sleep.
        examined.request("PUT", "/v1/schema/Album/tenants", [{"name": "alice", "activityStatus": "ACTIVE"}])
        given = {**own, "id": own["import"]} if path == "/v1/imports/{id}" else own
        for body, kind in document.bodies(operation):
            status, answer = document.send(method, path, operation, body, kind, given)
            while status == 202 and method == "get":
                # Nothing to wait on but the job: it is asked again soon.
                time.sleep(0.02)
                status, answer = document.send(method, path, operation, own=given)
            assert status == REFUSED.get(name, status) and (name in REFUSED or status < 300), (name, body, status, answer)
            assert tag != "batch" or "FAILED" not in json.dumps(answer), (name, answer)
            if name == "imports.create":
                own["import"] = answer["id"]
            if name == "graphql.post":
                assert answer["data"]["Get"]["Meme"] and not answer.get("errors"), answer
            if name == "backups.create":
                ended(examined, f"/v1/backups/filesystem/{answer['id']}")
    assert seen >= set(FIRST) | set(REFUSED)


def prepare(server: Server, own: dict[str, str]) -> None:
    """What examples speak of and none of them makes."""
    for path, body in [
            ("/v1/schema/Album/tenants", [{"name": "alice"}]), ("/v1/aliases", {"alias": "Joke", "class": "Meme"}),
            ("/v1/backups/filesystem", {"id": "before-the-update"})]:
        status, answer = server.request("POST", path, body)
        assert status == 200, answer
    ended(server, "/v1/backups/filesystem/before-the-update")
    # Shards have names that the database makes.
    own["shard"] = server.request("GET", "/v1/schema/Meme/shards")[1][0]["name"]


def ended(server: Server, path: str) -> None:
    while server.request("GET", path)[1]["status"] not in ("SUCCESS", "FAILED", "CANCELED"):
        time.sleep(0.02)
