"""Types that every Protobuf library brings along (google/protobuf, google/type, confluent/type), and how their values read."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache

from meshdesk.decode.moments import moment
from meshdesk.model.node import Kind, Node, shortened
from meshdesk.model.proto_schema import SCALARS, File, Message, Types
from meshdesk.model.proto_text import file_of

SECONDS = range(-62_135_596_800, 253_402_300_800)  # the years 1 to 9999, as timestamp.proto says
NANOS = range(1_000_000_000)
READ = (
    "google.protobuf.",
    "google.type.Date",
    "confluent.type.Decimal",
)  # as the names begin of what is read as something else
LONGEST = 40  # characters of a moment or a number of 64 bits

_TEXTS = (
    """package google.protobuf;
    message Timestamp { int64 seconds = 1; int32 nanos = 2; }
    message Duration { int64 seconds = 1; int32 nanos = 2; }
    message Any { string type_url = 1; bytes value = 2; }
    message Empty {}
    message FieldMask { repeated string paths = 1; }
    message Struct { map<string, Value> fields = 1; }
    message ListValue { repeated Value values = 1; }
    enum NullValue { NULL_VALUE = 0; }
    message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3;
      bool bool_value = 4; Struct struct_value = 5; ListValue list_value = 6; } }
    message DoubleValue { double value = 1; } message FloatValue { float value = 1; }
    message Int64Value { int64 value = 1; } message UInt64Value { uint64 value = 1; }
    message Int32Value { int32 value = 1; } message UInt32Value { uint32 value = 1; }
    message BoolValue { bool value = 1; } message StringValue { string value = 1; } message BytesValue { bytes value = 1; }
    message SourceContext { string file_name = 1; }""",
    """package google.type;
    message Date { int32 year = 1; int32 month = 2; int32 day = 3; }
    message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }
    message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }
    message LatLng { double latitude = 1; double longitude = 2; }
    message Decimal { string value = 1; }
    message Fraction { int64 numerator = 1; int64 denominator = 2; }
    message Interval { google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; }
    message TimeZone { string id = 1; string version = 2; }
    message DateTime { int32 year = 1; int32 month = 2; int32 day = 3; int32 hours = 4; int32 minutes = 5;
      int32 seconds = 6; int32 nanos = 7; oneof time_offset { google.protobuf.Duration utc_offset = 8; TimeZone time_zone = 9; } }
    message PostalAddress { int32 revision = 1; string region_code = 2; string language_code = 3; string postal_code = 4;
      string sorting_code = 5; string administrative_area = 6; string locality = 7; string sublocality = 8;
      repeated string address_lines = 9; repeated string recipients = 10; string organization = 11; }
    enum DayOfWeek { DAY_OF_WEEK_UNSPECIFIED = 0; MONDAY = 1; TUESDAY = 2; WEDNESDAY = 3; THURSDAY = 4; FRIDAY = 5;
      SATURDAY = 6; SUNDAY = 7; }
    enum Month { MONTH_UNSPECIFIED = 0; JANUARY = 1; FEBRUARY = 2; MARCH = 3; APRIL = 4; MAY = 5; JUNE = 6; JULY = 7;
      AUGUST = 8; SEPTEMBER = 9; OCTOBER = 10; NOVEMBER = 11; DECEMBER = 12; }""",
    """package google.rpc;
    message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }""",
    """package confluent.type;
    message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }""",
)


@cache  # parsed once, where a Protobuf schema is looked at for the first time
def known_files() -> tuple[File, ...]:
    """What a schema may refer to without bringing it along."""
    return tuple(map(file_of, _TEXTS))


# How they read: each gets the record as it was walked, and gives it back where it is not what the type promises.


def _part(node: Node, name: str) -> Node | None:
    return next((child for child in node.children if child.name == name), None)


def _number(node: Node, name: str) -> int:
    part = _part(node, name)
    return int(part.text) if part is not None and part.kind == "int" else 0


def _is_plain(node: Node, *names: str) -> bool:
    """Whether nothing else is in the record than the type promises."""
    return all(child.name in names and child.kind != "more" for child in node.children)


def _as(node: Node, kind: Kind, text: str, note: str) -> Node:
    return Node(node.name, kind, text, (), ", ".join(filter(None, (node.note, note))), node.span)


def _timestamp(node: Node) -> Node:
    seconds, nanos = _number(node, "seconds"), _number(node, "nanos")
    if not _is_plain(node, "seconds", "nanos") or seconds not in SECONDS or nanos not in NANOS:
        return node
    return _as(node, "timestamp", moment(seconds * 10**9 + nanos, 9) or "", "Timestamp")


def _duration(node: Node) -> Node:
    seconds, nanos = _number(node, "seconds"), _number(node, "nanos")
    if not _is_plain(node, "seconds", "nanos") or abs(nanos) not in NANOS or seconds * nanos < 0:
        return node
    return _as(node, "duration", duration(seconds, nanos), "Duration")


def duration(seconds: int, nanos: int) -> str:
    """Seconds and nanoseconds of the same sign, as JSON has them (duration.proto).

    >>> duration(3600, 0), duration(0, -5)
    ('3600.000000000s', '-0.000000005s')
    """
    return f"{'-' if seconds < 0 or nanos < 0 else ''}{abs(seconds)}.{abs(nanos):09d}s"


def _wrapper(default: str, kind: Kind) -> Callable[[Node], Node]:
    def read(node: Node) -> Node:
        if not _is_plain(node, "value"):
            return node
        value = node.children[0] if node.children else None
        # Text that is no UTF-8 is shown as bytes: so the kind of the part, not that of the type.
        return _as(node, value.kind if value else kind, value.text if value else default, "")

    return read


def _named(node: Node, value: Node) -> Node:
    """A value in the place of the record that wraps it."""
    return Node(node.name, value.kind, value.text, value.children, node.note, node.span)


def _value(node: Node) -> Node:
    if len(node.children) != 1 or node.children[0].kind == "more" or not node.children[0].name.endswith("_value"):
        return node
    value = node.children[0]
    return _as(node, "null", "null", "") if value.name == "null_value" else _named(node, value)


def _inner(name: str, empty: Kind) -> Callable[[Node], Node]:
    """A message of one container: the container in its place."""

    def read(node: Node) -> Node:
        if not node.children:
            return Node(node.name, empty, "", (), node.note, node.span)
        return _named(node, node.children[0]) if len(node.children) == 1 and node.children[0].name == name else node

    return read


def _decimal(node: Node) -> Node:
    """confluent.type.Decimal: the unscaled number as big-endian bytes, and its scale."""
    value = _part(node, "value")
    scale = _number(node, "scale")
    if not _is_plain(node, "value", "precision", "scale") or abs(scale) > 6_000 or (value and len(value.text) > 3_000):
        return node
    if value is not None and (value.kind != "bytes" or "…" in value.text):
        return node
    unscaled = int.from_bytes(bytes.fromhex(value.text if value else ""), "big", signed=True)
    digits = Decimal((unscaled < 0, tuple(map(int, str(abs(unscaled)))), -scale))
    return _as(node, "decimal", f"{digits:f}", f"decimal({_number(node, 'precision')},{scale})")


def _date(node: Node) -> Node:
    year, month, day = (_number(node, name) for name in ("year", "month", "day"))
    if not _is_plain(node, "year", "month", "day") or not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31):
        return node
    return _as(node, "date", f"{year:04d}-{month:02d}-{day:02d}", "Date")


SHAPES: dict[str, Callable[[Node], Node]] = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Duration": _duration,
    "google.protobuf.Struct": _inner("fields", "map"),
    "google.protobuf.ListValue": _inner("values", "array"),
    "google.protobuf.Value": _value,
    "google.protobuf.DoubleValue": _wrapper("0.0", "float"),
    "google.protobuf.FloatValue": _wrapper("0.0", "float"),
    "google.protobuf.BoolValue": _wrapper("false", "boolean"),
    "google.protobuf.StringValue": _wrapper("", "string"),
    "google.protobuf.BytesValue": _wrapper("", "bytes"),
    "google.type.Date": _date,
    "confluent.type.Decimal": _decimal,
} | {f"google.protobuf.{name}Value": _wrapper("0", "int") for name in ("Int32", "Int64", "UInt32", "UInt64")}


def shaped(message: str, node: Node, room: int) -> Node:
    """The record of a message as its type is meant to be read; as it was walked where `room`, the characters of one
    scalar, is too small for it."""
    shape = SHAPES.get(message)
    if shape is None or room < LONGEST:
        return node
    made = shape(node)
    return made if len(made.text) <= room or made.kind != "decimal" else replace(made, text=shortened(made.text, room))


def is_as_known(types: Types) -> bool:
    """Whether what a schema declares under these names itself has the fields that the types have: somebody may write another
    Timestamp, which is shown as the message that it is."""
    known = _known_types()
    return all(
        types.messages[name] is message or _form(types.messages[name], types) == _form(message, known)
        for name, message in known.messages.items()
        if name in types.messages and name.startswith(READ)
    )


@cache
def _known_types() -> Types:
    return Types(list(known_files()))


def _form(message: Message, types: Types) -> set[tuple[int, str, str, bool, bool]]:
    """The number, name and type of each field, which makes no difference between the ways to write a schema, whether it has
    several values, and whether another one excludes it."""
    return {
        (
            field.number,
            field.name,
            field.type if field.type in SCALARS else types.full_name(field.type, message.name),
            field.repeated,
            bool(field.oneof),
        )
        for field in message.fields
    }
