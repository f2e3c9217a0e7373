"""The logical types of Kafka Connect and Debezium: what a number, text or struct of JSON means by the name of its schema.

Sources: org.apache.kafka.connect.data (Decimal, Date, Time, Timestamp) and io.debezium.time, io.debezium.data.
Each of these functions takes a node of JSON and its schema, and answers None where the node is not what its schema says.
"""

import base64
from collections.abc import Callable

from meshdesk.decode.moments import clock, day, moment, scaled
from meshdesk.decode.parts import part, text_of
from meshdesk.model.node import Kind, Node, hexed

Shape = Callable[[Node, Node], Node | None]
DECIMAL_BYTES = 1_500  # Python writes numbers of up to 4,300 digits
SCALE = 6_000  # digits behind the point; more are an attack, not a number
TEXT = 1_000_000  # characters of bytes that are shown, as Bounds has it
BITS = 10_000  # of a bit string that is written out
DAY = 86_400
CYCLE = 146_097  # days of 400 years
NEAR = 10**9  # days from 1970 that are written as a date: some 2.7 million years


def bytes_of(node: Node) -> bytes | None:
    """The bytes that Connect writes as base64 text."""
    if node.kind != "string":
        return None
    try:
        return base64.b64decode(node.text, validate=True)
    except ValueError:  # it is none; it was cut
        return None


def as_bytes(node: Node, note: str = "") -> Node:
    """The node as bytes, where it is base64."""
    data = bytes_of(node)
    if data is None:
        return node
    return _as(node, "bytes", hexed(data, TEXT), note)


def _as(node: Node, kind: Kind, text: str, note: str) -> Node:
    """The same as something else; dataclasses.replace would take five times as long, and records of a list are full of it."""
    return Node(node.name, kind, text, node.children, note, node.span)


def calendar_day(days: int) -> str:
    """A day of the calendar that reaches before year 1, as ISO 8601 and Java write it.

    >>> calendar_day(0), calendar_day(-735_160), calendar_day(3_000_000)
    ('1970-01-01', '-0043-03-15', '+10183-09-21')
    """
    near = day(days)
    if near:
        return near
    cycles, rest = divmod(days - _FIRST, CYCLE)
    within = day(rest + _FIRST) or ""
    year = int(within[:4]) + 400 * cycles
    return f"{f'+{year}' if year > 9999 else f'{year:05d}' if year < 0 else f'{year:04d}'}{within[4:]}"


_FIRST = -135_140  # 1600-01-01, the begin of a cycle that Python's dates have


def _number(node: Node) -> int | None:
    try:
        return int(node.text) if node.kind == "int" else None
    except ValueError:  # it was cut, or is longer than Python reads
        return None


def decimal(node: Node, scale: int, note: str) -> Node | None:
    """An unscaled number in base64; or a number as it stands, which the converter may write, too."""
    if node.kind in ("int", "float"):
        return _as(node, "decimal", node.text, note)
    data = bytes_of(node)
    if data is None or len(data) > DECIMAL_BYTES or abs(scale) > SCALE:
        return None
    return _as(node, "decimal", scaled(int.from_bytes(data, "big", signed=True), scale), note)


def _decimal(node: Node, schema: Node) -> Node | None:
    parameters = part(schema, "parameters")
    try:
        scale = int(text_of(parameters, "scale"))
    except ValueError:
        return None
    precision = text_of(parameters, "connect.decimal.precision")
    return decimal(node, scale, f"decimal({precision},{scale})" if precision else f"decimal, scale {scale}")


def variable_decimal(node: Node, _: Node | None = None) -> Node | None:
    """A number that carries its own scale, as io.debezium.data.VariableScaleDecimal does."""
    scale, value = part(node, "scale"), part(node, "value")
    number = _number(scale) if scale is not None else None
    if number is None or value is None or len(node.children) != 2:
        return None
    found = decimal(value, number, f"decimal, scale {number}")
    return Node(node.name, found.kind, found.text, (), found.note, node.span) if found is not None else None


