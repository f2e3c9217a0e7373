"""TIBCO's prefix: Confluent's with another first byte."""

import pytest

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.test_apicurio import Registry

PREFIX = b"\x80\0\0\0\x2a"


def sent(data: bytes) -> Payload:
    return Payload(data, "value", "orders", ())


def test_that_what_follows_is_read_by_the_schema() -> None:
    found = decode(sent(PREFIX + b"\x02"), Registry(id_42=avro("long")))
    assert (to_json(found.tree), found.format, found.chain[0].name) == (1, "Avro 42", "TIBCO id")


@pytest.mark.parametrize("state", list(SchemaState))
def test_that_it_accuses_nobody(state: SchemaState) -> None:
    assert decode(sent(PREFIX + b"\xff"), Every(state)).trouble == ""
