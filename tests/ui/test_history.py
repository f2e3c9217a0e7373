"""History: places in order, back and forward, what counts as one step, and what is forgotten."""

from meshdesk.model.listing import Listing, arrival
from meshdesk.model.record import RecordName
from meshdesk.ui.history import KEPT, History, Place

ORDERS = Place("records", 1, arrival("orders"))
PAYMENTS = Place("records", 1, arrival("payments"))
TROUBLE = Place("trouble")


def visited(*places: Place) -> History:
    history = History()
    for place in places:
        history.visit(place)
    return history


def test_that_back_and_forward_go_through_the_places() -> None:
    history = visited(ORDERS, PAYMENTS, TROUBLE)
    assert [history.back(), history.back(), history.back()] == [PAYMENTS, ORDERS, None]
    assert not history.can_go_back
    assert [history.forward(), history.forward(), history.forward()] == [PAYMENTS, TROUBLE, None]
    assert not history.can_go_forward


def test_that_going_elsewhere_drops_what_was_ahead() -> None:
    history = visited(ORDERS, PAYMENTS)
    history.back()
    history.visit(TROUBLE)
    assert history.forward() is None
    assert history.back() == ORDERS


def test_that_going_through_the_records_of_a_topic_is_one_step() -> None:
    history = visited(TROUBLE, ORDERS)
    for offset in range(50):
        history.visit(Place("records", 1, arrival("orders"), RecordName("orders", 0, offset)))
    history.visit(Place("records", 1, Listing(("orders",), "key", word="paid")))
    assert history.back() == TROUBLE
    assert history.forward() == Place("records", 1, Listing(("orders",), "key", word="paid"))


def test_that_a_jump_to_a_record_of_the_same_topic_is_a_step() -> None:
    history = visited(ORDERS)
    there = Place("records", 1, arrival("orders"), RecordName("orders", 0, 7))
    history.visit(there, jumps=True)
    history.visit(there, jumps=True)  # the beat after it
    assert history.back() == ORDERS
    assert history.back() is None


def test_that_no_more_places_are_kept_than_anybody_goes_back() -> None:
    history = visited(*(Place("records", 1, arrival(f"t{n}")) for n in range(KEPT + 50)))
    steps = 0
    while history.back() is not None:
        steps += 1
    assert steps == KEPT - 1
    assert history.place == Place("records", 1, arrival("t50"))


def test_that_the_places_of_a_capture_that_was_closed_are_forgotten() -> None:
    other = Place("records", 2, arrival("orders"))
    history = visited(TROUBLE, ORDERS, TROUBLE, other)
    history.keep({2})
    assert history.place == other
    assert history.back() == TROUBLE
    assert history.back() is None  # two that are the same now stand as one
    history.keep(set())
    assert history.place == TROUBLE
    assert not history.can_go_forward


def test_that_a_history_that_has_lost_all_its_places_begins_anew() -> None:
    history = visited(ORDERS, PAYMENTS)
    history.keep(set())
    assert (history.place, history.can_go_back, history.can_go_forward) == (None, False, False)
    history.visit(TROUBLE)
    assert history.place == TROUBLE