def _day(node: Node, _: Node) -> Node | None:
    days = _number(node)
    if days is None or abs(days) > NEAR:
        return None
    return _as(node, "date", calendar_day(days), node.note)


def _time(digits: int) -> Shape:
    def shape(node: Node, _: Node) -> Node | None:
        units = _number(node)
        if units is None or not 0 <= units < DAY * 10**digits:
            return None
        return _as(node, "time", clock(units, digits), node.note)

    return shape


def _timestamp(digits: int, zone: str, note: str = "") -> Shape:
    def shape(node: Node, _: Node) -> Node | None:
        units = _number(node)
        if units is None:
            return None
        days, rest = divmod(units, DAY * 10**digits)
        text = moment(units, digits, zone) or f"{calendar_day(days)}T{clock(rest, digits)}{zone}"
        return _as(node, "timestamp", text, note) if abs(days) <= NEAR else None

    return shape


def _duration(digits: int) -> Shape:
    def shape(node: Node, _: Node) -> Node | None:
        units = _number(node)
        if units is None:
            return None
        seconds, fraction = divmod(abs(units), 10**digits)
        rest = f".{fraction:0{digits}d}".rstrip("0") if fraction else ""
        text = f"{'-' if units < 0 else ''}PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}{rest}S"
        return _as(node, "duration", text, node.note)

    return shape


def _text(kind: Kind, note: str = "") -> Shape:
    return lambda node, _: _as(node, kind, node.text, note) if node.kind == "string" else None


def _bits(node: Node, schema: Node) -> Node | None:
    """A bit string: its bytes come last first."""
    data = bytes_of(node)
    if data is None or len(data) * 8 > BITS:
        return None
    length = text_of(part(schema, "parameters"), "length")
    bits = f"{int.from_bytes(data, 'little'):b}"
    if length.isdecimal() and len(length) < 6 and len(bits) <= int(length) <= len(data) * 8:
        bits = bits.zfill(int(length))
    return _as(node, node.kind, bits, f"bits({length})" if length else "bits")


CONNECT, TIME, DATA = "org.apache.kafka.connect.data.", "io.debezium.time.", "io.debezium.data."
LOCAL = "local"  # of no time zone
LOGICAL: dict[str, Shape] = {
    f"{CONNECT}Decimal": _decimal,
    f"{CONNECT}Date": _day,
    f"{CONNECT}Time": _time(3),
    f"{CONNECT}Timestamp": _timestamp(3, "Z"),
    f"{TIME}Date": _day,
    f"{TIME}Time": _time(3),
    f"{TIME}MicroTime": _time(6),
    f"{TIME}NanoTime": _time(9),
    f"{TIME}Timestamp": _timestamp(3, "", LOCAL),
    f"{TIME}MicroTimestamp": _timestamp(6, "", LOCAL),
    f"{TIME}NanoTimestamp": _timestamp(9, "", LOCAL),
    f"{TIME}ZonedTimestamp": _text("timestamp"),
    f"{TIME}ZonedTime": _text("time"),
    f"{TIME}IsoDate": _text("date", LOCAL),
    f"{TIME}IsoTime": _text("time", LOCAL),
    f"{TIME}IsoTimestamp": _text("timestamp", LOCAL),  # all three end with Z all the same
    f"{TIME}Interval": _text("duration"),
    f"{TIME}MicroDuration": _duration(6),
    f"{TIME}NanoDuration": _duration(9),
    f"{DATA}VariableScaleDecimal": variable_decimal,
    f"{DATA}Bits": _bits,
    f"{DATA}Uuid": _text("uuid"),
    f"{DATA}Enum": _text("enum"),
    f"{DATA}Json": _text("string", "JSON"),
    f"{DATA}Xml": _text("string", "XML"),
}
