"""Which contracts are about which topics: by name and by pattern, whatever was known before."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.catalogue import Contract, contract_from
from meshdesk.model.descriptions import FEW, NONE, mended, pattern_of
from tests.unit.model.facts import SEEN, contract


def contracts(*made: Contract) -> dict[str, tuple[Contract, ...]]:
    return {one.id: (one,) for one in made}


def about(name: str, *topics: str, seen: int = SEEN) -> Contract:
    return contract_from(contract(name, *topics, seen=seen))


def test_that_only_the_topics_of_what_differs_are_told() -> None:
    orders, stock = about("orders", "orders.v1"), about("stock", "stock.v1", "${env}.stock.v1")
    topics = dict.fromkeys(["orders.v1", "stock.v1", "prod.stock.v1"])
    said = contracts(orders, stock)
    first, changed = mended(NONE, topics, said)
    assert changed == topics.keys()
    assert [own[0][0].id for own in map(first.of.__getitem__, topics)] == ["orders", "stock", "stock"]
    same, changed = mended(first, dict(topics), dict(said))
    assert (dict(same.of), changed) == (first.of, set())
    newer, changed = mended(first, topics, said | contracts(about("orders", "orders.v1", seen=SEEN + 1)))
    assert changed == {"orders.v1"}
    assert newer.of["orders.v1"][0][0].fact.seen == SEEN + 1
    fewer = dict.fromkeys(["orders.v1", "stock.v1", "test.stock.v1"])
    without, changed = mended(first, fewer, {"orders": said["orders"]})
    assert changed == {"stock.v1", "prod.stock.v1", "test.stock.v1"}
    assert without.of.keys() == {"orders.v1"}


@pytest.mark.parametrize("patterns", [1, FEW + 1])
def test_that_few_patterns_and_many_find_the_same_topics(patterns: int) -> None:
    names = [f"{env}.event-{n}.v1" for env in ("prod", "test") for n in range(FEW + 2)]
    many = about("many", *[f"${{env}}.event-{n}.v1" for n in range(patterns)])
    described, _ = mended(NONE, dict.fromkeys(names), contracts(many))
    assert described.of.keys() == {f"{env}.event-{n}.v1" for env in ("prod", "test") for n in range(patterns)}


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("${env}.orders.v1", "prod.orders.v1"),
        ("{{ env }}-orders", "prod-orders"),
        ("<team>.{topic}.x", "a.b.x"),
        ("orders.*", "orders.placed"),
        ("a+b.${x}", "a+b.c"),
        ("__HOST__-orders", "a7-orders"),
        ("%ENV%_orders", "q_orders"),
        ("${a}${b}.c", "x.c"),
        ("${a}-${b}-x", "one-two-three-x"),
    ],
)
def test_that_placeholders_of_all_kinds_stand_for_a_part_of_a_name(name: str, matches: str) -> None:
    pattern = pattern_of(name)
    assert pattern is not None
    assert pattern.fullmatch(matches)
    assert not pattern.fullmatch(f"{matches}.more")


@given(st.lists(st.sampled_from(["a", "-", ".", "a-", "{x}", "{y}"]), max_size=8), st.text("a-.", max_size=10))
def test_that_a_placeholder_stands_for_one_sign_or_more_however_many_there_are(words: list[str], topic: str) -> None:
    side_by_side = [word for at, word in enumerate(words) if at == 0 or {word[0], words[at - 1][0]} != {"{"}]
    expression = "".join("[^.]+" if word[0] == "{" else re.escape(word) for word in side_by_side)  # several are one
    if (pattern := pattern_of("".join(words))) is not None:
        assert (pattern.fullmatch(topic) is None) == (re.fullmatch(expression, topic) is None)


def test_that_a_name_of_many_placeholders_takes_no_longer_than_another() -> None:
    pattern = pattern_of("{x}-" * 60 + "a")
    assert pattern is not None
    started = time.monotonic()
    assert not pattern.fullmatch("-" * 249)
    assert time.monotonic() - started < 10


def test_that_a_pattern_of_nothing_but_placeholders_matches_nothing() -> None:
    assert pattern_of("${topic}") is None


def test_that_no_pattern_of_a_file_takes_long() -> None:
    pattern = pattern_of("${a}x${b}x${c}x${d}x${e}x${f}x${g}x${h}.v1")
    assert pattern is not None
    began = time.process_time()
    assert not pattern.fullmatch("x" * 249)
    assert pattern.fullmatch("x" * 245 + ".v1")
    assert time.process_time() - began < 1
