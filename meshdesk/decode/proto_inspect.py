"""A Protobuf field without a schema: what its bytes can be."""

import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.proto_wire import FIXED32, FIXED64, STEPS, VARINT, WIRE, fields, is_message, signed, text_in
from meshdesk.model.node import Kind, Node, hexed, shortened


class Found(NamedTuple):
    """A field on the wire."""

    number: int
    wire: int
    value: int
    start: int
    begin: int
    end: int


def inspected(data: bytes, at: int, end: int) -> Iterator[Found]:
    """The fields of a message without groups, with the byte at which each begins. Raises Undecodable."""
    for number, wire, value, begin, stop in fields(data, at, end):
        yield Found(number, wire, value, at, begin, stop)
        at = stop


class Inspected(ABC):
    """One reading of one payload, and how much may still be made of it."""

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        self.data, self.bounds = data, bounds
        self.nodes = bounds.nodes
        self.steps = [STEPS]

    def room(self) -> bool:
        """Whether one more node may be made; it is counted as made."""
        if self.nodes <= 0:
            return False
        self.nodes -= 1
        return True

    def step(self) -> None:
        """One more field was walked. Raises Undecodable where it is one too many."""
        self.steps[0] -= 1
        if self.steps[0] < 0:
            raise Undecodable(f"it holds more than {STEPS:,} values")

    def nested(self, depth: int) -> None:
        """A container at that depth. Raises Undecodable where it is too deep."""
        if depth > self.bounds.depth:
            raise Undecodable(f"it is nested deeper than {self.bounds.depth} levels")

    def scalar(self, name: str, kind: Kind, text: str, note: str, span: tuple[int, int]) -> Node:
        """A scalar whose node is already counted; bytes come as hex."""
        room = self.bounds.text
        if kind == "bytes":
            shown = text if len(text) <= room else hexed(bytes.fromhex(text), room)
        else:
            shown = shortened(text, room)
        return Node(name, kind, shown, (), note, span)

    def guessed(
        self, wire: int, name: str, note: str, value: int, start: int, begin: int, end: int, depth: int
    ) -> Node | None:
        """A field of which only the wire type is known: text that a person can read, else a message, else bytes."""
        note = f"{note}, {WIRE[wire]}" if note else WIRE[wire]
        span = (start, end)
        piece = self.data[begin:end]
        if wire in (VARINT, FIXED32, FIXED64):
            if not self.room():
                return None
            if wire == VARINT:
                return self.scalar(name, "int", str(signed(value, 64)), note, span)
            real = struct.unpack("<f" if wire == FIXED32 else "<d", piece)[0]
            number = int.from_bytes(piece, "little")
            return self.scalar(name, "int", str(number), f"{note}, as a real number {real:.9g}", span)
        text = text_in(piece)
        is_likely_text = text is not None and text[:1] not in ("\n", "\t", "\r")
        if not is_likely_text and depth <= self.bounds.depth and is_message(self.data, begin, end, self.steps):
            if not self.room():
                return None
            children, _ = self.fields(None, begin, end, depth, 0)
            return Node(name, "record", "", children, note, span)
        if not self.room():
            return None
        if text is not None:
            return self.scalar(name, "string", text, note, span)
        return self.scalar(name, "bytes", piece.hex(), note, span)

    @abstractmethod
    def fields(self, plan: None, at: int, end: int, depth: int, group: int) -> tuple[tuple[Node, ...], int]:
        """The fields of a message of which nothing is known, and where it ends; `group` is 0, or the number of the group that it
        is."""
