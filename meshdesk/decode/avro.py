"""Avro binary encoding (Avro specification 1.12, "Binary Encoding"), walked by the writer's schema, with the bytes of each node.

A schema is compiled once to a tree of reading functions. Every one of them moves a cursor; what it cannot read raises.
"""

import json
import re
import struct
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from meshdesk.decode.avro_skip import Skip, Skips, skip_parts, skip_text
from meshdesk.decode.contract import Bounds, Undecodable, kept_behind
from meshdesk.decode.line import Words
from meshdesk.decode.moments import DAY, clock, day, moment, scaled
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import FULL, SHORT, Kind, Node, hexed, more, shortened
from meshdesk.model.schema import Schema

NAMED = ("record", "error", "enum", "fixed")
STEPS = 3_000_000  # values walked in one payload, shown or not; some two seconds
DECIMAL_BYTES = 1_500  # Python writes numbers of up to 4,300 digits
SCALE = 6_000  # digits behind the point; more are an attack, not a number
COMPILED = 256  # schemas kept compiled: more than a person looks at in an hour
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Cursor:
    """Where in the payload reading is, and how much may still be made of it. Where there is a line, values are said to it in
    place of nodes (decode/one_line.py)."""

    __slots__ = ("at", "bounds", "branch", "data", "depth", "line", "nodes", "steps")

    def __init__(self, data: bytes, bounds: Bounds, start: int) -> None:
        self.data, self.bounds, self.at = data, bounds, start
        self.depth = self.steps = 0
        self.nodes = bounds.nodes
        self.branch = -1, -1  # where a union began, and the value in it: a node has the bytes of both
        self.line: OneLine | None = None


Read = Callable[[Cursor, str], Node | None]  # None: read, but beyond the bound on nodes


def tree_of(data: bytes, schema: Schema, bounds: Bounds, start: int = 0) -> Node:
    """The value in a payload from byte `start` on; it must end where the payload ends. Raises Undecodable."""
    return _read_whole(data, schema, bounds, start, None)[0]


def tree_or_words(data: bytes, schema: Schema, bounds: Bounds, start: int) -> tuple[Node, Words | None]:
    """The same, or the words of its line where those do (Bounds.line); then the tree is no more than its root."""
    return _read_whole(data, schema, bounds, start, OneLine() if bounds.line else None)


