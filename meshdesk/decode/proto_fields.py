"""A message of Protobuf as words of the line that a list shows: its fields as they were written, each by a function made once for it."""

from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from meshdesk.decode.line import (
    CLOSE,
    INSIDE,
    LONGEST,
    MOST,
    NOTHING,
    OPEN,
    Unlisted,
    Words,
    count_word,
    is_inside,
)
from meshdesk.decode.proto_scalar_line import ReadField
from meshdesk.decode.proto_skip import SKIPS, SkipField, end_of_group, length_at, tag_at
from meshdesk.decode.proto_wire import GROUP, LENGTH, varint
from meshdesk.model.node import Word

NEST = 50  # messages within each other; deeper ones are for the decoders


TEXT_OF = itemgetter(0)  # of a word
LOOK = 8  # words after which it is asked again whether the line is full


class Field(NamedTuple):
    """A field as it is written in one wire type."""

    key: str | int  # of what may come once: its number, or its oneof's name; below zero what is unknown
    name: Word
    read: ReadField
    skip: SkipField  # reads the same and says nothing
    runs: bool  # its values may follow each other: all of them are read together, from the first tag on


class Message:
    """A message as a list shows it: its fields by their tags."""

    __slots__ = ("fields", "missing", "of_unknown")

    def __init__(self, of_unknown: Callable[[int], Field] | None) -> None:
        """`of_unknown` is what reads a field that has such a tag; None where it could be another message, then."""
        self.fields: dict[int, Field] = {}
        self.missing: set[int] = set()  # numbers of fields whose type nothing brought along
        self.of_unknown = of_unknown

    def unknown(self, tag: int) -> Field:
        """A field that it does not know. Raises Unlisted."""
        if tag >> 3 in self.missing or tag & 7 not in SKIPS or self.of_unknown is None:
            raise Unlisted
        return self.of_unknown(tag)


def read_fields(message: Message, data: bytes, at: int, end: int, out: Words, depth: int) -> set[str | int]:
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


def skip_fields(message: Message, data: bytes, at: int, end: int, depth: int) -> None:
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


def each_once(message: Message, data: bytes, at: int, end: int, depth: int) -> None:
    """Proves that each field of a message comes once, or its values side by side, and that of a whole value one at least is known.
    Raises Unlisted."""
    known = message.fields
    seen: set[str | int] = set()
    last: str | int = 0
    while at < end:
        start = at
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, start, end)
            if tag < 1 << 7 * (at - start - 1):  # in more bytes than it needs, which the others do not expect
                raise Unlisted
        field = known.get(tag)
        if field is None or tag & 7 not in SKIPS:
            field = field or message.unknown(tag)
            if field.key in seen:
                raise Unlisted
            at = field.skip(data, start if field.runs else at, end, depth)
        elif field.key in seen and not (field.runs and field.key == last):
            raise Unlisted
        elif tag & 7 == LENGTH and data[at] < 0x80:  # as most are, without a call
            at += 1 + data[at]
        else:
            at = SKIPS[tag & 7](data, at, end, depth)
        last = field.key
        seen.add(last)
    if at != end or not (depth or any(isinstance(key, str) or key > 0 for key in seen)):
        raise Unlisted


def beside(
    message: Message, data: bytes, begin: int, at: int, end: int, depth: int,
    last: int, is_proved: bool, is_other: bool, out: Words, is_shown: bool,
) -> tuple[int, int, bool]:  # fmt: skip
    """A field that does not follow one of number `last` in the order in which a message that begins at `begin` declares them: one
    that it does not know, or one of a lower number.

    Reads it from its tag on, with its name, unless it is known and behind others: then only that each comes once is proved, once
    for a message (`is_proved`), and it is looked for anew; where it was not found so, it `is_other`. Where it ends, the number
    that is then the last, and whether it is proved. Raises Unlisted.
    """
    tag, behind = tag_at(data, at, end)
    number = tag >> 3
    if not is_proved and (number <= last or not (last or depth)):
        each_once(message, data, begin, end, depth)
        return at, last, True
    if is_proved and not is_other:
        return at, last, True
    field = message.fields.get(tag) or message.unknown(tag)
    if not is_proved and isinstance(field.key, str):
        raise Unlisted
    start = at if field.runs else behind
    if is_shown:
        out.append(field.name)
        at = field.read(data, start, end, out, depth)
    else:
        at = field.skip(data, start, end, depth)
    if not is_proved and at < end and tag_at(data, at, end)[0] >> 3 <= number:
        each_once(message, data, begin, end, depth)
        is_proved = True
    return at, number, is_proved


def message_of(message: Message) -> tuple[ReadField, SkipField]:
    """A message behind its length."""

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        at, stop = length_at(data, at, end)
        read_message(message, data, at, stop, out, depth)
        return stop

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = length_at(data, at, end)
        skip_message(message, data, at, stop, depth)
        return stop

    return read, skip


def group_of(number: int, message: Message) -> tuple[ReadField, SkipField]:
    """A message between two tags, as proto2 has it."""

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        stop, behind = end_of_group(number, data, at, end)
        read_message(message, data, at, stop, out, depth)
        return behind

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        stop, behind = end_of_group(number, data, at, end)
        skip_message(message, data, at, stop, depth)
        return behind

    return read, skip


def read_message(message: Message, data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    """The value of a field of a message at that depth."""
    if at == end:
        out.append(NOTHING)
    elif is_inside(depth + 1):
        out.append(INSIDE)
        skip_message(message, data, at, end, depth)
    else:
        out.append(OPEN)
        read_fields(message, data, at, end, out, depth + 1)
        out.append(CLOSE)


def skip_message(message: Message, data: bytes, at: int, end: int, depth: int) -> None:
    """The same where nothing of it is shown."""
    if depth > NEST:
        raise Unlisted
    skip_fields(message, data, at, end, depth + 1)


def counted(number: int, message: Message) -> tuple[ReadField, SkipField]:
    """Messages in a list, of which a line says how many there are."""
    tag = number << 3 | LENGTH
    _, skip_one = message_of(message)

    def count(data: bytes, at: int, end: int, depth: int) -> tuple[int, int]:
        found = 0
        while at < end:
            read, behind = tag_at(data, at, end)
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


def map_of(number: int, entry: Message) -> tuple[ReadField, SkipField]:
    """Entries that have a key and a value, in this order, no key twice."""
    tag = number << 3 | LENGTH
    by_place = {
        place: {tag: field for tag, field in entry.fields.items() if tag >> 3 == place and tag & 7 != GROUP}
        for place in (1, 2)
    }

    def read_entry(data: bytes, at: int, end: int, out: Words, depth: int, names: set[str]) -> int:
        at, stop = length_at(data, at, end)
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
            found, behind = tag_at(data, at, end)
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
            found, behind = tag_at(data, at, end)
            if found != tag:
                break
            at, stop = length_at(data, behind, end)
            for place in (1, 2):
                field = by_place[place].get(data[at]) if at < stop else None
                if field is None or field.runs:
                    raise Unlisted
                at = field.skip(data, at + 1, stop, depth + 1)
            if at != stop:
                raise Unlisted
        return at

    return skip
