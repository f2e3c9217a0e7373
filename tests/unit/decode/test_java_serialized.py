"""Java's serialised objects: what the stored ones hold, streams by the specification, and what is torn or hostile."""

import struct
from random import Random

import pytest

from meshdesk.decode import java_serialized
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.java_serialized import MARK
from meshdesk.model.node import Node
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, case, payload
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
STORED = [payload(case(path), "value").data or b"" for path in CASES if path.parent.name == "java-serialized"]


def utf(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def described(name: str, flags: int, *fields: tuple[str, str], parent: bytes = b"\x70") -> bytes:
    """A class by the specification: its name, a number, flags, fields, the end of its annotations and the class above it."""
    out = b"\x72" + utf(name) + bytes(8) + bytes([flags]) + struct.pack(">H", len(fields))
    for field, code in fields:
        out += code[:1].encode() + utf(field) + (b"\x74" + utf(code) if code[0] in "[L" else b"")
    return out + b"\x78" + parent


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return java_serialized.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


def root(data: bytes) -> Node:
    return read(MARK + data).tree


NUMBER = described("java.lang.Number", 2)
INTEGER = b"\x73" + described("java.lang.Integer", 2, ("value", "I"), parent=NUMBER) + struct.pack(">i", 5)
STATUS = described("shop.Status", 18, parent=described("java.lang.Enum", 18))
DATE = b"\x73" + described("java.util.Date", 3) + b"\x77\x08" + struct.pack(">q", 1) + b"\x78"
SER = b"\x73" + described("java.time.Ser", 12)
HALVES = (("leastSigBits", "J"), ("mostSigBits", "J"))
KNOWN = b"\x73" + described("java.util.UUID", 2, *HALVES) + struct.pack(">qq", -1, 1)


@pytest.mark.parametrize(
    ("data", "kind", "text", "note"),
    [
        (b"\x74" + utf("text"), "string", "text", ""),
        (b"\x70", "null", "null", ""),
        (INTEGER, "int", "5", "java.lang.Integer"),
        (b"\x75" + described("[B", 2) + b"\0\0\0\x02\x01\xff", "bytes", "01ff", "byte[]"),
        (b"\x77\x02\x01\x02", "bytes", "0102", "block of bytes"),
        (b"\x7e" + STATUS + b"\x74" + utf("PAID"), "enum", "PAID", "shop.Status"),
        (DATE, "timestamp", "1970-01-01T00:00:00.001Z", "java.util.Date"),
        (KNOWN, "uuid", "00000000-0000-0001-ffff-ffffffffffff", "java.util.UUID"),
        (
            SER + b"\x77\x0d\x02" + struct.pack(">qi", 1, 5) + b"\x78",
            "timestamp",
            "1970-01-01T00:00:01.000000005Z",
            "java.time.Instant",
        ),
        (
            SER + b"\x77\x07\x03" + struct.pack(">ibb", 2026, 3, 1) + b"\x78",
            "date",
            "2026-03-01",
            "java.time.LocalDate",
        ),
        (b"\x76" + described("shop.Order", 2), "string", "shop.Order", "class"),
    ],
)
def test_that_values_of_java_are_values_of_ours(data: bytes, kind: str, text: str, note: str) -> None:
    node = root(data)
    assert (node.kind, node.text, node.note) == (kind, text, note)


def test_that_fields_of_all_types_and_of_the_class_above_are_there() -> None:
    above = described("shop.Base", 2, ("id", "Ljava/lang/String;"))
    fields = (("b", "B"), ("c", "C"), ("d", "D"), ("f", "F"), ("i", "I"), ("j", "J"), ("s", "S"), ("z", "Z"))
    values = struct.pack(">bHdfiqh?", -1, 0x20AC, 0.1, 1.5, -5, 2**63 - 1, -2, True)
    node = root(b"\x73" + described("shop.Order", 2, *fields, parent=above) + b"\x74" + utf("A-1") + values)
    assert node.note == "shop.Order"
    assert {part.name: part.text for part in node.children} == {
        "id": "A-1", "b": "-1", "c": "€", "d": "0.1", "f": "1.5", "i": "-5", "j": "9223372036854775807", "s": "-2", "z": "true",
    }  # fmt: skip


def test_that_an_object_that_holds_itself_ends() -> None:
    node = root(b"\x73" + described("Loop", 2, ("next", "LLoop;")) + b"\x71" + struct.pack(">i", 0x7E0002))
    assert node.children[0].note == "reference"


def test_that_an_object_that_is_referred_to_is_shown_again() -> None:
    pair = b"\x75" + described("[Ljava.lang.Object;", 2) + struct.pack(">i", 2)
    node = root(pair + INTEGER + b"\x71" + struct.pack(">i", 0x7E0004))
    assert [part.text for part in node.children] == ["5", "5"]


def test_that_objects_in_a_row_are_a_list() -> None:
    assert [part.text for part in root(b"\x74" + utf("a") + b"\x74" + utf("b")).children] == ["a", "b"]


@pytest.mark.parametrize("data", STORED)
def test_that_a_changed_stream_is_read_or_declined(data: bytes) -> None:
    random = Random(6)
    for _ in range(1_000):
        at = random.randrange(4, len(data))
        broken = data[:at] + random.randbytes(random.randint(0, 3)) + data[at + random.randint(0, 3) :]
        try:
            assert read(broken).format == "Java object"
        except Undecodable as why:
            assert str(why)


def test_that_a_torn_stream_is_bytes_with_the_reason() -> None:
    for data in STORED:
        decoded = decode(Payload(data[:-5], "value", "orders", ()), NONE)
        assert decoded.format == "bytes"
        assert "stream of Java objects" in decoded.trouble


def test_that_deep_and_huge_ones_are_declined() -> None:
    for data, why in (
        (b"\x72" * 3_000, "byte"),
        (b"\x75" + described("[I", 2) + b"\x7f\xff\xff\xff", "more items"),
        ((b"\x75" + described("[Ljava.lang.Object;", 2) + b"\0\0\0\x01") * 400 + b"\x70", "deep"),
    ):
        with pytest.raises(Undecodable, match=why):
            read(MARK + data)


WORD = b"\x74" + utf("xyz")


@pytest.mark.parametrize(
    ("name", "fields", "values"),
    [
        ("java.util.UUID", (("leastSigBits", "Ljava/lang/String;"), ("mostSigBits", "J")), bytes(8) + WORD),
        ("java.math.BigInteger", (("signum", "I"), ("magnitude", "Ljava/lang/String;")), b"\0\0\0\1" + WORD),
        (
            "java.math.BigInteger",
            (("signum", "D"), ("magnitude", "[B")),
            bytes(8) + b"\x75" + described("[B", 2) + bytes(4),
        ),
        ("java.math.BigDecimal", (("scale", "Ljava/lang/String;"), ("intVal", "I")), bytes(4) + WORD),
    ],
)
def test_that_a_class_of_a_known_name_with_fields_of_other_types_is_shown_by_its_fields(
    name: str, fields: tuple[tuple[str, str], ...], values: bytes
) -> None:
    found = root(b"\x73" + described(name, 2, *fields) + values)
    assert (found.kind, {part.name for part in found.children}) == ("record", {field for field, _ in fields})


def test_that_a_day_that_no_calendar_has_stays_bytes() -> None:
    for data, kind in ((b"\x03\0\0\x07\xea\x03\x01", "date"), (b"\x03\0\0\x07\xea\x0d\x01", "bytes")):
        assert root(SER + b"\x77\x07" + data + b"\x78").kind == kind


def test_that_a_stream_that_forgets_its_objects_within_one_is_declined_and_between_them_is_read() -> None:
    text = b"\x74" + utf("a")
    assert [part.text for part in root(text + b"\x79" + text).children] == ["a", "a"]
    one = described("shop.One", 2, ("a", "Ljava/lang/String;"))
    for data in (b"\x73" + one + b"\x79" + text, b"\x75" + described("[L", 2) + b"\0\0\0\1\x79" + text):
        with pytest.raises(Undecodable, match="forgets all objects within one of them"):
            read(MARK + data)
