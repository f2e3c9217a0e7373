"""A value in Avro's binary encoding as the line that a list shows: read by functions that its schema is compiled to once.

The same bytes are declined that decode/avro.py declines, and what is rare is left to it (line.Unlisted).
"""

import struct
from collections.abc import Callable
from typing import Any

from meshdesk.decode import avro
from meshdesk.decode.avro import DECIMAL_BYTES, MOMENTS, READERS, SCALE, Compiler, Cursor, full_name, logical, said_in
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.line import (
    CLOSE,
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
    Skip,
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
        read, _ = compiler.compile(said, "", 0, 0)
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


def _long(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), at + 1
    value, shift = byte & 0x7F, 7
    while True:
        at += 1
        byte = data[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise Unlisted
    if value >> 64:
        raise Unlisted
    return (value >> 1) ^ -(value & 1), at + 1


def _skip_long(data: bytes, at: int) -> int:
    return at + 1 if data[at] < 0x80 else _long(data, at)[1]


def _piece(data: bytes, at: int) -> tuple[int, int]:
    """Where bytes behind their length begin and end."""
    length = data[at]
    if length < 0x80:
        at += 1
        if length & 1:
            raise Unlisted
        length >>= 1
    else:
        length, at = _long(data, at)
    end = at + length
    if length < 0 or end > len(data):
        raise Unlisted
    return at, end


def _text(data: bytes, at: int, out: Words) -> int:
    length = data[at]
    if length & 1 or length >= 0x80:
        start, end = _piece(data, at)
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


def _skip_text(data: bytes, at: int) -> int:
    start, end = _piece(data, at)
    data[start:end].decode()
    return end


def _uuid(data: bytes, at: int, out: Words) -> int:
    start, end = _piece(data, at)
    text = data[start:end].decode()
    out.append((text, "text") if avro.UUID.fullmatch(text) else text_word(text))
    return end


def _bytes(data: bytes, at: int, out: Words) -> int:
    start, end = _piece(data, at)
    out.append(bytes_word(data[start : min(end, start + LONGEST)]))
    return end


def _skip_bytes(data: bytes, at: int) -> int:
    return _piece(data, at)[1]


SMALL: list[Word] = [(str((byte >> 1) ^ -(byte & 1)), "number") for byte in range(0x80)]  # numbers of one byte


def _int(data: bytes, at: int, out: Words) -> int:
    byte = data[at]
    if byte < 0x80:
        out.append(SMALL[byte])
        return at + 1
    value, at = _long(data, at)
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


def _skipping(read: Read) -> Skip:
    return lambda data, at: read(data, at, [])


SCALARS: dict[str, tuple[Read, Skip]] = {
    "null": (_null, lambda data, at: at),
    "boolean": (_boolean, _skipping(_boolean)),
    "int": (_int, _skip_long),
    "long": (_int, _skip_long),
    "float": (_float, _skipping(_float)),
    "double": (_double, _skipping(_double)),
    "bytes": (_bytes, _skip_bytes),
    "string": (_text, _skip_text),
}


def _enum(symbols: list[str]) -> tuple[Read, Skip]:
    words = [text_word(symbol) for symbol in symbols]

    def read(data: bytes, at: int, out: Words) -> int:
        number, at = (data[at] >> 1, at + 1) if data[at] < 0x80 and not data[at] & 1 else _long(data, at)
        if number < 0:
            raise Unlisted
        out.append(words[number])
        return at

    return read, _skipping(read)


def _fixed(size: int) -> tuple[Read, Skip]:
    def skip(data: bytes, at: int) -> int:
        end = at + size
        if size < 0 or end > len(data):
            raise Unlisted
        return end

    def read(data: bytes, at: int, out: Words) -> int:
        end = skip(data, at)
        out.append(bytes_word(data[at:end]))
        return end

    return read, skip


def _moment(say: Callable[[int], str]) -> tuple[Read, Skip]:
    def read(data: bytes, at: int, out: Words) -> int:
        units, at = _long(data, at)
        text = say(units)
        out.append((text, "number" if text.lstrip("-").isdigit() else "text"))
        return at

    return read, _skip_long


def _decimal(scale: int, size: int | None) -> tuple[Read, Skip]:
    def read(data: bytes, at: int, out: Words) -> int:
        at, end = _piece(data, at) if size is None else (at, at + size)
        if end > len(data):
            raise Unlisted
        if end - at > DECIMAL_BYTES or scale > SCALE:
            out.append(bytes_word(data[at:end]))
        else:
            text = scaled(int.from_bytes(data[at:end], "big", signed=True), scale)
            out.append((text[: LONGEST + 1], "number"))
        return end

    return read, _skip_bytes if size is None else _fixed(size)[1]


def _as_tree(tree: avro.Read, depth: int, nest: int) -> tuple[Read, Skip]:
    """A part that the walker of trees reads: a type within itself, or a logical type that is rare."""

    def read(data: bytes, at: int, out: Words) -> int:
        cursor = Cursor(data, BOUNDS, at)
        cursor.depth = nest
        node = tree(cursor, "")
        if node is None:
            raise Unlisted
        out.extend(tree_words(node, depth))
        return cursor.at

    return read, _skipping(read)


# Compiling


class _Compiler:
    """Turns a schema's JSON into functions: one that says what it reads and one that only reads, for each place in a line."""

    def __init__(self, references: list[Any], said: Any) -> None:
        self._trees = Compiler()
        for one in (*references, said):
            self._trees.compile(one, "")
        self._named: dict[str, tuple[Any, str]] = {}  # definitions, each with the namespace around it
        self._open: set[str] = set()  # those that are being compiled
        self._made: dict[tuple[str, int, int], tuple[Read, Skip]] = {}
        for one in references:
            self.compile(one, "", 1, 1)

    def compile(self, said: Any, space: str, depth: int, nest: int) -> tuple[Read, Skip]:
        """`depth` is that in the line (model/node.py), `nest` how many containers are around it."""
        if nest > BOUNDS.depth:
            raise Unlisted
        if isinstance(said, str):
            return SCALARS[said] if said in SCALARS else self._again(self._trees.meant(said, space), depth, nest)
        if isinstance(said, list):
            return _union([self.compile(branch, space, depth, nest) for branch in said])
        kind = said["type"]
        if isinstance(kind, dict | list):
            return self.compile(kind, space, depth, nest)
        if kind in ("record", "error", "enum", "fixed"):
            full = full_name(said, space)
            self._named[full] = (said, space)
            return self._again(full, depth, nest)
        if kind == "array":
            return self._array(said["items"], space, depth, nest)
        if kind == "map":
            return self._map(said["values"], space, depth, nest)
        return self._logical(said, depth, nest) or self.compile(kind, space, depth, nest)

    def _again(self, full: str, depth: int, nest: int) -> tuple[Read, Skip]:
        """A named type in its place."""
        if full in self._open:
            return _as_tree(self._trees.named[full], depth, nest)
        key = (full, depth, nest)
        if key not in self._made:
            self._open.add(full)
            said, _ = self._named[full]
            self._made[key] = self._defined(said, full, depth, nest)
            self._open.discard(full)
        return self._made[key]

    def _defined(self, said: Any, full: str, depth: int, nest: int) -> tuple[Read, Skip]:
        if said["type"] == "enum":
            return _enum([str(symbol) for symbol in said["symbols"]])
        if said["type"] == "fixed":
            return self._logical(said, depth, nest) or _fixed(int(said["size"]))
        names = [str(field["name"]) for field in said["fields"]]
        if depth == 0 and not TELLING.isdisjoint(names):
            raise Unlisted
        inner = full.rpartition(".")[0]
        fields = [self.compile(field["type"], inner, depth + 1, nest + 1) for field in said["fields"]]
        return _record([(name, *both) for name, both in zip(names, fields, strict=True)], depth)

    def _logical(self, said: Any, depth: int, nest: int) -> tuple[Read, Skip] | None:
        tree = logical(said)
        if tree is None:
            return None
        word, kind = said["logicalType"], said["type"]
        found = MOMENTS.get((word, kind))
        if found is not None:
            return _moment(found[0])
        if word == "uuid" and kind == "string":
            return _uuid, _skip_text
        if word == "decimal":
            return _decimal(said.get("scale", 0), int(said["size"]) if kind == "fixed" else None)
        return _as_tree(tree, depth, nest)

    def _array(self, items: Any, space: str, depth: int, nest: int) -> tuple[Read, Skip]:
        read, skip = self.compile(items, space, 1 if depth == 0 else depth + 1, nest + 1)
        is_scalar = self._is_scalar(items, space)
        if is_scalar is None and depth:
            raise Unlisted  # which of its items are scalars, only they tell
        return _array(
            read, skip, is_shown=depth == 0 or (not is_inside(depth - 1) and bool(is_scalar)), is_root=depth == 0
        )

    def _is_scalar(self, said: Any, space: str) -> bool | None:
        """Whether all values of a type are scalars; None where some are and some are not."""
        if isinstance(said, list):
            all_of = {self._is_scalar(branch, space) for branch in said}
            return all_of.pop() if len(all_of) == 1 else None
        if isinstance(said, str):
            return True if said in READERS else self._is_scalar(*self._named[self._trees.meant(said, space)])
        kind = said["type"]
        if isinstance(kind, dict | list) or (kind not in READERS and kind not in CONTAINING and kind not in LEAVES):
            return self._is_scalar(kind, space)
        return kind not in CONTAINING

    def _map(self, values: Any, space: str, depth: int, nest: int) -> tuple[Read, Skip]:
        return _map(*self.compile(values, space, depth + 1, nest + 1), depth)


CONTAINING = ("record", "error", "array", "map")
LEAVES = ("enum", "fixed")


def _union(branches: list[tuple[Read, Skip]]) -> tuple[Read, Skip]:
    reads, skips = [read for read, _ in branches], [skip for _, skip in branches]

    def read(data: bytes, at: int, out: Words) -> int:
        byte = data[at]
        if byte & 1 or byte >= 0x80:
            raise Unlisted
        return reads[byte >> 1](data, at + 1, out)

    def skip(data: bytes, at: int) -> int:
        number, at = _long(data, at)
        if number < 0:
            raise Unlisted
        return skips[number](data, at)

    return read, skip


def _record(fields: list[tuple[str, Read, Skip]], depth: int) -> tuple[Read, Skip]:
    shown = [(name_word(name), read, skip) for name, read, skip in fields]
    skips = [skip for _, _, skip in fields]

    def skip(data: bytes, at: int) -> int:
        for skip_field in skips:
            at = skip_field(data, at)
        return at

    def read_root(data: bytes, at: int, out: Words) -> int:
        for name, read_field, skip_field in shown:
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

    def read_inside(data: bytes, at: int, out: Words) -> int:
        out.append(INSIDE)
        return skip(data, at)

    def read_nothing(_data: bytes, at: int, out: Words) -> int:
        out.append(NOTHING)
        return at

    if not fields:
        return read_nothing, skip
    return (read_inside if is_inside(depth) else read if depth else read_root), skip


def _blocks(data: bytes, at: int) -> tuple[int, int]:
    """How many parts the next block has, 0 behind the last, and where they begin."""
    if data[at] == 0:
        return 0, at + 1
    count, at = _long(data, at)
    if count < 0:
        return -count, _skip_long(data, at)
    return count, at


def _skip_parts(skip: Skip, data: bytes, at: int, count: int) -> int:
    for _ in range(count):
        before = at
        at = skip(data, at)
        if at == before:
            break  # parts of no bytes: the count is all there is of them
    return at


def _array(read_item: Read, skip_item: Skip, is_shown: bool, is_root: bool) -> tuple[Read, Skip]:
    def skip(data: bytes, at: int) -> int:
        count, at = _blocks(data, at)
        while count:
            at = _skip_parts(skip_item, data, at, count)
            count, at = _blocks(data, at)
        return at

    def read(data: bytes, at: int, out: Words) -> int:
        begin, total = len(out), 0
        out.append(LEFT)
        count, at = _blocks(data, at)
        while count:
            left = count
            while left and is_shown and len(out) < MOST and (is_root or total + count - left < SHORT):
                at = read_item(data, at, out)
                left -= 1
            at = _skip_parts(skip_item, data, at, left)
            total += count
            count, at = _blocks(data, at)
        if total and not is_shown:
            out[begin:] = [count_word(total)]
        else:
            close_array(out, begin, total, is_root)
        return at

    return read, skip


def _map(read_value: Read, skip_value: Skip, depth: int) -> tuple[Read, Skip]:
    def skip_entry(data: bytes, at: int) -> int:
        return skip_value(data, _skip_text(data, at))

    def skip(data: bytes, at: int) -> int:
        count, at = _blocks(data, at)
        while count:
            at = _skip_parts(skip_entry, data, at, count)
            count, at = _blocks(data, at)
        return at

    def read_inside(data: bytes, at: int, out: Words) -> int:
        end = skip(data, at)
        out.append(INSIDE if _blocks(data, at)[0] else NOTHING)
        return end

    def read(data: bytes, at: int, out: Words) -> int:
        count, at = _blocks(data, at)
        if not count:
            out.append(NOTHING)
            return at
        if depth:
            out.append(OPEN)
        while count:
            while count and len(out) < MOST:
                start, end = _piece(data, at)
                name = data[start:end].decode()
                if depth == 0 and name in TELLING:
                    raise Unlisted
                out.append(name_word(name))
                at = read_value(data, end, out)
                count -= 1
            at = _skip_parts(skip_entry, data, at, count)
            count, at = _blocks(data, at)
        if depth:
            out.append(CLOSE)
        return at

    return (read_inside if is_inside(depth) else read), skip
