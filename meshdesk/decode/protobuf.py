"""Protobuf messages walked by their schema, with the bytes of each field. Fields come in the order in which they were written.

What the schema does not know is shown by number; a field of another wire type than declared is such an unknown one, too.
How sure a reading is, is told by how many fields were known and how many were odd: the format has no mark of its own.
"""

from collections.abc import Callable
from typing import NamedTuple

from meshdesk.decode.contract import Bounds, Undecodable, kept_behind
from meshdesk.decode.proto_inspect import Found, Inspected, inspected
from meshdesk.decode.proto_known import shaped
from meshdesk.decode.proto_plan import DEFAULTS, Book, MessagePlan, Plan, text_at
from meshdesk.decode.proto_wire import END, FIXED32, FIXED64, GROUP, LENGTH, NUMBERS, VARINT, signed, varint
from meshdesk.model.node import Kind, Node, more, shortened
from meshdesk.model.proto_schema import SCALARS, Message, Types

ANY = "google.protobuf.Any"


class Reading(NamedTuple):
    """A message, and how sure it is that it is one."""

    tree: Node
    known: int  # fields that the schema has
    odd: int  # fields that it has not, or not in that form
    missing: tuple[str, ...]  # types that the schema names and that nothing brought along


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
    walk = Fields(data, bounds, book)
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


# Walking


class _Many:
    """The values of a field that may come again."""

    __slots__ = ("count", "end", "first", "is_whole", "kept", "nodes", "places", "plan", "start")

    def __init__(self, plan: Plan | None, start: int, kept: int, first: int) -> None:
        self.plan = plan  # None: a field that the schema does not know
        self.nodes: list[Node] = []
        self.places: dict[str, int] = {}  # of a map's keys among the nodes
        self.count = 0
        self.kept = kept  # nodes that these values must not use up
        self.first = first  # of the values of which nodes are made
        self.start = self.end = start
        self.is_whole = True  # its bytes lie side by side


class Fields(Inspected):
    """One reading of one payload."""

    def __init__(self, data: bytes, bounds: Bounds, book: Book) -> None:
        super().__init__(data, bounds)
        self.book = book
        self.known = self.odd = 0
        self.missing: set[str] = set()

    def record(
        self, plan: MessagePlan, name: str, note: str, span: tuple[int, int], at: int, end: int, depth: int
    ) -> Node:
        """A message whose node is already counted."""
        if plan.name == ANY:
            packed = self._any(name, note, span, at, end, depth)
            if packed is not None:
                return packed
        children, _ = self.fields(plan, at, end, depth, 0)
        return self._made(plan, name, note, span, children)

    def _made(self, plan: MessagePlan, name: str, note: str, span: tuple[int, int], children: tuple[Node, ...]) -> Node:
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
        kind, text = text_at(self.data, 0, url.begin, url.end)
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
        self, plan: MessagePlan | None, at: int, end: int, depth: int, group: int
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
            tag = data[at]
            at += 1
            if tag >= 0x80:  # most fit in one byte, which need not be a call
                tag, at = varint(data, start, end)
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
                if at < end and data[at] < 0x80:
                    begin = at + 1
                    at = begin + data[at]
                else:
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

    def known_as(self, field: Plan | None, wire: int, plan: MessagePlan | None) -> Plan | None:
        """The field, where the schema has it in the form that it was written in; it is counted as known or odd."""
        if field is not None and _fits(field, wire):
            self.known += 1
            return field
        if plan is not None:
            self.odd += 1
        return None

    def _single(
        self, shown: dict[int, "Node | _Many"], oneofs: dict[str, int], left_out: set[int], field: Plan,
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
        self, shown: dict[int, "Node | _Many"], left_out: set[int], field: Plan | None,
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
        self, field: Plan | None, number: int, wire: int, name: str, value: int, start: int, begin: int, end: int,
        depth: int,
    ) -> Node | None:  # fmt: skip
        if field is not None:
            return self._value(field, name, wire, value, start, begin, end, depth + 2)
        note = "" if self.book is EMPTY else "unknown field"
        return self.guessed(wire, name or str(number), note, value, start, begin, end, depth + 2)

    def _many(
        self, shown: dict[int, "Node | _Many"], left_out: set[int], field: Plan | None, number: int, start: int,
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
            many = shown[key] = _Many(field, start, kept_behind(self.nodes, depth), self.bounds.first_at(start))
        elif start != many.end:
            many.is_whole = False
        return many

    def _is_shown(self, many: _Many) -> bool:
        """Whether a node is made of the next value."""
        return len(many.nodes) == many.count - many.first < self.bounds.width and self.nodes > many.kept

    def _add(self, many: _Many, make: Callable[[str], Node | None]) -> None:
        if self._is_shown(many):
            name = str(many.count) if many.plan is not None or many.count else ""
            node = make(name)
            if node is not None:
                many.nodes.append(node)
        many.count += 1

    def _packed(self, many: _Many, field: Plan, at: int, end: int) -> None:
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
            if self._is_shown(many) and self.room():
                kind, text = scalar(self.data, value, start, at)
                many.nodes.append(self.scalar(str(many.count), kind, text, _note(field, kind, value), (start, at)))
            many.count += 1

    def _entry(self, many: _Many, field: Plan, start: int, at: int, end: int, depth: int) -> None:
        """An entry of a map: key and value, each with its default where it was not written."""
        assert field.message is not None  # so it was planned
        key, value = field.message.fields.get(1), field.message.fields.get(2)
        if key is None or value is None or key.scalar is None:
            raise Undecodable(f"{field.message.name} is no entry of a map")
        name, note = DEFAULTS.get(key.type, ("int", "0"))[1], ""
        node: Node | None = None
        is_shown = self._is_shown(many)
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

    def _default(self, value: Plan, start: int, end: int) -> Node | None:
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
        self, shown: dict[int, "Node | _Many"], left_out: set[int], field: Plan | None,
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
        self, field: Plan, name: str, wire: int, value: int, start: int, begin: int, end: int, depth: int
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


def _fits(field: Plan, wire: int) -> bool:
    if field.message is not None:
        return wire in (LENGTH, GROUP)
    if field.missing:
        return wire in (LENGTH, VARINT)
    return wire == field.wire or (field.repeated and wire == LENGTH and field.wire in (VARINT, FIXED32, FIXED64))


def _note(field: Plan, kind: Kind, value: int) -> str:
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
    left_out = many.count - many.first - len(nodes)
    children = (*nodes, more(left_out)) if left_out > 0 else tuple(nodes)
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
