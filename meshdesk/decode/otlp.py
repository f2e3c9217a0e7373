"""OpenTelemetry's traces, logs and metrics as Protobuf, as the Collector's Kafka exporter writes them (otlp_proto).

Nothing marks them: they are known by their fields, all of which must be OTLP's, and by ids and times of the right size.
Attributes are shown as one map, moments as moments; ids stay bytes, shown as hex.
"""

from collections.abc import Iterator

from meshdesk.decode import otlp_line
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.line import Unlisted
from meshdesk.decode.moments import moment
from meshdesk.decode.otlp_schema import KINDS, PACKAGE, SIZES, book
from meshdesk.decode.proto_wire import varint
from meshdesk.decode.protobuf import read
from meshdesk.model.node import Node, more

NAME = "OTLP"
BEGINS = b"\x0a"
ATTRIBUTES = ("attributes", "filtered_attributes", "metadata", "kvlist_value")


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The spans, log records or metrics. Raises Undecodable."""
    if data[:1] != b"\x0a" or len(data) < 8:
        raise Undecodable("it does not begin as OTLP does")
    length, start = varint(data, 1, len(data))
    if length > len(data) - start or data[start : start + 1] not in (b"\x0a", b"\x12"):
        raise Undecodable("it does not begin as OTLP does")
    if bounds.line and len(data) <= bounds.bytes:
        try:
            return Decoded(Node("", "record", ""), (Layer(NAME),), NAME, words=otlp_line.words_of(data))
        except Unlisted:
            pass
    for message, word, records, one_of in KINDS:
        try:
            reading = read(data, 0, book(), book().types.messages[f"{PACKAGE}.{message}"], bounds)
        except Undecodable:
            continue
        found = [node for node in _named(reading.tree, records) if node.kind == "array"]
        each = [child for node in found for child in node.children if child.kind != "more"]
        if not reading.odd and each and all(_is_one(record, one_of) for record in each):
            return Decoded(_shaped(reading.tree), (Layer(f"OTLP {word}"), Layer("Protobuf", message)), NAME)
    raise Undecodable("its fields are not those of OTLP")


def _is_one(record: Node, one_of: tuple[str, ...]) -> bool:
    names = {child.name for child in record.children}
    if not names & {*one_of, "…"}:
        return False
    return all(
        child.kind != "bytes"
        or "…" in child.text
        or len(child.text) // 2 in SIZES.get(child.name, (len(child.text) // 2,))
        for child in record.children
    )


def _named(node: Node, name: str) -> Iterator[Node]:
    for child in node.children:
        if child.name == name:
            yield child
        elif child.kind in ("record", "array"):
            yield from _named(child, name)


def _shaped(node: Node) -> Node:
    if node.kind == "int" and node.name.endswith("time_unix_nano"):
        text = moment(int(node.text), 9) if node.text.isdigit() else None
        return (
            Node(node.name, "timestamp", text, (), "time_unix_nano", node.span) if text and node.text != "0" else node
        )
    if not node.children:
        return node
    children = tuple(map(_shaped, node.children))
    if node.kind == "array" and node.name in ATTRIBUTES:
        pairs = tuple(_pair(child) for child in children)
        if all(pair is not None for pair in pairs):
            return Node(node.name, "map", "", tuple(pair for pair in pairs if pair is not None), node.note, node.span)
    if node.kind == "record" and len(children) == 1 and children[0].name.endswith("_value"):
        return _any(node, children[0])
    return Node(node.name, node.kind, node.text, children, node.note, node.span)


def _any(node: Node, value: Node) -> Node:
    """An AnyValue: what it holds in its place."""
    if value.name in ("array_value", "kvlist_value") and value.kind == "record":
        inner = value.children[0] if value.children else Node("values", "array", "")
        if value.name == "kvlist_value":
            pairs = tuple(_pair(child) or child for child in inner.children)
            return Node(node.name, "map", "", pairs, node.note, node.span)
        return Node(node.name, "array", "", inner.children, node.note, node.span)
    return Node(node.name, value.kind, value.text, value.children, node.note, node.span)


def _pair(node: Node) -> Node | None:
    """A KeyValue as a part of a map."""
    if node.kind == "more":
        return more(int(node.text.split()[0].replace(",", "")))
    key = next((child for child in node.children if child.name == "key"), None)
    value = next((child for child in node.children if child.name == "value"), None)
    if node.kind != "record" or len(node.children) != (key is not None) + (value is not None):
        return None
    name = key.text if key is not None else ""
    if value is None:
        return Node(name, "null", "null", (), "no value", node.span)
    return Node(name, value.kind, value.text, value.children, value.note, node.span)
