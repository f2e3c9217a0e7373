"""Buf's registry: headers name the message and the commit of its schema."""

import pytest

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.protos import text_schema
from tests.unit.decode.test_apicurio import Registry

SCHEMA = text_schema("package p; message A { int32 a = 1; } message B { int32 b = 1; }")
HEADERS = (("buf.registry.value.schema.message", b"p.B"), ("buf.registry.value.schema.commit", b"c0ffee"))


def test_that_the_message_is_the_one_that_the_header_names() -> None:
    found = decode(Payload(b"\x08\x05", "value", "orders", HEADERS), Registry(buf_c0ffee=SCHEMA))
    assert to_json(found.tree) == {"b": 5}
    assert (found.chain[0].name, found.chain[0].detail) == ("Buf headers", "p.B of commit c0ffee")


def test_that_a_key_has_headers_of_its_own() -> None:
    assert decode(Payload(b"text", "key", "orders", HEADERS), Registry(buf_c0ffee=SCHEMA)).format == "text"


@pytest.mark.parametrize("answer", [SchemaState.NO_REGISTRY, text_schema("message Other {}")])
def test_that_a_schema_without_that_message_or_none_is_a_sentence(answer: SchemaState) -> None:
    class Files(Every):
        """What the user chose is none."""

        def find_schema(self, name: object) -> object:  # type: ignore[override]
            return SchemaState.NO_REGISTRY if name[0] == "file" else super().find_schema(name)  # type: ignore[arg-type, index]

    found = decode(Payload(b"\xff\xfd\xff\xff\xff", "value", "orders", HEADERS), Files(answer))  # type: ignore[arg-type]
    assert found.format == "bytes"
    assert found.trouble
