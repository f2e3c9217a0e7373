"""The messages of a Protobuf schema as a list shows them, each made where it is met for the first time: which function reads
which tag.

What is rare is read as the tree that decode/protobuf.py makes of it, or is left to it (line.Unlisted).
"""

from collections.abc import Iterator

from meshdesk.decode.contract import Bounds
from meshdesk.decode.line import (
    CLOSE,
    INSIDE,
    NOTHING,
    OPEN,
    Unlisted,
    Words,
    is_inside,
    name_word,
    text_word,
    tree_words,
)
from meshdesk.decode.proto_fields import (
    NEST,
    Field,
    Message,
    counted,
    group_of,
    map_of,
    message_of,
    read_fields,
    skip_fields,
)
from meshdesk.decode.proto_known import SHAPES
from meshdesk.decode.proto_known_line import CONTAINERS, KNOWN
from meshdesk.decode.proto_plan import Book, MessagePlan, Plan
from meshdesk.decode.proto_scalar_line import ReadField, repeated, scalar_of
from meshdesk.decode.proto_skip import SkipField, end_of_run, length_at
from meshdesk.decode.proto_unknown_line import unknown_field
from meshdesk.decode.proto_wire import GROUP, LENGTH
from meshdesk.decode.protobuf import ANY, Fields

URLS = 64  # of the types that a field of the type Any had, kept: a topic has few
BOUNDS = Bounds(nodes=2_000)  # of a part that is read as a tree; one with more is for the decoders


class Messages:
    """The messages of a schema, each in two readings: one that it surely is, whatever it does not know, and one that it is only
    where all fields are known."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._messages: dict[tuple[str, bool], Message] = {}

    def message(self, plan: MessagePlan, is_sure: bool) -> Message:
        """Of a plan of the same book. Raises Unlisted."""
        message = self._messages.get((plan.name, is_sure))
        if message is None:
            message = Message(unknown_field if is_sure else None)
            self._messages[plan.name, is_sure] = message  # before its fields, which may refer to it
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
            read, skip = scalar_of(field)
            if not field.repeated:
                yield field.wire, False, read, skip
                return
            both = repeated(number, field.wire, read, skip)
            for wire in {field.wire, LENGTH}:
                yield wire, True, *both
        elif inner.name in KNOWN:
            read, skip = KNOWN[inner.name](inner)
            if field.repeated:
                yield LENGTH, True, *repeated(number, LENGTH, read, skip)
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
                yield LENGTH, True, *map_of(number, self.message(inner, is_sure))
        elif field.repeated:
            yield LENGTH, True, *counted(number, self.message(inner, is_sure))
        else:
            yield LENGTH, False, *message_of(self.message(inner, is_sure))
            yield GROUP, False, *group_of(number, self.message(inner, is_sure))

    @staticmethod
    def _is_shaped(plan: MessagePlan) -> bool:
        return plan.name in SHAPES and plan.name not in KNOWN and plan.name not in CONTAINERS

    def _any(self, is_sure: bool) -> tuple[ReadField, SkipField]:
        """The URL of a type that is known, then the fields of its message."""
        known: dict[bytes, tuple[str, Message]] = {}

        def opened(data: bytes, at: int, end: int) -> tuple[str, Message, int, int]:
            if data[at] != 1 << 3 | LENGTH:
                raise Unlisted
            begin, at = length_at(data, at + 1, end)
            url, message = known.get(data[begin:at]) or self._meant(data[begin:at], is_sure, known)
            if at == end:
                return url, message, end, end
            if data[at] != 2 << 3 | LENGTH:
                raise Unlisted
            begin, at = length_at(data, at + 1, end)
            if at != end:
                raise Unlisted
            return url, message, begin, at

        def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
            at, stop = length_at(data, at, end)
            if at == stop:
                out.append(NOTHING)
                return stop
            if depth > NEST:
                raise Unlisted
            url, message, begin, stop = opened(data, at, stop)
            if is_inside(depth + 1):
                out.append(INSIDE)
                skip_fields(message, data, begin, stop, depth + 1)
            else:
                out += (OPEN, ("@type", "name"), text_word(url))
                read_fields(message, data, begin, stop, out, depth + 1)
                out.append(CLOSE)
            return stop

        def skip(data: bytes, at: int, end: int, depth: int) -> int:
            at, stop = length_at(data, at, end)
            if at != stop:
                if depth > NEST:
                    raise Unlisted
                _, message, begin, stop = opened(data, at, stop)
                skip_fields(message, data, begin, stop, depth + 1)
            return stop

        return read, skip

    def _meant(self, written: bytes, is_sure: bool, known: dict[bytes, tuple[str, Message]]) -> tuple[str, Message]:
        """The URL of a type as text, and the message that it names, which are kept in `known`. Raises Unlisted."""
        url = written.decode()
        full = url.rpartition("/")[2]
        if full not in self._book.types.messages or full in SHAPES or full == ANY:
            raise Unlisted
        if len(known) >= URLS:
            known.clear()
        known[written] = url, self.message(self._book.plan(full), is_sure)
        return known[written]

    def _as_tree(self, number: int, around: MessagePlan) -> tuple[ReadField, SkipField]:
        """Reads all values of a field that follow each other as the one node that they are."""

        def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
            stop = end_of_run(number, data, at, end)
            walk = Fields(data, BOUNDS, self._book)
            nodes, _ = walk.fields(around, at, stop, depth, 0)
            if len(nodes) != 1 or walk.odd or walk.missing or not walk.nodes:
                raise Unlisted
            out.extend(tree_words(nodes[0], depth + 1))
            return stop

        return read, lambda data, at, end, depth: read(data, at, end, [], depth)
