"""XML 1.0, read by expat: elements in their order with attributes, texts and namespaces, in the encoding that is declared.

A document that defines entities is shown as the text it is: nothing is expanded, and nothing outside of it is ever read.
"""

from pyexpat import ExpatError, ParserCreate, errors
from typing import Any, TypeAlias

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.text import text_of
from meshdesk.model.node import Kind, Node, more, shortened

NAME = "XML"
STARTS = (b"<", b" ", b"\t", b"\r", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")
BEGINS = bytes({start[0] for start in STARTS})
LEFT = ord("<")
BEFORE = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
PIECE = 1 << 16  # bytes that expat is given at once
NAMESPACE = "xmlns"


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it begins with <, in the encoding that its first bytes show."""
    return data[0] == LEFT or (data.startswith(STARTS) and data[:200].lstrip(BEFORE).startswith(b"<"))


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A document. Raises Undecodable."""
    if not data.startswith(STARTS) or not data[:200].lstrip(BEFORE).startswith(b"<"):
        raise Undecodable("it does not begin with <")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    if b"<!ENTITY" in data or b"<\0!\0E\0N\0T\0I\0T\0Y\0" in data or b"\0<\0!\0E\0N\0T\0I\0T\0Y" in data:
        return _with_entities(data, bounds)
    reading = _Reading(bounds)
    try:
        for at in range(0, len(data), PIECE):
            reading.parser.Parse(data[at : at + PIECE], at + PIECE >= len(data))
    except ExpatError as error:
        where = f"line {error.lineno:,}, character {error.offset + 1:,}"
        raise Undecodable(f"it is no XML at {where}: {errors.messages.get(error.code, error.code)}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise Undecodable(f"it is no XML that can be read: {error}") from None
    if bounds.nodes < 2 or reading.root is None:
        raise Undecodable("nothing may be made of it")
    return Decoded(Node("", "record", "", (reading.root.node(),)), (Layer(NAME),), NAME)


def _with_entities(data: bytes, bounds: Bounds) -> Decoded:
    text, _ = text_of(data)
    if bounds.nodes < 1:
        raise Undecodable("nothing may be made of it")
    node = Node("", "string", shortened(text, bounds.text), (), "its entities are not expanded", (0, len(data)))
    return Decoded(node, (Layer(NAME, "defines entities, which are never expanded"),), NAME)


class _Element:
    """An element while it is read."""

    __slots__ = ("bounds", "is_shown", "left_out", "name", "note", "parts", "text")

    def __init__(self, name: str, note: str, bounds: Bounds, is_shown: bool) -> None:
        self.name, self.note, self.bounds, self.is_shown = name, note, bounds, is_shown
        self.parts: list[Node] = []
        self.text: list[str] = []
        self.left_out = 0

    def node(self) -> Node:
        """An element of text alone is its text; any other is a record, in which its texts are called #text."""
        if not self.parts and not self.left_out:
            text = "".join(self.text)
            if len(text) > self.bounds.text:
                text = shortened(text, self.bounds.text)
            return Node(self.name, "string" if text else "record", text, (), self.note)
        rest = (more(self.left_out),) if self.left_out else ()
        return Node(self.name, "record", "", (*self.parts, *rest), self.note)


# The namespaces that an element names, and those around it: put together for each, they would take the square of their number.
_Spaces: TypeAlias = "tuple[dict[str, str], _Spaces | None]"


class _Reading:
    """What expat calls, and the elements that are open."""

    def __init__(self, bounds: Bounds) -> None:
        self.parser = ParserCreate()
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity
        self.parser.SetParamEntityParsing(0)  # never
        self.root: _Element | None = None
        self._bounds = bounds
        self._left = bounds.nodes - 1
        self._open: list[_Element] = []
        self._spaces: list[_Spaces] = [({"xml": "http://www.w3.org/XML/1998/namespace"}, None)]

    def _entity(self, *_: Any) -> None:
        raise Undecodable("it defines entities")

    def _start(self, name: str, pairs: list[str]) -> None:
        bounds = self._bounds
        if len(self._open) >= bounds.depth:
            raise Undecodable(f"it is nested deeper than {bounds.depth} levels")
        attributes = list(zip(pairs[::2], pairs[1::2], strict=True)) if pairs else []
        if bounds.tells:
            self._enter_space(attributes)
        parent = self._open[-1] if self._open else None
        if parent is not None and parent.text:
            self._flush(parent)
        is_shown = self._left > 0 and (parent is None or (parent.is_shown and len(parent.parts) < bounds.width))
        element = _Element(name, self._space(name, "") if bounds.tells else "", bounds, is_shown)
        self._open.append(element)
        self.root = self.root or element
        self._left -= is_shown
        for key, text in attributes:
            note = self._note(key) if bounds.tells else ""
            self._add(element, f"@{key}", "string", text, note)

    def _enter_space(self, attributes: list[tuple[str, str]]) -> None:
        own = {key[6:]: uri for key, uri in attributes if key.startswith("xmlns:")}
        own.update(("", uri) for key, uri in attributes if key == NAMESPACE)
        self._spaces.append((own, self._spaces[-1]) if own else self._spaces[-1])

    def _note(self, key: str) -> str:
        is_space = key == NAMESPACE or key.startswith("xmlns:")
        return "namespace" if is_space else self._space(key, None)

    def _space(self, name: str, default: str | None) -> str:
        prefix, _, local = name.rpartition(":")
        if not prefix and default is None:
            return ""
        wanted = prefix if local else ""
        spaces: _Spaces | None = self._spaces[-1]
        while spaces is not None:
            own, spaces = spaces
            if wanted in own:
                return own[wanted]
        return ""

    def _add(self, element: _Element, name: str, kind: Kind, text: str, note: str = "") -> None:
        if self._left <= 0 or not element.is_shown or len(element.parts) >= self._bounds.width:
            element.left_out += 1
            return
        self._left -= 1
        element.parts.append(Node(name, kind, shortened(text, self._bounds.text), (), note))

    def _flush(self, element: _Element) -> None:
        """Text before or between elements is a part of its own, unless it is but the indentation."""
        text = "".join(element.text)
        element.text.clear()
        if text.strip():
            self._add(element, "#text", "string", text)

    def _characters(self, text: str) -> None:
        self._open[-1].text.append(text)

    def _end(self, name: str) -> None:  # noqa: ARG002 (expat's form)
        element = self._open.pop()
        if self._bounds.tells:
            self._spaces.pop()
        if element.text and (element.parts or element.left_out):
            self._flush(element)
        if not self._open:
            return
        if element.is_shown:
            self._open[-1].parts.append(element.node())
        else:
            self._open[-1].left_out += 1