def _read_whole(
    data: bytes, schema: Schema, bounds: Bounds, start: int, line: OneLine | None
) -> tuple[Node, Words | None]:
    """The same, said to the line where there is one."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    read = compiled(schema)
    cursor = Cursor(data, bounds, start)
    cursor.line = line
    length = len(data) - start
    if read is _bytes:
        # Confluent's serialisers write the value of a schema that is just "bytes" raw, without its Avro length.
        return Node("", "bytes", hexed(data[start:], bounds.text), span=(start, len(data))), None
    try:
        node = read(cursor, "")
    except IndexError:
        raise Undecodable(f"Avro schema {schema.called} needs more bytes than the {length:,} there are") from None
    except UnicodeDecodeError:
        raise Undecodable(f"Avro schema {schema.called} says text where the bytes are no UTF-8") from None
    except (RecursionError, OverflowError):
        raise Undecodable(f"Avro schema {schema.called} nests these bytes too deep") from None
    if cursor.at != len(data):
        raise Undecodable(f"Avro schema {schema.called} reads {cursor.at - start:,} of {length:,} bytes")
    if line is not None:
        return Node("", line.kind, ""), line.words
    if node is None:
        raise Undecodable("nothing may be made of it")
    return node, None


def value_at(read: Read, cursor: Cursor, name: str) -> Node | None:
    """One value of several. Raises Undecodable, and IndexError where the data ends within it."""
    try:
        return read(cursor, name)
    except UnicodeDecodeError:
        raise Undecodable(f"the schema says text before byte {cursor.at:,} where the bytes are no UTF-8") from None
    except (RecursionError, OverflowError):
        raise Undecodable("it is nested too deep") from None


def without_spans(node: Node) -> Node:
    """The same where its bytes are not those of the payload."""
    return Node(node.name, node.kind, node.text, tuple(map(without_spans, node.children)), node.note)


@lru_cache(maxsize=COMPILED)
def compiled(schema: Schema) -> Read:
    """The reading function of a schema and what it refers to. Raises Undecodable where the schema cannot be understood."""
    compiler = Compiler()
    try:
        return [compiler.compile(said, "") for said in said_in(schema)][-1]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Undecodable(f"schema {schema.called} cannot be understood ({type(error).__name__}: {error})") from None


def said_in(schema: Schema) -> list[Any]:
    """The JSON of what a schema refers to, and of the schema itself at the end. Raises ValueError."""
    text = schema.text.strip()
    return [
        *(json.loads(reference.text) for reference in schema.references),
        json.loads(text) if text[:1] in '{["' else text,
    ]


# Reading


def long_at(cursor: Cursor) -> int:
    """A zig-zag varint of at most ten bytes and 64 bits."""
    data, at, shift, value = cursor.data, cursor.at, 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise Undecodable(f"the number at byte {cursor.at:,} has more than ten bytes")
    if value >> 64:
        raise Undecodable(f"the number at byte {cursor.at:,} has more than 64 bits")
    cursor.at = at
    return (value >> 1) ^ -(value & 1)


def take(cursor: Cursor, length: int) -> bytes:
    """The next bytes. Raises IndexError where there are fewer."""
    end = cursor.at + length
    if length < 0:
        raise Undecodable(f"the length before byte {cursor.at:,} is negative")
    if end > len(cursor.data):
        raise IndexError
    piece = cursor.data[cursor.at : end]
    cursor.at = end
    return piece


def _room(cursor: Cursor) -> bool:
    """Whether one more node may be made; it is counted as made."""
    if cursor.nodes <= 0:
        _step(cursor)
        return False
    cursor.steps += 1
    cursor.nodes -= 1
    return True


def _step(cursor: Cursor) -> None:
    """One more value was walked over of which no node is made."""
    cursor.steps += 1
    if cursor.steps > STEPS:
        raise Undecodable(f"it holds more than {STEPS:,} values")


def _made(cursor: Cursor, name: str, kind: Kind, text: str, start: int, note: str = "") -> Node | None:
    line = cursor.line
    if line is not None:
        _step(cursor)
        line.scalar(name, kind, text)
        return None
    if not _room(cursor):
        return None
    if len(text) > cursor.bounds.text:
        text = shortened(text, cursor.bounds.text)
    return Node(name, kind, text, (), note, (start, cursor.at))


def _hex(cursor: Cursor, name: str, data: bytes, start: int, note: str = "") -> Node | None:
    """Bytes that nothing more is known of."""
    if cursor.line is not None:
        return _made(cursor, name, "bytes", hexed(data, cursor.bounds.text), start)
    if not _room(cursor):
        return None
    return Node(name, "bytes", hexed(data, cursor.bounds.text), (), note, (start, cursor.at))


def _null(cursor: Cursor, name: str) -> Node | None:
    return _made(cursor, name, "null", "null", cursor.at)


def _boolean(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    byte = take(cursor, 1)[0]
    if byte > 1:
        raise Undecodable(f"byte {start:,} is {byte} where a boolean is 0 or 1")
    return _made(cursor, name, "boolean", "true" if byte else "false", start)


def _int(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "int", str(long_at(cursor)), start)


def _float(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "float", _real(struct.unpack("<f", take(cursor, 4))[0]), start)


def _double(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "float", _real(struct.unpack("<d", take(cursor, 8))[0]), start)


def _bytes(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _hex(cursor, name, take(cursor, long_at(cursor)), start)


def _string(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return _made(cursor, name, "string", take(cursor, long_at(cursor)).decode("utf-8"), start)


READERS: dict[str, Read] = {
    "null": _null, "boolean": _boolean, "int": _int, "long": _int, "float": _float, "double": _double,
    "bytes": _bytes, "string": _string,
}  # fmt: skip


def _real(number: float) -> str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(number), repr(number))


# Compiling


class Compiler:
    """Turns a schema's JSON into reading functions; named types are known by their full names."""

    def __init__(self) -> None:
        self.named: dict[str, Read] = {}
        self.skips = Skips()

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
            return self._name(schema, space, logical(schema) or _fixed(int(schema["size"])))
        if kind == "array":
            return _blocks("array", self.compile(schema["items"], space), lambda: self.skips.of(schema["items"], space))
        if kind == "map":
            return _blocks("map", self.compile(schema["values"], space), lambda: self.skips.of(schema["values"], space))
        return logical(schema) or self._reference(kind, space)

    def _reference(self, name: str, space: str) -> Read:
        return READERS[name] if name in READERS else self.named[self.skips.meant(name, space)]

    def _name(self, schema: Any, space: str, read: Read) -> Read:
        self.named[self.skips.define(schema, space)] = read
        return read

    def _record(self, schema: Any, space: str) -> Read:
        full = self.skips.define(schema, space)
        fields: list[tuple[str, Read]] = []
        read = _record(fields)
        self.named[full] = read  # before its fields, which may refer to it
        inner = full.rpartition(".")[0]
        fields += [(str(field["name"]), self.compile(field["type"], inner)) for field in schema["fields"]]
        return read


def _nested(cursor: Cursor) -> None:
    cursor.depth += 1
    if cursor.depth > cursor.bounds.depth:
        raise Undecodable(f"it is nested deeper than {cursor.bounds.depth} levels")


