"""Names of records, read and written, and what a record weighs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.record import Record, RecordName, record_name

TOPICS = st.text("abcXYZ019._-", min_size=1, max_size=249)  # Kafka's own alphabet


@given(TOPICS, st.integers(0, 2**31 - 1), st.integers(0, 2**63 - 1))
def test_that_a_name_is_read_as_it_is_written(topic: str, partition: int, offset: int) -> None:
    name = RecordName(topic, partition, offset)
    assert record_name(str(name)) == name


@pytest.mark.parametrize(
    "text",
    ["orders", "orders[3]", "orders@12", "[3]@1", "orders[-1]@2", "orders[1]@", "orders[1]@2 ", "a[1]@" + "9" * 5000],
)
def test_that_other_words_are_no_name(text: str) -> None:
    assert record_name(text) is None


def test_that_names_are_ordered_by_topic_partition_and_offset_as_numbers() -> None:
    names = [RecordName("b", 0, 0), RecordName("a", 10, 0), RecordName("a", 2, 10), RecordName("a", 2, 9)]
    assert [str(name) for name in sorted(names)] == ["a[2]@9", "a[2]@10", "a[10]@0", "b[0]@0"]


def test_that_a_size_counts_key_value_and_headers_in_bytes() -> None:
    headers = (("é", b"12"), ("é", None), ("\ud800", b""))
    assert record(b"key", b"value", headers).size == 3 + 5 + (2 + 2) + 2 + 3
    assert record(None, None, ()).size == 0


def test_that_a_record_knows_its_name() -> None:
    assert str(record(None, b"", ()).name) == "orders[3]@1042"


def record(key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]) -> Record:
    return Record(0, "orders", 3, 1042, None, 0, key, value, headers, None)
