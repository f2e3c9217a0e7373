"""Pictures are drawn up in a thread: one at a time, the newest wish wins, and what stood stays where it was."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from meshdesk.model.fact import Fact
from meshdesk.model.graph import LEVELS, Level
from meshdesk.model.lag import Commit, Lags, Total
from meshdesk.model.late import Late
from meshdesk.model.layout import Layout
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.tracks import Tracks
from meshdesk.session.kept_places import KeptPlaces
from meshdesk.session.pictures import LAGS_EVERY, Picture, Pictures, drawn
from tests.programs.running import wait_until
from tests.unit.model.shop import contract, mesh_of, product, reads, shop, topic


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


def company() -> list[Fact]:
    """Three domains with products, topics of none, and groups, in this order."""
    domains = {"sales": 6, "fraud": 5, "shipping": 7}
    topics = [f"{domain}.{number}.v1" for domain, many in domains.items() for number in range(many)]
    topics += ["lonely", "kq.a9"]
    declared = [
        fact
        for name in topics[:-4]
        for fact in (contract(name, name[:4], name), product(name, name[:4], name, topics[len(name) % 7]))
    ]
    readers = [fact for number, name in enumerate(topics) for fact in reads(f"group-{number % 8}", name)]
    return [*map(topic, topics), *declared, *readers]


def run(folder: Path, order: int, title: str = "acme") -> dict[Level, Layout]:
    """What stands in the end on the maps of a window that hears of the company in another order, piece by piece."""
    facts = company()
    random.Random(order).shuffle(facts)
    mesh, pictures = Mesh(), Pictures(kept=KeptPlaces(folder), title=lambda: title)
    for first in range(0, len(facts), 13):
        fold(mesh, [fact._replace(seen=first) for fact in facts[first : first + 13]])
        for level in LEVELS:
            picture_of(pictures, mesh.now(), level)
    return {level: picture_of(pictures, mesh.now(), level).layout for level in LEVELS}


def test_that_a_map_looks_the_same_the_next_time_whatever_is_heard_of_first(tmp_path: Path) -> None:
    first = run(tmp_path, 1)
    assert len(first["topics"].boxes) > 20
    assert first != run(tmp_path / "other", 2)  # the order does matter
    for order in (2, 3, 4):
        again = run(tmp_path, order)
        assert [again[level].boxes for level in LEVELS] == [first[level].boxes for level in LEVELS]
        assert [again[level].domains for level in LEVELS] == [first[level].domains for level in LEVELS]


def test_that_a_file_whose_title_is_read_from_it_has_the_places_of_its_connection(tmp_path: Path) -> None:
    first, mesh, titles = run(tmp_path, 1)["topics"], mesh_of(*company()).now(), ["acme-24-nov"]
    pictures = Pictures(kept=KeptPlaces(tmp_path), title=lambda: titles[-1])
    assert not picture_of(pictures, Mesh().now()).layout.boxes  # before it was read
    titles.append("acme")
    assert picture_of(pictures, mesh).layout.boxes == first.boxes
    assert len(list(tmp_path.iterdir())) == 1


def test_that_another_connection_has_places_of_its_own(tmp_path: Path) -> None:
    mesh = mesh_of(*company()).now()
    run(tmp_path, 1)
    fresh = picture_of(Pictures(), mesh).layout
    assert picture_of(Pictures(kept=KeptPlaces(tmp_path), title=lambda: "other"), mesh).layout == fresh
