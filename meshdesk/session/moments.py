"""A capture at a moment of its past: the same as its newest reading, of that moment. Made beside the window."""

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from meshdesk.model.lag import OF, Commit, Lags
from meshdesk.model.late import reached
from meshdesk.model.mesh import Mesh
from meshdesk.model.rates import WINDOW, Key
from meshdesk.session.newest import Newest
from meshdesk.session.readings import Reading, Topic

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks


class Moments:
    """What one capture was at the moment that the cursor is on. Lives on the window's thread."""

    def __init__(self) -> None:
        self._making: Newest[tuple[Reading, int], tuple[int, Reading]] = Newest(_made, "moment")
        self._shown: tuple[int, Reading] | None = None  # of which moment it is
        self._wish: tuple[Reading, int] | None = None  # what is made, or will be

    @property
    def is_busy(self) -> bool:
        """Whether the reading of a moment is on its way."""
        return self._making.is_making

    def want(self, now: Reading, moment: int | None) -> Reading:
        """What is to be shown: `now` where the cursor is live. Else the newest one that is made, and that of the moment is
        on its way; until the first of them is there, what is now stays on the screen."""
        made = self._making.take()
        if moment is None:
            self._shown = self._wish = None
            return now
        if made is not None and self._wish is not None:
            self._shown = made
        wish = (now, moment)
        if self._wish is None or self._wish[1] != moment or (self._is_new(now, moment) and not self._making.is_busy):
            self._wish = wish
            self._making.want(wish)
        return now if self._shown is None else self._shown[1]

    def _is_new(self, now: Reading, moment: int) -> bool:
        """Whether what came since says anything of the moment: most of what comes is later."""
        if self._wish is None or now is self._wish[0]:
            return False
        before = self._wish[0]
        return before.mesh.at(moment).place != now.mesh.at(moment).place or (
            before.ended != now.ended and (before.ended is None or before.ended <= moment)
        )


def _made(wish: tuple[Reading, int]) -> tuple[int, Reading]:
    now, moment = wish
    return moment, reading_at(now, moment)


def reading_at(now: Reading, moment: int) -> Reading:
    """What a capture held at a moment (ms since the epoch): its mesh, the offsets and rates of its topics, who was how far behind.

    The rows of a topic are those that were read since, as a list shows them at any moment.
    """
    mesh = now.mesh.at(moment)
    known, tracks = mesh.topics, now.tracks
    _ = mesh.placing, mesh.groups  # made here, so that the window finds them ready
    ends = tracks.at(moment, "end") if tracks is not None else {}
    beginnings = (
        {key: value for key, (_, value) in tracks.at(moment, "beginning").items()} if tracks is not None else {}
    )
    records, rates = _records(ends, beginnings), _rates(tracks, moment)
    rows = {topic.name: topic for topic in now.topics}
    topics = tuple(
        Topic(
            name=name,
            partitions=known[name].partitions,
            records=records.get(name),
            rate=rates.get(name),
            rows=rows[name].rows if name in rows else 0,
            tailing=name in rows and rows[name].tailing,
            internal=known[name].internal,
        )
        for name in sorted(known)
    )
    lags = replace(_lags(tracks, mesh, moment, ends, beginnings), points=reached(now.mesh), tracks=tracks)
    return replace(now, topics=topics, mesh=mesh, lags=lags)


def _records(ends: dict[Key, tuple[int, int]], beginnings: dict[Key, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, (_, end) in ends.items():
        if key in beginnings:
            found[key[0]] = found.get(key[0], 0) + max(0, end - beginnings[key])
    return found


def _rates(tracks: "Tracks | None", moment: int) -> dict[str, float]:
    """Records a second by topic; topics of which that is not known of any partition are left out."""
    if tracks is None:
        return {}
    keys = tracks.keys("end")
    found: dict[str, float] = {}
    rates = tracks.rates([("end", *key) for key in keys], moment, WINDOW).tolist()
    for (topic, _), rate in zip(keys, rates, strict=True):
        if not isnan(rate):
            found[topic] = found.get(topic, 0.0) + rate
    return found


def _lags(
    tracks: "Tracks | None", mesh: Mesh, moment: int, ends: dict[Key, tuple[int, int]], beginnings: dict[Key, int]
) -> Lags:
    if tracks is None:
        return Lags()
    groups = mesh.groups
    commits = {}
    for kind in tracks.kinds():
        name = kind.removeprefix(OF)
        if kind.startswith(OF) and name in groups:
            mine = {key: Commit(value, seen) for key, (seen, value) in tracks.at(moment, kind).items() if value >= 0}
            if mine:
                commits[name] = mine
    assigned = {}
    for name, group in groups.items():
        keys = [
            (topic, number) for member in group.members for topic, numbers in member.reads.items() for number in numbers
        ]
        assigned[name] = frozenset(keys)
    return Lags(commits, assigned, ends, beginnings)
