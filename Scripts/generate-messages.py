#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Sources/WeaviateMessages/Generated from the .proto files in Schemas, and Schemas/generated.sha256.

Run by Scripts/generate.sh with a Python that has grpcio-tools and protobuf, and swift-format on the PATH.

What becomes of what:
  message           struct that conforms to ProtobufMessage; nested ones nest; those of google.protobuf begin with Protobuf
  map               a list of messages named ...Entry, as on the wire, so that order and doubles stay
  enum              struct with a rawValue, so that unknown values stay; the prefix that all values share is left out
  oneof             enum, named like the oneof; if the message or another type in it has that name, with Choice behind it
  singular message  optional; `optional` scalar: optional; other scalar: the value itself, 0 or empty if absent
  snake_case        camelCase without acronyms
  service           enum ...Method of the paths of its methods
A case of a oneof is indirect if its message is large or contains the oneof.
Types that no message here uses (sint, fixed, groups, lists of enums) are refused.
"""
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "Schemas"
OUTPUT = ROOT / "Sources/WeaviateMessages/Generated"
DIGESTS = SCHEMAS / "generated.sha256"

Field = descriptor_pb2.FieldDescriptorProto
VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5


class Scalar:
    """How a scalar type is called in Swift, in the names of the reader's and writer's functions, and on the wire."""

    def __init__(self, swift, reader, wire, byte_count, default="0", is_set="{} != 0", packs=False):
        self.swift, self.reader, self.wire, self.byte_count = swift, reader, wire, byte_count
        self.default, self.is_set, self.packs = default, is_set, packs
        self.writer = "uint" + reader[4:] if reader.startswith("UInt") else reader[0].lower() + reader[1:]


SCALARS = {
    Field.TYPE_DOUBLE: Scalar("Double", "Double", FIXED64, 8, is_set="{}.bitPattern != 0", packs=True),
    Field.TYPE_FLOAT: Scalar("Float", "Float", FIXED32, 4, is_set="{}.bitPattern != 0", packs=True),
    Field.TYPE_INT32: Scalar("Int32", "Int32", VARINT, 4),
    Field.TYPE_INT64: Scalar("Int64", "Int64", VARINT, 8, packs=True),
    Field.TYPE_UINT32: Scalar("UInt32", "UInt32", VARINT, 4),
    Field.TYPE_UINT64: Scalar("UInt64", "UInt64", VARINT, 8),
    Field.TYPE_BOOL: Scalar("Bool", "Bool", VARINT, 1, "false", "{}", packs=True),
    Field.TYPE_STRING: Scalar("String", "String", DELIMITED, 16, '""', "!{}.isEmpty"),
    Field.TYPE_BYTES: Scalar("[UInt8]", "Bytes", DELIMITED, 8, "[]", "!{}.isEmpty"),
}
# Lists of these can be read and written.
LISTED = {Field.TYPE_DOUBLE, Field.TYPE_FLOAT, Field.TYPE_INT64, Field.TYPE_BOOL, Field.TYPE_STRING}
# A oneof whose message takes more bytes than this keeps it in a box.
LARGEST_INLINE = 24

KEYWORDS = set(
    "as break case catch class continue default defer do else enum extension fallthrough false for func guard if "
    "import in init inout internal is let nil operator private protocol public repeat return self static struct "
    "subscript super switch throw throws true try typealias var where while".split()
)

# What the functions that read and write call their own things; no field may have such a name.
LOCALS = {"reader", "writer", "tag", "merged", "current"}


def upper_camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def lower_camel(name):
    name = upper_camel(name)
    name = name[:1].lower() + name[1:]
    return f"`{name}`" if name in KEYWORDS else name


def documentation(comment, indent=""):
    """Lines of a doc comment; names of fields in it become names in Swift."""
    text = " ".join(comment.split())
    text = re.sub(r"`([a-z][a-z0-9_]*)`", lambda match: f"`{lower_camel(match[1]).strip('`')}`", text)
    return [f"{indent}/// {line}" for line in textwrap.wrap(text, 108)]


class EnumType:
    def __init__(self, generator, descriptor, name, comments, path):
        self.name, self.descriptor = name, descriptor
        self.comments, self.path = comments, path
        generator.types[generator.key(name, descriptor)] = self

    def cases(self):
        names = [value.name.split("_") for value in self.descriptor.value]
        telling = [name for name in names if name[-1] != "UNSPECIFIED"]
        shared = 0
        while len(telling) > 1 and all(len(n) > shared + 1 and n[shared] == telling[0][shared] for n in telling):
            shared += 1
        for value, name in zip(self.descriptor.value, names):
            words = ["unspecified"] if name[-1] == "UNSPECIFIED" else name[shared:]
            yield lower_camel("_".join(words).lower()), value.number

    def lines(self):
        yield from documentation(self.comments.get(self.path, ""))
        yield f"package struct {self.name.split('.')[-1]}: RawRepresentable, Hashable, Sendable {{"
        yield "package var rawValue: Int32"
        yield "package init(rawValue: Int32) { self.rawValue = rawValue }"
        for case, number in self.cases():
            yield f"package static let {case} = Self(rawValue: {number})"
        yield "}"


class MessageField:
    """One field of a message, and the code that reads and writes it."""

    def __init__(self, generator, message, descriptor, path):
        self.generator, self.descriptor = generator, descriptor
        self.number, self.type = descriptor.number, descriptor.type
        self.name = lower_camel(descriptor.name)
        if self.name in LOCALS:
            sys.exit(f"{message.name}.{descriptor.name}: the functions that read and write use this name")
        self.doc = message.comments.get(path, "")
        self.is_list = descriptor.label == Field.LABEL_REPEATED
        self.is_message = self.type == Field.TYPE_MESSAGE
        self.is_enum = self.type == Field.TYPE_ENUM
        self.oneof = None
        if descriptor.HasField("oneof_index") and not descriptor.proto3_optional:
            self.oneof = descriptor.oneof_index
        self.in_entry = message.is_entry
        self.has_presence = not self.in_entry and (self.is_message or descriptor.proto3_optional)
        known = self.is_message or self.is_enum or self.type in SCALARS
        if not known or self.is_list and not self.is_message and self.type not in LISTED:
            sys.exit(f"{message.name}.{descriptor.name}: this generator does not know the type yet")

    @property
    def scalar(self):
        return SCALARS[Field.TYPE_INT32 if self.is_enum else self.type]

    @property
    def element(self):
        """The Swift type of one value."""
        if self.is_message or self.is_enum:
            return self.generator.type_named(self.descriptor.type_name).name
        return self.scalar.swift

    def tag(self, wire=None):
        if wire is None:
            wire = DELIMITED if self.is_message else self.scalar.wire
        return self.number << 3 | wire

    @property
    def is_packed(self):
        return self.is_list and not self.is_message and self.scalar.packs

    def inline_size(self, visited):
        if self.is_list:
            return 8
        if self.is_message:
            return self.generator.type_named(self.descriptor.type_name).inline_size(visited) + 1
        return self.scalar.byte_count

    def declaration(self):
        if self.is_list:
            return f"package var {self.name}: [{self.element}] = []"
        if self.has_presence:
            return f"package var {self.name}: {self.element}?"
        if self.is_message:
            return f"package var {self.name} = {self.element}()"
        if self.is_enum:
            return f"package var {self.name} = {self.element}(rawValue: 0)"
        return f"package var {self.name}: {self.element} = {self.scalar.default}"

    def read_value(self):
        value = f"try reader.read{self.scalar.reader}()"
        return f"{self.element}(rawValue: {value})" if self.is_enum else value

    def reading(self):
        """The cases of the reader's `switch`."""
        if self.is_list:
            what = "" if self.is_message else self.scalar.reader
            yield f"case {self.tag()}: try reader.append{what}(to: &{self.name})"
            if self.is_packed:
                yield f"case {self.tag(DELIMITED)}: try reader.appendPacked{what}s(to: &{self.name})"
        elif self.is_message:
            yield f"case {self.tag()}: try reader.merge(into: &{self.name})"
        else:
            yield f"case {self.tag()}: {self.name} = {self.read_value()}"

    def reading_into(self, choice, is_indirect):
        """The case of the reader's `switch` for a field of the oneof `choice`."""
        if not self.is_message:
            yield f"case {self.tag()}: {choice} = .{self.name.strip('`')}({self.read_value()})"
            return
        name = self.name.strip("`")
        yield f"case {self.tag()}:"
        yield f"var merged = {self.element}()"
        yield f"if case .{name}(let current)? = {choice} {{"
        yield "merged = current"
        yield f"{choice} = nil"
        yield "}"
        if is_indirect:
            yield f"try reader.chargeBox(of: MemoryLayout<{self.element}>.stride)"
        yield "try reader.merge(into: &merged)"
        yield f"{choice} = .{name}(merged)"

    def write_value(self, value):
        function = "message" if self.is_message else self.scalar.writer
        return f"writer.{function}({self.tag()}, {value}{'.rawValue' if self.is_enum else ''})"

    def writing(self):
        if self.is_list:
            function = "messages" if self.is_message else self.scalar.writer + "s"
            tag = self.tag()
            if self.is_packed:
                function, tag = f"packed{self.scalar.reader}s", self.tag(DELIMITED)
            condition = f"if !{self.name}.isEmpty {{ "
            yield f"{condition}writer.{function}({tag}, {self.name}) }}"
        elif self.in_entry:
            yield self.write_value(self.name)
        elif self.has_presence:
            yield f"if let {self.name} {{ {self.write_value(self.name)} }}"
        else:
            condition = self.scalar.is_set.format(self.name + (".rawValue" if self.is_enum else ""))
            yield f"if {condition} {{ {self.write_value(self.name)} }}"


