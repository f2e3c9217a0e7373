"""Which decoder somebody asked for."""

import json

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.decode_as import (
    MOST,
    SCOPES,
    About,
    about_record,
    about_schema,
    about_topic,
    choice_of,
    wishes_from,
    wishes_message,
    with_wish,
)
from meshdesk.model.record import RecordName

ONE = about_record(RecordName("orders", 1, 42), "value")
SCHEMA, TOPIC = about_schema(7), about_topic("orders", "value")
WISHES = st.dictionaries(st.builds(About, st.sampled_from(SCOPES), st.text()), st.text(min_size=1))


def test_that_the_narrowest_wish_counts() -> None:
    wishes = {TOPIC: "JSON", SCHEMA: "text", ONE: "bytes"}
    abouts = (ONE, SCHEMA, TOPIC)
    for about, decoder in ((ONE, "bytes"), (SCHEMA, "text"), (TOPIC, "JSON")):
        found = choice_of(wishes, abouts)
        assert (found.abouts, found.asked, found.decoder) == (abouts, about, decoder)
        wishes = with_wish(wishes, about, "")
    assert choice_of(wishes, abouts).decoder == ""


def test_that_keys_and_values_are_asked_for_apart() -> None:
    assert choice_of({TOPIC: "JSON"}, [about_topic("orders", "key")]).asked is None


@given(WISHES)
def test_that_wishes_are_kept_as_they_are(wishes: dict[About, str]) -> None:
    assert wishes_from(json.loads(json.dumps(wishes_message(wishes)))) == wishes


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_that_what_is_no_wish_is_left_out(stored: object) -> None:
    assert all(about.scope in SCOPES for about in wishes_from(stored))


def test_that_the_oldest_wish_goes_where_there_are_too_many() -> None:
    wishes: dict[About, str] = {}
    for number in range(MOST + 3):
        wishes = with_wish(wishes, about_schema(number), "text")
    wishes = with_wish(wishes, about_schema(5), "JSON")  # asked for anew, it is the newest
    assert len(wishes) == MOST
    assert about_schema(2) not in wishes
    assert list(wishes)[-1] == about_schema(5)
    assert list(wishes_from(wishes_message(wishes))) == list(wishes)
