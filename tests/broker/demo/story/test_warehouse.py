"""What the warehouse's database says, as Debezium tells it, and what follows."""

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.warehouse import LOW
from tests.broker.demo.story.told import json_of, of, registered_json


def test_that_each_row_of_stock_goes_on_where_its_last_change_ended(story: list[Event]) -> None:
    rows: dict[bytes, int] = {}
    for event in of(story, topics.STOCK):
        change = json_of(event)
        assert change["op"] == "u"
        assert change["before"]["quantity"] == rows.get(event.key, change["before"]["quantity"])
        assert {name: change["after"][name] for name in ("sku", "hub")} == json_of(
            Event(event.topic, b"", event.key, (), 0)
        )
        rows[event.key] = change["after"]["quantity"]


def test_that_a_reservation_is_made_and_changed_once(story: list[Event]) -> None:
    states: dict[bytes, list[tuple[str, str]]] = {}
    for event in of(story, topics.RESERVATIONS):
        change = json_of(event)
        assert (change["before"] is None) == (change["op"] == "c")
        states.setdefault(event.key, []).append((change["op"], change["after"]["state"]))
    assert {tuple(life) for life in states.values()} == {
        (("c", "held"),),  # still on its way
        (("c", "held"), ("u", "picked")),
        (("c", "held"), ("u", "released")),
    }


def test_that_a_change_says_where_it_comes_from(story: list[Event]) -> None:
    changes = [json_of(event) for event in story if event.topic in (topics.STOCK, topics.RESERVATIONS)]
    for change in changes:
        assert set(change) == {"before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"}
        assert (change["source"]["name"], change["source"]["schema"]) == ("warehouse", "public")
    places = [change["source"]["lsn"] for change in changes]
    assert places == sorted(set(places))


def test_that_few_are_said_to_be_left_where_few_are(story: list[Event]) -> None:
    said = [registered_json(event, schemas.LOW_ID) for event in of(story, topics.LOW)]
    assert said
    assert all(one["left"] < LOW for one in said)


def test_that_what_is_picked_has_a_hub(story: list[Event]) -> None:
    for event in of(story, topics.PICKED):
        assert json_of(event)["orderId"].encode() == event.key
        assert json_of(event)["items"] > 0
