"""A Protobuf message as the line that a list shows: its fields as they were written, each by a function made once for it.

What a message seldom has is left to decode/protobuf.py (line.Unlisted): fields that the schema does not know or that come
twice, two of a oneof, groups. Of the types that every library brings most are read as its trees.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from meshdesk.decode.contract import Bounds
from meshdesk.decode.line import (
    CLOSE,
    INSIDE,
    LEFT,
    LONGEST,
    MOST,
    NOTHING,
    OPEN,
    TELLING,
    Unlisted,
    Words,
    close_array,
    count_word,
    is_inside,
    name_word,
    text_word,
    tree_words,
)
from meshdesk.decode.moments import moment
from meshdesk.decode.proto_framing import by_index, indexes
from meshdesk.decode.proto_known import NANOS, SECONDS, SHAPES
from meshdesk.decode.proto_plan import MessagePlan, Plan, book_of
from meshdesk.decode.proto_wire import FIXED32, FIXED64, LENGTH, VARINT, signed, varint
from meshdesk.decode.protobuf import ANY, Fields
from meshdesk.model.node import SHORT, Node, Word, word_of
from meshdesk.model.schema import Schema

BOUNDS = Bounds(nodes=2_000)  # of a part that is read as a tree; one with more is for the decoders
NEST = 50  # messages within each other; deeper ones are for the decoders
PATHS = 256  # message indexes of one schema whose messages are kept

# Reads the value of a field that begins behind its tag, in a message at that depth; where it ends.
ReadField = Callable[[bytes, int, int, Words, int], int]
SkipField = Callable[[bytes, int, int, int], int]


class Field(NamedTuple):
    """A field as it is written in one wire type."""

    key: str | int  # of what may come once: its number, or its oneof's name
    name: Word
    read: ReadField
    skip: SkipField  # reads the same and says nothing
    runs: bool  # its values may follow each other: all of them are read together, from the first tag on


class Message:
    """A message as a list shows it: its fields by their tags."""

    def __init__(self) -> None:
        self.fields: dict[int, Field] = {}


class Lines:
    """The messages of a schema, made where they are needed. Raises Undecodable where it cannot be understood."""

    def __init__(self, schema: Schema) -> None:
        self._book = book_of(schema)
        self._messages: dict[str, Message] = {}
        self._by_path: dict[tuple[int, ...], Message] = {}

    def read(self, data: bytes, at: int, out: Words) -> int:
        """A message behind its indexes, to the end of the bytes. Raises Unlisted."""
        if data[at]:
            path, at = next(indexes(data, at))
        else:
            path, at = [0], at + 1
        message = self._by_path.get(tuple(path)) or self._at(path)
        if at == len(data):
            out.append(NOTHING)
        _fields(message, data, at, len(data), out, 0)
        return len(data)

    def _at(self, path: list[int]) -> Message:
        found = by_index(self._book.types, path)
        if not found or found[0].name in SHAPES or found[0].name == ANY:
            raise Unlisted
        if not TELLING.isdisjoint(field.name for field in found[0].fields):
            raise Unlisted
        if len(self._by_path) >= PATHS:
            self._by_path.clear()
        message = self._by_path[tuple(path)] = self._message(self._book.plan(found[0].name))
        return message

    def _message(self, plan: MessagePlan) -> Message:
        message = self._messages.get(plan.name)
        if message is None:
            message = self._messages[plan.name] = Message()  # before its fields, which may refer to it
            for number, field in plan.fields.items():
                if field.missing:
                    continue
                for wire, runs, read, skip in self._ways(number, field, plan):
                    made = Field(field.oneof or number, name_word(field.name), read, skip, runs)
                    message.fields[number << 3 | wire] = made
        return message

    def _ways(self, number: int, field: Plan, around: MessagePlan) -> Iterator[tuple[int, bool, ReadField, SkipField]]:
        """(wire type, whether all values are read together, read, skip) for each wire type that a field may have."""
        inner = field.message
        if inner is None:
            read, skip = _scalar(field)
            if not field.repeated:
                yield field.wire, False, read, skip
                return
            both = _repeated(number, field, read, skip)
            for wire in {field.wire, LENGTH}:
                yield wire, True, *both
        elif inner.name in KNOWN and not field.repeated:
            yield LENGTH, False, *KNOWN[inner.name](inner)
        elif inner.name in SHAPES or inner.name == ANY:
            yield LENGTH, True, *self._as_tree(number, around)
        elif field.is_map:
            value = inner.fields.get(2)
            if (
                value is None
                or value.missing
                or (value.message and (value.message.name in SHAPES or value.message.name == ANY))
            ):
                yield LENGTH, True, *self._as_tree(number, around)
            else:
                yield LENGTH, True, *_map(number, self._message(inner))
        elif field.repeated:
            yield LENGTH, True, *_messages(number, self._message(inner))
        else:
            yield LENGTH, False, *_inner(self._message(inner))

    def _as_tree(self, number: int, around: MessagePlan) -> tuple[ReadField, SkipField]:
        """Reads all values of a field that follow each other as the one node that they are."""

        def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
            stop = _end_of_run(number, data, at, end)
            walk = Fields(data, BOUNDS, self._book)
            nodes, _ = walk.fields(around, at, stop, depth, 0)
            if len(nodes) != 1 or walk.odd or walk.missing or not walk.nodes:
                raise Unlisted
            out.extend(tree_words(nodes[0], depth + 1))
            return stop

        return read, lambda data, at, end, depth: read(data, at, end, [], depth)


def _fields(message: Message, data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    """Names and values of all fields."""
    fields, seen = message.fields, set()
    while at < end:
        start = at
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, start, end)
        field = fields.get(tag)
        if field is None or field.key in seen:
            raise Unlisted
        seen.add(field.key)
        if len(out) < MOST:
            out.append(field.name)
            at = field.read(data, start if field.runs else at, end, out, depth)
        else:
            at = field.skip(data, start if field.runs else at, end, depth)
    if at != end:
        raise Unlisted


def _skip_fields(message: Message, data: bytes, at: int, end: int, depth: int) -> None:
    fields, seen = message.fields, set()
    while at < end:
        start = at
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, start, end)
        field = fields.get(tag)
        if field is None or field.key in seen:
            raise Unlisted
        seen.add(field.key)
        at = field.skip(data, start if field.runs else at, end, depth)
    if at != end:
        raise Unlisted


def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where bytes behind their length begin and end."""
    length = data[at]
    at += 1
    if length >= 0x80:
        length, at = varint(data, at - 1, end)
    stop = at + length
    if stop > end:
        raise Unlisted
    return at, stop


