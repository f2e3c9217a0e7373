"""A document as a tree whose nodes know where they stand, and a lenient way to take values out of it."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from meshdesk.model.frame import Message

NOTICES_MOST = 50  # of a file: who mends these reads it again
NAME_MOST = 500  # signs of a name; a topic's has 249
TEXT_MOST = 2_000  # signs of a description
ITEMS_MOST = 500  # of a list: ports, servers, members; none of 1,033 public files has a tenth of it
TAKEN_MOST = 4 << 20  # signs taken of a file, which has half as many: aliases of aliases give more
NULLS = ("", "~", "null", "Null", "NULL")  # YAML 1.1 and 1.2
YES, NO = ("true", "yes", "on", "y", "1"), ("false", "no", "off", "n", "0")
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A value as it is written, from line and column (both from 1) on."""

    text: str
    line: int
    column: int
    is_plain: bool = False  # without quotes: 3 is a number and "3" is none

    @property
    def is_null(self) -> bool:
        return self.is_plain and self.text in NULLS


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """A list."""

    nodes: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """A mapping: by name the key as it is written, and its value."""

    entries: dict[str, tuple[Scalar, "Node"]]
    line: int
    column: int


# An alias makes two places share a node, so that a tree is no larger than its file; walks over it are bounded by readers.
Node: TypeAlias = Scalar | Items | Entries
KINDS = {Scalar: "a text", Items: "a list", Entries: "a mapping"}


