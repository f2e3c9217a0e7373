"""Kafka's own message format, read by definitions that are data (Kafka's protocol guide; KIP-482 for flexible versions).

A definition is text: fields by name and type, in the order of the wire.

    topics:[](name:string partitions:?[]int32)    an array of structs; "?": may be null
    leaderEpoch:int32/3+  expireTimestamp:int64/1-1    only in these versions
    topicId:uuid@0    a tagged field, only in flexible versions and only where it was written

From its first flexible version on a message writes lengths as varints, plus one so that 0 says null, and ends each of its
structs with tagged fields: a tag, a size, the value. A reader that does not know a tag skips it; here its bytes are shown.
"""

import base64
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.model.node import Kind, Node, hexed, more, shortened

WORDS = re.compile(r"\s*(?:(\w+):(\?)?(\[\])?(\w+|\()|(/\d+(?:\+|-\d+))|(@\d+)|(\)))")
NUMBERS = {"int8": ">b", "int16": ">h", "uint16": ">H", "int32": ">i", "int64": ">q"}
NEVER = 1 << 15  # versions are int16: no version is flexible


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a definition."""

    name: str
    type: str  # "int8" … "int64", "string", "bytes", "uuid", "boolean", "struct"
    fields: tuple["Field", ...]  # of a struct
    is_array: bool
    may_be_null: bool
    versions: range
    tag: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its fields, which versions there are, and from which on it is flexible."""

    fields: tuple[Field, ...]
    last: int = 0
    flexible: int = NEVER


Noted = Callable[[str, str], str]  # what a number means, by the field's name and the number: "" where nothing is known


def message(definition: str, last: int = 0, flexible: int = NEVER) -> Message:
    """The message of a definition.

    >>> [field.name for field in message("group:string topics:[](name:string parts:[]int32) at:int64/3+").fields]
    ['group', 'topics', 'at']
    """
    fields, end = _fields(definition, 0)
    if definition[end:].strip():
        raise ValueError(f"no field at {definition[end:]!r}")
    return Message(fields, last, flexible)


@cache
def _fields(definition: str, at: int) -> tuple[tuple[Field, ...], int]:
    fields: list[Field] = []
    while found := WORDS.match(definition, at):
        name, null, array, kind, versions, tag, close = found.groups()
        at = found.end()
        if close:
            break
        if name:
            parts: tuple[Field, ...] = ()
            if kind == "(":
                kind = "struct"
                parts, at = _fields(definition, at)
            fields.append(Field(name, kind, parts, bool(array), bool(null), range(NEVER), None))
        else:
            last = fields.pop()
            span = _versions(versions) if versions else last.versions
            number = int(tag[1:]) if tag else last.tag
            fields.append(Field(last.name, last.type, last.fields, last.is_array, last.may_be_null, span, number))
    return tuple(fields), at


def _versions(words: str) -> range:
    first, _, last = words[1:].removesuffix("+").partition("-")
    return range(int(first), int(last) + 1 if last else NEVER)


