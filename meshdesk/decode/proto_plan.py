"""How each field of a Protobuf schema is read: made from what was declared, once for each message that is met."""

import struct
from collections.abc import Callable
from functools import lru_cache
from math import isfinite

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.moments import real
from meshdesk.decode.proto_descriptor import files_of
from meshdesk.decode.proto_known import known_files
from meshdesk.decode.proto_wire import FIXED32, FIXED64, LENGTH, VARINT, signed, zigzag
from meshdesk.model.node import Kind
from meshdesk.model.proto_schema import SCALARS, BadSchema, Field, File, Types
from meshdesk.model.proto_text import file_of
from meshdesk.model.schema import Schema

COMPILED = 256  # schemas kept: more than a person looks at in an hour


def book_of(schema: Schema) -> "Book":
    """What a schema and all that it refers to declare. Raises Undecodable where it cannot be understood."""
    book = _book_or_why(schema)
    if isinstance(book, str):
        raise Undecodable(f"schema {schema.called} cannot be understood ({book})")
    return book


@lru_cache(maxsize=COMPILED)  # also what is wrong with one, which takes as long to find out, for each row of a list
def _book_or_why(schema: Schema) -> "Book | str":
    try:
        files = [file for text in (schema.text, *(one.text for one in schema.references)) for file in _files(text)]
        return Book(Types(files, known_files()))
    except (BadSchema, RecursionError) as why:
        return str(why)


def _files(text: str) -> list[File]:
    return [file_of(text)] if "{" in text or ";" in text or not text.strip() else files_of(text)


Scalar = Callable[[bytes, int, int, int], tuple[Kind, str]]  # data, the varint's value, begin and end of the content


def real32(data: bytes) -> str:
    """A float with the digits that it needs, which are fewer than those of the same number as a double.

    >>> real32(struct.pack("<f", 0.1))
    '0.1'
    """
    number = struct.unpack("<f", data)[0]
    if not isfinite(number):
        return real(number)
    for digits in range(6, 10):
        text = f"{number:.{digits}g}"
        # Nine digits tell every float from its neighbours.
        if digits == 9 or (abs(float(text)) < 3.5e38 and struct.pack("<f", float(text)) == data):
            return real(float(text))
    return real(number)


def _numbers(order: str) -> Scalar:
    return lambda data, value, begin, end: ("int", str(struct.unpack(order, data[begin:end])[0]))


def text_at(data: bytes, _: int, begin: int, end: int) -> tuple[Kind, str]:
    try:
        return "string", data[begin:end].decode("utf-8")
    except UnicodeDecodeError:
        return "bytes", data[begin:end].hex()


READERS: dict[str, tuple[int, Scalar]] = {
    "double": (FIXED64, lambda data, value, begin, end: ("float", real(struct.unpack("<d", data[begin:end])[0]))),
    "float": (FIXED32, lambda data, value, begin, end: ("float", real32(data[begin:end]))),
    "int32": (VARINT, lambda data, value, begin, end: ("int", str(signed(value, 32)))),
    "int64": (VARINT, lambda data, value, begin, end: ("int", str(signed(value, 64)))),
    "uint32": (VARINT, lambda data, value, begin, end: ("int", str(value & 0xFFFFFFFF))),
    "uint64": (VARINT, lambda data, value, begin, end: ("int", str(value))),
    "sint32": (VARINT, lambda data, value, begin, end: ("int", str(zigzag(value & 0xFFFFFFFF)))),
    "sint64": (VARINT, lambda data, value, begin, end: ("int", str(zigzag(value)))),
    "fixed32": (FIXED32, _numbers("<I")),
    "fixed64": (FIXED64, _numbers("<Q")),
    "sfixed32": (FIXED32, _numbers("<i")),
    "sfixed64": (FIXED64, _numbers("<q")),
    "bool": (VARINT, lambda data, value, begin, end: ("boolean", "true" if value else "false")),
    "string": (LENGTH, text_at),
    "bytes": (LENGTH, lambda data, value, begin, end: ("bytes", data[begin:end].hex())),
}
DEFAULTS: dict[str, tuple[Kind, str]] = {
    "double": ("float", "0.0"),
    "float": ("float", "0.0"),
    "bool": ("boolean", "false"),
    "string": ("string", ""),
    "bytes": ("bytes", ""),
}


class Plan:
    """A field as it is read: a scalar by `scalar`, a message by `message`, else by looking at its bytes."""

    __slots__ = ("enum", "is_map", "message", "missing", "name", "note", "oneof", "repeated", "scalar", "type", "wire")

    def __init__(self, declared: Field, name: str) -> None:
        self.name, self.repeated, self.oneof, self.type = name, declared.repeated, declared.oneof, declared.type
        self.note = f"oneof {declared.oneof}" if declared.oneof else ""
        self.wire = LENGTH
        self.scalar: Scalar | None = None
        self.enum: dict[int, str] | None = None  # its words by their numbers, where it is one
        self.message: MessagePlan | None = None
        self.is_map = False
        self.missing = ""


class MessagePlan:
    """A message as it is read: its fields by number."""

    __slots__ = ("fields", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: dict[int, Plan] = {}


class Book:
    """Types, and the plans to read them by, made where they are needed."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._plans: dict[str, MessagePlan] = {}

    def plan(self, name: str) -> MessagePlan:
        """Of a message that is known."""
        plan = self._plans.get(name)
        if plan is None:
            plan = self._plans[name] = MessagePlan(name)  # before its fields, which may refer to it
            message = self.types.messages[name]
            for declared in message.fields:
                plan.fields.setdefault(declared.number, self._field(declared, declared.name, name))
            for full, extension in self.types.extensions.get(name, ()):
                scope = full.rpartition(".")[0]
                plan.fields.setdefault(extension.number, self._field(extension, f"[{full}]", scope))
        return plan

    def _field(self, declared: Field, name: str, scope: str) -> Plan:
        plan = Plan(declared, name)
        if declared.type in SCALARS:
            plan.wire, plan.scalar = READERS[declared.type]
            return plan
        full = self.types.full_name(declared.type, scope)
        enum = self.types.enums.get(full)
        if enum is not None:
            plan.wire, plan.scalar, plan.enum = VARINT, _enum(enum.names), enum.names
        elif full:
            plan.message = self.plan(full)
            plan.is_map = self.types.messages[full].is_map and declared.repeated
        else:
            plan.missing = declared.type.lstrip(".") or "a type without a name"  # of a damaged descriptor
        return plan


def _enum(names: dict[int, str]) -> Scalar:
    def read(_data: bytes, value: int, _begin: int, _end: int) -> tuple[Kind, str]:
        number = signed(value, 32)
        name = names.get(number)
        return ("int", str(number)) if name is None else ("enum", name)

    return read
