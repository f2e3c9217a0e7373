"""Kafka Connect's JSON with its schema in front, {"schema": …, "payload": …}: the payload by the types of the schema.

Source: org.apache.kafka.connect.json.JsonConverter with schemas.enable. A null that has a schema is written so, too: it is no
tombstone. A map whose keys are no text is written as an array of pairs; NaN and the infinities as text.
"""

from dataclasses import replace

from meshdesk.decode.connect_types import LOGICAL, as_bytes
from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.decode.parts import names_of, noted, part, text_of
from meshdesk.model.node import Node

NAME = "Connect JSON schema"
TYPES = frozenset(
    ("int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct")
)
REALS = {"NaN", "Infinity", "-Infinity"}


def could_change(payload: Payload, tree: Node) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it has two fields, and one of them the payload."""
    return len(tree.children) == 2 and part(tree, "payload") is not None


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:  # noqa: ARG001 (the envelope's form)
    """The payload, typed; None where this is no schema and payload."""
    tree = decoded.tree
    if len(tree.children) != 2 or names_of(tree) != {"schema", "payload"}:
        return None
    schema, content = part(tree, "schema"), part(tree, "payload")
    if schema is None or content is None:
        return None
    kind = text_of(schema, "type")
    if schema.kind != "null" and kind not in TYPES:
        return None
    found = typed(content, schema) if kind else content
    detail = text_of(schema, "name") or kind or "none"
    return replace(
        decoded, tree=replace(found, name=""), chain=(*decoded.chain, Layer(NAME, detail)), format="Connect JSON"
    )


def typed(node: Node, schema: Node) -> Node:
    """A node of JSON as what its schema says it is; as it stands where it is something else."""
    if node.kind == "null":
        return node
    name = text_of(schema, "name")
    if name in LOGICAL:
        return LOGICAL[name](node, schema) or node
    match text_of(schema, "type"):
        case "struct":
            return _struct(node, schema)
        case "array":
            items = part(schema, "items")
            if items is None or node.kind != "array":
                return node
            return replace(node, children=tuple(_unless_cut(child, items) for child in node.children))
        case "map":
            return _map(node, schema)
        case "bytes":
            return as_bytes(node)
        case "float" | "double" if node.text in REALS:
            return replace(node, kind="float")
    return node


def _struct(node: Node, schema: Node) -> Node:
    fields = part(schema, "fields")
    if fields is None or node.kind != "record":
        return node
    by_name = {text_of(field, "field"): field for field in fields.children}
    return replace(
        node,
        children=tuple(
            typed(child, by_name[child.name]) if child.name in by_name else child for child in node.children
        ),
    )


def _map(node: Node, schema: Node) -> Node:
    keys, values = part(schema, "keys"), part(schema, "values")
    if keys is None or values is None or node.kind not in ("record", "array"):
        return node
    if node.kind == "record":
        return replace(node, kind="map", children=tuple(_unless_cut(child, values) for child in node.children))
    pairs: list[Node] = []
    for pair in node.children:
        if pair.kind == "more":
            pairs.append(pair)
        elif pair.kind == "array" and len(pair.children) == 2 and not pair.children[0].children:
            key, value = typed(pair.children[0], keys), typed(pair.children[1], values)
            pairs.append(replace(noted(value, f"{key.kind} as key"), name=key.text))
        else:  # a key that is a struct itself: the pairs are shown as they stand
            return node
    return replace(node, kind="map", children=tuple(pairs))


def _unless_cut(child: Node, schema: Node) -> Node:
    return child if child.kind == "more" else typed(child, schema)
