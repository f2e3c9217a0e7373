"""A Protobuf message as the line that a list shows: its fields as they were written, each by a function made once for it.

What a message seldom has is left to decode/protobuf.py (line.Unlisted): fields that come twice, two of a oneof, groups in
lists. Of the types that every library brings the rare ones are read as its trees.
"""

import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from meshdesk.decode.contract import Bounds
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
    RIGHT,
    TELLING,
    TRUE,
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
from meshdesk.decode.moments import moment, real
from meshdesk.decode.proto_framing import by_index, indexes, referred
from meshdesk.decode.proto_known import NANOS, SECONDS, SHAPES, duration
from meshdesk.decode.proto_plan import MessagePlan, Plan, Scalar, book_of
from meshdesk.decode.proto_wire import (
    END,
    FIXED32,
    FIXED64,
    GROUP,
    LENGTH,
    NUMBERS,
    STEPS,
    VARINT,
    is_message,
    signed,
    text_in,
    varint,
)
from meshdesk.decode.protobuf import ANY, Fields
from meshdesk.model.node import SHORT, Node, Word, word_of
from meshdesk.model.proto_schema import Message as Declared
from meshdesk.model.schema import Schema

BOUNDS = Bounds(nodes=2_000)  # of a part that is read as a tree; one with more is for the decoders
NEST = 50  # messages within each other; deeper ones are for the decoders
FIRST: tuple[int, ...] = (0,)  # the path to the first message of a schema
MORE = b"\x80"  # from which on a number has another byte
NAMES = (b"\x0a", b"\x8a")  # how the tag of a text that is field 1 may begin
DOUBLE = struct.Struct("<d")
TEXT_OF = itemgetter(0)  # of a word
PATHS = 256  # message indexes of one schema whose messages are kept
UNKNOWN = 1_024  # tags of fields that no schema has, kept: each is a name and two functions
LOOK = 8  # words after which it is asked again whether the line is full

# Reads the value of a field that begins behind its tag, in a message at that depth; where it ends.
ReadField = Callable[[bytes, int, int, Words, int], int]
SkipField = Callable[[bytes, int, int, int], int]


class Field(NamedTuple):
    """A field as it is written in one wire type."""

    key: str | int  # of what may come once: its number, or its oneof's name; below zero what is unknown
    name: Word
    read: ReadField
    skip: SkipField  # reads the same and says nothing
    runs: bool  # its values may follow each other: all of them are read together, from the first tag on


class Message:
    """A message as a list shows it: its fields by their tags."""

    __slots__ = ("fields", "is_sure", "missing")

    def __init__(self, is_sure: bool) -> None:
        self.fields: dict[int, Field] = {}
        self.is_sure = is_sure  # it is no other message, whatever is in it that it does not know
        self.missing: set[int] = set()  # numbers of fields whose type nothing brought along

    def unknown(self, tag: int) -> Field:
        """A field that it does not know. Raises Unlisted."""
        if tag >> 3 in self.missing or tag & 7 not in SKIPS:
            raise Unlisted
        if not self.is_sure:
            raise Unlisted
        return _unknown(tag)