class Oneof:
    def __init__(self, message, index, descriptor, path):
        self.message, self.property = message, lower_camel(descriptor.name)
        self.fields = [field for field in message.fields if field.oneof == index]
        self.doc = message.comments.get(path, "")
        name = upper_camel(descriptor.name)
        taken = {message.name.split(".")[-1]} | {nested.name.split(".")[-1] for nested in message.nested}
        self.name = name + "Choice" if name in taken else name
        numbers = [field.number for field in self.fields]
        others = [field.number for field in message.fields if field.oneof != index]
        if any(min(numbers) < number < max(numbers) for number in others):
            sys.exit(f"{message.name}.{name}: other fields lie between those of the oneof")

    def is_indirect(self, field):
        return field.is_message and field.inline_size({self.message.name}) > LARGEST_INLINE

    def inline_size(self, visited):
        return 1 + max(8 if self.is_indirect(field) else field.inline_size(visited) for field in self.fields)

    def lines(self):
        yield from documentation(self.doc)
        yield f"package enum {self.name}: Hashable, Sendable {{"
        for field in self.fields:
            yield from documentation(field.doc)
            yield f"{'indirect ' if self.is_indirect(field) else ''}case {field.name}({field.element})"
        yield "}"

    def writing(self):
        yield f"switch {self.property} {{"
        for field in self.fields:
            yield f"case .{field.name.strip('`')}(let value)?: {field.write_value('value')}"
        yield "case nil: break"
        yield "}"


