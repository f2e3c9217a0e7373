"""The time cursor: live, a moment, or a range that ends with the moment that is shown."""

from meshdesk.model.cursor import Cursor


def test_that_live_is_no_moment() -> None:
    assert (Cursor().is_live, Cursor().moment, Cursor().range) == (True, None, None)


def test_that_a_moment_is_shown_and_is_no_range() -> None:
    cursor = Cursor.of(7)
    assert (cursor.is_live, cursor.moment, cursor.range) == (False, 7, None)
    assert Cursor.of(7, 7) == cursor


def test_that_a_range_is_the_same_from_either_end_and_shows_its_last_moment() -> None:
    assert Cursor.of(9, 5) == Cursor.of(5, 9)
    assert (Cursor.of(9, 5).moment, Cursor.of(9, 5).range) == (9, (5, 9))