# Messages


def _inner(message: Message) -> tuple[ReadField, SkipField]:
    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = _length(data, at, end)
        if depth > NEST:
            raise Unlisted
        _skip_fields(message, data, at, stop, depth + 1)
        return stop

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        begin, stop = _length(data, at, end)
        if begin == stop:
            out.append(NOTHING)
        elif is_inside(depth + 1):
            out.append(INSIDE)
            skip(data, at, end, depth)
        else:
            out.append(OPEN)
            _fields(message, data, begin, stop, out, depth + 1)
            out.append(CLOSE)
        return stop

    return read, skip


def _messages(number: int, message: Message) -> tuple[ReadField, SkipField]:
    """Messages in a list, of which a line says how many there are."""
    tag = number << 3 | LENGTH
    _, skip_one = _inner(message)

    def count(data: bytes, at: int, end: int, depth: int) -> tuple[int, int]:
        found = 0
        while at < end:
            read, behind = _tag(data, at, end)
            if read != tag:
                break
            at = skip_one(data, behind, end, depth + 1)
            found += 1
        return found, at

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        found, at = count(data, at, end, depth)
        out.append(count_word(found))
        return at

    return read, lambda data, at, end, depth: count(data, at, end, depth)[1]


def _map(number: int, entry: Message) -> tuple[ReadField, SkipField]:
    """Entries that have a key and a value, in this order, no key twice."""
    tag = number << 3 | LENGTH
    by_place = {place: {tag: field for tag, field in entry.fields.items() if tag >> 3 == place} for place in (1, 2)}

    def read_entry(data: bytes, at: int, end: int, out: Words, depth: int, names: set[str]) -> int:
        at, stop = _length(data, at, end)
        key, value = by_place[1].get(data[at]), None
        if key is None:
            raise Unlisted
        words: Words = []
        at = key.read(data, at + 1, stop, words, depth)
        name, tone = words[0]
        # Of text a word is less than all of it, and two words may be of different texts.
        if name in names or len(name) >= LONGEST or not name.isprintable() or (tone == "string" and name == '""'):
            raise Unlisted
        names.add(name)
        value = by_place[2].get(data[at]) if at < stop else None
        if value is None or value.runs:
            raise Unlisted
        out.append((name, "name"))
        at = value.read(data, at + 1, stop, out, depth + 1)
        if at != stop:
            raise Unlisted
        return at

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        words: Words = []
        names: set[str] = set()
        while at < end:
            found, behind = _tag(data, at, end)
            if found != tag:
                break
            at = read_entry(data, behind, end, words, depth, names)
        if is_inside(depth + 1):
            out.append(INSIDE)
        else:
            out += (OPEN, *words[:MOST], CLOSE)
        return at

    return read, lambda data, at, end, depth: read(data, at, end, [], depth)


def _tag(data: bytes, at: int, end: int) -> tuple[int, int]:
    tag = data[at]
    return (tag, at + 1) if tag < 0x80 else varint(data, at, end)


