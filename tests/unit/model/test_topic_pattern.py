"""Names with placeholders: which there are in real files, and what is the name of a topic."""

import pytest

from meshdesk.model.topic_pattern import PLACEHOLDER, is_pattern, is_topic_name


@pytest.mark.parametrize(
    ("name", "still"),
    [
        ("{env}.orders.v1", ["", ".orders.v1"]),
        ("${var.environment}-orders", ["", "-orders"]),
        ("{{ .Values.env }}.orders", ["", ".orders"]),
        ("orders-__HOST__", ["orders-", ""]),
        ("<tenant>.orders", ["", ".orders"]),
        ("%ENV%_orders", ["", "_orders"]),
        ("$(ENV).orders", ["", ".orders"]),
        ("orders.*", ["orders.", ""]),
    ],
)
def test_that_a_placeholder_is_told_from_what_stands_still(name: str, still: list[str]) -> None:
    assert is_pattern(name)
    assert PLACEHOLDER.split(name) == still


@pytest.mark.parametrize("name", ["orders.v1", "__consumer_offsets", "_schemas", "a", "x" * 249])
def test_that_a_plain_name_stands_for_itself(name: str) -> None:
    assert not is_pattern(name)
    assert is_topic_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "Placed orders", "orders/v1", "x" * 250, "Aufträge"])
def test_that_kafka_would_not_take_it(name: str) -> None:
    assert not is_topic_name(name)
