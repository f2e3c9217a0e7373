"""When something changes."""

from itertools import islice, pairwise

from meshdesk.demo import schemas
from meshdesk.demo.story.versions import CYCLE, EVERY, OPENING, READY, changes, ratings_added


def test_that_a_short_look_sees_a_change_and_then_every_ten_minutes_one_comes() -> None:
    times = [at for at, _ in islice(changes(), 60)]
    assert times[0] <= 60_000
    assert times[1] <= 120_000
    assert {after - before for before, after in pairwise(times[2:])} == {EVERY} == {600_000}


def test_that_what_comes_in_a_round_goes_in_it_too_and_every_kind_is_there() -> None:
    assert {*CYCLE, *OPENING} == {
        "group joins",
        "group leaves",
        "member joins",
        "member leaves",
        "new topic",
        "topic goes",
        "new version",
    }
    there = set[str]()
    for _, what in islice(changes(), 200):
        thing, _, does = what.partition(" ") if not what.startswith("new") else (what.split(" ")[1], "", "joins")
        if thing == "version":
            continue
        assert (thing in there) == (does in ("leaves", "goes"))
        there ^= {thing}


def test_that_ratings_use_a_version_when_it_is_surely_registered_and_no_more_than_there_are() -> None:
    news = [at for at, what in islice(changes(), 200) if what == "new version"]
    for number, at in enumerate(news[: len(schemas.ADDED)], 1):
        assert ratings_added(at + READY - 1) == number - 1
        assert ratings_added(at + READY) == number
    assert ratings_added(news[-1] + READY) == len(schemas.ADDED)
