"""A decoded value as a tree of nodes: exact text for every scalar, and the forms in which it is shown, copied and sent."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import takewhile
from json.encoder import encode_basestring, encode_basestring_ascii
from math import isfinite
from typing import Any, Literal

from meshdesk.model.value import value
from meshdesk.model.wording import plural

Kind = Literal[
    "record", "array", "map", "string", "bytes", "int", "float", "decimal", "boolean", "null", "enum",
    "timestamp", "date", "time", "uuid", "duration",
    "more",  # the last child of a container that was cut: how many parts are left out
]  # fmt: skip
Tone = Literal["name", "string", "number", "null", "text"]
Tones = tuple[tuple[int, int, str], ...]
Word = tuple[str, Tone]  # one word of a line

CONTAINERS = ("record", "array", "map")
NUMBERS = ("int", "float", "decimal")
INDENT = "  "
DEEP = 2  # levels of records that a line shows; what lies deeper is {…}
SHORT = 3  # elements of an array that a line shows inside a record
PART = 500  # parts of a container that are handed over at once: some ten screens
TO_COME = "to come"
PAGED = "a page of parts"  # the note of a container that holds others' parts (model/pages.py)
WEIGHT = 40  # bytes of a node on the pipe beside its words: brackets, its kind, its span
# What a reader would not see or what would turn the text around it: shown as a picture of itself, never obeyed.
# All of Unicode's categories Cc, Cf, Cs, Zl and Zp, but for the Arabic signs of Cf that are drawn.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


@value(frozen=True, slots=True)
class Node:
    """One node of a decoded value."""

    name: str  # field name, map key or index as text; "" at the root
    kind: Kind
    text: str  # a scalar's exact text (bytes: hex); "" for a container
    children: tuple["Node", ...] = ()
    note: str = ""  # what the type adds: "decimal(12,2)", "timestamp-micros"
    span: tuple[int, int] | None = None  # its bytes in the payload, where the format lets us know


Whole = Callable[[Node], Node]  # a container as it is handed over, with pages where it has many parts


def visible(text: str) -> str:
    """The text with control characters, line ends and direction marks shown instead of obeyed.

    >>> visible("a\\x00b\\n")
    'a␀b␊'
    """
    return text if text.isprintable() else HIDDEN.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def path_at(node: Node, at: int) -> tuple[int, ...]:
    """Which child, of that which child, and so on, is the innermost node that holds a byte; () where no part of it does.

    >>> number = Node("n", "int", "1", span=(2, 4))
    >>> path_at(Node("", "record", "", (Node("s", "string", "", span=(0, 2)), number), span=(0, 4)), 3)
    (1,)
    """
    for row, child in enumerate(node.children):
        if child.span is None:
            if child.children and (below := path_at(child, at)):
                return (row, *below)
        elif child.span[0] <= at < child.span[1]:
            return (row, *path_at(child, at))
    return ()


# What was left out. A tree that was cut says so in every form: in its text, which is shown, copied and exported.


def more(count: int, note: str = "") -> Node:
    """The last child of a container of which `count` parts are left out; with the note TO_COME they can be had."""
    return Node("…", "more", f"{count:,} more", (), note)


def count_of(node: Node) -> int:
    """How many parts a container has, the ones left out included."""
    return _count(node.children)


def _count(children: Sequence[Node]) -> int:
    last = children[-1] if children else None
    if last is not None and last.kind == "more":
        return len(children) - 1 + _number(last.text)
    pages = list(takewhile(is_page, reversed(children)))
    return len(children) - len(pages) + sum(map(count_of, pages))


def shortened(text: str, room: int) -> str:
    """The text, or its first `room` characters and how many more there are.

    >>> shortened("abcdef", 4), shortened("abcd", 4)
    ('abcd… 2 more characters', 'abcd')
    """
    left = len(text) - room
    return text if left <= 0 else f"{text[:room]}… {plural(left, 'more character')}"


def hexed(data: bytes, room: int) -> str:
    """Bytes as hex, at most `room` characters of it, and how many more bytes there are.

    >>> hexed(bytes([0, 255, 0, 255]), 4), hexed(bytes([0, 255]), 4)
    ('00ff… 2 more bytes', '00ff')
    """
    left = len(data) - room // 2
    return data.hex() if left <= 0 else f"{data[: room // 2].hex()}… {plural(left, 'more byte')}"


def _number(words: str) -> int:
    return int(words.split(maxsplit=1)[0].replace(",", ""))


# As JSON


def to_json(node: Node) -> Any:
    """The value as JSON: ints exact, decimals and the floats that JSON has no word for as text, moments in ISO 8601,
    bytes as {"$bytes": base64}, an object with a repeated key as {"$pairs": [[key, value], …]}; where parts were left
    out, {"$more": how many} stands in their place."""
    if node.kind in ("record", "map"):
        pairs = [(child.name if child.kind != "more" else "$more", _json(child)) for child in node.children]
        names = {name for name, _ in pairs}
        return dict(pairs) if len(names) == len(pairs) else {"$pairs": [list(pair) for pair in pairs]}
    if node.kind == "array":
        return [to_json(child) for child in node.children]
    return {"$more": _number(node.text)} if node.kind == "more" else _json(node)


def _json(node: Node) -> Any:
    match node.kind:
        case "record" | "map" | "array":
            return to_json(node)
        case "null":
            return None
        case "boolean":
            return node.text == "true"
        case "int":
            return _int(node.text)
        case "float":
            return _float(node.text)
        case "more":
            return _number(node.text)
        case "bytes":
            shown, _, left_out = node.text.partition("… ")
            encoded = base64.b64encode(bytes.fromhex(shown)).decode("ascii")
            return {"$bytes": encoded} | ({"$more": left_out} if left_out else {})
    return node.text


def _int(text: str) -> int | str:
    """The number; its text where that was cut or has more than the 4,300 digits that Python reads."""
    try:
        return int(text)
    except ValueError:
        return text


def _float(text: str) -> float | str:
    """A float where it says the same as the text, else the text."""
    if len(text) > 40:  # a float has 17 digits that count
        return text
    try:
        number = float(text)
        return number if isfinite(number) and Decimal(repr(number)) == Decimal(text) else text
    except (ValueError, InvalidOperation):  # it was cut; an exponent of twenty digits
        return text


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


def within(node: Node, room: int, most: int = PART, whole: Whole | None = None) -> Node:
    """The tree, or as much of it as takes about `room` bytes on the pipe, level by level, and `most` parts of a container.

    Where parts are left out it says how many, and that they can be had (TO_COME). `whole` makes of a container the one that is
    handed over in its place (model/pages.py).
    """
    whole = whole or _as_it_is
    kept: dict[int, int] = {}  # how many parts of a container, by its identity
    level = [node]
    while level and room > 0:
        below: list[Node] = []
        for container in level:
            count = 0
            for child in whole(container).children[:most]:
                room -= WEIGHT + sum(_weight(words) for words in (child.name, child.text, child.note))
                if room < 0:
                    break
                count += 1
                if child.children and not is_page(child):
                    below.append(child)
            kept[id(container)] = count
        level = below
    return _cut(node, kept, whole)


def _as_it_is(node: Node) -> Node:
    return node


def _cut(node: Node, kept: dict[int, int], whole: Whole) -> Node:
    if not node.children or is_page(node):
        return node
    count = kept.get(id(node), 0)
    shown = whole(node).children
    children = tuple(_cut(child, kept, whole) for child in shown[:count])
    if count < len(shown):
        children = (*children, more(_count(shown[count:]), TO_COME))
    elif shown is node.children and all(new is old for new, old in zip(children, shown, strict=True)):
        return node
    return Node(node.name, node.kind, node.text, children, node.note, node.span)


def parts_at(
    node: Node, path: Sequence[int], first: int, room: int, whole: Whole | None = None
) -> tuple[tuple[Node, ...], int]:
    """The parts from number `first` on of the container at a path of rows, as many as have room and one at least, each with
    what is below it as far as there is room; and how many are left behind them. `whole` as `within` has it."""
    for row in path:
        if not 0 <= row < len(node.children):
            return (), 0
        node = node.children[row]
    shown = within(Node("", node.kind, "", node.children[first : first + PART]), room, whole=whole).children
    if shown and is_to_come(shown[-1]):
        shown = shown[:-1] or (within(node.children[first], room, whole=whole),)
    return shown, _count(node.children[first + len(shown) :])


def is_page(node: Node) -> bool:
    """Whether it stands for parts of the container that it is in."""
    return node.note == PAGED


def is_to_come(node: Node) -> bool:
    """Whether it stands for parts that can be had."""
    return node.kind == "more" and node.note == TO_COME


def is_whole(node: Node) -> bool:
    """Whether nothing of it is still to come."""
    return not is_to_come(node) and all(map(is_whole, node.children))


def _weight(words: str) -> int:
    """Bytes of it on the pipe: a control character is six there."""
    return len(encode_basestring(words).encode("utf-8", "surrogatepass"))


# As text


def pretty(node: Node) -> str:
    """Indented text as JSON is written, numbers exact. A value that is nothing but text stands as it is, in its lines."""
    if node.kind == "string":
        return "\n".join(visible(line).replace("␉", "\t") for line in re.split("\r?\n", node.text))
    return "\n".join(_lines(node, "", "", ""))


def _lines(node: Node, label: str, indent: str, end: str) -> Iterator[str]:
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
        named = node.kind != "array" and child.kind != "more"
        yield from _lines(
            child, f"{_quoted(child.name)}: " if named else "", indent + INDENT, "" if number == last else ","
        )
    yield f"{indent}{right}{end}"


def _literal(node: Node) -> str:
    if node.kind in NUMBERS or node.kind in ("boolean", "null"):
        return node.text
    if node.kind == "more":
        return f"… {node.text}"
    return f"0x{node.text}" if node.kind == "bytes" else _quoted(node.text)


def _quoted(text: str) -> str:
    """As JSON writes it; what hides is an escape of JSON, so that whoever copies it loses nothing."""
    written = json.dumps(text, ensure_ascii=False)
    return written if written.isprintable() else HIDDEN.sub(_escape, written)


def _escape(match: re.Match[str]) -> str:
    return encode_basestring_ascii(match[0])[1:-1]


# As one line


def one_line(node: Node, limit: int) -> str:
    """The value on one line of at most `limit` characters."""
    return one_line_spans(node, limit)[0]


def one_line_spans(node: Node, limit: int) -> tuple[str, Tones]:
    """The line, and which characters of it are names, strings, numbers: (start, end, tone).

    >>> one_line_spans(Node("", "record", "", (Node("id", "string", "A-1"), Node("n", "int", "5"))), 80)
    ('id A-1 n 5', ((0, 2, 'name'), (3, 6, 'string'), (7, 8, 'name'), (9, 10, 'number')))
    """
    return line_of(words_of(node, 0, limit), limit)


def line_of(words: Iterable[Word], limit: int) -> tuple[str, Tones]:
    """Words joined to a line of at most `limit` characters. No more words are taken than fit."""
    pieces: list[str] = []
    tones: list[tuple[int, int, str]] = []
    at = 0
    for word, tone in words:
        end = at + len(word)
        if end > limit:
            if at < limit:
                pieces.append(f"{word[: limit - at - 1]}…")
                tones.append((at, limit, tone))
            elif pieces:  # exactly full: the last character gives way to the sign that more follows
                pieces[-1] = f"{pieces[-1][:-1]}…"
            break
        pieces.append(word)
        if word:
            tones.append((at, end, tone))
        at = end + 1
    return " ".join(pieces), tuple(tones)


TONES: dict[Kind, Tone] = {
    "string": "string", "enum": "string", "int": "number", "float": "number", "decimal": "number", "boolean": "number",
    "null": "null",
}  # fmt: skip


def word_of(kind: Kind, text: str, limit: int) -> Word:
    """A scalar as a word of a line. No more of it than a line holds is looked at."""
    tone = TONES.get(kind, "text")
    if tone == "string":
        return visible(text[: limit + 1]) if text else '""', tone
    if kind == "bytes":
        return f"0x{text[: limit + 1]}", tone
    return text[: limit + 1] if kind in NUMBERS else text, tone


def name_of(name: str, limit: int) -> Word:
    """A field's name as a word of a line."""
    return visible(name[: limit + 1]) if name else '""', "name"


