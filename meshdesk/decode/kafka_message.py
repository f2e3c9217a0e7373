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
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.one_line import OneLine
from meshdesk.decode.walk import Walk, whole
from meshdesk.model.node import FULL, Node

WORDS = re.compile(r"\s*(?:(\w+):(\?)?(\[\])?(\w+|\()|(/\d+(?:\+|-\d+))|(@\d+)|(\)))")
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


@dataclass(frozen=True, slots=True, eq=False)
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
    reader = _reader(data, at, message, version, bounds, noted)
    return whole(reader.struct(name, _plan(message, version)), reader, WHAT)


def say(data: bytes, at: int, message: Message, version: int, bounds: Bounds, line: OneLine, name: str | None) -> None:
    """The same, said to a line; without a name its fields alone, which are written in the order in which they are shown.
    Raises Undecodable."""
    reader = _reader(data, at, message, version, bounds, _nothing)
    reader.line = line
    plan = _plan(message, version)
    if name is None:
        reader.fields(plan)
    else:
        reader.struct(name, plan)
    if reader.at != len(data):
        whole(None, reader, WHAT)


WHAT = "record of Kafka's"


def _nothing(*_: str) -> str:
    return ""


def _reader(data: bytes, at: int, message: Message, version: int, bounds: Bounds, noted: Noted) -> "_Reader":
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    if not 0 <= version <= message.last:
        raise Undecodable(f"it says version {version}, of which none is known")
    return _Reader(data, at, version >= message.flexible, bounds, noted)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A field as it is read in one version."""

    name: str
    read: "Read"
    may_be_null: bool
    plan: "_Plan | None"  # of a struct, or of an array of structs
    item: "_Part | None"  # of an array


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What a struct has in one version."""

    parts: tuple[_Part, ...]
    tagged: dict[int, _Part]
    names: tuple[str, ...]  # of all fields, in the order in which they are shown
    is_in_order: bool  # whether the tagged ones, which are written last, are shown last


@lru_cache(maxsize=500)  # each message in each of its versions: there are some 150
def _plan(message: Message, version: int) -> _Plan:
    return _planned(message.fields, version)


def _planned(fields: tuple[Field, ...], version: int) -> _Plan:
    there = [field for field in fields if version in field.versions]
    order = [-1 if field.tag is None else field.tag for field in fields]
    return _Plan(
        tuple(_part(field, version) for field in there if field.tag is None),
        {field.tag: _part(field, version) for field in there if field.tag is not None},
        tuple(field.name for field in fields),
        order == sorted(order),
    )


def _part(field: Field, version: int) -> _Part:
    plan = _planned(field.fields, version) if field.type == "struct" else None
    read = READERS[field.type]
    if not field.is_array:
        return _Part(field.name, read, field.may_be_null, plan, None)
    return _Part(field.name, _Reader.items, field.may_be_null, plan, _Part(field.name, read, False, plan, None))