class MessageType:
    def __init__(self, generator, descriptor, name, comments, path):
        self.generator, self.descriptor, self.name = generator, descriptor, name
        self.comments, self.path = comments, path
        self.is_entry = descriptor.options.map_entry
        generator.types[generator.key(name, descriptor)] = self
        self.nested = [
            EnumType(generator, nested, f"{name}.{nested.name}", comments, (*path, 4, index))
            for index, nested in enumerate(descriptor.enum_type)
        ] + [
            MessageType(generator, nested, f"{name}.{nested.name}", comments, (*path, 3, index))
            for index, nested in enumerate(descriptor.nested_type)
        ]

    def resolve(self):
        """Done when all types are known."""
        self.fields = [
            MessageField(self.generator, self, field, (*self.path, 2, index))
            for index, field in enumerate(self.descriptor.field)
        ]
        self.oneofs = [
            Oneof(self, index, oneof, (*self.path, 8, index))
            for index, oneof in enumerate(self.descriptor.oneof_decl)
            if any(field.oneof == index for field in self.fields)
        ]
        # Fields and oneofs in the order of their numbers.
        alone = [(field.number, field) for field in self.fields if field.oneof is None]
        grouped = [(oneof.fields[0].number, oneof) for oneof in self.oneofs]
        self.parts = [part for _, part in sorted(alone + grouped, key=lambda pair: pair[0])]
        for nested in self.nested:
            if isinstance(nested, MessageType):
                nested.resolve()

    def inline_size(self, visited):
        if self.name in visited:
            return 1 << 20
        return sum(part.inline_size(visited | {self.name}) for part in self.parts)

    def check_names(self, outer=()):
        """Refuses a type within a message that hides one that its fields name."""
        inner = {nested.name.split(".")[-1] for nested in self.nested} | {oneof.name for oneof in self.oneofs}
        scopes = (*outer, inner)
        for field in self.fields:
            if any(field.element.split(".")[0] in scope for scope in scopes):
                sys.exit(f"{self.name}: a type in it hides {field.element}")
        for nested in self.nested:
            if isinstance(nested, MessageType):
                nested.check_names(scopes)

    def lines(self):
        yield from documentation(self.comments.get(self.path, ""))
        yield f"package struct {self.name.split('.')[-1]}: Hashable, Sendable {{"
        for nested in [*self.nested, *self.oneofs]:
            yield from nested.lines()
            yield ""
        for part in self.parts:
            yield from documentation(part.doc)
            if isinstance(part, Oneof):
                yield f"package var {part.property}: {part.name}?"
            else:
                yield part.declaration()
        yield ""
        yield "package init() {}"
        yield "}"

    def conformances(self):
        yield f"extension {self.name}: ProtobufMessage {{"
        yield "package mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {"
        yield "while let tag = try reader.nextTag() {"
        if self.fields:
            yield "switch tag {"
            for part in self.parts:
                if isinstance(part, Oneof):
                    for field in part.fields:
                        yield from field.reading_into(part.property, part.is_indirect(field))
                else:
                    yield from part.reading()
            yield "default: try reader.skip(tag)"
            yield "}"
        else:
            yield "try reader.skip(tag)"
        yield "}"
        yield "}"
        yield ""
        yield f"package func write(to writer: inout ProtobufWriter) {{{'' if self.fields else '}'}"
        for part in reversed(self.parts):
            yield from part.writing()
        if self.fields:
            yield "}"
        yield "}"
        for nested in self.nested:
            if isinstance(nested, MessageType):
                yield ""
                yield from nested.conformances()