def _end_of_run(number: int, data: bytes, at: int, end: int) -> int:
    """Where the values of a field end that stand side by side, from the first one's tag on."""
    while at < end:
        tag, behind = _tag(data, at, end)
        if tag >> 3 != number:
            return at
        wire = tag & 7
        if wire not in SKIPS:
            raise Unlisted
        at = SKIPS[wire](data, behind, end, 0)
    return at


# Scalars


def _skip_varint(data: bytes, at: int, end: int, _depth: int) -> int:
    return at + 1 if at < end and data[at] < 0x80 else varint(data, at, end)[1]


def _skip_length(data: bytes, at: int, end: int, _depth: int) -> int:
    return _length(data, at, end)[1]


def _skip_fixed(size: int) -> SkipField:
    def skip(_data: bytes, at: int, end: int, _depth: int) -> int:
        if at + size > end:
            raise Unlisted
        return at + size

    return skip


SKIPS: dict[int, SkipField] = {
    VARINT: _skip_varint, LENGTH: _skip_length, FIXED32: _skip_fixed(4), FIXED64: _skip_fixed(8),
}  # fmt: skip


def _scalar(field: Plan) -> tuple[ReadField, SkipField]:
    if field.type == "string":
        return _text, _skip_length
    scalar = field.scalar
    assert scalar is not None  # it is no message, and its type is known
    skip = SKIPS[field.wire]
    if field.wire == VARINT:

        def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
            if at < end and data[at] < 0x80:
                kind, text = scalar(data, data[at], at, at)
                at += 1
            else:
                value, at = varint(data, at, end)
                kind, text = scalar(data, value, at, at)
            out.append(word_of(kind, text, LONGEST))
            return at

        return read, skip

    def read_bytes(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        if field.wire == LENGTH:
            at, stop = _length(data, at, end)
        else:
            stop = skip(data, at, end, depth)
        kind, text = scalar(data, 0, at, min(stop, at + LONGEST))
        out.append(word_of(kind, text, LONGEST))
        return stop

    return read_bytes, skip


def _text(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    at, stop = _length(data, at, end)
    out.append(text_word(data[at:stop].decode()))
    return stop


def _repeated(number: int, field: Plan, read_one: ReadField, skip_one: SkipField) -> tuple[ReadField, SkipField]:
    """Scalars in a list, each behind the tag, or packed behind one."""
    loose, packed = number << 3 | field.wire, number << 3 | LENGTH

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        begin, count = len(out), 0
        out.append(LEFT)
        while at < end:
            tag, behind = _tag(data, at, end)
            if tag == loose:
                at = read_one(data, behind, end, out, depth) if count < SHORT else skip_one(data, behind, end, depth)
                count += 1
            elif tag == packed:
                at, stop = _length(data, behind, end)
                while at < stop:
                    at = read_one(data, at, stop, out, depth) if count < SHORT else skip_one(data, at, stop, depth)
                    count += 1
            else:
                break
        close_array(out, begin, count, False)
        return at

    return read, lambda data, at, end, depth: read(data, at, end, [], depth)


# Types that every library brings along


def _known_moment(shape: Callable[[int, int], str]) -> Callable[[MessagePlan], tuple[ReadField, SkipField]]:
    """Seconds and nanoseconds, each at most once."""

    def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
        at, stop = _length(data, at, end)
        seconds = nanos = 0
        if at < stop and data[at] == 1 << 3 | VARINT:
            seconds, at = varint(data, at + 1, stop)
        if at < stop and data[at] == 2 << 3 | VARINT:
            nanos, at = varint(data, at + 1, stop)
        if at != stop:
            raise Unlisted
        out.append((shape(signed(seconds, 64), signed(nanos, 32)), "text"))
        return stop

    return lambda _: (read, lambda data, at, end, depth: read(data, at, end, [], depth))


def _timestamp(seconds: int, nanos: int) -> str:
    if seconds not in SECONDS or nanos not in NANOS:
        raise Unlisted
    return moment(seconds * 10**9 + nanos, 9) or ""


def _wrapped(inner: MessagePlan) -> tuple[ReadField, SkipField]:
    """A scalar in a message of its own, which is empty where it has its default."""
    value = inner.fields[1]
    read_value, _ = _scalar(value)
    empty = SHAPES[inner.name](Node("", "record", ""))
    default = word_of(empty.kind, empty.text, LONGEST)

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        at, stop = _length(data, at, end)
        if at == stop:
            out.append(default)
        elif data[at] != 1 << 3 | value.wire or read_value(data, at + 1, stop, out, depth) != stop:
            raise Unlisted
        return stop

    return read, lambda data, at, end, depth: read(data, at, end, [], depth)


KNOWN: dict[str, Callable[[MessagePlan], tuple[ReadField, SkipField]]] = {
    "google.protobuf.Timestamp": _known_moment(_timestamp),
    **{
        f"google.protobuf.{kind}Value": _wrapped
        for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
    },
}
