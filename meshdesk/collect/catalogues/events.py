"""From text to trees: YAML's events put together with their lines, as far as they go, and on behind what is no YAML.

PyYAML's own composer loses a file at its first error, follows aliases without a bound and recurses in C.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from meshdesk.collect.catalogues.text import hidden, shown
from meshdesk.collect.catalogues.tree import Entries, Items, Node, Notes, Scalar, shortened

DEPTH_MOST = 64  # levels; a contract with nested fields has some 20
NODES_MOST = 200_000  # of a file: 60 MB of memory, and 2 s to read
MENDS_MOST = 20  # errors of a file that are passed over, each of which reads it anew
READ_MOST = 8 << 20  # signs that are read for one file in all: some 3 s
HEADER = ("apiVersion", "kind")  # what begins a document of the standards; twice in one means that a --- is missing

# libyaml is ten times as fast; where a platform's wheel has none, Python's own reads the same.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What libyaml, or PyYAML's own reader, says of a mistake, and what to do about it in words for people.
REASONS = (
    ("mapping values are not allowed", "a colon within a text wants quotes around all of it"),
    ("could not find expected ':'", "a colon is missing behind a name"),
    ("unexpected end of stream", "a quote that opens here is never closed"),
    ("',' or ']'", "a bracket that opens here is not closed where it should be"),
    ("',' or '}'", "a brace that opens here is not closed where it should be"),
    ("cannot start any token", "a text that begins with this sign wants quotes around it"),
    ("expected key", "it is indented otherwise than its neighbours, or a quote ends too early"),
    ("<block end>", "it is indented otherwise than its neighbours, or a quote ends too early"),
)

Pair = tuple[Scalar, Node]


class _TooMuch(Exception):
    """A bound was reached; the message says which, as a sentence."""


@dataclass(slots=True)
class _Open:
    """A list or a mapping whose end has not come yet."""

    is_mapping: bool
    line: int
    column: int
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)  # of a mapping: key, value, key, value …


def documents(text: str, notes: Notes) -> list[Node]:
    """What the documents of a file hold, in their order. What is no YAML is passed over with a notice; the rest is kept."""
    text = hidden(text)
    lines = text.split("\n")
    is_json = text.lstrip().startswith(
        "{"
    )  # its lines mean nothing: what comes before an error is kept, nothing behind it
    read = 0
    for mend in range(MENDS_MOST + 1):
        last = mend == MENDS_MOST or read > READ_MOST or is_json
        building = _Building()
        read += len(text)
        try:
            _follow(text, building)
        except _TooMuch as bound:
            notes.add(building.line, building.column, str(bound))
        except yaml.MarkedYAMLError as error:
            line, column = _place(error)
            if not last and _pass_over(lines, line, column, error, notes):
                text = "\n".join(lines)
                continue
            what = "JSON" if is_json else "YAML"
            notes.add(line + 1, column + 1, f"This is no {what}: {_reason(error)}. What follows was not read.")
        except yaml.YAMLError as error:  # the reader's, which names no line
            notes.add(1, 1, f"This is no YAML: {shortened(str(error).splitlines()[0], 200)}. It was not read.")
        return building.ended(notes)
    return []


def _follow(text: str, building: "_Building") -> None:
    for event in yaml.parse(text, Loader=LOADER):
        building.take(event)


class _Building:
    """The trees so far."""

    def __init__(self) -> None:
        self.line = self.column = 1  # of the event that came last
        self._documents: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._notes: list[tuple[int, int, str]] = []  # of this attempt
        self._nodes = 0
        self._is_over = False  # what there is is put together, and no bound keeps it from that

    def take(self, event: yaml.Event) -> None:
        """Raises _TooMuch."""
        if event.start_mark is not None:
            self.line, self.column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            is_plain = event.style is None or event.style == ""
            self._put(Scalar(shown(event.value), self.line, self.column, is_plain), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._put(self._meant(event.anchor), None)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self._open) == DEPTH_MOST:
                raise _TooMuch(f"This lies deeper than {DEPTH_MOST} levels. What follows was not read.")
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self._open.append(_Open(is_mapping, self.line, self.column, event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()

    def ended(self, notes: Notes) -> list[Node]:
        """The trees, with what was still open as it is, and notices for what is odd about them."""
        self._is_over = True
        while self._open:
            self._close()
        for notice in self._notes:
            notes.add(*notice)
        return self._documents

    def _meant(self, anchor: str | None) -> Node:
        node = self._anchors.get(anchor or "")
        if node is None:
            self._notes.append(
                (self.line, self.column, "An alias (*) names no anchor (&) before it; it was passed over.")
            )
            return Scalar("", self.line, self.column, is_plain=True)
        return node

    def _put(self, node: Node, anchor: str | None) -> None:
        self._nodes += 1
        if self._nodes > NODES_MOST and not self._is_over:
            raise _TooMuch(f"The file holds more than {NODES_MOST:,} values. What follows was not read.")
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self._documents.append(node)

    def _close(self) -> None:
        closing = self._open.pop()
        if not closing.is_mapping:
            self._put(Items(tuple(closing.nodes), closing.line, closing.column), closing.anchor)
            return
        nodes = closing.nodes
        if len(nodes) % 2:  # the file ended within it
            nodes.append(Scalar("", self.line, self.column, is_plain=True))
        pairs: list[Pair] = []
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if isinstance(key, Scalar):
                pairs.append((key, value))
            else:
                self._notes.append((key.line, key.column, "A key is no text; it was passed over with its value."))
        if self._open:
            self._put(self._entries(pairs, closing.line, closing.column), closing.anchor)
            return
        for one in self._parted(pairs):
            first = one[0][0] if one else closing
            self._put(self._entries(one, first.line, first.column), closing.anchor)

    def _parted(self, pairs: list[Pair]) -> list[list[Pair]]:
        """The documents that stand in one, as the --- between them is missing: each begins with a header of its own."""
        places = [[k for k, (key, _) in enumerate(pairs) if key.text == name] for name in HEADER]
        if len(places[0]) != len(places[1]) or len(places[0]) < 2:
            return [pairs]
        starts = [min(k) for k in zip(*places, strict=True)]
        for start in starts[1:]:
            key = pairs[start][0]
            self._notes.append(
                (key.line, key.column, "A document begins here without a --- before it; it was read as one.")
            )
        ends = [*starts[1:], len(pairs)]
        return [pairs[start:end] for start, end in zip([0, *starts[1:]], ends, strict=True)]

    def _entries(self, pairs: list[Pair], line: int, column: int) -> Entries:
        """As other readers take them, the last of two keys counts; what is merged in (<<) counts less than what stands here."""
        entries: dict[str, Pair] = {}
        merged: dict[str, Pair] = {}
        for key, value in pairs:
            if key.text == "<<" and key.is_plain:
                for source in value.nodes if isinstance(value, Items) else (value,):
                    if isinstance(source, Entries):
                        self._nodes += len(source.entries)  # many small aliases of a large mapping
                        if self._nodes > NODES_MOST and not self._is_over:
                            raise _TooMuch(
                                f"The file holds more than {NODES_MOST:,} values. What follows was not read."
                            )
                        merged = {**source.entries, **merged}
            else:
                if key.text in entries:
                    first = entries[key.text][0].line
                    said = f"“{shortened(key.text, 80)}” stands in line {first} already; what stands here was read."
                    self._notes.append((key.line, key.column, said))
                entries[key.text] = (key, value)
        return Entries({**merged, **entries}, line, column)


# What is no YAML


def _place(error: yaml.MarkedYAMLError) -> tuple[int, int]:
    """Line and column, from 0, of what is wrong: a quote that is never closed is wrong where it opens."""
    context = error.context or ""
    begins = context.startswith(("while scanning a", "while parsing a flow"))
    mark = error.context_mark if begins and error.context_mark else error.problem_mark or error.context_mark
    return (mark.line, mark.column) if mark else (0, 0)


def _reason(error: yaml.MarkedYAMLError) -> str:
    said = re.sub(r"\s+", " ", error.problem or error.context or "it cannot be read")
    return next((reason for sign, reason in REASONS if sign in said), shortened(said, 200))


def _pass_over(lines: list[str], line: int, column: int, error: yaml.MarkedYAMLError, notes: Notes) -> bool:
    """Takes out the line and what is indented below it, or mends tabs; False where nothing is left to take out."""
    line = min(line, len(lines) - 1)
    while line >= 0 and not lines[line].strip():
        line -= 1
    if line < 0:
        return False
    if lines[line][: _indent(lines[line])].count("\t"):
        notes.add(line + 1, 1, "A tab indents this, which YAML forbids; it was read as two blanks.")
        for number, one in enumerate(lines):
            indent = one[: _indent(one)]
            lines[number] = indent.replace("\t", "  ") + one[len(indent) :]
        return True
    end = line + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > _indent(lines[line])):
        end += 1
    last = max(n for n in range(line, end) if lines[n].strip())
    below = (
        f" It and what is below it, up to line {last + 1}, were passed over."
        if last > line
        else " The line was passed over."
    )
    notes.add(line + 1, column + 1, f"This is no YAML: {_reason(error)}.{below}")
    lines[line:end] = [""] * (end - line)
    return True


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
