"""A value in Avro's binary encoding as the line that a list shows: read by functions that its schema is compiled to once.

The same bytes are declined that decode/avro.py declines, and what is rare is left to it (line.Unlisted).
"""

import struct
from collections.abc import Callable
from typing import Any

from meshdesk.decode import avro
from meshdesk.decode.avro import DECIMAL_BYTES, MOMENTS, READERS, SCALE, Compiler, Cursor, logical, said_in
from meshdesk.decode.avro_skip import Skip, block_at, fixed, full_name, long_at, piece_at, skip_parts, skip_text
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.line import (
    CLOSE,
    EMPTY,
    FALSE,
    INSIDE,
    LEFT,
    LONGEST,
    MOST,
    NOTHING,
    NULL,
    OPEN,
    TELLING,
    TRUE,
    Read,
    Unlisted,
    Words,
    bytes_word,
    close_array,
    count_word,
    is_inside,
    name_word,
    text_word,
    tree_words,
)
from meshdesk.decode.moments import real, scaled
from meshdesk.model.node import SHORT, Word
from meshdesk.model.schema import Schema

BOUNDS = Bounds()
FLOAT, DOUBLE = struct.Struct("<f"), struct.Struct("<d")


def reader(schema: Schema) -> Read:
    """What reads a value to the end of its bytes. Raises Unlisted where the schema is not for lists."""
    try:
        *references, said = said_in(schema)
        compiler = _Compiler(references, said)
        read = compiler.compile(said, "", 0, 0)
        read = _raw if read is _bytes else read
    except (Undecodable, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unlisted from None

    def whole(data: bytes, at: int, out: Words) -> int:
        end = read(data, at, out)
        if end != len(data):
            raise Unlisted
        return end

    return whole


# Scalars


def _raw(data: bytes, at: int, out: Words) -> int:
    """The value of a schema that is nothing but bytes has no length before it (avro.tree_of)."""
    out.append(bytes_word(data[at : at + LONGEST]))
    return len(data)


def _text(data: bytes, at: int, out: Words) -> int:
    length = data[at]
    if length & 1 or length >= 0x80:
        start, end = piece_at(data, at)
        out.append(text_word(data[start:end].decode()))
        return end
    # Short text, as most is: without a call.
    at += 1
    end = at + (length >> 1)
    if end > len(data):
        raise Unlisted
    text = data[at:end].decode()
    out.append((text, "string") if text and text.isprintable() else text_word(text))
    return end


def _uuid(data: bytes, at: int, out: Words) -> int:
    start, end = piece_at(data, at)
    text = data[start:end].decode()
    out.append((text, "text") if avro.UUID.fullmatch(text) else text_word(text))
    return end


def _bytes(data: bytes, at: int, out: Words) -> int:
    start, end = piece_at(data, at)
    out.append(bytes_word(data[start : min(end, start + LONGEST)]))
    return end


SMALL: list[Word] = [(str((byte >> 1) ^ -(byte & 1)), "number") for byte in range(0x80)]  # numbers of one byte


def _int(data: bytes, at: int, out: Words) -> int:
    byte = data[at]
    if byte < 0x80:
        out.append(SMALL[byte])
        return at + 1
    value, at = long_at(data, at)
    out.append((str(value), "number"))
    return at


def _null(_data: bytes, at: int, out: Words) -> int:
    out.append(NULL)
    return at


def _boolean(data: bytes, at: int, out: Words) -> int:
    byte = data[at]
    if byte > 1:
        raise Unlisted
    out.append(TRUE if byte else FALSE)
    return at + 1


def _float(data: bytes, at: int, out: Words) -> int:
    out.append((real(FLOAT.unpack_from(data, at)[0]), "number"))
    return at + 4


def _double(data: bytes, at: int, out: Words) -> int:
    out.append((real(DOUBLE.unpack_from(data, at)[0]), "number"))
    return at + 8


SCALARS: dict[str, Read] = {
    "null": _null,
    "boolean": _boolean,
    "int": _int,
    "long": _int,
    "float": _float,
    "double": _double,
    "bytes": _bytes,
    "string": _text,
}


def _enum(symbols: list[str]) -> Read:
    words = [text_word(symbol) for symbol in symbols]

    def read(data: bytes, at: int, out: Words) -> int:
        number, at = (data[at] >> 1, at + 1) if data[at] < 0x80 and not data[at] & 1 else long_at(data, at)
        if number < 0:
            raise Unlisted
        out.append(words[number])
        return at

    return read


def _fixed(size: int) -> Read:
    skip = fixed(size)

    def read(data: bytes, at: int, out: Words) -> int:
        end = skip(data, at)
        out.append(bytes_word(data[at:end]))
        return end

    return read


def _moment(say: Callable[[int], str]) -> Read:
    def read(data: bytes, at: int, out: Words) -> int:
        units, at = long_at(data, at)
        text = say(units)
        out.append((text, "number" if text.lstrip("-").isdigit() else "text"))
        return at

    return read


def _decimal(scale: int, size: int | None) -> Read:
    def read(data: bytes, at: int, out: Words) -> int:
        at, end = piece_at(data, at) if size is None else (at, at + size)
        if end > len(data):
            raise Unlisted
        if end - at > DECIMAL_BYTES or scale > SCALE:
            out.append(bytes_word(data[at:end]))
        else:
            text = scaled(int.from_bytes(data[at:end], "big", signed=True), scale)
            out.append((text[: LONGEST + 1], "number"))
        return end

    return read


def _as_tree(tree: avro.Read, depth: int, nest: int) -> Read:
    """A part that the walker of trees reads: a type within itself, or a logical type that is rare."""

    def read(data: bytes, at: int, out: Words) -> int:
        cursor = Cursor(data, BOUNDS, at)
        cursor.depth = nest
        node = tree(cursor, "")
        if node is None:
            raise Unlisted
        out.extend(tree_words(node, depth))
        return cursor.at

    return read


# Compiling


class _Compiler:
    """Turns a schema's JSON into functions that say what they read, one for each place in a line."""

    def __init__(self, references: list[Any], said: Any) -> None:
        self._trees = Compiler()
        for one in (*references, said):
            self._trees.compile(one, "")
        self._skips = self._trees.skips
        self._skips.of(said, "")
        self._is_recursive = self._skips.is_recursive
        self._open: set[str] = set()  # named types that are being compiled
        self._made: dict[tuple[str, int, int], Read] = {}

    def compile(self, said: Any, space: str, depth: int, nest: int) -> Read:
        """`depth` is that in the line (model/node.py), `nest` how many containers are around it."""
        if nest > BOUNDS.depth:
            raise Unlisted
        if isinstance(said, str):
            return SCALARS[said] if said in SCALARS else self._named(self._skips.meant(said, space), depth, nest)
        if isinstance(said, list):
            return _union([self.compile(branch, space, depth, nest) for branch in said])
        kind = said["type"]
        if isinstance(kind, dict | list):
            return self.compile(kind, space, depth, nest)
        if self._is_recursive and depth and kind in CONTAINING:
            return _as_tree(self._trees.compile(said, space), depth, nest)
        if kind in ("record", "error", "enum", "fixed"):
            return self._named(full_name(said, space), depth, nest)
        if kind == "array":
            return self._array(said["items"], space, depth, nest)
        if kind == "map":
            read = self.compile(said["values"], space, depth + 1, nest + 1)
            return _map(read, _skipping(read) if self._is_recursive else self._skips.of(said["values"], space), depth)
        return self._logical(said, depth, nest) or self.compile(kind, space, depth, nest)

    def _named(self, full: str, depth: int, nest: int) -> Read:
        """A named type in its place."""
        if full in self._open or (self._is_recursive and depth):
            return _as_tree(self._trees.named[full], depth, nest)
        key = (full, depth, nest)
        if key not in self._made:
            self._open.add(full)
            self._made[key] = self._defined(full, depth, nest)
            self._open.discard(full)
        return self._made[key]

    def _defined(self, full: str, depth: int, nest: int) -> Read:
        said, _ = self._skips.definition(full)
        if said["type"] == "enum":
            return _enum([str(symbol) for symbol in said["symbols"]])
        if said["type"] == "fixed":
            return self._logical(said, depth, nest) or _fixed(int(said["size"]))
        names = [str(field["name"]) for field in said["fields"]]
        if depth == 0 and not TELLING.isdisjoint(names):
            raise Unlisted
        if not names:
            return _nothing
        inner = full.rpartition(".")[0]
        kinds = [field["type"] for field in said["fields"]]
        skips = [self._skips.of(kind, inner) for kind in kinds]
        if is_inside(depth):
            return _inside(skips)
        reads = [self.compile(kind, inner, depth + 1, nest + 1) for kind in kinds]
        skips = list(map(_skipping, reads)) if self._is_recursive else skips
        return _record(list(zip(map(name_word, names), reads, skips, strict=True)), depth)

    def _logical(self, said: Any, depth: int, nest: int) -> Read | None:
        tree = logical(said)
        if tree is None:
            return None
        word, kind = said["logicalType"], said["type"]
        found = MOMENTS.get((word, kind))
        if found is not None:
            return _moment(found[0])
        if word == "uuid" and kind == "string":
            return _uuid
        if word == "decimal":
            return _decimal(said.get("scale", 0), int(said["size"]) if kind == "fixed" else None)
        return _as_tree(tree, depth, nest)

    def _array(self, items: Any, space: str, depth: int, nest: int) -> Read:
        is_scalar = self._is_scalar(items, space)
        if is_scalar is None and depth:
            raise Unlisted  # which of its items are scalars, only they tell
        skip = self._skips.of(items, space)
        if depth and (is_inside(depth - 1) or not is_scalar):
            return _counted(skip)
        read = self.compile(items, space, depth + 1, nest + 1)
        return _array(read, _skipping(read) if self._is_recursive else skip, is_root=depth == 0)

    def _is_scalar(self, said: Any, space: str) -> bool | None:
        """Whether all values of a type are scalars; None where some are and some are not."""
        if isinstance(said, list):
            all_of = {self._is_scalar(branch, space) for branch in said}
            return all_of.pop() if len(all_of) == 1 else None
        if isinstance(said, str):
            if said in READERS:
                return True
            return self._is_scalar(*self._skips.definition(self._skips.meant(said, space)))
        kind = said["type"]
        if isinstance(kind, dict | list) or (kind not in READERS and kind not in CONTAINING and kind not in LEAVES):
            return self._is_scalar(kind, space)
        return kind not in CONTAINING


CONTAINING = ("record", "error", "array", "map")
LEAVES = ("enum", "fixed")


def _union(branches: list[Read]) -> Read:
    def read(data: bytes, at: int, out: Words) -> int:
        byte = data[at]
        if byte & 1 or byte >= 0x80:
            raise Unlisted
        return branches[byte >> 1](data, at + 1, out)

    return read


def _skipping(read: Read) -> Skip:
    return lambda data, at: read(data, at, [])


def _nothing(_data: bytes, at: int, out: Words) -> int:
    out.append(NOTHING)
    return at


def _inside(skips: list[Skip]) -> Read:
    """A record below those that are shown."""

    def read(data: bytes, at: int, out: Words) -> int:
        out.append(INSIDE)
        for skip_field in skips:
            at = skip_field(data, at)
        return at

    return read


def _record(fields: list[tuple[Word, Read, Skip]], depth: int) -> Read:
    def read_root(data: bytes, at: int, out: Words) -> int:
        for name, read_field, skip_field in fields:
            if len(out) < MOST:
                out.append(name)
                at = read_field(data, at, out)
            else:
                at = skip_field(data, at)
        return at

    def read(data: bytes, at: int, out: Words) -> int:
        out.append(OPEN)
        at = read_root(data, at, out)
        out.append(CLOSE)
        return at

    return read if depth else read_root


def _counted(skip_item: Skip) -> Read:
    """An array of which a line says how many elements it has."""

    def read(data: bytes, at: int, out: Words) -> int:
        total = 0
        count, at = block_at(data, at)
        while count:
            at = skip_parts(skip_item, data, at, count)
            total += count
            count, at = block_at(data, at)
        out.append(count_word(total) if total else EMPTY)
        return at

    return read


def _array(read_item: Read, skip_item: Skip, is_root: bool) -> Read:
    def read(data: bytes, at: int, out: Words) -> int:
        begin, total = len(out), 0
        out.append(LEFT)
        count, at = block_at(data, at)
        while count:
            left = count
            while left and len(out) < MOST and (is_root or total + count - left < SHORT):
                at = read_item(data, at, out)
                left -= 1
            at = skip_parts(skip_item, data, at, left)
            total += count
            count, at = block_at(data, at)
        close_array(out, begin, total, is_root)
        return at

    return read


def _map(read_value: Read, skip_value: Skip, depth: int) -> Read:
    def skip_entry(data: bytes, at: int) -> int:
        return skip_value(data, skip_text(data, at))

    def read(data: bytes, at: int, out: Words) -> int:
        count, at = block_at(data, at)
        if not count:
            out.append(NOTHING)
            return at
        is_hidden = is_inside(depth)
        if depth:
            out.append(INSIDE if is_hidden else OPEN)
        while count:
            while count and len(out) < MOST and not is_hidden:
                start, end = piece_at(data, at)
                name = data[start:end].decode()
                if depth == 0 and name in TELLING:
                    raise Unlisted
                out.append(name_word(name))
                at = read_value(data, end, out)
                count -= 1
            at = skip_parts(skip_entry, data, at, count)
            count, at = block_at(data, at)
        if depth and not is_hidden:
            out.append(CLOSE)
        return at

    return read
