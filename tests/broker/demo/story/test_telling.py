"""The story as a whole: the same for the same seed, ordered, believable."""

import collections
import hashlib
import os
import subprocess
import sys
from itertools import islice

from meshdesk.demo import topics
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.telling import DAY, HISTORY, events
from tests.broker.demo.story.told import MINUTES, NOW


def history(story: list[Event]) -> list[Event]:
    return [event for event in story if event.timestamp_ms < NOW]


def fingerprint(told: list[Event]) -> str:
    return hashlib.sha256("\n".join(map(repr, told)).encode()).hexdigest()


def test_that_the_same_seed_tells_the_same_bytes_in_another_process_and_another_seed_others() -> None:
    program = (
        "from itertools import islice; from tests.broker.demo.story.test_telling import *; "
        "print(fingerprint([*islice(events(7, NOW - DAY, NOW), 5000)]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Tokyo"}
    other = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert fingerprint([*islice(events(7, NOW - DAY, NOW), 5000)]) == other
    assert fingerprint([*islice(events(8, NOW - DAY, NOW), 5000)]) != other


def test_that_a_week_comes_in_the_order_of_time_and_is_not_too_much_to_wait_for() -> None:
    times, days = [], collections.Counter[int]()
    for event in events(7, NOW - HISTORY, NOW):
        if event.timestamp_ms >= NOW:
            break
        times.append(event.timestamp_ms)
        days[(NOW - 1 - event.timestamp_ms) // DAY] += 1
    assert times == sorted(times)
    assert NOW - HISTORY <= times[0] < NOW - HISTORY + 3_600_000
    assert 60_000 <= len(times) <= 120_000
    assert sorted(days) == [*range(7)]
    assert min(days.values()) > 4_000


def test_that_the_day_has_a_quiet_night_and_ends_in_a_rush_that_goes_on(story: list[Event]) -> None:
    hours = collections.Counter(
        event.timestamp_ms // 3_600_000 % 24 for event in story if event.timestamp_ms < NOW - 3_600_000
    )
    assert hours[19] > 8 * hours[3] > 0
    live = len(story) - len(history(story))
    assert 40 <= live / (MINUTES * 60) <= 90
    before = [event for event in story if NOW - 60_000 <= event.timestamp_ms < NOW]
    assert 30 <= len(before) / 60 <= 90


def test_that_every_topic_has_its_share(story: list[Event]) -> None:
    counts = collections.Counter(event.topic for event in story)
    assert set(counts) == {topic.name for topic in topics.TOPICS}
    assert min(counts.values()) >= 5


def test_that_a_value_is_only_missing_where_a_profile_is_deleted(story: list[Event]) -> None:
    assert {event.topic for event in story if event.value is None} == {topics.PROFILES}