class Lines:
    """The messages of a schema, made where they are needed. Raises Undecodable where it cannot be understood."""

    def __init__(self, schema: Schema) -> None:
        self._book = book_of(schema)
        self._messages: dict[tuple[str, bool], Message] = {}
        self._by_name: dict[bytes, Message] = {}
        self._by_path: dict[tuple[tuple[int, ...], bool], Message] = {}

    def read(self, data: bytes, at: int, out: Words) -> int:
        """A message behind its indexes, to the end of the bytes. Raises Unlisted."""
        is_sure = not data[at]
        if is_sure:
            path, at = FIRST, at + 1
            # Where not all fields are known it is asked whether it is another message: only here it cannot be one,
            # but for the name of one that Apicurio writes, which is field 1 of a message behind its length.
            is_sure = data[at : at + 1] < MORE and data[at + 1 : at + 2] not in NAMES
        else:
            indexes_of, at = next(indexes(data, at))
            path = tuple(indexes_of)
        message = self._by_path.get((path, is_sure)) or self._at(path, is_sure)
        if at == len(data):
            out.append(NOTHING)
            return at
        seen = _fields(message, data, at, len(data), out, 0)
        if is_sure and not any(isinstance(key, str) or key > 0 for key in seen):
            raise Unlisted
        return len(data)

    def read_referred(self, data: bytes, at: int, out: Words) -> int:
        """A message behind its name, as Apicurio writes it, all of whose fields are known. Raises Unlisted."""
        begin = at + 1 + data[at]
        ref = data[at:begin]
        message = self._by_name.get(ref)
        if message is None:
            framed = next(referred(data, at, self._book.types))
            if framed.start != begin:
                raise Unlisted
            if len(self._by_name) >= PATHS:
                self._by_name.clear()
            message = self._by_name[ref] = self._shown(framed.message, False)
        if begin == len(data):
            out.append(NOTHING)
        _fields(message, data, begin, len(data), out, 0)
        return len(data)

    def _at(self, path: tuple[int, ...], is_sure: bool) -> Message:
        found = by_index(self._book.types, list(path))
        if not found:
            raise Unlisted
        if len(self._by_path) >= PATHS:
            self._by_path.clear()
        message = self._by_path[path, is_sure] = self._shown(found[0], is_sure)
        return message

    def _shown(self, message: Declared, is_sure: bool) -> Message:
        """A message that is the whole value."""
        if message.name in SHAPES or message.name == ANY:
            raise Unlisted
        if not TELLING.isdisjoint(field.name for field in message.fields):
            raise Unlisted
        return self._message(self._book.plan(message.name), is_sure)

    def _message(self, plan: MessagePlan, is_sure: bool) -> Message:
        message = self._messages.get((plan.name, is_sure))
        if message is None:
            message = self._messages[plan.name, is_sure] = Message(is_sure)  # before its fields, which may refer to it
            for number, field in plan.fields.items():
                if field.missing:
                    message.missing.add(number)
                    continue
                for wire, runs, read, skip in self._ways(number, field, plan, is_sure):
                    made = Field(field.oneof or number, name_word(field.name), read, skip, runs)
                    message.fields[number << 3 | wire] = made
        return message

    def _ways(
        self, number: int, field: Plan, around: MessagePlan, is_sure: bool
    ) -> Iterator[tuple[int, bool, ReadField, SkipField]]:
        """(wire type, whether all values are read together, read, skip) for each wire type that a field may have."""
        inner = field.message
        if inner is None:
            read, skip = _scalar(field)
            if not field.repeated:
                yield field.wire, False, read, skip
                return
            both = _repeated(number, field.wire, read, skip)
            for wire in {field.wire, LENGTH}:
                yield wire, True, *both
        elif inner.name in KNOWN:
            read, skip = KNOWN[inner.name](inner)
            if field.repeated:
                yield LENGTH, True, *_repeated(number, LENGTH, read, skip)
            else:
                yield LENGTH, False, read, skip
        elif inner.name in CONTAINERS and not field.repeated:
            yield LENGTH, False, *CONTAINERS[inner.name]
        elif inner.name == ANY and not field.repeated:
            yield LENGTH, False, *self._any(is_sure)
        elif inner.name in SHAPES or inner.name == ANY:
            yield LENGTH, True, *self._as_tree(number, around)
        elif field.is_map:
            value = inner.fields.get(2)
            if value is None or value.missing or (value.message and self._is_shaped(value.message)):
                yield LENGTH, True, *self._as_tree(number, around)
            else:
                yield LENGTH, True, *_map(number, self._message(inner, is_sure))
        elif field.repeated:
            yield LENGTH, True, *_messages(number, self._message(inner, is_sure))
        else:
            yield LENGTH, False, *_inner(self._message(inner, is_sure))
            yield GROUP, False, *_group(number, self._message(inner, is_sure))

    @staticmethod
    def _is_shaped(plan: MessagePlan) -> bool:
        return plan.name in SHAPES and plan.name not in KNOWN and plan.name not in CONTAINERS

    def _any(self, is_sure: bool) -> tuple[ReadField, SkipField]:
        """The URL of a type that is known, then the fields of its message."""

        def opened(data: bytes, at: int, end: int) -> tuple[str, Message, int, int]:
            if data[at] != 1 << 3 | LENGTH:
                raise Unlisted
            begin, at = _length(data, at + 1, end)
            url = data[begin:at].decode()
            full = url.rpartition("/")[2]
            if full not in self._book.types.messages or full in SHAPES or full == ANY:
                raise Unlisted
            message = self._message(self._book.plan(full), is_sure)
            if at == end:
                return url, message, end, end
            if data[at] != 2 << 3 | LENGTH:
                raise Unlisted
            begin, at = _length(data, at + 1, end)
            if at != end:
                raise Unlisted
            return url, message, begin, at

        def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
            at, stop = _length(data, at, end)
            if at == stop:
                out.append(NOTHING)
                return stop
            if depth > NEST:
                raise Unlisted
            url, message, begin, stop = opened(data, at, stop)
            if is_inside(depth + 1):
                out.append(INSIDE)
                _skip_fields(message, data, begin, stop, depth + 1)
            else:
                out += (OPEN, ("@type", "name"), text_word(url))
                _fields(message, data, begin, stop, out, depth + 1)
                out.append(CLOSE)
            return stop

        def skip(data: bytes, at: int, end: int, depth: int) -> int:
            at, stop = _length(data, at, end)
            if at != stop:
                if depth > NEST:
                    raise Unlisted
                _, message, begin, stop = opened(data, at, stop)
                _skip_fields(message, data, begin, stop, depth + 1)
            return stop

        return read, skip

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


