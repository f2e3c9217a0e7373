"""Names with placeholders: which there are in real files, and which topics they stand for."""

import pytest

from meshdesk.model.topic_pattern import is_pattern, is_topic_name, matches


@pytest.mark.parametrize(
    ("pattern", "topic"),
    [
        ("{env}.orders.v1", "prod.orders.v1"),
        ("${var.environment}-orders", "test-eu-orders"),
        ("{{ .Values.env }}.orders", "dev.orders"),
        ("orders-__HOST__", "orders-a7"),
        ("<tenant>.orders", "acme.orders"),
        ("%ENV%_orders", "q_orders"),
        ("$(ENV).orders", "q.orders"),
        ("orders.*", "orders.v1.eu"),
    ],
)
def test_that_a_placeholder_stands_for_some_signs(pattern: str, topic: str) -> None:
    assert is_pattern(pattern)
    assert matches(pattern).fullmatch(topic)
    assert not matches(pattern).fullmatch("payments.v1")


@pytest.mark.parametrize("name", ["orders.v1", "__consumer_offsets", "_schemas", "a", "x" * 249])
def test_that_a_plain_name_stands_for_itself(name: str) -> None:
    assert not is_pattern(name)
    assert is_topic_name(name)
    assert matches(name).fullmatch(name)


@pytest.mark.parametrize("name", ["", ".", "..", "Placed orders", "orders/v1", "x" * 250, "Aufträge"])
def test_that_kafka_would_not_take_it(name: str) -> None:
    assert not is_topic_name(name)
