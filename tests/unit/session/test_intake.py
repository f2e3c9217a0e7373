"""What comes into a live capture: its rate, a backlog with its end in sight, and pauses that are said while they last."""

from typing import Any

import pytest

from meshdesk.session.intake import BACKLOG, BACKLOG_OVER, PAUSED, RATE_WINDOW, READING, Intake
from meshdesk.session.readings import Reading
from meshdesk.session.works import SEEN_AFTER, Works

FULL, OTHER = "Reading is paused: it is full.", "Reading is paused: the disk is full."


class Live:
    """An intake with a clock of its own, and what it said."""

    def __init__(self) -> None:
        self.now = 100.0
        self.works = Works(lambda: self.now)
        self.said: list[str] = []
        self.stopped = 0
        self.intake = Intake(
            self.works, lambda: "orders", self.stop, self.said.append, self.said.remove, clock=lambda: self.now
        )

    def stop(self) -> None:
        self.stopped += 1

    def hear(self, is_reading: bool = True, **progress: Any) -> bool:
        return self.intake.hear({"behind": 0, **progress}, is_reading)

    def after(self, seconds: float) -> list[str]:
        """What is said after so many seconds more."""
        self.now += seconds
        self.intake.beat()
        return self.said

    def captured(self, rows: int, dropped: int = 0, is_live: bool = True) -> float:
        self.intake.count(Reading(total=rows, dropped=dropped), is_live)
        return self.intake.status.rows_rate


@pytest.fixture
def live() -> Live:
    return Live()


def test_that_the_rate_is_that_of_the_last_seconds_and_counts_what_was_dropped(live: Live) -> None:
    assert live.captured(1_000) == 0
    live.now += 1.0
    assert live.captured(1_500) == 500
    live.now += 1.0
    assert live.captured(200, dropped=1_800) == 500, "fewer are there, and more did arrive"
    live.now += RATE_WINDOW + 0.1
    assert live.captured(200, dropped=1_800) == 0
    live.now += 1.0
    assert live.captured(900, is_live=False, dropped=1_800) == 0
    assert (live.intake.status.rows, live.intake.status.dropped) == (900, 1_800)


def test_that_a_backlog_is_told_until_a_tail_keeps_up_and_can_be_stopped(live: Live) -> None:
    live.captured(50)
    live.hear(behind=BACKLOG - 1)
    assert not live.works.runs(READING), "less is there before it is read"
    live.hear(behind=BACKLOG)
    assert live.works.runs(READING)
    live.captured(10_050)
    live.hear(behind=BACKLOG_OVER)
    live.now += SEEN_AFTER
    (work,) = live.works.now
    assert (work.text, work.done, work.of) == ("Reading orders", 10_000, 10_000 + BACKLOG_OVER)
    assert work.cancel is not None
    work.cancel()
    assert live.stopped == 1
    live.hear(behind=BACKLOG_OVER - 1)
    assert not live.works.runs(READING)
    live.hear(behind=BACKLOG)
    live.hear(is_reading=False, behind=BACKLOG)
    assert not live.works.runs(READING), "nothing is read"


def test_that_only_what_is_otherwise_is_told(live: Live) -> None:
    assert live.hear(behind=3)
    assert not live.hear(behind=3)
    assert live.hear(behind=3, dropped=1)
    assert live.hear(behind=3, dropped=1, paused=FULL)
    assert not live.hear(behind=3, dropped=1, paused=FULL)


def test_that_a_pause_is_said_once_it_lasts_and_taken_back_when_it_is_over_or_another(live: Live) -> None:
    live.hear(paused=FULL)
    assert live.after(PAUSED) == []
    assert live.after(0.1) == [FULL]
    assert live.after(PAUSED) == [FULL]
    live.hear(paused=OTHER)
    assert live.said == []
    assert live.after(PAUSED + 0.1) == [OTHER]
    live.hear()
    assert live.said == []
    for _ in range(5):  # each of them is over in a moment
        live.hear(paused=FULL)
        assert live.after(PAUSED - 0.1) == []
        live.hear()
        assert live.after(0.2) == []


def test_that_nothing_is_behind_and_no_pause_is_said_once_nothing_comes_any_more(live: Live) -> None:
    live.captured(50)
    live.hear(behind=BACKLOG, paused=FULL)
    assert live.after(PAUSED + 0.1) == [FULL]
    live.intake.rest()
    status = live.intake.status
    assert (live.said, status.behind, status.paused, status.rows) == ([], None, "", 50)
    assert not live.works.runs(READING)
