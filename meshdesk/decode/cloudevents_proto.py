"""CloudEvents as Protobuf (CloudEvents 1.0, Protobuf event format): structured events whose content type says so.

The message is shaped to the event that JSON would show: its attributes by their names and its data, read by the whole chain.
"""

from dataclasses import replace
from functools import cache

from meshdesk.decode.cloudevents import MARK, content_type
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.parts import part, shifted, without_spans
from meshdesk.decode.proto_known import known_files
from meshdesk.decode.proto_plan import Book
from meshdesk.decode.protobuf import read
from meshdesk.model.node import Node
from meshdesk.model.proto_schema import Types
from meshdesk.model.proto_text import file_of

NAME = "CloudEvents Protobuf"
BEGINS = b""  # nothing but a header says it
HEADERS = ("content-type",)
EVENT, BATCH = "io.cloudevents.v1.CloudEvent", "io.cloudevents.v1.CloudEventBatch"
TEXT = """
syntax = "proto3";
package io.cloudevents.v1;
import "google/protobuf/any.proto";
import "google/protobuf/timestamp.proto";
message CloudEvent {
  string id = 1; string source = 2; string spec_version = 3; string type = 4;
  map<string, CloudEventAttributeValue> attributes = 5;
  oneof data { bytes binary_data = 6; string text_data = 7; google.protobuf.Any proto_data = 8; }
  message CloudEventAttributeValue {
    oneof attr {
      bool ce_boolean = 1; int32 ce_integer = 2; string ce_string = 3; bytes ce_bytes = 4; string ce_uri = 5;
      string ce_uri_ref = 6; google.protobuf.Timestamp ce_timestamp = 7;
    }
  }
}
message CloudEventBatch { repeated CloudEvent events = 1; }
"""


@cache  # parsed once, where the first payload needs it
def _book() -> Book:
    return Book(Types([file_of(TEXT)], known_files()))


def is_said(content: str) -> bool:
    """Whether a content type, in small letters, is that of events in Protobuf."""
    return content.startswith(MARK) and "+protobuf" in content


def minds(payload: Payload, data: bytes) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether one of them says that it is such an event."""
    return payload.role == "value" and is_said(content_type(payload).lower())


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The event, or the events of a batch. Raises Undecodable."""
    content = content_type(payload).lower()
    if payload.role == "key" or not is_said(content):
        raise Undecodable("no header says that it is an event in Protobuf")
    is_batch = content.startswith(f"{MARK}-batch")
    message = BATCH if is_batch else EVENT
    book = _book()
    reading = read(data, 0, book, book.types.messages[message], bounds)
    if reading.odd or not reading.known:
        raise Undecodable(f"a header says that it is a {message}, which it is not")
    layers = (Layer("Protobuf", message),)
    if not is_batch:
        tree, inside = _event(reading.tree, payload, schemas, bounds)
        return Decoded(tree, (*layers, *inside), "Protobuf")
    events = part(reading.tree, "events")
    shown = [_event(event, payload, schemas, bounds)[0] for event in (events.children if events else ())]
    return Decoded(replace(reading.tree, kind="array", children=tuple(shown)), layers, "Protobuf")


def _event(node: Node, payload: Payload, schemas: Schemas, bounds: Bounds) -> tuple[Node, tuple[Layer, ...]]:
    if node.kind != "record":  # what was left out of a batch
        return node, ()
    parts: list[Node] = []
    layers: tuple[Layer, ...] = ()
    for child in node.children:
        if child.name == "attributes":
            parts += map(_attribute, child.children)
        elif child.name in ("binary_data", "text_data"):
            inside = _data(child, payload, schemas, bounds)
            layers = inside.chain
            parts.append(replace(_placed(inside, child), name="data"))
        else:
            names = {"spec_version": "specversion", "proto_data": "data"}
            parts.append(replace(child, name=names.get(child.name, child.name)))
    return replace(node, children=tuple(parts)), layers


def _placed(inside: Decoded, node: Node) -> Node:
    """The tree of the data with its bytes where they lie in the event, at the end of their field."""
    size = len(node.text) // 2 if node.kind == "bytes" else len(node.text.encode("utf-8", "surrogatepass"))
    if node.span is None or inside.unpacked is not None:
        return without_spans(inside.tree)
    return shifted(inside.tree, node.span[1] - size)


def _attribute(node: Node) -> Node:
    """The value of an attribute in the place of the one field that holds it."""
    if len(node.children) != 1:
        return node
    return replace(node.children[0], name=node.name, span=node.span)


def _data(node: Node, payload: Payload, schemas: Schemas, bounds: Bounds) -> Decoded:
    """What the data of an event says, without the headers, which are about the event."""
    # It asks the whole chain, of which it is a part: imported at the top, each would need the other first.
    from meshdesk.decode.chain import inner

    if "…" in node.text or not node.text:  # cut, so that nothing could be read of it; or empty
        return Decoded(without_spans(node), (), "")
    data = bytes.fromhex(node.text) if node.kind == "bytes" else node.text.encode("utf-8", "surrogatepass")
    if bounds.layers <= 0:
        return Decoded(without_spans(node), (), "")
    inside = replace(payload, data=data, headers=())
    # Half of the nodes: the event around it has its own.
    return inner(
        inside,
        data,
        schemas,
        replace(bounds, layers=bounds.layers - 1, nodes=bounds.nodes // 2, depth=bounds.depth - 2),
    )
