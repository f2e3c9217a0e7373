"""CloudEvents in Kafka (CloudEvents 1.0, Kafka protocol binding): structured, where the value is the whole event; binary, where
its attributes are headers and the value its data; and batches, which the binding does not define and people write all the same.

An event without data is a tombstone in the binary form: both is shown.
"""

from dataclasses import replace

from meshdesk.decode.connect_types import as_bytes
from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.decode.parts import names_of, part, text_of
from meshdesk.model.node import Node, hexed, more, shortened

NAME = "CloudEvents"
MARK = "application/cloudevents"
PREFIX = "ce_"
HEADERS = ("content-type", "ce_specversion")
REQUIRED = frozenset(("specversion", "id", "source", "type"))
FIRST = ("specversion", "type", "source", "id", "subject", "time")  # attributes in the order in which they are shown
ATTRIBUTES = 200  # of one event; more are an attack
TEXT = 100_000  # characters of one attribute


def minds(payload: Payload, data: bytes = b"") -> bool:  # noqa: ARG001 (the contract's form)
    """Whether headers say that it is an event."""
    if payload.role == "key":
        return False
    content: bytes | None = None
    for name, value in payload.headers:
        lower = name.lower()
        if lower == "ce_specversion":
            return True
        if lower == "content-type" and value is not None:
            content = value
    return content is not None and content.lower().startswith(MARK.encode())


def could_change(payload: Payload, tree: Node) -> bool:
    """Whether a header or an attribute says that it is an event."""
    return payload.role == "value" and (part(tree, "specversion") is not None or minds(payload))


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:
    """The event: its attributes and its data; None where it is none."""
    if payload.role == "key":
        return None
    content = content_type(payload)
    tree = decoded.tree
    if content.lower().startswith(MARK):
        return _structured(decoded)
    if is_binary(payload):
        return _binary(payload, decoded)
    # Debezium's converter writes events without a word in the headers.
    return _structured(decoded) if _is_event(tree) and text_of(tree, "specversion")[:2] in ("1.", "0.") else None


def content_type(payload: Payload) -> str:
    """The header content-type, however it is written; "" where there is none."""
    found = [value for name, value in payload.headers if name.lower() == "content-type" and value is not None]
    return found[-1].decode("utf-8", "replace") if found else ""


def is_binary(payload: Payload) -> bool:
    """Whether its attributes are headers, where it is an event that is not the whole value."""
    return any(name.lower() == "ce_specversion" for name, _ in payload.headers)


def of_headers(payload: Payload) -> list[Node]:
    """The attributes of such an event, in the order in which they are shown."""
    attributes: dict[str, Node] = {}
    for name, value in payload.headers:
        known = name.lower()
        if known.startswith(PREFIX) and value is not None:  # a null header is an attribute that was not set
            known = known.removeprefix(PREFIX)
            attributes[known] = _attribute(known, value)
    content = content_type(payload)
    if content:
        attributes["datacontenttype"] = _attribute("datacontenttype", content.encode())
    order = [*(name for name in FIRST if name in attributes), *(name for name in attributes if name not in FIRST)]
    parts = [attributes[name] for name in order[:ATTRIBUTES]]
    return [*parts, more(len(order) - ATTRIBUTES)] if len(order) > ATTRIBUTES else parts


def _is_event(node: Node) -> bool:
    return names_of(node) >= REQUIRED


def _structured(decoded: Decoded) -> Decoded | None:
    tree = decoded.tree
    if _is_event(tree):
        layer = Layer(f"{NAME} structured", text_of(tree, "type"))
        return _event(decoded, _with_data(tree), layer)
    events = [child for child in tree.children if child.kind != "more"] if tree.kind == "array" else []
    if not events or not all(map(_is_event, events)):
        return None
    shown = tuple(child if child.kind == "more" else _with_data(child) for child in tree.children)
    layer = Layer(f"{NAME} batch", ", ".join(dict.fromkeys(text_of(event, "type") for event in events[:5])))
    return _event(decoded, replace(tree, children=shown), layer)


def _event(decoded: Decoded, tree: Node, layer: Layer) -> Decoded:
    return Decoded(
        tree, (layer, *decoded.chain), NAME, decoded.schema, decoded.tried, decoded.trouble, decoded.unpacked
    )  # fmt: skip


def _with_data(event: Node) -> Node:
    """Binary data comes in base64 in JSON."""
    if part(event, "data_base64") is None:
        return event
    return replace(
        event,
        children=tuple(
            replace(as_bytes(child, "base64"), name="data") if child.name == "data_base64" else child
            for child in event.children
        ),
    )


def _binary(payload: Payload, decoded: Decoded) -> Decoded:
    parts, data = of_headers(payload), decoded.tree
    tree = Node("", "record", "", (*parts, Node("data", data.kind, data.text, data.children, data.note, data.span)))
    return _event(decoded, tree, Layer(f"{NAME} binary", text_of(tree, "type")))


def _attribute(name: str, value: bytes) -> Node:
    try:
        return Node(name, "string", shortened(value.decode("utf-8"), TEXT))
    except UnicodeDecodeError:
        return Node(name, "bytes", hexed(value, TEXT))
