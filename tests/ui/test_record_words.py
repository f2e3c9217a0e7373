"""What is said of a list of records: in which order it is, how far that is, and why it has no row."""

from pathlib import Path

import pytest

from meshdesk.model.listing import Listing
from meshdesk.session.orders import Order
from meshdesk.ui.record_words import no_topic, nothing_arrived, nothing_in, order_words, share

MADE = {"ends": [5], "asked": None}
BEGUN = {"done": 1, "of": 4, "asked": 7}
FAILED = "The disk is full."


def order(listing: Listing, **fields: object) -> Order:
    return Order("/1", listing, Path("1.order"), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("listing", "fields", "newer", "words"),
    [
        (Listing(("t",), "key"), MADE, 0, "by key"),
        (Listing(("t",), "key"), MADE, 1_200, "by key · 1,200 newer"),
        (Listing(("t", "u")), MADE, 0, "2 topics by timestamp"),
        (Listing(("t", "u"), "size"), BEGUN, 9, "2 topics by size · sorting 25%"),
        (Listing(("t",), word="x"), BEGUN, 0, "looking 25%"),
        (Listing(("t",), word="x"), {**MADE, **BEGUN}, 0, ""),  # it was made once: what is looked at now came since
        (Listing(("t",), "key"), {"failed": FAILED}, 9, "by key · not finished"),
    ],
)
def test_that_an_order_is_told_with_how_far_it_is(
    listing: Listing, fields: dict[str, object], newer: int, words: str
) -> None:
    assert order_words(listing, order(listing, **fields), newer) == words


@pytest.mark.parametrize(
    ("listing", "fields", "said"),
    [
        (Listing(("t",), word="Zoë"), MADE, ("No record holds “Zoë”", "A word without capitals", "")),
        (
            Listing(("t",), word="x"),
            {**MADE, "ends": [0]},
            ("There is no record to look in", "The capture holds none", ""),
        ),
        (Listing(("t",), word="x"), BEGUN, ("Looking …", "", "")),
        (Listing(("t",), word="x"), {"failed": FAILED}, ("Not looked through to the end", FAILED, "Try again")),
        (Listing(("t",), "key"), {"failed": FAILED}, ("Not sorted", FAILED, "Try again")),
        (Listing(("t",), "key"), BEGUN, ("Sorting …", "", "")),
        (Listing(("t",), between=(0, 1)), MADE, ("No record from ", "That is the time chosen on the strip below", "")),
    ],
)
def test_that_an_order_without_a_row_says_why(
    listing: Listing, fields: dict[str, object], said: tuple[str, str, str]
) -> None:
    words = nothing_in(listing, order(listing, **fields))
    assert words.title.startswith(said[0])
    assert words.text.startswith(said[1])
    assert words.button == said[2]


@pytest.mark.parametrize(
    ("state", "start", "title", "button"),
    [
        ("live", "15 min ago", "No record since 15 min ago", "Read from the beginning"),
        ("live", "", "No record", "Read from the beginning"),
        ("live", "the beginning", "No record", ""),
        ("connecting", "", "connecting …", ""),
        ("ended", "", "No record of this topic", ""),
    ],
)
def test_that_a_topic_without_a_record_says_since_when_and_what_can_be_done(
    state: str, start: str, title: str, button: str
) -> None:
    words = nothing_arrived(state, "connecting …", start)
    assert (words.title, words.button) == (title, button)


def test_that_where_topics_cannot_be_seen_a_button_shows_them() -> None:
    assert [no_topic(beside).button for beside in (True, False)] == ["", "Show the topics"]


def test_that_a_filter_says_its_share() -> None:
    assert share(3, 1_200) == "3 of 1,200 records"
