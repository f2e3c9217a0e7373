"""Bytes that nothing else reads, shown as they are. Declines nothing."""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas
from meshdesk.model.node import Node
from meshdesk.model.wording import plural

NAME = "bytes"


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The bytes as hex."""
    shown = data[: bounds.text // 2]
    left_out = len(data) - len(shown)
    note = plural(len(data), "byte") + (f", {left_out:,} not shown" if left_out else "")
    return Decoded(Node("", "bytes", shown.hex(), note=note, span=(0, len(shown))), (Layer("bytes"),), "bytes")
