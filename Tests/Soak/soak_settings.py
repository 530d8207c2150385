# SPDX-License-Identifier: Apache-2.0
"""A chapter of the soak about settings of classes: kinds of index, quantizers, named vectors."""
from __future__ import annotations

import numpy
from soak_answers import Judge
from soak_model import Model, Vectors, identity, text_of
from soak_server import BATCH, Findings, Session, SoakServer

# What clients may say of quantizers, and what the answer shows of it beside the defaults.
QUANTIZERS = {
    "hnsw": [
        {"pq": {"enabled": True}},
        {"pq": {"enabled": True, "bitCompression": True, "segments": 64, "centroids": 128, "trainingLimit": 5000,
                "encoder": {"type": "tile", "distribution": "normal"}}},
        {"bq": {"enabled": True}}, {"sq": {"enabled": True}},
        {"sq": {"enabled": True, "trainingLimit": 777, "rescoreLimit": 5}},
        {"rq": {"enabled": True}}, {"rq": {"enabled": True, "bits": 1, "rescoreLimit": 1}},
        {"skipDefaultQuantization": True}, {"ef": 200, "filterStrategy": "sweeping"},
    ],
    "flat": [
        {}, {"bq": {"enabled": True, "cache": True, "rescoreLimit": 7}}, {"rq": {"enabled": True, "bits": 1}},
        {"pq": {"enabled": True}}, {"sq": {"enabled": True, "rescoreLimit": 3}},
    ],
}
CHANGES = [{"bq": {"enabled": True}}, {"rq": {"enabled": True, "bits": 1}}, {"pq": {"enabled": True}}]


def contains(answer, given) -> bool:
    """Whether everything that was given is in the answer."""
    if isinstance(given, dict):
        return isinstance(answer, dict) and all(contains(answer.get(name), value) for name, value in given.items())
    return answer == given


def settings(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Every quantizer that a class may ask for is kept and shown, before and after a restart, and answers are right."""
    print("settings", flush=True)
    count, asked = (300, 5) if smoke else (3000, 30)
    kept: dict[str, tuple[dict, Model, numpy.ndarray]] = {}
    for dimensions in (128, 600):
        for kind, choices in QUANTIZERS.items():
            metrics = ["cosine", "dot", "l2-squared"]
            for number, given in enumerate(choices):
                metric = metrics[number % len(metrics)]
                base, queries = vectors.take(count, asked, dimensions, metric)
                model = Model(f"Setting{kind.title()}{number}Of{dimensions}", metric, base)
                answer = server.create(model.name, metric, vectorIndexType=kind, index=given)
                findings.expect(
                    answer["vectorIndexType"] == kind and contains(answer["vectorIndexConfig"], given),
                    f"{kind} {given} was answered with {answer['vectorIndexConfig']}")
                server.fill(model)
                kept[model.name] = (given, model, queries)
    named_vectors(server, vectors, findings, count, asked)
    refused(server, findings)
    answered(server, kept, findings, "settings")
    changed(server, kept, findings)
    findings.expect(server.stop() == 0, "the server did not stop cleanly")
    server.start()
    answered(server, kept, findings, "settings after a restart")


def answered(server: SoakServer, kept: dict, findings: Findings, label: str) -> None:
    for kind in QUANTIZERS:
        judge = Judge(findings, f"{label}, {kind}")
        with Session(server, timeout=600) as session:
            for name, (given, model, queries) in kept.items():
                if kind.title() not in name:
                    continue
                status, answer = session.request("GET", f"/v1/schema/{name}")
                findings.expect(
                    contains(answer["vectorIndexConfig"], given), f"{label}: {name} has {answer['vectorIndexConfig']}")
                server.wait_until_linked(name)
                for query in queries:
                    judge.ask(server, session, model, query)
        judge.close()


def changed(server: SoakServer, kept: dict, findings: Findings) -> None:
    """A quantizer that is set later is kept and shown too."""
    for number, given in enumerate(CHANGES):
        name = f"LaterHnsw{number}"
        base, queries = kept["SettingHnsw0Of128"][1].vectors, kept["SettingHnsw0Of128"][2]
        model = Model(name, "cosine", base)
        server.create(name)
        server.fill(model)
        # The properties of the objects are in it by now.
        _, answer = server.request("GET", f"/v1/schema/{name}")
        answer["vectorIndexConfig"].update(given)
        status, told = server.request("PUT", f"/v1/schema/{name}", answer)
        findings.expect(status == 200, f"setting {given} later: {status} {told}")
        kept[name] = (given, model, queries)
        with Session(server, timeout=600) as session:
            judge = Judge(findings, f"{given} set later")
            for query in queries:
                judge.ask(server, session, model, query)
            status, answer = session.request("GET", f"/v1/schema/{name}")
            findings.expect(contains(answer["vectorIndexConfig"], given), f"{given} set later: {answer['vectorIndexConfig']}")
            judge.close()


def refused(server: SoakServer, findings: Findings) -> None:
    for index in ({"bq": {"enabled": True}, "pq": {"enabled": True}}, {"rq": {"enabled": True, "bits": 3}},
                  {"pq": {"enabled": "yes"}}, {"distance": "euclid"}):
        status, answer = server.request("POST", "/v1/schema", {"class": "Refused", "vectorIndexConfig": index})
        findings.expect(status == 422, f"{index}: {status} {answer}")
        findings.expect(server.request("GET", "/v1/schema/Refused")[0] == 404, f"{index} was refused, and the class is there")


def named_vectors(server: SoakServer, vectors: Vectors, findings: Findings, count: int, asked: int) -> None:
    """Several vectors an object, each with its own metric, kind, quantizer and dimensions; some objects lack one."""
    chosen = {
        "picture": (600, "cosine", "hnsw", {"rq": {"enabled": True}}),
        "palette": (128, "l2-squared", "flat", {"bq": {"enabled": True}}),
        "shape": (4, "manhattan", "hnsw", {}),
    }
    body = {"class": "Named", "vectorConfig": {
        name: {"vectorizer": {"none": {}}, "vectorIndexType": kind, "vectorIndexConfig": {"distance": metric, **index}}
        for name, (_, metric, kind, index) in chosen.items()}}
    status, answer = server.request("POST", "/v1/schema", body)
    assert status == 200, answer
    findings.expect(contains(answer["vectorConfig"], body["vectorConfig"]), f"named vectors: {answer['vectorConfig']}")
    models, asks = {}, {}
    for name, (dimensions, metric, _, _) in chosen.items():
        base, asks[name] = vectors.take(count, asked, dimensions, metric)
        models[name] = Model("Named", metric, base)
        models[name].is_there[:] = vectors.random.random(count) < 0.8
    with Session(server, timeout=600) as session:
        for start in range(0, count, BATCH):
            objects = []
            for row in range(start, min(start + BATCH, count)):
                given = b",".join(
                    b'"%s":%s' % (name.encode(), text_of(model.vectors[row]))
                    for name, model in models.items() if model.is_there[row])
                objects.append(b'{"class":"Named","id":"%s","properties":{"row":%d},"vectors":{%s}}' % (
                    identity(row).encode(), row, given))
            status, answer = session.request("POST", "/v1/batch/objects", b'{"objects":[' + b",".join(objects) + b"]}")
            assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer
        for name, model in models.items():
            judge = Judge(findings, f"named vector '{name}'")
            for query in asks[name]:
                judge.ask(server, session, model, query, near=f'targetVectors: ["{name}"]')
            judge.close()
