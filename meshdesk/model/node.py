"""A decoded value as a tree of nodes: exact text for every scalar, and the forms in which it is shown, copied and sent."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

Kind = Literal[
    "record", "array", "map", "string", "bytes", "int", "float", "decimal", "boolean", "null", "enum",
    "timestamp", "date", "time", "uuid", "duration",
]  # fmt: skip
Tone = Literal["name", "string", "number", "null", "text"]
Tones = tuple[tuple[int, int, str], ...]

CONTAINERS = ("record", "array", "map")
NUMBERS = ("int", "float", "decimal")
INDENT = "  "
# What a reader would not see or what would turn the text around it: shown as a picture of itself, never obeyed.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a decoded value."""

    name: str  # field name, map key or index as text; "" at the root
    kind: Kind
    text: str  # a scalar's exact text (bytes: hex); "" for a container
    children: tuple["Node", ...] = ()
    note: str = ""  # what the type adds: "decimal(12,2)", "timestamp-micros", "12,480 more"
    span: tuple[int, int] | None = None  # its bytes in the payload, where the format lets us know


def visible(text: str) -> str:
    """The text with control characters, line ends and direction marks shown instead of obeyed.

    >>> visible("a\\x00b\\n")
    'a␀b␊'
    """
    return HIDDEN.sub(_picture, text) if HIDDEN.search(text) else text


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


# As JSON


def to_json(node: Node) -> Any:
    """The value as JSON: ints exact, decimals and the floats that JSON has no word for as text, moments in ISO 8601,
    bytes as {"$bytes": base64}, an object with a repeated key as {"$pairs": [[key, value], …]}."""
    if node.kind in ("record", "map"):
        pairs = [(child.name, to_json(child)) for child in node.children]
        names = {name for name, _ in pairs}
        return dict(pairs) if len(names) == len(pairs) else {"$pairs": [list(pair) for pair in pairs]}
    if node.kind == "array":
        return [to_json(child) for child in node.children]
    if node.kind == "null":
        return None
    if node.kind == "boolean":
        return node.text == "true"
    if node.kind == "int":
        return int(node.text) if len(node.text) < 4000 else node.text  # Python's own limit on digits is 4,300
    if node.kind == "float":
        return _float(node.text)
    return {"$bytes": base64.b64encode(bytes.fromhex(node.text)).decode()} if node.kind == "bytes" else node.text


def _float(text: str) -> float | str:
    """A float where it says the same as the text, else the text."""
    number = float(text)
    return number if repr(number) == text or _same(text, number) else text


def _same(text: str, number: float) -> bool:
    if not isfinite(number):
        return False
    mantissa, _, exponent = text.lower().partition("e")
    digits, shown = _digits(mantissa), repr(number).lower().partition("e")
    return digits == _digits(shown[0]) and (exponent.lstrip("+") == shown[2].lstrip("+"))


def _digits(mantissa: str) -> str:
    return mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa


# Through the pipe


def to_frame(node: Node) -> list[Any]:
    """The tree as JSON for the pipe between explain and the window."""
    frame: list[Any] = [node.name, node.kind, node.text]
    if node.children or node.note or node.span:
        frame += [[to_frame(child) for child in node.children], node.note, node.span]
    return frame


def from_frame(frame: list[Any]) -> Node:
    """The tree that `to_frame` wrote."""
    if len(frame) == 3:
        return Node(frame[0], frame[1], frame[2])
    name, kind, text, children, note, span = frame
    return Node(name, kind, text, tuple(map(from_frame, children)), note, (span[0], span[1]) if span else None)


# As text


def pretty(node: Node) -> str:
    """Indented text, as JSON is written, with numbers as they are and moments unquoted from no one."""
    return "\n".join(_lines(node, "", ""))


def _lines(node: Node, indent: str, end: str) -> Iterator[str]:
    label = "" if not indent or node.name == "" else f"{_quoted(node.name)}: "
    if node.kind not in CONTAINERS:
        yield f"{indent}{label}{_literal(node)}{end}"
        return
    left, right = "[]" if node.kind == "array" else "{}"
    if not node.children:
        yield f"{indent}{label}{left}{right}{end}"
        return
    yield f"{indent}{label}{left}"
    last = len(node.children) - 1
    for number, child in enumerate(node.children):
        named = child if node.kind != "array" else Node("", child.kind, child.text, child.children, child.note)
        yield from _lines(named, indent + INDENT, "" if number == last else ",")
    yield f"{indent}{right}{end}"


def _literal(node: Node) -> str:
    if node.kind in NUMBERS or node.kind in ("boolean", "null"):
        return node.text
    return f"0x{node.text}" if node.kind == "bytes" else _quoted(node.text)


def _quoted(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=False)
    return visible(shown) if HIDDEN.search(shown) else shown


# As one line


def one_line(node: Node, limit: int) -> str:
    """The value on one line of at most `limit` characters."""
    return one_line_spans(node, limit)[0]


def one_line_spans(node: Node, limit: int) -> tuple[str, Tones]:
    """The line, and which characters of it are names, strings, numbers: (start, end, tone).

    >>> one_line_spans(Node("", "record", "", (Node("id", "string", "A-1"), Node("n", "int", "5"))), 80)
    ('id A-1 n 5', ((0, 2, 'name'), (3, 6, 'string'), (7, 8, 'name'), (9, 10, 'number')))
    """
    words: list[tuple[str, str]] = []
    _words(node, words, limit, 0)
    pieces, tones, at = [], [], 0
    for word, tone in words:
        if at:
            pieces.append(" ")
            at += 1
        if at >= limit:
            break
        shown = word if at + len(word) <= limit else f"{word[: max(0, limit - at - 1)]}…"
        pieces.append(shown)
        tones.append((at, at + len(shown), tone))
        at += len(shown)
    return "".join(pieces).rstrip(), tuple(tones)


def _words(node: Node, words: list[tuple[str, str]], room: int, depth: int) -> int:
    """Adds the words of a value; the room that is left. Records show their fields to the second level, then their size."""
    if room <= 0:
        return room
    if node.kind in ("record", "map") and depth < 2:
        opening = depth > 0
        if opening:
            words.append(("{", "text"))
            room -= 2
        for child in node.children:
            name = visible(child.name[:room])
            words.append((name, "name"))
            room = _words(child, words, room - len(name) - 1, depth + 1)
            if room <= 0:
                return room
        if opening or not node.children:
            words.append(("}" if opening else "{}", "text"))
            room -= 2
        return room
    if (
        node.kind == "array"
        and depth < 2
        and len(node.children) <= 3
        and all(c.kind not in CONTAINERS for c in node.children)
    ):
        words.append(("[", "text"))
        for child in node.children:
            room = _words(child, words, room - 2, depth + 1)
        words.append(("]", "text"))
        return room
    if node.kind in CONTAINERS:
        word, tone = (f"[{len(node.children)}]" if node.kind == "array" else "{…}"), "text"
    else:
        word, tone = _word(node, room)
    words.append((word, tone))
    return room - len(word) - 1


def _word(node: Node, room: int) -> tuple[str, str]:
    if node.kind in NUMBERS:
        return node.text[: room + 1], "number"
    if node.kind in ("null", "boolean"):
        return node.text, "null" if node.kind == "null" else "number"
    if node.kind == "bytes":
        return f"0x{node.text[: room + 1]}", "text"
    return visible(node.text[: room + 1]) if node.text else '""', "string" if node.kind in (
        "string",
        "enum",
    ) else "text"
