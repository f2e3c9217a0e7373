"""Functions that are written to pass over a Protobuf message: they prove that it is one and keep nothing of it.

Fields are looked for in the order of their numbers, in which writers put them; those that come otherwise, and those that are
rare, are passed over by the functions that proto_fields.py has. Nothing here looks whether a piece ends behind the last byte:
the place only grows, and must be that of the end of a message when all of it is read.
"""

import struct
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.line import Unlisted
from meshdesk.decode.line_source import Function, Source
from meshdesk.decode.proto_fields import NEST, Message, message_of, skip_fields
from meshdesk.decode.proto_known import SHAPES
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_plan import MessagePlan, Plan
from meshdesk.decode.proto_skip import SkipField, skip_length, skip_packed, skip_varint
from meshdesk.decode.proto_wire import FIXED32, GROUP, LENGTH, VARINT
from meshdesk.decode.proto_wire import LONGEST as LONGEST_NUMBER
from meshdesk.decode.protobuf import ANY

STEP = 8  # fields between looks whether they can come at all
FUNCTIONS = 60  # that pass over a message; of a schema of more messages the others are made as proto_fields.py has them
WIDE = 0x80  # from which on a tag has two bytes
WIDEST = 1 << 14  # from which on it has three: numbers that nobody gives who counts bytes
END = 1 << 16  # a tag that no field has: there is no more
WHOLE = 1 << 64
# What functions raise that are written here and for lines (proto_source.py), where the bytes are for others.
UNWRITTEN = (Unlisted, Undecodable, IndexError, ValueError, struct.error)


def pass_of_message(messages: Messages, plan: MessagePlan) -> SkipField:
    """What passes over a message behind its length, all of whose fields must be known. Raises Unlisted where its schema is not for
    that; the function raises UNWRITTEN."""
    source = Source(NAMES)
    passing: SkipField = source.compiled(Passing(source, messages, is_sure=False).message(plan))
    return passing


def number_at(data: bytes, at: int) -> tuple[int, int]:
    """A number of two bytes or more, and where it ends."""
    byte = data[at + 1]
    value = data[at] & 0x7F | (byte & 0x7F) << 7
    if byte < 0x80:
        return value, at + 2
    byte = data[at + 2]
    value |= (byte & 0x7F) << 14
    if byte < 0x80:
        return value, at + 3
    byte = data[at + 3]
    value |= (byte & 0x7F) << 21
    if byte < 0x80:
        return value, at + 4
    shift = 21
    for byte in data[at + 4 : at + LONGEST_NUMBER]:
        shift += 7
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    if byte >= 0x80 or value >= WHOLE:
        raise Unlisted
    return value, at + shift // 7 + 1


NAMES: dict[str, Any] = {
    "END": END,
    "NEST": NEST,
    "Unlisted": Unlisted,
    "number_at": number_at,
    "skip_fields": skip_fields,
    "skip_length": skip_length,
    "skip_packed": skip_packed,
    "skip_varint": skip_varint,
}


class Field(NamedTuple):
    """A field as it is looked for."""

    plan: Plan
    tags: tuple[int, ...]  # of one byte or two: as they stand, the first one lowest
    size: int  # bytes of a tag
    first: int  # the tag by which Message.fields has it


class Place(NamedTuple):
    """A message as it is being read, by what the source has of it."""

    message: Message
    tag: str  # the variable of the next tag, which is END behind the last field
    end: str  # the variable of where it ends
    is_wide: bool  # whether tags may have two bytes
    depth: int | str  # that of the message in the line (model/node.py), or the variable of it
    last: str = ""  # the variable of the number of the field before
    oneofs: Mapping[str, str] = {}  # of a oneof of several fields, the variable that tells whether one of them was read