def tree_of(data: bytes, at: int, message: Message, version: int, bounds: Bounds, noted: Noted, name: str) -> Node:
    """The message from byte `at` on, as a record of that name; it must end where the bytes end. Raises Undecodable."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    if not 0 <= version <= message.last:
        raise Undecodable(f"it says version {version}, of which none is known")
    reader = _Reader(data, at, version, version >= message.flexible, bounds, noted)
    node = reader.record(name, message.fields, 1)
    if reader.at != len(data):
        raise Undecodable(f"it ends at byte {reader.at:,} of {len(data):,}")
    if node is None:
        raise Undecodable("nothing may be made of it")
    return node


class _Reader:
    """Where in a message reading is, and how many nodes may still be made."""

    def __init__(self, data: bytes, at: int, version: int, is_flexible: bool, bounds: Bounds, noted: Noted) -> None:
        self.at = at
        self._data, self._version, self._is_flexible, self._bounds, self._noted = (
            data, version, is_flexible, bounds, noted,
        )  # fmt: skip
        self._left = bounds.nodes

    def record(self, name: str, fields: tuple[Field, ...], depth: int) -> Node | None:
        """A struct, with its tagged fields where its definition has them."""
        if depth > self._bounds.depth:
            raise Undecodable(f"it is nested deeper than {self._bounds.depth} levels")
        start, is_shown = self.at, self._room()
        parts: dict[str, Node | None] = {}
        for field in fields:
            if field.tag is None and self._version in field.versions:
                parts[field.name] = self._field(field, depth + 1)
        if self._is_flexible:
            self._tagged({field.tag: field for field in fields if field.tag is not None}, parts, depth + 1)
        if not is_shown:
            return None
        known = [field.name for field in fields]
        names = [*(name for name in known if name in parts), *(name for name in parts if name not in known)]
        return self._container(name, "record", [parts[part] for part in names], start)

    def _tagged(self, known: dict[int | None, Field], parts: dict[str, Node | None], depth: int) -> None:
        last = -1
        for _ in range(self._varint()):
            tag, size = self._varint(), self._varint()
            if tag <= last:
                raise Undecodable(f"tag {tag} before byte {self.at:,} does not come in order")
            last, start, field = tag, self.at, known.get(tag)
            if field is None or self._version not in field.versions:
                parts[f"tag {tag}"] = self._bytes(f"tag {tag}", self._take(size), start)
                continue
            parts[field.name] = self._field(field, depth)
            if self.at != start + size:
                raise Undecodable(f"{field.name} takes {self.at - start:,} bytes where it says {size:,}")

    def _field(self, field: Field, depth: int) -> Node | None:
        if not field.is_array:
            return self._value(field.name, field, depth, field.may_be_null)
        start = self.at
        count = self._count(4, field.may_be_null)
        if count is None:
            return self._made(field.name, "null", "null", start)
        # An item has a byte at least, so a count that says more is a lie that would cost time.
        if count > len(self._data) - self.at:
            raise Undecodable(f"{field.name} says {count:,} items where {len(self._data) - self.at:,} bytes are left")
        if depth > self._bounds.depth:
            raise Undecodable(f"it is nested deeper than {self._bounds.depth} levels")
        is_shown, spare, items = self._room(), 0, []
        for number in range(count):
            if number == self._bounds.width:  # what lies beyond the width is walked, and no nodes are made of it
                spare, self._left = self._left, 0
            items.append(self._value(str(number), field, depth + 1, False))
        self._left += spare
        return self._container(field.name, "array", items, start) if is_shown else None

    def _value(self, name: str, field: Field, depth: int, may_be_null: bool) -> Node | None:
        start, kind = self.at, field.type
        if kind == "struct":
            if may_be_null and (sign := self._take(1)) != b"\x01":
                if sign not in (b"\xff", b"\0"):  # the second where it is a tagged field
                    raise Undecodable(f"byte {start:,} says neither that {name} is there nor that it is null")
                return self._made(name, "null", "null", start)
            return self.record(name, field.fields, depth)
        if kind in NUMBERS:
            form = NUMBERS[kind]
            text = str(struct.unpack(form, self._take(struct.calcsize(form)))[0])
            return self._made(name, "int", text, start, self._noted(field.name, text))
        if kind == "boolean":
            return self._made(name, "boolean", "true" if self._take(1) != b"\0" else "false", start)
        if kind == "uuid":  # as Kafka spells the ids of topics
            text = base64.urlsafe_b64encode(self._take(16)).rstrip(b"=").decode("ascii")
            return self._made(name, "string", text, start, "uuid")
        count = self._count(2 if kind == "string" else 4, may_be_null)
        if count is None:
            return self._made(name, "null", "null", start)
        data = self._take(count)
        if kind == "bytes":
            return self._bytes(name, data, start)
        try:
            return self._made(name, "string", data.decode("utf-8"), start)
        except UnicodeDecodeError:
            raise Undecodable(f"{name} at byte {start:,} is no UTF-8") from None

    def _count(self, size: int, may_be_null: bool) -> int | None:
        """A length or a count; None where it says null, as only some may."""
        if self._is_flexible:
            count = self._varint() - 1
        else:
            count = int.from_bytes(self._take(size), "big", signed=True)
        if count < -1 or (count == -1 and not may_be_null):
            raise Undecodable(f"the length before byte {self.at:,} is negative")
        return None if count == -1 else count

    def _varint(self) -> int:
        """An unsigned number of at most 32 bits."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self._take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise Undecodable(f"the number before byte {self.at:,} has more than five bytes")

    def _take(self, length: int) -> bytes:
        end = self.at + length
        if end > len(self._data):
            raise Undecodable(f"it needs {end - len(self._data):,} more bytes than there are")
        piece = self._data[self.at : end]
        self.at = end
        return piece

    def _room(self) -> bool:
        if self._left <= 0:
            return False
        self._left -= 1
        return True

    def _made(self, name: str, kind: Kind, text: str, start: int, note: str = "") -> Node | None:
        if not self._room():
            return None
        return Node(name, kind, shortened(text, self._bounds.text), (), note, (start, self.at))

    def _bytes(self, name: str, data: bytes, start: int) -> Node | None:
        return Node(name, "bytes", hexed(data, self._bounds.text), (), "", (start, self.at)) if self._room() else None

    def _container(self, name: str, kind: Kind, parts: list[Node | None], start: int) -> Node:
        shown = [part for part in parts if part is not None][: self._bounds.width]
        if len(shown) < len(parts):
            shown.append(more(len(parts) - len(shown)))
        return Node(name, kind, "", tuple(shown), span=(start, self.at))


def number_at(data: bytes, at: int, name: str) -> Node:
    """An int16 on its own, such as the type in front of a key. Raises Undecodable."""
    if len(data) < at + 2:
        raise Undecodable(f"it is too short for a {name}")
    return Node(name, "int", str(int.from_bytes(data[at : at + 2], "big", signed=True)), span=(at, at + 2))
