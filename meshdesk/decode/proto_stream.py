"""Protobuf messages one behind another, each behind its length (writeDelimitedTo), and in frames of gRPC (gRPC over HTTP/2:
a byte that says whether it is compressed, the length as int32 big-endian, the message)."""

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.proto_wire import varint

MESSAGES = 1_000_000  # in one payload; beyond it nobody reads


def delimited(data: bytes, most: int = MESSAGES) -> list[tuple[int, int]]:
    """Where each message begins and ends, where varint lengths lead to the very end and there are `most` at
    the most. Raises Undecodable."""
    pieces: list[tuple[int, int]] = []
    at = 0
    while at < len(data):
        length, start = varint(data, at, len(data))
        at = start + length
        if at > len(data) or len(pieces) >= most:
            raise Undecodable("its lengths do not lead to its end")
        pieces.append((start, at))
    return pieces


def grpc(data: bytes, most: int = MESSAGES) -> list[tuple[int, int]]:
    """The same of frames that are not compressed. Raises Undecodable."""
    pieces: list[tuple[int, int]] = []
    at = 0
    while at < len(data):
        start = at + 5
        if len(data) < start or data[at]:
            raise Undecodable("it is no plain gRPC frame")
        at = start + int.from_bytes(data[at + 1 : start], "big")
        if at > len(data) or len(pieces) >= most:
            raise Undecodable("its gRPC frames do not lead to its end")
        pieces.append((start, at))
    return pieces
