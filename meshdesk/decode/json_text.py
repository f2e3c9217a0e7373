"""JSON (RFC 8259) as it is really written: with a byte order mark, in UTF-16, with NaN, one document a line. Numbers stay exact."""

import json
from itertools import islice
from typing import Any

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.text import text_of
from meshdesk.model.node import Node, pretty
from meshdesk.model.wording import plural

NAME = "JSON"
FIRST = frozenset('{["')  # bare numbers and words are as likely text; they are shown as they stand


class _Number(str):
    """A number as it stands in the document."""

    __slots__ = ()


class _Real(_Number):
    """One with a fraction or an exponent, or one of the words that JSON forbids and Python writes."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object, with repeated keys kept."""


# Hooks keep the words of the document: nothing is rounded, and no number is too long for Python's limit on digits.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Real, parse_constant=_Real, strict=False
)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A JSON document, or one a line. Raises Undecodable."""
    tree, lines = tree_of(data, bounds)
    return Decoded(tree, (Layer("JSON", f"{lines} lines" if lines else ""),), "JSON")


def tree_of(data: bytes, bounds: Bounds) -> tuple[Node, int]:
    """The tree of a document, and 0; or of several, one a line, as an array, and how many they are. Raises Undecodable."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    text = text_of(data)[0].strip(" \t\r\n\ufeff")
    if text[:1] not in FIRST:
        raise Undecodable("it does not begin as a JSON object, array or string does")
    try:
        value, lines = _parse(text)
        budget = _Budget(bounds)
        return _node("", value, budget, 0, f"{lines} lines" if lines else ""), lines
    except RecursionError:
        raise Undecodable("it is nested too deep to be read") from None


def indented(text: str) -> str:
    """A schema or another text that may be an object or array of JSON, in lines that a person reads; others as they are.

    >>> print(indented('{"type":"fixed","size":16}'))
    {
      "type": "fixed",
      "size": 16
    }
    >>> indented('message Order { string id = 1; }'), indented('{"torn":'), indented('"string"')
    ('message Order { string id = 1; }', '{"torn":', '"string"')
    """
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return pretty(tree_of(text.encode("utf-8", "surrogatepass"), Bounds())[0])
    except Undecodable:
        return text


def scalar_of(data: bytes) -> Node:
    """A document that is a bare number or word, where a schema says that it is JSON. Raises Undecodable."""
    return _node("", _parse(text_of(data)[0].strip())[0], _Budget(Bounds()), 0)


def _parse(text: str) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise Undecodable(f"it is no JSON at character {error.pos + 1:,}: {error.msg}") from None
    if end == len(text):
        return value, 0
    values = [value]
    if "\n" not in text[end : end + 2]:
        raise Undecodable(
            f"the JSON document ends at character {end:,}, but {plural(len(text) - end, 'character')} follow"
        )
    for number, line in enumerate(text[end:].splitlines(), 1):
        if line.strip():
            try:
                values.append(_DECODER.decode(line.strip()))
            except json.JSONDecodeError as error:
                raise Undecodable(f"line {number} is no JSON: {error.msg}") from None
    return values, len(values)


class _Budget:
    """How many nodes may still be made."""

    def __init__(self, bounds: Bounds) -> None:
        self.left = bounds.nodes
        self.bounds = bounds


def _node(name: str, value: Any, budget: _Budget, depth: int, note: str = "") -> Node:
    budget.left -= 1
    if depth > budget.bounds.depth:
        raise Undecodable(f"it is nested deeper than {budget.bounds.depth} levels")
    if isinstance(value, _Pairs):
        return _container(name, "record", value, budget, depth, note)
    if isinstance(value, list):
        return _container(name, "array", value, budget, depth, note)
    if isinstance(value, _Number):
        return Node(name, "float" if isinstance(value, _Real) else "int", str(value))
    if isinstance(value, str):
        cut = len(value) - budget.bounds.text
        return Node(name, "string", value[: budget.bounds.text], note=f"{cut:,} more characters" if cut > 0 else "")
    if value is None:
        return Node(name, "null", "null")
    return Node(name, "boolean", "true" if value else "false")


def _container(name: str, kind: Any, values: list[Any], budget: _Budget, depth: int, note: str) -> Node:
    shown = max(0, budget.left)
    items = values if kind == "record" else ((str(number), item) for number, item in enumerate(values))
    children = []
    for key, item in islice(items, shown):
        if budget.left <= 0:
            break
        children.append(_node(key, item, budget, depth + 1))
    left_out = len(values) - len(children)
    return Node(name, kind, "", tuple(children), f"{left_out:,} more" if left_out else note)
