"""Numbers and booleans as Kafka's own serialisers write them, big-endian (kafka-clients IntegerSerializer and its siblings).

Nothing in a number says that it is one. It is asked last, of bytes that are nothing else; the likelier reading is shown, and the
others stand in its note, with the bytes.
"""

import struct

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import real
from meshdesk.model.node import Kind, Node

NAME = "number"
# Not a number as Java writes it, the infinities, and the greatest floats of both signs.
EXTREMES = {
    32: (0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0xFF7FFFFF),
    64: (0x7FF8 << 48, 0x7FF0 << 48, 0xFFF0 << 48, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF),
}


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it has the length of a boolean or a number."""
    return len(data) in (1, 2, 4, 8)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A boolean or a number. Raises Undecodable."""
    if bounds.nodes < 1 or bounds.text < 30:
        raise Undecodable("nothing may be made of it")
    if len(data) == 1 and data[0] < 2:
        text = "true" if data[0] else "false"
        return Decoded(Node("", "boolean", text, (), f"bytes {data.hex()}", (0, 1)), (Layer("boolean"),), "boolean")
    if len(data) not in (2, 4, 8):
        raise Undecodable("it has not the length of a number")
    if not bounds.tells:  # of a list nobody asks what else it could be
        kind, text, name = _likelier(data)
        return Decoded(Node("", kind, text), (Layer(name),), name)
    node = number(data, "", 0)
    name, _, others = node.note.partition("; ")
    return Decoded(node, (Layer(name, others),), name)


def number(data: bytes, name: str, start: int) -> Node:
    """A number of two, four or eight bytes: an integer, or a float where that is what somebody would have written."""
    kind, text, called = _likelier(data)
    bits = 8 * len(data)
    span = (start, start + len(data))
    if bits == 16:
        return Node(name, kind, text, (), f"{called}; bytes {data.hex()}", span)
    other = (
        f"int{bits} {int.from_bytes(data, 'big', signed=True)}"
        if kind == "float"
        else f"float{bits} {real(_float(data))}"
    )
    return Node(name, kind, text, (), f"{called}; or {other}, bytes {data.hex()}", span)


def _likelier(data: bytes) -> tuple[Kind, str, str]:
    """What kind of number it is, its text and what it is called."""
    whole, bits = int.from_bytes(data, "big", signed=True), 8 * len(data)
    if bits > 16 and abs(whole) >= 1 << (bits * 3 // 4):
        broken = _float(data)
        if _is_written_as_float(whole, broken, bits):
            return "float", real(broken), f"float{bits}"
    return "int", str(whole), f"int{bits}"


def _float(data: bytes) -> float:
    broken: float = struct.unpack(">f" if len(data) == 4 else ">d", data)[0]
    return broken


def _is_written_as_float(whole: int, broken: float, bits: int) -> bool:
    """Small integers are tiny floats, and floats of everyday size are integers of some 10^9 or 10^18: no counter stands there,
    and identifiers do so seldom."""
    if abs(whole) < 1 << (bits * 3 // 4):
        return False
    if whole & ((1 << bits) - 1) in EXTREMES[bits]:
        return True
    return 1e-12 < abs(broken) < 1e25 if bits == 64 else 1e-6 < abs(broken) < 1e9
