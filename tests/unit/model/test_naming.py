"""What names tell, of the conventions that are recommended in public, and that random names tell nothing."""

import random

import pytest

from meshdesk.model.naming import Rule, base_of, is_technical, rule_of

COMPANY = [
    "baskets.changed.v1",
    "fraud.scored.v2",
    "orders.amended.v2",
    "orders.cancelled.v1",
    "orders.placed.v1",
    "payments.authorised.v3",
    "payments.failed.v1",
    "shipments.planned.v1",
]


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        ("{}", Rule(".", 0)),
        ("prod.{}", Rule(".", 0)),
        ("public.{}", Rule(".", 0)),
        ("dev.private.cdc.{}", Rule(".", 0)),
        ("acme.{}", Rule(".", 1)),
    ],
)
def test_that_the_domain_is_the_first_part_that_tells_topics_apart(form: str, rule: Rule) -> None:
    names = [form.format(name) for name in COMPANY]
    assert rule_of(names) == rule
    assert [rule.domain(name) for name in names] == [name.split(".")[0] for name in COMPANY]


def test_that_dashes_and_lines_separate_where_dots_do_not() -> None:
    for separator in "-_":
        rule = rule_of([name.replace(".", separator) for name in COMPANY])
        assert rule == Rule(separator, 0)
        assert rule.domain(f"returns{separator}asked") == "returns"
        assert rule.domain("returns") == ""


def test_that_declared_domains_settle_which_part_it_is() -> None:
    names = [f"eu.{name}" for name in COMPANY] + [f"us.{name}" for name in COMPANY]
    assert rule_of(names) == Rule(".", 0)
    assert rule_of(names, ["Orders", "Payments", "Baskets"]) == Rule(".", 1)


def test_that_random_names_and_names_without_parts_tell_nothing() -> None:
    chance = random.Random(5)
    words = ["".join(chance.choices("bcdfghjklmnpqrstvwxz0123456789", k=9)) for _ in range(400)]
    assert rule_of(words) is None
    assert rule_of([f"{one}.{other}" for one, other in zip(words[::2], words[1::2], strict=True)]) is None
    assert rule_of([]) is None
    assert rule_of(["orders.a", "orders.b"]) is None  # all of one domain tell nothing of domains


@pytest.mark.parametrize(
    "name",
    [
        "__consumer_offsets",
        "_schemas",
        "_confluent-metrics",
        "connect-configs",
        "my.connect-offsets",
        "docker-connect-status",
        "app-KSTREAM-AGGREGATE-STATE-STORE-0000000003-changelog",
        "app-repartition",
        "heartbeats",
        "us.checkpoints.internal",
        "mm2-offset-syncs.us.internal",
        "__debezium-heartbeat.shop",
    ],
)
def test_that_topics_of_tools_are_technical(name: str) -> None:
    assert is_technical(name)


@pytest.mark.parametrize("name", ["orders.placed.v1", "connections.made.v1", "changelog", "interconnect.status.v1"])
def test_that_topics_of_people_are_not(name: str) -> None:
    assert not is_technical(name)


@pytest.mark.parametrize(
    "name",
    [
        "orders.v1.dlq",
        "orders.v1-retry-3",
        "orders.v1.retry.dlt",
        "orders.v1_error",
        "orders.v1.DLQ",
        "orders.v1-dead-letter",
    ],
)
def test_that_failed_records_belong_with_those_that_did_not_fail(name: str) -> None:
    assert base_of(name) == "orders.v1"
    assert base_of("orders.v1") == ""
