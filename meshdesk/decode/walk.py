"""A walk over bytes that become a tree: where it is, how much may still be made, and the parts of a container.

Values beyond a bound are walked all the same, so that a container can say how many parts it has and the end is found. Where a
list wants no more than a line (contract.Bounds.line), what is found becomes words in place of nodes (decode/one_line.py).
"""

from collections.abc import Callable
from dataclasses import replace
from json import dumps
from typing import Self

from meshdesk.decode.contract import Bounds, Undecodable, kept_behind
from meshdesk.decode.line import Words
from meshdesk.decode.one_line import Container, OneLine
from meshdesk.model.node import Kind, Node, hexed, more, shortened, to_json

STEPS = 3_000_000  # values walked in one payload, shown or not; some three seconds
BEYOND = f"it holds more than {STEPS:,} values"
KEY_NODES = 50  # of a key that is no scalar
KEY_TEXT = 4_000  # characters of a key that is no text: more than a person reads of a name


class Walk:
    """Where in the bytes reading is. Every method raises Undecodable for what is not there.

    What is made is a node, or None beyond a bound; where there is a `line`, it was said to that, and None is what is left.
    """

    __slots__ = ("at", "bounds", "data", "depth", "letters", "line", "nodes", "steps", "strings", "tried")
    SAYS = True  # whether a line is said where that is wanted; not where nodes are looked at once more

    def __init__(self, data: bytes, bounds: Bounds, start: int = 0) -> None:
        self.data, self.bounds, self.at = data, bounds, start
        self.line = OneLine() if bounds.line and self.SAYS else None
        self.depth = self.steps = 0
        self.letters = 0  # characters of text so far, by which a format without a mark proves itself
        self.nodes = bounds.nodes
        # What may be referred to by its number, and whether it is text (decode/cbor.py); None where nothing is.
        self.strings: list[tuple[bytes, bool]] | None = None
        self.tried: set[int] = set()  # where something was looked for in vain, which costs a walk each time

    def byte(self) -> int:
        """The next byte."""
        at = self.at
        try:
            byte = self.data[at]
        except IndexError:
            raise Undecodable(f"it ends at byte {at:,}, in the middle of a value") from None
        self.at = at + 1
        return byte

    def take(self, length: int) -> bytes:
        """The next bytes."""
        at = self.at
        end = at + length
        piece = self.data[at:end]
        if len(piece) != length:
            raise Undecodable(f"the {length:,} bytes that byte {at:,} should begin are not there")
        self.at = end
        return piece

    def uint(self, length: int) -> int:
        """A number of so many bytes, big-endian."""
        return int.from_bytes(self.take(length), "big")

    def varint(self) -> int:
        """A number of up to ten groups of seven bits, the lowest first (as Protobuf, Avro and Thrift write it)."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise Undecodable(f"the number before byte {self.at:,} has more than ten bytes")

    def room(self) -> bool:
        """Whether one more node may be made; it is counted as made."""
        self.steps += 1
        if self.nodes <= 0:
            if self.steps > STEPS:
                raise Undecodable(BEYOND)
            return False
        self.nodes -= 1
        return True

    def enter(self) -> None:
        """One level deeper. Whoever enters leaves by `depth -= 1`."""
        self.depth += 1
        if self.depth > self.bounds.depth:
            raise Undecodable(f"it is nested deeper than {self.bounds.depth} levels")

    def made(self, name: str, kind: Kind, text: str, start: int, note: str = "") -> Node | None:
        """A scalar; None beyond the bound."""
        line = self.line
        if line is not None:
            self.steps += 1
            if self.steps > STEPS:
                raise Undecodable(BEYOND)
            if not line.hides:
                line.scalar(name, kind, text)
            return None
        if not self.room():
            return None
        if len(text) > self.bounds.text:
            text = shortened(text, self.bounds.text)
        return Node(name, kind, text, (), note, (start, self.at))

    def record(self, name: str, start: int) -> "Parts | Container":
        """A record or a map, whose fields are yet to be added."""
        return Parts(self, start) if self.line is None else self._said(self.line, name, False)

    def array(self, name: str, start: int) -> "Parts | Container":
        """An array, whose elements are yet to be added."""
        return Parts(self, start, True) if self.line is None else self._said(self.line, name, True)

    def _said(self, line: OneLine, name: str, is_array: bool) -> Container:
        container = line.begin(name, is_array, self)
        self.depth += 1
        self.steps += 1
        if self.depth > self.bounds.depth:
            raise Undecodable(f"it is nested deeper than {self.bounds.depth} levels")
        return container

    def key(self, read: Callable[[Self], Node | None]) -> tuple[str, str]:
        """A key of any kind, as `key_text` has it; no more of it is made than is shown. It is one level deeper than its map,
        as a key may hold a map with such a key."""
        self.enter()
        line, self.line = self.line, None
        kept, self.nodes = self.nodes, KEY_NODES
        name, note = key_text(read(self))
        self.nodes, self.line = kept, line
        self.depth -= 1
        # JSON within JSON has twice as many backslashes at each level: 120 bytes would be more text than there is memory.
        return (shortened(name, min(KEY_TEXT, self.bounds.text)), note) if note else (name, "")

    def apart(self, read: Callable[[Self], Node | None]) -> Node | None:
        """What can only be said once it was read as a tree, as it is something else than it looks in the bytes."""
        if self.line is None:
            return read(self)
        line, self.line = self.line, None
        self.nodes = self.bounds.nodes
        node = read(self)
        self.line = line
        if node is not None:
            line.whole(node)
        return None

    def text(self, name: str, data: bytes, start: int, note: str = "") -> Node | None:
        """Text in UTF-8; bytes where it is none, which are shown and not refused."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return self.hex(name, data, start, f"{note}, no UTF-8" if note else "text that is no UTF-8")
        self.letters += len(text)
        line = self.line
        if line is None:
            return self.made(name, "string", text, start, note)
        self.steps += 1
        if self.steps > STEPS:
            raise Undecodable(BEYOND)
        if not line.hides:
            line.scalar(name, "string", text)
        return None

    def hex(self, name: str, data: bytes, start: int, note: str = "") -> Node | None:
        """Bytes that nothing more is known of."""
        if self.line is not None:
            return self.made(name, "bytes", hexed(data, self.bounds.text), start)
        if not self.room():
            return None
        return Node(name, "bytes", hexed(data, self.bounds.text), (), note, (start, self.at))


