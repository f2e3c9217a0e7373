"""Samples that have broken decoders: every decoder must read or decline them, within its bounds."""

import bz2
import gzip
import json
import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from meshdesk.model.schema import Reference, Schema, SchemaName, SchemaState

ORDER = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "cents", "type": "long"},
        {"name": "note", "type": ["null", "string"]},
        {"name": "lines", "type": {"type": "array", "items": {"type": "map", "values": "double"}}},
        {"name": "parent", "type": ["null", "Order"]},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    ],
}


ORDER_PROTO = """
syntax = "proto3"; package shop;
import "google/protobuf/any.proto";
message Order {
  string id = 1; sint64 cents = 2; repeated int32 lines = 3; map<string, Order> parts = 4; Order parent = 5;
  google.protobuf.Any more = 6; repeated double prices = 7; oneof how { bool paid = 8; bytes proof = 9; }
  google.protobuf.Value free = 10; google.protobuf.Timestamp at = 11; other.Missing missing = 12;
  message Line { float weight = 1; }
}"""


def avro(schema: object, id: int = 42) -> Schema:
    return Schema("test", id, "AVRO", schema if isinstance(schema, str) else json.dumps(schema))


SCHEMAS = [
    avro(ORDER),
    avro({"type": "array", "items": "null"}),
    avro({"type": "record", "name": "Empty", "fields": []}),
    avro({"type": "map", "values": {"type": "array", "items": "bytes"}}),
    avro({"type": "record", "name": "Loop", "fields": [{"name": "next", "type": "Loop"}]}),
    avro("bytes"),
    avro("no schema at all"),
    avro('{"type": "record", "name": "X", "fields": [{"name": "a", "type": "Missing"}]}'),
    avro('{"type": ["not", {"a": 1}]}'),
    avro("[" * 5000),
    Schema("test", 42, "JSON", "{}"),
    Schema("test", 42, "THRIFT", "struct Order { 1: string id, 2: list<Order> lines, 3: map<string, binary> raw }"),
    Schema("test", 42, "FLATBUFFERS", "table T { id: string; next: T; all: [T]; n: [int]; } root_type T;"),
    Schema("test", 42, "FLATBUFFERS", "struct S { a: S; } table T { s: S; } root_type T;"),
    Schema("test", 42, "PROTOBUF", 'syntax = "proto3";'),
    Schema("test", 42, "PROTOBUF", ORDER_PROTO, subject="shop.Order"),
    Schema("test", 42, "PROTOBUF", "message A { message B { " * 500),
    Schema("test", 42, "PROTOBUF", "no schema at all"),
    Schema(
        "test",
        42,
        "AVRO",
        '"Other"',
        (Reference("Other", "other", 1, '{"type": "enum", "name": "Other", "symbols": ["A"]}'),),
    ),
]

PREFIX = b"\0\0\0\0\x2a"
HUGE_BLOCK = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # a count of 2^63 − 1

BOMB = zlib.compress(bytes(40 << 20), wbits=-15)


def _long(number: int) -> bytes:
    """As Avro writes one that is not negative."""
    out = bytearray()
    number *= 2
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _nested(tag: bytes, depth: int) -> bytes:
    """Messages of Protobuf within each other, by the tag of one field."""
    data = b""
    for _ in range(depth):
        length, size = bytearray(), len(data)
        while size > 0x7F:
            length.append(size & 0x7F | 0x80)
            size >>= 7
        data = tag + bytes((*length, size)) + data
    return data


