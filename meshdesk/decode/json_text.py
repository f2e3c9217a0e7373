"""JSON (RFC 8259) as it is really written: with a byte order mark, in UTF-16, with NaN, several documents (also RFC 7464's
sequences), in an old encoding, with a character torn. _Numbers stay exact."""

import json
import re
from itertools import islice
from typing import Any

from meshdesk.decode import json_line
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable, kept_behind
from meshdesk.decode.json_spans import spanned
from meshdesk.decode.legacy_latin import POSSIBLE, encoding_of_latin, western_name
from meshdesk.decode.legacy_scripts import encoding_of_script
from meshdesk.decode.legacy_text import how_found
from meshdesk.decode.line import LONGEST, Unlisted
from meshdesk.decode.text import DECLARING, charset_of, is_declared, text_of
from meshdesk.model.node import Kind, Node, more, pretty, shortened
from meshdesk.model.wording import plural

NAME = "JSON"
BEGINS = b'{["\xef\xff\xfe\0 \t\r\n\x1e'  # also in UTF-16 and UTF-32, and behind blanks and marks
HEADERS = DECLARING
minds = is_declared
PLAIN = b'{[" \t\r\n\x1e'  # its first bytes in UTF-8; of UTF-16 the first one may be zero
WIDE = (b"\0\0\xfe\xff", *(b"\0\0\0" + bytes((byte,)) for byte in PLAIN))  # of UTF-32
SIGNS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # of an encoding
FIRST = frozenset('{["')  # bare numbers and words are as likely text; they are shown as they stand
BLANKS = re.compile("[ \t\r\n\ufeff\x1e]*")  # the last one begins each document of a sequence (RFC 7464)
OF_JSON = 0.3  # share of letters, digits and blanks in a short document: the rest are quotes, colons and brackets
WRITTEN = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)  # UTF-8's characters


class _Number(str):
    """A number as it stands in the document."""

    __slots__ = ()


class _Real(_Number):
    """One with a fraction or an exponent, or one of the words that JSON forbids and Python writes."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object, with repeated keys kept."""


class _Rest(list[Any]):
    """The elements of an array from one on."""

    first = 0


# Hooks keep the words of the document: nothing is rounded, and no number is too long for Python's limit on digits.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Real, parse_constant=_Real, strict=False
)


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it begins as JSON does, in the encoding that its first bytes show."""
    first = data[0]
    if first in PLAIN:
        return True
    return data.startswith(SIGNS) if first else len(data) > 3 and (data[1] in PLAIN or data.startswith(WIDE))


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A JSON document; or several, each beginning on a line of its own, as an array. Raises Undecodable."""
    if bounds.line and data[0] in json_line.BEGINS and not charset_of(payload):
        try:
            return Decoded(Node("", "record", ""), (Layer(NAME),), NAME, words=json_line.read(data, 0, LONGEST))
        except (Unlisted, ValueError, StopIteration, RecursionError):
            pass  # what is odd is read as a tree
    detail = trouble = ""
    try:
        text, start, encoding = _text(data, bounds, charset_of(payload))
    except Undecodable as no_text:
        text, start, encoding, detail, trouble = _mended(data, no_text, bounds)
        try:
            documents = _documents(text, start)
        except Undecodable:
            raise no_text from None
    else:
        if text[start : start + 1] not in FIRST and not payload.wants(NAME):
            raise Undecodable("it does not begin as a JSON object, array or string does")
        documents = _documents(text, start)
    is_one = len(documents) == 1
    tree = _spanned(documents[0] if is_one else documents, data, encoding, not is_one, 0, bounds)
    detail = detail if is_one else ", ".join(filter(None, (f"{len(documents):,} documents", detail)))
    return Decoded(tree, (Layer("JSON", detail),), "JSON", trouble=trouble)


def _mended(data: bytes, no_text: Undecodable, bounds: Bounds) -> tuple[str, int, str, str, str]:
    """What is no UTF-8, and begins as an object or an array does: its text, where it begins, its encoding, a word on that, and a
    sentence on what is lost. Of UTF-8 with bytes torn out the rest is readable. Raises what it was given."""
    if len(data) > bounds.bytes or not data.lstrip(PLAIN[3:]).startswith((b"{", b"[")) or 0 in data:
        raise no_text
    found = encoding_of_script(data, OF_JSON) or (
        encoding_of_latin(data, OF_JSON) if not WRITTEN.search(data) else None
    )
    if found is not None:
        text = data.decode(found.codec)
        return text, _behind_blanks(text, 0), found.codec, f"{found.name}, {how_found(found)}", ""
    if POSSIBLE.fullmatch(data) and not WRITTEN.search(data):
        text = data.decode("cp1252")
        return text, _behind_blanks(text, 0), "cp1252", f"{western_name(data)}, guessed", ""
    text = data.decode("utf-8", "replace")
    lost = f"{no_text}".removeprefix("it is no UTF-8 at ")
    trouble = f"The text is no UTF-8 from {lost} on: what cannot be read is shown as \ufffd, and stands in the bytes as it was written."
    return text, _behind_blanks(text, 0), "utf-8", "UTF-8 with errors", trouble


