#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ProtobufBenchmark measures, with Google's protobuf for Python (upb) and the messages of weaviate-client.

usage: .venv-grpc/bin/python Benchmarks/protobuf_yardstick.py [--smoke]
"""
import random
import sys
import time

from google.protobuf.internal import api_implementation
from weaviate.proto.v1 import batch_pb2, search_get_pb2

assert api_implementation.Type() == "upb"
ROUNDS = 3 if "--smoke" in sys.argv else 500
NUMBERS = random.Random(7)


def text(count):
    return "".join(NUMBERS.choice("abcdefghij klmnop") for _ in range(count))


def search_reply(is_old):
    reply = search_get_pb2.SearchReply()
    for _ in range(10):
        metadata = reply.results.add().metadata
        metadata.id = text(36)
        if is_old:
            metadata.vector.extend(NUMBERS.uniform(-1, 3) for _ in range(2048))
        else:
            metadata.vector_bytes = NUMBERS.randbytes(4 * 2048)
    return reply


def batch_of_vectors():
    request = batch_pb2.BatchObjectsRequest()
    for _ in range(100):
        request.objects.add(uuid=text(36), collection="Meme", vector_bytes=NUMBERS.randbytes(4 * 2048))
    return request


def batch_of_properties():
    request = batch_pb2.BatchObjectsRequest()
    for _ in range(1000):
        values = request.objects.add(uuid=text(36), collection="Meme").properties.non_ref_properties
        for index in range(8):
            values[f"property{index}"] = NUMBERS.random() if index % 2 else text(4 + 4 * index)
    return request


def reply_of_properties():
    reply = search_get_pb2.SearchReply()
    for _ in range(1000):
        result = reply.results.add()
        result.properties.target_collection = "Meme"
        fields = result.properties.non_ref_props.fields
        for index in range(8):
            if index % 2:
                fields[f"property{index}"].int_value = NUMBERS.randrange(100_000)
            else:
                fields[f"property{index}"].text_value = text(4 + 4 * index)
        metadata = result.metadata
        metadata.id, metadata.id_as_bytes = text(36), bytes(16)
        metadata.distance, metadata.distance_present = NUMBERS.uniform(0, 2), True
    return reply


def measure(name, message):
    content = message.SerializeToString()
    reading, writing = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        decoded = type(message).FromString(content)
        between = time.perf_counter()
        decoded.SerializeToString()
        reading.append(between - start)
        writing.append(time.perf_counter() - between)

    def rate(times):
        median = sorted(times)[len(times) // 2]
        return f"{median * 1e6:.1f} us, {len(content) / median / 1e6:.0f} MB/s"

    print(f"{name}, {len(content)} bytes: read {rate(reading)}, write {rate(writing)}")


measure("SearchReply, 10 vectors of 2048 floats", search_reply(False))
measure("SearchReply, the same as lists of floats", search_reply(True))
measure("BatchObjectsRequest, 100 vectors of 2048 floats", batch_of_vectors())
measure("BatchObjectsRequest, 1000 objects of 8 properties", batch_of_properties())
measure("SearchReply, 1000 objects of 8 properties", reply_of_properties())
