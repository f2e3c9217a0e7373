"""Avro's single-object encoding: the name of the schema, and what is said where it is not known."""

import fastavro
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.test_apicurio import Registry

PRINT = fastavro.schema.fingerprint(fastavro.schema.to_parsing_canonical_form("long"), "CRC-64-AVRO")
HEAD = b"\xc3\x01" + bytes.fromhex(PRINT)


@given(st.integers(-(2**63), 2**63 - 1))
def test_that_the_fingerprint_of_fastavro_finds_the_schema(number: int) -> None:
    body = bytearray()
    rest = (number << 1) ^ (number >> 63)
    while rest > 0x7F:
        body.append(rest & 0x7F | 0x80)
        rest >>= 7
    data = HEAD + bytes((*body, rest))
    found = decode(Payload(data, "value", "orders", ()), Registry(**{f"fingerprint_{PRINT}": avro("long")}))
    assert to_json(found.tree) == number
    assert [layer.name for layer in found.chain] == ["Avro single object", "Avro"]


def test_that_a_fingerprint_that_is_not_known_is_said() -> None:
    found = decode(Payload(HEAD + b"\x02", "value", "orders", ()), Every(SchemaState.UNKNOWN_ID))
    assert found.format == "bytes"
    assert PRINT in found.trouble
