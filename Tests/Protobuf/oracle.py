#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The messages of weaviate-client and Google's protobuf (upb) as oracle for ours; run by Tests/WeaviateMessagesTests.

  oracle.py schema                     compares Schemas with the client's descriptors
  oracle.py make SEED COUNT CASES      writes random messages, right ones and spoiled ones
  oracle.py compare CASES ANSWERS      compares what our code made of them

CASES holds for each case: one byte, the index of the type in TYPES; four bytes, the length; the message.
ANSWERS holds for each case: one byte, whether it was accepted; four bytes, the length; the message written again.
"""
import importlib
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, message, struct_pb2, unknown_fields
from google.protobuf.internal import api_implementation
from weaviate.proto import v1

assert api_implementation.Type() == "upb", "protobuf is not upb but " + api_implementation.Type()

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "Schemas"
NAMES = "aggregate base base_search batch batch_delete generative properties search_get tenants weaviate".split()
# The flavor of the generated modules that fits the version of protobuf.
FLAVOR = v1.base_pb2.__name__.rpartition(".")[0]
MODULES = [importlib.import_module(f"{FLAVOR}.{name}_pb2") for name in NAMES]

# The messages of all methods, which hold all others; in the order of `OracleTests.types`.
TYPES = [struct_pb2.Struct, struct_pb2.Value] + [
    next(getattr(module, name) for module in MODULES if hasattr(module, name))
    for name in (
        "SearchRequest SearchReply AggregateRequest AggregateReply BatchObjectsRequest BatchObjectsReply "
        "BatchReferencesRequest BatchReferencesReply BatchDeleteRequest BatchDeleteReply TenantsGetRequest "
        "TenantsGetReply BatchStreamRequest BatchStreamReply Filters Properties Value GenerativeProvider"
    ).split()
]

# What the client's descriptors have and ours do not. Of its files, file_replication.proto: servers call each other with it.
LEFT_OUT = {
    "weaviate.v1.WeaviateHealthCheckRequest": "the client uses grpc.health.v1, whose messages are the same",
    "weaviate.v1.WeaviateHealthCheckResponse": "the client uses grpc.health.v1, whose messages are the same",
}


# Schema


def described(file):
    """Every field, enum value and method of a FileDescriptorProto by its full name, as facts that can be compared."""
    facts = {}

    def enum(prefix, descriptor):
        for value in descriptor.value:
            facts[f"{prefix}.{descriptor.name}.{value.name}"] = value.number

    def walk(prefix, descriptor):
        name = f"{prefix}.{descriptor.name}"
        facts[name] = "message", descriptor.options.map_entry
        for field in descriptor.field:
            oneof = None
            if field.HasField("oneof_index") and not field.proto3_optional:
                oneof = descriptor.oneof_decl[field.oneof_index].name
            # Presence of a message does not depend on the word `optional`.
            optional = field.proto3_optional or field.type == field.TYPE_MESSAGE
            packed = field.options.packed if field.options.HasField("packed") else None
            facts[f"{name}.{field.name}"] = (
                field.number, field.type, field.label, field.type_name, oneof, optional, packed, field.default_value,
                field.options.deprecated,
            )
        for nested in descriptor.nested_type:
            walk(name, nested)
        for nested in descriptor.enum_type:
            enum(name, nested)

    for descriptor in file.message_type:
        walk(file.package, descriptor)
    for descriptor in file.enum_type:
        enum(file.package, descriptor)
    for service in file.service:
        for method in service.method:
            facts[f"{file.package}.{service.name}.{method.name}"] = (
                method.input_type, method.output_type, method.client_streaming, method.server_streaming,
            )
    return facts


def schema():
    theirs = {}
    for module in [*MODULES, v1.health_weaviate_pb2, struct_pb2]:
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        assert file.syntax == "proto3"
        theirs |= described(file)
    with tempfile.NamedTemporaryFile() as output:
        sources = sorted(str(path.relative_to(SCHEMAS)) for path in SCHEMAS.rglob("*.proto"))
        command = [sys.executable, "-m", "grpc_tools.protoc", "-I", ".", f"--descriptor_set_out={output.name}"]
        subprocess.run([*command, *sources], cwd=SCHEMAS, check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(output.read()).file
    ours = {}
    for file in files:
        assert file.syntax == "proto3"
        # The client brings its health messages as those of another package; see LEFT_OUT.
        if file.package != "grpc.health.v1":
            ours |= described(file)
    wrong = [f"{name}: ours is {fact}, theirs {theirs.get(name)}" for name, fact in ours.items() if theirs.get(name) != fact]
    for name in theirs.keys() - ours.keys():
        if not any(name == left or name.startswith(left + ".") for left in LEFT_OUT):
            wrong.append(f"{name}: ours does not have it")
    print("\n".join(wrong))
    print(f"{len(ours)} facts compared, {len(wrong)} differ; left out: {', '.join(LEFT_OUT)}")
    return not wrong and len(ours) > 1000


# Random messages, written byte by byte so that they are as odd as senders may make them


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seen = set()

    def varint(self, number, most=10):
        """Sometimes with more bytes than needed."""
        number &= (1 << 64) - 1
        groups = []
        while True:
            groups.append(number & 0x7F)
            number >>= 7
            if not number:
                break
        if self.random.random() < 0.03:
            groups += [0] * self.random.randint(0, most - len(groups))
        return bytes(group | 0x80 for group in groups[:-1]) + bytes([groups[-1]])

    def tag(self, number, wire):
        return self.varint(number << 3 | wire, most=5)

    def delimited(self, content):
        return self.varint(len(content), most=5) + content

    def integer(self):
        bits = self.random.choice([0, 1, 3, 7, 8, 14, 31, 32, 33, 63, 64])
        number = self.random.getrandbits(bits) if bits else 0
        return -number if self.random.random() < 0.2 else number

    def text(self):
        length = self.random.choice([0, 1, 3, 14, 15, 16, 17, 40])
        letters = self.random.choice(["abc", "aé", "\0\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff", "\U00010000\U0010ffffz"])
        text = "".join(self.random.choice(letters) for _ in range(length)).encode()
        if self.random.random() < 0.002:
            text += self.random.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"])
        return text

    def double(self):
        return self.random.choice([0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 5e-324, self.random.gauss(0, 1)])

    def scalar(self, field):
        """Wire type and bytes of one value that is no message."""
        kind = field.type
        if kind == field.TYPE_DOUBLE:
            return 1, struct.pack("<d", self.double())
        if kind == field.TYPE_FLOAT:
            return 5, struct.pack("<f", self.double())
        if kind == field.TYPE_STRING:
            return 2, self.delimited(self.text())
        if kind == field.TYPE_BYTES:
            return 2, self.delimited(self.random.randbytes(self.random.choice([0, 1, 4, 16, 100])))
        return 0, self.varint(self.integer())

    def field(self, field, depth):
        self.seen.add(field.full_name)
        if field.message_type:
            return self.tag(field.number, 2) + self.delimited(self.message(field.message_type, depth + 1))
        packs = field.is_repeated and field.type not in (field.TYPE_STRING, field.TYPE_BYTES)
        if packs and self.random.random() < 0.7:
            values = [self.scalar(field)[1] for _ in range(self.random.choice([0, 1, 2, 9]))]
            return self.tag(field.number, 2) + self.delimited(b"".join(values))
        wire, value = self.scalar(field)
        return self.tag(field.number, wire) + value

    def choice(self, fields):
        """One of the fields, rather one that was not written yet."""
        unseen = [field for field in fields if field.full_name not in self.seen]
        return self.random.choice(unseen if unseen and self.random.random() < 0.5 else fields)

    def unknown(self, depth=0):
        number = self.random.choice([1, 2, 3, 4, 17, 99, 5000, (1 << 29) - 1])
        wire = self.random.choice([0, 1, 2, 3, 5])
        contents = {
            0: lambda: self.varint(self.integer()),
            1: lambda: self.random.randbytes(8),
            2: lambda: self.delimited(self.random.randbytes(self.random.randint(0, 9))),
            3: lambda: b"".join(self.unknown(depth + 1) for _ in range(self.random.randint(0, 2)) if depth < 4)
            + self.tag(number, 4),
            5: lambda: self.random.randbytes(4),
        }
        return self.tag(number, wire) + contents[wire]()

    def message(self, descriptor, depth=0):
        """Fields in any order, some often: they are replaced, merged or appended."""
        most = 8 if depth == 0 else 5 if depth < 4 else 2 if depth < 9 else 0
        count = self.random.randint(0, most)
        # A type with many fields has more of them, so that all are seen.
        if depth == 0:
            count += self.random.choice([0, 0, len(descriptor.fields)])
        fields = [self.field(self.choice(descriptor.fields), depth) for _ in range(count) if descriptor.fields]
        if not descriptor.GetOptions().map_entry:
            fields += [self.unknown() for _ in range(self.random.choice([0, 0, 0, 0, 1]))]
        self.random.shuffle(fields)
        return b"".join(fields)

    def spoiled(self, content):
        content = bytearray(content)
        for _ in range(self.random.choice([1, 1, 1, 2, 4])):
            place = self.random.randint(0, len(content))
            change = self.random.randrange(5)
            if change == 0:
                del content[place:]
            elif change == 1 and place < len(content):
                content[place] = self.random.randrange(256)
            elif change == 2 and place < len(content):
                content[place] ^= 1 << self.random.randrange(8)
            elif change == 3:
                content[place:place] = self.random.choice(
                    [b"\0", b"\x80", b"\xff" * 9 + b"\x01", b"\xff" * 10, b"\x0b", b"\x0c", b"\x07", b"\x80\x80\x80\x80\x10"]
                )
            else:
                del content[place : place + self.random.randint(1, 3)]
        return bytes(content)


def within(opening, depth, content=b""):
    """`content` within `depth` groups or messages, which begin with the bytes `opening`."""
    for _ in range(depth):
        if opening == GROUP:
            content = GROUP + content + GROUP_END
        else:
            length = len(content)
            content = opening + (bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])) + content
    return content


# An unknown group, and the field `filters` of Filters.
GROUP, GROUP_END, FILTERS = b"\x93\x27", b"\x94\x27", b"\x1a"


def cases(seed, count):
    maker = Maker(seed)
    filters = TYPES.index(v1.base_pb2.Filters)
    for depth in (98, 99, 100, 101, 102):
        yield filters, within(FILTERS, depth)
        yield filters, within(GROUP, depth)
        yield filters, within(FILTERS, depth - 50, within(GROUP, 50))
    for index in range(count):
        kind = index % len(TYPES)
        content = maker.message(TYPES[kind].DESCRIPTOR)
        yield kind, content
        yield kind, maker.spoiled(content)
    missing = fields_reached() - maker.seen
    if missing and count >= 10_000:
        sys.exit(f"never written: {sorted(missing)}")


def fields_reached():
    found, waiting = {}, [kind.DESCRIPTOR for kind in TYPES]
    while waiting:
        descriptor = waiting.pop()
        if descriptor.full_name not in found:
            found[descriptor.full_name] = descriptor
            waiting += [field.message_type for field in descriptor.fields if field.message_type]
    for module in [*MODULES, struct_pb2]:
        for descriptor in module.DESCRIPTOR.message_types_by_name.values():
            assert descriptor.full_name in found, f"no method has {descriptor.full_name}"
    return {field.full_name for descriptor in found.values() for field in descriptor.fields}


def make(seed, count, path):
    with open(path, "wb") as file:
        for kind, content in cases(seed, count):
            file.write(struct.pack("<BI", kind, len(content)) + content)
    return True


# Comparison


def has_odd_entry(value):
    """Whether there is a map of which upb has set an entry aside since it has an unknown field.

    Such an entry becomes an unknown field itself. Go and C++ keep the entry and ignore the field, and so do we.
    """
    maps = {field.number for field in value.DESCRIPTOR.fields if is_map(field)}
    if maps and any(field.field_number in maps for field in unknown_fields.UnknownFieldSet(value)):
        return True
    for field, content in value.ListFields():
        if is_map(field):
            children = content.values() if field.message_type.fields_by_name["value"].message_type else []
        elif field.message_type:
            children = content if field.is_repeated else [content]
        else:
            children = []
        if any(has_odd_entry(child) for child in children):
            return True
    return False


def is_map(field):
    return field.message_type and field.message_type.GetOptions().map_entry


def parsed(kind, content):
    """What upb makes of the bytes, without unknown fields, or None if it refuses them."""
    try:
        result = kind.FromString(content)
    except message.DecodeError:
        return None
    if has_odd_entry(result):
        return ODD_ENTRY
    result.DiscardUnknownFields()
    return result.SerializeToString(deterministic=True)


ODD_ENTRY = "odd entry"


def compare(cases_path, answers_path):
    cases_file, answers = open(cases_path, "rb"), open(answers_path, "rb")
    counts = {"accepted by both": 0, "refused by both": 0, "written byte for byte as upb does": 0}
    counts |= {"with an entry that upb sets aside": 0, "wrong": 0}

    def wrong(what, kind, content):
        counts["wrong"] += 1
        if counts["wrong"] <= 10:
            print(f"{what}: {kind.DESCRIPTOR.full_name} {content[:2000].hex()}")

    while head := cases_file.read(5):
        index, length = struct.unpack("<BI", head)
        kind, content = TYPES[index], cases_file.read(length)
        accepted, length = struct.unpack("<BI", answers.read(5))
        written = answers.read(length)
        expected = parsed(kind, content)
        if expected is None or not accepted:
            if expected is None and not accepted:
                counts["refused by both"] += 1
            else:
                wrong("only upb accepts" if expected is not None else "only we accept", kind, content)
            continue
        if expected is ODD_ENTRY:
            counts["with an entry that upb sets aside"] += 1
            continue
        # Maps are sorted by upb and stay in order with us, so the bytes are compared after upb has read them.
        if parsed(kind, written) != expected:
            wrong("another message", kind, content)
        counts["accepted by both"] += 1
        counts["written byte for byte as upb does"] += written == expected
    if answers.read(1):
        print("more answers than cases")
        return False
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    halves = counts["accepted by both"], counts["refused by both"], counts["written byte for byte as upb does"]
    odd = counts["with an entry that upb sets aside"]
    return counts["wrong"] == 0 and odd < halves[0] / 20 and all(count > 0 for count in halves)


def main():
    command, *arguments = sys.argv[1:]
    if command == "schema":
        good = schema()
    elif command == "make":
        good = make(int(arguments[0]), int(arguments[1]), arguments[2])
    else:
        good = compare(*arguments)
    sys.exit(0 if good else 1)


main()