POISON = {
    "groups in groups": PREFIX + b"\0" + b"\x0b" * 5_000 + b"\x0c" * 5_000,
    "a group without an end": PREFIX + b"\0\x0b",
    "messages in messages": PREFIX + b"\0" + _nested(b"\x2a", 3_000),
    "values in values": PREFIX + b"\0" + _nested(b"\x52", 3_000),
    "a length of 2^63": PREFIX + b"\0\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    "many packed numbers": PREFIX + b"\0\x1a\xc0\x9a\x0c" + b"\1" * 200_000,
    "many numbers that are not packed": PREFIX + b"\0" + b"\x18\1" * 200_000,
    "ten thousand keys that are one": PREFIX + b"\0" + b"\x22\x02\x0a\0" * 10_000,
    "a message without a schema, nested": _nested(b"\x0a", 5_000),
    "indexes without an end": PREFIX + b"\xfe\xff\xff\xff\x0f",
    "a container without a head": b"Obj\x01",
    "a container of an endless map": b"Obj\x01" + HUGE_BLOCK,
    "a container whose blocks are nothing": b'Obj\x01\x02\x16avro.schema\x0c"null"\0'
    + b"s" * 16
    + HUGE_BLOCK.replace(b"\xfe", b"\xff", 1)[:9]
    + b"\x01\0"
    + b"s" * 16,
    "a container that unpacks to a gigabyte": b'Obj\x01\x04\x16avro.schema\x0e"bytes"\x14avro.codec\x0edeflate\0'
    + b"s" * 16
    + b"\x02"
    + _long(len(BOMB))
    + BOMB
    + b"s" * 16,
    "Glue's prefix and nothing": b"\x03\x05" + b"\x44" * 16,
    "Glue's prefix before a gigabyte": b"\x03\x05"
    + b"\x44" * 16
    + b"\x78\x9c"
    + BOMB
    + zlib.adler32(bytes(40 << 20)).to_bytes(4, "big"),
    "a GUID and nothing": b"\x01" + b"\x44" * 16,
    "a fingerprint and nothing": b"\xc3\x01" + b"\x44" * 8,
    "one zero byte": b"\0",
    "a prefix and nothing": PREFIX,
    "a short prefix": b"\0\0\0",
    "a negative id": b"\0\xff\xff\xff\xff{}",
    "an int64": struct.pack(">q", 42),
    "a block of 2^63 nothings": PREFIX + HUGE_BLOCK + b"\0",
    "a string of negative length": PREFIX + b"\x01",
    "a varint without an end": PREFIX + b"\xff" * 40,
    "loops to the end": PREFIX + b"\0" * 100_000,
    "ten thousand brackets": b"[" * 10_000,
    "ten thousand objects": b'{"a":' * 10_000,
    "closed brackets": b"[" * 900 + b"]" * 900,
    "a number of a million digits": b'{"n": ' + b"9" * 1_000_000 + b"}",
    "a real of a million digits": b"[0." + b"1" * 1_000_000 + b"e99999]",
    "five megabytes of JSON": b"[" + b'{"a": "b"},' * 450_000 + b"{}]",
    "a lone surrogate": rb'["\ud800"]',
    "half a surrogate in UTF-16": b"\xff\xfe\x00\xd8",
    "a mark and nothing": b"\xef\xbb\xbf",
    "JSON and more": b'{"a": 1} and more',
    "a line of JSON and one of text": b'{"a": 1}\nand more\n',
    "only line ends": b"\n\n\n",
    "NaN": b"[NaN, Infinity, -Infinity]",
    "every byte": bytes(range(256)),
    "a megabyte of zeros": b"\0" * 1_000_000,
    "direction marks": "a\u202eb\u2066c".encode(),
    "an open string": b'"' + b"a" * 100_000,
}

