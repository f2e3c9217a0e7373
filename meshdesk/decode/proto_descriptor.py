"""Compiled Protobuf schemas (google/protobuf/descriptor.proto): a FileDescriptorProto or a FileDescriptorSet, as base64.

Confluent's Python client registers the first, and Apicurio's ccompat API answers it; protoc writes the second.
"""

import base64
import binascii

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.proto_wire import LENGTH, VARINT, fields, signed
from meshdesk.model.proto_schema import DEPTH, BadSchema, Enum, Field, File, Message

# FieldDescriptorProto.Type by number; 10, 11 and 14 are groups, messages and enums, which have a name.
TYPES = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool", 9: "string",
    12: "bytes", 13: "uint32", 15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64",
}  # fmt: skip
GROUP_TYPE = 10
REPEATED = 3
FIELD_META = 1088  # confluent/meta.proto: extend google.protobuf.FieldOptions { optional Meta field_meta = 1088; }


def files_of(text: str) -> list[File]:
    """The files in the base64 of a descriptor; of a set the last one first, as it needs the others. Raises BadSchema."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        parts = [
            (number, data[begin:end]) for number, wire, _, begin, end in fields(data, 0, len(data)) if wire == LENGTH
        ]
        if parts and all(number == 1 for number, _ in parts) and len(parts[0][1]) > 2 and _is_file(parts[0][1]):
            return [_file(part) for _, part in reversed(parts)]
        return [_file(data)]
    except (binascii.Error, ValueError, UnicodeDecodeError):
        raise BadSchema("it is no base64 of a descriptor") from None
    except Undecodable as why:
        raise BadSchema(f"it is no descriptor: {why}") from None


def _is_file(data: bytes) -> bool:
    """Whether bytes are a FileDescriptorProto, and not the name of one."""
    try:
        return all(number <= 14 for number, *_ in fields(data, 0, len(data)))
    except Undecodable:
        return False


class _Parts:
    """The fields of a descriptor's message by number."""

    def __init__(self, data: bytes) -> None:
        self._pieces: dict[int, list[bytes]] = {}
        self._numbers: dict[int, int] = {}
        for number, wire, value, begin, end in fields(data, 0, len(data)):
            if wire == LENGTH:
                self._pieces.setdefault(number, []).append(data[begin:end])
            elif wire == VARINT:
                self._numbers[number] = value

    def every(self, number: int) -> list[bytes]:
        """What is repeated."""
        return self._pieces.get(number, [])

    def text(self, number: int) -> str:
        """The last of that number; "" where there is none."""
        return self.every(number)[-1].decode("utf-8") if self.every(number) else ""

    def int(self, number: int) -> int:
        """The last of that number; 0 where there is none."""
        return self._numbers.get(number, 0)


def _file(data: bytes) -> File:
    parts = _Parts(data)
    package = parts.text(2)
    return File(
        parts.text(1),
        package,
        [_message(piece, package, 0) for piece in parts.every(4)],
        [_enum(piece, package) for piece in parts.every(5)],
        [_field(piece, []) for piece in parts.every(7)],
    )


def _full(name: str, scope: str) -> str:
    return f"{scope}.{name}" if scope else name


def _message(data: bytes, scope: str, depth: int) -> Message:
    if depth > DEPTH:
        raise BadSchema(f"it nests messages deeper than {DEPTH} levels")
    parts = _Parts(data)
    name = _full(parts.text(1), scope)
    oneofs = [_Parts(piece).text(1) for piece in parts.every(8)]
    return Message(
        name,
        [_field(piece, oneofs) for piece in parts.every(2)],
        [_message(piece, name, depth + 1) for piece in parts.every(3)],
        [_enum(piece, name) for piece in parts.every(4)],
        [_field(piece, []) for piece in parts.every(6)],
        any(_Parts(options).int(7) for options in parts.every(7)),
    )


def _field(data: bytes, oneofs: list[str]) -> Field:
    parts = _Parts(data)
    kind, name = parts.int(5), parts.text(1)
    type_name = TYPES.get(kind) or parts.text(6)
    is_member = parts.every(9) or any(number == 9 for number, *_ in fields(data, 0, len(data)))
    oneof = ""
    if is_member and not parts.int(17) and parts.int(9) < len(oneofs):  # an "optional" of proto3 is alone in a oneof
        oneof = oneofs[parts.int(9)]
    tags = [
        tag.decode("utf-8")
        for options in parts.every(8)
        for meta in _Parts(options).every(FIELD_META)
        for tag in _Parts(meta).every(3)
    ]
    return Field(name, parts.int(3), type_name, parts.int(4) == REPEATED, oneof, tuple(tags), parts.text(2))


def _enum(data: bytes, scope: str) -> Enum:
    parts = _Parts(data)
    enum = Enum(_full(parts.text(1), scope))
    for piece in parts.every(2):
        value = _Parts(piece)
        enum.names.setdefault(signed(value.int(2), 32), value.text(1))
    return enum
