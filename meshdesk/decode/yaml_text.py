"""YAML 1.1, as PyYAML and its kin write it, read event by event: no object is ever made, and aliases are bounded as all else is.

Nearly any text is YAML. It is taken for it where it begins with --- or %YAML, or where it has several lines of which each that
begins at the left is "name: value" or an item of a list, so that it is a mapping or a list as a whole.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.text import DECLARING, charset_of, is_declared, text_of
from meshdesk.model.node import Kind, Node, more, shortened

NAME = "YAML"
HEADERS = DECLARING
minds = is_declared
DIGITS = (
    4_000  # of a number: Python writes those up to 4,300, and one of sixties takes a time that grows with their square
)
LARGEST = 1 << 20  # bytes; libyaml takes half a second for them
MARKS = b"-%\xef\xff\xfe"  # the first byte of a mark, and of those of encodings
OTHERS = b"\0{[<"
SAYS_SO = re.compile(r"\ufeff?(---(\s|$)|%YAML)")
NAME_OF = r"""(?:[\w$./@~-]+|"[^"\n]*"|'[^'\n]*')"""
# Lines: a name and its value, an item of a list, what is indented, a comment, nothing, an end mark.
LINE = re.compile(rf"(?:{NAME_OF}:(?:[ \t].*)?|-(?:[ \t].*)?| .*|#.*|\.\.\.|---.*|[}}\]].*|)\r?")
FIRST = re.compile(rf"{NAME_OF}:(?:[ \t]|\r?\n)|- ?\S?")
LOG = re.compile(r"[\w-]+: [^\n]*")
INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(\.\d*)?(?:[ \t]*(Z|[-+]\d\d?(?::?\d\d)?))?"
)
PLAIN = "tag:yaml.org,2002:"


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it has a line's end, or begins as only a document of YAML does."""
    return (b"\n" in data or data[0] in MARKS) and data[0] not in OTHERS


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A document of YAML, or several as a list. Raises Undecodable."""
    is_wanted = payload.wants(NAME)
    if len(data) > min(LARGEST, bounds.bytes) or ((not data or data[0] in OTHERS) and not is_wanted):
        raise Undecodable("it does not begin as YAML that is told from text does")
    text, _ = text_of(data, charset_of(payload))
    says_so = is_wanted or SAYS_SO.match(text) is not None
    if not says_so and not _looks_like_it(text):
        raise Undecodable("it has lines that are no names with values")
    documents = _Reading(text, bounds, says_so).documents()
    if not says_so and (len(documents) != 1 or documents[0].kind not in ("record", "map", "array")):
        raise Undecodable("it is no mapping and no list as a whole")
    if len(documents) == 1:
        return Decoded(documents[0], (Layer(NAME),), NAME)
    if not documents or bounds.nodes < 2:
        raise Undecodable("it holds no document")
    kept = documents[: max(1, bounds.width)]
    parts = [Node(str(at), one.kind, one.text, one.children, one.note) for at, one in enumerate(kept)]
    rest = [more(len(documents) - len(kept))] if len(documents) > len(kept) else []
    return Decoded(Node("", "array", "", (*parts, *rest)), (Layer(NAME, f"{len(documents):,} documents"),), NAME)


def _looks_like_it(text: str) -> bool:
    if not FIRST.match(text) or "\n" not in text.rstrip():
        return False
    return all(LINE.fullmatch(line) for line in text.split("\n"))


class _Reading:
    """The events of a text as nodes."""

    def __init__(self, text: str, bounds: Bounds, says_so: bool) -> None:
        # Only where such a text is read: the import takes 30 ms.
        import yaml

        self._text, self._says_so = text, says_so
        self._bounds = bounds
        self._left = bounds.nodes - 1  # one of them holds several documents
        self._yaml: Any = yaml
        self._anchors: dict[str, Node] = {}
        self._weights: dict[str, int] = {}
        self._resolver: Any = yaml.resolver.Resolver()

    def documents(self) -> list[Node]:
        """All documents. Raises Undecodable."""
        yaml = self._yaml
        loader = getattr(yaml, "CLoader", yaml.Loader)  # only its parser is used
        found = []
        try:
            events = yaml.parse(self._text, Loader=loader)
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    self._anchors.clear()
                    found.append(self._node(next(events), events, "", 0))
        except yaml.YAMLError as error:
            where = getattr(error, "problem_mark", None)
            line = f" at line {where.line + 1:,}" if where else ""
            raise Undecodable(
                f"it is no YAML{line}: {getattr(error, 'problem', None) or 'it cannot be read'}"
            ) from None
        except (ValueError, StopIteration, RecursionError):
            raise Undecodable("it is no YAML that can be read") from None
        return found

    def _node(self, event: Any, events: Iterator[Any], name: str, depth: int) -> Node:
        yaml = self._yaml
        if depth > self._bounds.depth:
            raise Undecodable(f"it is nested deeper than {self._bounds.depth} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, name)
        before = self._left
        self._left -= 1
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, name)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, events, name, depth)
        else:
            node = self._mapping(event, events, name, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
            self._weights[event.anchor] = before - self._left
        return node

    def _alias(self, anchor: str, name: str) -> Node:
        known = self._anchors.get(anchor)
        if known is None:  # it stands for what it is in
            self._left -= 1
            return Node(name, "string", f"*{anchor}", (), "alias")
        weight = self._weights[anchor]
        if weight > self._left:
            raise Undecodable("its aliases stand for more values than are shown")
        self._left -= weight
        return Node(name, known.kind, known.text, known.children, known.note)

    def _sequence(self, event: Any, events: Iterator[Any], name: str, depth: int) -> Node:
        parts: list[Node] = []
        left_out = 0
        while not isinstance(inner := next(events), self._yaml.SequenceEndEvent):
            part = self._node(inner, events, str(len(parts) + left_out), depth + 1)
            left_out += self._keeps(parts, part)
        return Node(name, "array", "", (*parts, *_rest(left_out)), _tag(event))

    def _keeps(self, parts: list[Node], part: Node) -> int:
        if self._left < 0 or len(parts) >= self._bounds.width:
            return 1
        parts.append(part)
        return 0

    def _mapping(self, event: Any, events: Iterator[Any], name: str, depth: int) -> Node:
        parts: list[Node] = []
        left_out = 0
        is_record = True
        while not isinstance(inner := next(events), self._yaml.MappingEndEvent):
            left = self._left
            key = self._node(inner, events, "", depth + 1)
            self._left = left
            text = key.text if not key.children else "…"
            is_text = key.kind == "string"
            is_record = is_record and is_text
            part = self._node(next(events), events, text, depth + 1)
            if not is_text:
                note = f"{key.kind} as key"
                part = Node(
                    part.name, part.kind, part.text, part.children, f"{note}, {part.note}" if part.note else note
                )
            left_out += self._keeps(parts, part)
        return Node(name, "record" if is_record else "map", "", (*parts, *_rest(left_out)), _tag(event))

    def _scalar(self, event: Any, name: str) -> Node:
        if not self._says_so and not event.style and event.start_mark.line != event.end_mark.line and event.value:
            raise Undecodable("it has text over several lines, as prose has and YAML seldom")
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._resolver.resolve(self._yaml.ScalarNode, event.value, event.implicit)
        kind, text, note = _typed(str(tag), event.value)
        return Node(name, kind, shortened(text, self._bounds.text), (), note)


def _rest(left_out: int) -> tuple[Node, ...]:
    return (more(left_out),) if left_out else ()


def _tag(event: Any) -> str:
    tag = str(event.tag or "")
    return "" if not tag or tag in (f"{PLAIN}map", f"{PLAIN}seq") else tag.replace(PLAIN, "!!")


def _typed(tag: str, value: str) -> tuple[Kind, str, str]:
    """The kind of a scalar, its exact text, and what stands in the note: the word itself, where it is another."""
    word = tag.removeprefix(PLAIN)
    if word == "str":
        return "string", value, ""
    if word == "null":
        return "null", "null", value if value not in ("", "null", "~") else ""
    if word == "bool":
        is_true = value.lower() in ("yes", "true", "on")
        return "boolean", "true" if is_true else "false", value if value not in ("true", "false") else ""
    if word == "int":
        return "int", *_int(value)
    if word == "float":
        return "float", *_float(value)
    if word == "binary":
        try:
            return "bytes", base64.b64decode("".join(value.split()), validate=True).hex(), ""
        except (binascii.Error, ValueError):
            return "string", value, "!!binary"
    if word == "timestamp":
        return _moment(value)
    return "string", value, tag.replace(PLAIN, "!!")


def _int(value: str) -> tuple[str, str]:
    plain = value.replace("_", "").removeprefix("+")
    if INT.fullmatch(plain):
        return plain, "" if plain == value else value
    body = plain.lstrip("-")
    try:
        if body.startswith(("0b", "0x")):
            number = int(body, 0)
        elif ":" in body and len(body) <= DIGITS:
            number = 0
            for part in body.split(":"):
                number = number * 60 + int(part)
        else:
            number = int(body, 8)
        return str(-number if plain.startswith("-") else number), value
    except ValueError:
        return value, ""


def _float(value: str) -> tuple[str, str]:
    plain = value.replace("_", "").removeprefix("+").lower()
    special = {".inf": "Infinity", "-.inf": "-Infinity", ".nan": "NaN"}.get(plain)
    if special:
        return special, value
    return plain, "" if plain == value else value


def _moment(value: str) -> tuple[Kind, str, str]:
    found = MOMENT.fullmatch(value)
    if found is None:
        return ("date", value, "") if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else ("string", value, "!!timestamp")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    text = f"{year}-{int(month):02d}-{int(day):02d}T{int(hour):02d}:{minute}:{second}{fraction or ''}"
    zone = "Z" if zone in ("Z", "+00:00", "+00", "+0", "-00:00") else zone or ""
    return "timestamp", text + zone, "" if text + zone == value else value
