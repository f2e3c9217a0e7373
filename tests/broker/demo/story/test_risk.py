"""What risk says."""

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event
from tests.broker.demo.story.told import json_of, of, registered_json


def test_that_every_order_is_scored_and_only_the_alarming_raise_an_alert(story: list[Event]) -> None:
    scores = {event.key: registered_json(event, schemas.SCORE_ID) for event in of(story, topics.SCORED)}
    alerts = {event.key: json_of(event)["score"] for event in of(story, topics.ALERTS)}
    assert len(alerts) > 10
    assert alerts == {key: scores[key]["score"] for key in alerts}
    assert min(alerts.values()) > 0.9
    assert {scores[key]["decision"] for key in scores.keys() - alerts.keys()} == {"accept"}


def test_that_an_alert_is_a_cloud_event_in_binary_mode(story: list[Event]) -> None:
    for event in of(story, topics.ALERTS):
        headers = dict(event.headers)
        assert headers["ce_specversion"] == b"1.0"
        assert headers["ce_subject"] == event.key
