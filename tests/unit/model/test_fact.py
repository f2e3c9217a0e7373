"""Facts and checked lines, as they stand in a capture."""

import json

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Checked, Evidence, Fact, fact_from, fact_message

EVIDENCE: list[Evidence] = ["declared", "authorised", "observed", "inferred"]
WORDS = st.text(max_size=20)
SEEN = st.integers(0, 2**62)
FACTS = st.builds(
    Fact,
    WORDS,
    WORDS,
    st.none() | st.dictionaries(WORDS, st.integers() | WORDS | st.lists(WORDS)),
    SEEN,
    WORDS,
    st.sampled_from(EVIDENCE),
    st.integers(0, 2**31),
)


@given(FACTS | st.builds(Checked, WORDS, SEEN, SEEN, WORDS))
def test_that_a_line_is_read_as_it_was_written(fact: Fact | Checked) -> None:
    assert fact_from(json.loads(json.dumps(fact_message(fact)))) == fact


def test_that_a_kind_of_line_from_a_later_version_is_passed_over() -> None:
    assert fact_from({"note": "a person's words", "seen": 5}) is None
    assert fact_from({}) is None


def test_that_a_fact_is_observed_where_it_does_not_say_how_it_is_known() -> None:
    line = {"fact": "topic", "about": "orders", "value": {"partitions": 3}, "seen": 5, "source": "kafka"}
    assert fact_from(line) == Fact("topic", "orders", {"partitions": 3}, 5, "kafka", "observed")


def test_that_a_fact_that_is_taken_back_says_so_and_is_not_an_empty_one() -> None:
    assert fact_message(Fact("topic", "orders", None, 5, "kafka"))["value"] is None
    assert fact_message(Fact("topic", "orders", {}, 5, "kafka"))["value"] == {}


def test_that_a_line_number_stands_only_where_there_is_a_file() -> None:
    assert "line" not in fact_message(Fact("topic", "orders", {}, 5, "kafka"))
    assert fact_message(Fact("product", "orders", {}, 5, "contracts/orders.yaml", "declared", 12))["line"] == 12
