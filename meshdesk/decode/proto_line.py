"""A Protobuf message as the line that a list shows: which message of its schema it is, and that it can be no other one.

What a message seldom has is left to decode/protobuf.py (line.Unlisted): fields that come twice, two of a oneof, groups in
lists.
"""

from meshdesk.decode.line import NOTHING, TELLING, Unlisted, Words
from meshdesk.decode.proto_fields import Message, read_fields
from meshdesk.decode.proto_framing import by_index, indexes, referred
from meshdesk.decode.proto_known import SHAPES
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_plan import book_of
from meshdesk.decode.protobuf import ANY
from meshdesk.model.proto_schema import Message as Declared
from meshdesk.model.schema import Schema

FIRST: tuple[int, ...] = (0,)  # the path to the first message of a schema
MORE = b"\x80"  # from which on a number has another byte
NAMES = (b"\x0a", b"\x8a")  # how the tag of a text that is field 1 may begin
PATHS = 256  # message indexes of one schema whose messages are kept


class Lines:
    """The messages of a schema, made where they are needed. Raises Undecodable where it cannot be understood."""

    def __init__(self, schema: Schema) -> None:
        self._book = book_of(schema)
        self._messages = Messages(self._book)
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
        seen = read_fields(message, data, at, len(data), out, 0)
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
        read_fields(message, data, begin, len(data), out, 0)
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
        return self._messages.message(self._book.plan(message.name), is_sure)
