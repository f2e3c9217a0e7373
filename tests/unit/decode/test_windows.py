"""Parts that a tree leaves out, read by decoding a value once more: the same nodes as a tree has that leaves nothing out."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import bson
import cbor2
import msgpack
import pytest
from amazon.ion import simpleion
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from meshdesk.decode.by_schema import OneSchema
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Payload, Schemas
from meshdesk.decode.windows import has_windows
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.avros import written
from tests.unit.decode.lines import Named, framed
from tests.unit.decode.poison import Every
from tests.unit.decode.protos import text_schema
from tests.unit.decode.test_smile import Writer
from tests.unit.decode.test_thrift import PROTOCOLS

ORDER: dict[str, Any] = {
    "id": "Ö-1", "lines": [{"n": n, "codes": [*range(n, n + 60)]} for n in range(50)], "z": 1,
}  # fmt: skip
LINE = {
    "type": "record", "name": "L", "fields": [
        {"name": "n", "type": "int"}, {"name": "codes", "type": ["null", {"type": "array", "items": "int"}]},
    ],
}  # fmt: skip
AVRO = {
    "type": "record", "name": "O", "fields": [
        {"name": "id", "type": "string"}, {"name": "lines", "type": {"type": "array", "items": LINE}}, {"name": "z", "type": "int"},
    ],
}  # fmt: skip
NONE = Every(SchemaState.NO_REGISTRY)
ENOUGH = replace(BOUNDS, spans=True)
FEW = replace(ENOUGH, nodes=100)


def as_avro(said: Any) -> bytes:
    return framed(written(AVRO, said)).data or b""


def described() -> FileDescriptorProto:
    """message O { string id = 1; repeated L lines = 2; int32 z = 3; } message L { int32 n = 1; repeated int32 codes = 2; }"""
    file = FileDescriptorProto(name="o.proto", syntax="proto3")
    order, line = file.message_type.add(name="O"), file.message_type.add(name="L")
    kind, many = FieldDescriptorProto, FieldDescriptorProto.LABEL_REPEATED
    order.field.add(name="id", number=1, type=kind.TYPE_STRING)
    order.field.add(name="lines", number=2, type=kind.TYPE_MESSAGE, label=many, type_name=".L")
    order.field.add(name="z", number=3, type=kind.TYPE_INT32)
    line.field.add(name="n", number=1, type=kind.TYPE_INT32)
    line.field.add(name="codes", number=2, type=kind.TYPE_INT32, label=many)
    return file


def as_protobuf(said: Any) -> bytes:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(described())
    made = json_format.ParseDict(said, message_factory.GetMessageClass(pool.FindMessageTypeByName("O"))())
    return framed(b"\0" + made.SerializeToString()).data or b""


IDL = "struct L { 1: i32 n, 2: list<i32> codes } struct O { 1: string id, 2: list<L> lines, 3: i32 z }"


def as_smile(said: Any) -> bytes:
    writer = Writer(names=True, texts=True)
    writer.write(said)
    return bytes(writer.out)


def as_thrift(said: Any, protocol: str) -> bytes:
    buffer = TMemoryBuffer()
    out = PROTOCOLS[protocol](buffer)
    out.writeStructBegin("O")
    _field(out, 1, TType.STRING, lambda: out.writeString(said["id"]))
    _field(out, 2, TType.LIST, lambda: _list(out, TType.STRUCT, said["lines"], lambda line: _line(out, line)))
    _field(out, 3, TType.I32, lambda: out.writeI32(said["z"]))
    out.writeFieldStop()
    out.writeStructEnd()
    return bytes(buffer.getvalue())


def _line(out: Any, line: Any) -> None:
    out.writeStructBegin("L")
    _field(out, 1, TType.I32, lambda: out.writeI32(line["n"]))
    _field(out, 2, TType.LIST, lambda: _list(out, TType.I32, line["codes"], out.writeI32))
    out.writeFieldStop()
    out.writeStructEnd()


def _field(out: Any, number: int, kind: int, write: Callable[[], object]) -> None:
    out.writeFieldBegin("", kind, number)
    write()
    out.writeFieldEnd()


def _list(out: Any, kind: int, items: list[Any], write: Callable[[Any], object]) -> None:
    out.writeListBegin(kind, len(items))
    for item in items:
        write(item)
    out.writeListEnd()


WRITERS: dict[str, tuple[Callable[[Any], bytes], Schemas]] = {
    "JSON": (lambda said: json.dumps(said, indent=1, ensure_ascii=False).encode(), NONE),
    "JSON in UTF-16": (lambda said: json.dumps(said).encode("utf-16"), NONE),
    "JSON that was compressed": (lambda said: gzip.compress(json.dumps(said).encode()), NONE),
    "CBOR": (cbor2.dumps, NONE),
    "MessagePack": (msgpack.packb, NONE),
    "BSON": (bson.encode, NONE),
    "Smile": (as_smile, NONE),
    "Ion": (lambda said: bytes(simpleion.dumps(said)), NONE),
    "Thrift, binary": (
        lambda said: as_thrift(said, "binary"),
        OneSchema(Schema("", 0, "THRIFT", IDL), has_no_name=True),
    ),
    "Thrift, compact": (
        lambda said: as_thrift(said, "compact"),
        OneSchema(Schema("", 0, "THRIFT", IDL), has_no_name=True),
    ),
    "Avro": (as_avro, Named(Schema("test", 42, "AVRO", json.dumps(AVRO)))),
    "Protobuf": (as_protobuf, Named(text_schema(b64encode(described().SerializeToString()).decode()))),
}


def part(tree: Node, *names: str) -> Node:
    for name in names:
        tree = next(child for child in tree.children if child.name == name)
    return tree


@pytest.mark.parametrize("format", WRITERS)
def test_that_the_parts_from_one_on_are_those_of_the_whole_tree(format: str) -> None:
    write, schemas = WRITERS[format]
    sent = Payload(write(ORDER), "value", "orders", ())
    whole, few = decode(sent, schemas, ENOUGH), decode(sent, schemas, FEW)
    assert has_windows(few)
    lines = part(few.tree, "lines")
    assert lines.span == part(whole.tree, "lines").span
    assert len(lines.children) < 10
    assert lines.span is not None
    outer = lines.span[0], 40
    later = part(decode(sent, schemas, replace(FEW, windows=(outer,))).tree, "lines")
    assert [child.name for child in later.children[:2]] == ["40", "41"]
    assert later.children[0] == part(whole.tree, "lines", "40")
    assert later.children[-1].text == f"{10 - len(later.children[:-1])} more"
    codes = part(later, "41", "codes")
    assert codes.span is not None
    windows = outer, (codes.span[0], 50)
    inner = decode(sent, schemas, replace(FEW, windows=windows)).tree
    assert part(inner, "lines", "41", "codes").children == part(whole.tree, "lines", "41", "codes").children[50:]
    assert part(inner, "z") == part(whole.tree, "z")


@pytest.mark.parametrize("first", [1, 29, 30, 31])
def test_that_a_window_may_begin_anywhere_in_documents_line_by_line(first: int) -> None:
    sent = Payload("\n".join(json.dumps({"n": n}) for n in range(30)).encode(), "value", "orders", ())
    whole = decode(sent, NONE, ENOUGH).tree
    found = decode(sent, NONE, Bounds(spans=True, windows=((0, first),))).tree
    assert found.children == whole.children[first:]
    assert found.span == whole.span


def test_that_blocks_of_avro_are_passed_over_one_by_one() -> None:
    blocks = b"".join(b"\x06" + bytes((2 * n, 2 * n + 2, 2 * n + 4)) for n in range(0, 9, 3)) + b"\0"
    schema = Schema("test", 42, "AVRO", '{"type": "array", "items": "int"}')
    for first in range(9):
        found = decode(framed(blocks), Named(schema), Bounds(windows=((5, first),))).tree
        assert [(child.name, child.text) for child in found.children] == [(str(n), str(n)) for n in range(first, 9)]