def _record(fields: list[tuple[str, Read]]) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        _nested(cursor)
        if cursor.line is not None:
            _step(cursor)
            container = cursor.line.begin(name, is_array=False)
            for field, read_field in fields:
                read_field(cursor, field)
            cursor.depth -= 1
            cursor.line.end(container, "record", len(fields))
            return None
        is_shown = _room(cursor)
        parts = _Parts(cursor)
        for field, read_field in fields:
            parts.add(read_field(cursor, field))
        cursor.depth -= 1
        return parts.node(name, "record", start, len(fields)) if is_shown else None

    return read


class _Parts:
    """The parts of a container as they are read: those that are shown, up to its bound on width."""

    __slots__ = ("_cursor", "_held", "_kept", "_shown", "_spare", "first")

    def __init__(self, cursor: Cursor, is_array: bool = False) -> None:
        self._cursor = cursor
        self._kept = kept_behind(cursor.nodes, cursor.depth) if is_array else 0
        cursor.nodes -= self._kept
        self.first = _first_wanted(cursor) if is_array and cursor.bounds.windows else 0
        self._held = 0  # nodes that are made none of before the first part that is wanted
        if self.first:
            self._held, cursor.nodes = cursor.nodes, 0
        self._shown: list[Node] = []
        self._spare = 0  # nodes that the parts beyond the width must not use up

    def add(self, part: Node | None) -> None:
        if part is not None:
            self._shown.append(part)
            if len(self._shown) == self._cursor.bounds.width:
                self._spare, self._cursor.nodes = self._cursor.nodes, 0

    def reach(self, at: int, end: int) -> int:
        """Up to which part none of a block that ends with part `end` is shown: none of the others, or none before the first that
        is wanted."""
        if not at < self.first <= end:
            return end
        self._held, self._cursor.nodes = 0, self._held
        return self.first

    def node(self, name: str, kind: Kind, start: int, count: int) -> Node:
        """The container, with `count` parts in all."""
        self._cursor.nodes += self._spare + self._kept + self._held
        left_out = count - self.first - len(self._shown)
        if left_out > 0:
            self._shown.append(more(left_out))
        return Node(name, kind, "", tuple(self._shown), span=(start, self._cursor.at))


def _first_wanted(cursor: Cursor) -> int:
    begun, value = cursor.branch
    return cursor.bounds.first_at(begun if cursor.at == value else cursor.at)


def _enum(symbols: list[str]) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        number = long_at(cursor)
        if not 0 <= number < len(symbols):
            raise Undecodable(f"symbol {number} at byte {start:,} is none of the {len(symbols)} that the schema has")
        return _made(cursor, name, "enum", symbols[number], start)

    return read


def _fixed(size: int) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        return _hex(cursor, name, take(cursor, size), start)

    return read


def _union(branches: list[Read]) -> Read:
    optional = len(branches) == 2 and _null in branches

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        number = long_at(cursor)
        if not 0 <= number < len(branches):
            raise Undecodable(f"branch {number} at byte {start:,} is none of the {len(branches)} that the union has")
        if cursor.bounds.windows:
            cursor.branch = start, cursor.at
        node = branches[number](cursor, name)
        if node is None:
            return None
        note = (
            node.note if optional else ", ".join(filter(None, (node.note, f"branch {number + 1} of {len(branches)}")))
        )
        return Node(name, node.kind, node.text, node.children, note, (start, cursor.at))

    return read


def _blocks(kind: Kind, read_item: Read, skip_of: Callable[[], Skip]) -> Read:
    """Arrays and maps: blocks of a count and items, a negative count with the block's size in bytes behind it, 0 at the end."""
    skip_item = cache(skip_of)

    def say(cursor: Cursor, line: OneLine, name: str) -> None:
        container = line.begin(name, kind == "array")
        # Of a map that is the whole value all names are looked at: an envelope may know it by one.
        is_looked_at = kind == "map" and container.depth == 0
        while (count := long_at(cursor)) != 0:
            if count < 0:
                count = -count
                long_at(cursor)
            before = container.count
            for number in range(count):
                if line.hides or (line.room < FULL and not is_looked_at):
                    _skip(cursor, skip_item(), count - number, kind == "map")
                    break
                key = "" if kind == "array" else take(cursor, long_at(cursor)).decode("utf-8")
                read_item(cursor, key)
                container.add(None)
            container.count = before + count
            if container.is_short and container.count > SHORT:
                line.shorten(container)
        container.node(name, kind)

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        _nested(cursor)
        if cursor.line is not None:
            _step(cursor)
            say(cursor, cursor.line, name)
            cursor.depth -= 1
            return None
        is_shown = _room(cursor)
        parts = _Parts(cursor, is_array=True)
        total = 0
        while (count := long_at(cursor)) != 0:
            if count < 0:
                count = -count
                long_at(cursor)
            end = total + count
            while total < end:
                if cursor.nodes <= 0:
                    stop = parts.reach(total, end)
                    _skip(cursor, skip_item(), stop - total, kind == "map")
                    total = stop
                    continue
                key = str(total) if kind == "array" else take(cursor, long_at(cursor)).decode("utf-8")
                part = read_item(cursor, key)
                if part is not None:
                    parts.add(part)
                total += 1
        cursor.depth -= 1
        return parts.node(name, kind, start, total) if is_shown else None

    return read


