"""Pictures are drawn up in a thread: one at a time, the newest wish wins, and what stood stays where it was."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from meshdesk.model.graph import Level
from meshdesk.model.lag import Commit, Lags, Total
from meshdesk.model.late import Late
from meshdesk.model.layout import Layout
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.tracks import Tracks
from meshdesk.session.pictures import LAGS_EVERY, Picture, Pictures, drawn
from tests.programs.running import wait_until
from tests.unit.model.shop import mesh_of, reads, shop, topic


def picture_of(pictures: Pictures, mesh: Mesh, level: Level = "topics") -> Picture:
    """The picture of exactly this mesh, once it is there."""
    found: list[Picture] = []

    def is_there() -> bool:
        picture = pictures.want(mesh, level)
        if picture is not None and picture.mesh.place == mesh.place and picture.mesh.timeline is mesh.timeline:
            found.append(picture)
        return bool(found)

    wait_until(is_there, "the picture")
    return found[0]


class Slow:
    """Draws only when it is told to."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, Level]] = []
        self.may = threading.Semaphore(0)

    def __call__(self, mesh: Mesh, level: Level, before: Layout | None) -> Picture:
        self.begun.append((mesh.place, level))
        self.may.acquire()
        return drawn(mesh, level, before)


def test_that_nothing_waits_and_a_picture_of_the_mesh_comes() -> None:
    pictures = Pictures()
    mesh = shop().now()
    assert pictures.want(mesh, "domains") is None
    picture = picture_of(pictures, mesh, "domains")
    assert [box.title for box in picture.graph.boxes] == ["fraud", "sales", ""]
    assert picture.layout.boxes.keys() == {box.key for box in picture.graph.boxes}
    assert pictures.want(mesh, "domains") is picture
    assert not pictures.is_drawing


def test_that_a_mesh_that_has_grown_is_drawn_anew_and_moves_nothing_that_stood() -> None:
    mesh, pictures = shop(), Pictures()
    before = picture_of(pictures, mesh.now())
    fold(mesh, [topic("fraud.rules.v1"), *reads("fraud-alerts", "fraud.rules.v1")])
    after = picture_of(pictures, mesh.now())
    assert len(after.graph.boxes) == len(before.graph.boxes) + 2
    assert [
        key for key, rect in before.layout.boxes.items() if after.layout.boxes[key] != rect and "fraud" not in key
    ] == []


def test_that_of_many_wishes_the_newest_is_drawn_next() -> None:
    slow = Slow()
    pictures = Pictures(slow)
    mesh = mesh_of(topic("a.one"))
    pictures.want(mesh.now(), "topics")
    wait_until(lambda: slow.begun, "the first one to begin")
    places = []
    for number in range(5):
        fold(mesh, [topic(f"a.two{number}")])
        places.append(mesh.now())
        assert pictures.want(places[-1], "topics") is None
    slow.may.release(2)
    picture = picture_of(pictures, places[-1])
    assert [place for place, _ in slow.begun] == [1, 6]
    assert len(picture.graph.boxes) == 6


def test_that_a_wish_that_was_met_meanwhile_is_not_drawn_twice() -> None:
    slow = Slow()
    pictures = Pictures(slow)
    mesh = mesh_of(topic("a.one")).now()
    slow.may.release(9)
    ask: Callable[[], object] = lambda: pictures.want(mesh, "topics")  # noqa: E731
    ask()
    ask()
    wait_until(ask, "the picture")
    ask()
    wait_until(lambda: not pictures.is_drawing, "rest")
    assert len(slow.begun) == 1


def test_that_lags_are_counted_in_a_thread_at_most_once_a_second() -> None:
    now = [0.0]
    pictures = Pictures(clock=lambda: now[0])
    lags = Lags({"g": {("t", 0): Commit(7, 0)}}, ends={("t", 0): (1_000, 10)}, beginnings={("t", 0): 0})
    assert pictures.behind(lags) == {}
    wait_until(lambda: pictures.behind(lags), "the lags")
    assert pictures.behind(lags) == {("g", "t"): Total(3, 0, 1, 0)}
    later = Lags(lags.commits, ends={("t", 0): (2_000, 20)}, beginnings={("t", 0): 0})
    assert pictures.behind(later) == {("g", "t"): Total(3, 0, 1, 0)}
    now[0] = LAGS_EVERY
    wait_until(lambda: pictures.behind(later) == {("g", "t"): Total(13, 0, 1, 0)}, "the new lags")


def test_that_the_lags_of_a_file_are_counted_anew_at_once_when_all_its_samples_are_read() -> None:
    pictures = Pictures(clock=lambda: 0.0)
    tracks = Tracks()
    seen = np.arange(0, 101_000, 1_000, dtype=np.int64)
    tracks.add(np.full(len(seen), tracks.number(("end", "t", 0)), np.int64), seen, seen // 1_000)
    lags = Lags({"g": {("t", 0): Commit(7, 0)}}, ends={("t", 0): (100_000, 100)}, beginnings={("t", 0): 0})
    wait_until(lambda: pictures.totals(lags), "the lags")
    assert pictures.totals(lags)["g"].late is None
    counted = pictures.counted
    whole = replace(lags, tracks=tracks)
    wait_until(lambda: pictures.totals(whole)["g"].late == Late(92.5, 0.5), "the time")
    assert pictures.counted == counted + 1
