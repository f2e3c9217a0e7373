"""Which message of a schema it is: indexes in three forms, Apicurio's Ref, and which reading wins."""

import pytest

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.proto_framing import apicurio, best, by_index, confluent, first, indexes
from meshdesk.decode.proto_plan import book_of
from tests.unit.decode.protos import BOUNDS, text_schema

SCHEMA = text_schema("""
    package p;
    message A { map<string, int32> counts = 1; message Gift { string text = 1; } message Box { int32 size = 1; } }
    message B { int32 number = 7; message Box { string word = 2; } }
""")
BOOK = book_of(SCHEMA)
TYPES = BOOK.types


def names(data: bytes) -> list[str]:
    return [framed.message.name for framed in confluent(data, 0, TYPES)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\0", "p.A"),
        (b"\x02\0", "p.A"),
        (b"\x02\x02", "p.B"),
        (b"\x04\x02\x00", "p.B.Box"),
        (b"\x04\x00\x02", "p.A.Gift"),  # as Python's client counts: the entries of the map are the first
        (b"\x04\x00\x04", "p.A.Box"),
        (b"\x01\x01", "p.B"),  # the deprecated form: -1 indexes would be none at all
        (b"\x02\x01\x00", "p.B.Box"),  # an index of -1
    ],
)
def test_that_indexes_name_their_message(data: bytes, name: str) -> None:
    assert names(data)[0] == name


def test_that_both_ways_of_counting_are_tried() -> None:
    assert [message.name for message in by_index(TYPES, [0, 0])] == ["p.A.Gift"]  # nobody writes an entry alone
    assert [message.name for message in by_index(TYPES, [0, 1])] == ["p.A.Gift", "p.A.Box"]
    assert by_index(TYPES, [5]) == []


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x04\x02", b"\xff\xff\xff\xff\x0f"])
def test_that_bytes_that_are_no_indexes_name_nothing(data: bytes) -> None:
    assert names(data) == []
    assert list(indexes(data, 0)) == []


def test_that_the_reading_that_knows_all_fields_wins() -> None:
    data = b"\x04\x00\x02\x08\x05"  # Gift in one way of counting, which has text there; Box in the other
    framed, reading = best(data, confluent(data, 0, TYPES), BOOK, BOUNDS)
    assert (framed.message.name, framed.start, reading.odd) == ("p.A.Box", 3, 0)


def test_that_a_reading_that_knows_no_field_is_none() -> None:
    data = b"\0\xa0\x06\x05"
    with pytest.raises(Undecodable, match="has none of its fields"):
        best(data, confluent(data, 0, TYPES), BOOK, BOUNDS)
    with pytest.raises(Undecodable, match="names no message of the schema"):
        best(b"\xff", confluent(b"\xff", 0, TYPES), BOOK, BOUNDS)


def test_that_a_reading_with_unknown_fields_is_kept_where_none_is_better() -> None:
    data = b"\x02\x02\x38\x05\xa0\x06\x05"
    framed, reading = best(data, confluent(data, 0, TYPES), BOOK, BOUNDS)
    assert (framed.message.name, reading.known, reading.odd) == ("p.B", 1, 1)


@pytest.mark.parametrize(
    ("data", "name", "layers"),
    [
        (b"\x03\x0a\x01B\x38\x05", "p.B", ["Apicurio type reference"]),
        (b"\x02\x02\x03\x0a\x01B\x38\x05", "p.B", ["message indexes", "Apicurio type reference"]),
        (b"\x02\x02\x38\x05", "p.B", ["message indexes"]),
        (b"\x05\x0a\x03Box\x12\x01w", "p.B.Box", ["Apicurio type reference"]),  # two have that name; one reads it
        (b"\x0a\x02\x0a\x00", "p.A", []),
    ],
)
def test_that_what_apicurio_puts_before_a_message_is_passed(data: bytes, name: str, layers: list[str]) -> None:
    framed, reading = best(data, apicurio(data, 0, TYPES), BOOK, BOUNDS)
    assert (framed.message.name, [layer.name for layer in framed.layers]) == (name, layers)
    assert reading.odd == 0


def test_that_without_any_framing_every_message_is_tried() -> None:
    framed, _ = best(b"\x38\x05", first(b"\x38\x05", 0, TYPES), BOOK, BOUNDS)
    assert framed.message.name == "p.B"
