"""The beat: session first, then the views; lateness, work and skips are counted."""

import pytest
from pytestqt.qtbot import QtBot

from meshdesk.ui.beat import BEAT_MS, HURRY_MS, Beat, Measured


class Clock:
    """A clock that goes on when it is told to, in ms."""

    def __init__(self) -> None:
        self.ms = 1_000.0

    def __call__(self) -> float:
        return self.ms / 1000


class Session:
    def __init__(self, said: list[str]) -> None:
        self._said, self.has_news = said, True

    def beat(self) -> None:
        self._said.append("session")


def beat_on(said: list[str], clock: Clock, work_ms: float = 0.0) -> Beat:
    def refresh() -> None:
        said.append("views")
        clock.ms += work_ms

    beat = Beat(Session(said), refresh, clock=clock)
    beat.start()
    return beat


def test_that_the_session_is_emptied_before_the_views_look(qtbot: QtBot) -> None:
    said: list[str] = []
    beat_on(said, Clock()).once()
    assert said == ["session", "views"]


def test_that_a_beat_knows_how_late_it_was_and_how_long_it_worked(qtbot: QtBot) -> None:
    clock = Clock()
    beat = beat_on([], clock, work_ms=4)
    clock.ms += BEAT_MS + 5
    beat.once()
    assert beat.lateness.max == pytest.approx(5)
    assert beat.work.max == pytest.approx(4)
    clock.ms += BEAT_MS - 5 - 4
    beat.once()
    assert beat.lateness.p50 == pytest.approx(0, abs=1e-6)


def test_that_missed_beats_are_counted_and_not_made_up_for(qtbot: QtBot) -> None:
    clock = Clock()
    said: list[str] = []
    beat = beat_on(said, clock)
    clock.ms += BEAT_MS * 4 + 1
    beat.once()
    assert beat.skipped == 3
    assert said == ["session", "views"]
    clock.ms += BEAT_MS
    beat.once()
    assert beat.skipped == 3
    assert beat.lateness.quantile(0.0) == pytest.approx(0, abs=1e-6)


def test_that_the_work_of_a_beat_that_fails_is_counted(qtbot: QtBot) -> None:
    clock = Clock()

    def refresh() -> None:
        clock.ms += 7
        raise RuntimeError("a view has a mistake")

    beat = Beat(Session([]), refresh, clock=clock)
    with pytest.raises(RuntimeError):
        beat.once()
    assert beat.work.max == pytest.approx(7)


def test_that_the_timer_beats(qtbot: QtBot) -> None:
    said: list[str] = []
    beat = Beat(Session(said), lambda: said.append("views"))
    beat.start()
    qtbot.waitUntil(lambda: len(said) >= 6, timeout=5_000)
    beat.stop()
    assert beat.report()["beat_ms"] == BEAT_MS
    assert beat.work.count >= 3


def test_that_figures_are_bounded_and_by_nearest_rank() -> None:
    measured = Measured(kept=100)
    for ms in range(1_000):
        measured.add(ms)
    assert measured.count == 1_000
    assert (measured.p50, measured.p99, measured.max) == (949, 998, 999)
    assert Measured().p99 == 0.0


def test_that_somebody_who_waits_has_a_beat_in_between_and_the_others_come_when_they_would_have(qtbot: QtBot) -> None:
    said: list[str] = []
    beat = Beat(Session(said), lambda: None)
    beat.hurry()
    qtbot.wait(HURRY_MS * 3)
    assert said == []  # not before it was started
    beat.start()
    for _ in range(3):
        beat.hurry()  # once is enough
    qtbot.waitUntil(lambda: len(said) == 1, timeout=BEAT_MS)
    assert beat.lateness.count == 0
    qtbot.waitUntil(lambda: beat.lateness.count == 2, timeout=5_000)
    beat.stop()
    assert len(said) == 3


def test_that_nothing_is_done_between_two_beats_before_there_is_something_to_take(qtbot: QtBot) -> None:
    said: list[str] = []
    session = Session(said)
    session.has_news = False
    beat = Beat(session, lambda: None)
    beat.start()
    beat.hurry()
    qtbot.waitUntil(lambda: beat.lateness.count == 1, timeout=5_000)
    assert said == ["session"]
    beat.hurry()
    session.has_news = True
    qtbot.waitUntil(lambda: len(said) >= 2, timeout=5_000)
    session.has_news = False
    beat.hurry()
    qtbot.waitUntil(lambda: beat.lateness.count >= 3, timeout=5_000)
    beat.stop()
    qtbot.wait(HURRY_MS * 3)
    assert len(said) <= beat.lateness.count + 1