class Notes:
    """What of a file was not understood: a sentence each, with line and column. The same sentence is said once."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[int, int]] = {}
        self._more: dict[str, int] = {}  # sentence: how often it was said after the first time
        self._unsaid = self._taken = 0
        self.is_newer = False  # the document, than the standard is known here: a key that is not known is no mistake

    def add(self, line: int, column: int, text: str) -> None:
        """Values of the file are not repeated, but for names: real files hold secrets."""
        if text in self._said:
            self._more[text] = self._more.get(text, 0) + 1
        elif len(self._said) < NOTICES_MOST:
            self._said[text] = (line, column)
        else:
            self._unsaid += 1

    def at(self, node: Node, text: str) -> None:
        """A notice about this node."""
        self.add(node.line, node.column, text)

    def take(self, node: "Scalar", most: int = NAME_MOST) -> str:
        """A value as it is written; "" where a file has given more than there can be in it."""
        text = shortened(node.text.strip(), most)
        self._taken += len(text) + 8  # an empty one takes its room, too
        if self._taken <= TAKEN_MOST:
            return text
        self.at(node, "The aliases of this file make it larger than any is read; what follows was passed over.")
        return ""

    def messages(self) -> list[Message]:
        """All of them in the order of the file, as they stand in a fact."""
        found = [
            {"line": line, "column": column, "text": f"{text} It is so in {more + 1} places." if more else text}
            for text, (line, column) in self._said.items()
            for more in (self._more.get(text, 0),)
        ]
        found.sort(key=lambda notice: (notice["line"], notice["column"]))
        if self._unsaid:
            found.append({"line": 0, "column": 0, "text": f"{self._unsaid:,} more places were not understood."})
        return found


class Part:
    """A mapping that is read by its names. Nothing is demanded: what is not there is "", and what is of another kind a notice.

    A name may have dots ("info.domain"): the value lies so deep. Several names are tried in their order.
    """

    def __init__(self, node: Entries, notes: Notes) -> None:
        self.here, self.notes = node, notes

    def find(self, *names: str) -> tuple[Scalar, Node] | None:
        """The key and the value of the first of the names that has one."""
        for name in names:
            found = _found(self.here, name)
            if found is not None and not (isinstance(found[1], Scalar) and found[1].is_null):
                return found
        return None

    def line(self, *names: str) -> int:
        """Where the name stands; 0 where it has no value."""
        found = self.find(*names)
        return found[0].line if found else 0

    def text(self, *names: str, most: int = NAME_MOST) -> str:
        """A value as it is written: of a version 1.10 is not 1.1."""
        found = self.find(*names)
        if found is None:
            return ""
        key, node = found
        if isinstance(node, Scalar):
            return self.notes.take(node, most)
        self.notes.at(node, f"“{key.text}” holds {KINDS[type(node)]} where a text is expected; it was passed over.")
        return ""

    def value(self, name: str) -> str | int | float | bool | None:
        """A value with its type; None where there is none."""
        found = self.find(name)
        return worth(found[1]) if found and isinstance(found[1], Scalar) else (self.text(name) or None)

    def flag(self, name: str) -> bool | None:
        """Yes or no; None where neither is said."""
        word = self.text(name).lower()
        if word in YES or word in NO:
            return word in YES
        if word and (found := self.find(name)):
            self.notes.at(found[1], f"“{name}” is neither true nor false; it was passed over.")
        return None

    def part(self, *names: str) -> "Part | None":
        """A mapping in it."""
        found = self.find(*names)
        if found is None:
            return None
        if isinstance(found[1], Entries):
            return Part(found[1], self.notes)
        self._passed(found, "a mapping")
        return None

    def nodes(self, *names: str, most: int = ITEMS_MOST) -> Sequence[Node]:
        """What a list holds; a single value stands for a list of one."""
        found = self.find(*names)
        if found is None:
            return ()
        if not isinstance(found[1], Items):
            return (found[1],)
        nodes = found[1].nodes
        if len(nodes) > most:
            said = f"“{found[0].text}” holds {len(nodes):,} entries; those behind the first {most:,} were not read."
            self.notes.at(nodes[most], said)
        return [node for node in nodes[:most] if not (isinstance(node, Scalar) and node.is_null)]

    def parts(self, *names: str, most: int = ITEMS_MOST) -> Iterator[tuple[str, "Part"]]:
        """The mappings of a list, each with ""; or of a mapping that names them, each with its name."""
        found = self.find(*names)
        if found is not None and isinstance(found[1], Entries) and _is_named(found[1]):
            for key, node in islice(found[1].entries.values(), most):
                if isinstance(node, Entries):
                    yield key.text, Part(node, self.notes)
            return
        for node in self.nodes(*names, most=most):
            if isinstance(node, Entries):
                yield "", Part(node, self.notes)
            elif found is not None:
                self.notes.at(
                    node,
                    f"“{found[0].text}” holds {KINDS[type(node)]} where a mapping is expected; it was passed over.",
                )

    def texts(self, *names: str, most: int = ITEMS_MOST) -> list[str]:
        """The texts of a list."""
        found: list[str] = []
        for node in self.nodes(*names, most=most):
            if isinstance(node, Scalar):
                found.append(self.notes.take(node))
            else:
                self.notes.at(
                    node, f"“{names[0]}” holds {KINDS[type(node)]} where a text is expected; it was passed over."
                )
        return [text for text in found if text]

    def know(self, names: Iterable[str], what: str, renamed: dict[str, str] | None = None) -> None:
        """A notice for every key that `what` does not have. Those that it once had under another name are read."""
        keys = islice(self.here.entries.items(), 0 if self.notes.is_newer else ITEMS_MOST)
        for name, (key, _) in keys:
            if renamed and name in renamed:
                self.notes.at(key, f"“{name}” is called “{renamed[name]}” in {what}; it was read as that.")
            elif name not in names:
                self.notes.at(key, f"“{shortened(name, 80)}” is no key of {what}; it was passed over.")

    def lacks(self, names: Iterable[str], what: str) -> None:
        """A notice for each of the names that has no value."""
        for name in names:
            if self.find(name) is None:
                self.notes.at(self.here, f"The document has no “{name}”, which {what} demands.")

    def _passed(self, found: tuple[Scalar, Node], expected: str) -> None:
        key, node = found
        self.notes.at(node, f"“{key.text}” holds {KINDS[type(node)]} where {expected} is expected; it was passed over.")


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis.

    >>> shortened("orders", 4)
    'ord…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def worth(node: Scalar) -> str | int | float | bool:
    """What a value means: a number or a truth value where it is written without quotes.

    >>> [worth(Scalar(text, 1, 1, True)) for text in ("3", "3e+9", "1e999", "true", "P3M", "2024-01-01", "007")]
    [3, 3000000000.0, '1e999', True, 'P3M', '2024-01-01', '007']
    """
    text = node.text.strip()
    if node.is_plain and WHOLE.fullmatch(text):
        return int(text)
    if node.is_plain and NUMBER.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text) and math.isfinite(float(text)):
        return float(text)
    if node.is_plain and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return shortened(text, NAME_MOST)


def _found(node: Entries, name: str) -> tuple[Scalar, Node] | None:
    if name in node.entries:
        return node.entries[name]
    first, dot, rest = name.partition(".")
    inner = node.entries.get(first) if dot else None
    return _found(inner[1], rest) if inner and isinstance(inner[1], Entries) else None


def _is_named(node: Entries) -> bool:
    return bool(node.entries) and all(
        isinstance(value, Entries) for _, value in islice(node.entries.values(), ITEMS_MOST)
    )