class Generator:
    def __init__(self):
        self.types = {}
        self.package = ""

    @property
    def prefix(self):
        return "Protobuf" if self.package == "google.protobuf" else ""

    def key(self, name, _):
        return f".{self.package}.{name[len(self.prefix):]}"

    def type_named(self, name):
        return self.types[name]

    def read(self, file):
        """The types of a file, whose fields are not resolved yet."""
        self.package = file.package
        comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
        return [
            EnumType(self, enum, self.prefix + enum.name, comments, (5, index))
            for index, enum in enumerate(file.enum_type)
        ] + [
            MessageType(self, message, self.prefix + message.name, comments, (4, index))
            for index, message in enumerate(file.message_type)
        ]

    def text(self, file, types):
        lines = [
            "// SPDX-License-Identifier: Apache-2.0",
            f"// Generated by Scripts/generate-messages.py from Schemas/{file.name}; do not edit.",
            "",
        ]
        if any(isinstance(type, MessageType) for type in types):
            lines += ["import Protobuf", ""]
        for type in types:
            lines += [*type.lines(), ""]
        for type in types:
            if isinstance(type, MessageType):
                lines += [*type.conformances(), ""]
        for index, service in enumerate(file.service):
            comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
            lines += [f"/// The methods of {file.package}.{service.name}, by the paths that calls name them with."]
            lines += [f"package enum {service.name}Method: String, CaseIterable, Sendable {{"]
            for number, method in enumerate(service.method):
                lines += documentation(comments.get((6, index, 2, number), ""))
                path = f"/{file.package}.{service.name}/{method.name}"
                lines += [f'case {lower_camel(method.name)} = "{path}"']
            lines += ["}", ""]
        return "\n".join(lines)


def main():
    sources = sorted(str(path.relative_to(SCHEMAS)) for path in SCHEMAS.rglob("*.proto"))
    with tempfile.NamedTemporaryFile() as output:
        command = [sys.executable, "-m", "grpc_tools.protoc", "-I", ".", "--include_source_info"]
        subprocess.run([*command, f"--descriptor_set_out={output.name}", *sources], cwd=SCHEMAS, check=True)
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(output.read())
    generator = Generator()
    files = [(file, generator.read(file)) for file in descriptors.file]
    messages = [type for _, types in files for type in types if isinstance(type, MessageType)]
    for message in messages:
        message.resolve()
    for message in messages:
        message.check_names()

    OUTPUT.mkdir(parents=True, exist_ok=True)
    for old in OUTPUT.glob("*.swift"):
        old.unlink()
    written = []
    for file, types in files:
        path = OUTPUT / f"{upper_camel(pathlib.PurePath(file.name).stem)}.swift"
        path.write_text(generator.text(file, types))
        written.append(path)
    subprocess.run(["swift", "format", "--in-place", *written], cwd=ROOT, check=True)

    inputs = [pathlib.Path(__file__).resolve(), *(SCHEMAS / source for source in sources)]
    DIGESTS.write_text(
        "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}\n"
            for path in inputs + sorted(written)
        )
    )


main()