def _fields(message: Message, data: bytes, at: int, end: int, out: Words, depth: int) -> set[str | int]:
    """Names and values of all fields, as far as a line has room; what they are known by (Field.key)."""
    fields, seen, look, is_shown = message.fields, set(), len(out) + 2 * LOOK, len(out) < MOST
    while at < end:
        start = at
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, start, end)
        field = fields.get(tag) or message.unknown(tag)
        if field.key in seen:
            raise Unlisted
        seen.add(field.key)
        if is_shown:
            out.append(field.name)
            at = field.read(data, start if field.runs else at, end, out, depth)
            if len(out) >= look:
                is_shown, look = not _is_full(out), len(out) + LOOK
        else:
            at = field.skip(data, start if field.runs else at, end, depth)
    if at != end:
        raise Unlisted
    return seen


def _is_full(out: Words) -> bool:
    """Whether no word has room behind those."""
    return len(out) >= MOST or sum(map(len, map(TEXT_OF, out))) + len(out) > LONGEST + 1


def _skip_fields(message: Message, data: bytes, at: int, end: int, depth: int) -> None:
    """The same where nothing of it is shown: whether a field comes twice is nothing to see, then."""
    fields = message.fields
    while at < end:
        start = at
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, start, end)
        field = fields.get(tag) or message.unknown(tag)
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


def _group(number: int, message: Message) -> tuple[ReadField, SkipField]:
    """A message between two tags, as proto2 has it."""

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        if depth > NEST:
            raise Unlisted
        stop, behind = _end_of_group(number, data, at, end)
        _skip_fields(message, data, at, stop, depth + 1)
        return behind

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        stop, behind = _end_of_group(number, data, at, end)
        if at == stop:
            out.append(NOTHING)
        elif is_inside(depth + 1):
            out.append(INSIDE)
            skip(data, at, end, depth)
        else:
            out.append(OPEN)
            _fields(message, data, at, stop, out, depth + 1)
            out.append(CLOSE)
        return behind

    return read, skip


