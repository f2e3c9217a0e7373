"""Protobuf messages walked by their schema, with the bytes of each field. Fields come in the order in which they were written.

What the schema does not know is shown by number; a field of another wire type than declared is such an unknown one, too.
How sure a reading is, is told by how many fields were known and how many were odd: the format has no mark of its own.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.proto_descriptor import files_of
from meshdesk.decode.proto_inspect import Found, Inspected, inspected
from meshdesk.decode.proto_known import known_files, shaped
from meshdesk.decode.proto_schema import SCALARS, BadSchema, Field, File, Message, Types
from meshdesk.decode.proto_text import file_of
from meshdesk.decode.proto_wire import (
    END,
    FIXED32,
    FIXED64,
    GROUP,
    LENGTH,
    NUMBERS,
    VARINT,
    signed,
    varint,
    zigzag,
)  # fmt: skip
from meshdesk.model.node import Kind, Node, more, shortened
from meshdesk.model.schema import Schema

COMPILED = 256  # schemas kept: more than a person looks at in an hour
ANY = "google.protobuf.Any"


class Reading(NamedTuple):
    """A message, and how sure it is that it is one."""

    tree: Node
    known: int  # fields that the schema has
    odd: int  # fields that it has not, or not in that form
    missing: tuple[str, ...]  # types that the schema names and that nothing brought along


@lru_cache(maxsize=COMPILED)
def book_of(schema: Schema) -> "Book":
    """What a schema and all that it refers to declare. Raises Undecodable where it cannot be understood."""
    try:
        files = [file for text in (schema.text, *(one.text for one in schema.references)) for file in _files(text)]
        return Book(Types(files, known_files()))
    except (BadSchema, RecursionError) as why:
        raise Undecodable(f"schema {schema.id or schema.guid} cannot be understood ({why})") from None


def _files(text: str) -> list[File]:
    return [file_of(text)] if "{" in text or ";" in text or not text.strip() else files_of(text)


def read(data: bytes, start: int, book: "Book", message: Message | None, bounds: Bounds) -> Reading:
    """The message in a payload from byte `start` to its end. Where it is not known which message it is, by its bytes alone:
    fields by number, texts and messages where they look like it. Raises Undecodable."""
    return _read(data, [(start, len(data))], book, message, bounds, is_one=True)


def read_each(
    data: bytes, pieces: list[tuple[int, int]], book: "Book", message: Message | None, bounds: Bounds
) -> Reading:
    """Several messages, each from a byte to another, as an array. Raises Undecodable."""
    return _read(data, pieces, book, message, bounds, is_one=False)


def _read(
    data: bytes, pieces: list[tuple[int, int]], book: "Book", message: Message | None, bounds: Bounds, is_one: bool
) -> Reading:
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    walk = _Walk(data, bounds, book)
    plan = book.plan(message.name) if message is not None else None
    trees = []
    depth = 0 if is_one else 1
    if not is_one and not walk.room():
        raise Undecodable("nothing may be made of it")
    try:
        for number, (start, end) in enumerate(pieces):
            if number >= bounds.width or not walk.room():
                break
            name = "" if is_one else str(number)
            if plan is not None:
                trees.append(walk.record(plan, name, "", (start, end), start, end, depth))
            else:
                children, _ = walk.fields(None, start, end, depth, 0)
                trees.append(Node(name, "record", "", children, "", (start, end)))
    except RecursionError:
        raise Undecodable("it is nested too deep to be read") from None
    if is_one and not trees:
        raise Undecodable("nothing may be made of it")
    cut = (more(len(pieces) - len(trees)),) if len(pieces) > len(trees) else ()
    tree = trees[0] if is_one else Node("", "array", "", (*trees, *cut), "", (0, len(data)))
    return Reading(tree, walk.known, walk.odd, tuple(sorted(walk.missing)))


# Plans: what a field's bytes mean


Scalar = Callable[[bytes, int, int, int], tuple[Kind, str]]  # data, the varint's value, begin and end of the content


def real(number: float) -> str:
    """A double with the digits that it needs."""
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(number), repr(number))


def real32(data: bytes) -> str:
    """A float with the digits that it needs, which are fewer than those of the same number as a double.

    >>> real32(struct.pack("<f", 0.1))
    '0.1'
    """
    number = struct.unpack("<f", data)[0]
    for digits in range(6, 10):
        text = f"{number:.{digits}g}"
        # Nine digits tell every float from its neighbours.
        if digits == 9 or (abs(float(text)) < 3.5e38 and struct.pack("<f", float(text)) == data):
            return real(float(text))
    return real(number)


def _numbers(order: str) -> Scalar:
    return lambda data, value, begin, end: ("int", str(struct.unpack(order, data[begin:end])[0]))


def _text(data: bytes, _: int, begin: int, end: int) -> tuple[Kind, str]:
    try:
        return "string", data[begin:end].decode("utf-8")
    except UnicodeDecodeError:
        return "bytes", data[begin:end].hex()


READERS: dict[str, tuple[int, Scalar]] = {
    "double": (FIXED64, lambda data, value, begin, end: ("float", real(struct.unpack("<d", data[begin:end])[0]))),
    "float": (FIXED32, lambda data, value, begin, end: ("float", real32(data[begin:end]))),
    "int32": (VARINT, lambda data, value, begin, end: ("int", str(signed(value, 32)))),
    "int64": (VARINT, lambda data, value, begin, end: ("int", str(signed(value, 64)))),
    "uint32": (VARINT, lambda data, value, begin, end: ("int", str(value & 0xFFFFFFFF))),
    "uint64": (VARINT, lambda data, value, begin, end: ("int", str(value))),
    "sint32": (VARINT, lambda data, value, begin, end: ("int", str(zigzag(value & 0xFFFFFFFF)))),
    "sint64": (VARINT, lambda data, value, begin, end: ("int", str(zigzag(value)))),
    "fixed32": (FIXED32, _numbers("<I")),
    "fixed64": (FIXED64, _numbers("<Q")),
    "sfixed32": (FIXED32, _numbers("<i")),
    "sfixed64": (FIXED64, _numbers("<q")),
    "bool": (VARINT, lambda data, value, begin, end: ("boolean", "true" if value else "false")),
    "string": (LENGTH, _text),
    "bytes": (LENGTH, lambda data, value, begin, end: ("bytes", data[begin:end].hex())),
}
DEFAULTS: dict[str, tuple[Kind, str]] = {
    "double": ("float", "0.0"),
    "float": ("float", "0.0"),
    "bool": ("boolean", "false"),
    "string": ("string", ""),
    "bytes": ("bytes", ""),
}


class _Plan:
    """A field as it is read: a scalar by `scalar`, a message by `message`, else by looking at its bytes."""

    __slots__ = ("is_map", "message", "missing", "name", "note", "oneof", "repeated", "scalar", "type", "wire")

    def __init__(self, declared: Field, name: str) -> None:
        self.name, self.repeated, self.oneof, self.type = name, declared.repeated, declared.oneof, declared.type
        self.note = f"oneof {declared.oneof}" if declared.oneof else ""
        self.wire = LENGTH
        self.scalar: Scalar | None = None
        self.message: _MessagePlan | None = None
        self.is_map = False
        self.missing = ""


class _MessagePlan:
    """A message as it is read: its fields by number."""

    __slots__ = ("fields", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: dict[int, _Plan] = {}


class Book:
    """Types, and the plans to read them by, made where they are needed."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._plans: dict[str, _MessagePlan] = {}

    def plan(self, name: str) -> _MessagePlan:
        """Of a message that is known."""
        plan = self._plans.get(name)
        if plan is None:
            plan = self._plans[name] = _MessagePlan(name)  # before its fields, which may refer to it
            message = self.types.messages[name]
            for declared in message.fields:
                plan.fields.setdefault(declared.number, self._field(declared, declared.name, name))
            for full, extension in self.types.extensions.get(name, ()):
                scope = full.rpartition(".")[0]
                plan.fields.setdefault(extension.number, self._field(extension, f"[{full}]", scope))
        return plan

    def _field(self, declared: Field, name: str, scope: str) -> _Plan:
        plan = _Plan(declared, name)
        if declared.type in SCALARS:
            plan.wire, plan.scalar = READERS[declared.type]
            return plan
        full = self.types.full_name(declared.type, scope)
        enum = self.types.enums.get(full)
        if enum is not None:
            plan.wire, plan.scalar = VARINT, _enum(enum.names)
        elif full:
            plan.message = self.plan(full)
            plan.is_map = self.types.messages[full].is_map and declared.repeated
        else:
            plan.missing = declared.type.lstrip(".")
        return plan


