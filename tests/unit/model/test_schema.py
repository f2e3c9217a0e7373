"""Schemas are values: the same wherever they were read, and keys of what is kept about them."""

import pytest

from meshdesk.model.schema import FETCHED, NameKind, Reference, Schema, SchemaName, SchemaState, is_fetched


def test_that_two_schemas_that_say_the_same_are_one_key() -> None:
    kept = {schema('"string"'): "compiled"}
    assert kept[schema('"string"')] == "compiled"
    assert schema('"long"') not in kept


def test_that_the_reasons_for_a_missing_schema_are_four() -> None:
    assert len({state.value for state in SchemaState}) == 4


@pytest.mark.parametrize(
    ("kind", "of_confluent", "of_apicurio"),
    [
        ("id", True, True),
        ("guid", True, True),
        ("content", False, True),
        ("global", False, True),
        ("file", False, False),
    ],
)
def test_that_apicurios_ids_are_fetched_of_apicurio_only(kind: NameKind, of_confluent: bool, of_apicurio: bool) -> None:
    name = SchemaName(kind, "7")
    assert is_fetched(name, "http://127.0.0.1:8081") is of_confluent
    assert is_fetched(name, "http://127.0.0.1:8080/apis/ccompat/v7") is of_apicurio
    assert (kind in FETCHED) is of_apicurio


def test_that_versions_of_glue_are_fetched_of_glue_only_and_nothing_else_there() -> None:
    name = SchemaName("glue", "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536")
    assert is_fetched(name, "glue://eu-west-1")
    assert not is_fetched(SchemaName("glue", "9caf0f32-ed1b-1c2e-90d3-b2424a6f4536"), "glue://eu-west-1")
    assert not is_fetched(SchemaName("id", "7"), "glue://eu-west-1")
    assert not is_fetched(name, "http://127.0.0.1:8080/apis/ccompat/v7")


def schema(text: str) -> Schema:
    return Schema("http://127.0.0.1:8081", 42, "AVRO", text, (Reference("Money", "money", 1, '"double"'),))
