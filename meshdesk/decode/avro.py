"""Avro binary encoding (Avro specification 1.12, "Binary Encoding"), walked by the writer's schema, with the bytes of each node.

A schema is compiled once to a tree of reading functions. Every one of them moves a cursor; what it cannot read raises.
"""

import json
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from meshdesk.decode.avro_cursor import READERS, STEPS, Cursor, Read, as_hex, long_at, made, null, room, step, take
from meshdesk.decode.avro_logical import logical
from meshdesk.decode.avro_skip import Skip, Skips, size_of, skip_parts, skip_text
from meshdesk.decode.contract import Bounds, Undecodable, kept_behind
from meshdesk.decode.line import Words
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import FULL, SHORT, Kind, Node, hexed, more
from meshdesk.model.schema import Schema

NAMED = ("record", "error", "enum", "fixed")
COMPILED = 256  # schemas kept compiled: more than a person looks at in an hour


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
    if read is READERS["bytes"]:
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


@lru_cache(maxsize=COMPILED)
def skipping(schema: Schema) -> Skip:
    """What reads a value of the same and says nothing. Raises Undecodable."""
    compiler = Compiler()
    try:
        for said in said_in(schema):
            compiler.compile(said, "")
        return compiler.skips.of(said, "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Undecodable(f"schema {schema.called} cannot be understood ({type(error).__name__}: {error})") from None


def said_in(schema: Schema) -> list[Any]:
    """The JSON of what a schema refers to, and of the schema itself at the end. Raises ValueError."""
    text = schema.text.strip()
    return [
        *(json.loads(reference.text) for reference in schema.references),
        json.loads(text) if text[:1] in '{["' else text,
    ]


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
            return self._name(schema, space, logical(schema) or _fixed(size_of(schema)))
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
            step(cursor)
            container = cursor.line.begin(name, is_array=False)
            for field, read_field in fields:
                read_field(cursor, field)
            cursor.depth -= 1
            cursor.line.end(container, "record", len(fields))
            return None
        is_shown = room(cursor)
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
        return made(cursor, name, "enum", symbols[number], start)

    return read


def _fixed(size: int) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        return as_hex(cursor, name, take(cursor, size), start)

    return read


def _union(branches: list[Read]) -> Read:
    optional = len(branches) == 2 and null in branches

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
            step(cursor)
            say(cursor, cursor.line, name)
            cursor.depth -= 1
            return None
        is_shown = room(cursor)
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
