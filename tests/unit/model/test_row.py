"""Rows and details come through the pipe as they were."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.frame import FrameReader, Message, encode
from meshdesk.model.node import Node
from meshdesk.model.row import (
    TIMESTAMP_TYPES,
    Details,
    Part,
    Row,
    details_frame,
    details_from,
    row_frame,
    row_from,
)
from tests.unit.model.trees import TEXTS, trees

NUMBERS = st.integers(0, 2**63 - 1)
TRIPLES = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=3).map(tuple)
ROWS = st.builds(
    Row,
    row=NUMBERS,
    topic=TEXTS,
    partition=NUMBERS,
    offset=NUMBERS,
    timestamp=st.none() | st.integers(-(2**63), 2**63 - 1),
    key=TEXTS,
    value=TEXTS,
    tones=st.lists(st.tuples(st.integers(0, 80), st.integers(81, 160), TEXTS), max_size=4).map(tuple),
    format=TEXTS,
    headers=TEXTS,
    header_count=NUMBERS,
    size=NUMBERS,
    null_key=st.booleans(),
    null_value=st.booleans(),
    trouble=TEXTS,
)
PARTS = st.builds(
    Part,
    tree=trees(),
    chain=st.lists(TEXTS, max_size=3).map(tuple),
    format=TEXTS,
    size=st.none() | NUMBERS,
    text=TEXTS,
    dump=TRIPLES,
    cut=NUMBERS,
    schema=TEXTS,
    schema_text=TEXTS,
    tried=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    trouble=TEXTS,
)
DETAILS = st.builds(
    Details,
    row=NUMBERS,
    topic=TEXTS,
    partition=NUMBERS,
    offset=NUMBERS,
    timestamp=st.none() | NUMBERS,
    timestamp_type=st.sampled_from(TIMESTAMP_TYPES),
    leader_epoch=st.none() | NUMBERS,
    size=NUMBERS,
    key=PARTS,
    value=PARTS,
    headers=st.lists(st.tuples(TEXTS, PARTS), max_size=2).map(tuple),
)


@given(ROWS)
def test_that_a_row_comes_through_the_pipe_as_it_was(row: Row) -> None:
    assert row_from(piped({"row": row_frame(row)})["row"]) == row


@given(DETAILS)
def test_that_details_come_through_the_pipe_as_they_were(details: Details) -> None:
    assert details_from(piped(details_frame(details))) == details


def test_that_what_came_through_the_pipe_can_be_a_key_as_before() -> None:
    part = Part(Node("", "null", "null"), ("tombstone",), "null", None, "null", (("0", "00", "."),), 0)
    details = Details(1, "orders", 0, 5, None, "none", None, 0, part, part, (("a", part), ("a", part)))
    assert hash(details_from(piped(details_frame(details)))) == hash(details)


def piped(message: Message) -> Message:
    (found,) = FrameReader().feed(encode(message))
    return found
