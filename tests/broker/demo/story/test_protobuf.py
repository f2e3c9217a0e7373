"""Protobuf as it is written, against the bytes of its own documentation (protobuf.dev, Encoding) and Confluent's."""

import pytest

from meshdesk.demo.story.protobuf import as_protobuf, double, message, single, text, texts, varint, whole
from tests.broker.demo.story.wire import fields_of


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "00"), (1, "01"), (127, "7f"), (150, "9601"), (-2, "feffffffffffffffff01"), (2**63 - 1, "ffffffffffffffff7f")],
)
def test_that_a_varint_is_as_the_documentation_says(number: int, written: str) -> None:
    assert varint(number).hex() == written


def test_that_fields_are_as_the_documentation_says() -> None:
    assert whole(1, 150).hex() == "089601"
    assert text(2, "testing").hex() == "120774657374696e67"
    assert message(3, whole(1, 150)).hex() == "1a03089601"


def test_that_what_has_its_default_value_is_left_out() -> None:
    assert whole(1, 0) + text(2, "") + double(3, 0.0) + single(4, 0.0) + texts(5, ()) == b""
    assert message(1, b"") == b"\x0a\x00"


def test_that_fields_are_read_again() -> None:
    data = texts(5, ["Ærø", "b"]) + double(2, 53.55) + single(4, 27.5) + whole(6, 1_795_496_400_000)
    assert fields_of(data) == {5: ["Ærø".encode(), b"b"], 2: [53.55], 4: [27.5], 6: [1_795_496_400_000]}


@pytest.mark.parametrize(("indexes", "written"), [([0], "00"), ([1], "0202"), ([0, 0], "040000"), ([2, 1], "040402")])
def test_that_the_way_to_a_message_is_confluents(indexes: list[int], written: str) -> None:
    assert as_protobuf(7, indexes, whole(1, 150)).hex() == f"0000000007{written}089601"
