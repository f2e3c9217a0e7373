"""What logistics says: CloudEvents in both modes, JSON, Protobuf, Avro."""

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event
from tests.broker.demo.story.told import avro_of, json_of, of
from tests.broker.demo.story.wire import fields_of


def test_that_shipments_are_cloudevents_in_binary_mode(story: list[Event]) -> None:
    shipments, ids = of(story, topics.DISPATCHED), set()
    wanted = {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type"}
    for event in shipments:
        headers = dict(event.headers)
        assert wanted <= set(headers)
        assert headers["ce_subject"] == event.key
        assert json_of(event)["orderId"] == event.key.decode()
        ids.add(headers["ce_id"])
    assert len(ids) == len(shipments)


def test_that_routes_and_deliveries_are_cloudevents_in_structured_mode(story: list[Event]) -> None:
    for event in (*of(story, topics.ROUTED), *of(story, topics.DELIVERED)):
        assert dict(event.headers)["content-type"].startswith(b"application/cloudevents+json")
        value = json_of(event)
        assert {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"} == set(value)
        assert value["subject"].encode() == event.key


def test_that_a_parcel_is_tracked_from_its_picking_up_to_its_delivery(story: list[Event]) -> None:
    states: dict[bytes, list[str]] = {}
    for event in of(story, topics.TRACKED):
        states.setdefault(event.key, []).append(json_of(event)["state"])
    assert {life[0] for life in states.values()} == {"picked-up"}
    done = {event.key for event in of(story, topics.DELIVERED)}
    assert len(done) > 100
    assert {states[key][-1] for key in done} == {"delivered"}


def test_that_positions_are_protobuf_of_real_places(story: list[Event]) -> None:
    for event in of(story, topics.POSITIONS)[:300]:
        assert event.value is not None
        assert event.value[:6] == b"\0" + schemas.POSITION_ID.to_bytes(4, "big") + b"\0"
        fields = fields_of(event.value[6:])
        assert fields[1] == [event.key]
        assert 53 < float(fields[2][0]) < 54
        assert fields[6] == [event.timestamp_ms]


def test_that_shifts_are_of_couriers(story: list[Event]) -> None:
    for event in of(story, topics.SHIFTS):
        number, value = avro_of(event)
        assert (number, value["courier_id"].encode()) == (schemas.SHIFT_ID, event.key)
