"""How groups get on, in one word each: from their lag, what arrives, what they read, and for how long they rested."""

import numpy as np
import pytest

from meshdesk.model.consuming import (
    ATTENTION,
    HOUR,
    ORDER,
    POINTS,
    Line,
    State,
    last_hour,
    lines_of,
)
from meshdesk.model.fact import Fact
from meshdesk.model.lag import Commit, Lags, Total
from meshdesk.model.late import Late, Times
from meshdesk.model.mesh import Mesh
from meshdesk.model.tracks import Tracks
from tests.unit.model.facts import SEEN, company, group, mesh_of, topic

TOPIC = "orders.placed.v1"
KEY = (TOPIC, 0)


def told(
    behind: int,
    arriving: float | None = 100.0,
    reading: float | None = 100.0,
    rested: int = 0,
    lost: int = 0,
    mesh: Mesh | None = None,
    name: str = "billing",
) -> Line:
    """A group that is so many offsets behind, with what arrives and what it reads over the last minute."""
    tracks, seconds = Tracks(), range(-120, 1)
    end = 1_000_000
    for of, rate, last in (("end", arriving, end), (f"committed {name}", reading, end - behind)):
        if rate is not None:
            number = tracks.number((of, *KEY))
            seen = np.array([SEEN + 1_000 * second for second in seconds], np.int64)
            values = np.array([int(last + rate * second) for second in seconds], np.int64)
            tracks.add(np.full(len(seen), number, np.int64), seen, values)
    commits = {name: {KEY: Commit(end - behind - lost, SEEN - rested)}}
    lags = Lags(commits, {}, {KEY: (SEEN, end)}, {KEY: end - behind if lost else 0}, tracks=tracks)
    return next(line for line in lines_of(mesh or company(), lags, tracks, SEEN, Times()) if line.group == name)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (told(0), "steady"),
        (told(1_400), "steady"),
        (told(6_000, 100, 97), "not catching up"),
        (told(6_000, 100, 100), "behind"),
        (told(6_000, 100, 110), "draining"),
        (told(6_000, 100, 0, rested=61_000), "stuck"),
        (told(6_500, 100, 0, rested=20_000), "stuck"),
        (told(20, 0, 0, rested=61_000), "stuck"),
        (told(6_000, None, None), "behind"),
        (told(5, lost=9), "losing records"),
        (told(9_000, 100, 0, rested=99_000, name="old-report"), "empty"),
        (told(0, mesh=mesh_of(topic(TOPIC), *group("billing", TOPIC, state="preparing rebalance"))), "rebalancing"),
    ],
)
def test_that_how_a_group_gets_on_is_one_word(line: Line, state: State) -> None:
    assert line.state == state
    assert line.needs_attention == (state in ATTENTION)


def test_that_a_group_that_committed_nothing_is_unknown_and_one_without_members_empty() -> None:
    mesh = mesh_of(topic(TOPIC), *group("silent", TOPIC), *group("gone", TOPIC, state="empty", members=0))
    lags = Lags({}, {"silent": frozenset({KEY})}, {KEY: (SEEN, 10)}, {})
    lines = {line.group: line for line in lines_of(mesh, lags, None, SEEN, Times())}
    assert (lines["silent"].state, lines["silent"].total.offsets) == ("no commits", None)
    assert lines["gone"].state == "empty"
    assert lines["silent"].arriving is None


def test_that_a_group_of_another_kind_is_called_that_whether_its_members_are_known_or_not() -> None:
    names = {"workers": ("connect", 3), "sharing": ("share or streams", 0)}
    facts = [
        Fact("group", name, {"type": kind, "state": "", "count": count}, SEEN, "kafka")
        for name, (kind, count) in names.items()
    ]
    lines = lines_of(mesh_of(*facts), Lags({}, {}, {}, {}), None, SEEN, Times())
    assert {line.group: (line.state, line.topics) for line in lines} == dict.fromkeys(names, ("other kind", ()))


def test_that_a_line_says_the_products_and_the_rates_of_what_is_read() -> None:
    line = told(6_000, 100, 110)
    assert (line.topics, line.products) == ((TOPIC,), ("Orders",))
    assert line.arriving == pytest.approx(100)
    assert line.reading == pytest.approx(110)
    assert line.total.late is not None
    assert line.total.late.seconds == pytest.approx(60, abs=1)
    assert line.ends_in == pytest.approx(600)
    assert told(6_000, 100, 90).ends_in is None


def test_that_what_needs_attention_stands_first_and_small_changes_move_nothing() -> None:
    lines = [told(0)._replace(state=state, group=state) for state in reversed(ORDER)]
    assert [line.group for line in sorted(lines, key=lambda line: line.order)] == list(ORDER)
    total = Total(10, 0, 1, 0, Late(40.0, 0.5))
    a, b = (told(0)._replace(group=name, total=total) for name in "ab")
    later = b._replace(total=Total(10, 0, 1, 0, Late(50.0, 0.5)))
    assert a.order < later.order, "a little farther behind"
    assert b._replace(total=Total(10, 0, 1, 0, Late(99.0, 0.5))).order < a.order


def test_that_the_last_hour_is_how_far_it_was_behind_and_unknown_before_it_committed() -> None:
    tracks = Tracks()
    for of, rate, minutes in (("end", 2, 90), ("committed billing", 1, 30)):
        seen = np.arange(SEEN - minutes * 60_000, SEEN + 1, 1_000, dtype=np.int64)
        tracks.add(np.full(len(seen), tracks.number((of, *KEY)), np.int64), seen, (seen - seen[0]) // 1_000 * rate)
    lags = Lags({"billing": {KEY: Commit(1_800, SEEN)}}, {}, {KEY: (SEEN, 10_800)}, {})
    hour = last_hour(tracks, lags.of("billing"), "billing", SEEN)
    assert len(hour) == POINTS
    assert hour[0] is None
    known = [one for one in hour if one is not None]
    assert known[-1] == 9_000
    assert known == sorted(known)
    assert abs(len(known) - POINTS / 2) <= 2
    assert known[0] == pytest.approx(7_200, abs=HOUR / 1_000 / POINTS), "a record a second more"
    assert last_hour(tracks, {}, "billing", SEEN) == ()


def test_that_of_a_recording_that_is_younger_its_whole_time_is_told() -> None:
    tracks = Tracks()
    seen = np.arange(SEEN - 40_000, SEEN + 1, 1_000, dtype=np.int64)
    for of in ("end", "committed billing"):
        tracks.add(np.full(len(seen), tracks.number((of, *KEY)), np.int64), seen, (seen - seen[0]) // 1_000)
    lags = Lags({"billing": {KEY: Commit(40, SEEN)}}, {}, {KEY: (SEEN, 47)}, {})
    assert last_hour(tracks, lags.of("billing"), "billing", SEEN) == pytest.approx([7.0] * POINTS)
