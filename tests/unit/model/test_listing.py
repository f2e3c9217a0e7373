"""Listings: what a click asks for, and that the pipe carries them whole."""

import json

import pytest

from meshdesk.model.listing import COLUMNS, Column, Listing, arrival, listing_from, listing_message, turned


@pytest.mark.parametrize(
    "listing",
    [
        arrival("orders"),
        Listing(()),
        Listing(("a", "b"), "timestamp", True, "grüße \ud800"),
        Listing(("a",), between=(1_795_000_000_000, 1_795_000_060_000)),
        *(Listing(("t",), column) for column in COLUMNS),
    ],
)
def test_that_a_listing_comes_through_the_pipe_as_it_was(listing: Listing) -> None:
    assert listing_from(json.loads(json.dumps(listing_message(listing)))) == listing


def test_that_a_column_that_no_list_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no list has a column colour"):
        listing_from({**listing_message(arrival("t")), "by": "colour"})


@pytest.mark.parametrize("column", COLUMNS)
def test_that_three_clicks_on_a_head_lead_back_to_where_it_began(column: Column) -> None:
    begun = Listing(("t",), word="kept")
    first = turned(begun, column)
    second = turned(first, column)
    assert (first.by, first.descending, second.by, second.descending) == (column, False, column, True)
    assert turned(second, column) == begun


def test_that_a_range_of_time_leaves_records_out_and_is_kept_by_a_click_on_a_head() -> None:
    ranged = Listing(("t",), between=(5, 9))
    assert ranged.is_filtered
    assert not ranged.is_arrival
    assert turned(ranged, "size").between == (5, 9)


def test_that_a_click_on_another_head_begins_ascending() -> None:
    assert turned(Listing(("t",), "key", True), "size") == Listing(("t",), "size", False)


def test_that_only_all_rows_of_one_topic_as_they_came_need_no_order() -> None:
    assert arrival("t").is_arrival
    assert Listing(()).is_arrival
    for other in (Listing(("a", "b")), Listing(("t",), "key"), Listing(("t",), word="x")):
        assert not other.is_arrival


def test_that_what_arrives_comes_into_lists_as_it_arrived_and_by_time() -> None:
    assert all(one.is_live for one in (arrival("t"), Listing(("t",), word="x"), Listing(("a", "b"), "timestamp")))
    assert Listing(("a", "b")).is_merged
    for other in (Listing(("t",), "timestamp"), Listing(("a", "b"), "timestamp", True), Listing(("a", "b"), "key")):
        assert not other.is_merged
        assert not other.is_live


def test_that_a_listing_of_several_topics_has_no_topic_of_its_own() -> None:
    assert (arrival("t").topic, Listing(("a", "b")).topic, Listing(()).topic) == ("t", "", "")
