"""Logical types of Avro (Avro specification 1.12, "Logical Types"): where they do not fit their type they are ignored, as it says."""

import re
import struct
from collections.abc import Callable
from typing import Any

from meshdesk.decode.avro_cursor import Cursor, Read, as_hex, long_at, made, take
from meshdesk.decode.avro_skip import size_of
from meshdesk.decode.contract import Undecodable
from meshdesk.decode.moments import DAY, clock, day, moment, scaled
from meshdesk.model.node import Kind, Node

DECIMAL_BYTES = 1_500  # Python writes numbers of up to 4,300 digits
SCALE = 6_000  # digits behind the point; more are an attack, not a number
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def logical(schema: Any) -> Read | None:
    """The reading function of a logical type; None where the schema has none, or one that does not fit its type. Raises what
    size_of does."""
    word, kind = str(schema.get("logicalType")), schema["type"]
    if word == "decimal" and kind in ("bytes", "fixed"):
        return _decimal(schema)
    if word == "uuid" and kind == "string":
        return _uuid_text
    if word == "big-decimal" and kind == "bytes":
        return _big_decimal
    if word == "uuid" and kind == "fixed" and schema.get("size") == 16:
        return _read_as(lambda cursor: uuid_of(take(cursor, 16)), "uuid", "")
    if word == "duration" and kind == "fixed" and schema.get("size") == 12:
        return _read_as(lambda cursor: duration_of(take(cursor, 12)), "duration", "")
    found = MOMENTS.get((word, kind)) if isinstance(kind, str) else None
    if found is None:
        return None
    say, said = found
    return _read_as(lambda cursor: say(long_at(cursor)), said, word)


def _uuid_text(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    text = take(cursor, long_at(cursor)).decode("utf-8")
    return made(cursor, name, "uuid" if UUID.fullmatch(text) else "string", text, start)


def _big_decimal(cursor: Cursor, name: str) -> Node | None:
    """Bytes that hold the unscaled number as bytes and then its scale."""
    start = cursor.at
    data = take(cursor, long_at(cursor))
    inner = Cursor(data, cursor.bounds, 0)
    try:
        unscaled, scale = take(inner, long_at(inner)), long_at(inner)
    except (IndexError, Undecodable):
        return as_hex(cursor, name, data, start, "big-decimal")
    if inner.at != len(data) or len(unscaled) > DECIMAL_BYTES or abs(scale) > SCALE:
        return as_hex(cursor, name, data, start, "big-decimal")
    text = scaled(int.from_bytes(unscaled, "big", signed=True), scale)
    return made(cursor, name, "decimal", text, start, "big-decimal")


def _read_as(text: Callable[[Cursor], str], kind: Kind, note: str) -> Read:
    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        shown = text(cursor)
        # A number that no calendar has is shown as the number it is.
        return made(cursor, name, "int" if shown.lstrip("-").isdigit() else kind, shown, start, note)

    return read


def _decimal(schema: Any) -> Read | None:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if not isinstance(precision, int) or not isinstance(scale, int) or not 0 <= scale <= precision or not precision:
        return None
    size = size_of(schema) if schema["type"] == "fixed" else None
    note = f"decimal({precision},{scale})"

    def read(cursor: Cursor, name: str) -> Node | None:
        start = cursor.at
        data = take(cursor, long_at(cursor) if size is None else size)
        if len(data) > DECIMAL_BYTES or scale > SCALE:
            return as_hex(cursor, name, data, start, note)
        return made(cursor, name, "decimal", scaled(int.from_bytes(data, "big", signed=True), scale), start, note)

    return read


def uuid_of(data: bytes) -> str:
    """The 16 bytes of a fixed, as a UUID is written."""
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def duration_of(data: bytes) -> str:
    """The 12 bytes of a fixed: months, days and milliseconds, in ISO 8601."""
    months, days, millis = struct.unpack("<III", data)
    return f"P{months}M{days}DT{millis // 1000}.{millis % 1000:03d}S"


def _date(days: int) -> str:
    return day(days) or str(days)


def _time(digits: int) -> Callable[[int], str]:
    end = DAY * 10**digits
    return lambda units: clock(units, digits) if 0 <= units < end else str(units)


def _timestamp(digits: int, zone: str) -> Callable[[int], str]:
    return lambda units: moment(units, digits, zone) or str(units)


MOMENTS: dict[tuple[str, str], tuple[Callable[[int], str], Kind]] = {
    ("date", "int"): (_date, "date"),
    ("time-millis", "int"): (_time(3), "time"),
    ("time-micros", "long"): (_time(6), "time"),
    ("timestamp-millis", "long"): (_timestamp(3, "Z"), "timestamp"),
    ("timestamp-micros", "long"): (_timestamp(6, "Z"), "timestamp"),
    ("timestamp-nanos", "long"): (_timestamp(9, "Z"), "timestamp"),
    ("local-timestamp-millis", "long"): (_timestamp(3, ""), "timestamp"),
    ("local-timestamp-micros", "long"): (_timestamp(6, ""), "timestamp"),
    ("local-timestamp-nanos", "long"): (_timestamp(9, ""), "timestamp"),
}
