"""Samples that have broken decoders: every decoder must read or decline them, within its bounds."""

import bz2
import gzip
import json
import lzma
import struct

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
    Schema("test", 42, "PROTOBUF", 'syntax = "proto3";'),
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

POISON = {
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
    "megabytes of zeros": b"\0" * 3_000_000,
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
}


class Every:
    """A registry that answers every id alike."""

    def __init__(self, answer: Schema | SchemaState) -> None:
        self._answer = answer

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._answer


def answers(data: bytes) -> list[Every]:
    """All that a registry may say of a sample; one of it is enough for bytes without a zero before them: they name no schema."""
    every = [*map(Every, SCHEMAS), *map(Every, SchemaState)]
    return every if data[:1] == b"\0" else every[:1]
