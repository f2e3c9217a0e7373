"""Frozen dataclasses that are quick to make: equal and hashed by their fields, and none that may change."""

from dataclasses import replace

import pytest

from meshdesk.model.value import value


@value(frozen=True, slots=True)
class Pair:
    left: int
    right: str = ""


def test_that_values_are_equal_and_hashed_by_their_fields() -> None:
    assert Pair(1, "a") == Pair(1, "a") != Pair(2, "a")
    assert len({Pair(1), Pair(1), Pair(2)}) == 2
    assert replace(Pair(1, "a"), left=2) == Pair(2, "a")


def test_that_a_value_has_its_fields_and_no_others() -> None:
    assert Pair.__slots__ == ("left", "right")
    with pytest.raises(AttributeError):
        Pair(1).other = 5  # type: ignore[attr-defined]


def test_that_one_that_may_change_is_none() -> None:
    with pytest.raises(TypeError, match="frozen"):
        value(frozen=False, slots=True)