def _enum(names: dict[int, str]) -> Scalar:
    def read(_data: bytes, value: int, _begin: int, _end: int) -> tuple[Kind, str]:
        number = signed(value, 32)
        name = names.get(number)
        return ("int", str(number)) if name is None else ("enum", name)

    return read


# Walking


class _Many:
    """The values of a field that may come again."""

    __slots__ = ("count", "end", "is_whole", "nodes", "places", "plan", "start")

    def __init__(self, plan: _Plan | None, start: int) -> None:
        self.plan = plan  # None: a field that the schema does not know
        self.nodes: list[Node] = []
        self.places: dict[str, int] = {}  # of a map's keys among the nodes
        self.count = 0
        self.start = self.end = start
        self.is_whole = True  # its bytes lie side by side


class _Walk(Inspected):
    """One reading of one payload."""

    def __init__(self, data: bytes, bounds: Bounds, book: Book) -> None:
        super().__init__(data, bounds)
        self.book = book
        self.known = self.odd = 0
        self.missing: set[str] = set()

    def record(
        self, plan: _MessagePlan, name: str, note: str, span: tuple[int, int], at: int, end: int, depth: int
    ) -> Node:
        """A message whose node is already counted."""
        if plan.name == ANY:
            packed = self._any(name, note, span, at, end, depth)
            if packed is not None:
                return packed
        children, _ = self.fields(plan, at, end, depth, 0)
        return self._made(plan, name, note, span, children)

    def _made(
        self, plan: _MessagePlan, name: str, note: str, span: tuple[int, int], children: tuple[Node, ...]
    ) -> Node:
        return shaped(plan.name, Node(name, "record", "", children, note, span), self.bounds.text)

    def _any(self, name: str, note: str, span: tuple[int, int], at: int, end: int, depth: int) -> Node | None:
        """An Any whose type is known: its URL, and the message in it."""
        url = value = None
        for field in inspected(self.data, at, end):
            if field.wire != LENGTH or field.number > 2:
                return None
            if field.number == 1:
                url = field
            else:
                value = field
        if url is None:
            return None
        kind, text = _text(self.data, 0, url.begin, url.end)
        full = text.rpartition("/")[2]
        if (
            kind != "string"
            or full not in self.book.types.messages
            or depth >= self.bounds.depth
            or not (self.room() and self.room())
        ):
            return None
        self.known += 2
        said = Node("@type", "string", shortened(text, self.bounds.text), (), "", (url.start, url.end))
        begin, stop = (value.begin, value.end) if value else (end, end)
        inner = self.record(self.book.plan(full), "value", "", (begin, stop), begin, stop, depth)
        children = inner.children if inner.kind == "record" else (inner,)
        return Node(name, "record", "", (said, *children), note, span)

    def fields(
        self, plan: _MessagePlan | None, at: int, end: int, depth: int, group: int
    ) -> tuple[tuple[Node, ...], int]:
        """The fields of a message, and where it ends: at `end`, or behind the end of the group of that number."""
        self.nested(depth)
        data = self.data
        shown: dict[int, Node | _Many] = {}
        oneofs: dict[str, int] = {}
        left_out: set[int] = set()
        plans = plan.fields if plan else {}
        while at < end:
            start = at
            tag, at = varint(data, at, end)
            number, wire = tag >> 3, tag & 7
            if number not in NUMBERS or wire > FIXED32:
                raise Undecodable(f"byte {start:,} begins field {number:,} of wire type {wire}, which no message has")
            if wire == END:
                if number != group:
                    raise Undecodable(f"byte {start:,} ends a group that is not open")
                return self._closed(shown, left_out), at
            self.step()
            value, begin = 0, at
            if wire == VARINT:
                value, at = varint(data, at, end)
            elif wire == LENGTH:
                length, begin = varint(data, at, end)
                at = begin + length
            elif wire in (FIXED32, FIXED64):
                at += 4 if wire == FIXED32 else 8
            if at > end:
                raise Undecodable(f"the field at byte {start:,} goes beyond the end")
            field = self.known_as(plans.get(number), wire, plan)
            if wire == GROUP:
                at = self._grouped(shown, left_out, field, number, start, at, end, depth)
            elif field is not None and not field.repeated:
                self._single(shown, oneofs, left_out, field, number, wire, value, start, begin, at, depth)
            else:
                self._again(shown, left_out, field, number, wire, value, start, begin, at, depth)
        if group:
            raise Undecodable(f"group {group} has no end")
        return self._closed(shown, left_out), at

    def known_as(self, field: _Plan | None, wire: int, plan: _MessagePlan | None) -> _Plan | None:
        """The field, where the schema has it in the form that it was written in; it is counted as known or odd."""
        if field is not None and _fits(field, wire):
            self.known += 1
            return field
        if plan is not None:
            self.odd += 1
        return None

    def _single(
        self, shown: dict[int, "Node | _Many"], oneofs: dict[str, int], left_out: set[int], field: _Plan,
        number: int, wire: int, value: int, start: int, begin: int, end: int, depth: int,
    ) -> None:  # fmt: skip
        if len(shown) >= self.bounds.width and number not in shown:
            left_out.add(number)
            return
        node = self._value(field, field.name, wire, value, start, begin, end, depth + 1)
        if node is None:
            left_out.add(number)
            return
        if field.oneof:
            other = oneofs.get(field.oneof, number)
            if other != number:
                shown.pop(other, None)  # the last of a oneof counts
            oneofs[field.oneof] = number
        old = shown.get(number)
        shown[number] = _merged(old, node) if isinstance(old, Node) else node

    def _again(
        self, shown: dict[int, "Node | _Many"], left_out: set[int], field: _Plan | None,
        number: int, wire: int, value: int, start: int, begin: int, end: int, depth: int,
    ) -> None:  # fmt: skip
        many = self._many(shown, left_out, field, number, start, depth)
        if many is None:
            return
        if field is not None and field.scalar is not None and wire == LENGTH and field.wire != LENGTH:
            self._packed(many, field, begin, end)
        elif field is not None and field.is_map:
            self._entry(many, field, start, begin, end, depth + 2)
        else:
            self._add(
                many, lambda name: self._value_or_guess(field, number, wire, name, value, start, begin, end, depth)
            )
        many.end = end

    def _value_or_guess(
        self, field: _Plan | None, number: int, wire: int, name: str, value: int, start: int, begin: int, end: int,
        depth: int,
    ) -> Node | None:  # fmt: skip
        if field is not None:
            return self._value(field, name, wire, value, start, begin, end, depth + 2)
        note = "" if self.book is EMPTY else "unknown field"
        return self.guessed(wire, name or str(number), note, value, start, begin, end, depth + 2)

    def _many(
        self, shown: dict[int, "Node | _Many"], left_out: set[int], field: _Plan | None, number: int, start: int,
        depth: int,
    ) -> _Many | None:  # fmt: skip
        """Where the values of a field are gathered. Negative keys: what is unknown may have the number of a known one."""
        key = number if field is not None else -number
        many = shown.get(key)
        if (many.count == 1) if isinstance(many, _Many) else (field is not None and field.repeated):
            self.nested(depth + 1)
        if not isinstance(many, _Many):
            if len(shown) >= self.bounds.width or (self.nodes <= 1) or not self.room():
                left_out.add(key)
                return None
            many = shown[key] = _Many(field, start)
        elif start != many.end:
            many.is_whole = False
        return many

    def _add(self, many: _Many, make: Callable[[str], Node | None]) -> None:
        if len(many.nodes) == many.count < self.bounds.width:
            name = str(many.count) if many.plan is not None or many.count else ""
            node = make(name)
            if node is not None:
                many.nodes.append(node)
        many.count += 1

    def _packed(self, many: _Many, field: _Plan, at: int, end: int) -> None:
        scalar = field.scalar
        assert scalar is not None  # only scalars are packed
        size = {FIXED32: 4, FIXED64: 8}.get(field.wire, 0)
        if size and (end - at) % size:
            raise Undecodable(f"the packed field at byte {at:,} does not end with a number")
        while at < end:
            self.step()
            start, value = at, 0
            if size:
                at += size
            else:
                value, at = varint(self.data, at, end)
            if len(many.nodes) == many.count < self.bounds.width and self.room():
                kind, text = scalar(self.data, value, start, at)
                many.nodes.append(self.scalar(str(many.count), kind, text, _note(field, kind, value), (start, at)))
            many.count += 1

    def _entry(self, many: _Many, field: _Plan, start: int, at: int, end: int, depth: int) -> None:
        """An entry of a map: key and value, each with its default where it was not written."""
        assert field.message is not None  # so it was planned
        key, value = field.message.fields.get(1), field.message.fields.get(2)
        if key is None or value is None or key.scalar is None:
            raise Undecodable(f"{field.message.name} is no entry of a map")
        name, note = DEFAULTS.get(key.type, ("int", "0"))[1], ""
        node: Node | None = None
        is_shown = len(many.nodes) == many.count < self.bounds.width
        found: Found | None = None
        for one in inspected(self.data, at, end):
            self.step()
            if one.number == 1 and one.wire == key.wire:
                name = key.scalar(self.data, one.value, one.begin, one.end)[1]
            elif one.number == 2 and (one.wire == value.wire or value.missing):
                found = one
        if key.type != "string":
            note = key.type
        if is_shown:
            if found is not None:
                node = self._value(value, "", found.wire, found.value, start, found.begin, found.end, depth)
            else:
                node = self._default(value, start, end)
        many.count += 1
        if node is not None:
            notes = ", ".join(filter(None, (f"key {note}" if note else "", node.note)))
            made = Node(shortened(name, self.bounds.text), node.kind, node.text, node.children, notes, (start, end))
            place = many.places.setdefault(made.name, len(many.nodes))
            if place == len(many.nodes):
                many.nodes.append(made)
            else:  # the last of a key counts
                many.nodes[place] = made
                many.count -= 1

    def _default(self, value: _Plan, start: int, end: int) -> Node | None:
        if not self.room():
            return None
        if value.message is not None:
            return self._made(value.message, "", "", (start, end), ())
        if value.scalar is not None and value.type not in SCALARS:
            kind, text = value.scalar(b"", 0, 0, 0)
        else:
            kind, text = DEFAULTS.get(value.type, ("int", "0"))
        return Node("", kind, text, (), "default", (start, end))

    def _grouped(
        self, shown: dict[int, "Node | _Many"], left_out: set[int], field: _Plan | None,
        number: int, start: int, at: int, end: int, depth: int,
    ) -> int:  # fmt: skip
        plan = field.message if field is not None else None
        children, stop = self.fields(plan, at, end, depth + 2, number)
        many = self._many(shown, left_out, field, number, start, depth)
        if many is not None and self.room():
            name = str(many.count) if many.count or (field is not None and field.repeated) else ""
            if plan is not None:
                node = self._made(plan, name, "", (start, stop), children)
            else:
                node = Node(name or str(number), "record", "", children, "unknown field, group", (start, stop))
            many.nodes.append(node)
        if many is not None:
            many.count += 1
            many.end = stop
        return stop

    def _value(
        self, field: _Plan, name: str, wire: int, value: int, start: int, begin: int, end: int, depth: int
    ) -> Node | None:
        if field.message is not None:
            if not self.room():
                return None
            return self.record(field.message, name, field.note, (start, end), begin, end, depth)
        if field.scalar is None:
            self.missing.add(field.missing)
            return self.guessed(wire, name, f"{field.missing} is not in the schema", value, start, begin, end, depth)
        if not self.room():
            return None
        kind, text = field.scalar(self.data, value, begin, end)
        return self.scalar(name, kind, text, _note(field, kind, value), (start, end))

    def _closed(self, shown: dict[int, "Node | _Many"], left_out: set[int]) -> tuple[Node, ...]:
        children = []
        for number, one in shown.items():
            children.append(one if isinstance(one, Node) else _gathered(one, str(abs(number))))
        count = len(left_out - set(shown))
        return (*children, more(count)) if count else tuple(children)


