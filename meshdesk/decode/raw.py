"""Bytes that nothing else reads, shown as they are. Declines nothing."""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas
from meshdesk.model.node import Node, hexed
from meshdesk.model.wording import plural

NAME = "bytes"


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The bytes as hex."""
    tree = Node("", "bytes", hexed(data, bounds.text), note=plural(len(data), "byte"), span=(0, len(data)))
    return Decoded(tree, (Layer("bytes"),), "bytes")