class Passing:
    """The functions of one source that pass over messages, written where they are needed."""

    def __init__(self, source: Source, messages: Messages, is_sure: bool) -> None:
        self._source, self._messages, self._is_sure = source, messages, is_sure
        self._functions: dict[str, str] = {}  # by the name of the message

    def message(self, plan: MessagePlan) -> str:
        """The name of the function that passes over a message behind its length, in one at a depth."""
        if plan.name not in self._functions:
            message = self._messages.message(plan, self._is_sure)
            if len(self._functions) >= FUNCTIONS:
                self._functions[plan.name] = self._source.constant(message_of(message)[1])
                return self._functions[plan.name]
            function = self._source.function("data, at, end, depth")
            self._functions[plan.name] = function.name  # before its lines, which may call it
            fields = looked_for(plan)
            place = Place(message, "t", "stop", is_wide(fields), "depth")
            put_length(function)
            function.add("stop = at + b", "if stop > end or depth > NEST:", " raise Unlisted", "depth += 1")
            next_tag(function, place)
            for part in parts_of(fields):
                with below(function, "t", part, len(fields)):
                    self._fields(function, part, place)
            # In another order, or twice, which is nothing to see.
            function.add("if at != stop:", f" skip_fields({self._source.constant(message)}, data, at, stop, depth)")
            function.add("return stop")
        return self._functions[plan.name]

    def part(self, part: Sequence[Field], around: Place) -> str:
        """The name of a function that passes over some fields of a message."""
        function = self._source.function("data, at, end, depth")
        place = Place(around.message, "t", "end", around.is_wide, "depth")
        next_tag(function, place)
        self._fields(function, part, place)
        function.add("return at")
        return function.name

    def _fields(self, body: Function, part: Sequence[Field], place: Place) -> None:
        for one in part:
            with body.block(f"if {is_one(place.tag, one)}:"):
                if is_list(one.plan):
                    self.each(body, one, place, "")
                elif one.plan.repeated and one.plan.message is None:
                    _pass_scalars(body, one, place)
                elif one.plan.is_map and is_simple(one.plan.message):
                    _pass_map(body, one, place)
                else:
                    self._value(body, one, place)
                    next_tag(body, place)

    def _value(self, body: Function, one: Field, place: Place) -> None:
        field, inner = place.message.fields[one.first], one.plan.message
        if not field.runs:
            body.add(f"at += {one.size}")
        if field.runs or (inner is not None and not is_plain(inner)):
            body.add(f"at = {self._source.constant(field.skip)}(data, at, {place.end}, {place.depth})")
        elif inner is not None:
            body.add(f"at = {self.message(inner)}(data, at, {place.end}, {place.depth})")
        else:
            pass_scalar(body, one.plan, place.end)

    def each(self, body: Function, one: Field, place: Place, count: str) -> None:
        """Messages in a list; they are counted where `count` names a variable."""
        assert one.plan.message is not None  # so it was looked at
        with body.block(f"while {is_one(place.tag, one)}:"):
            if count:
                body.add(f"{count} += 1")
            passing = self.message(one.plan.message)
            body.add(f"at = {passing}(data, at + {one.size}, {place.end}, {place.depth} + 1)")
            next_tag(body, place)


def looked_for(plan: MessagePlan) -> list[Field]:
    """The fields of a message in the order of their numbers, but for those that are left to proto_fields.py."""
    found = []
    for number, field in sorted(plan.fields.items()):
        if number << 3 | GROUP >= WIDEST or number < 1 or field.missing:
            continue
        wires = {field.wire, LENGTH} if field.repeated else {field.wire}
        tags = tuple(sorted(standing(number << 3 | wire) for wire in wires))
        found.append(Field(field, tags, 1 if number << 3 < WIDE else 2, number << 3 | field.wire))
    return found


def is_wide(fields: Sequence[Field]) -> bool:
    """Whether some have a tag of two bytes."""
    return any(one.size > 1 for one in fields)


def standing(tag: int) -> int:
    """A tag as its bytes stand, the first one lowest; they grow as the tags do."""
    return tag if tag < WIDE else tag & 0x7F | 0x80 | tag >> 7 << 8