class _Reader(Walk):
    """A walk over a message of one version."""

    __slots__ = ("_is_flexible", "_noted")
    SAYS = False

    def __init__(self, data: bytes, at: int, is_flexible: bool, bounds: Bounds, noted: Noted) -> None:
        super().__init__(data, bounds, at)
        self._is_flexible, self._noted = is_flexible, noted

    def struct(self, name: str, plan: _Plan) -> Node | None:
        """A struct, with its tagged fields where its definition has them."""
        line = self.line
        if line is not None and not plan.is_in_order and not line.hides and line.room >= FULL:
            return self.apart(lambda reader: reader.struct(name, plan))
        container = self.record(name, self.at)
        for number, part in enumerate(self.fields(plan)):
            container.add(part if number < self.bounds.width else None)
        return container.node(name, "record")

    def fields(self, plan: _Plan) -> list[Node | None]:
        """The fields of a struct, in the order in which they are shown."""
        parts = [part.read(self, part.name, part) for part in plan.parts]
        count = self.varint() if self._is_flexible else 0
        if not count:
            return parts
        by_name = {part.name: node for part, node in zip(plan.parts, parts, strict=True)}
        self._tagged(count, plan, by_name)
        known = plan.names
        names = [*(name for name in known if name in by_name), *(name for name in by_name if name not in known)]
        return [by_name[name] for name in names]

    def _tagged(self, count: int, plan: _Plan, parts: dict[str, Node | None]) -> None:
        last = -1
        for _ in range(count):
            tag, size = self.varint(), self.varint()
            if tag <= last:
                raise Undecodable(f"tag {tag} before byte {self.at:,} does not come in order")
            last, start, known = tag, self.at, plan.tagged.get(tag)
            if known is None:
                parts[f"tag {tag}"] = self.hex(f"tag {tag}", self.take(size), start)
                continue
            parts[known.name] = known.read(self, known.name, known)
            if self.at != start + size:
                raise Undecodable(f"{known.name} takes {self.at - start:,} bytes where it says {size:,}")

    def items(self, name: str, part: _Part) -> Node | None:
        """An array, or null."""
        start = self.at
        count = self._count(4, part.may_be_null)
        if count is None:
            return self.made(name, "null", "null", start)
        # An item has a byte at least, so a count that says more is a lie that would cost time.
        if count > len(self.data) - self.at:
            raise Undecodable(f"{name} says {count:,} items where {len(self.data) - self.at:,} bytes are left")
        container = self.array(name, start)
        item = part.item or part
        for number in range(count):
            container.add(item.read(self, str(number), item))
        return container.node(name, "array")

    def one(self, name: str, part: _Part) -> Node | None:
        """A struct that stands alone, or null."""
        start = self.at
        if part.may_be_null and (sign := self.byte()) != 1:
            if sign not in (0xFF, 0):  # the second where it is a tagged field
                raise Undecodable(f"byte {start:,} says neither that {name} is there nor that it is null")
            return self.made(name, "null", "null", start)
        return self.struct(name, part.plan) if part.plan is not None else None

    def boolean(self, name: str, part: _Part) -> Node | None:  # noqa: ARG002 (the form of Read)
        """A byte that says true or false."""
        start = self.at
        return self.made(name, "boolean", "true" if self.byte() else "false", start)

    def uuid(self, name: str, part: _Part) -> Node | None:  # noqa: ARG002 (the form of Read)
        """An id of a topic, as Kafka spells it."""
        start = self.at
        text = base64.urlsafe_b64encode(self.take(16)).rstrip(b"=").decode("ascii")
        return self.made(name, "string", text, start, "uuid")

    def string(self, name: str, part: _Part) -> Node | None:
        """Text, or null."""
        start = self.at
        count = self._count(2, part.may_be_null)
        if count is None:
            return self.made(name, "null", "null", start)
        try:
            text = self.take(count).decode()
        except UnicodeDecodeError:
            raise Undecodable(f"{name} at byte {start:,} is no UTF-8") from None
        return self.made(name, "string", text, start)

    def bytes(self, name: str, part: _Part) -> Node | None:
        """Bytes, or null."""
        start = self.at
        count = self._count(4, part.may_be_null)
        if count is None:
            return self.made(name, "null", "null", start)
        data = self.take(count)
        return self.hex(name, data, start, "" if self.line is not None else self._noted(part.name, data.hex()))

    def _count(self, size: int, may_be_null: bool) -> int | None:
        """A length or a count; None where it says null, as only some may."""
        if self._is_flexible:
            count = self.varint() - 1
        else:
            count = int.from_bytes(self.take(size), "big", signed=True)
        if count < -1 or (count == -1 and not may_be_null):
            raise Undecodable(f"the length before byte {self.at:,} is negative")
        return None if count == -1 else count

    def said(self, part: _Part, text: str) -> str:
        """What a number means."""
        return self._noted(part.name, text)


Read = Callable[[_Reader, str, _Part], Node | None]


def _number(size: int, is_signed: bool) -> Read:
    def read(reader: _Reader, name: str, part: _Part) -> Node | None:
        start = reader.at
        text = str(int.from_bytes(reader.take(size), "big", signed=is_signed))
        return reader.made(name, "int", text, start, "" if reader.line is not None else reader.said(part, text))

    return read


READERS: dict[str, Read] = {
    "int8": _number(1, True), "int16": _number(2, True), "uint16": _number(2, False), "int32": _number(4, True),
    "int64": _number(8, True), "boolean": _Reader.boolean, "uuid": _Reader.uuid, "string": _Reader.string,
    "bytes": _Reader.bytes, "struct": _Reader.one,
}  # fmt: skip


def number_at(data: bytes, at: int, name: str) -> Node:
    """An int16 on its own, such as the type in front of a key. Raises Undecodable."""
    return Node(name, "int", str(int16_at(data, at, name)), span=(at, at + 2))


def int16_at(data: bytes, at: int, name: str) -> int:
    """The number itself. Raises Undecodable."""
    if len(data) < at + 2:
        raise Undecodable(f"it is too short for a {name}")
    return int.from_bytes(data[at : at + 2], "big", signed=True)
