"""How the groups of a capture get on, told beside the window: all of them, and the last hour of those on the screen."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meshdesk.model.consuming import Line, last_hour, lines_of
from meshdesk.model.lag import Lags
from meshdesk.model.late import Times
from meshdesk.model.mesh import Mesh
from meshdesk.session.newest import Newest

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks

EVERY = 1.0  # s; offsets are sampled no more often
SHARE = 4  # of the time at most one part is spent on it: with 10,000 groups it takes a second or two each time
ON_SCREEN = 120  # groups whose last hour is told: some more than a tall screen shows

Hours = Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """How all groups were at a moment. Nobody changes it."""

    lines: tuple[Line, ...] = ()
    attention: int = 0  # how many of them need some
    hours: Hours = field(default_factory=dict)  # by group how far it was behind in the hour before
    moment: int | None = None  # of the cursor; None: live


@dataclass(frozen=True, slots=True)
class _Wish:
    mesh: Mesh
    lags: Lags
    tracks: "Tracks | None"
    moment: int | None  # of the cursor
    seen: tuple[str, ...]  # groups on the screen


class Consumers:
    """Of one capture. Lives on the window's thread; nothing here waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times = Times()
        self._making: Newest[_Wish, tuple[Told, float]] = Newest(self._made, "consumers")
        self._told: Told | None = None
        self._wish: _Wish | None = None
        self._due = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether they are being told anew."""
        return self._making.is_making

    def want(
        self, mesh: Mesh, lags: Lags, tracks: "Tracks | None", moment: int | None, seen: tuple[str, ...]
    ) -> Told | None:
        """How the groups were when they were last told; anew once something is known since. `seen` are on the screen."""
        if (made := self._making.take()) is not None:
            self._told, took = made
            self._due = self._clock() + max(EVERY, SHARE * took)
        wish = _Wish(mesh, lags, tracks, moment, seen[:ON_SCREEN])
        before = self._wish
        if before is None or before.moment != moment or (before.tracks is None and tracks is not None):
            is_due = True  # the cursor is somewhere else, or a file was read to its end
        else:
            is_other = before.lags is not lags or before.mesh.place != mesh.place or before.seen != wish.seen
            is_due = is_other and (moment is not None or self._clock() >= self._due) and not self._making.is_busy
        if is_due:
            self._wish = wish
            self._making.want(wish)
        return self._told

    def _made(self, wish: _Wish) -> tuple[Told, float]:
        began = self._clock()
        span = wish.tracks.span if wish.tracks is not None else None
        moment = wish.moment if wish.moment is not None else span[1] if span is not None else 0
        lines = tuple(lines_of(wish.mesh, wish.lags, wish.tracks, moment, self._times))
        hours = {}
        seen = set(wish.seen) or {line.group for line in lines[:ON_SCREEN]}
        for line in lines if wish.tracks is not None else ():
            if line.group in seen and wish.tracks is not None:
                hours[line.group] = last_hour(wish.tracks, dict(line.total.parts), line.group, moment)
        told = Told(lines, sum(line.needs_attention for line in lines), hours, wish.moment)
        return told, self._clock() - began
