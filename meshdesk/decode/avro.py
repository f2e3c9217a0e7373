"""Avro binary encoding (Avro specification 1.12, "Binary Encoding"), walked by the writer's schema, with the bytes of each node.

A schema is compiled once to a tree of reading functions. Every one of them moves a cursor; what it cannot read raises.
"""

import json
import struct
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.model.node import Kind, Node
from meshdesk.model.schema import Schema

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
NAMED = ("record", "error", "enum", "fixed")
STEPS = 3_000_000  # values walked in one payload, shown or not; some two seconds
DECIMAL_BYTES = 1_500  # Python writes numbers of up to 4,300 digits
COMPILED = 256  # schemas kept compiled: more than a person looks at in an hour
EPOCH = date(1970, 1, 1)


class Cursor:
    """Where reading is, and how much may still be made of the payload."""

    __slots__ = ("at", "bounds", "data", "depth", "nodes", "shift", "steps")

    def __init__(self, data: bytes, bounds: Bounds, shift: int) -> None:
        self.data, self.bounds, self.shift = data, bounds, shift
        self.at = self.depth = self.steps = 0
        self.nodes = bounds.nodes


Read = Callable[[Cursor, str], Node | None]  # None: read, but beyond the bound on nodes


def tree_of(data: bytes, schema: Schema, bounds: Bounds, shift: int = 0) -> Node:
    """The value in `data`, which must end where the value ends; `shift` is how far behind the payload's start it lies.

    Raises Undecodable.
    """
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    read = compiled(schema)
    cursor = Cursor(data, bounds, shift)
    try:
        if read is _bytes:
            # Confluent's serialisers write the value of a schema that is just "bytes" raw, without its Avro length.
            return Node("", "bytes", data[: bounds.text // 2].hex(), span=(shift, shift + len(data)))
        node = read(cursor, "")
    except (IndexError, struct.error):
        raise Undecodable(f"Avro schema {schema.id} needs more bytes than the {len(data):,} there are") from None
    except UnicodeDecodeError:
        raise Undecodable(f"Avro schema {schema.id} says text where the bytes are no UTF-8") from None
    except (RecursionError, OverflowError):
        raise Undecodable(f"Avro schema {schema.id} nests these bytes too deep") from None
    if cursor.at != len(data):
        raise Undecodable(f"Avro schema {schema.id} reads {cursor.at:,} of {len(data):,} bytes")
    if node is None:
        raise Undecodable("nothing may be made of it")
    return node


@lru_cache(maxsize=COMPILED)
def compiled(schema: Schema) -> Read:
    """The reading function of a schema and what it refers to. Raises Undecodable where the schema cannot be understood."""
    compiler = _Compiler()
    try:
        for reference in schema.references:
            compiler.compile(json.loads(reference.text), "")
        return compiler.compile(
            json.loads(schema.text) if schema.text.lstrip()[:1] in '{["' else schema.text.strip(), ""
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Undecodable(f"schema {schema.id} cannot be understood ({type(error).__name__}: {error})") from None


# Reading


def _long(cursor: Cursor) -> int:
    """A zig-zag varint of at most ten bytes."""
    data, at, shift, value = cursor.data, cursor.at, 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise Undecodable(f"a number at byte {cursor.at:,} has more than ten bytes")
    cursor.at = at
    return (value >> 1) ^ -(value & 1)


def _take(cursor: Cursor, length: int) -> bytes:
    end = cursor.at + length
    if length < 0 or end > len(cursor.data):
        raise IndexError
    piece = cursor.data[cursor.at : end]
    cursor.at = end
    return piece


def _made(cursor: Cursor, name: str, kind: Kind, text: str, start: int, note: str = "") -> Node | None:
    cursor.steps += 1
    if cursor.nodes <= 0:
        if cursor.steps > STEPS:
            raise Undecodable(f"it holds more than {STEPS:,} values")
        return None
    cursor.nodes -= 1
    cut = len(text) - cursor.bounds.text
    if cut > 0:
        text, note = text[: cursor.bounds.text], f"{cut:,} more characters"
    return Node(name, kind, text, (), note, (start + cursor.shift, cursor.at + cursor.shift))


def _null(cursor: Cursor, name: str) -> Node | None:
    return _made(cursor, name, "null", "null", cursor.at)


def _boolean(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    byte = _take(cursor, 1)[0]
    if byte > 1:
        raise Undecodable(f"byte {start:,} is {byte} where a boolean is 0 or 1")
    return _made(cursor, name, "boolean", "true" if byte else "false", start)


def _int(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "int", str(_long(cursor)), start)


def _float(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "float", _real(struct.unpack("<f", _take(cursor, 4))[0]), start)


def _double(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "float", _real(struct.unpack("<d", _take(cursor, 8))[0]), start)


def _bytes(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "bytes", _take(cursor, _long(cursor)).hex(), start)


def _string(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "string", _take(cursor, _long(cursor)).decode("utf-8"), start)


READERS: dict[str, Read] = {
    "null": _null, "boolean": _boolean, "int": _int, "long": _int, "float": _float, "double": _double,
    "bytes": _bytes, "string": _string,
}  # fmt: skip


def _real(number: float) -> str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(number), repr(number))


# Compiling


class _Compiler:
    """Turns a schema's JSON into reading functions; named types are known by their full names."""

    def __init__(self) -> None:
        self._named: dict[str, Read] = {}

    def compile(self, schema: Any, space: str) -> Read:
        """Raises ValueError, KeyError and TypeError for what is no Avro schema."""
        if isinstance(schema, str):
            return self._reference(schema, space)
        if isinstance(schema, list):
            return _union([self.compile(branch, space) for branch in schema])
        kind = schema["type"]
        if isinstance(kind, dict | list):
            return self.compile(kind, space)
        if kind in ("record", "error"):
            return self._record(schema, space)
        if kind == "enum":
            return self._name(schema, space, _enum([str(symbol) for symbol in schema["symbols"]]))
        if kind == "fixed":
            return self._name(schema, space, _logical(schema) or _fixed(int(schema["size"])))
        if kind == "array":
            return _blocks("array", self.compile(schema["items"], space))
        if kind == "map":
            return _blocks("map", self.compile(schema["values"], space))
        return _logical(schema) or self._reference(kind, space)

    def _reference(self, name: str, space: str) -> Read:
        if name in READERS:
            return READERS[name]
        for full in (name, f"{space}.{name}"):
            if full in self._named:
                return self._named[full]
        raise ValueError(f"the type {name} is not defined")

    def _name(self, schema: Any, space: str, read: Read) -> Read:
        self._named[_full_name(schema, space)] = read
        return read

    def _record(self, schema: Any, space: str) -> Read:
        full = _full_name(schema, space)
        fields: list[tuple[str, Read]] = []
        read = _record(fields)
        self._named[full] = read  # before its fields, which may refer to it
        inner = full.rpartition(".")[0]
        fields += [(str(field["name"]), self.compile(field["type"], inner)) for field in schema["fields"]]
        return read


def _full_name(schema: Any, space: str) -> str:
    name = str(schema["name"])
    if "." in name:
        return name
    space = str(schema.get("namespace", space))
    return f"{space}.{name}" if space else name


def _nested(cursor: Cursor) -> None:
    cursor.depth += 1
    if cursor.depth > cursor.bounds.depth:
        raise Undecodable(f"it is nested deeper than {cursor.bounds.depth} levels")


def _record(fields: list[tuple[str, Read]]) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        _nested(cursor)
        own = _made(cursor, name, "record", "", start)
        children = [read_field(cursor, field) for field, read_field in fields]
        cursor.depth -= 1
        return own and _container(cursor, own, children, start)

    return read


def _container(cursor: Cursor, own: Node, children: list[Node | None], start: int, count: int | None = None) -> Node:
    shown = tuple(child for child in children if child is not None)
    left_out = (len(children) if count is None else count) - len(shown)
    span = (start + cursor.shift, cursor.at + cursor.shift)
    return Node(own.name, own.kind, "", shown, f"{left_out:,} more" if left_out else "", span)


def _enum(symbols: list[str]) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        number = _long(cursor)
        if not 0 <= number < len(symbols):
            raise Undecodable(f"symbol {number} at byte {start:,} is none of the {len(symbols)} that the schema has")
        return _made(cursor, name, "enum", symbols[number], start)

    return read


def _fixed(size: int) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        return _made(cursor, name, "bytes", _take(cursor, size).hex(), start)

    return read


def _union(branches: list[Read]) -> Read:
    optional = len(branches) == 2 and _null in branches

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        number = _long(cursor)
        if not 0 <= number < len(branches):
            raise Undecodable(f"branch {number} at byte {start:,} is none of the {len(branches)} that the union has")
        node = branches[number](cursor, name)
        if node is None:
            return None
        note = (
            node.note if optional else ", ".join(filter(None, (node.note, f"branch {number + 1} of {len(branches)}")))
        )
        return Node(name, node.kind, node.text, node.children, note, (start + cursor.shift, cursor.at + cursor.shift))

    return read


def _blocks(kind: Kind, read_item: Read) -> Read:
    """Arrays and maps: blocks of a count and items, a negative count with the block's size in bytes behind it, 0 at the end."""

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        _nested(cursor)
        own = _made(cursor, name, kind, "", start)
        children: list[Node | None] = []
        total = 0
        while (count := _long(cursor)) != 0:
            if count < 0:
                count = -count
                _long(cursor)
            for number in range(count):
                before = cursor.at
                key = str(total + number) if kind == "array" else _take(cursor, _long(cursor)).decode("utf-8")
                child = read_item(cursor, key)
                if child is not None:
                    children.append(child)
                elif cursor.at == before:
                    break  # items of no bytes, and none of them is shown any more: the count is all there is
            total += count
        cursor.depth -= 1
        return own and _container(cursor, own, children, start, total)

    return read


# Logical types: where they do not fit their type they are ignored, as the specification says.


def _logical(schema: Any) -> Read | None:
    word, kind = schema.get("logicalType"), schema["type"]
    if word == "decimal" and kind in ("bytes", "fixed"):
        return _decimal(schema)
    if word == "uuid" and kind == "string":
        return _noted(_string, "uuid", "")
    if word == "uuid" and kind == "fixed" and schema.get("size") == 16:
        return _read_as(lambda cursor: _uuid(_take(cursor, 16)), "uuid", "")
    if word == "duration" and kind == "fixed" and schema.get("size") == 12:
        return _read_as(lambda cursor: _duration(_take(cursor, 12)), "duration", "")
    read = _MOMENTS.get((word, kind))
    return _read_as(read[0], read[1], str(word)) if read else None


def _noted(inner: Read, kind: Kind, note: str) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        node = inner(cursor, name)
        return node and Node(name, kind, node.text, (), note, node.span)

    return read


def _read_as(text: Callable[[Cursor], str], kind: Kind, note: str) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        shown = text(cursor)
        # A number that no calendar has is shown as the number it is.
        return _made(cursor, name, "int" if shown.lstrip("-").isdigit() else kind, shown, start, note)

    return read


def _decimal(schema: Any) -> Read | None:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if not isinstance(precision, int) or not isinstance(scale, int) or not 0 <= scale <= precision:
        return None
    size = schema.get("size") if schema["type"] == "fixed" else None
    note = f"decimal({precision},{scale})"

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        data = _take(cursor, _long(cursor) if size is None else int(size))
        if len(data) > DECIMAL_BYTES or scale > 4 * DECIMAL_BYTES:
            return _made(cursor, name, "bytes", data.hex(), start, note)
        return _made(cursor, name, "decimal", _scaled(int.from_bytes(data, "big", signed=True), scale), start, note)

    return read


def _scaled(unscaled: int, scale: int) -> str:
    if scale == 0:
        return str(unscaled)
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    return f"{'-' if unscaled < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def _uuid(data: bytes) -> str:
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _duration(data: bytes) -> str:
    months, days, millis = struct.unpack("<III", data)
    return f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03d}S"


def _day(days: int) -> str | None:
    try:
        return (EPOCH + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _date(cursor: Cursor) -> str:
    days = _long(cursor)
    return _day(days) or str(days)


def _clock(units: int, digits: int) -> str:
    seconds, fraction = divmod(units, 10**digits)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:0{digits}d}"


def _time(digits: int) -> Callable[[Cursor], str]:
    def read(cursor: Cursor) -> str:
        units = _long(cursor)
        return _clock(units, digits) if 0 <= units < 86_400 * 10**digits else str(units)

    return read


def _timestamp(digits: int, zone: str) -> Callable[[Cursor], str]:
    def read(cursor: Cursor) -> str:
        units = _long(cursor)
        days, rest = divmod(units, 86_400 * 10**digits)
        day = _day(days)
        return f"{day}T{_clock(rest, digits)}{zone}" if day else str(units)

    return read


_MOMENTS: dict[tuple[Any, Any], tuple[Callable[[Cursor], str], Kind]] = {
    ("date", "int"): (_date, "date"),
    ("time-millis", "int"): (_time(3), "time"),
    ("time-micros", "long"): (_time(6), "time"),
    ("timestamp-millis", "long"): (_timestamp(3, "Z"), "timestamp"),
    ("timestamp-micros", "long"): (_timestamp(6, "Z"), "timestamp"),
    ("timestamp-nanos", "long"): (_timestamp(9, "Z"), "timestamp"),
    ("local-timestamp-millis", "long"): (_timestamp(3, ""), "timestamp"),
    ("local-timestamp-micros", "long"): (_timestamp(6, ""), "timestamp"),
    ("local-timestamp-nanos", "long"): (_timestamp(9, ""), "timestamp"),
}