def _skip(cursor: Cursor, skip_item: Skip, count: int, has_keys: bool) -> None:
    """Behind items of which none is shown any more."""
    cursor.steps += min(count, len(cursor.data) - cursor.at)
    if cursor.steps > STEPS:
        raise Undecodable(f"it holds more than {STEPS:,} values")

    def skip_entry(data: bytes, at: int) -> int:
        return skip_item(data, skip_text(data, at))

    cursor.at = skip_parts(skip_entry if has_keys else skip_item, cursor.data, cursor.at, count)


# Logical types: where they do not fit their type they are ignored, as the specification says.


def logical(schema: Any) -> Read | None:
    """The reading function of a logical type; None where the schema has none, or one that does not fit its type."""
    word, kind = str(schema.get("logicalType")), schema["type"]
    if word == "decimal" and kind in ("bytes", "fixed"):
        return _decimal(schema)
    if word == "uuid" and kind == "string":
        return _uuid_text
    if word == "big-decimal" and kind == "bytes":
        return _big_decimal
    if word == "uuid" and kind == "fixed" and schema.get("size") == 16:
        return _read_as(lambda cursor: uuid_of(take(cursor, 16)), "uuid", "")
    if word == "duration" and kind == "fixed" and schema.get("size") == 12:
        return _read_as(lambda cursor: duration_of(take(cursor, 12)), "duration", "")
    found = MOMENTS.get((word, kind)) if isinstance(kind, str) else None
    if found is None:
        return None
    say, said = found
    return _read_as(lambda cursor: say(long_at(cursor)), said, word)


def _uuid_text(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    text = take(cursor, long_at(cursor)).decode("utf-8")
    return _made(cursor, name, "uuid" if UUID.fullmatch(text) else "string", text, start)


def _big_decimal(cursor: Cursor, name: str) -> Node | None:
    """Bytes that hold the unscaled number as bytes and then its scale."""
    start = cursor.at
    data = take(cursor, long_at(cursor))
    inner = Cursor(data, cursor.bounds, 0)
    try:
        unscaled, scale = take(inner, long_at(inner)), long_at(inner)
    except (IndexError, Undecodable):
        return _hex(cursor, name, data, start, "big-decimal")
    if inner.at != len(data) or len(unscaled) > DECIMAL_BYTES or abs(scale) > SCALE:
        return _hex(cursor, name, data, start, "big-decimal")
    text = scaled(int.from_bytes(unscaled, "big", signed=True), scale)
    return _made(cursor, name, "decimal", text, start, "big-decimal")


def _read_as(text: Callable[[Cursor], str], kind: Kind, note: str) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        shown = text(cursor)
        # A number that no calendar has is shown as the number it is.
        return _made(cursor, name, "int" if shown.lstrip("-").isdigit() else kind, shown, start, note)

    return read


def _decimal(schema: Any) -> Read | None:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if not isinstance(precision, int) or not isinstance(scale, int) or not 0 <= scale <= precision or not precision:
        return None
    size = schema.get("size") if schema["type"] == "fixed" else None
    note = f"decimal({precision},{scale})"

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        data = take(cursor, long_at(cursor) if size is None else int(size))
        if len(data) > DECIMAL_BYTES or scale > SCALE:
            return _hex(cursor, name, data, start, note)
        return _made(cursor, name, "decimal", scaled(int.from_bytes(data, "big", signed=True), scale), start, note)

    return read


def uuid_of(data: bytes) -> str:
    """The 16 bytes of a fixed, as a UUID is written."""
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def duration_of(data: bytes) -> str:
    """The 12 bytes of a fixed: months, days and milliseconds, in ISO 8601."""
    months, days, millis = struct.unpack("<III", data)
    return f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03d}S"


def _date(days: int) -> str:
    return day(days) or str(days)


def _time(digits: int) -> Callable[[int], str]:
    end = DAY * 10**digits
    return lambda units: clock(units, digits) if 0 <= units < end else str(units)


def _timestamp(digits: int, zone: str) -> Callable[[int], str]:
    return lambda units: moment(units, digits, zone) or str(units)


MOMENTS: dict[tuple[str, str], tuple[Callable[[int], str], Kind]] = {
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
