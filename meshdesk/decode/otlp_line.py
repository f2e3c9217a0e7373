"""OpenTelemetry's traces, logs and metrics as the line that a list shows: how many resources they are of, and nothing of their tree.

That all bytes are OTLP's is proved as decode/otlp.py proves it, by functions that pass over a message (proto_pass_source.py).
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from meshdesk.decode.line import Unlisted, Words, count_word, name_word
from meshdesk.decode.otlp_schema import KINDS, PACKAGE, SIZES, book
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_pass_source import UNWRITTEN, pass_of_message
from meshdesk.decode.proto_plan import MessagePlan
from meshdesk.decode.proto_skip import SKIPS, SkipField, length_at, skip_length, tag_at
from meshdesk.decode.proto_wire import LENGTH
from meshdesk.model.node import Word

FIRST, SECOND, THIRD = (number << 3 | LENGTH for number in (1, 2, 3))  # tags


class Kind(NamedTuple):
    """Traces, logs or metrics: messages of resources, in each one those of scopes, in each of these the records."""

    name: Word  # of the field that holds the resources
    record: MessagePlan
    one_of: frozenset[int]  # fields of which each record has one
    sizes: dict[int, tuple[int, ...]]  # how many bytes the value of a field can have
    pass_resource: SkipField
    pass_scope: SkipField
    pass_record: SkipField


@cache  # once, where the first payload looks like it
def kinds() -> tuple[Kind, ...]:
    """The three, in the order in which decode/otlp.py asks for them."""
    known = book()
    messages = Messages(known)
    found = []
    for name, _, _, one_of in KINDS:
        outer = known.plan(f"{PACKAGE}.{name}").fields[1]
        resources = outer.message
        scopes = resources.fields[2].message if resources else None
        record = scopes.fields[2].message if scopes else None
        assert record is not None  # as it is declared
        numbers = {field.name: number for number, field in record.fields.items()}
        found.append(
            Kind(
                name=name_word(outer.name),
                record=record,
                one_of=frozenset(numbers[one] for one in one_of),
                sizes={numbers[one]: sizes for one, sizes in SIZES.items() if one in numbers},
                pass_resource=pass_of_message(messages, known.plan(f"{PACKAGE}.Resource")),
                pass_scope=pass_of_message(messages, known.plan(f"{PACKAGE}.InstrumentationScope")),
                pass_record=pass_of_message(messages, record),
            )
        )
    return tuple(found)


def words_of(data: bytes) -> Words:
    """All of the bytes. Raises Unlisted."""
    try:
        begin, end = _first_record(data)
        # A kind that this record rules out is none of those that decode/otlp.py would find; where it does not, it must be it.
        kind = next((one for one in kinds() if _is_one(one, data, begin, end)), None)
        if kind is not None:
            return [kind.name, count_word(_resources(kind, data))]
    except UNWRITTEN:
        pass
    raise Unlisted


def _first_record(data: bytes) -> tuple[int, int]:
    """Where the first record begins and ends."""
    at, end = 0, len(data)
    for wanted in (FIRST, SECOND, SECOND):
        while data[at] != wanted:
            if data[at] & 7 != LENGTH:
                raise Unlisted
            at = skip_length(data, at + 1, end, 0)
            if at >= end:
                raise Unlisted
        at, end = length_at(data, at + 1, end)
    return at, end


def _is_one(kind: Kind, data: bytes, at: int, end: int) -> bool:
    """Whether the fields of a record, as far as a glance tells, are those of the kind."""
    numbers: set[int] = set()
    for number, wire, length in _fields(data, at, end):
        field = kind.record.fields.get(number)
        if field is None or field.wire != wire:
            return False
        if number in kind.sizes:
            if number in numbers:  # of which the last counts
                raise Unlisted
            if length not in kind.sizes[number]:
                return False
        numbers.add(number)
    return not kind.one_of.isdisjoint(numbers)


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The fields of a message: number, wire type, and of what has a length that."""
    while at < end:
        tag, at = tag_at(data, at, end)
        wire = tag & 7
        if wire not in SKIPS:
            raise Unlisted
        if wire == LENGTH:
            begin, at = length_at(data, at, end)
            yield tag >> 3, wire, at - begin
        else:
            at = SKIPS[wire](data, at, end, 0)
            yield tag >> 3, wire, 0


def _resources(kind: Kind, data: bytes) -> int:
    """How many they are, where all bytes are fields of them and each record is one."""
    count, at, end = 0, 0, len(data)
    while at < end:
        if data[at] != FIRST:
            raise Unlisted
        at, stop = length_at(data, at + 1, end)
        while at < stop:
            tag = data[at]
            at += 1
            if tag == FIRST:
                at = kind.pass_resource(data, at, stop, 1)
            elif tag == SECOND:
                at = _pass_records(kind, data, at, stop)
            elif tag == THIRD:
                at = skip_length(data, at, stop, 1)
            else:
                raise Unlisted
        if at != stop:
            raise Unlisted
        count += 1
    return count


def _pass_records(kind: Kind, data: bytes, at: int, end: int) -> int:
    """Behind the records of a scope."""
    at, stop = length_at(data, at, end)
    while at < stop:
        tag = data[at]
        at += 1
        if tag == FIRST:
            at = kind.pass_scope(data, at, stop, 3)
        elif tag == SECOND:
            begin, _ = length_at(data, at, stop)
            at = kind.pass_record(data, at, stop, 4)
            if not _is_one(kind, data, begin, at):
                raise Unlisted
        elif tag == THIRD:
            at = skip_length(data, at, stop, 3)
        else:
            raise Unlisted
    if at != stop:
        raise Unlisted
    return stop
