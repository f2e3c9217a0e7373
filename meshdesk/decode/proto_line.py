"""A Protobuf message as the line that a list shows: which message of its schema it is, and that it can be no other one.

What a message seldom has is left to decode/protobuf.py (line.Unlisted): fields that come twice, two of a oneof, groups in
lists.
"""

from collections.abc import Sequence
from functools import lru_cache

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.line import LONGEST, MOST, NOTHING, TELLING, Laid, Line, Unlisted, Words, count_word
from meshdesk.decode.proto_fields import Message, read_fields, read_message, skip_message
from meshdesk.decode.proto_framing import Framing, apicurio, by_index, indexes, referred
from meshdesk.decode.proto_known import SHAPES, is_as_known
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_pass_source import UNWRITTEN
from meshdesk.decode.proto_plan import book_of
from meshdesk.decode.proto_skip import tag_at
from meshdesk.decode.proto_source import line_of_message
from meshdesk.decode.proto_wire import GROUP
from meshdesk.decode.protobuf import ANY
from meshdesk.model.node import Tones, line_of
from meshdesk.model.proto_schema import Message as Declared
from meshdesk.model.schema import Schema

FIRST: tuple[int, ...] = (0,)  # the path to the first message of a schema
MORE = 0x80  # from which on a number has another byte
NAMES = (0x0A, 0x8A)  # how the tag of a text that is field 1 may begin
EMPTY = line_of([NOTHING], LONGEST)
SCHEMAS = 256  # kept: more than a person looks at in an hour
PATHS = 256  # messages of one schema that are kept, by their indexes or by their names


class Shown:
    """A message that is the whole value."""

    __slots__ = ("line", "message")

    def __init__(self, message: Message, line: Line | None) -> None:
        self.message = message
        self.line = line  # written for it (proto_source.py), where that can be


