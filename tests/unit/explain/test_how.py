"""How a payload was read, for a person and for a program."""

import json

import pytest

from meshdesk.decode.contract import Declined, Decoded, Layer
from meshdesk.explain.how import chain_words, reading_json, reading_text, schema_json, schema_link, schema_words
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema

SCHEMA = Schema("http://registry:8081", 42, "AVRO", '"long"', subject="orders-value", version=3)
READ = Decoded(
    Node("", "record", "", (Node("n", "int", "9223372036854775808"), Node("x", "decimal", "0.10"))),
    (Layer("gzip"), Layer("Confluent id", "42"), Layer("Avro")),
    "Avro 42",
    SCHEMA,
    (Declined("Glue", "it does not begin with 03"), Declined("Azure", "no header names it")),
)


def test_that_a_person_reads_chain_schema_what_was_tried_and_the_value() -> None:
    assert reading_text(READ) == (
        "read as   gzip → Confluent id 42 → Avro\n"
        "schema    orders-value version 3, id 42, of http://registry:8081\n"
        "tried     Glue: it does not begin with 03\n"
        "          Azure: no header names it\n"
        "\n"
        '{\n  "n": 9223372036854775808,\n  "x": 0.10\n}'
    )


def test_that_a_program_reads_the_same() -> None:
    assert json.loads(json.dumps(reading_json(READ))) == {
        "chain": ["gzip", "Confluent id 42", "Avro"],
        "format": "Avro 42",
        "schema": {
            "registry": "http://registry:8081",
            "id": 42,
            "guid": None,
            "subject": "orders-value",
            "version": 3,
            "type": "AVRO",
            "link": "http://registry:8081/subjects/orders-value/versions/3",
        },
        "tried": [
            {"name": "Glue", "why": "it does not begin with 03"},
            {"name": "Azure", "why": "no header names it"},
        ],
        "value": {"n": 9223372036854775808, "x": "0.10"},
    }


def test_that_a_schema_without_a_number_has_its_other_name() -> None:
    glue = Schema("", 0, "AVRO", "{}", guid="6c2f4a1e")
    assert schema_words(glue) == "schema, 6c2f4a1e"
    assert (schema_words(None), schema_json(None)) == ("", None)


@pytest.mark.parametrize(
    ("schema", "link"),
    [
        (Schema("http://r/apis/ccompat/v7/", 7, "AVRO", ""), "http://r/apis/ccompat/v7/schemas/ids/7"),
        (Schema("https://r", 0, "AVRO", "", guid="89791762-2336"), "https://r/schemas/guids/89791762-2336"),
        (Schema("https://r", 0, "AVRO", ""), ""),
        (Schema("schemas/orders-value.avsc", 0, "AVRO", "", subject="orders-value"), ""),
        (Schema("file:///etc/passwd", 7, "AVRO", ""), ""),
        (None, ""),
    ],
    ids=["id", "GUID", "no name", "file", "address of a file", "none"],
)
def test_that_a_browser_finds_a_schema_that_a_registry_has_and_opens_nothing_else(
    schema: Schema | None, link: str
) -> None:
    assert schema_link(schema) == link


def test_that_nothing_of_a_payload_commands_a_terminal() -> None:
    evil = "\x1b[31m\n\x9b"
    made = Decoded(Node("", "int", "1"), (Layer(evil, evil),), "x", None, (Declined(evil, evil),))
    assert chain_words(made) == (f"{evil} {evil}".strip(),)
    assert not set(reading_text(made)) & {"\x1b", "\x9b"}
    assert reading_text(made).count("\n") == 3
