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
from meshdesk.decode.walk import Parts, Walk, whole
from meshdesk.model.node import Node

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


# What a number or bytes mean, by the field's name and the number, or the bytes in hex: "" where nothing is known.
Noted = Callable[[str, str], str]


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
    return whole(reader.struct(name, message.fields), reader, "record of Kafka's")


class _Reader(Walk):
    """A walk over a message of one version."""

    __slots__ = ("_is_flexible", "_noted", "_version")
    SAYS = False

    def __init__(self, data: bytes, at: int, version: int, is_flexible: bool, bounds: Bounds, noted: Noted) -> None:
        super().__init__(data, bounds, at)
        self._version, self._is_flexible, self._noted = version, is_flexible, noted

    def struct(self, name: str, fields: tuple[Field, ...]) -> Node | None:
        """A struct, with its tagged fields where its definition has them."""
        container = Parts(self, self.at)
        parts: dict[str, Node | None] = {}
        for field in fields:
            if field.tag is None and self._version in field.versions:
                parts[field.name] = self._field(field)
        if self._is_flexible:
            self._tagged({field.tag: field for field in fields if field.tag is not None}, parts)
        known = [field.name for field in fields]
        names = [*(name for name in known if name in parts), *(name for name in parts if name not in known)]
        for number, part in enumerate(names):
            container.add(parts[part] if number < self.bounds.width else None)
        return container.node(name, "record")

    def _tagged(self, known: dict[int | None, Field], parts: dict[str, Node | None]) -> None:
        last = -1
        for _ in range(self.varint()):
            tag, size = self.varint(), self.varint()
            if tag <= last:
                raise Undecodable(f"tag {tag} before byte {self.at:,} does not come in order")
            last, start, field = tag, self.at, known.get(tag)
            if field is None or self._version not in field.versions:
                parts[f"tag {tag}"] = self.hex(f"tag {tag}", self.take(size), start)
                continue
            parts[field.name] = self._field(field)
            if self.at != start + size:
                raise Undecodable(f"{field.name} takes {self.at - start:,} bytes where it says {size:,}")

    def _field(self, field: Field) -> Node | None:
        if not field.is_array:
            return self._value(field.name, field, field.may_be_null)
        start = self.at
        count = self._count(4, field.may_be_null)
        if count is None:
            return self.made(field.name, "null", "null", start)
        # An item has a byte at least, so a count that says more is a lie that would cost time.
        if count > len(self.data) - self.at:
            raise Undecodable(f"{field.name} says {count:,} items where {len(self.data) - self.at:,} bytes are left")
        container = Parts(self, start)
        for number in range(count):
            container.add(self._value(str(number), field, False))
        return container.node(field.name, "array")

    def _value(self, name: str, field: Field, may_be_null: bool) -> Node | None:
        start, kind = self.at, field.type
        if kind == "struct":
            if may_be_null and (sign := self.byte()) != 1:
                if sign not in (0xFF, 0):  # the second where it is a tagged field
                    raise Undecodable(f"byte {start:,} says neither that {name} is there nor that it is null")
                return self.made(name, "null", "null", start)
            return self.struct(name, field.fields)
        if kind in NUMBERS:
            form = NUMBERS[kind]
            text = str(struct.unpack(form, self.take(struct.calcsize(form)))[0])
            return self.made(name, "int", text, start, self._noted(field.name, text))
        if kind == "boolean":
            return self.made(name, "boolean", "true" if self.byte() else "false", start)
        if kind == "uuid":  # as Kafka spells the ids of topics
            text = base64.urlsafe_b64encode(self.take(16)).rstrip(b"=").decode("ascii")
            return self.made(name, "string", text, start, "uuid")
        count = self._count(2 if kind == "string" else 4, may_be_null)
        if count is None:
            return self.made(name, "null", "null", start)
        data = self.take(count)
        if kind == "bytes":
            return self.hex(name, data, start, self._noted(field.name, data.hex()))
        try:
            return self.made(name, "string", data.decode("utf-8"), start)
        except UnicodeDecodeError:
            raise Undecodable(f"{name} at byte {start:,} is no UTF-8") from None

    def _count(self, size: int, may_be_null: bool) -> int | None:
        """A length or a count; None where it says null, as only some may."""
        if self._is_flexible:
            count = self.varint() - 1
        else:
            count = int.from_bytes(self.take(size), "big", signed=True)
        if count < -1 or (count == -1 and not may_be_null):
            raise Undecodable(f"the length before byte {self.at:,} is negative")
        return None if count == -1 else count


def number_at(data: bytes, at: int, name: str) -> Node:
    """An int16 on its own, such as the type in front of a key. Raises Undecodable."""
    if len(data) < at + 2:
        raise Undecodable(f"it is too short for a {name}")
    return Node(name, "int", str(int.from_bytes(data[at : at + 2], "big", signed=True)), span=(at, at + 2))
