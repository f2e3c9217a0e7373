"""How payloads are written."""

import json

from meshdesk.demo.story.event import as_json, binary_mode, cloud_event, framed, moment, structured_mode


def test_that_the_framing_is_a_zero_byte_and_the_id() -> None:
    assert framed(258, b"x") == b"\x00\x00\x00\x01\x02x"


def test_that_json_is_short_and_keeps_letters() -> None:
    assert as_json({"a": [1, None], "ö": "ü"}) == '{"a":[1,null],"ö":"ü"}'.encode()


def test_that_both_modes_of_a_cloud_event_say_the_same() -> None:
    attributes = cloud_event("a.b.v1", "/a", "1", "s", 1_795_496_400_000)
    headers, value = structured_mode(attributes, {"n": 1})
    assert json.loads(value) == {**attributes, "datacontenttype": "application/json", "data": {"n": 1}}
    assert headers == (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    binary = {name: text.decode() for name, text in binary_mode(attributes) if name.startswith("ce_")}
    assert {name.removeprefix("ce_"): text for name, text in binary.items()} == attributes


def test_that_a_moment_is_in_utc() -> None:
    assert moment(1_500).isoformat() == "1970-01-01T00:00:01.500000+00:00"
