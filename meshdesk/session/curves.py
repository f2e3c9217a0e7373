"""Curves of throughput, computed beside the window: the newest that was asked for, and not more often than anybody sees."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from meshdesk.model.asked import MINUTE, Asked
from meshdesk.model.mesh import Mesh
from meshdesk.session.newest import Newest

if TYPE_CHECKING:  # numpy takes 0.1 s to import; in the thread nobody waits for it
    from meshdesk.model.curves import Curves, Grown, Read

EVERY = 0.5  # s; samples come once a second
SHARE = 5  # so many times as long as they took, nothing is computed: a thread of a large mesh takes a fifth of a core


class Content(NamedTuple):
    """What curves are made of, and how far it has come."""

    tracks: "Grown | None"
    sizes: "Read | None"
    mesh: Mesh
    revision: object  # differs where there is more


class Made(NamedTuple):
    """Curves, and how long they took (s)."""

    curves: "Curves"
    took: float


Make = Callable[[tuple[Content, Asked]], Made]


class CurveMaker:
    """The curves of one capture. Lives on the window's thread."""

    def __init__(self, make: Make | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`make` computes them; None is the usual way."""
        self._clock = clock
        self._making = Newest(make or Computing(), "curves")
        self._newest: Curves | None = None
        self._asked: Asked | None = None  # what is computed, or was
        self._of: tuple[object, int] = (None, 0)  # of what
        self._rests_until = 0.0

    @property
    def is_making(self) -> bool:
        """Whether curves are on their way."""
        return self._making.is_making

    def want(self, content: Content, asked: Asked) -> "Curves | None":
        """The newest curves, perhaps of something that was asked for before; those of this are on their way."""
        made = self._making.take()
        if made is not None:
            self._newest = made.curves
            self._rests_until = self._clock() + max(EVERY, SHARE * made.took)
        of = (content.revision, content.mesh.place)
        is_other = self._asked is None or _shape(asked) != _shape(self._asked)
        has_grown = asked != self._asked or of != self._of
        if is_other or (has_grown and not self._making.is_busy and self._clock() >= self._rests_until):
            self._asked, self._of = asked, of
            self._making.want((content, asked))
        return self._newest


def _shape(asked: Asked) -> tuple[object, ...]:
    """What somebody has chosen: that is computed at once. That time goes by can wait."""
    return asked.by, asked.of, asked.end - asked.start, asked.is_still and asked.end


class Computing:
    """Computes one after the other, in a thread. When the recording began is found once."""

    def __init__(self) -> None:
        self._began: dict[int, int | None] = {}  # by when the first sample was seen

    def __call__(self, wish: tuple[Content, Asked]) -> Made:
        from meshdesk.model.curves import began, curves, ended  # as above

        before = time.perf_counter()
        content, asked = wish
        recorded = None
        if (tracks := content.tracks) is not None and (span := tracks.span) is not None:
            if span[0] not in self._began or span[1] - span[0] < MINUTE:  # the first round may still go on
                self._began = {span[0]: began(tracks)}
            first, last = self._began[span[0]], ended(tracks)
            recorded = (first, last) if first is not None and last is not None and first < last else None
        return Made(curves(content.tracks, content.sizes, content.mesh, asked, recorded), time.perf_counter() - before)
