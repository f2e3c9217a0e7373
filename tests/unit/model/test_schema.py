"""Schemas are values: the same wherever they were read, and keys of what is kept about them."""

from meshdesk.model.schema import Reference, Schema, SchemaState


def test_that_two_schemas_that_say_the_same_are_one_key() -> None:
    kept = {schema('"string"'): "compiled"}
    assert kept[schema('"string"')] == "compiled"
    assert schema('"long"') not in kept


def test_that_the_reasons_for_a_missing_schema_are_four() -> None:
    assert len({state.value for state in SchemaState}) == 4


def schema(text: str) -> Schema:
    return Schema("http://127.0.0.1:8081", 42, "AVRO", text, (Reference("Money", "money", 1, '"double"'),))