POISON |= {
    "a bomb of gzip": gzip.compress(gzip.compress(b"\0" * 40_000_000)),
    "half of gzip": gzip.compress(b"abc" * 100)[:-9],
    "gzip in itself": gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"{}"))))),
    "a bomb of bzip2": bz2.compress(b"\0" * 40_000_000),
    "zstd that says 4 GB": b"\x28\xb5\x2f\xfd\xa0\xff\xff\xff\xff\x01\x00\x00",
    "a block of LZ4 that copies for ever": b"\xff\xff\xff\x01\x1fa\x01\x00" + b"\xff" * 100_000 + b"\0",
    "xz that asks for 1.5 GB of memory": lzma.compress(b"abc", preset=6)[:14] + b"\x27" + b"\0" * 40,
    "an array of MessagePack that says 2^32": b"\xdd\xff\xff\xff\xff\xa1a",
    "arrays of MessagePack without an end": b"\x91" * 5_000,
    "half a million numbers of MessagePack": b"\xdd\x00\x07\xa1\x20" + b"\x01" * 500_000,
    "maps of MessagePack in a row": b"\x81\xa1a\x01" * 20_000,
    "arrays of CBOR without an end": b"\x9f" * 5_000,
    "tags of CBOR without an end": b"\xd9\xd9\xf7" + b"\xc1" * 5_000,
    "a bignum of CBOR of a megabyte": b"\xd9\xd9\xf7\xc2\x5a\x00\x0f\x42\x40" + b"\xff" * 1_000_000,
    "a decimal of CBOR with a huge exponent": b"\xd9\xd9\xf7\xc4\x82\x1a\x7f\xff\xff\xff\x01",
    "a key of CBOR that is an array of arrays": b"\xa1" + b"\x81" * 150 + b"\x01\x01",
    "Smile that opens for ever": b":)\n\x00" + b"\xf8" * 5_000,
    "a decimal of Smile with a huge scale": b":)\n\x00\x2a\x7f\x7f\x7f\x7f\xbf\x81\x01\x01",
    "BSON that nests": b"\x00".join(b"\xff\x00\x00\x00\x03a" for _ in range(500)) + b"\0",
    "empty BSON": b"\x05\0\0\0\0",
    "a billion laughs": b'<!DOCTYPE o [<!ENTITY a "ha">' + b'<!ENTITY b "&a;&a;&a;&a;">' * 20 + b"]><o>&b;</o>",
    "ten thousand elements": b"<a>" * 10_000 + b"</a>" * 10_000,
    "an element with ten thousand attributes": b"<a " + b" ".join(b'a%d="x"' % n for n in range(10_000)) + b"/>",
    "a billion laughs of YAML": b"---\na0: &a0 [x, x]\n"
    + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60)),
    "YAML that nests": b"--- " + b"[" * 5_000,
    "YAML that asks for an object": b"--- !!python/object/apply:os.getpid []\n",
    "a value of Ion longer than all": b"\xe0\x01\x00\xea\xbe\x7f\x7f\x7f\xff",
    "a table of Ion with a billion symbols": b"\xe0\x01\x00\xea\xec\x81\x83\xd9\x86\xb7\xd6\x88\x24\x3b\x9a\xca\x00",
    "a decimal of Ion with a huge exponent": b"\xe0\x01\x00\xea\x56\x0f\x7f\x7f\x7f\xff\x05",
    "text of Ion that nests": b"$ion_1_0 " + b"[" * 5_000,
    "a number of Ion of a million digits": b"$ion_1_0 0x" + b"f" * 1_000_000,
    "an array of Java of 2^31 items": b"\xac\xed\0\5\x75\x72\0\2[I" + bytes(8) + b"\2\0\0\x78\x70\x7f\xff\xff\xff",
    "classes of Java without an end": b"\xac\xed\0\5" + (b"\x73\x72\0\1A" + bytes(8) + b"\2\0\0") * 2_000,
    "an object of Java in which all are forgotten": b"\xac\xed\0\5\x73\x72\0\1A"
    + bytes(8)
    + b"\2\0\1L\0\1a\x74\0\1A\x78\x70\x79\x74\0\1b",
    "Parquet and nothing": b"PAR1" + b"\xff" * 40 + b"PAR1",
    "Arrow and nothing": b"ARROW1\0\0" + b"\xff" * 40 + b"ARROW1",
    "a stream of Arrow that says 2 GB": b"\xff\xff\xff\xff\xff\xff\xff\x7f\x10\0\0\0" + b"\0" * 40,
    "ORC and nothing": b"ORC" + b"\xff" * 40,
    "a list of Kafka's that says 2^31": b"\0\0\0\0\0\x7f\xff\xff\xff",
    "nulls of Kafka's": b"\0\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02",
    "Thrift that nests": b"\x1c" * 5_000 + b"\0",
    "a list of Thrift that says 2^31": b"\x0f\0\1\x0b\x7f\xff\xff\xff\0",
    "a buffer that leads out of itself": b"\xff\xff\xff\x7f" * 10,
    "words of an old encoding": "Grüße ".encode("latin-1") * 5_000,
}


class Every:
    """A registry that answers every id alike."""

    def __init__(self, answer: Schema | SchemaState) -> None:
        self._answer = answer

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return SchemaState.UNKNOWN_ID if name.kind in ("subject", "type") else self._answer


class EveryFile(Every):
    """The same, and a schema file for every topic."""

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._answer


def answers(data: bytes) -> list[Every]:
    """All that a registry and files may say of a sample; one of it is enough for bytes without a zero before them: they name
    no schema."""
    every = [*map(EveryFile, SCHEMAS), *map(Every, SchemaState)]
    return every if data[:1] in (b"\0", b"\x03") else every[:1]


@contextmanager
def sample(name: str) -> Iterator[bytes]:
    """The bytes of a sample, and what goes wrong with them names it: one test takes them all, as 6,000 tests of a millisecond
    each cost half a minute of the whole run."""
    try:
        yield POISON[name]
    except BaseException as error:
        error.add_note(f"The sample: {name}.")
        raise