class Parts:
    """The parts of a container as they are read: those that are shown, up to its bound on width."""

    __slots__ = ("_first", "_held", "_is_shown", "_kept", "_shown", "_spare", "_start", "_walk", "count")

    def __init__(self, walk: Walk, start: int, is_array: bool = False) -> None:
        walk.enter()
        self._walk, self._start = walk, start
        self._is_shown = walk.room()
        self._shown: list[Node] = []
        self._spare = 0  # nodes that the parts beyond the width must not use up
        self.count = 0
        self._kept = kept_behind(walk.nodes, walk.depth) if is_array else 0
        walk.nodes -= self._kept
        if walk.bounds.width <= 0:
            self._spare, walk.nodes = walk.nodes, 0
        self._first = walk.bounds.first_at(start) if walk.bounds.windows else 0
        self._held = 0  # nodes that are made none of before the first part that is wanted
        if self._first:
            self._held, walk.nodes = walk.nodes, 0

    def add(self, part: Node | None) -> None:
        """One more part; None where it was beyond a bound."""
        self.count += 1
        if self.count == self._first:
            self._held, self._walk.nodes = 0, self._held
        if part is not None:
            self._shown.append(part)
            if len(self._shown) == self._walk.bounds.width:
                self._spare, self._walk.nodes = self._walk.nodes, 0

    def node(self, name: str, kind: Kind, note: str = "", count: int | None = None) -> Node | None:
        """The container, with all parts that were added, or `count` where some had no bytes to be walked."""
        walk = self._walk
        walk.depth -= 1
        walk.nodes += self._spare + self._kept + self._held
        if not self._is_shown:
            return None
        left_out = (self.count if count is None else count) - self._first - len(self._shown)
        if left_out > 0:
            self._shown.append(more(left_out))
        return Node(name, kind, "", tuple(self._shown), note, (self._start, walk.at))


def key_text(key: Node | None) -> tuple[str, str]:
    """A key of any kind as a name, and what stands in its value's note: nothing for text."""
    if key is None:
        return "…", "key"
    if key.kind == "string":
        return key.text, ""
    if key.kind in ("array", "record", "map"):
        return dumps(to_json(key), ensure_ascii=False), f"{key.kind} as key"
    return key.text, f"{key.kind} as key"


def with_note(node: Node | None, note: str) -> Node | None:
    """The node with more in its note."""
    return replace(node, note=f"{note}, {node.note}" if node.note else note) if node and note else node


def whole(node: Node | None, walk: Walk, name: str) -> Node:
    """The tree, where it was read to the end of the bytes. Raises Undecodable."""
    if walk.at != len(walk.data):
        raise Undecodable(f"it is no {name}: it ends at byte {walk.at:,} of {len(walk.data):,}")
    if node is None and walk.line is not None:
        return Node("", walk.line.kind, "")
    if node is None:
        raise Undecodable("nothing may be made of it")
    return node


def words_in(walk: Walk) -> Words | None:
    """What was said of the whole, where a line was wanted and no tree."""
    return walk.line.words if walk.line is not None else None


LIKE_NUMBERS = frozenset((1, 2, 3, 4, 8, 16, 20, 32, 64))  # bytes of numbers, UUIDs and digests


def is_proved(walk: Walk) -> bool:
    """Whether bytes that a format without a mark has used up are likelier this format than a number, a UUID or a digest:
    they hold text, or are of a length that those do not have."""
    return walk.letters > 0 or len(walk.data) not in LIKE_NUMBERS
