"""Protobuf messages by Google's own library, which is the second implementation that the walker is held against."""

import base64
import struct
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import strategies as st

from meshdesk.decode.contract import Bounds
from meshdesk.decode.proto_plan import Book, book_of
from meshdesk.decode.protobuf import Reading, read
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema

Kind = descriptor_pb2.FieldDescriptorProto
FLOAT_MOST = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]  # the largest float of 32 bits
SCALARS: dict[str, tuple[int, st.SearchStrategy[Any]]] = {
    "double": (Kind.TYPE_DOUBLE, st.floats()),
    "float": (Kind.TYPE_FLOAT, st.floats(width=32)),
    "int32": (Kind.TYPE_INT32, st.integers(-(2**31), 2**31 - 1)),
    "int64": (Kind.TYPE_INT64, st.integers(-(2**63), 2**63 - 1)),
    "uint32": (Kind.TYPE_UINT32, st.integers(0, 2**32 - 1)),
    "uint64": (Kind.TYPE_UINT64, st.integers(0, 2**64 - 1)),
    "sint32": (Kind.TYPE_SINT32, st.integers(-(2**31), 2**31 - 1)),
    "sint64": (Kind.TYPE_SINT64, st.integers(-(2**63), 2**63 - 1)),
    "fixed32": (Kind.TYPE_FIXED32, st.integers(0, 2**32 - 1)),
    "fixed64": (Kind.TYPE_FIXED64, st.integers(0, 2**64 - 1)),
    "sfixed32": (Kind.TYPE_SFIXED32, st.integers(-(2**31), 2**31 - 1)),
    "sfixed64": (Kind.TYPE_SFIXED64, st.integers(-(2**63), 2**63 - 1)),
    "bool": (Kind.TYPE_BOOL, st.booleans()),
    "string": (Kind.TYPE_STRING, st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
    "bytes": (Kind.TYPE_BYTES, st.binary(max_size=20)),
}


def descriptor() -> descriptor_pb2.FileDescriptorProto:
    """A message with one, several packed, several unpacked and a map of every scalar, and itself within."""
    file = descriptor_pb2.FileDescriptorProto(name="every.proto", package="test", syntax="proto3")
    every = file.message_type.add(name="Every")
    for number, (name, (kind, _)) in enumerate(SCALARS.items(), 1):
        every.field.add(name=f"one_{name}", number=number, type=kind, label=Kind.LABEL_OPTIONAL)
        for form, first, packed in (("packed", 100, True), ("loose", 200, False)):
            several = every.field.add(
                name=f"{form}_{name}", number=first + number, type=kind, label=Kind.LABEL_REPEATED
            )
            if name not in ("string", "bytes"):
                several.options.packed = packed
        entry = every.nested_type.add(name=f"Map{name.title()}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, type=Kind.TYPE_STRING, label=Kind.LABEL_OPTIONAL)
        entry.field.add(name="value", number=2, type=kind, label=Kind.LABEL_OPTIONAL)
        every.field.add(
            name=f"map_{name}", number=300 + number, type=Kind.TYPE_MESSAGE, label=Kind.LABEL_REPEATED,
            type_name=f".test.Every.{entry.name}",
        )  # fmt: skip
    every.field.add(
        name="inner", number=500, type=Kind.TYPE_MESSAGE, label=Kind.LABEL_OPTIONAL, type_name=".test.Every"
    )
    every.field.add(
        name="inners", number=2000, type=Kind.TYPE_MESSAGE, label=Kind.LABEL_REPEATED, type_name=".test.Every"
    )
    return file


FILE = descriptor()
POOL = descriptor_pool.DescriptorPool()
POOL.Add(FILE)
Every: Any = message_factory.GetMessageClass(POOL.FindMessageTypeByName("test.Every"))
SCHEMA = Schema("test", 42, "PROTOBUF", base64.b64encode(FILE.SerializeToString()).decode())


def values(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """What an Every may hold, as Python's values."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, (_, value) in SCALARS.items():
        fields[f"one_{name}"] = value
        fields[f"packed_{name}"] = fields[f"loose_{name}"] = st.lists(value, min_size=1, max_size=4)
        fields[f"map_{name}"] = st.dictionaries(SCALARS["string"][1], value, min_size=1, max_size=3)
    if depth:
        fields["inner"] = values(depth - 1)
        fields["inners"] = st.lists(values(depth - 1), min_size=1, max_size=3)
    chosen = st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: fields[name] for name in names}))


def says(node: Node, value: Any) -> bool:
    """Whether a tree says what Google's library was given."""
    if isinstance(value, dict):
        parts = {child.name: child for child in node.children}
        return node.kind in ("record", "map") and all(
            says(parts[name], one) if name in parts else _is_default(one) for name, one in value.items()
        )
    if isinstance(value, list):
        return len(node.children) == len(value) and all(map(says, node.children, value))
    if isinstance(value, bool):
        return node.text == str(value).lower()
    if isinstance(value, bytes):
        return node.kind == "bytes" and bytes.fromhex(node.text) == value
    if isinstance(value, float):
        # Of a float (32 bits) the shortest text is another double, of the same float.
        same = struct.pack("<f", float(node.text)) if abs(value) <= FLOAT_MOST else struct.pack("<d", float(node.text))
        return struct.pack("<d", float(node.text)) == struct.pack("<d", value) or (
            same == struct.pack("<f", value) if abs(value) <= FLOAT_MOST else str(float(node.text)) == str(value)
        )
    return node.text == str(value)


def _is_default(value: Any) -> bool:
    return value in (0, 0.0, "", b"", False)


def text_schema(text: str, message: str = "") -> Schema:
    """A schema of .proto text; `message` is what the user chose."""
    return Schema("test", 42, "PROTOBUF", text, subject=message)


BOUNDS = Bounds()


def reading(data: bytes, schema: Schema, message: str = "", bounds: Bounds = BOUNDS) -> Reading:
    """A message by its name, or the first of the schema."""
    book: Book = book_of(schema)
    found = book.types.messages[message] if message else book.types.files[0].messages[0]
    return read(data, 0, book, found, bounds)


def tagged(number: int, message: Any) -> bytes:
    """A message as field `number` of another, of less than 16 KB."""
    body: bytes = message.SerializeToString()
    tag = (number << 3) | 2
    return bytes([tag & 127 | 128, tag >> 7, len(body) & 127 | 128, len(body) >> 7]) + body


# Schemas of which messages are written by hand

SHOP = text_schema("""
    syntax = "proto3"; package shop;
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/struct.proto";
    import "google/protobuf/any.proto"; import "google/protobuf/duration.proto";
    message Order { string id = 1; int64 cents = 2; repeated int32 lines = 3; Order parent = 4; Size size = 5;
      oneof how { string card = 6; bool cash = 7; } map<int32, Size> sizes = 8; map<string, Order> orders = 9; float kg = 10;
      google.protobuf.Timestamp at = 11; google.protobuf.Int64Value weight = 12; repeated Order all = 13;
      google.protobuf.Struct more = 14; repeated string tags = 15; bytes proof = 16; google.protobuf.Any any = 17;
      google.protobuf.Duration took = 18; repeated google.protobuf.Timestamp stops = 19; google.protobuf.Value some = 20;
      google.protobuf.ListValue list = 21; map<string, google.protobuf.Value> by_name = 22; }
    enum Size { SMALL = 0; LARGE = 2; }
""")
OLD = text_schema("""
    syntax = "proto2"; package shop;
    message Order { required string id = 1; optional group Address = 6 { optional string street = 1; optional string city = 2; }
      repeated group Line = 7 { optional int32 n = 1; } optional Order parent = 8; map<string, Order> orders = 9; }
""")
FEW = text_schema(
    'syntax = "proto3"; package test; message Every { double one_double = 1; Every inner = 500; string one_string = 14; }'
)
