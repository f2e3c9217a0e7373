"""Lag in time: how long ago the record that a group has to read next was there, and how exactly that is known. Pure.

Where the recording has seen the end of the partition pass that offset, the record came between two samples of it. Where it
is older than the recording, collect looks for its timestamp (ListOffsets by timestamp, step by step); those are facts of the
kind `reached`, and an offset between two that are known came between their times.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh
from meshdesk.model.rates import Key

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks

KIND = "reached"
BEHIND, FAR_BEHIND = 15.0, 60.0  # s; a group that commits every five seconds is always some behind
KNOWN = 20_000  # offsets whose time is remembered: of a stuck group it is looked for once
AT_ONCE = 3_000  # offsets that are looked for in one pass, each some 0.1 ms of an hour's samples; the others come next


class Late(NamedTuple):
    """How long ago something was, in seconds."""

    seconds: float
    within: float  # it may be so much more or less

    def __str__(self) -> str:
        return f"{self.seconds:g} s ± {self.within:g}"


class Point(NamedTuple):
    """When the record at an offset was written, by its timestamp."""

    offset: int
    at: int  # ms since the epoch
    within: int  # ms either way


ON_TIME = Late(0.0, 0.0)
Points = Mapping[Key, Sequence[Point]]  # each in the order of offsets
Samples = Sequence[tuple[int, int]]  # when it was seen (ms), the end offset


def reached(mesh: Mesh) -> Points:
    """The offsets whose time was looked for, by partition. Nobody changes it."""
    return mesh.timeline.derived(KIND, (KIND,), mesh.place, lambda: dict(_points(mesh)))


def about(key: Key) -> str:
    """What the fact of a partition is about; a topic's name holds no space."""
    return f"{key[0]} {key[1]}"


def value_of(points: Sequence[Point]) -> dict[str, list[int]]:
    """What the fact of a partition says."""
    return {name: [getattr(point, name) for point in points] for name in Point._fields}


def within_of(late_by: int) -> int:
    """To how many ms either way the time of a record is looked for that lies back so many: to a second, or to 2 %."""
    return max(1_000, late_by // 50)


class Times:
    """When ends passed offsets, as samples say; remembered. Of one thread."""

    def __init__(self) -> None:
        self._known: dict[tuple[Key, int], tuple[int, int]] = {}
        self._left = AT_ONCE

    def begin(self) -> None:
        """A new pass: so many may be looked for again."""
        self._left = AT_ONCE
        while len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]

    def late(
        self,
        key: Key,
        offset: int,
        end: tuple[int, int],
        recent: Samples = (),
        tracks: "Tracks | None" = None,
        points: Sequence[Point] = (),
    ) -> Late | None:
        """How long before the `end` was seen (ms, offset) the record at `offset`, before that end, came; None is not known."""
        seen = end[0]
        passed = (
            _between(recent, offset) or self._known.get((key, offset)) or self._looked_for(key, offset, seen, tracks)
        )
        if passed is None:
            began = tracks.span[0] if tracks is not None and tracks.span is not None else seen
            passed = _from_points(points, offset, min(began, seen))
        if passed is None:
            return None
        low, high = passed
        late = Late(max(0.0, (seen - (low + high) / 2) / 1000), (high - low) / 2000)
        return late if late.within <= max(1.0, late.seconds / 2) else None  # of more it says nothing

    def _looked_for(self, key: Key, offset: int, seen: int, tracks: "Tracks | None") -> tuple[int, int] | None:
        if tracks is None or self._left <= 0:
            return None
        self._left -= 1
        passed = tracks.reached(("end", *key), offset, seen)
        if passed is not None:
            self._known[key, offset] = passed
        return passed


def _between(samples: Samples, offset: int) -> tuple[int, int] | None:
    """Between which two samples the end passed an offset; None where that was not between any two of them."""
    if not samples or samples[0][1] > offset or samples[-1][1] <= offset:
        return None
    low = samples[0][0]
    for seen, end in samples:
        if end > offset:
            return low, seen
        low = seen
    return None


def _from_points(points: Sequence[Point], offset: int, began: int) -> tuple[int, int] | None:
    """Between which moments the record was written, which is older than the recording (`began`, ms)."""
    at = bisect_left(points, offset, key=lambda point: point.offset)
    if at < len(points) and points[at].offset == offset:
        return points[at].at - points[at].within, points[at].at + points[at].within
    if at == 0:
        return None
    low = points[at - 1].at - points[at - 1].within
    return low, points[at].at + points[at].within if at < len(points) else max(low, began)


def _points(mesh: Mesh) -> list[tuple[Key, tuple[Point, ...]]]:
    return [(_key(subject), mesh.timeline.made(claims[0], _made)) for subject, claims in mesh.each(KIND)]


def _key(subject: str) -> Key:
    topic, _, number = subject.rpartition(" ")
    return topic, int(number)


def _made(fact: Fact) -> tuple[Point, ...]:
    value = fact.value or {}
    return tuple(
        sorted(Point(*map(int, one)) for one in zip(*(value.get(name, ()) for name in Point._fields), strict=False))
    )
