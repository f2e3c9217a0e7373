"""FlatBuffers by a schema that was chosen (flatbuffers.dev, "Internals"): tables, structs, vectors, unions, enums and defaults.

Nothing in such bytes says what they are, and offsets may lead anywhere: without a schema they are not read.
"""

import struct
from dataclasses import replace

from meshdesk.decode.contract import Bounds, Decoded, Layer, Undecodable
from meshdesk.decode.moments import real
from meshdesk.decode.walk import STEPS
from meshdesk.model.fbs import SCALARS, Fbs, Field, Table, parsed
from meshdesk.model.node import Kind, Node, hexed, more, shortened
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
        tree = reading.table("", root, reading.offset(0), 0)
    except struct.error:
        raise Undecodable("an offset leads out of the buffer") from None
    if tree is None:
        raise Undecodable("nothing may be made of it")
    detail = f"{root.name}, {fbs.identifier}" if is_root and fbs.identifier else root.name
    return Decoded(tree, (Layer(NAME, detail),), NAME, schema)


class _Reading:
    """The bytes, what the schema says, and how much may still be made."""

    def __init__(self, data: bytes, fbs: Fbs, bounds: Bounds) -> None:
        self._data, self._fbs, self._bounds = data, fbs, bounds
        self._left = bounds.nodes
        self._steps = 0

    def _number(self, form: str, at: int) -> int:
        if at < 0:
            raise Undecodable("an offset leads out of the buffer")
        return int(struct.unpack_from(form, self._data, at)[0])

    def offset(self, at: int) -> int:
        """Where the offset at a place leads to."""
        return at + self._number("<I", at)

    def _room(self) -> bool:
        self._steps += 1
        if self._steps > STEPS:
            raise Undecodable(f"it holds more than {STEPS:,} values")
        self._left -= 1
        return self._left >= 0

    def table(self, name: str, table: Table, at: int, depth: int) -> Node | None:
        """A table, or a struct in its place; fields that are not there have their defaults, or are left out."""
        if depth > self._bounds.depth:
            raise Undecodable(f"it is nested deeper than {self._bounds.depth} levels")
        if not self._room():
            return None
        if table.is_struct:
            parts = [self._value(field.name, field, at + place, depth + 1) for field, place in self._fbs.layout(table)]
            return _container(name, "record", parts, len(parts), (at, at + self._fbs.size_of(table.name)))
        vtable = at - self._number("<i", at)
        size, length = self._number("<H", vtable), self._number("<H", vtable + 2)
        if size < 4 or size % 2 or length < 4 or vtable + size > len(self._data):
            raise Undecodable(f"no table stands at byte {at:,}")
        places = [self._number("<H", vtable + slot) for slot in range(4, size - 1, 2)]
        shown: list[Node | None] = []
        union = 0
        for field in table.fields:
            place = places[field.slot] if field.slot < len(places) else 0
            if field.is_union:
                node = self._union(field, union, at + place, depth) if place and union else None
                shown += [node] if place and union else []
                continue
            if place:
                node = self._value(field.name, field, at + place, depth + 1)
                shown.append(node)
            elif field.default and self._room():
                node = self._default(field)
                shown.append(node)
            else:
                node = None
            if field.of_union:
                union = self._number("<B", at + place) if place else 0
        return _container(
            name, "record", shown[: self._bounds.width], len(shown), (at, min(at + length, len(self._data)))
        )

    def _default(self, field: Field) -> Node:
        enum = self._fbs.enums.get(field.type)
        number = field.default
        kind: Kind = "float" if field.type in ("float", "double") else "boolean" if field.type == "bool" else "int"
        if enum is not None:
            word = enum.word_of(int(number) if number.lstrip("-").isdigit() else enum.number_of(number))
            return Node(field.name, "enum", word, (), "default")
        text = {"0": "false", "1": "true"}.get(number, number) if kind == "boolean" else number
        return Node(field.name, kind, text, (), "default")

    def _union(self, field: Field, number: int, at: int, depth: int) -> Node | None:
        member = self._fbs.unions[field.type].get(number, "")
        target = self.offset(at)
        if member == "string":
            return self._text(field.name, target)
        table = self._fbs.tables.get(member)
        if table is None:
            return (
                Node(field.name, "null", "null", (), f"member {number} of the union, which the schema has not")
                if self._room()
                else None
            )
        return self.table(field.name, table, target, depth + 1)

    def _value(self, name: str, field: Field, at: int, depth: int) -> Node | None:
        if field.count:
            size = self._fbs.size_of(field.type)
            items = [
                self._single(str(n), field.type, at + n * size, depth)
                for n in range(min(field.count, self._bounds.width))
            ]
            return (
                _container(name, "array", items, field.count, (at, at + field.count * size)) if self._room() else None
            )
        if field.is_vector:
            return self._vector(name, field, self.offset(at), depth)
        return self._single(name, field.type, at, depth)

    def _single(self, name: str, kind: str, at: int, depth: int) -> Node | None:
        enum = self._fbs.enums.get(kind)
        if kind == "string":
            return self._text(name, self.offset(at))
        table = self._fbs.tables.get(kind)
        if table is not None:
            return self.table(name, table, at if table.is_struct else self.offset(at), depth)
        form = SCALARS[enum.type if enum else kind]
        value = struct.unpack_from(form, self._data, at)[0]
        if not self._room():
            return None
        span = (at, at + struct.calcsize(form))
        if enum is not None:
            return Node(name, "enum", enum.word_of(int(value)), (), str(int(value)), span)
        if kind == "bool":
            return Node(name, "boolean", "true" if value else "false", (), "", span)
        if isinstance(value, float):
            return Node(name, "float", real(value), (), "float32" if form == "<f" else "", span)
        return Node(name, "int", str(value), (), "", span)

    def _piece(self, at: int, size: int) -> tuple[int, bytes]:
        count = self._number("<I", at)
        if at + 4 + count * size > len(self._data):
            raise Undecodable(f"the {count:,} items that byte {at:,} says are not there")
        return count, self._data[at + 4 : at + 4 + count * size]

    def _text(self, name: str, at: int) -> Node | None:
        count, data = self._piece(at, 1)
        if not self._room():
            return None
        span = (at, at + 4 + count)
        try:
            return Node(name, "string", shortened(data.decode("utf-8"), self._bounds.text), (), "", span)
        except UnicodeDecodeError:
            return Node(name, "bytes", hexed(data, self._bounds.text), (), "text that is no UTF-8", span)

    def _vector(self, name: str, field: Field, at: int, depth: int) -> Node | None:
        size = self._fbs.size_of(field.type)
        count, data = self._piece(at, size)
        span = (at, at + 4 + len(data))
        if not self._room():
            return None
        if field.type in ("ubyte", "uint8"):
            return Node(name, "bytes", hexed(data, self._bounds.text), (), "", span)
        shown: list[Node | None] = []
        for number in range(min(count, self._bounds.width)):
            if self._left <= 0:
                break
            shown.append(self._single(str(number), field.type, at + 4 + number * size, depth))
        return _container(name, "array", shown, count, span)


def _container(name: str, kind: Kind, parts: list[Node | None], count: int, span: tuple[int, int]) -> Node:
    shown = [part for part in parts if part is not None]
    rest = (more(count - len(shown)),) if count > len(shown) else ()
    return replace(Node(name, kind, ""), children=(*shown, *rest), span=span)