class Lines:
    """The messages of a schema, made where they are needed. Raises Undecodable where it cannot be understood."""

    def __init__(self, schema: Schema) -> None:
        self._book = book_of(schema)
        self._messages = Messages(self._book)
        self._by_name: dict[bytes, Shown] = {}
        self._by_path: dict[tuple[tuple[int, ...], bool], Shown] = {}
        self._by_message: dict[str, Shown] = {}
        self._by_prefix: dict[bytes, Shown] = {}
        self._first: Shown | None = None  # which most schemas have alone
        self._is_for_lists = is_as_known(
            self._book.types
        )  # what is written for the types that libraries bring reads no others

    def read(self, data: bytes, at: int, limit: int) -> tuple[str, Tones]:
        """A message behind its indexes, to the end of the bytes. Raises Unlisted."""
        if data[at]:
            start = at
            at += 1
            for _ in range(data[start] >> 1):
                while data[at] >= MORE:
                    at += 1
                at += 1
            shown = self._by_prefix.get(data[start:at])
            if shown is None:
                path, end = next(indexes(data, start))
                shown = self._at(tuple(path), False)
                if end != at:  # of the older form
                    return _read(shown, data, end, limit, False)
                if len(self._by_prefix) >= PATHS:
                    self._by_prefix.clear()
                self._by_prefix[data[start:at]] = shown
            return _read(shown, data, at, limit, False)
        at += 1
        # Where not all fields are known it is asked whether it is another message: only here it cannot be one,
        # but for the name of one that Apicurio writes, which is field 1 of a message behind its length.
        if len(data) > at + 1 and (data[at] >= MORE or data[at + 1] in NAMES):
            return _read(self._at(FIRST, False), data, at, limit, False)
        shown = self._first
        if shown is None:
            shown = self._first = self._at(FIRST, True)
        if shown.line is not None and at < len(data):  # most of all, and so without one more call
            try:
                return shown.line(data, at, limit)
            except UNWRITTEN:
                pass
        return _read(shown, data, at, limit, True, is_tried=True)

    def read_referred(self, data: bytes, at: int, limit: int) -> tuple[str, Tones]:
        """A message behind its name, as Apicurio writes it, all of whose fields are known. Raises Unlisted."""
        begin = at + 1 + data[at]
        ref = data[at:begin]
        shown = self._by_name.get(ref)
        if shown is None:
            framed = next(referred(data, at, self._book.types), None)
            if framed is None or framed.start != begin:
                return self.read_behind(apicurio, data, at, limit)
            if len(self._by_name) >= PATHS:
                self._by_name.clear()
            shown = self._by_name[ref] = self._shown(framed.message, False)
        return _read(shown, data, begin, limit, False)

    def read_behind(self, framing: Framing, data: bytes, at: int, limit: int) -> tuple[str, Tones]:
        """The message that a framing finds first, all of whose fields are known: then it is the best. Raises Unlisted."""
        framed = next(framing(data, at, self._book.types), None)
        if framed is None:
            raise Unlisted
        return _read(self._of_message(framed.message), data, framed.start, limit, False)

    def line_of(self, declared: Declared, data: bytes, at: int) -> Laid:
        """The message that stands from a byte on to the end of the bytes, all of whose fields are known. Raises Unlisted."""
        try:
            return _read(self._of_message(declared), data, at, LONGEST, False)
        except (*UNWRITTEN, RecursionError):
            raise Unlisted from None

    def words_of_each(self, declared: Declared, data: bytes, pieces: Sequence[tuple[int, int]]) -> Words:
        """The same of several messages, each from a byte to another, as an array. Raises Unlisted."""
        message = self._of_message(declared).message
        words: Words = [count_word(len(pieces))]
        try:
            for start, end in pieces:
                if len(words) < MOST:
                    read_message(message, data, start, end, words, 0)
                else:
                    skip_message(message, data, start, end, 0)
        except (*UNWRITTEN, RecursionError):
            raise Unlisted from None
        return words

    def is_other(self, declared: Declared, data: bytes) -> bool:
        """Whether the first tag of some bytes tells already that the message has not all fields that they would be."""
        message = self._of_message(declared).message
        try:
            tag, _ = tag_at(data, 0, len(data))
        except Undecodable:
            return True
        return not (tag in message.fields or tag >> 3 in message.missing or tag & 7 == GROUP)

    def _of_message(self, declared: Declared) -> Shown:
        shown = self._by_message.get(declared.name)
        if shown is None:
            if len(self._by_message) >= PATHS:
                self._by_message.clear()
            shown = self._by_message[declared.name] = self._shown(declared, False)
        return shown

    def _at(self, path: tuple[int, ...], is_sure: bool) -> Shown:
        shown = self._by_path.get((path, is_sure))
        if shown is None:
            found = by_index(self._book.types, list(path))
            if not found:
                raise Unlisted
            if len(self._by_path) >= PATHS:
                self._by_path.clear()
            shown = self._by_path[path, is_sure] = self._shown(found[0], is_sure)
        return shown

    def _shown(self, declared: Declared, is_sure: bool) -> Shown:
        if not self._is_for_lists or declared.name in SHAPES or declared.name == ANY:
            raise Unlisted
        if not TELLING.isdisjoint(field.name for field in declared.fields):
            raise Unlisted
        plan = self._book.plan(declared.name)
        message = self._messages.message(plan, is_sure)
        try:
            return Shown(message, line_of_message(self._messages, plan, is_sure))
        except (Unlisted, RecursionError):
            return Shown(message, None)


@lru_cache(maxsize=SCHEMAS)
def lines_of(schema: Schema) -> Lines:
    """Those of a schema, made once. Raises Undecodable."""
    return Lines(schema)


def _read(shown: Shown, data: bytes, at: int, limit: int, is_sure: bool, is_tried: bool = False) -> tuple[str, Tones]:
    """A message to the end of the bytes; `is_tried` where what is written for it did not read it. Raises Unlisted."""
    if at == len(data):
        return EMPTY if limit > len(NOTHING[0]) else line_of([NOTHING], limit)
    if shown.line is not None and not is_tried:
        try:
            return shown.line(data, at, limit)
        except UNWRITTEN:  # fields in another order, or unknown ones
            pass
    words: Words = []
    seen = read_fields(shown.message, data, at, len(data), words, 0)
    if is_sure and not any(isinstance(key, str) or key > 0 for key in seen):
        raise Unlisted
    return line_of(words, limit)
