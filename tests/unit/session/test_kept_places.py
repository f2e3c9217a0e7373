"""Places of maps are kept from run to run: bounded, and a file that was spoilt is as good as none."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from meshdesk.model.graph import Box, Graph
from meshdesk.model.layout import Layout, Places, laid_out
from meshdesk.session.kept_places import MAPS, KeptPlaces, places_from, places_message
from tests.unit.model.test_layout import is_sound


def places(domains: int = 3, boxes: int = 4) -> Places:
    each = [Box(f"topic {d}.{n}", "topic", f"{d}.{n}", f"domain {d}") for d in range(domains) for n in range(boxes)]
    return laid_out(Graph("topics", tuple(each))).places


def as_away(known: Places) -> Places:
    return Places(room=known.room, away=known.spots, left=known.domains)


def test_that_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept, one, other = KeptPlaces(tmp_path / "maps"), places(), places(2)
    kept.keep("acme", {"topics": one, "domains": other})
    kept.keep("https://x/ü" * 100, {"topics": other})
    assert kept.read("acme") == {"domains": as_away(other), "topics": as_away(one)}
    assert kept.read("https://x/ü" * 100) == {"topics": as_away(other)}
    assert kept.read("never seen") == {}


def test_that_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    KeptPlaces(tmp_path / "maps").keep("acme", {"topics": places()})
    (file,) = (tmp_path / "maps").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_that_of_many_maps_those_are_forgotten_that_were_shown_longest_ago(tmp_path: Path) -> None:
    kept = KeptPlaces(tmp_path)
    for number in range(MAPS + 5):
        kept.keep(str(number), {"topics": places(1, 1)})
        newest = max(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    kept.keep("last", {"topics": places(1, 1)})
    assert len(list(tmp_path.iterdir())) == MAPS
    assert [bool(kept.read(title)) for title in ("0", "5", "6", str(MAPS + 4), "last")] == [
        False,
        False,
        True,
        True,
        True,
    ]


def spoilt(what: str) -> Any:
    said = places_message(places())
    if what == "in no domain":
        said["boxes"][0][1] = "nowhere"
    elif what == "not a number":
        said["domains"][0][3] = "left"
    elif what == "infinitely far":
        said["domains"][0][3] = 1e300
    else:
        said["boxes"] = what
    return said


@pytest.mark.parametrize(
    "what",
    ["in no domain", "not a number", "infinitely far", "no list"],
)
def test_that_a_file_that_somebody_wrote_into_is_as_good_as_none(tmp_path: Path, what: str) -> None:
    kept = KeptPlaces(tmp_path)
    kept.keep("acme", {"topics": places()})
    (file,) = tmp_path.iterdir()
    said = json.loads(file.read_text(encoding="utf-8"))
    said["levels"]["topics"] = spoilt(what)
    file.write_text(json.dumps(said), encoding="utf-8")
    assert kept.read("acme") == {}
    with pytest.raises((ValueError, TypeError, KeyError)):
        places_from(spoilt(what))


def test_that_boxes_that_somebody_wrote_upon_each_other_stand_apart(tmp_path: Path) -> None:
    said = places_message(places())
    for box in said["boxes"]:
        box[2:] = [0, 0]
    said["boxes"][5][3] = 2_000
    for domain in said["domains"]:
        domain[3:5] = [0.0, 0.0]
    each = [Box(f"topic {d}.{n}", "topic", f"{d}.{n}", f"domain {d}") for d in range(3) for n in range(4)]
    graph = Graph("topics", tuple(each))
    assert is_sound(graph, laid_out(graph, Layout(places=places_from(said))))


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"levels": 7}', "[" * 100_000])
def test_that_a_file_that_is_something_else_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    kept = KeptPlaces(tmp_path)
    kept.keep("acme", {"topics": places()})
    (file,) = tmp_path.iterdir()
    file.write_text(text, encoding="utf-8")
    assert kept.read("acme") == {}


def test_that_a_disk_that_takes_nothing_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file where the folder should be", encoding="utf-8")
    kept = KeptPlaces(tmp_path / "maps")
    kept.keep("acme", {"topics": places()})
    assert kept.read("acme") == {}


def test_that_pictures_keep_nothing() -> None:
    kept = KeptPlaces(None)
    kept.keep("acme", {"topics": places()})
    assert kept.read("acme") == {}