def _end_of_group(number: int, data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the fields of a group end, and the group."""
    while at < end:
        tag, behind = _tag(data, at, end)
        if tag & 7 == END:
            if tag >> 3 != number:
                raise Unlisted
            return at, behind
        if tag & 7 not in SKIPS:  # a group in a group
            raise Unlisted
        at = SKIPS[tag & 7](data, behind, end, 0)
    raise Unlisted


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
    by_place = {
        place: {tag: field for tag, field in entry.fields.items() if tag >> 3 == place and tag & 7 != GROUP}
        for place in (1, 2)
    }

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

    return read, _skip_map(tag, by_place)


def _skip_map(tag: int, by_place: dict[int, dict[int, Field]]) -> SkipField:
    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        while at < end:
            found, behind = _tag(data, at, end)
            if found != tag:
                break
            at, stop = _length(data, behind, end)
            for place in (1, 2):
                field = by_place[place].get(data[at]) if at < stop else None
                if field is None or field.runs:
                    raise Unlisted
                at = field.skip(data, at + 1, stop, depth + 1)
            if at != stop:
                raise Unlisted
        return at

    return skip


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
    stop = at
    while data[stop] >= 0x80:
        stop += 1
    stop += 1
    size = stop - at
    if stop > end or size > 10 or (size == 10 and data[stop - 1] > 1):  # of 64 bits
        raise Unlisted
    return stop


def _skip_length(data: bytes, at: int, end: int, _depth: int) -> int:
    length = data[at]
    stop = at + 1 + length if length < 0x80 else _length(data, at, end)[1]
    if stop > end:
        raise Unlisted
    return stop


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
    if field.type == "bytes":
        return _bytes, _skip_length
    if field.type == "double":
        return _double, SKIPS[FIXED64]
    scalar = field.scalar
    assert scalar is not None  # it is no message, and its type is known
    skip = SKIPS[field.wire]
    if field.wire == VARINT:
        return _number(scalar), skip

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        stop = skip(data, at, end, depth)
        out.append(word_of(*scalar(data, 0, at, stop), LONGEST))
        return stop

    return read, skip


def _number(scalar: Scalar) -> ReadField:
    """A varint. What one byte of it says is kept: 128 words."""
    small: dict[int, Word] = {}

    def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
        byte = data[at]
        if byte < 0x80 and at < end:
            word = small.get(byte)
            if word is None:
                word = small[byte] = word_of(*scalar(data, byte, at, at), LONGEST)
            out.append(word)
            return at + 1
        if at + 2 <= end and data[at + 1] < 0x80:
            value, at = byte & 0x7F | data[at + 1] << 7, at + 2
        else:
            value, at = varint(data, at, end)
        out.append(word_of(*scalar(data, value, at, at), LONGEST))
        return at

    return read


def _double(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    if at + 8 > end:
        raise Unlisted
    out.append((real(DOUBLE.unpack_from(data, at)[0]), "number"))
    return at + 8


def _text(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    length = data[at]
    at += 1
    stop = at + length
    if length >= 0x80:
        at, stop = _length(data, at - 1, end)
    elif stop > end:
        raise Unlisted
    text = data[at:stop].decode()
    out.append((text, "string") if 0 < len(text) <= LONGEST and text.isprintable() else text_word(text))
    return stop


def _bytes(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    at, stop = _length(data, at, end)
    out.append(bytes_word(data[at : min(stop, at + LONGEST)]))
    return stop


def _repeated(number: int, wire: int, read_one: ReadField, skip_one: SkipField) -> tuple[ReadField, SkipField]:
    """Scalars in a list, each behind the tag, or packed behind one."""
    loose, packed = number << 3 | wire, number << 3 | LENGTH

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
        close_array(out, begin, count)
        return at

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        while at < end:
            tag, behind = _tag(data, at, end)
            if tag == loose:
                at = skip_one(data, behind, end, depth)
            elif tag == packed:
                at, stop = _length(data, behind, end)
                while at < stop:
                    at = skip_one(data, at, stop, depth)
            else:
                break
        return at

    return read, skip


# What the schema does not know


@lru_cache(maxsize=UNKNOWN)
def _unknown(tag: int) -> Field:
    """A field of which no more than its number and its wire type are known. Raises Unlisted."""
    number, wire = tag >> 3, tag & 7
    if number not in NUMBERS:
        raise Unlisted
    guess, skip_one = GUESSES[wire], SKIPS[wire]

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        """All of them that follow each other; several are an array."""
        begin, count = len(out), 0
        while at < end:
            found, behind = _tag(data, at, end)
            if found != tag:
                break
            at = guess(data, behind, end, out, depth)
            count += 1
        if count > 1:
            words = out[begin:]
            is_short = count <= SHORT and OPEN not in words and INSIDE not in words
            out[begin:] = [LEFT, *words, RIGHT] if is_short else [count_word(count)]
        return at

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        while at < end:
            found, behind = _tag(data, at, end)
            if found != tag:
                break
            at = skip_one(data, behind, end, depth)
        return at

    return Field(-number, (str(number), "name"), read, skip, True)


def _guessed_varint(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    value, at = varint(data, at, end)
    out.append((str(signed(value, 64)), "number"))
    return at


def _guessed_fixed(size: int) -> ReadField:
    def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
        if at + size > end:
            raise Unlisted
        out.append((str(int.from_bytes(data[at : at + size], "little")), "number"))
        return at + size

    return read


def _guessed_piece(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
    """Text that a person can read, else a message, else bytes (proto_inspect.guessed)."""
    at, stop = _length(data, at, end)
    piece = data[at:stop]
    text = text_in(piece)
    if (text is None or text[:1] in LINES) and depth <= NEST and is_message(data, at, stop, [STEPS]):
        if is_inside(depth + 1):
            out.append(INSIDE)
        else:
            out.append(OPEN)
            _fields(NOBODY, data, at, stop, out, depth + 1)
            out.append(CLOSE)
    else:
        out.append(bytes_word(piece) if text is None else text_word(text))
    return stop


GUESSES: dict[int, ReadField] = {
    VARINT: _guessed_varint, LENGTH: _guessed_piece, FIXED32: _guessed_fixed(4), FIXED64: _guessed_fixed(8),
}  # fmt: skip
LINES = ("\n", "\t", "\r")
NOBODY = Message(True)  # of which nothing is known


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

    return lambda _: (read, _skip_moment)


def _skip_moment(data: bytes, at: int, end: int, depth: int) -> int:
    at, stop = _length(data, at, end)
    for number in (1, 2):
        if at < stop and data[at] == number << 3 | VARINT:
            at = _skip_varint(data, at + 1, stop, depth)
    if at != stop:
        raise Unlisted
    return stop


def _timestamp(seconds: int, nanos: int) -> str:
    if seconds not in SECONDS or nanos not in NANOS:
        raise Unlisted
    return moment(seconds * 10**9 + nanos, 9) or ""


def _duration(seconds: int, nanos: int) -> str:
    if abs(nanos) not in NANOS or seconds * nanos < 0:
        raise Unlisted
    return duration(seconds, nanos)


def _wrapped(inner: MessagePlan) -> tuple[ReadField, SkipField]:
    """A scalar in a message of its own, which is empty where it has its default."""
    value = inner.fields[1]
    read_value, skip_value = _scalar(value)
    empty = SHAPES[inner.name](Node("", "record", ""))
    default = word_of(empty.kind, empty.text, LONGEST)

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        at, stop = _length(data, at, end)
        if at == stop:
            out.append(default)
        elif data[at] != 1 << 3 | value.wire or read_value(data, at + 1, stop, out, depth) != stop:
            raise Unlisted
        return stop

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = _length(data, at, end)
        if at != stop and (data[at] != 1 << 3 | value.wire or skip_value(data, at + 1, stop, depth) != stop):
            raise Unlisted
        return stop

    return read, skip


# JSON as Struct, ListValue and Value have it: an object, an array, or one of six things


def _known_json(
    read_json: Callable[[bytes, int, int, Words, int], None], skip_json: Callable[[bytes, int, int, int], None]
) -> tuple[ReadField, SkipField]:
    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        at, stop = _length(data, at, end)
        if depth > NEST:
            raise Unlisted
        read_json(data, at, stop, out, depth + 1)
        return stop

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = _length(data, at, end)
        skip_json(data, at, stop, depth + 1)
        return stop

    return read, skip


def _struct(data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    """Entries that have a key and a value, in this order, no key twice."""
    if depth > NEST:
        raise Unlisted
    if at == end:
        out.append(NOTHING)
        return
    if is_inside(depth):
        _skip_struct(data, at, end, depth)
        out.append(INSIDE)
        return
    names: set[str] = set()
    out.append(OPEN)
    while at < end:
        if data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        at, stop = _length(data, at + 1, end)
        if at == stop or data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        at, behind = _length(data, at + 1, stop)
        name = data[at:behind].decode()
        if name in names or behind == stop or data[behind] != 2 << 3 | LENGTH:
            raise Unlisted
        names.add(name)
        at, behind = _length(data, behind + 1, stop)
        if behind != stop:
            raise Unlisted
        out.append(name_word(name))
        _value(data, at, stop, out, depth + 1)
        at = stop
    out.append(CLOSE)


def _list(data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    if depth > NEST:
        raise Unlisted
    begin, count, are_scalars = len(out), 0, True
    out.append(LEFT)
    while at < end:
        if data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        at, stop = _length(data, at + 1, end)
        # What is empty is a container, as an array and an object are.
        are_scalars = are_scalars and at != stop and data[at] not in (5 << 3 | LENGTH, 6 << 3 | LENGTH)
        _value(data, at, stop, out, depth + 1)
        at = stop
        count += 1
    if not count:
        out[begin:] = [EMPTY]
    elif are_scalars and count <= SHORT:
        out.append(RIGHT)
    else:
        out[begin:] = [count_word(count)]


def _value(data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    """One field of six, or none."""
    if at == end:
        out.append(NOTHING)
        return
    tag = data[at]
    at += 1
    if tag == 3 << 3 | LENGTH:
        at = _text(data, at, end, out, depth)
    elif tag == 2 << 3 | FIXED64:
        at = _double(data, at, end, out, depth)
    elif tag in (1 << 3 | VARINT, 4 << 3 | VARINT):
        value, at = varint(data, at, end)
        out.append(NULL if tag == 1 << 3 | VARINT else TRUE if value else FALSE)
    elif tag in (5 << 3 | LENGTH, 6 << 3 | LENGTH):
        begin, at = _length(data, at, end)
        (_struct if tag == 5 << 3 | LENGTH else _list)(data, begin, at, out, depth)
    else:
        raise Unlisted
    if at != end:
        raise Unlisted


def _skip_struct(data: bytes, at: int, end: int, depth: int) -> None:
    while at < end:
        if data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        at, stop = _length(data, at + 1, end)
        if at == stop or data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        _, at = _length(data, at + 1, stop)
        if at == stop or data[at] != 2 << 3 | LENGTH:
            raise Unlisted
        at, behind = _length(data, at + 1, stop)
        if behind != stop:
            raise Unlisted
        _skip_value(data, at, stop, depth + 1)
        at = stop


def _skip_list(data: bytes, at: int, end: int, depth: int) -> None:
    while at < end:
        if data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        at, stop = _length(data, at + 1, end)
        _skip_value(data, at, stop, depth + 1)
        at = stop


def _skip_value(data: bytes, at: int, end: int, depth: int) -> None:
    if depth > NEST:
        raise Unlisted
    if at == end:
        return
    tag = data[at]
    at += 1
    if tag == 3 << 3 | LENGTH:
        _, at = _length(data, at, end)
    elif tag == 2 << 3 | FIXED64:
        at += 8
    elif tag in (1 << 3 | VARINT, 4 << 3 | VARINT):
        at = _skip_varint(data, at, end, depth)
    elif tag in (5 << 3 | LENGTH, 6 << 3 | LENGTH):
        begin, at = _length(data, at, end)
        (_skip_struct if tag == 5 << 3 | LENGTH else _skip_list)(data, begin, at, depth)
    else:
        raise Unlisted
    if at != end:
        raise Unlisted


CONTAINERS: dict[str, tuple[ReadField, SkipField]] = {
    "google.protobuf.Struct": _known_json(_struct, _skip_struct),
    "google.protobuf.ListValue": _known_json(_list, _skip_list),
    "google.protobuf.Value": _known_json(_value, _skip_value),
}
KNOWN: dict[str, Callable[[MessagePlan], tuple[ReadField, SkipField]]] = {
    "google.protobuf.Timestamp": _known_moment(_timestamp),
    "google.protobuf.Duration": _known_moment(_duration),
    **{
        f"google.protobuf.{kind}Value": _wrapped
        for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
    },
}