def words_of(node: Node, depth: int, limit: int) -> list[Word]:
    """Records show their fields down to the second level, short arrays their scalars, all else how much there is.

    Words beyond a line of `limit` characters are left out, but for one that shows that more follows. So a line needs no more
    parts of a container than it has characters: decode/chain.py makes no more for a preview.
    """
    words: list[Word] = []
    lay(node, depth, limit, limit, words)
    return words


FULL = -1  # room below which a line shows already that more follows


def lay(node: Node, depth: int, limit: int, room: int, words: list[Word]) -> int:
    """The same behind words that are there already, with `room` characters left; how many are left then.

    They are not yielded: those of a value five levels deep would be handed through five generators (twice the time, 2026-11).
    """
    kind, children = node.kind, node.children
    if kind not in CONTAINERS:
        word = word_of(kind, node.text, limit)
    elif not children:
        word = ("[]" if kind == "array" else "{}", "text")
    elif kind == "array":
        return _lay_array(node, depth, limit, room, words)
    elif depth < DEEP:
        return _lay_fields(children, depth, limit, room, words)
    else:
        word = ("{…}", "text")
    words.append(word)
    return room - len(word[0]) - 1


def _lay_fields(children: tuple[Node, ...], depth: int, limit: int, room: int, words: list[Word]) -> int:
    if depth:
        words.append(("{", "text"))
        room -= 2
    for child in children:
        if room < FULL:
            return room
        if child.kind == "more":
            words.append(("…", "text"))
            room -= 2
            continue
        name = name_of(child.name, limit)
        words.append(name)
        room = lay(child, depth + 1, limit, room - len(name[0]) - 1, words)
    if depth:
        words.append(("}", "text"))
        room -= 2
    return room


def _lay_array(node: Node, depth: int, limit: int, room: int, words: list[Word]) -> int:
    count, children = count_of(node), node.children
    if depth == 0:  # the whole value: its elements follow, as far as they fit
        words.append((f"[{count:,}]", "text"))
        room -= len(words[-1][0]) + 1
        for child in children:
            if room < FULL:
                return room
            if child.kind != "more":
                room = lay(child, 1, limit, room, words)
    elif depth <= DEEP and count <= SHORT and all(child.kind not in CONTAINERS for child in children):
        words.append(("[", "text"))
        for child in children:
            room = lay(child, depth + 1, limit, room, words)
        words.append(("]", "text"))
        room -= 4
    else:
        words.append((f"[{count:,}]", "text"))
        room -= len(words[-1][0]) + 1
    return room
