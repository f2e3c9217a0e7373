"""FlatBuffers by a schema that was chosen (flatbuffers.dev, "Internals"): tables, structs, vectors, unions, enums and defaults.

Nothing in such bytes says what they are, and offsets may lead anywhere: without a schema they are not read.
"""

import struct

from meshdesk.decode.contract import Bounds, Decoded, Layer, Undecodable
from meshdesk.decode.moments import real
from meshdesk.decode.walk import Walk, whole, words_in
from meshdesk.model.fbs import SCALARS, Enum, Fbs, Field, Table, parsed
from meshdesk.model.node import Kind, Node
from meshdesk.model.proto_schema import BadSchema
from meshdesk.model.schema import Schema

NAME = "FlatBuffers"


def decode(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    """The root table of a buffer. Raises Undecodable."""
    try:
        fbs = parsed(schema.text, tuple(one.text for one in schema.references))
        return _decoded(data, fbs, schema, bounds)
    except BadSchema as why:
        raise Undecodable(f"the schema is none of FlatBuffers: {why}") from None


def _decoded(data: bytes, fbs: Fbs, schema: Schema, bounds: Bounds) -> Decoded:
    root = fbs.tables.get(schema.subject) or fbs.tables.get(fbs.root)
    if root is None:
        raise Undecodable("the schema says no root_type that it defines")
    if len(data) > bounds.bytes or len(data) < 8:
        raise Undecodable("it is too short or too long for a buffer of FlatBuffers")
    is_root = root.name == fbs.root  # only of that the identifier speaks
    if is_root and fbs.identifier and data[4:8] != fbs.identifier.encode():
        raise Undecodable(f"its identifier is not {fbs.identifier}, which the schema says")
    reading = _Reading(data, fbs, bounds)
    try:
        tree = reading.table("", root, reading.offset(0))
    except struct.error:
        raise Undecodable("an offset leads out of the buffer") from None
    reading.at = len(data)  # what lies between the parts is of no table
    detail = f"{root.name}, {fbs.identifier}" if is_root and fbs.identifier else root.name
    return Decoded(whole(tree, reading, NAME), (Layer(NAME, detail),), NAME, schema, words=words_in(reading))


class _Reading(Walk):
    """A walk that follows offsets: where it is, is where the last part ends."""

    __slots__ = ("_fbs",)

    def __init__(self, data: bytes, fbs: Fbs, bounds: Bounds) -> None:
        super().__init__(data, bounds)
        self._fbs = fbs

    def _number(self, form: str, at: int) -> int:
        if at < 0:
            raise Undecodable("an offset leads out of the buffer")
        return int(struct.unpack_from(form, self.data, at)[0])

    def offset(self, at: int) -> int:
        """Where the offset at a place leads to."""
        return at + self._number("<I", at)

    def table(self, name: str, table: Table, at: int) -> Node | None:
        """A table, or a struct in its place; fields that are not there have their defaults, or are left out."""
        parts = self.record(name, at)
        if table.is_struct:
            for field, place in self._fbs.layout(table):
                parts.add(self._value(field, at + place))
            self.at = at + self._fbs.size_of(table.name)
            return parts.node(name, "record")
        vtable = at - self._number("<i", at)
        size, length = self._number("<H", vtable), self._number("<H", vtable + 2)
        if size < 4 or size % 2 or length < 4 or vtable + size > len(self.data):
            raise Undecodable(f"no table stands at byte {at:,}")
        places = struct.unpack_from(f"<{size // 2 - 2}H", self.data, vtable + 4)
        union = 0
        for field in table.fields:
            place = places[field.slot] if field.slot < len(places) else 0
            if field.is_union:
                if place and union:
                    parts.add(self._union(field, union, at + place))
                continue
            if place:
                parts.add(self._value(field, at + place))
            elif field.default:
                parts.add(self._default(field))
            if field.of_union:
                union = self._number("<B", at + place) if place else 0
        self.at = min(at + length, len(self.data))
        return parts.node(name, "record")

    def _default(self, field: Field) -> Node | None:
        """What stands in no bytes."""
        enum = self._fbs.enums.get(field.type)
        text = field.default
        kind: Kind = "float" if field.type in ("float", "double") else "boolean" if field.type == "bool" else "int"
        if enum is not None:
            kind = "enum"
            text = enum.word_of(_number_in(text, enum))
        elif kind == "boolean":
            text = {"0": "false", "1": "true"}.get(text, text)
        return self._nowhere(field.name, kind, text, "default")

    def _nowhere(self, name: str, kind: Kind, text: str, note: str) -> Node | None:
        node = self.made(name, kind, text, self.at, note)
        return None if node is None else Node(name, kind, node.text, (), note)

    def _union(self, field: Field, number: int, at: int) -> Node | None:
        member = self._fbs.unions[field.type].get(number, "")
        target = self.offset(at)
        if member == "string":
            return self._text(field.name, target)
        table = self._fbs.tables.get(member)
        if table is None:
            return self._nowhere(field.name, "null", "null", f"member {number} of the union, which the schema has not")
        return self.table(field.name, table, target)

    def _value(self, field: Field, at: int) -> Node | None:
        if field.count:
            return self._items(field.name, field.type, at, at, field.count)
        if field.is_vector:
            return self._vector(field.name, field.type, self.offset(at))
        return self._single(field.name, field.type, at)

    def _single(self, name: str, kind: str, at: int) -> Node | None:
        if kind == "string":
            return self._text(name, self.offset(at))
        table = self._fbs.tables.get(kind)
        if table is not None:
            return self.table(name, table, at if table.is_struct else self.offset(at))
        enum = self._fbs.enums.get(kind)
        form = SCALARS[enum.type if enum else kind]
        value = struct.unpack_from(form, self.data, at)[0]
        self.at = at + struct.calcsize(form)
        if enum is not None:
            return self.made(name, "enum", enum.word_of(int(value)), at, str(int(value)))
        if kind == "bool":
            return self.made(name, "boolean", "true" if value else "false", at)
        if isinstance(value, float):
            return self.made(name, "float", real(value), at, "float32" if form == "<f" else "")
        return self.made(name, "int", str(value), at)

    def _piece(self, at: int, size: int) -> tuple[int, bytes]:
        count = self._number("<I", at)
        if at + 4 + count * size > len(self.data):
            raise Undecodable(f"the {count:,} items that byte {at:,} says are not there")
        return count, self.data[at + 4 : at + 4 + count * size]

    def _text(self, name: str, at: int) -> Node | None:
        count, data = self._piece(at, 1)
        self.at = at + 4 + count
        return self.text(name, data, at)

    def _vector(self, name: str, kind: str, at: int) -> Node | None:
        count, data = self._piece(at, self._fbs.size_of(kind))
        if kind in ("ubyte", "uint8"):
            self.at = at + 4 + len(data)
            return self.hex(name, data, at)
        return self._items(name, kind, at, at + 4, count)

    def _items(self, name: str, kind: str, start: int, first: int, count: int) -> Node | None:
        """Items side by side, no more of which are looked at than are shown."""
        parts = self.array(name, start)
        size = self._fbs.size_of(kind)
        for number in range(min(count, self.bounds.width)):
            if self.nodes <= 0:
                break
            parts.add(self._single(str(number), kind, first + number * size))
        self.at = first + count * size
        return parts.node(name, "array", "", count)


def _number_in(default: str, enum: Enum) -> int:
    """The number of a default, which may be a word; 0 where it is none of either."""
    try:
        return int(default, 0)
    except ValueError:
        return enum.number_of(default)