def parts_of(fields: list[Field]) -> list[list[Field]]:
    """The fields, so many at a time as are looked for without asking whether they can come."""
    return [fields[at : at + STEP] for at in range(0, len(fields), STEP)]


def is_plain(inner: MessagePlan | None) -> bool:
    """Whether it is a message of which no more is to be known than its fields."""
    return inner is not None and inner.name not in SHAPES and inner.name != ANY


def is_list(field: Plan) -> bool:
    """Whether it is such messages one behind the other."""
    return field.repeated and not field.is_map and is_plain(field.message)


def is_simple(entry: MessagePlan | None) -> bool:
    """Whether the key and the value of a map's entry are scalars."""
    fields = [entry.fields.get(number) for number in (1, 2)] if entry else [None]
    return all(one is not None and one.scalar is not None and not one.repeated for one in fields)


def is_one(tag: str, one: Field) -> str:
    """An expression that tells whether the next tag is the field's."""
    return " or ".join(f"{tag} == {known}" for known in one.tags)


def below(body: Function, tag: str, part: list[Field], count: int) -> AbstractContextManager[None]:
    """What is added within is only looked at where the next field is none behind those; of few fields it is always."""
    return body.block(f"if {tag} <= {part[-1].tags[-1]}:") if count > STEP else nullcontext()


def next_tag(body: Function, place: Place) -> None:
    """Reads it and leaves it where it stands."""
    tag, end = place.tag, place.end
    if place.is_wide:
        body.add(f"if at < {end}:", f" {tag} = data[at]", f" if {tag} > 127:", f"  {tag} |= data[at + 1] << 8")
        body.add("else:", f" {tag} = END")
    else:
        body.add(f"{tag} = data[at] if at < {end} else END")


def pass_scalar(body: Function, plan: Plan, end: str) -> None:
    """Passes over a number, a text or bytes behind the tag."""
    if plan.wire == LENGTH:
        body.add("b = data[at]", f"at = at + 1 + b if b < 128 else skip_length(data, at, {end}, 0)")
    elif plan.wire == VARINT:
        body.add(f"at = at + 1 if data[at] < 128 else skip_varint(data, at, {end}, 0)")
    else:
        body.add(f"at += {4 if plan.wire == FIXED32 else 8}")


def _pass_scalars(body: Function, one: Field, place: Place) -> None:
    """Scalars in a list, each behind the tag, or packed behind one."""
    plan = one.plan
    with body.block(f"while {is_one(place.tag, one)}:"):
        if plan.wire == LENGTH:
            body.add(f"at += {one.size}")
            pass_scalar(body, plan, place.end)
        else:
            with body.block(f"if {place.tag} == {standing(one.first & ~7 | LENGTH)}:"):
                put_length(body, one.size)
                if plan.wire == VARINT:
                    body.add("s = at + b", "at = s if data[at:s].isascii() else skip_packed(data, at, s)")
                else:
                    body.add(f"if b % {4 if plan.wire == FIXED32 else 8}:", " raise Unlisted", "at += b")
            with body.block("else:"):
                body.add(f"at += {one.size}")
                pass_scalar(body, plan, place.end)
        next_tag(body, place)


def _pass_map(body: Function, one: Field, place: Place) -> None:
    """Entries of scalars, each a key and a value in this order."""
    assert one.plan.message is not None  # so it was looked at
    with body.block(f"while {is_one(place.tag, one)}:"):
        put_length(body, one.size)
        body.add("s = at + b")
        for number in (1, 2):
            plan = one.plan.message.fields[number]
            body.add(f"if at >= s or data[at] != {number << 3 | plan.wire}:", " raise Unlisted", "at += 1")
            pass_scalar(body, plan, "s")
        body.add("if at != s:", " raise Unlisted")
        next_tag(body, place)


def put_length(body: Function, size: int = 0) -> None:
    """The length before bytes, in `b`; so many bytes of a tag stand before it."""
    body.add(f"b = data[at + {size}]" if size else "b = data[at]", f"at += {size + 1}")
    body.add("if b > 127:", " b, at = number_at(data, at - 1)")