def _fits(field: _Plan, wire: int) -> bool:
    if field.message is not None:
        return wire in (LENGTH, GROUP)
    if field.missing:
        return wire in (LENGTH, VARINT)
    return wire == field.wire or (field.repeated and wire == LENGTH and field.wire in (VARINT, FIXED32, FIXED64))


def _note(field: _Plan, kind: Kind, value: int) -> str:
    notes = [field.note] if field.note else []
    if kind == "enum":
        notes.append(f"enum {signed(value, 32)}")
    elif kind == "bytes" and field.type == "string":
        notes.append("string that is no UTF-8")
    elif field.type not in SCALARS:
        notes.append("the enum has no name for it")
    return ", ".join(notes)


def _gathered(many: _Many, name: str) -> Node:
    plan = many.plan
    if plan is None or not plan.repeated:  # a field that is unknown, or a group
        if many.count == 1 and many.nodes:
            one = many.nodes[0]
            return Node(plan.name if plan else name, one.kind, one.text, one.children, one.note, one.span)
        nodes = [Node(str(at), o.kind, o.text, o.children, o.note, o.span) for at, o in enumerate(many.nodes)]
    else:
        nodes = many.nodes
    children = (*nodes, more(many.count - len(nodes))) if many.count > len(nodes) else tuple(nodes)
    kind: Kind = "map" if plan is not None and plan.is_map else "array"
    span = (many.start, many.end) if many.is_whole else None
    return Node(plan.name if plan else name, kind, "", children, "" if plan else "unknown field", span)


def _merged(old: Node, new: Node) -> Node:
    """A field that was written twice: the last counts, and of messages the fields that it does not have stay."""
    note = ", ".join(dict.fromkeys(filter(None, (new.note, "written more than once"))))
    if old.kind != "record" or new.kind != "record":
        return Node(new.name, new.kind, new.text, new.children, note, new.span)
    children = {child.name: child for child in old.children}
    for child in new.children:
        before = children.get(child.name)
        if before is not None and before.kind == child.kind == "array":
            both = [*before.children, *child.children]
            joined = tuple(Node(str(at), o.kind, o.text, o.children, o.note, o.span) for at, o in enumerate(both))
            children[child.name] = Node(child.name, "array", "", joined, child.note)
        elif before is not None and before.kind == child.kind == "record":
            children[child.name] = _merged(before, child)
        else:
            children[child.name] = child
    return Node(new.name, "record", "", tuple(children.values()), note, new.span)


EMPTY = Book(Types([]))  # of what has no schema