def document_of(data: bytes, bounds: Bounds, at: int = 0) -> Node:
    """The tree of one document, which may be a bare number or word, where a schema says that it is JSON; `at` is the first
    of its bytes in the payload. Raises Undecodable."""
    text, start, encoding = _text(data, bounds)
    return _spanned(_only(_documents(text, start)), data, encoding, False, at, bounds)


def document_in(text: str, bounds: Bounds) -> Node:
    """The same of text that stood in another document: halves of surrogates, which JSON can escape, have no bytes. Nothing of the
    tree has a span. Raises Undecodable."""
    if len(text) > bounds.bytes:
        raise Undecodable(f"it has more than {bounds.bytes:,} characters")
    return _tree(_only(_documents(text, _behind_blanks(text, 0))), bounds)


def _only(documents: list[Any]) -> Any:
    if len(documents) > 1:
        raise Undecodable(f"it is {len(documents):,} JSON documents where the schema says one")
    return documents[0]


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
        return pretty(document_in(text, Bounds()))
    except Undecodable:
        return text


def _text(data: bytes, bounds: Bounds, charset: str = "") -> tuple[str, int, str]:
    """The text, where it begins behind blanks and marks, and its encoding."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    text, encoding = text_of(data, charset)
    return text, _behind_blanks(text, 0), encoding


def _behind_blanks(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return found.end() if found else at


def _documents(text: str, at: int) -> list[Any]:
    """The documents from a place to the end, of which each begins on a line of its own, or is an object behind an object."""
    documents = []
    while True:
        try:
            value, end = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise Undecodable(f"it is no JSON at character {error.pos + 1:,}: {error.msg}") from None
        except RecursionError:
            raise Undecodable("it is nested too deep to be read") from None
        documents.append(value)
        at = _behind_blanks(text, end)
        if at == len(text):
            return documents
        if "\n" not in text[end:at] and "\x1e" not in text[end:at] and text[end - 1] + text[at] != "}{":
            behind = plural(len(text) - at, "character")
            raise Undecodable(f"the JSON document ends at character {end:,}, with {behind} behind it")


def _spanned(value: Any, data: bytes, encoding: str, is_several: bool, at: int, bounds: Bounds) -> Node:
    """The tree with its bytes, where they are wanted; of arrays of which a later part is wanted (Bounds.windows) that part."""
    tree = _tree(value, bounds)
    if not bounds.spans:
        return tree
    tree = spanned(tree, data, encoding, is_several, at)
    for start, first in bounds.windows:
        value = _from(value, tree, start, first)
        tree = spanned(_tree(value, bounds), data, encoding, is_several, at)
    return tree


def _from(value: Any, node: Node, start: int, first: int) -> Any:
    """The value in which the array that begins at a byte has no elements before number `first`."""
    if node.kind == "array" and node.span is not None and node.span[0] == start:
        rest = _Rest(value[first:])
        rest.first = first
        return rest
    for row, child in enumerate(node.children):
        if child.span is None or not child.span[0] <= start < child.span[1]:
            continue
        name, inner = value[row] if node.kind == "record" else ("", value[row])
        inner = _from(inner, child, start, first)
        value[row] = (name, inner) if node.kind == "record" else inner
    return value


def _tree(value: Any, bounds: Bounds) -> Node:
    try:
        return _node("", value, _Budget(bounds), 0)
    except RecursionError:  # the bound on depth is there for Python's own, but whoever calls may be deep already
        raise Undecodable("it is nested too deep to be shown") from None


class _Budget:
    """How many nodes may still be made."""

    def __init__(self, bounds: Bounds) -> None:
        self.left = bounds.nodes
        self.bounds = bounds


def _node(name: str, value: Any, budget: _Budget, depth: int) -> Node:
    budget.left -= 1
    bounds = budget.bounds
    if depth > bounds.depth:
        raise Undecodable(f"it is nested deeper than {bounds.depth} levels")
    if isinstance(value, _Pairs):
        return _container(name, "record", value, budget, depth)
    if isinstance(value, list):
        return _container(name, "array", value, budget, depth)
    if isinstance(value, _Number):
        return Node(name, "float" if isinstance(value, _Real) else "int", shortened(str(value), bounds.text))
    if isinstance(value, str):
        return Node(name, "string", shortened(value, bounds.text))
    if value is None:
        return Node(name, "null", "null")
    return Node(name, "boolean", "true" if value else "false")


def _container(name: str, kind: Kind, values: list[Any], budget: _Budget, depth: int) -> Node:
    if kind == "record":
        children = _fields(values, budget, depth)
    else:
        children = []
        kept = kept_behind(budget.left, depth)
        budget.left -= kept
        first = values.first if isinstance(values, _Rest) else 0
        for number, item in enumerate(islice(values, budget.bounds.width), first):
            if budget.left <= 0:
                break
            children.append(_node(str(number), item, budget, depth + 1))
        budget.left += kept
    left_out = len(values) - len(children)
    if left_out:
        children.append(more(left_out))
    return Node(name, kind, "", tuple(children))


def _fields(pairs: list[tuple[str, Any]], budget: _Budget, depth: int) -> list[Node]:
    """Each with a node of its own before any has one for what is in it."""
    count = min(len(pairs), budget.bounds.width, max(0, budget.left))
    budget.left -= count
    children = []
    for name, item in islice(pairs, count):
        budget.left += 1
        children.append(_node(name, item, budget, depth + 1))
    return children
