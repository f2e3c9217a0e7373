"""Pictures of a mesh, drawn up beside the window: what is in them, where it stands, and how far behind its groups are."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from meshdesk.model.graph import Graph, Level, graph
from meshdesk.model.lag import Lag, Lags, Total, by_topic, total
from meshdesk.model.late import Times
from meshdesk.model.layout import Layout, laid_out
from meshdesk.model.mesh import Mesh
from meshdesk.model.rates import Key
from meshdesk.session.kept_places import KeptPlaces
from meshdesk.session.newest import Newest

LAGS_EVERY = 1.0  # s; offsets are sampled no more often, and the lags of 1,000 groups take 0.1 s of a thread

SHARE = 4  # of the time at most one part is spent on it

Behind = Mapping[tuple[str, str], Total]  # by group and topic


@dataclass(frozen=True, slots=True)
class Picture:
    """What a mesh looks like at a level. Nobody changes it."""

    mesh: Mesh
    graph: Graph
    layout: Layout


Draw = Callable[[Mesh, Level, Layout | None], Picture]


class Pictures:
    """The pictures of one capture. Each level goes on from its layout before, so that what stands stays where it is."""

    def __init__(
        self,
        draw: Draw | None = None,
        clock: Callable[[], float] = time.monotonic,
        kept: KeptPlaces | None = None,
        title: Callable[[], str] = lambda: "",
    ) -> None:
        """`draw` makes a picture of a mesh, a level and the layout before; None is the usual way. `kept` has the places of the
        last time under what `title` gives, which may be known only once there is a mesh."""
        self._clock, self._title = clock, title
        self._drawing = Newest(_Drawer(draw or drawn, kept or KeptPlaces(None)), "picture")
        self._newest: dict[Level, Picture] = {}
        self._wish: tuple[Mesh, Level] | None = None  # what is drawn, or will be
        self._times = Times()
        self._counting: Newest[Lags, tuple[Behind, Mapping[str, Total], float]] = Newest(self._count, "lags")
        self._totals: Mapping[str, Total] = {}
        self._times_counted = 0
        self._behind: Behind = {}
        self._counted: Lags | None = None
        self._count_at = 0.0

    @property
    def is_drawing(self) -> bool:
        """Whether a picture is on its way."""
        return self._drawing.is_busy

    @property
    def is_counting(self) -> bool:
        """Whether lags are being counted."""
        return self._counting.is_making

    def is_of(self, lags: Lags) -> bool:
        """Whether what `behind` gives is as of these lags."""
        return self._counted is lags and not self._counting.is_busy

    def want(self, mesh: Mesh, level: Level) -> Picture | None:
        """The newest picture of a level, perhaps of an earlier mesh; where it is, one of this mesh is on its way."""
        if (picture := self._drawing.take()) is not None:
            self._newest[picture.graph.level] = picture
        newest = self._newest.get(level)
        if newest is not None and _is_same(newest.mesh, mesh):
            return newest
        if self._wish is None or self._wish[1] != level or not _is_same(self._wish[0], mesh):
            self._wish = (mesh, level)
            self._drawing.want((mesh, level, self._title()))
        return newest

    def behind(self, lags: Lags) -> Behind:
        """How far each group is behind in each topic that it reads, as of a moment ago."""
        _ = self.counted
        is_whole = lags.tracks is not None and (self._counted is None or self._counted.tracks is None)  # a file is read
        is_due = is_whole or (self._clock() >= self._count_at and not self._counting.is_busy)
        if lags is not self._counted and is_due:
            self._counted = lags
            self._counting.want(lags)
        return self._behind

    @property
    def counted(self) -> int:
        """How often the lags were counted by now; it asks for nothing."""
        if (made := self._counting.take()) is not None:
            self._behind, self._totals, took = made
            self._count_at = self._clock() + max(LAGS_EVERY, SHARE * took)
            self._times_counted += 1
        return self._times_counted

    def totals(self, lags: Lags) -> Mapping[str, Total]:
        """How far each group is behind in all that it reads; the same."""
        self.behind(lags)
        return self._totals

    def _count(self, lags: Lags) -> tuple[Behind, Mapping[str, Total], float]:
        """In the thread, and how long (s) it took."""
        began = time.monotonic()
        found = behind(lags, self._times)
        parts: dict[str, list[tuple[Key, Lag]]] = defaultdict(list)
        for (group, _), whole in found.items():
            parts[group] += whole.parts
        return found, {group: total(mine) for group, mine in parts.items()}, time.monotonic() - began


def _is_same(one: Mesh, other: Mesh) -> bool:
    """Whether nothing was said since."""
    return one.timeline is other.timeline and one.place == other.place


class _Drawer:
    """Draws one picture after the other, each from where the one before has put things, the first from where they stood the last
    time. Only ever in one thread."""

    def __init__(self, draw: Draw, kept: KeptPlaces) -> None:
        self._draw, self._kept = draw, kept
        self._title: str | None = None  # under which its places are kept
        self._layouts: dict[Level, Layout] = {}

    def __call__(self, wish: tuple[Mesh, Level, str]) -> Picture:
        mesh, level, title = wish
        if self._title != title:
            known = {level: Layout(places=places) for level, places in self._kept.read(title).items()}
            known |= {level: layout for level, layout in self._layouts.items() if layout.boxes}
            self._title, self._layouts = title, known
        before = self._layouts.get(level, Layout())
        picture = self._draw(mesh, level, before)
        self._layouts[level] = picture.layout
        if before.places != picture.layout.places:
            self._kept.keep(title, {level: layout.places for level, layout in self._layouts.items()})
        return picture


def drawn(mesh: Mesh, level: Level, before: Layout | None) -> Picture:
    """A picture of a mesh, in which what stood before stands where it did."""
    content = graph(mesh, level)
    return Picture(mesh, content, laid_out(content, before))


def behind(lags: Lags, times: Times) -> Behind:
    """The lag of every group in every topic."""
    times.begin()
    return {(group, topic): total for group in lags.groups for topic, total in by_topic(lags.of(group, times)).items()}
