"""Where the boxes of a map stood when a connection or a file was last shown: a readable file for each, so that it looks the same
the next time, whatever comes in first."""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshdesk.model.graph import LEVELS, MOST, Level
from meshdesk.model.layout import MOST_AWAY, Cell, Places, Rect, Spot
from meshdesk.session.folders import state_folder
from meshdesk.session.profiles import replace_file

log = logging.getLogger("meshdesk.session")
MAPS = 50  # files: of more connections the ones that were shown longest ago are forgotten
LARGEST = 4_000_000  # bytes of a file that is read: a map of 3,000 boxes at three levels has 0.6 MB
FAR = 10_000_000.0  # px from the middle of a map, further than any box ever stands


def maps_folder() -> Path:
    """Where the files lie: what is on the screen belongs to this machine."""
    return state_folder() / "maps"


class KeptPlaces:
    """The files of a folder. What is asked reads and writes them at once: only threads ask."""

    def __init__(self, folder: Path | None) -> None:
        """None keeps nothing, for pictures that must not depend on yesterday."""
        self._folder = folder

    def read(self, title: str) -> dict[Level, Places]:
        """What was kept of what is called so; {} where nothing was, or it was spoilt."""
        if self._folder is None:
            return {}
        file = self._file(self._folder, title)
        try:
            if file.stat().st_size > LARGEST:
                return {}
            said = json.loads(file.read_text(encoding="utf-8"))
            return {level: places_from(said["levels"][level]) for level in LEVELS if level in said["levels"]}
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return {}

    def keep(self, title: str, places: Mapping[Level, Places]) -> None:
        """From now on `read` gives this. Where it cannot be written nothing is lost but the order of a map."""
        if self._folder is None:
            return
        file = self._file(self._folder, title)
        said = {"title": title, "levels": {level: places_message(one) for level, one in places.items()}}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(file, json.dumps(said))
            self._forget_old(self._folder)
        except OSError as error:
            log.debug("the places of a map are not kept: %s", error.strerror)

    def _file(self, folder: Path, title: str) -> Path:
        """Titles are of any length and hold what no name of a file may."""
        return folder / f"{hashlib.sha256(title.encode('utf-8', 'replace')).hexdigest()[:32]}.json"

    def _forget_old(self, folder: Path) -> None:
        files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[MAPS:]:
            file.unlink(missing_ok=True)


def places_message(places: Places) -> dict[str, Any]:
    """As JSON: each box with its domain, column and row, each domain with its columns, rows and corner. Where a box is that is
    there, one that is away is forgotten: the next time it may come first."""
    taken = set(places.spots.values())
    away = {key: spot for key, spot in places.away.items() if spot not in taken}
    return {
        "boxes": [[key, spot.domain, *spot.cell] for key, spot in {**away, **places.spots}.items()],
        "domains": [[name, *places.room[name], *rect] for name, rect in {**places.domains, **places.left}.items()],
    }


def places_from(message: Mapping[str, Any]) -> Places:
    """What `places_message` wrote, all of it away for now. Raises ValueError, TypeError or KeyError where it is something else: a
    file may have been written into."""
    left = {_text(name): Rect(*map(_number, rect)) for name, _, _, *rect in message["domains"]}
    room = {_text(name): (_count(columns), _count(rows)) for name, columns, rows, *_ in message["domains"]}
    away = {
        _text(key): Spot(_text(domain), Cell(_count(column), _count(row)))
        for key, domain, column, row in message["boxes"][: MOST + MOST_AWAY]
    }
    if not {spot.domain for spot in away.values()} <= room.keys() or (0, 0) in room.values():
        raise ValueError("a box stands nowhere")
    return Places(room=room, away=away, left=left)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]} is no name")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= MOST + MOST_AWAY:
        raise ValueError(f"{str(value)[:40]} is no column and no row")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not abs(value) <= FAR:  # NaN is not either
        raise ValueError(f"{str(value)[:40]} is no place")
    return float(value)
