"""Confluent's GUID before the payload."""

import pytest

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Decoded, Payload, Undecodable
from meshdesk.decode.guid_prefix import decode as decode_prefix
from meshdesk.decode.guid_prefix import name_in
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.protos import text_schema

PREFIX = bytes.fromhex("019caf0f32ed1b4c2e90d3b2424a6f4536")


def read(data: bytes, answer: Schema | SchemaState) -> Decoded:
    return decode_prefix(Payload(data, "value", "orders", ()), data, Every(answer), BOUNDS)


def test_that_what_follows_is_read_by_the_schema() -> None:
    found = read(PREFIX + b"\x02", avro("long"))
    assert (to_json(found.tree), found.tree.span) == (1, (17, 18))
    assert found.chain[0].detail == "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536"


def test_that_protobuf_has_its_indexes_between() -> None:
    schema = text_schema("message A { int32 a = 1; } message B { int32 b = 1; }")
    assert to_json(read(PREFIX + b"\x02\x02\x08\x05", schema).tree) == {"b": 5}


@pytest.mark.parametrize("data", [b"\x01", PREFIX[:-1], b"\x02" + PREFIX[1:]])
def test_that_other_bytes_are_none(data: bytes) -> None:
    with pytest.raises(Undecodable, match="does not begin with the byte 01 and a GUID"):
        read(data, avro("long"))


def test_that_it_accuses_nobody_where_the_guid_is_not_known() -> None:
    for state in SchemaState:
        with pytest.raises(Undecodable) as why:
            read(PREFIX + b"\x02", state)
        assert why.value.trouble == ""


def test_that_both_versions_of_the_prefix_name_a_schema() -> None:
    assert name_in(PREFIX + b"x") == (SchemaName("guid", "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536"), 17)
    assert name_in(b"\0\0\0\0\x2ax") == (SchemaName("id", "42"), 5)
    assert name_in(b"\x01") is None
